//! Events of all types of the registry, with any values that their fields take. No event is named here.

use lark_event::record::{Field, FieldKind, Record};
use lark_event::{EventType, Header};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::{Map, Value};

/// A body and what it must give.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) tag: u32,
    /// What the header must hold, times as numbers.
    pub(crate) header: Value,
    /// What the event must hold.
    pub(crate) event: Value,
    pub(crate) body: Vec<u8>,
}

/// How a document is spelled.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Compact,
    Indented,
    /// Everything that is not ASCII is escaped, in capital letters or not.
    Ascii(bool),
    /// Every character of every string, the names of members too.
    Escaped,
}

/// A text of at most so many bytes, often one of just as many or one fewer, with a long character at its end.
pub(crate) fn text(capacity: usize) -> BoxedStrategy<String> {
    let fits = move |characters: Vec<char>| {
        let mut text = String::new();
        for character in characters {
            if text.len() + character.len_utf8() <= capacity {
                text.push(character);
            }
        }
        text
    };
    let full = (any::<char>(), any::<char>(), 0..2_usize).prop_map(move |(character, last, spare)| {
        let room = capacity.saturating_sub(spare + last.len_utf8());
        let mut text = String::from(character).repeat(room / character.len_utf8());
        text.insert_str(0, &"x".repeat(room - text.len()));
        if last.len_utf8() <= capacity - text.len() {
            text.push(last);
        }
        text
    });
    prop_oneof![
        4 => vec(any::<char>(), 0..40).prop_map(fits),
        1 => "[ -~]{0,40}".prop_map(move |text| text[..text.len().min(capacity)].to_owned()),
        1 => full,
        1 => any::<i64>().prop_map(move |number| number.to_string().chars().take(capacity).collect()),
    ]
    .boxed()
}

fn value(kind: FieldKind) -> BoxedStrategy<Value> {
    match kind {
        FieldKind::Text { capacity } => text(capacity.into()).prop_map(Value::from).boxed(),
        FieldKind::Enum => {
            prop_oneof![any::<i32>(), 0..20, Just(i32::MIN), Just(i32::MAX)].prop_map(Value::from).boxed()
        }
        FieldKind::Decimal => prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)].prop_map(Value::from).boxed(),
        FieldKind::TextList { items, bytes } => {
            let (items, bytes) = (usize::from(items), usize::from(bytes));
            let few = vec(text(bytes / items.max(1) / 2), 0..6).prop_map(Value::from);
            let full = text(bytes - 1).prop_map(|text| vec![text].into());
            let many = Just(Value::from(vec![""; items.min(bytes)]));
            prop_oneof![6 => few, 1 => full, 1 => many].boxed()
        }
        FieldKind::Object(object) => members(object.fields).prop_map(Value::Object).boxed(),
        FieldKind::ObjectList(object) => {
            vec(members(object.fields).prop_map(Value::Object), 0..4).prop_map(Value::from).boxed()
        }
    }
}

/// Some of the fields, each with a value.
fn members(fields: &'static [Field]) -> BoxedStrategy<Map<String, Value>> {
    let all: Vec<_> = fields.iter().map(|field| option::weighted(0.8, value(field.kind))).collect();
    all.prop_map(|values| {
        let named = fields.iter().zip(values);
        named.filter_map(|(field, value)| Some((field.name.to_owned(), value?))).collect()
    })
    .boxed()
}

/// The members as the platform writes them: times are strings.
fn as_sent(fields: &[Field], members: &Value) -> Value {
    let sent = |(name, value): (&String, &Value)| {
        let kind = fields.iter().find(|field| field.name == name).unwrap().kind;
        let value = if let FieldKind::Decimal = kind { value.to_string().into() } else { value.clone() };
        (name.clone(), value)
    };
    members.as_object().unwrap().iter().map(sent).collect()
}

fn is_url_verification(event_type: &EventType) -> bool {
    event_type.name() == "url_verification"
}

