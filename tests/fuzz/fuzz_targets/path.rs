//! Lookups by JSON Pointer, against serde_json's and against walking down by hand.

#![no_main]

use lark_event::ErrorKind;
use lark_event::json::{Value, pointer, pointer_with_raw};
use lark_event_fuzz::Input;
use lark_event_fuzz::tree::{self, Tree};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let path = input.text();
    let json = input.rest();
    let found = pointer_with_raw(json, &path);
    assert_eq!(pointer(json, &path).map(|value| value.is_some()), found.map(|value| value.is_some()));
    if !is_pointer(&path) {
        assert_eq!(found.err().map(|error| error.kind), Some(ErrorKind::INVALID_ARGUMENT));
        return;
    }
    let tree = match tree::compare(json) {
        Ok(tree) => tree,
        Err(error) => return assert_eq!(found.err(), Some(error), "of a document that is none, nothing is found"),
    };
    let (expected, is_repeated) = walk(&tree, &path);
    if is_repeated {
        return assert_eq!(found.err().map(|error| error.kind), Some(ErrorKind::DUPLICATE));
    }
    let found = found.expect("the document is valid");
    assert_eq!(found.map(|(_, raw)| Tree::ours(raw)), expected.cloned().map(Ok));
    if let Some((value, raw)) = found {
        is_the_same(value, raw, expected.expect("compared above"));
    }
    // serde_json refuses some numbers, and of what stands twice it has the last.
    if let Ok(theirs) = serde_json::from_slice::<serde_json::Value>(json) {
        assert_eq!(theirs.pointer(&path).is_some(), expected.is_some(), "{path}");
    }
});

fn is_pointer(path: &str) -> bool {
    let escapes = path.replace("~0", "").replace("~1", "");
    (path.is_empty() || path.starts_with('/')) && !escapes.contains('~')
}

/// The value at a path, and whether a member on the way stands twice.
fn walk<'t>(tree: &'t Tree, path: &str) -> (Option<&'t Tree>, bool) {
    let (mut at, mut is_repeated) = (Some(tree), false);
    for token in path.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        at = match at {
            Some(Tree::Object(members)) => {
                let mut fitting = members.iter().filter(|(name, _)| *name == token);
                let first = fitting.next();
                is_repeated |= fitting.next().is_some();
                first.map(|(_, value)| value)
            }
            Some(Tree::List(items)) => {
                let is_plain = token == "0" || !token.starts_with(['0', '+']);
                token.parse().ok().filter(|_| is_plain).and_then(|index: usize| items.get(index))
            }
            _ => None,
        };
    }
    (at, is_repeated)
}

fn is_the_same(value: Value<'_>, raw: &[u8], expected: &Tree) {
    let is_same = match (value, expected) {
        (Value::Null, Tree::Null) => value.is_null(),
        (Value::Boolean(found), Tree::Boolean(expected)) => found == *expected && value.as_bool() == Some(found),
        (Value::Number(number), Tree::Unsigned(expected)) => {
            number.raw() == raw && value.as_u64() == Some(*expected) && value.as_i64() == i64::try_from(*expected).ok()
        }
        (Value::Number(_), Tree::Negative(expected)) => value.as_i64() == Some(*expected) && value.as_u64().is_none(),
        (Value::Number(number), Tree::Real(bits)) => number.to_f64().map(f64::to_bits) == Some(*bits),
        (Value::String(text), Tree::Text(expected)) => tree::text(text) == *expected && value.as_str().is_some(),
        (Value::Array(found), Tree::List(_)) | (Value::Object(found), Tree::Object(_)) => found == raw,
        _ => false,
    };
    assert!(is_same, "{value:?}, expected {expected:?}");
}
