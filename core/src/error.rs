//! What went wrong, where, and in which field.
//!
//! An [`Error`] is a few integers: it can be returned from a firmware, stored in a ring buffer or handed to C as it is.
//! Its [`Display`](fmt::Display) text says what was expected and what was found.

use crate::record::{self, FieldKind};
#[cfg(feature = "webhook")]
use crate::webhook::signature;
use core::fmt;
use lark_event_derive::open_enum;

/// What kind of fault an [`Error`] reports. Numbered once, never renumbered; the same list in Rust, C and Python.
///
/// * 1 to 99: the input is not an acceptable JSON document. Nothing of it is used and the envelope is empty.
/// * 100 to 199: the document is valid JSON, and everything in it but the reported field has been filled in. Of one
///   that is encrypted or of no known shape, nothing has: the envelope's schema is `ENCRYPTED` or `NONE`.
/// * 200 to 299: a call that cannot be carried out. If it was to decode, the envelope is empty.
/// * 300 to 399: a webhook request that is refused, or an event that could not be handled.
/// * 400 and up: a message of the long connection that cannot be read.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ErrorKind(pub i32);

#[open_enum]
impl ErrorKind {
    /// The document ends before it is complete.
    pub const UNEXPECTED_END: Self = Self(1);
    /// A JSON value should stand here.
    pub const EXPECTED_VALUE: Self = Self(2);
    /// A member name, a string, should stand here.
    pub const EXPECTED_NAME: Self = Self(3);
    /// A colon should follow the member name.
    pub const EXPECTED_COLON: Self = Self(4);
    /// A comma or the closing bracket should follow the value.
    pub const EXPECTED_COMMA: Self = Self(5);
    /// A number that RFC 8259 forbids (`01`, `1.`, `-`).
    pub const INVALID_NUMBER: Self = Self(6);
    /// A word other than `true`, `false` and `null`.
    pub const INVALID_LITERAL: Self = Self(7);
    /// A backslash followed by something that is no JSON escape.
    pub const INVALID_ESCAPE: Self = Self(8);
    /// Half of a surrogate pair (U+D800 to U+DFFF) without the other half.
    pub const LONE_SURROGATE: Self = Self(9);
    /// A control character (below U+0020) that is not escaped.
    pub const CONTROL_CHARACTER: Self = Self(10);
    /// Bytes that are not UTF-8.
    pub const INVALID_UTF8: Self = Self(11);
    /// More than 64 nested arrays and objects, the outermost included.
    pub const TOO_DEEP: Self = Self(12);
    /// Something other than white space after the document.
    pub const TRAILING_BYTES: Self = Self(13);
    /// A document of 4 GiB or more.
    pub const INPUT_TOO_LONG: Self = Self(14);

    /// A value of the wrong JSON type.
    pub const TYPE: Self = Self(100);
    /// An integer outside the range of its field.
    pub const RANGE: Self = Self(101);
    /// A string (or a list's strings together) with more bytes than the struct holds.
    pub const CAPACITY: Self = Self(102);
    /// A list with more items than the struct holds.
    pub const TOO_MANY_ITEMS: Self = Self(103);
    /// A known member that stands twice in one object; the first one is kept.
    pub const DUPLICATE: Self = Self(104);
    /// A member without which the event cannot be told is missing.
    pub const MISSING: Self = Self(105);
    /// A `schema` other than `2.0`.
    pub const UNKNOWN_SCHEMA: Self = Self(106);
    /// The body is encrypted (`{"encrypt": ...}`) and must be opened first.
    pub const ENCRYPTED: Self = Self(107);

    /// A null or misaligned pointer, or an argument out of range.
    pub const INVALID_ARGUMENT: Self = Self(200);
    /// The caller's buffer is too small for the output.
    pub const BUFFER_FULL: Self = Self(201);
    /// The event is of a type that has no struct: only the raw bytes hold it.
    pub const UNTYPED: Self = Self(202);
    /// The event type named by the caller is not one of the registry.
    pub const UNKNOWN_EVENT_TYPE: Self = Self(203);
    /// The caller's own serde type refused the value.
    pub const REFUSED: Self = Self(204);

