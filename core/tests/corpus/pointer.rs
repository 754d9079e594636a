//! Lookups by JSON Pointer in every document of the corpus, whole and damaged.

use crate::case::{self, Failures};
use lark_event::{
    Error, ErrorKind,
    json::{Reader, Value, pointer, pointer_with_raw},
};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

/// How many bytes are read again and again of one document: all of its values are looked up, but for very long ones.
const BYTES: usize = 1 << 21;

/// A document with all members of its objects, also those that stand twice.
enum Tree {
    Leaf,
    Array(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Plant)
    }
}

struct Plant;

impl<'de> Visitor<'de> for Plant {
    type Value = Tree;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_str<E>(self, _: &str) -> Result<Tree, E> {
        Ok(Tree::Leaf)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Tree::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Tree, A::Error> {
        let mut all = Vec::new();
        while let Some(member) = members.next_entry()? {
            all.push(member);
        }
        Ok(Tree::Object(all))
    }
}

impl Tree {
    /// The pointers to all values from `path` on, and whether a member of the way stands twice.
    fn pointers(&self, path: &str, repeated: bool, all: &mut Vec<(String, bool)>) {
        if all.len() == all.capacity() {
            return;
        }
        all.push((path.to_owned(), repeated));
        match self {
            Self::Leaf => {}
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    item.pointers(&format!("{path}/{index}"), repeated, all);
                }
            }
            Self::Object(members) => {
                for (name, value) in members {
                    let repeated = repeated || members.iter().filter(|(other, _)| other == name).count() > 1;
                    value.pointers(&format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), repeated, all);
                }
            }
        }
    }
}

/// What reading the document from one end to the other finds wrong.
fn read(input: &[u8]) -> Result<(), Error> {
    let mut reader = Reader::new(input);
    reader.skip_value()?;
    reader.finish()
}

fn is_same(value: Value<'_>, raw: &[u8], expected: &Json) -> bool {
    let same = match (value, expected) {
        (Value::Null, Json::Null) => true,
        (Value::Boolean(found), Json::Bool(expected)) => found == *expected,
        (Value::Number(_), Json::Number(expected)) => {
            // serde_json takes -0 for a floating-point number.
            let is_zero = expected.as_f64() == Some(0.0);
            value.as_u64() == expected.as_u64() && (value.as_i64() == expected.as_i64() || is_zero)
        }
        (Value::String(text), Json::String(expected)) => text.is(expected),
        (Value::Array(found), Json::Array(_)) | (Value::Object(found), Json::Object(_)) => found == raw,
        _ => false,
    };
    same && serde_json::from_slice::<Json>(raw).ok().as_ref() == Some(expected)
}

#[test]
fn every_value_is_found_that_serde_json_finds() {
    let (failures, mut found, mut twice) = (Failures::default(), 0, 0);
    for case in case::all().iter().chain(&case::samples()) {
        let (Ok(()), Ok(whole)) = (read(&case.input), serde_json::from_slice::<Json>(&case.input)) else { continue };
        let mut pointers = Vec::with_capacity(BYTES / case.input.len() + 1);
        let tree: Tree = serde_json::from_slice(&case.input).expect("a document that has been read before");
        tree.pointers("", false, &mut pointers);
        for (path, repeated) in &pointers {
            let result = pointer_with_raw(&case.input, path);
            let good = match (&result, whole.pointer(path)) {
                (Err(error), _) => *repeated && error.kind == ErrorKind::DUPLICATE,
                (Ok(Some((value, raw))), Some(expected)) => !repeated && is_same(*value, raw, expected),
                _ => false,
            };
            failures.check(good, || format!("{}: {path}: {result:?}", case.name));
            for other in ["/not there", "/-", "/~0~1", "/99999999999"].map(|token| format!("{path}{token}")) {
                let result = pointer(&case.input, &other);
                let good = *repeated || (matches!(result, Ok(None)) && whole.pointer(&other).is_none());
                failures.check(good, || format!("{}: {other}: {result:?}", case.name));
            }
            (found, twice) = (found + usize::from(result.is_ok()), twice + usize::from(*repeated));
        }
    }
    failures.report();
    assert!(found > 2000 && twice > 10, "only {found} values and {twice} that stand twice");
}

const PATHS: [&str; 8] = [
    "",
    "/header/event_type",
    "/event/process_id",
    "/event/updated_fields/0",
    "/event/operator/0/x",
    "/schema",
    "/a~1b/~0",
    "/-",
];

/// A fault of the document is the same error whatever is looked for.
#[test]
fn a_document_that_is_not_valid_is_told_by_every_lookup() {
    let (failures, mut checked) = (Failures::default(), 0);
    for case in &case::all() {
        let Err(error) = read(&case.input) else { continue };
        for path in PATHS {
            let found = pointer(&case.input, path).err();
            failures.check(found == Some(error), || format!("{}: {path}: {found:?}, not {error:?}", case.name));
        }
        checked += 1;
    }
    failures.report();
    assert!(checked > 50, "only {checked}");
}

/// As many different numbers as asked for, the same in every run.
fn numbers(seed: u64) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(seed), |state| {
        let state = state ^ (state << 13);
        let state = state ^ (state >> 7);
        Some(state ^ (state << 17))
    })
    .map(|state| (state >> 11) as usize)
}

/// Damage at random: never a panic, and what a lookup says of the document is what reading it says.
#[test]
fn random_damage_is_what_reading_finds() {
    const ODD: &[u8] = b"{}[]\",:\\ ~/0129-.eEtfnu\x00\x1f\x80\xc3\xff";
    let (mut random, failures, mut broken, mut whole) = (numbers(0x5eed), Failures::default(), 0, 0);
    let mut next = |below: usize| random.next().unwrap_or_default() % below;
    for case in case::samples() {
        for _ in 0..400 {
            let mut input = case.input.clone();
            for _ in 0..=next(3) {
                let at = next(input.len());
                match next(4) {
                    0 => drop(input.remove(at)),
                    1 => input.insert(at, ODD[next(ODD.len())]),
                    2 => input.truncate(at + 100),
                    _ => input[at] = ODD[next(ODD.len())],
                }
            }
            let read = read(&input);
            (broken, whole) = (broken + u32::from(read.is_err()), whole + u32::from(read.is_ok()));
            for path in PATHS {
                let found = pointer(&input, path);
                let good = match (&read, &found) {
                    (Err(expected), found) => found.as_ref().err() == Some(expected),
                    (Ok(()), Err(error)) => error.kind == ErrorKind::DUPLICATE,
                    (Ok(()), Ok(_)) => true,
                };
                failures
                    .check(good, || format!("{}: {path}: {found:?}, not {read:?}", String::from_utf8_lossy(&input)));
            }
        }
    }
    failures.report();
    assert!(broken > 500 && whole > 100, "{broken} broken, {whole} whole");
}
