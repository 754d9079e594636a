//! Values of fixed capacity, and the reader for types of one's own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use lark_event::{Envelope, Error, ErrorKind, Event, Opt, ProcessStatus, Text, TextList, json};
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt::Debug};

#[test]
fn text_holds_what_fits_and_keeps_the_old_where_it_does_not() {
    let mut text = Text::<8>::EMPTY;
    assert_eq!((text.get(), text.as_str(), text.is_present()), (None, "", false));
    text.set("").unwrap();
    assert_eq!((text.get(), text.is_present()), (Some(""), true));
    text.set("1234567").unwrap();
    let overflow = text.set("12345678").unwrap_err();
    assert_eq!((overflow.kind, overflow.needed, overflow.limit), (ErrorKind::CAPACITY, 8, 7));
    assert_eq!(overflow.to_string(), "expected at most 7 bytes, found 8");
    assert_eq!(text, "1234567");
    text.set("a\0\u{e9}").unwrap();
    assert_eq!((&*text, text.len()), ("a\0\u{e9}", 4));
    assert_eq!(format!("{text:?} {text:>6}"), "Some(\"a\\0\u{e9}\")    a\0\u{e9}");
    text.clear();
    assert_eq!(text, Text::EMPTY);
    assert_eq!(Text::<4>::try_from("abc").unwrap().as_str(), "abc");
    assert!(Text::<4>::try_from("abcd").is_err());
}

#[test]
fn absent_differs_from_empty_and_zero() {
    assert_ne!(Text::<4>::EMPTY, Text::<4>::try_from("").unwrap());
    let (absent, zero) = (Opt::<ProcessStatus>::default(), Opt::some(ProcessStatus(0)));
    assert_ne!(absent, zero);
    assert_eq!((absent.get(), zero.get()), (None, Some(ProcessStatus(0))));
    assert_eq!(format!("{:?} {:?}", absent, Opt::some(ProcessStatus::COMPLETED)), "None Some(COMPLETED(9))");
    assert_eq!(format!("{:?} {}", ProcessStatus(77), ProcessStatus(77)), "ProcessStatus(77) 77");
    let (absent, empty) = (decode_list("null"), decode_list("[]"));
    assert!(absent.is_empty() && empty.is_empty() && absent != empty);
    assert!(!absent.is_present() && empty.is_present());
}

#[test]
fn lists_give_their_texts() {
    let list = decode_list(r#"["a","","\u00e9\u0000",7]"#);
    assert_eq!(list.iter().collect::<Vec<_>>(), ["a", "", "\u{e9}\0", "7"]);
    assert_eq!((list.len(), list.get(1), list.get(4)), (4, Some(""), None));
    assert_eq!(format!("{list:?}"), "[\"a\", \"\", \"\u{e9}\\0\", \"7\"]");
}

fn decode_list(json: &str) -> TextList<201, 6400> {
    let body = format!(
        r#"{{"schema":"2.0","header":{{"event_type":"corehr.job_change.updated_v2"}},"event":{{"updated_fields":{json}}}}}"#
    );
    match Box::new(Envelope::from_json(body.as_bytes()).unwrap()).event {
        Event::JobChangeUpdated(event) => event.updated_fields,
        other => panic!("{other:?}"),
    }
}

#[derive(Deserialize, Debug, PartialEq)]
struct Message<'a> {
    id: &'a str,
    #[serde(default)]
    count: Option<i16>,
    #[serde(default)]
    ratio: f64,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    kind: Kind,
    #[serde(default)]
    map: BTreeMap<String, (bool, u64)>,
}

#[derive(Deserialize, Debug, PartialEq, Default)]
enum Kind {
    #[default]
    Plain,
    Tagged {
        x: i8,
    },
    Tuple(u8, u8),
    New(String),
}

