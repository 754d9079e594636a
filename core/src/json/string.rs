//! Strings: finding their end, checking them on the way, and undoing escapes.

use super::{
    cursor::{Cursor, Fault},
    scan::{self, Bytes, VECTORS},
};
use crate::{
    error::{ErrorKind, Overflow},
    text::Text,
};

/// A string of the document, known to be well formed, its escapes not yet undone.
#[derive(Clone, Copy, Debug)]
pub struct Str<'a> {
    /// The bytes between the quotes.
    bytes: Bytes<'a>,
    escaped: bool,
}

/// Part of a string: see [`Str::pieces`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// UTF-8 that stands for itself.
    Plain(&'a [u8]),
    /// What an escape stands for.
    Escape(char),
}

impl<'a> Str<'a> {
    /// Text that stands for itself, such as the digits of a number.
    pub(crate) const fn plain(raw: &'a [u8]) -> Self {
        Self::of(raw, raw.len())
    }

    /// The bytes between the quotes, escapes as they are.
    #[inline(always)]
    pub(crate) const fn raw(&self) -> &'a [u8] {
        self.bytes.get()
    }

    /// The text that `rest` begins with, which has `len` bytes and no escapes.
    pub(crate) const fn of(rest: &'a [u8], len: usize) -> Self {
        Self { bytes: Bytes::of(rest, len), escaped: false }
    }

    /// Whether there are escapes in it.
    #[cfg(feature = "webhook")]
    pub(crate) const fn is_escaped(&self) -> bool {
        self.escaped
    }

    /// The text if it has no escapes, borrowed from the input.
    pub fn as_plain(&self) -> Option<&'a str> {
        if self.escaped { None } else { core::str::from_utf8(self.raw()).ok() }
    }

    /// The bytes of the text if it has no escapes, borrowed from the input. They are UTF-8.
    #[inline]
    pub fn as_plain_bytes(&self) -> Option<&'a [u8]> {
        if self.escaped { None } else { Some(self.raw()) }
    }

    /// The text in order, split where an escape stands.
    pub fn pieces(&self) -> Pieces<'a> {
        Pieces { rest: self.raw() }
    }

    /// Whether the text, escapes undone, is `text`.
    #[inline]
    pub fn is(&self, text: &str) -> bool {
        self.is_bytes(text.as_bytes())
    }

    #[inline]
    pub(super) fn is_bytes(&self, text: &[u8]) -> bool {
        if self.escaped { self.is_unescaped(text) } else { scan::same(self.raw(), text) }
    }

    #[cold]
    fn is_unescaped(&self, mut text: &[u8]) -> bool {
        let mut utf8 = [0; 4];
        for piece in self.pieces() {
            match text.strip_prefix(piece.as_bytes(&mut utf8)) {
                Some(rest) => text = rest,
                None => return false,
            }
        }
        text.is_empty()
    }

    /// How many bytes the text has, escapes undone.
    pub fn len(&self) -> usize {
        let mut utf8 = [0; 4];
        if self.escaped { self.pieces().map(|piece| piece.as_bytes(&mut utf8).len()).sum() } else { self.raw().len() }
    }

    /// Whether the text is empty.
    pub const fn is_empty(&self) -> bool {
        self.raw().is_empty()
    }

    /// Writes the text, escapes undone, to the front of `room` and returns its length; `None` if it does not fit.
    #[inline]
    pub fn copy_to(&self, room: &mut [u8]) -> Option<usize> {
        if self.escaped {
            return self.unescape_to(room);
        }
        let raw = self.raw();
        room.get_mut(..raw.len())?.copy_from_slice(raw);
        Some(raw.len())
    }

    /// Writes the text, escapes undone, and a NUL to the front of `room` and returns the length of the text; `None` if they
    /// do not fit. What is behind the NUL then is of no meaning.
    #[inline]
    pub(crate) fn copy_with_nul(&self, room: &mut [u8]) -> Option<usize> {
        if !self.escaped
            && let Some(len) = self.bytes.copy_with_nul(room)
        {
            return Some(len);
        }
        let limit = room.len().checked_sub(1)?;
        let len = self.copy_to(room.get_mut(..limit)?)?;
        *room.get_mut(len)? = 0;
        Some(len)
    }

    /// The bytes of the text, escapes undone: borrowed from the input, or in `room` if there are any. `None` if they have
    /// to be in `room` and do not fit.
    pub(crate) fn bytes_in<'r>(&self, room: &'r mut [u8]) -> Option<&'r [u8]>
    where
        'a: 'r,
    {
        if !self.escaped {
            return Some(self.raw());
        }
        let len = self.unescape_to(room)?;
        room.get(..len)
    }

    fn unescape_to(&self, room: &mut [u8]) -> Option<usize> {
        let (mut len, mut utf8) = (0, [0; 4]);
        for piece in self.pieces() {
            let bytes = piece.as_bytes(&mut utf8);
            room.get_mut(len..)?.get_mut(..bytes.len())?.copy_from_slice(bytes);
            len += bytes.len();
        }
        Some(len)
    }
}

