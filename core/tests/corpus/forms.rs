//! Bodies as programs write them are read in a way of their own. The same bodies in other words, which have to take the
//! general way, must give the same.

use crate::case::{self, Failures};
use serde_json::Value;

/// The body with white space around everything that is no string, or with an escape in every string that begins with a
/// letter or a digit, names included.
fn in_other_words(body: &[u8], spaces: bool) -> Vec<u8> {
    let (mut other, mut bytes) = (Vec::new(), body.iter().copied().peekable());
    let (mut inside, mut escaped) = (false, false);
    while let Some(byte) = bytes.next() {
        let is_quote = byte == b'"' && !escaped;
        escaped = inside && byte == b'\\' && !escaped;
        inside ^= is_quote;
        match byte {
            b'{' | b'}' | b'[' | b']' | b':' | b',' if spaces && !inside => other.extend([b' ', byte, b'\n']),
            _ => other.push(byte),
        }
        if let Some(first) = bytes.next_if(|next| !spaces && is_quote && inside && next.is_ascii_alphanumeric()) {
            other.extend(format!("\\u{first:04x}").into_bytes());
        }
    }
    other
}

/// What came of a body, without the places.
fn outcome(case: &case::Case, input: &[u8]) -> Value {
    let mut envelope = case::fresh();
    let result = case.decode_bytes(input, &mut envelope);
    let mut outcome = case::outcome(&envelope, input, result);
    outcome["raw_event"] = (envelope.raw_event.len > 0).into();
    if let Some(error) = outcome["error"].as_object_mut() {
        error.remove("offset");
    }
    outcome
}

#[test]
fn a_body_in_other_words_gives_the_same() {
    let failures = Failures::default();
    case::on_all_processors(&case::all(), |case, _| {
        let expected = outcome(case, &case.input);
        for (name, spaces) in [("white space", true), ("escapes", false)] {
            let found = outcome(case, &in_other_words(&case.input, spaces));
            failures.compare(&format!("{} with {name}", case.name), &expected, &found);
        }
    });
    failures.report();
}

/// Names that are too long to be compared at a time are looked for like the others.
#[test]
fn nuls_in_place_of_a_member_are_no_name() {
    for before in [r#""transfer_mode":1"#, r#""transfer_type_unique_identifier":"1""#] {
        let header = r#""header":{"event_type":"corehr.job_change.updated_v1"}"#;
        let body = format!("{{{header},\"event\":{{{before},{}", "\0".repeat(64));
        let error = lark_event::decode(body.as_bytes(), &mut case::fresh()).unwrap_err();
        let found = (error.kind, error.field.to_string(), error.offset as usize);
        assert_eq!(found, (lark_event::ErrorKind::EXPECTED_NAME, "event".to_owned(), body.len() - 64));
    }
}
