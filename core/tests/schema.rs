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
    record::{Field, FieldKind, RecordType},
};
use serde_json::{Map, Value, json};

/// The fields as `corehr_events.json` writes them.
fn table(fields: &[Field]) -> Value {
    let described = |kind: &FieldKind| match kind {
        FieldKind::Text { .. } => json!({"type": "string"}),
        FieldKind::Enum => json!({"type": "int"}),
        FieldKind::TextList { .. } => json!({"type": "string[]"}),
        FieldKind::Object(object) => json!({"type": "object", "fields": table(object.fields)}),
        FieldKind::ObjectList(object) => json!({"type": "object[]", "fields": table(object.fields)}),
        FieldKind::Decimal => panic!("no event has such a field"),
    };
    fields.iter().map(|field| (field.name.to_owned(), described(&field.kind))).collect::<Map<_, _>>().into()
}

/// What the platform says, without where the sources differ.
fn expected(fields: &Value) -> Value {
    let row = |field: &Value| {
        let mut row = json!({"type": field["type"]});
        if field.get("fields").is_some() {
            row["fields"] = expected(&field["fields"]);
        }
        row
    };
    let fields = fields.as_object().unwrap().iter().map(|(name, field)| (name.clone(), row(field)));
    fields.collect::<Map<_, _>>().into()
}

#[test]
fn every_event_of_the_platform_is_there_with_its_fields() {
    let platform = common::read_json("corehr_events.json");
    let platform = platform.as_object().unwrap();
    for (name, row) in platform {
        let event_type = EventType::by_name(name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(table(event_type.record.fields), expected(&row["fields"]), "{name}");
    }
    assert_eq!(platform.len(), EventType::all().len() - 1, "all but url_verification");
}

/// `corehr.job_change.updated_v1` is of the family `job_change`; its struct is `JobChangeUpdatedV1`, since there is a newer
/// version that is called `JobChangeUpdated`.
#[test]
fn families_and_structs_are_called_as_the_events_are() {
    let words = |text: &str| -> String {
        let words = text.split(['.', '_']).map(|word| word[..1].to_uppercase() + &word[1..]);
        words.collect()
    };
    for event_type in EventType::all().iter().filter(|event_type| event_type.name() != "url_verification") {
        let name = event_type.name();
        let (family, _) = name.strip_prefix("corehr.").and_then(|name| name.split_once('.')).expect("three words");
        assert_eq!(event_type.family(), family, "{name}");
        let (stem, version) = name.rsplit_once("_v").expect("a version");
        let newer = EventType::by_name(&format!("{stem}_v{}", version.parse::<u32>().unwrap() + 1));
        let suffix = if newer.is_some() { format!("V{version}") } else { String::new() };
        assert_eq!(event_type.record.class, words(&stem["corehr.".len()..]) + &suffix);
    }
}

#[test]
fn documented_values_are_there_and_numbered_once() {
    for event_type in EventType::all() {
        assert!(!event_type.family().is_empty());
        check_docs(&event_type.record);
    }
    let tags: Vec<_> = EventType::all().iter().map(|event_type| event_type.tag).collect();
    assert_eq!(tags, (2..2 + tags.len() as u32).collect::<Vec<_>>());
}

/// An error has four bytes for where it is: the tag, and an index for each level below the event.
#[test]
fn every_field_has_a_path() {
    fn check(record: &RecordType, levels: usize) {
        assert!(levels <= 3 && record.fields.len() < 255, "{}", record.class);
        record.details.iter().filter_map(|details| details.record).for_each(|nested| check(nested, levels + 1));
    }
    for event_type in EventType::all() {
        assert!(event_type.tag <= u32::from(u8::MAX));
        check(&event_type.record, 1);
    }
}

/// The numbers and texts that the platform documents.
#[test]
fn documented_values_are_those_of_the_platform() {
    let mut found = Map::new();
    for event_type in EventType::all() {
        add_values(event_type.name(), &event_type.record, &mut found);
    }
    assert_eq!(Value::from(found), common::read_json("corehr_values.json"));
}

fn add_values(at: &str, record: &RecordType, found: &mut Map<String, Value>) {
    for (field, details) in record.fields.iter().zip(record.details) {
        let at = format!("{at}.{}", field.name);
        if let Some(enum_type) = details.values {
            let values = enum_type.values.iter().map(|value| value.text.map_or(json!(value.value), |text| json!(text)));
            found.insert(at.clone(), values.collect());
        }
        details.record.into_iter().for_each(|nested| add_values(&at, nested, found));
    }
}

fn check_docs(record: &RecordType) {
    assert!(!record.doc().is_empty(), "{}", record.class);
    for (field, details) in record.fields.iter().zip(record.details) {
        let at = format!("{}.{}", record.class, field.name);
        assert!(!details.doc().is_empty(), "{at}");
        let (numbers, texts) = (matches!(field.kind, FieldKind::Enum), matches!(field.kind, FieldKind::Text { .. }));
        assert!(details.values.is_some() || !numbers, "{at}");
        for value in details.values.map_or(&[][..], |enum_type| enum_type.values) {
            assert!(!value.doc.is_empty() && !value.name().is_empty(), "{at}");
            assert_eq!((value.text.is_none(), value.text.is_some()), (numbers, texts), "{at}");
            assert!(value.text.is_some_and(|text| !text.is_empty()) || value.value > 0, "{at}");
        }
        let values = details.values.map_or(&[][..], |enum_type| enum_type.values);
        assert!(texts || values.windows(2).all(|pair| pair[0].value < pair[1].value), "{at}");
        assert_eq!(details.record.is_some(), !field.kind.fields().is_empty(), "{at}");
        details.record.into_iter().for_each(check_docs);
    }
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
