//! Any names: of event types, of fields and their values; any texts for fields; and any numbers for what has documented ones.

#![no_main]

use lark_event::connection::{EndpointCode, Method};
use lark_event::record::{self, OpenEnum, RecordType, first_name};
use lark_event::{Error, ErrorKind, Event, EventType, Item, Path, Schema, Text};
use lark_event_fuzz::Input;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let (tag, value) = (input.number() as u32, input.number() as i32);
    let (name, path) = (input.text(), input.text());
    let known = EventType::all().iter().find(|event_type| event_type.name() == name);
    let found = EventType::by_name(&name);
    assert!(found.is_none() || found.map(|found| found.tag) == known.map(|known| known.tag));
    assert!(known.is_none_or(|known| found.is_some() || !known.name().starts_with("corehr.")), "{name}");
    let by_tag = EventType::by_tag(tag);
    assert_eq!(by_tag.map(|found| found.tag), EventType::all().iter().map(|it| it.tag).find(|known| *known == tag));
    assert!(by_tag.is_none() || Event::is_tag(tag));
    assert_eq!(EventType::family_nul(tag).map(|family| family.trim_end_matches('\0')), by_tag.map(EventType::family));
    for event_type in found.into_iter().chain(by_tag) {
        values(event_type, &path, value);
    }
    assert!(by_tag.is_some() || EventType::value_name_nul(tag, &path, value).is_none());
    let (first, rest) = first_name(&path);
    assert_eq!((first, rest), path.split_once('.').map_or((path.as_str(), None), |(first, rest)| (first, Some(rest))));
    numbers(value);
    texts(&name);
    errors(&mut input);
    let _ = Item::types();
});

/// The name of a value is that of the table.
fn values(event_type: &EventType, path: &str, value: i32) {
    let expected = descend(&event_type.record, path, value);
    let found = EventType::value_name_nul(event_type.tag, path, value);
    assert_eq!(found, expected.map(|name| format!("{name}\0")).as_deref(), "{path} of {}", event_type.name());
}

fn descend(record: &RecordType, path: &str, value: i32) -> Option<&'static str> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let index = record.fields.iter().position(|field| field.name == name)?;
    let details = &record.details[index];
    match rest {
        Some(rest) => descend(details.record?, rest, value),
        None => {
            let values = details.values?.values;
            values.iter().find(|known| known.text.is_none() && known.value == value).map(|known| known.name())
        }
    }
}

fn numbers(value: i32) {
    fn check<T: OpenEnum>(value: i32, name: Option<&str>, shown: &str) {
        let known = T::NAMES.iter().find(|(known, _)| *known == value);
        assert_eq!(name, known.map(|(_, name)| name.trim_end_matches('\0')));
        assert_eq!(name, record::name(T::NAMES, value));
        assert!(!shown.is_empty());
    }
    check::<ErrorKind>(value, ErrorKind(value).name(), &format!("{:?}", ErrorKind(value)));
    check::<Schema>(value, Schema(value).name(), &format!("{:?}", Schema(value)));
    check::<Method>(value, Method(value).name(), &format!("{:?}", Method(value)));
    check::<EndpointCode>(value, EndpointCode(value).name(), &format!("{:?}", EndpointCode(value)));
    assert!((400..600).contains(&ErrorKind(value).http_status()));
}

/// A text is taken as a whole or not at all.
fn texts(text: &str) {
    fn check<const N: usize>(text: &str) {
        let mut place = Text::<N>::EMPTY;
        place.set("a").expect("it fits");
        match place.set(text) {
            Ok(()) => assert_eq!((place.get(), place.as_str(), &*place), (Some(text), text, text)),
            Err(overflow) => {
                assert_eq!((overflow.kind, overflow.needed), (ErrorKind::CAPACITY, text.len()));
                assert!(text.len() > Text::<N>::CAPACITY);
            }
        }
        assert_eq!(text.len() <= Text::<N>::CAPACITY, place.get() == Some(text));
    }
    check::<2>(text);
    check::<64>(text);
    check::<256>(text);
}

/// Whatever C code puts into an error, it can be said.
fn errors(input: &mut Input<'_>) {
    let mut number = || input.number() as u32;
    let error = Error {
        kind: ErrorKind(number() as i32),
        field: Path(number().to_le_bytes()),
        offset: number(),
        found: number(),
        limit: number(),
    };
    assert!(!error.to_string().is_empty() && !error.message().to_string().contains('\0'));
    let path = error.field.to_string();
    assert_eq!(path, error.field.segments().collect::<Vec<_>>().join("."));
}