/// A body of one type.
fn of_type(event_type: &'static EventType) -> BoxedStrategy<Made> {
    let spelling = prop_oneof![
        Just(Spelling::Compact),
        Just(Spelling::Indented),
        any::<bool>().prop_map(Spelling::Ascii),
        Just(Spelling::Escaped),
    ];
    (members(Header::FIELDS), members(event_type.record.fields), spelling, any::<bool>())
        .prop_map(move |(header, event, spelling, header_first)| {
            make(event_type, header, event, spelling, header_first)
        })
        .boxed()
}

fn make(
    event_type: &EventType,
    mut header: Map<String, Value>,
    event: Map<String, Value>,
    spelling: Spelling,
    header_first: bool,
) -> Made {
    let document = if is_url_verification(event_type) {
        header.retain(|name, _| name == "token");
        // Without a challenge there is no such event.
        let challenge = event.get("challenge").cloned().unwrap_or_else(|| "".into());
        let token = header.get("token").cloned().unwrap_or_default();
        let members = [("challenge", challenge), ("token", token), ("type", event_type.name().into())];
        members.map(|(name, value)| (name.to_owned(), value)).to_vec()
    } else {
        header.insert("event_type".to_owned(), event_type.name().into());
        let mut parts = vec![
            ("schema".to_owned(), "2.0".into()),
            ("header".to_owned(), as_sent(Header::FIELDS, &Value::Object(header.clone()))),
            ("event".to_owned(), as_sent(event_type.record.fields, &Value::Object(event.clone()))),
        ];
        if !header_first {
            parts.rotate_right(1);
        }
        parts
    };
    let mut event = event;
    if is_url_verification(event_type) {
        event.entry("challenge").or_insert_with(|| "".into());
    }
    let body = spell(&document, spelling).into_bytes();
    Made { tag: event_type.tag, header: Value::Object(header), event: Value::Object(event), body }
}

/// A body of any type.
pub(crate) fn made() -> impl Strategy<Value = Made> {
    let types: Vec<_> = EventType::all().iter().copied().map(of_type).collect();
    assert!(types.len() > 50);
    Union::new(types)
}

/// Writes an object whose members come in the given order.
fn spell(members: &[(String, Value)], spelling: Spelling) -> String {
    let mut all = Vec::new();
    for (name, value) in members {
        let name = Value::from(name.as_str());
        let [name, value] = [&name, value].map(|part| match spelling {
            Spelling::Indented => serde_json::to_string_pretty(part).unwrap(),
            _ => serde_json::to_string(part).unwrap(),
        });
        all.push(format!("{name}:{value}"));
    }
    let (comma, outside) = if let Spelling::Indented = spelling { (",\n  ", " \r\n\t") } else { (",", "") };
    let text = format!("{outside}{{{}}}{outside}", all.join(comma));
    match spelling {
        Spelling::Compact | Spelling::Indented => text,
        Spelling::Ascii(upper) => {
            text.chars().map(|c| if c.is_ascii() { c.to_string() } else { escaped(c, upper) }).collect()
        }
        Spelling::Escaped => escape_strings(&text),
    }
}

fn escaped(character: char, upper: bool) -> String {
    let units = character.encode_utf16(&mut [0; 2]).to_vec();
    units.iter().map(|unit| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") }).collect()
}

/// Escapes every character inside of the strings that is not part of an escape.
fn escape_strings(text: &str) -> String {
    let (mut out, mut characters, mut inside) = (String::new(), text.chars(), false);
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                inside = !inside;
                out.push('"');
            }
            '\\' => {
                out.push('\\');
                let kind = characters.next().unwrap();
                out.push(kind);
                out.extend(characters.by_ref().take(if kind == 'u' { 4 } else { 0 }));
            }
            _ if inside => out.push_str(&escaped(character, false)),
            _ => out.push(character),
        }
    }
    out
}
