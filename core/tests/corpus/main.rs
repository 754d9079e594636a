//! The shared corpus (`tests/corpus`): every case gives the values, or the error with its place, that the case states.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod case;
mod damage;
mod forms;
mod pointer;
#[path = "../common/record.rs"]
mod record;
#[path = "../common/sound.rs"]
mod sound;
#[path = "../common/unbounded.rs"]
mod unbounded;

use case::{Case, Failures};
use lark_event::envelope::read;
use lark_event::record::{Field, FieldKind, ObjectRef, Record, Slot};
use lark_event::{Envelope, ErrorKind, EventType, Header, Schema, Span};
use serde_json::{Value, json};

#[test]
fn every_case_gives_what_it_states() {
    let failures = Failures::default();
    for case in &case::all() {
        let mut envelope = case::fresh();
        let result = case.decode(&mut envelope);
        failures.compare(&case.name, &case.expected, &case::outcome(&envelope, &case.input, result));
    }
    failures.report();
}

#[test]
fn what_an_envelope_held_before_leaves_no_trace() {
    let (failures, contents) = (Failures::default(), case::contents());
    case::on_all_processors(&case::all(), |case, reused| {
        let mut fresh = case::fresh();
        let result = case.decode(&mut fresh);
        let expected = case::outcome(&fresh, &case.input, result);
        for before in &contents {
            before.decode(reused).expect("a valid body");
            let again = case.decode(reused);
            let is_same = (again, reused.raw_event, &*reused) == (result, fresh.raw_event, &*fresh);
            failures.check(is_same, || format!("{} after {}: not equal", case.name, before.name));
            // Of a list that says little: only reading it tells whether it is the same.
            if !is_same || reused.event.struct_of().is_some_and(|event| holds(event).1) {
                let found = case::outcome(reused, &case.input, again);
                failures.compare(&format!("{} after {}", case.name, before.name), &expected, &found);
            }
        }
    });
    failures.report();
}

#[test]
fn a_reader_without_capacities_gives_what_the_case_states() {
    let failures = Failures::default();
    for case in case::all().iter().filter(|case| case.expected["error"]["kind"] != "UNKNOWN_EVENT_TYPE") {
        let mut target = unbounded::Unbounded::default();
        let tag = case.event_type.as_deref().map_or(0, |name| EventType::by_name(name).expect("a known type").tag);
        let outcome = read(&case.input, tag, &mut target);
        failures.check(target.events <= 1, || format!("{}: asked for {} events", case.name, target.events));
        let void = outcome.schema == Schema::NONE || outcome.schema == Schema::ENCRYPTED;
        let header = if void { json!({}) } else { target.header.into_values() };
        let event =
            if outcome.tag < 2 { Value::Null } else { target.event.map_or(Value::Null, |event| event.into_values()) };
        let Span { offset, len } = outcome.raw_event;
        let found = json!({
            "schema": outcome.schema.as_str(),
            "header": header,
            "event_tag": outcome.tag,
            "event": event,
            "raw_event": [offset, len],
            "error": outcome.result.err().map(case::error),
        });
        failures.compare(&case.name, case.unbounded.as_ref().unwrap_or(&case.expected), &found);
    }
    failures.report();
}

#[test]
fn what_is_written_is_read_back() {
    let (failures, mut out) = (Failures::default(), vec![0; 1 << 17]);
    let (mut with_objects, mut with_lists) = (0, 0);
    for case in &case::all() {
        let (mut envelope, mut again) = (case::fresh(), case::fresh());
        let result = case.decode(&mut envelope);
        if result.is_err() && (envelope.schema != Schema::V2 || envelope.event.tag() < 2) {
            continue;
        }
        let (has_object, has_list) = envelope.event.struct_of().map_or((false, false), holds);
        let written = match envelope.to_json(&mut out) {
            Ok(written) => written,
            Err(error) => {
                let untyped = (envelope.event.tag() < 2 || has_list) && error.kind == ErrorKind::UNTYPED;
                failures.check(untyped, || format!("{}: cannot be written: {error}", case.name));
                with_lists += u32::from(has_list);
                continue;
            }
        };
        failures.check(!has_list, || format!("{}: wrote {written} without its list", case.name));
        with_objects += u32::from(has_object);
        let by_serde = serde_json::to_string(&*envelope).expect("serde_json writes everything");
        failures.check(written == by_serde, || format!("{}: wrote {written}, serde_json {by_serde}", case.name));
        let written = Case { input: written.as_bytes().to_vec(), ..case.clone() };
        let result = written.decode(&mut again);
        failures.check(result.is_ok() && again == envelope, || {
            format!("{}: {result:?} for {}", case.name, String::from_utf8_lossy(&written.input))
        });
    }
    failures.report();
    assert!(with_objects > 50 && with_lists > 100, "{with_objects} with objects, {with_lists} with lists");
}

