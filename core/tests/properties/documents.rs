//! Any JSON: our reader and serde_json are of one opinion, and find the same values.

use crate::cases;
use lark_event::json::{self, Reader, pointer_with_raw};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("a number", |number| Number::from_f64(number).map(Value::Number)),
        any::<String>().prop_map(Value::from),
        vec(any::<char>(), 0..100).prop_map(|text| Value::from(text.into_iter().collect::<String>())),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Value::from),
            vec((any::<String>(), inner), 0..8).prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// Bytes of which many are JSON, or nearly so.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[\\[\\]{},:\" \n]",
        2 => "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{0,2})?([eE][-+]?[0-9]{0,2})?",
        2 => "\"[a-c]{0,9}\"|true|false|null|\"\":",
        1 => "\\\\([\"\\\\/bfnrtux]|u[0-9a-fD]{4})",
        1 => any::<char>().prop_map(String::from),
    ];
    (vec(piece, 0..12), vec(any::<u8>(), 0..3), any::<bool>()).prop_map(|(pieces, tail, has_tail)| {
        let mut bytes = pieces.concat().into_bytes();
        bytes.extend(tail.into_iter().filter(|_| has_tail));
        bytes
    })
}

fn read(input: &[u8]) -> bool {
    let mut reader = Reader::new(input);
    reader.skip_value().and_then(|()| reader.finish()).is_ok()
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn any_value_that_serde_json_writes_is_read(value in value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        prop_assert!(read(text.as_bytes()));
        let found: Value = json::from_slice_with(text.as_bytes(), &mut vec![0; text.len()]).unwrap();
        prop_assert_eq!(found.to_string(), value.to_string());
        let (_, raw) = pointer_with_raw(text.as_bytes(), "").unwrap().unwrap();
        prop_assert_eq!(raw, text.as_bytes());
        for end in 0..text.len() {
            // A number may be one that has been cut off.
            prop_assert!(!read(&text.as_bytes()[..end]) || value.is_number());
        }
    }

    #[test]
    fn what_is_nearly_json_is_read_as_serde_json_does(bytes in nearly_json()) {
        let theirs = serde_json::from_slice::<Value>(&bytes);
        let ours = json::from_slice_with::<Value>(&bytes, &mut vec![0; bytes.len()]);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}, {:?}", ours, theirs);
        if let (Ok(ours), Ok(theirs)) = (&ours, &theirs) {
            prop_assert_eq!(ours, theirs);
        }
        // A number out of range is a fault of the value, and not of the document.
        let in_range = theirs.as_ref().map_or_else(|error| !error.to_string().contains("number out of range"), |_| true);
        prop_assert!(read(&bytes) == theirs.is_ok() || !in_range);
    }
}
