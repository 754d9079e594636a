//! What errors say: what was expected, and what was found.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use lark_event::{Envelope, decode, json};

/// The message for a body with such members of the header and such an event.
fn message(header: &str, event: &str) -> String {
    let header = format!(r#"{{"event_type":"corehr.job_change.updated_v2"{header}}}"#);
    let body = format!(r#"{{"header":{header},"event":{event}}}"#);
    let mut envelope = Box::new(Envelope::EMPTY);
    decode(body.as_bytes(), &mut envelope).unwrap_err().message().to_string()
}

#[test]
fn of_a_wrong_type_they_name_both() {
    for (member, expected) in [
        (r#""process_id":{}"#, "process_id: expected a string, found an object"),
        (r#""process_id":1.5"#, "process_id: expected a string, found a number with a fraction or an exponent"),
        (r#""status":[]"#, "status: expected an integer, found an array"),
        (r#""status":"abc""#, "status: expected an integer, found a string of something else"),
        (r#""status":"1.0""#, "status: expected an integer, found a string of something else"),
        (r#""status":1e0"#, "status: expected an integer, found a number with a fraction or an exponent"),
        (r#""updated_fields":"a""#, "updated_fields: expected an array with nothing but strings, found a string"),
        (r#""updated_fields":7"#, "updated_fields: expected an array with nothing but strings, found a number"),
        (
            r#""updated_fields":["a",[]]"#,
            "updated_fields: expected an array with nothing but strings, found an array in it",
        ),
        (r#""updated_fields":["a",null]"#, "updated_fields: expected an array with nothing but strings, found null"),
        (r#""updated_fields":[true]"#, "updated_fields: expected an array with nothing but strings, found true"),
        (r#""updated_fields":[1,1.5]"#, "updated_fields: expected an array with nothing but strings, found a number"),
    ] {
        assert_eq!(message("", &format!("{{{member}}}")), format!("event.{expected}"), "{member}");
    }
    for (value, expected) in [
        ("1.5", "a number with a fraction or an exponent"),
        (r#""1.5""#, "a string of something else"),
        ("true", "true"),
    ] {
        assert_eq!(
            message(&format!(r#","create_time":{value}"#), "{}"),
            format!("header.create_time: expected a whole number, or a string of one, found {expected}")
        );
    }
    assert_eq!(message("", "5"), "event: expected an object, found a number");
    let error = decode(b"[]", &mut Box::new(Envelope::EMPTY)).unwrap_err();
    assert_eq!(error.to_string(), "expected an object, found an array at byte 0");
}

#[test]
fn of_a_number_out_of_range_they_say_in_which_direction() {
    for (value, found) in [
        ("2147483648", "a larger one"),
        ("-2147483649", "a smaller one"),
        (r#""-2147483649""#, "a string of another"),
        ("123456789012345678901234567890", "a larger one"),
    ] {
        let expected = format!("event.status: expected an integer from -2147483648 to 2147483647, found {found}");
        assert_eq!(message("", &format!(r#"{{"status":{value}}}"#)), expected);
    }
    for (value, found) in [
        ("18446744073709551616", "a larger one"),
        ("-1", "a negative one"),
        (r#""18446744073709551616""#, "a string of another"),
    ] {
        assert_eq!(
            message(&format!(r#","create_time":{value}"#), "{}"),
            format!("header.create_time: expected a whole number from 0 to 18446744073709551615, found {found}")
        );
    }
    for body in [&b"256"[..], b"-1"] {
        let error = json::from_slice::<u8>(body).unwrap_err();
        assert_eq!(error.to_string(), "expected a value that its type can hold, found another at byte 0");
    }
    let error = json::from_slice::<char>(b"\"ab\"").unwrap_err();
    assert_eq!(error.to_string(), "expected a value that its type can hold, found another at byte 0");
}