/// Whether there is an object in a record, and whether there is a list of them.
fn holds(record: ObjectRef<'_>) -> (bool, bool) {
    let slots = (0..record.fields.len()).map(|index| record.slot(index));
    slots.fold((false, false), |(object, list), slot| match slot {
        Slot::Object(inner) => (true, list || holds(inner).1),
        Slot::ObjectList(_) => (object, true),
        _ => (object, list),
    })
}

/// Kinds 1 to 99 are exactly what serde_json refuses too, but for two limits of ours: it nests deeper, and it looks at
/// surrogates only in strings that it hands out.
#[test]
fn serde_json_is_of_the_same_opinion() {
    let failures = Failures::default();
    for case in &case::all() {
        let kind = case.decode(&mut case::fresh()).map_or_else(|error| error.kind, |()| ErrorKind::default());
        let valid = case::is_json(&case.input);
        let agrees = match kind {
            ErrorKind::TOO_DEEP => true,
            ErrorKind::LONE_SURROGATE => serde_json::from_slice::<Value>(&case.input).is_err(),
            ErrorKind::UNKNOWN_EVENT_TYPE => continue,
            ErrorKind(kind) => valid != (1..100).contains(&kind),
        };
        failures.check(agrees, || format!("{}: serde_json says {valid}, found kind {kind:?}", case.name));
    }
    failures.report();
}

/// The generator of the corpus has a table of its own of the structs that it fills to the byte.
#[test]
fn the_corpus_knows_the_fields_and_their_capacities() {
    fn table(fields: &[Field]) -> Value {
        let fields = fields.iter().map(|field| {
            let kind = match field.kind {
                FieldKind::Text { capacity } => json!({"type": "text", "capacity": capacity}),
                FieldKind::Enum => json!({"type": "enum"}),
                FieldKind::Decimal => json!({"type": "time"}),
                FieldKind::TextList { items, bytes } => json!({"type": "list", "items": items, "bytes": bytes}),
                FieldKind::Object(object) => json!({"type": "object", "fields": table(object.fields)}),
                FieldKind::ObjectList(object) => json!({"type": "objects", "fields": table(object.fields)}),
            };
            (field.name.to_owned(), kind)
        });
        Value::Object(fields.collect())
    }
    let mut found = serde_json::Map::new();
    found.insert("header".to_owned(), json!({"tag": null, "fields": table(Header::FIELDS)}));
    for event_type in EventType::all() {
        let fields = json!({"tag": event_type.tag, "fields": table(event_type.record.fields)});
        found.insert(event_type.name().to_owned(), fields);
    }
    let known: serde_json::Map<String, Value> = serde_json::from_slice(&case::file("fields.json")).unwrap();
    assert!(known.len() >= 16);
    for (name, row) in known {
        assert_eq!(found.get(&name), Some(&row), "{name}");
    }
}

/// An error of capacity says how much there is and how much there is room for.
#[test]
fn errors_of_capacity_have_the_numbers() {
    let (failures, mut checked, mut void) = (Failures::default(), 0, 0);
    for case in &case::all() {
        let mut envelope = case::fresh();
        let Err(error) = case.decode(&mut envelope) else { continue };
        let (Some(unbounded), true) = (&case.unbounded, error.limit > 0) else { continue };
        // In schema 1.0, and at the top level, a field is not called what its struct calls it.
        let path: Vec<_> = error.field.segments().collect();
        let (Some((part, path)), true) = (path.split_first(), envelope.schema != Schema::V1) else { continue };
        if path.is_empty() {
            continue;
        }
        let fields = EventType::by_tag(envelope.event.tag()).map_or(&[][..], |event_type| event_type.record.fields);
        let fields = if *part == "header" { Header::FIELDS } else { fields };
        let Some(numbers) = needed_and_limit(fields, path, &unbounded[part]) else {
            // A list with something else in it is not there for a reader without capacities either.
            void += 1;
            continue;
        };
        failures
            .check(numbers == (error.found as usize, error.limit), || format!("{}: {error:?}, {numbers:?}", case.name));
        checked += 1;
    }
    failures.report();
    assert!(checked > 150 && void == 1, "only {checked}, not {void}");
}

