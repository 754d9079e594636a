//! Single values of documents that have no struct, by JSON Pointer (RFC 6901).

use super::{
    Number, Str,
    cursor::{Cursor, Fault, Members},
};
use crate::error::{Error, ErrorKind};

/// A value of a document, as [`pointer()`] finds it.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as the text it is.
    Number(Number<'a>),
    /// A string, its escapes not yet undone.
    String(Str<'a>),
    /// An array: its JSON, for [`pointer()`] or a [`Reader`](super::Reader).
    Array(&'a [u8]),
    /// An object: its JSON, for [`pointer()`] or a [`Reader`](super::Reader).
    Object(&'a [u8]),
}

impl<'a> Value<'a> {
    /// Whether it is `null`.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The boolean, if it is one.
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    /// The integer, if it is one in range.
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Number(number) = self { number.to_i64() } else { None }
    }

    /// The integer, if it is one in range.
    pub fn as_u64(&self) -> Option<u64> {
        if let Self::Number(number) = self { number.to_u64() } else { None }
    }

    /// The string, if it is one. [`Str`] compares and copies what has escapes, and borrows what has none.
    pub const fn as_str(&self) -> Option<Str<'a>> {
        if let Self::String(text) = self { Some(*text) } else { None }
    }
}

/// Finds one value of a document: `/sender/sender_id/open_id` is the `open_id` in the `sender_id` in the `sender`.
///
/// For events that have no struct, with the bytes of the event that every envelope knows. The empty pointer is the whole
/// document. A member's name is written as it is, but `~0` for `~` and `~1` for `/`; it is compared with the names of the
/// document with their escapes undone. An item of an array is its index, from 0 on. A member or item that is not there is
/// `None`, also below a value that has none; `null` is [`Value::Null`].
///
/// ```
/// use lark_event::{Envelope, Text, decode, json::{self, Value}};
///
/// let body = br#"{"schema":"2.0",
///     "header":{"event_id":"5e3702a8","event_type":"im.message.receive_v1"},
///     "event":{"sender":{"sender_id":{"open_id":"ou_84aad35d"},"sender_type":"user"},
///              "message":{"create_time":"1609073151345","content":"{\"text\":\"hello\"}","mentions":null}}}"#;
///
/// let mut envelope = Envelope::EMPTY;
/// decode(body, &mut envelope)?; // a type without a struct is no error
/// let event = envelope.raw_event.of(body);
///
/// // Text without escapes is borrowed from the body.
/// let open_id = json::pointer(event, "/sender/sender_id/open_id")?.and_then(|value| value.as_str());
/// assert_eq!(open_id.and_then(|text| text.as_plain()), Some("ou_84aad35d"));
///
/// // Text that may have some is copied to where there is room.
/// let Some(Value::String(content)) = json::pointer(event, "/message/content")? else { panic!("no content") };
/// assert_eq!(&*Text::<64>::try_from(content)?, r#"{"text":"hello"}"#);
///
/// assert!(matches!(json::pointer(event, "/message/mentions")?, Some(Value::Null)));
/// assert!(json::pointer(event, "/message/mentions/0/name")?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The whole document is read and checked each time, also behind the value, without recursion and in time that grows
/// linearly with it. Who wants most of a document reads it with [`from_slice`](super::from_slice) or a
/// [`Reader`](super::Reader).
///
/// # Errors
///
/// Kinds 1 to 99 where the document is not valid. `DUPLICATE` where a member that the path goes through, or ends at, stands
/// twice in its object: another reader may see another value. `INVALID_ARGUMENT` for text that is no pointer: it is not
/// empty and does not start with a slash, or has a `~` with neither `0` nor `1` behind it.
pub fn pointer<'a>(json: &'a [u8], pointer: &str) -> Result<Option<Value<'a>>, Error> {
    Ok(pointer_with_raw(json, pointer)?.map(|(value, _)| value))
}

/// [`pointer()`] that also gives the JSON of the value as it stands in the document, a string with its quotes and escapes.
pub fn pointer_with_raw<'a>(json: &'a [u8], pointer: &str) -> Result<Option<(Value<'a>, &'a [u8])>, Error> {
    let pointer = pointer.as_bytes();
    if !is_pointer(pointer) {
        return Err(Error::of_call(ErrorKind::INVALID_ARGUMENT));
    }
    if u32::try_from(json.len()).is_err() {
        return Err(Error::at(ErrorKind::INPUT_TOO_LONG, json, u32::MAX as usize));
    }
    let mut walk = Walk { cursor: Cursor::new(json), objects: 0, repeated: None };
    let found = walk.find(pointer).map_err(|Fault| walk.cursor.error())?;
    match walk.repeated {
        None => Ok(found),
        Some(offset) => Err(Error::at(ErrorKind::DUPLICATE, json, offset)),
    }
}

fn is_pointer(pointer: &[u8]) -> bool {
    let mut behind_tildes = pointer.split(|&byte| byte == b'~').skip(1);
    matches!(pointer.first(), None | Some(b'/')) && behind_tildes.all(|text| matches!(text.first(), Some(b'0' | b'1')))
}

/// What a pointer says of one level: the text between two slashes.
struct Token<'p> {
    text: &'p [u8],
    escaped: bool,
}

impl<'p> Token<'p> {
    fn new(text: &'p [u8]) -> Self {
        Self { text, escaped: text.contains(&b'~') }
    }