/// The text, escapes undone.
impl<const N: usize> TryFrom<Str<'_>> for Text<N> {
    type Error = Overflow;

    fn try_from(text: Str<'_>) -> Result<Self, Overflow> {
        let mut new = Self::EMPTY;
        let place = new.as_mut();
        match place.data.split_last_mut().and_then(|(_, room)| text.copy_to(room)) {
            Some(len) => place.finish(len),
            None => return Err(Overflow { kind: ErrorKind::CAPACITY, needed: text.len(), limit: Self::CAPACITY }),
        }
        Ok(new)
    }
}

/// Undoes the escapes of what stands between the quotes of a string that has been read, and returns the text, which is
/// never longer.
#[cfg(feature = "webhook")]
pub(crate) fn unescape_in_place(raw: &mut [u8]) -> &mut [u8] {
    let Some(first) = raw.iter().position(|&byte| byte == b'\\') else { return raw };
    let (mut from, mut to) = (first, first);
    while let Some(&byte) = raw.get(from) {
        let (c, len) = match byte {
            b'\\' => match escape(raw.get(from..).unwrap_or_default()) {
                Ok((c, len)) => (Some(c), len),
                Err(_) => break,
            },
            _ => (None, 1),
        };
        let mut utf8 = [byte, 0, 0, 0];
        let written = c.map_or(1, |c| c.encode_utf8(&mut utf8).len());
        for (place, byte) in raw.iter_mut().skip(to).zip(utf8).take(written) {
            *place = byte;
        }
        (from, to) = (from + len, to + written);
    }
    raw.get_mut(..to).unwrap_or_default()
}

impl<'a> Piece<'a> {
    /// The bytes of the piece; `utf8` is where an escaped character is spelled out.
    pub fn as_bytes<'b>(&self, utf8: &'b mut [u8; 4]) -> &'b [u8]
    where
        'a: 'b,
    {
        match *self {
            Self::Plain(bytes) => bytes,
            Self::Escape(c) => c.encode_utf8(utf8).as_bytes(),
        }
    }
}

/// Iterator over the parts of a string.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.first()? != &b'\\' {
            let end = self.rest.iter().position(|&byte| byte == b'\\').unwrap_or(self.rest.len());
            let (plain, rest) = self.rest.split_at_checked(end)?;
            self.rest = rest;
            return Some(Piece::Plain(plain));
        }
        let (c, len) = escape(self.rest).ok()?;
        self.rest = self.rest.get(len..)?;
        Some(Piece::Escape(c))
    }
}

/// Reads the string whose opening quote comes next.
#[inline(never)]
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<Str<'a>, Fault> {
    let (input, start) = (cursor.input(), cursor.pos() + 1);
    let rest = input.get(start..).unwrap_or_default();
    let special = scan::skip_plain(rest, 0);
    if let Some(len) = end(rest, special) {
        cursor.set_pos(start + len + 1);
        return Ok(Str::of(rest, len));
    }
    read_special(cursor, start + special)
}

/// The length of the string without escapes whose first byte is that of `rest`; `None` if it is of another kind.
#[inline(always)]
pub(crate) fn plain(rest: &[u8]) -> Option<usize> {
    end(rest, scan::skip_plain(rest, 0))
}

/// The same for one whose first byte that is no ordinary ASCII character is at `special`.
#[inline(always)]
fn end(rest: &[u8], special: usize) -> Option<usize> {
    match rest.get(special)? {
        b'"' => Some(special),
        // Without vectors, the general way is as fast.
        0x80.. if VECTORS => plain_utf8(rest, special),
        _ => None,
    }
}

