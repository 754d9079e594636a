//! Any event: what is read is what was written, and what is written is read back.

use crate::made::{Made, made, text};
use crate::sound::{self, ROOM};
use crate::{cases, fresh, record};
use lark_event::record::{FieldKind, ObjectRef};
use lark_event::{Envelope, ErrorKind, EventType, Text, decode};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// The header as it is made: times as numbers.
fn header(envelope: &Envelope) -> Value {
    record::members(ObjectRef::of(&envelope.header), &[], &mut Vec::new())
}

/// Times are read as texts.
fn times_as_texts(header: &Value) -> Value {
    let mut header = header.clone();
    for name in ["create_time", "event_time"] {
        if let Some(time) = header.get_mut(name) {
            *time = time.to_string().into();
        }
    }
    header
}

/// Writes an envelope, as serde_json would, into just as much room as it takes.
fn write(envelope: &Envelope, written: &str) {
    assert_eq!(written, serde_json::to_string(envelope).unwrap());
    let mut exact = vec![0; written.len()];
    assert_eq!(envelope.to_json(&mut exact), Ok(written));
    let short = exact.split_last_mut().unwrap().1;
    assert_eq!(envelope.to_json(short).map_err(|error| error.kind), Err(ErrorKind::BUFFER_FULL));
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn an_event_is_read_as_it_was_made_and_written_as_it_was_read(made in made()) {
        let Made { tag, header: expected, event, body } = &made;
        let mut envelope = fresh();
        let result = decode(body, &mut envelope);
        prop_assert_eq!(result, Ok(()));
        prop_assert_eq!(envelope.event.tag(), *tag);
        prop_assert_eq!(header(&envelope), times_as_texts(expected));
        let found = record::event(&envelope, body, result);
        prop_assert_eq!(found.as_ref(), Some(event));
        let mut out = vec![0xff; ROOM];
        if let Some(written) = sound::check(&envelope, body, &mut out, &mut fresh()) {
            write(&envelope, written);
        }
        // Into one that held another event before.
        let mut again = Box::new((*envelope).clone());
        prop_assert_eq!(decode(body, &mut again), Ok(()));
        prop_assert!(*again == *envelope);
    }

    /// One byte too many costs the field, and nothing else.
    #[test]
    fn a_text_that_is_too_long_by_a_byte_is_the_only_one_missing(made in made(), at in any::<Index>(), last in any::<char>()) {
        let event_type = EventType::by_tag(made.tag).unwrap();
        let texts: Vec<(&str, usize)> = event_type.record.fields.iter().filter_map(|field| match field.kind {
            FieldKind::Text { capacity } => Some((field.name, usize::from(capacity))),
            _ => None,
        }).collect();
        prop_assume!(!texts.is_empty() && event_type.name() != "url_verification");
        let (name, capacity) = texts[at.index(texts.len())];
        let mut document: Value = serde_json::from_slice(&made.body).unwrap();
        let long = format!("{}{last}", "x".repeat(capacity + 1 - last.len_utf8()));
        document["event"][name] = long.as_str().into();
        let body = document.to_string();
        let mut envelope = fresh();
        let error = decode(body.as_bytes(), &mut envelope).unwrap_err();
        prop_assert_eq!((error.kind, error.field.to_string()), (ErrorKind::CAPACITY, format!("event.{name}")));
        prop_assert_eq!(error.offset as usize, body.find(&serde_json::to_string(&long).unwrap()).unwrap());
        prop_assert_eq!((error.found as usize, error.limit as usize), (capacity + 1, capacity));
        let mut expected = made.event;
        expected.as_object_mut().unwrap().remove(name);
        prop_assert_eq!(record::event(&envelope, body.as_bytes(), Err(error)), Some(expected));
    }

    #[test]
    fn a_text_takes_what_fits_and_nothing_else(text in text(40)) {
        fn put<const N: usize>(text: &str) {
            let new = Text::<N>::try_from(text).ok();
            assert_eq!(new.is_some(), text.len() < N);
            if let Some(new) = new {
                assert_eq!((new.as_str(), new.get()), (text, Some(text)));
                assert_eq!(serde_json::to_value(&new).unwrap(), json!(text));
            }
        }
        put::<1>(&text);
        put::<2>(&text);
        put::<39>(&text);
        put::<40>(&text);
        put::<41>(&text);
    }
}