    /// The first token of a path, and the path behind it.
    fn first(path: &'p [u8]) -> Option<(Self, &'p [u8])> {
        let (_, path) = path.split_first()?;
        let end = path.iter().position(|&byte| byte == b'/').unwrap_or(path.len());
        let (text, rest) = path.split_at_checked(end)?;
        Some((Self::new(text), rest))
    }

    /// The last token of a path, and the path before it.
    fn last(path: &'p [u8]) -> Option<(&'p [u8], Self)> {
        let slash = path.iter().rposition(|&byte| byte == b'/')?;
        Some((path.get(..slash)?, Self::new(path.get(slash + 1..)?)))
    }

    /// Whether this is the name of a member. Takes no longer than the name is long.
    fn is(&self, name: Str<'_>) -> bool {
        if !self.escaped {
            return name.is_bytes(self.text);
        }
        let (mut rest, mut utf8) = (self.text, [0; 4]);
        for piece in name.pieces() {
            for &byte in piece.as_bytes(&mut utf8) {
                let (expected, behind) = match rest {
                    [b'~', b'0', behind @ ..] => (b'~', behind),
                    [b'~', _, behind @ ..] => (b'/', behind),
                    [byte, behind @ ..] => (*byte, behind),
                    [] => return false,
                };
                if byte != expected {
                    return false;
                }
                rest = behind;
            }
        }
        rest.is_empty()
    }

    /// The index that this is; `-`, which is the item behind the last one, never is there.
    fn index(&self) -> Option<usize> {
        if !matches!(self.text, [b'0'] | [b'1'..=b'9', ..]) {
            return None;
        }
        self.text.iter().try_fold(0_usize, |index, byte| match byte {
            b'0'..=b'9' => index.checked_mul(10)?.checked_add(usize::from(byte - b'0')),
            _ => None,
        })
    }
}

/// The way down to a value, and up again to the end of the document.
struct Walk<'a> {
    cursor: Cursor<'a>,
    /// Which of the open levels are objects: bit 0 tells of the innermost. `MAX_DEPTH` keeps them to 64.
    objects: u64,
    /// The first name of a member of the path that stands again in its object.
    repeated: Option<usize>,
}

impl<'a> Walk<'a> {
    fn find(&mut self, pointer: &[u8]) -> Result<Option<(Value<'a>, &'a [u8])>, Fault> {
        let mut rest = pointer;
        let found = loop {
            let Some((token, behind)) = Token::first(rest) else { break Some(self.value()?) };
            if !self.enter(&token)? {
                break None;
            }
            rest = behind;
        };
        // The tokens of the levels that are open now, which is all it takes to know them on the way up.
        let mut path = pointer.strip_suffix(rest).unwrap_or_default();
        while let Some((before, token)) = Token::last(path) {
            self.leave(&token)?;
            path = before;
        }
        self.cursor.finish()?;
        Ok(found)
    }

    /// Reads up to the value that the token names and returns `true`; or all of a value that has none.
    fn enter(&mut self, token: &Token<'_>) -> Result<bool, Fault> {
        match self.cursor.peek()? {
            b'{' => self.enter_object(token),
            b'[' => self.enter_array(token.index()),
            _ => self.cursor.skip_value().map(|()| false),
        }
    }

    fn enter_object(&mut self, token: &Token<'_>) -> Result<bool, Fault> {
        let mut members = self.cursor.enter(b'{')?;
        while self.cursor.next_in(&mut members, b'}')? {
            if token.is(self.cursor.name()?) {
                self.objects = self.objects << 1 | 1;
                return Ok(true);
            }
            self.cursor.skip_value()?;
        }
        Ok(false)
    }

    fn enter_array(&mut self, index: Option<usize>) -> Result<bool, Fault> {
        let (mut items, mut at) = (self.cursor.enter(b'[')?, 0);
        while self.cursor.next_in(&mut items, b']')? {
            if index == Some(at) {
                self.objects <<= 1;
                return Ok(true);
            }
            self.cursor.skip_value()?;
            at += 1;
        }
        Ok(false)
    }

    /// Reads what is left of the innermost level, which was entered by the token.
    fn leave(&mut self, token: &Token<'_>) -> Result<(), Fault> {
        let is_object = self.objects & 1 == 1;
        self.objects >>= 1;
        let (mut members, close) = (Members::begun(), if is_object { b'}' } else { b']' });
        while self.cursor.next_in(&mut members, close)? {
            if is_object {
                let quote = self.cursor.at_name()?;
                if token.is(self.cursor.name()?) {
                    self.repeated.get_or_insert(quote);
                }
            }
            self.cursor.skip_value()?;
        }
        Ok(())
    }

    /// Reads the value that comes next.
    fn value(&mut self) -> Result<(Value<'a>, &'a [u8]), Fault> {
        let (first, start) = (self.cursor.peek()?, self.cursor.pos());
        let value = match first {
            b'"' => Value::String(self.cursor.string()?),
            b'-' | b'0'..=b'9' => Value::Number(self.cursor.number()?),
            b'{' | b'[' => {
                self.cursor.skip_value()?;
                let raw = self.cursor.since(start);
                if first == b'{' { Value::Object(raw) } else { Value::Array(raw) }
            }
            _ => self.cursor.literal()?.map_or(Value::Null, Value::Boolean),
        };
        Ok((value, self.cursor.since(start)))
    }
}
