//! The registry, against the platform's list of fields and the table that the corpus is made from.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs,
    reason = "tests fail by panicking, and their helpers are no interface"
)]

mod common;

use lark_event::{
    EventType,
    record::{Field, FieldKind},
};
use serde_json::{Map, Value, json};

fn table(fields: &[Field], describe: impl Fn(&FieldKind) -> Value) -> Value {
    fields.iter().map(|field| (field.name.to_owned(), describe(&field.kind))).collect::<Map<_, _>>().into()
}

#[test]
fn every_event_has_the_fields_of_the_platform() {
    let platform = common::read_json("corehr_events.json");
    let json_type = |kind: &FieldKind| match kind {
        FieldKind::Text { .. } => json!("string"),
        FieldKind::Enum => json!("int"),
        FieldKind::TextList { .. } => json!("string[]"),
        FieldKind::Decimal | FieldKind::Object(_) => panic!("no event has such a field"),
    };
    let corehr = EventType::all().iter().filter(|event_type| event_type.name().starts_with("corehr."));
    let mut count = 0;
    for event_type in corehr {
        let expected: Map<_, _> = platform[event_type.name()]["fields"]
            .as_object()
            .unwrap_or_else(|| panic!("{} is not of the platform", event_type.name()))
            .iter()
            .map(|(name, field)| (name.clone(), field["type"].clone()))
            .collect();
        assert_eq!(table(event_type.fields, json_type), Value::from(expected), "{}", event_type.name());
        count += 1;
    }
    assert_eq!(count, EventType::all().len() - 1, "all but url_verification");
}

#[test]
fn documented_values_are_there_and_numbered_once() {
    for event_type in EventType::all() {
        assert!(!event_type.doc.is_empty() && !event_type.family().is_empty());
        for (field, details) in event_type.fields.iter().zip(event_type.details) {
            assert!(!details.doc.is_empty(), "{}", field.name);
            assert_eq!(details.values.is_some(), matches!(field.kind, FieldKind::Enum));
            let values = details.values.map_or(&[][..], |enum_type| enum_type.values);
            assert!(values.windows(2).all(|pair| pair[0].value < pair[1].value), "{}", field.name);
            assert!(values.iter().all(|value| value.value != 0 && !value.doc.is_empty()));
        }
    }
    let tags: Vec<_> = EventType::all().iter().map(|event_type| event_type.tag).collect();
    assert_eq!(tags, (2..2 + tags.len() as u32).collect::<Vec<_>>());
}

/// A family is a feature of both crates, and one of those that `events` stands for.
#[test]
fn every_family_is_a_feature() {
    let mut families: Vec<_> = EventType::all().iter().map(|event_type| event_type.family()).collect();
    families.retain(|family| *family != "url_verification");
    families.sort_unstable();
    families.dedup();
    for (path, prefix) in [("Cargo.toml", ""), ("../ffi/Cargo.toml", "lark-event/")] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let manifest = std::fs::read_to_string(path).unwrap();
        let feature = |name: &str| -> Vec<String> {
            let (_, rest) =
                manifest.split_once(&format!("\n{name} = [")).unwrap_or_else(|| panic!("no feature {name}"));
            let names = rest.split_once(']').unwrap().0.split(',').map(|name| name.trim().trim_matches('"').to_owned());
            names.filter(|name| !name.is_empty()).collect()
        };
        for family in &families {
            let expected = if prefix.is_empty() { vec![] } else { vec![format!("{prefix}{family}")] };
            assert_eq!(feature(family), expected, "{family}");
        }
        let mut all = feature("events");
        all.sort_unstable();
        let expected = if prefix.is_empty() { families.clone() } else { vec!["lark-event/events"] };
        assert_eq!(all, expected);
    }
}
