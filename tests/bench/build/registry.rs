//! The registry as the generators want it.

use lark_event::{
    Header,
    event::EventType,
    record::{Details, Field, FieldKind, Record},
};

/// A struct to generate.
pub(crate) struct Struct {
    pub(crate) name: &'static str,
    pub(crate) fields: Vec<Member>,
}

/// A field of it.
#[derive(Clone, Copy)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) kind: FieldKind,
    /// What an object consists of.
    pub(crate) class: Option<&'static str>,
}

/// The event types that a header can name.
pub(crate) fn event_types() -> impl Iterator<Item = &'static EventType> {
    EventType::all().iter().copied().filter(|it| EventType::by_name(it.name()).is_some())
}

/// The header, the events, and the objects in them, each once and behind those that it consists of. The objects of lists are
/// not there: of a list the place is kept.
pub(crate) fn structs() -> Vec<Struct> {
    let mut all = vec![Struct { name: "Header", fields: members(Header::FIELDS, Header::DETAILS) }];
    for it in event_types() {
        add(&mut all, it.record.class, it.record.fields, it.record.details);
    }
    all
}

fn add(all: &mut Vec<Struct>, name: &'static str, fields: &'static [Field], details: &'static [Details]) {
    if all.iter().any(|it| it.name == name) {
        return;
    }
    for (field, details) in fields.iter().zip(details) {
        if let (FieldKind::Object(_), Some(record)) = (field.kind, details.record) {
            add(all, record.class, record.fields, record.details);
        }
    }
    all.push(Struct { name, fields: members(fields, details) });
}

fn members(fields: &'static [Field], details: &'static [Details]) -> Vec<Member> {
    let member = |(field, details): (&Field, &Details)| Member {
        name: field.name,
        kind: field.kind,
        class: details.record.map(|record| record.class),
    };
    fields.iter().zip(details).map(member).collect()
}

/// Pairs of a name and an index by the length of the name, for a search that looks at the length first.
pub(crate) fn by_length<T>(names: impl Iterator<Item = (&'static str, T)>) -> Vec<(usize, Vec<(&'static str, T)>)> {
    let mut lengths = std::collections::BTreeMap::<usize, Vec<_>>::new();
    for (name, value) in names {
        lengths.entry(name.len()).or_default().push((name, value));
    }
    lengths.into_iter().collect()
}

/// `ProcessUpdated` as `process_updated`.
pub(crate) fn snake(class: &str) -> String {
    let mut snake = String::new();
    for letter in class.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
