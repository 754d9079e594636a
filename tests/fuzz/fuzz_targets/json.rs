//! Any bytes as JSON: our reader, read value by value, passed over, and as serde sees it, against serde_json.

#![no_main]

use lark_event::ErrorKind;
use lark_event::json::{Number, Reader, from_slice, from_slice_with, pointer_with_raw};
use lark_event_fuzz::tree::{self, Tree};

libfuzzer_sys::fuzz_target!(|json: &[u8]| {
    let ours = tree::compare(json);
    // Passed over, it is looked at no less.
    let mut reader = Reader::new(json);
    let passed = reader.skip_value().and_then(|()| reader.finish());
    assert_eq!(passed, ours.as_ref().map(drop).map_err(|error| *error));
    // The empty path is all of it.
    let found = pointer_with_raw(json, "").map(|found| found.map(|(_, raw)| raw));
    match &ours {
        Ok(_) => assert_eq!(found, Ok(Some(json.trim_ascii()))),
        Err(error) => assert_eq!(found, Err(*error)),
    }
    // As serde sees it. A number that is too large for its type is one thing that only serde minds.
    let seen = from_slice_with::<Tree>(json, &mut vec![0; json.len()]);
    match (&seen, Tree::theirs(json)) {
        (Ok(seen), Ok(theirs)) => assert_eq!(*seen, theirs),
        (Err(error), Ok(_)) => assert_eq!(error.kind, ErrorKind::TOO_DEEP),
        (Ok(_), Err(error)) => panic!("only we accept: {error}"),
        (Err(_), Err(_)) => {}
    }
    // Whose buffer for escapes is too small is told so.
    match (from_slice::<Tree>(json), seen) {
        (Err(error), seen) if error.kind == ErrorKind::CAPACITY => assert!(error.found > 512 && seen != Err(error)),
        (found, seen) => assert_eq!(found, seen),
    }
    if let Some(number) = Number::integer(json) {
        let text = std::str::from_utf8(json).expect("numbers are ASCII");
        assert!(number.is_integer() && number.raw() == json);
        assert_eq!(
            (number.to_u64(), number.to_i64()),
            (text.parse().ok().filter(|_| !text.starts_with('-')), text.parse().ok())
        );
        assert_eq!(number.to_i32(), text.parse().ok());
    }
});
