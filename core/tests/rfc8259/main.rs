//! The grammar of RFC 8259 (`tests/corpus/rfc8259.json`): every text alone, by every way to read one, and in every place of
//! an event. The verdict must be the grammar's, but for the differences that the corpus lists.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "../common/mod.rs"]
mod common;
mod places;
#[path = "../common/record.rs"]
mod record;
mod suite;

use lark_event::json::{self, MAX_DEPTH, Reader, Value as Found, pointer, pointer_with_raw};
use lark_event::{Error, ErrorKind};
use serde_json::Value;
use suite::{Suite, Text};

/// Reads a document from one end to the other by pulling every value out of it.
fn pull(input: &[u8]) -> Result<(), Error> {
    fn value(reader: &mut Reader<'_>) -> Result<(), Error> {
        match reader.peek()? {
            b'{' => {
                let mut object = reader.enter_object()?;
                while reader.next_member(&mut object)?.is_some() {
                    value(reader)?;
                }
            }
            b'[' => {
                let mut array = reader.enter_array()?;
                while reader.next_item(&mut array)? {
                    value(reader)?;
                }
            }
            b'"' => drop(reader.string()?),
            b'-' | b'0'..=b'9' => drop(reader.number()?),
            _ => drop(reader.literal()?),
        }
        Ok(())
    }
    let mut reader = Reader::new(input);
    value(&mut reader)?;
    reader.finish()
}

fn skip(input: &[u8]) -> Result<(), Error> {
    let mut reader = Reader::new(input);
    reader.skip_value()?;
    reader.finish()
}

fn as_value(input: &[u8]) -> Result<Value, Error> {
    json::from_slice_with(input, &mut vec![0; input.len()])
}

/// The fault of a document; what is only wrong with a value is none.
fn fatal<T>(result: Result<T, Error>) -> Option<Error> {
    result.err().filter(|error| (1..100).contains(&error.kind.0))
}

/// The pointer in the middle leads to what some of the texts have, the last one to nothing.
const POINTERS: [&str; 4] = ["", "/a", "/0", "/none/1"];