    /// A request without signature that is no challenge which proves to come from the platform. Why, is not told.
    pub const UNVERIFIED: Self = Self(300);
    /// One of the three headers of the signature is missing, there more than once, or not what it should be.
    pub const SIGNATURE_HEADER: Self = Self(301);
    /// The signature is not that of the body under the Encrypt Key.
    pub const SIGNATURE: Self = Self(302);
    /// The request was signed too long ago, or in the future.
    pub const STALE: Self = Self(303);
    /// The verification token is missing or another.
    pub const TOKEN: Self = Self(304);
    /// The body is not encrypted, though there is an Encrypt Key.
    pub const NOT_ENCRYPTED: Self = Self(305);
    /// The body bears the right signature but cannot be decrypted.
    pub const DECRYPTION: Self = Self(306);
    /// The body has more bytes than the receiver accepts.
    pub const TOO_LARGE: Self = Self(307);
    /// What was to handle the event has failed.
    pub const HANDLER: Self = Self(308);
    /// The same event is just being handled.
    pub const IN_PROGRESS: Self = Self(309);

    /// A message of the long connection that is no frame: cut off, a field of another type, a text that is not UTF-8.
    pub const FRAME: Self = Self(400);
    /// A frame without one of the fields that each must have.
    pub const FRAME_FIELD: Self = Self(401);
    /// A part of a message that there cannot be, or that contradicts another part.
    pub const PART: Self = Self(402);
    /// A part of a message for which there is no room.
    pub const PARTS_FULL: Self = Self(403);
}

impl ErrorKind {
    /// Whether the document was valid JSON, and everything but the reported field has been filled in; nothing, if it is
    /// encrypted or of no known shape.
    pub const fn is_field(self) -> bool {
        self.0 >= 100 && self.0 < 200
    }
}

/// Where in an envelope a field is: see [`Path::segments`]. All zero: no field in particular.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Path(pub [u8; 4]);

impl Path {
    /// No field in particular.
    pub const NONE: Self = Self([0; 4]);

    /// The field `index` of the envelope itself.
    pub(crate) const fn envelope(index: usize) -> Self {
        Self([0, index as u8 + 1, 0, 0])
    }

    /// The event whose registry tag is `tag`.
    pub(crate) const fn event(tag: u32) -> Self {
        Self([tag as u8, 0, 0, 0])
    }

    /// The field `index` of the record at this path.
    #[cold]
    #[inline(never)]
    pub(crate) const fn child(self, index: usize) -> Self {
        let (index, [a, b, c, d]) = (index as u8 + 1, self.0);
        Self(if b == 0 {
            [a, index, c, d]
        } else if c == 0 {
            [a, b, index, d]
        } else {
            [a, b, c, index]
        })
    }

    /// The member names from the document's root to the field, such as `event`, `operate_reason`.
    pub fn segments(self) -> impl Iterator<Item = &'static str> {
        record::path_fields(self).flatten().map(|field| field.name)
    }
}

/// Written as in `event.operate_reason`; empty for no field.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, name) in self.segments().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// A fault: its kind, the field it concerns, and the byte of the input where it is.
///
/// When a document has several faults, one that makes it invalid JSON (kinds 1 to 99) is the one reported, otherwise
/// the first in the document.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Error {
    /// What kind of fault.
    pub kind: ErrorKind,
    /// The field it concerns; [`Path`] has the text form.
    pub field: Path,
    /// The byte of the input, counted from 0: the value for `TYPE`, `RANGE`, `CAPACITY` and `TOO_MANY_ITEMS`, the
    /// repeated name for `DUPLICATE`, the closing bracket of the object for `MISSING`, else the offending byte.
    pub offset: u32,
    /// What was found: the byte at `offset`, or how many bytes or items there are for the two capacity kinds.
    pub found: u32,
    /// How many bytes or items would have been accepted, for the two capacity kinds; else 0.
    pub limit: u32,
}

/// `found` where the input has ended.
const END: u32 = u32::MAX;

impl Error {
    /// A fault without field and limit, at a byte of `input`.
    #[cold]
    pub(crate) fn at(kind: ErrorKind, input: &[u8], offset: usize) -> Self {
        let found = input.get(offset).map_or(END, |&byte| u32::from(byte));
        Self { kind, field: Path::NONE, offset: saturate(offset), found, limit: 0 }
    }

    /// A fault of a call rather than of an input.
    #[cold]
    pub const fn of_call(kind: ErrorKind) -> Self {
        Self { kind, field: Path::NONE, offset: 0, found: 0, limit: 0 }
    }

    /// A field with more bytes or items than there is room for.
    #[cold]
    pub(crate) fn overflow(overflow: Overflow, offset: usize) -> Self {
        let Overflow { kind, needed, limit } = overflow;
        Self { kind, field: Path::NONE, offset: saturate(offset), found: saturate(needed), limit: saturate(limit) }
    }

