//! JSON documents as trees, from our reader and from serde_json, and where the two may differ.

use lark_event::json::{MAX_DEPTH, Reader, Str};
use lark_event::{Error, ErrorKind};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// A document with everything in it that a reader tells: the order of members and those that stand twice included.
#[derive(Clone, PartialEq, Debug)]
pub enum Tree {
    Null,
    Boolean(bool),
    Unsigned(u64),
    Negative(i64),
    /// The bits of a floating-point number, for `-0` to be told from `0`.
    Real(u64),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// What our reader makes of a document.
    pub fn ours(json: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(json);
        let tree = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(tree)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(match reader.peek()? {
            b'{' => {
                let (mut object, mut members) = (reader.enter_object()?, vec![]);
                while let Some(name) = reader.next_member(&mut object)? {
                    members.push((text(name), Self::read(reader)?));
                }
                Self::Object(members)
            }
            b'[' => {
                let (mut array, mut items) = (reader.enter_array()?, vec![]);
                while reader.next_item(&mut array)? {
                    items.push(Self::read(reader)?);
                }
                Self::List(items)
            }
            b'"' => Self::Text(text(reader.string()?)),
            b'-' | b'0'..=b'9' => {
                let number = reader.number()?;
                // As serde_json: `-0` is a floating-point number, and so are integers that are too large.
                match (number.to_u64(), number.to_i64()) {
                    (Some(value), _) => Self::Unsigned(value),
                    (None, Some(value)) if value != 0 => Self::Negative(value),
                    _ => Self::Real(number.to_f64().expect("a number is a number for the standard library").to_bits()),
                }
            }
            _ => reader.literal()?.map_or(Self::Null, Self::Boolean),
        })
    }

    /// What serde_json makes of a document.
    pub fn theirs(json: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(json)
    }

    /// Whether there is a number in it that is too large for floating point.
    fn has_infinite_number(&self) -> bool {
        match self {
            Self::Real(bits) => f64::from_bits(*bits).is_infinite(),
            Self::List(items) => items.iter().any(Self::has_infinite_number),
            Self::Object(members) => members.iter().any(|(_, value)| value.has_infinite_number()),
            _ => false,
        }
    }
}

/// A string with its escapes undone. All ways to ask for it say the same.
pub fn text(string: Str<'_>) -> String {
    let (mut bytes, mut utf8) = (vec![], [0; 4]);
    for piece in string.pieces() {
        bytes.extend_from_slice(piece.as_bytes(&mut utf8));
    }
    let text = String::from_utf8(bytes).expect("strings are UTF-8");
    assert_eq!((string.len(), string.is_empty()), (text.len(), text.is_empty()));
    assert!(string.is(&text) && !string.is(&format!("{text}x")));
    assert!(text.is_empty() || !string.is(text.get(1..).unwrap_or_default()));
    if let Some(plain) = string.as_plain() {
        assert_eq!((plain, string.as_plain_bytes()), (text.as_str(), Some(text.as_bytes())));
    }
    let mut room = vec![b'?'; text.len() + 1];
    assert_eq!(string.copy_to(&mut room), Some(text.len()));
    assert_eq!((&room[..text.len()], room.last()), (text.as_bytes(), Some(&b'?')));
    let short = text.len().saturating_sub(1);
    assert_eq!(string.copy_to(&mut room[..short]).is_some(), text.is_empty());
    text
}

/// Compares our verdict on a document with that of serde_json, and returns ours. These are all the differences:
///
/// * Nesting: ours ends at 64 levels, serde_json's at 128. `TOO_DEEP` is right if it tells of the bracket that opens the
///   65th level, and everything before it can be completed to a document that serde_json takes.
/// * Numbers: serde_json refuses those beyond the range of floating point ("number out of range"), which RFC 8259 leaves
///   to the reader. Ours keeps the text, so nothing is lost: right if there is such a number, and only then.
///
/// Members that stand twice are no difference: both readers tell of each. Half of a surrogate pair is refused by both.
pub fn compare(json: &[u8]) -> Result<Tree, Error> {
    let ours = Tree::ours(json);
    match (&ours, Tree::theirs(json)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(*ours, theirs),
        (Err(error), _) if error.kind == ErrorKind::TOO_DEEP => is_too_deep(json, error.offset as usize),
        (Ok(tree), Err(error)) => {
            assert!(error.to_string().starts_with("number out of range"), "only we accept: {error}");
            assert!(tree.has_infinite_number(), "only we accept: {error}");
        }
        (Err(error), Ok(_)) => panic!("only serde_json accepts: {error:?}"),
        (Err(_), Err(_)) => {}
    }
    if let Err(error) = ours {
        is_placed(json, error);
    }
    ours
}

/// Whether JSON is valid for serde_json and not too deep for us.
pub fn is_json(json: &[u8]) -> bool {
    compare(json).is_ok()
}

fn is_too_deep(json: &[u8], offset: usize) {
    assert!(matches!(json[offset], b'[' | b'{'));
    let (mut open, mut inside, mut escaped) = (vec![], false, false);
    for byte in &json[..offset] {
        let is_quote = *byte == b'"' && !escaped;
        escaped = inside && *byte == b'\\' && !escaped;
        inside ^= is_quote;
        match byte {
            b'[' if !inside => open.push(b']'),
            b'{' if !inside => open.push(b'}'),
            b']' | b'}' if !inside => drop(open.pop()),
            _ => {}
        }
    }
    assert_eq!(open.len(), MAX_DEPTH as usize);
    let mut completed = [&json[..offset], b"0"].concat();
    completed.extend(open.iter().rev());
    match Tree::theirs(&completed) {
        Ok(_) => {}
        Err(error) => assert!(error.to_string().starts_with("number out of range"), "{error}"),
    }
}

/// Where a fault is told, there it is: what is before it may still become a document, and what follows it does not matter.
fn is_placed(json: &[u8], error: Error) {
    let offset = error.offset as usize;
    assert!(offset <= json.len(), "{error:?}");
    assert_eq!(error.kind == ErrorKind::UNEXPECTED_END, offset == json.len(), "{error:?}");
    let cut = |len: usize| Tree::ours(&json[..len]).map(drop);
    let is_cut = |error: Error, len: usize| (error.kind, error.offset as usize) == (ErrorKind::UNEXPECTED_END, len);
    match cut(offset) {
        // A number at the top level can end anywhere, and so can white space behind a document.
        Ok(()) => assert!(Tree::theirs(&json[..offset]).is_ok() || error.kind == ErrorKind::TRAILING_BYTES),
        Err(fault) => assert!(is_cut(fault, offset), "{error:?}, cut there: {fault:?}"),
    }
    for len in offset + 1..json.len().min(offset + 8) {
        let fault = cut(len).expect_err("a fault does not go away");
        assert!(fault == error || is_cut(fault, len), "{error:?}, cut at {len}: {fault:?}");
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Planter)
    }
}

/// Takes whatever comes.
struct Planter;

impl<'de> Visitor<'de> for Planter {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Boolean(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(if value < 0 { Tree::Negative(value) } else { Tree::Unsigned(value as u64) })
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Tree, E> {
        if value.is_infinite() { Err(E::custom("infinite")) } else { Ok(Tree::Real(value.to_bits())) }
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = vec![];
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut members = vec![];
        while let Some(name) = map.next_key::<String>()? {
            members.push((name, map.next_value()?));
        }
        Ok(Tree::Object(members))
    }
}