#[test]
fn every_way_to_read_gives_the_verdict_of_the_grammar() {
    let suite = Suite::load();
    let mut wrong = Vec::new();
    for text in &suite.texts {
        let mut check = |way: &str, fault: Option<Error>| {
            if !text.is_good(&suite, fault) {
                wrong.push(format!("{} by {way}: {fault:?}, not at {:?}", text.name, text.offset));
            }
        };
        check("decode", fatal(lark_event::decode(&text.bytes, &mut places::fresh())));
        check("skipping", fatal(skip(&text.bytes)));
        check("pulling", fatal(pull(&text.bytes)));
        match as_value(&text.bytes) {
            // It stops at a number that the type cannot hold, and sees nothing of what follows.
            Err(error) if error.kind == ErrorKind::RANGE => {}
            result => check("from_slice", fatal(result)),
        }
        for path in POINTERS {
            check(&format!("pointer {path:?}"), fatal(pointer(&text.bytes, path)));
        }
        // With whatever comes behind it in the same memory.
        for behind in [&b"1"[..], b"\"", b"]}", b" ", b"\xbf"] {
            let longer = [&text.bytes, behind].concat();
            check("a part of its memory", fatal(skip(&longer[..text.bytes.len()])));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// A lookup finds the text itself, white space left out.
#[test]
fn a_value_is_found_as_it_stands() {
    let suite = Suite::load();
    let mut found = 0;
    for text in suite.texts.iter().filter(|text| suite.expects(text)) {
        let (value, raw) = pointer_with_raw(&text.bytes, "").unwrap().unwrap();
        assert_eq!(raw, text.bytes.trim_ascii(), "{}", text.name);
        let is_kind = match value {
            Found::Null => raw == b"null",
            Found::Boolean(value) => raw == value.to_string().as_bytes(),
            Found::Number(number) => number.raw() == raw,
            Found::String(_) => raw[0] == b'"',
            Found::Array(inner) => raw[0] == b'[' && inner == raw,
            Found::Object(inner) => raw[0] == b'{' && inner == raw,
        };
        assert!(is_kind, "{}: {value:?}", text.name);
        found += 1;
    }
    assert!(found > 250, "{found}");
}

#[test]
fn halves_of_pairs_are_told_at_their_borders() {
    let units = [0xd7ff, 0xd800, 0xd801, 0xdbff, 0xdc00, 0xdc01, 0xdfff, 0xe000];
    for (first, second) in units.iter().flat_map(|first| units.iter().map(move |second| (*first, *second))) {
        let text = format!("\"\\u{first:x}\\u{second:X}\"");
        let expected = String::from_utf16(&[first, second]).ok();
        assert_eq!(skip(text.as_bytes()).is_ok(), expected.is_some(), "{text}");
        assert_eq!(as_value(text.as_bytes()).ok(), expected.map(Value::from), "{text}");
    }
}

/// What serde_json does not round to the nearest number, unless one asks it to, and we do.
const ROUNDED: [&str; 4] = [
    "number: 2.2250738585072011e-308",
    "number: 40 digits",
    "number: 300 zeros behind the point",
    "number: a digit behind 40 of the fraction",
];

/// The values too are those of serde_json; a number that it has no value for is `RANGE` for us.
#[test]
fn serde_json_differs_as_the_corpus_says() {
    let suite = Suite::load();
    let (mut compared, mut out_of_range, mut rounded) = (0, 0, Vec::new());
    for text in &suite.texts {
        let (theirs, ours) = (serde_json::from_slice::<Value>(&text.bytes), as_value(&text.bytes));
        let expected = text.valid != suite.differs("serde_json", text);
        assert_eq!(theirs.is_ok(), expected, "{}: {theirs:?}", text.name);
        match (theirs, ours) {
            (Ok(Value::Number(theirs)), Ok(Value::Number(ours))) if theirs != ours => {
                let number: f64 = std::str::from_utf8(&text.bytes).unwrap().parse().unwrap();
                assert_eq!(ours.as_f64(), Some(number), "{}", text.name);
                rounded.push(text.name.as_str());
            }
            (Ok(theirs), Ok(ours)) => {
                assert_eq!(theirs, ours, "{}", text.name);
                // Not the same as equal: the sign of a zero, and every bit of a number.
                assert_eq!(theirs.to_string(), ours.to_string(), "{}", text.name);
                compared += 1;
            }
            (Err(_), Err(error)) => {
                let is_range = error.kind == ErrorKind::RANGE;
                assert!(is_range || fatal::<()>(Err(error)).is_some(), "{}: {error:?}", text.name);
                out_of_range += usize::from(is_range && text.valid);
            }
            (Ok(theirs), Err(error)) => {
                assert!(suite.differs("lark-event", text), "{}: {theirs}, {error:?}", text.name);
            }
            (Err(_), Ok(ours)) => panic!("{}: {ours}", text.name),
        }
    }
    assert_eq!(rounded, ROUNDED);
    assert!(compared > 250 && out_of_range == 6, "{compared} compared, {out_of_range} out of range");
}

#[test]
fn what_is_ours_alone_has_kinds_of_its_own() {
    let suite = Suite::load();
    let mut kinds = [0; 2];
    for text in suite.texts.iter().filter(|text| suite.differs("lark-event", text)) {
        let error = skip(&text.bytes).unwrap_err();
        let is_deep = text.depth > MAX_DEPTH as usize;
        assert_eq!(error.kind, if is_deep { ErrorKind::TOO_DEEP } else { ErrorKind::LONE_SURROGATE }, "{}", text.name);
        kinds[usize::from(is_deep)] += 1;
    }
    assert_eq!(kinds, [17, 6]);
    let refused = |kind| {
        let valid = |text: &&Text| text.valid && skip(&text.bytes).is_err_and(|error| error.kind == kind);
        suite.texts.iter().filter(valid).count()
    };
    assert_eq!([ErrorKind::LONE_SURROGATE, ErrorKind::TOO_DEEP].map(refused), kinds);
}