    /// The same fault, in `field` if it is not yet known in which.
    #[cold]
    pub(crate) fn within(self, field: Path) -> Self {
        if self.field == Path::NONE { Self { field, ..self } } else { self }
    }

    /// What was expected and what was found, without the offset: for messages that give the place in their own way.
    pub fn message(&self) -> impl fmt::Display {
        Message(*self)
    }
}

const fn saturate(n: usize) -> u32 {
    if n > u32::MAX as usize { u32::MAX } else { n as u32 }
}

impl core::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message().fmt(f)?;
        if self.kind.0 < 200 || self.kind == ErrorKind::FRAME { write!(f, " at byte {}", self.offset) } else { Ok(()) }
    }
}

struct Message(Error);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error { kind, field, found, limit, .. } = self.0;
        if field != Path::NONE {
            write!(f, "{field}: ")?;
        }
        let (byte, accepted) = (Found(found), accepted(field));
        match kind {
            ErrorKind::UNEXPECTED_END => f.write_str("expected the rest of the document, found the end of the input"),
            ErrorKind::EXPECTED_VALUE => write!(f, "expected a JSON value, found {byte}"),
            ErrorKind::EXPECTED_NAME => write!(f, "expected a member name in double quotes, found {byte}"),
            ErrorKind::EXPECTED_COLON => write!(f, "expected ':' after the member name, found {byte}"),
            ErrorKind::EXPECTED_COMMA => write!(f, "expected ',' or the closing bracket, found {byte}"),
            ErrorKind::INVALID_NUMBER => write!(f, "expected a JSON number, found {byte} in it"),
            ErrorKind::INVALID_LITERAL => write!(f, "expected true, false or null, found {byte} in it"),
            ErrorKind::INVALID_ESCAPE => write!(f, "expected a JSON escape, found {byte} in it"),
            ErrorKind::LONE_SURROGATE => f.write_str("expected a surrogate pair, found half of one"),
            ErrorKind::CONTROL_CHARACTER => write!(f, "expected control characters escaped, found {byte}"),
            ErrorKind::INVALID_UTF8 => write!(f, "expected UTF-8, found {byte}"),
            ErrorKind::TOO_DEEP => write!(f, "expected at most {} nested levels, found more", crate::json::MAX_DEPTH),
            ErrorKind::TRAILING_BYTES => write!(f, "expected the end of the document, found {byte}"),
            ErrorKind::INPUT_TOO_LONG => f.write_str("expected a document below 4 GiB, found a longer one"),
            ErrorKind::TYPE => write!(f, "expected {}, found {}", type_of(accepted), found_type(accepted, found)),
            ErrorKind::RANGE => write!(f, "expected {}, found {}", range_of(accepted), found_beyond(accepted, found)),
            ErrorKind::CAPACITY => write!(f, "expected at most {limit} bytes, found {found}"),
            ErrorKind::TOO_MANY_ITEMS => write!(f, "expected at most {limit} items, found {found}"),
            ErrorKind::DUPLICATE => f.write_str("expected the member once, found it again"),
            ErrorKind::MISSING => f.write_str("expected this member, found none"),
            ErrorKind::UNKNOWN_SCHEMA => f.write_str("expected schema \"2.0\", found another"),
            ErrorKind::ENCRYPTED => f.write_str("expected a plain body, found an encrypted one"),
            ErrorKind::INVALID_ARGUMENT => {
                f.write_str("expected valid arguments, found a null, misaligned or broken one")
            }
            ErrorKind::BUFFER_FULL => f.write_str("expected a buffer that holds the output, found a smaller one"),
            ErrorKind::UNTYPED => f.write_str("expected a typed event, found one that only its raw bytes hold"),
            ErrorKind::UNKNOWN_EVENT_TYPE => f.write_str("expected an event type of the registry, found another name"),
            ErrorKind::REFUSED => f.write_str("expected a value that its type accepts, found another"),
            ErrorKind::UNVERIFIED => f.write_str("expected a signed request or an encrypted challenge, found neither"),
            #[cfg(feature = "webhook")]
            ErrorKind::SIGNATURE_HEADER => {
                let index = limit as usize;
                let name = signature::NAMES.get(index).copied().unwrap_or_default();
                let what =
                    ["digits", "printable ASCII", "64 hexadecimal digits"].get(index).copied().unwrap_or_default();
                write!(f, "expected one header {name} of {what}, found {}", signature::describe(found))
            }
            ErrorKind::SIGNATURE => f.write_str("expected the signature of this body and Encrypt Key, found another"),
            ErrorKind::STALE => f.write_str("expected a recent timestamp, found one outside of the tolerance"),
            ErrorKind::TOKEN => f.write_str("expected the verification token, found another or none"),
            ErrorKind::NOT_ENCRYPTED => f.write_str("expected an encrypted body, found a plain one"),
            ErrorKind::DECRYPTION => f.write_str("expected a body encrypted with the Encrypt Key, found another"),
            ErrorKind::TOO_LARGE => write!(f, "expected a body of at most {limit} bytes, found {found}"),
            ErrorKind::HANDLER => f.write_str("expected the event to be handled, found an error of its handler"),
            ErrorKind::IN_PROGRESS => f.write_str("expected an event that is not being handled, found one that is"),
            ErrorKind::FRAME => write!(f, "expected a frame of the long connection, found {byte}"),
            ErrorKind::FRAME_FIELD => write!(f, "expected a frame with its field {limit}, found none"),
            ErrorKind::PART => {
                write!(f, "expected one of {limit} parts that agree with each other, found part {found}")
            }
            ErrorKind::PARTS_FULL => write!(f, "expected at most {limit} bytes or parts that wait, found {found}"),
            ErrorKind(other) => write!(f, "error {other}"),
        }
    }
}

