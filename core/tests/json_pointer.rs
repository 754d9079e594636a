//! JSON Pointer: the examples of RFC 6901, and what must hold for every lookup. `corpus/pointer.rs` compares with
//! serde_json and damages documents.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use lark_event::{
    Error, ErrorKind, Text,
    json::{MAX_DEPTH, Reader, Value, pointer, pointer_with_raw},
};
use std::thread;

/// The JSON of the value, if there is one.
fn raw<'a>(json: &'a str, path: &str) -> Result<Option<&'a str>, Error> {
    let found = pointer_with_raw(json.as_bytes(), path)?;
    Ok(found.map(|(_, raw)| std::str::from_utf8(raw).unwrap()))
}

fn fault(json: &str, path: &str) -> (ErrorKind, u32) {
    let error = raw(json, path).unwrap_err();
    (error.kind, error.offset)
}

/// RFC 6901, section 5.
#[test]
fn the_examples_of_the_rfc() {
    let document = r#"{"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8}"#;
    for (path, expected) in [
        ("", document),
        ("/foo", r#"["bar", "baz"]"#),
        ("/foo/0", r#""bar""#),
        ("/", "0"),
        ("/a~1b", "1"),
        ("/c%d", "2"),
        ("/e^f", "3"),
        ("/g|h", "4"),
        ("/i\\j", "5"),
        ("/k\"l", "6"),
        ("/ ", "7"),
        ("/m~0n", "8"),
    ] {
        assert_eq!(raw(document, path), Ok(Some(expected)), "{path}");
    }
}

#[test]
fn values_are_what_they_are() {
    let document = r#" {"null": null, "yes": true, "no": false, "max": 9223372036854775807, "more": 9223372036854775808,
        "min": -9223372036854775808, "less": -9223372036854775809, "real": 1.0, "power": 1e2, "zero": -0,
        "text": "a", "escaped": "\u6d41\n\ud83d\ude00", "empty": "", "array": [ ], "object": {"a": [1]}} "#;
    let get = |path: &str| pointer(document.as_bytes(), path).unwrap().unwrap();
    assert!(get("/null").is_null() && !get("/no").is_null());
    assert_eq!([get("/yes").as_bool(), get("/no").as_bool(), get("/null").as_bool()], [Some(true), Some(false), None]);
    for (name, signed, unsigned) in [
        ("max", Some(i64::MAX), Some(i64::MAX as u64)),
        ("more", None, Some(1 << 63)),
        ("min", Some(i64::MIN), None),
        ("less", None, None),
        ("real", None, None),
        ("power", None, None),
        ("zero", Some(0), None),
        ("text", None, None),
    ] {
        let value = get(&format!("/{name}"));
        assert_eq!((value.as_i64(), value.as_u64()), (signed, unsigned), "{name}");
    }
    assert!(matches!(get("/power"), Value::Number(number) if number.raw() == b"1e2"));
    assert_eq!(get("/text").as_str().and_then(|text| text.as_plain()), Some("a"));
    assert_eq!(get("/escaped").as_str().and_then(|text| text.as_plain()), None);
    assert!(get("/escaped").as_str().unwrap().is("\u{6d41}\n\u{1f600}"));
    assert!(get("/empty").as_str().unwrap().is_empty() && get("/null").as_str().is_none());
    assert!(matches!(get("/array"), Value::Array(b"[ ]")));
    let Value::Object(object) = get("/object") else { panic!("no object") };
    assert_eq!(pointer(object, "/a/0").unwrap().unwrap().as_i64(), Some(1));
    let mut reader = Reader::new(object);
    let mut members = reader.enter_object().unwrap();
    assert!(reader.next_member(&mut members).unwrap().unwrap().is("a"));
    assert!(matches!(get(""), Value::Object(all) if all == document.trim().as_bytes()));
    assert_eq!(raw("\t7 ", ""), Ok(Some("7")));
}

#[test]
fn what_is_not_there_is_none() {
    let document = r#"{"a": [10, 11, {"b": null}], "-": 1, "0": 2, "t": "text", "~": 3, "01": 4}"#;
    for path in [
        "/b",
        "/A",
        "/a/3",
        "/a/-",
        "/a/",
        "/a/00",
        "/a/01",
        "/a/+1",
        "/a/1e0",
        "/a/ 1",
        "/a/1 ",
        "/a/x",
        "/a/-1",
        "/a/b",
        "/a/2/b/c",
        "/a/2/0",
        "/t/0",
        "/t/",
        "//",
        "/-/-",
        "/a/0/",
        "/a/4294967296",
        "/a/18446744073709551616",
        "/a/99999999999999999999999999999999999999",
        "/~0~0",
        "/~1",
        "/a~1",
        "/a\0",
        "/a/\u{661}",
    ] {
        assert_eq!(raw(document, path), Ok(None), "{path}");
    }
    for (path, expected) in [("/-", "1"), ("/0", "2"), ("/01", "4"), ("/~0", "3"), ("/a/2/b", "null"), ("/a/1", "11")] {
        assert_eq!(raw(document, path), Ok(Some(expected)), "{path}");
    }
    for document in ["null", "1", "\"a\"", "[]", "{}", " [ ] ", " { } "] {
        assert_eq!([raw(document, "/"), raw(document, "/0"), raw(document, "/a/b")], [Ok(None); 3], "{document}");
    }
}

#[test]
fn names_are_compared_with_all_escapes_undone() {
    let document = r#"{"\u0061": 1, "\/": 2, "\u007e1": 3, "~\u0031\u002F": 4, "a\tb\ud83d\ude00": 5, "~01": 6, "": 7, "\u0000": 8}"#;
    for (path, expected) in [
        ("/a", Some("1")),
        ("/~1", Some("2")),
        ("/~01", Some("3")),
        ("/~01~1", Some("4")),
        ("/a\tb\u{1f600}", Some("5")),
        ("/~001", Some("6")),
        ("/", Some("7")),
        ("/\0", Some("8")),
        ("/~0", None),
        ("/~01~1~1", None),
        ("/~00", None),
        ("/\\u0061", None),
        ("/a\tb", None),
        ("/a\tb\u{1f600}c", None),
    ] {
        assert_eq!(raw(document, path), Ok(expected), "{path}");
    }
}

#[test]
fn a_member_of_the_path_stands_once() {
    for (document, path, offset) in [
        (r#"{"a": 1, "a": 1}"#, "/a", 9),
        (r#"{"a": 1, "b": 0, "\u0061": 2, "a": 3}"#, "/a", 17),
        (r#"{"a": 1, "a": {"b": 2}}"#, "/a/b", 9),
        (r#"{"a": {"b": 2}, "a": 1}"#, "/a/b", 16),
        (r#"{"a": {}, "a": {}}"#, "/a/b", 10),
        (r#"{"a": {"b": 2, "b": 3}, "a": 1}"#, "/a/b", 15),
        (r#"[{"a": {"b": [0], "b": 3}}]"#, "/0/a/b/7", 18),
        (r#"{"a/~": 1, "a\/\u007e": 1}"#, "/a~1~0", 11),
        (r#"{"": 1, "": 1}"#, "/", 8),
    ] {
        assert_eq!(fault(document, path), (ErrorKind::DUPLICATE, offset), "{document} {path}");
    }
    // Elsewhere it leaves no doubt about the value.
    let document = r#"{"a": [{"x": 1, "x": 2}, 5], "y": 1, "y": 2}"#;
    for (path, expected) in [("/a/1", "5"), ("/a/0", r#"{"x": 1, "x": 2}"#), ("", document)] {
        assert_eq!(raw(document, path), Ok(Some(expected)), "{path}");
    }
    assert_eq!(raw(document, "/a/0/z"), Ok(None));
    // A document that is not valid is worse.
    assert_eq!(fault(r#"{"a": 1, "a": 1} x"#, "/a"), (ErrorKind::TRAILING_BYTES, 17));
    let message = raw(r#"{"a": 1, "a": 1}"#, "/a").unwrap_err().to_string();
    assert_eq!(message, "expected the member once, found it again at byte 9");
}

#[test]
fn the_document_is_valid_to_its_end() {
    for (document, kind, offset) in [
        ("", ErrorKind::UNEXPECTED_END, 0),
        (r#"{"a": 1"#, ErrorKind::UNEXPECTED_END, 7),
        (r#"{"a": 1, "b": tru}"#, ErrorKind::INVALID_LITERAL, 17),
        (r#"{"a": 1, "b": [01]}"#, ErrorKind::INVALID_NUMBER, 16),
        (r#"{"a": 1,}"#, ErrorKind::EXPECTED_NAME, 8),
        (r#"{"a": 1 "b": 2}"#, ErrorKind::EXPECTED_COMMA, 8),
        (r#"{"a": 1, "b" 2}"#, ErrorKind::EXPECTED_COLON, 13),
        (r#"{"a": 1, "\x": 2}"#, ErrorKind::INVALID_ESCAPE, 11),
        (r#"{"a": 1]"#, ErrorKind::EXPECTED_COMMA, 7),
        (r#"{"a": 1} {"#, ErrorKind::TRAILING_BYTES, 9),
        (r#"{"b": [1, 2,], "a": 1}"#, ErrorKind::EXPECTED_VALUE, 12),
        (r#"{"a": "\ud800"}"#, ErrorKind::LONE_SURROGATE, 7),
    ] {
        for path in ["", "/a", "/a/b", "/b/1", "/c"] {
            assert_eq!(fault(document, path), (kind, offset), "{document} {path}");
        }
    }
    assert_eq!(pointer(b"{\"a\": 1, \"b\": \"\xff\"}", "/a").unwrap_err().kind, ErrorKind::INVALID_UTF8);
}

#[test]
fn a_malformed_pointer_is_told_before_anything_else() {
    for path in ["a", "a/b", "#", "#/a", "~0", "~", "/~", "/a~", "/~2", "/~~0", "/~/a", "/a/~a/b", "/~\u{e4}", " "] {
        for document in ["{\"a\": 1}", "not JSON", ""] {
            let error = raw(document, path).unwrap_err();
            assert_eq!(error, Error::of_call(ErrorKind::INVALID_ARGUMENT), "{path} in {document}");
        }
    }
}

#[test]
fn no_deeper_than_the_limit() {
    let depth = MAX_DEPTH as usize;
    for (opening, closing, token) in [("[", "]", "/0"), ("{\"a\":", "}", "/a")] {
        let nest = |levels: usize| format!("{}7{}", opening.repeat(levels), closing.repeat(levels));
        let deepest = nest(depth);
        for levels in 0..=depth {
            let expected = &deepest[levels * opening.len()..deepest.len() - levels];
            assert_eq!(raw(&deepest, &token.repeat(levels)), Ok(Some(expected)), "{levels} levels of {opening}");
        }
        assert_eq!(raw(&deepest, &token.repeat(depth + 1)), Ok(None));
        let too_deep = (ErrorKind::TOO_DEEP, (depth * opening.len()) as u32);
        for levels in 0..=depth + 2 {
            assert_eq!(fault(&nest(depth + 1), &token.repeat(levels)), too_deep, "{levels} levels of {opening}");
        }
    }
    // Levels are counted on the way up too: what follows the value may be as deep as what is before it.
    let inner = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let document = |levels: usize| format!("[[0, {}], {}]", inner(levels), inner(levels + 1));
    assert_eq!(raw(&document(depth - 2), "/0/0"), Ok(Some("0")));
    assert_eq!(fault(&document(depth - 1), "/0/0").0, ErrorKind::TOO_DEEP);
}

/// Objects and arrays in turn, each with something before and behind what the path goes through.
#[test]
fn every_level_is_left_as_it_was_entered() {
    let (mut document, mut path) = ("8".to_owned(), String::new());
    // One level less than the limit, which the others beside the innermost value have.
    for level in 0..MAX_DEPTH - 1 {
        let is_object = level % 3 != 1;
        document = match is_object {
            true => format!(r#"{{"x": [], "n{level}": {document}, "y": {{}}, "z": 1}}"#),
            false => format!(r#"[{{"x": 1}}, {document}, [], 2]"#),
        };
        path.insert_str(0, &if is_object { format!("/n{level}") } else { "/1".to_owned() });
    }
    assert_eq!(raw(&document, &path), Ok(Some("8")));
    assert_eq!(raw(&document, &format!("{path}/x")), Ok(None));
}

#[test]
fn the_stack_does_not_grow() {
    let (nested, path) = ("{\"a\":".repeat(1_000_000), "/a".repeat(1_000_000));
    let small = thread::Builder::new().stack_size(64 * 1024);
    let run = small.spawn(move || assert_eq!(fault(&nested, &path), (ErrorKind::TOO_DEEP, 64 * 5)));
    run.unwrap().join().unwrap();
}

/// Each of these would take hours if every member were compared with the whole of the pointer.
#[test]
fn long_pointers_take_no_longer() {
    let members: String = (0..100_000).map(|n| format!("\"{n}\": 0, ")).collect();
    let document = format!("{{{members} \"a\": {{\"b\": 1}}}}");
    for token in ["x", "~0", "1"] {
        assert_eq!(raw(&document, &format!("/{}", token.repeat(5_000_000))), Ok(None));
    }
    assert_eq!(raw(&document, &format!("/a{}", "/b".repeat(5_000_000))), Ok(None));
    assert_eq!(raw(&document, "/a/b"), Ok(Some("1")));
}

#[test]
fn text_goes_where_there_is_room_for_it() {
    let text = |json: &'static str| pointer(json.as_bytes(), "").unwrap().unwrap().as_str().unwrap();
    assert_eq!(Text::<4>::try_from(text(r#""abc""#)).unwrap(), "abc");
    assert_eq!(Text::<4>::try_from(text(r#""\u6d41""#)).unwrap(), "\u{6d41}");
    assert_eq!(Text::<1>::try_from(text("\"\"")).unwrap().get(), Some(""));
    for (json, needed) in [(r#""abcd""#, 4), (r#""\u6d41a""#, 4), (r#""a\ud83d\ude00""#, 5)] {
        let overflow = Text::<4>::try_from(text(json)).unwrap_err();
        assert_eq!((overflow.kind, overflow.needed, overflow.limit), (ErrorKind::CAPACITY, needed, 3), "{json}");
    }
}