/// How many bytes or items there are, and for how many there is room, where a path first leads to too many.
fn needed_and_limit(fields: &[Field], path: &[&str], value: &Value) -> Option<(usize, u32)> {
    let (name, inner) = path.split_first().expect("a path");
    let kind = fields.iter().find(|field| field.name == *name).expect("a known field").kind;
    let bytes = |value: &Value| value.as_str().expect("a text").len();
    let (needed, limit) = match (kind, value.get(name)?) {
        (FieldKind::Object(object), value) => return needed_and_limit(object.fields, inner, value),
        (FieldKind::ObjectList(object), Value::Array(items)) => {
            return items.iter().find_map(|item| needed_and_limit(object.fields, inner, item));
        }
        (FieldKind::Text { capacity }, text) => (bytes(text), capacity),
        (FieldKind::TextList { items, .. }, Value::Array(list)) if list.len() > items as usize => (list.len(), items),
        (FieldKind::TextList { bytes: room, .. }, Value::Array(list)) => {
            (list.iter().map(|text| bytes(text) + 1).sum(), room)
        }
        other => panic!("{other:?}"),
    };
    (needed > limit as usize).then_some((needed, u32::from(limit)))
}

#[test]
fn envelopes_differ_if_any_part_does() {
    let body = |schema: &str, id: u32, status: u32| {
        let header = format!(r#"{{"event_id":{id},"event_type":"corehr.process.cc.updated_v2"}}"#);
        let mut envelope = case::fresh();
        let body = format!(r#"{{{schema}"header":{header},"event":{{"status":{status}}}}}"#);
        lark_event::decode(body.as_bytes(), &mut envelope).expect("a valid body");
        envelope
    };
    let one = body("", 1, 5);
    assert!(one == body(r#""schema" : "2.0","#, 1, 5), "where the event stood does not matter");
    assert!(one != body("", 2, 5) && one != body("", 1, 4) && one != body("", 2, 4));
    let mut other = one.clone();
    other.schema = Schema::HEADLESS;
    assert!(one != other);
}

#[test]
fn only_what_can_be_read_back_is_written() {
    let mut out = [0; 4096];
    let bodies: [(&[u8], &[Schema]); 2] = [
        (br#"{"header":{"event_type":"corehr.process.cc.updated_v2"},"event":{}}"#, &[Schema::V2, Schema::HEADLESS]),
        (br#"{"type":"url_verification","challenge":"c"}"#, &[Schema::URL_VERIFICATION]),
    ];
    for (body, fitting) in bodies {
        let mut envelope = case::fresh();
        lark_event::decode(body, &mut envelope).expect("a valid body");
        for schema in Schema::ALL.iter().copied().chain([Schema(-1), Schema(6)]) {
            envelope.schema = schema;
            let result = envelope.to_json(&mut out).map(drop).map_err(|error| error.kind);
            let expected = if fitting.contains(&schema) { Ok(()) } else { Err(ErrorKind::INVALID_ARGUMENT) };
            assert_eq!(result, expected, "{schema:?}");
        }
    }
    let mut envelope = case::fresh();
    envelope.schema = Schema::V2;
    assert_eq!(envelope.to_json(&mut out).map_err(|error| error.kind), Err(ErrorKind::UNTYPED));
}

#[test]
fn an_empty_envelope_is_what_a_failed_call_leaves() {
    let mut envelope = case::fresh();
    case::samples()[0].decode(&mut envelope).expect("a sample");
    assert!(*envelope != Envelope::EMPTY);
    assert!(lark_event::decode(b"", &mut envelope).is_err());
    assert!(*envelope == Envelope::EMPTY);
}