#[test]
fn own_types_are_read_as_serde_json_reads_them() {
    for json in [
        r#"{"id":"a"}"#,
        r#" { "id" : "a" , "count" : -5 , "ratio" : 1.5e3 , "unknown" : [{"x":[]}] } "#,
        r#"{"id":"a","names":["\ud83d\ude00","b\n"],"map":{"k\u0065y":[true,18446744073709551615]}}"#,
        r#"{"id":"a","kind":"Plain"}"#,
        r#"{"id":"a","kind":{"Tagged":{"x":-1}}}"#,
        r#"{"id":"a","kind":{"Tuple":[1,2]}}"#,
        r#"{"id":"a","kind":{"New":"\u0041"},"count":null,"ratio":3}"#,
    ] {
        let expected: Message<'_> = serde_json::from_str(json).unwrap();
        assert_eq!(json::from_slice::<Message<'_>>(json.as_bytes()).unwrap(), expected, "{json}");
    }
    let value: serde_json::Value = json::from_slice(br#"[1,-2,3.5,"x",null,true,{"a":[]}]"#).unwrap();
    assert_eq!(value, serde_json::json!([1, -2, 3.5, "x", null, true, {"a": []}]));
}

/// Reads `json` with both readers, and compares what they make of it, or that they refuse it.
fn compare<T: DeserializeOwned + Debug>(json: &str) -> Result<T, Error> {
    let ours = json::from_slice::<T>(json.as_bytes());
    let theirs = serde_json::from_str::<T>(json);
    // By `Debug`, which tells -0 from 0.
    let (left, right) = (ours.as_ref().ok(), theirs.as_ref().ok());
    assert_eq!(format!("{left:?}"), format!("{right:?}"), "{json}: {ours:?}, {theirs:?}");
    ours
}

#[derive(Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Id(String);

#[derive(Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Number(u16);

#[derive(Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Low,
    #[serde(rename = "h\u{ef}gh")]
    High,
}

#[test]
fn keys_of_maps_are_read_as_serde_json_reads_them() {
    let texts = r#"{"a":1,"":2,"\u0061b":3}"#;
    assert_eq!(compare::<BTreeMap<Id, u8>>(texts).unwrap().len(), 3);
    assert_eq!(compare::<BTreeMap<Option<String>, u8>>(texts).unwrap().len(), 3);
    let numbers = r#"{"1":1,"2":2,"255":3,"0":4}"#;
    assert_eq!(compare::<BTreeMap<u8, u8>>(numbers).unwrap()[&2], 2);
    assert_eq!(compare::<BTreeMap<Number, u8>>(numbers).unwrap().len(), 4);
    assert_eq!(compare::<BTreeMap<Option<i64>, u8>>(numbers).unwrap().len(), 4);
    assert_eq!(compare::<BTreeMap<u128, u8>>(numbers).unwrap().len(), 4);
    assert_eq!(compare::<BTreeMap<i128, u8>>(r#"{"-170141183460469231731687303715884105728":1}"#).unwrap().len(), 1);
    assert_eq!(compare::<Vec<(Level, u8)>>(r#"[["Low",1]]"#).unwrap(), [(Level::Low, 1)]);
    assert_eq!(compare::<BTreeMap<Level, u8>>(r#"{"Low":1,"h\u00efgh":2}"#).unwrap().len(), 2);
    assert_eq!(compare::<BTreeMap<bool, u8>>(r#"{"true":1,"false":2}"#).unwrap()[&true], 1);
    assert_eq!(compare::<BTreeMap<char, u8>>(r#"{"\u00e9":1}"#).unwrap().len(), 1);
    for (json, kind) in [
        (r#"{"256":1}"#, ErrorKind::RANGE),
        (r#"{"-1":1}"#, ErrorKind::RANGE),
        (r#"{"99999999999999999999":1}"#, ErrorKind::RANGE),
        (r#"{"01":1}"#, ErrorKind::TYPE),
        (r#"{" 1":1}"#, ErrorKind::TYPE),
        (r#"{"1 ":1}"#, ErrorKind::TYPE),
        (r#"{"+1":1}"#, ErrorKind::TYPE),
        (r#"{"1.5":1}"#, ErrorKind::TYPE),
        (r#"{"":1}"#, ErrorKind::TYPE),
        (r#"{"a":1}"#, ErrorKind::TYPE),
    ] {
        assert_eq!(compare::<BTreeMap<u8, u8>>(json).unwrap_err().kind, kind, "{json}");
    }
    assert_eq!(compare::<BTreeMap<Level, u8>>(r#"{"Mid":1}"#).unwrap_err().kind, ErrorKind::REFUSED);
    assert_eq!(compare::<BTreeMap<bool, u8>>(r#"{"True":1}"#).unwrap_err().kind, ErrorKind::TYPE);
    // serde_json does not undo escapes in a key that is to be a number.
    let escaped = json::from_slice::<BTreeMap<u8, u8>>(br#"{"\u00312":1}"#).unwrap();
    assert_eq!(escaped[&12], 1);
    let long = format!(r#"{{"\u0031{}":1}}"#, "0".repeat(600));
    assert_eq!(json::from_slice::<BTreeMap<u8, u8>>(long.as_bytes()).unwrap_err().kind, ErrorKind::CAPACITY);
}

#[test]
fn numbers_are_read_as_serde_json_reads_them() {
    for number in ["0", "-0", "-0.0", "1", "0.1", "-1e-7", "16777217", "18446744073709551616", "1e300", "5e-324"] {
        assert!(compare::<f64>(number).is_ok(), "{number}");
        assert!(compare::<serde_json::Value>(number).is_ok(), "{number}");
    }
    for number in ["-123456789012345678901234567890", "123456789012345678901234567890"] {
        assert!(compare::<f64>(number).is_ok() && compare::<f32>(number).is_ok(), "{number}");
        assert!(compare::<serde_json::Value>(number).is_ok(), "{number}");
        assert_eq!(compare::<i64>(number).unwrap_err().kind, ErrorKind::RANGE);
        assert!(compare::<i128>(number).is_ok());
    }
    for number in ["0", "-0", "0.1", "-1.5", "16777217", "3e38"] {
        assert!(compare::<f32>(number).is_ok(), "{number}");
    }
    // Halfway between two f32, and a little more: by way of an f64 it would be rounded down.
    assert_eq!(json::from_slice::<f32>(b"1.00000005960464477540").unwrap(), 1.000_000_1);
    for (number, kind) in [("1e39", ErrorKind::RANGE), ("\"1\"", ErrorKind::TYPE)] {
        assert_eq!(json::from_slice::<f32>(number.as_bytes()).unwrap_err().kind, kind);
    }
    assert_eq!(compare::<f64>("1e400").unwrap_err().kind, ErrorKind::RANGE);
    for (number, unsigned, signed) in [
        ("0", true, true),
        ("18446744073709551616", true, true),
        ("170141183460469231731687303715884105728", true, false),
        ("340282366920938463463374607431768211455", true, false),
        ("340282366920938463463374607431768211456", false, false),
        ("-1", false, true),
        ("-170141183460469231731687303715884105728", false, true),
        ("-170141183460469231731687303715884105729", false, false),
    ] {
        for (found, good) in
            [(compare::<u128>(number).map(drop), unsigned), (compare::<i128>(number).map(drop), signed)]
        {
            assert_eq!(
                found.map_err(|error| error.kind),
                if good { Ok(()) } else { Err(ErrorKind::RANGE) },
                "{number}"
            );
        }
    }
    assert_eq!(compare::<u128>("1.5").unwrap_err().kind, ErrorKind::TYPE);
    assert_eq!(compare::<i8>("1.5").unwrap_err().kind, ErrorKind::TYPE);
    // To JSON's grammar -0 is an integer, and that is 0.
    assert_eq!((json::from_slice::<u8>(b"-0"), json::from_slice::<i128>(b"-0")), (Ok(0), Ok(0)));
}

#[test]
fn names_of_variants_may_be_escaped() {
    assert_eq!(compare::<Level>(r#""\u004cow""#), Ok(Level::Low));
    assert_eq!(compare::<Level>(r#"{"L\u006fw":null}"#), Ok(Level::Low));
    assert_eq!(compare::<Level>(r#""h\u00efgh""#), Ok(Level::High));
    let kind = compare::<Kind>(r#"{"\u004eew":"x"}"#).unwrap();
    assert_eq!(kind, Kind::New("x".to_owned()));
    for (json, expected) in [("5", ErrorKind::TYPE), ("true", ErrorKind::TYPE), (r#""\u004dow""#, ErrorKind::REFUSED)] {
        assert_eq!(compare::<Level>(json).unwrap_err().kind, expected, "{json}");
    }
}

#[test]
fn own_types_are_refused_with_the_kind_and_the_place() {
    let long = format!(r#"{{"id":"a","names":["{}\n"]}}"#, "x".repeat(600));
    for (json, kind, offset) in [
        (r#"{"id":"a"} x"#, ErrorKind::TRAILING_BYTES, 11),
        (r#"{"id":5}"#, ErrorKind::TYPE, 6),
        ("[]", ErrorKind::TYPE, 0),
        (r#"{"id":"a","count":99999}"#, ErrorKind::RANGE, 18),
        (r#"{"id":"a","count":123456789012345678901234567890}"#, ErrorKind::RANGE, 18),
        (r#"{"count":1}"#, ErrorKind::MISSING, 11),
        (r#"{"id":"a","id":"b"}"#, ErrorKind::DUPLICATE, 15),
        (r#"{"id":"a","kind":"Nothing"}"#, ErrorKind::REFUSED, 26),
        (r#"{"id":"\u0061"}"#, ErrorKind::TYPE, 6),
        (r#"{"id":"a","kind":{"Plain":null,"New":"x"}}"#, ErrorKind::REFUSED, 37),
        (r#"{"id":"a","ratio":tru}"#, ErrorKind::INVALID_LITERAL, 21),
        (long.as_str(), ErrorKind::CAPACITY, 19),
    ] {
        let error = json::from_slice::<Message<'_>>(json.as_bytes()).unwrap_err();
        assert_eq!((error.kind, error.offset), (kind, offset), "{json}");
    }
    let read = json::from_slice_with::<Message<'_>>(long.as_bytes(), &mut [0; 700]).unwrap();
    assert_eq!(read.names.concat().len(), 601);
}

#[test]
fn the_debug_form_of_a_header_does_not_tell_the_token() {
    let body = br#"{"schema":"2.0","header":{"event_id":"5e37","event_type":"x","token":"secret"},"event":{}}"#;
    let envelope = lark_event::Envelope::from_json(body).unwrap();
    let shown = format!("{envelope:?} {:#?}", envelope.header);
    assert!(shown.contains("5e37") && shown.contains("token: Some(...)") && !shown.contains("secret"), "{shown}");
    assert!(format!("{:?}", lark_event::Envelope::EMPTY).contains("token: None"));
}