/// A byte of the input, or its end.
struct Found(u32);

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            END => f.write_str("the end of the input"),
            byte @ 0x20..0x7f => write!(f, "'{}'", byte as u8 as char),
            byte => write!(f, "byte 0x{byte:02x}"),
        }
    }
}

/// What the field at a path accepts; `None` for the document itself and in types of the user's own.
fn accepted(path: Path) -> Option<FieldKind> {
    record::path_fields(path).flatten().last().map(|field| field.kind)
}

const fn type_of(accepted: Option<FieldKind>) -> &'static str {
    match accepted {
        Some(FieldKind::Text { .. }) => "a string",
        Some(FieldKind::Enum) => "an integer",
        Some(FieldKind::Decimal) => "a whole number, or a string of one",
        Some(FieldKind::TextList { .. }) => "an array with nothing but strings",
        Some(FieldKind::ObjectList(_)) => "an array with nothing but objects",
        Some(FieldKind::Object(_)) | None => "an object",
    }
}

/// The value that starts with a byte and is not of the type that is accepted.
fn found_type(accepted: Option<FieldKind>, first: u32) -> &'static str {
    match (u8::try_from(first), accepted) {
        (Ok(b'{'), _) => "an object",
        (Ok(b'['), Some(FieldKind::TextList { .. } | FieldKind::ObjectList(_))) => "an array in it",
        (Ok(b'['), _) => "an array",
        (Ok(b'"'), Some(FieldKind::Enum | FieldKind::Decimal)) => "a string of something else",
        (Ok(b'"'), _) => "a string",
        (Ok(b't'), _) => "true",
        (Ok(b'f'), _) => "false",
        (Ok(b'n'), _) => "null",
        // They accept every integer, in range or not.
        (_, Some(FieldKind::Text { .. } | FieldKind::Enum | FieldKind::Decimal)) => {
            "a number with a fraction or an exponent"
        }
        _ => "a number",
    }
}

const fn range_of(accepted: Option<FieldKind>) -> &'static str {
    match accepted {
        Some(FieldKind::Enum) => "an integer from -2147483648 to 2147483647",
        Some(FieldKind::Decimal) => "a whole number from 0 to 18446744073709551615",
        _ => "a value that its type can hold",
    }
}

/// The value that starts with a byte and is not in the range that is accepted.
fn found_beyond(accepted: Option<FieldKind>, first: u32) -> &'static str {
    match (u8::try_from(first), accepted) {
        (Ok(b'-'), Some(FieldKind::Enum)) => "a smaller one",
        (Ok(b'-'), Some(FieldKind::Decimal)) => "a negative one",
        (Ok(b'0'..=b'9'), Some(FieldKind::Enum | FieldKind::Decimal)) => "a larger one",
        (Ok(b'"'), Some(FieldKind::Enum | FieldKind::Decimal)) => "a string of another",
        _ => "another",
    }
}

/// Something did not fit into its fixed capacity. Nothing was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overflow {
    /// [`ErrorKind::CAPACITY`] for bytes, [`ErrorKind::TOO_MANY_ITEMS`] for items.
    pub kind: ErrorKind,
    /// How many bytes or items there are.
    pub needed: usize,
    /// How many there is room for.
    pub limit: usize,
}

impl fmt::Display for Overflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Message(Error::overflow(*self, 0)).fmt(f)
    }
}

impl core::error::Error for Overflow {}