/// The same for one of which the first `ascii` bytes are ASCII.
#[inline(never)]
fn plain_utf8(rest: &[u8], ascii: usize) -> Option<usize> {
    let len = scan::skip_non_ascii(rest, ascii);
    let is_text = core::str::from_utf8(rest.get(ascii..len)?).is_ok();
    (is_text && rest.get(len) == Some(&b'"')).then_some(len)
}

/// Goes on with a string at `pos`, the first byte in it that does not plainly stand for itself.
fn read_special<'a>(cursor: &mut Cursor<'a>, mut pos: usize) -> Result<Str<'a>, Fault> {
    let (input, start) = (cursor.input(), cursor.pos() + 1);
    let (mut escaped, mut ascii) = (false, true);
    let wrong = loop {
        match input.get(pos) {
            Some(b'"') => break None,
            Some(b'\\') => {
                escaped = true;
                match escape(input.get(pos..).unwrap_or_default()) {
                    Ok((_, len)) => pos += len,
                    Err((kind, at)) => break Some((kind, pos + at)),
                }
            }
            Some(0x80..) => {
                ascii = false;
                pos = scan::skip_non_ascii(input, pos);
                continue;
            }
            Some(_) => break Some((ErrorKind::CONTROL_CHARACTER, pos)),
            None => break Some((ErrorKind::UNEXPECTED_END, pos)),
        }
        pos = scan::skip_plain(input, pos);
    };
    let raw = input.get(start..wrong.map_or(pos, |(_, at)| at)).unwrap_or_default();
    if !ascii && let Err(error) = core::str::from_utf8(raw) {
        // A character that the end of the input cuts off is not yet a wrong one.
        let is_cut = error.error_len().is_none() && start + raw.len() == input.len();
        if !is_cut {
            return Err(cursor.fail(ErrorKind::INVALID_UTF8, start + error.valid_up_to()));
        }
    }
    match wrong {
        Some((kind, at)) => Err(cursor.fail(kind, at)),
        None => {
            cursor.set_pos(pos + 1);
            Ok(Str { escaped, ..Str::of(input.get(start..).unwrap_or_default(), raw.len()) })
        }
    }
}

/// Reads the escape that `bytes` starts with: the character and how many bytes it takes, or what is wrong and where.
fn escape(bytes: &[u8]) -> Result<(char, usize), (ErrorKind, usize)> {
    let c = match bytes.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode_escape(bytes),
        Some(_) => return Err((ErrorKind::INVALID_ESCAPE, 1)),
        None => return Err((ErrorKind::UNEXPECTED_END, 1)),
    };
    Ok((c, 2))
}

/// Reads a `\uXXXX` escape, or the two that make up a surrogate pair.
fn unicode_escape(bytes: &[u8]) -> Result<(char, usize), (ErrorKind, usize)> {
    let first = hex4(bytes, 2)?;
    if let Some(c) = char::from_u32(first) {
        return Ok((c, 6));
    }
    if first >= 0xDC00 {
        return Err((ErrorKind::LONE_SURROGATE, 0));
    }
    match (bytes.get(6), bytes.get(7)) {
        (None, _) | (Some(b'\\'), None) => return Err((ErrorKind::UNEXPECTED_END, bytes.len())),
        (Some(b'\\'), Some(b'u')) => {}
        _ => return Err((ErrorKind::LONE_SURROGATE, 0)),
    }
    let second = hex4(bytes, 8)?;
    let c = (0xDC00..0xE000).contains(&second).then(|| 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
    match c.and_then(char::from_u32) {
        Some(c) => Ok((c, 12)),
        None => Err((ErrorKind::LONE_SURROGATE, 0)),
    }
}

fn hex4(bytes: &[u8], at: usize) -> Result<u32, (ErrorKind, usize)> {
    let mut value = 0;
    for at in at..at + 4 {
        let byte = *bytes.get(at).ok_or((ErrorKind::UNEXPECTED_END, at))?;
        let digit = (byte as char).to_digit(16).ok_or((ErrorKind::INVALID_ESCAPE, at))?;
        value = value << 4 | digit;
    }
    Ok(value)
}
