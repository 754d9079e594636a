//! The pull reader: one value at a time, in the order of the document.

use super::{
    number::{self, Number},
    string::{self, Str},
};
use crate::error::{Error, ErrorKind};

/// How many arrays and objects may be open at once, the outermost one included.
pub const MAX_DEPTH: u32 = 64;

/// A position in a document. Each method reads what it is named after and moves behind it.
///
/// ```
/// use lark_event::json::{Members, Reader};
///
/// let mut reader = Reader::new(br#"{"skipped": [1, {"a": 2}], "id": "7072306"}"#);
/// let mut members = reader.enter_object()?;
/// while let Some(name) = reader.next_member(&mut members)? {
///     if name.is("id") {
///         assert_eq!(reader.string()?.as_plain(), Some("7072306"));
///     } else {
///         reader.skip_value()?;
///     }
/// }
/// reader.finish()?;
/// # Ok::<(), lark_event::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    input: &'a [u8],
    pos: usize,
    depth: u32,
}

/// An object or an array that is being read: see [`Reader::next_member`] and [`Reader::next_item`].
#[derive(Debug)]
pub struct Members {
    first: bool,
}

impl<'a> Reader<'a> {
    /// At the start of a document.
    pub const fn new(input: &'a [u8]) -> Self {
        Self { input, pos: 0, depth: 0 }
    }

    /// At a value inside of a document that has been read before: `offset` is where it starts.
    pub(crate) const fn resume(input: &'a [u8], offset: usize) -> Self {
        Self { input, pos: offset, depth: 0 }
    }

    /// The byte of the input that comes next.
    pub const fn offset(&self) -> usize {
        self.pos
    }

    /// The first byte of the next value, white space skipped: it tells the JSON type. Does not move behind it.
    #[inline]
    pub fn peek(&mut self) -> Result<u8, Error> {
        self.skip_space();
        self.next_byte()
    }

    /// Reads a string.
    #[inline]
    pub fn string(&mut self) -> Result<Str<'a>, Error> {
        match self.peek()? {
            b'"' => {
                let (text, end) = string::read(self.input, self.pos)?;
                self.pos = end;
                Ok(text)
            }
            _ => Err(self.fault(ErrorKind::EXPECTED_VALUE)),
        }
    }

    /// Reads a number.
    #[inline]
    pub fn number(&mut self) -> Result<Number<'a>, Error> {
        match self.peek()? {
            b'-' | b'0'..=b'9' => {
                let (number, end) = number::read(self.input, self.pos)?;
                self.pos = end;
                Ok(number)
            }
            _ => Err(self.fault(ErrorKind::EXPECTED_VALUE)),
        }
    }

    /// Reads `true`, `false` or `null`: `Some` boolean or `None`.
    pub fn literal(&mut self) -> Result<Option<bool>, Error> {
        let (word, value): (&[u8], _) = match self.peek()? {
            b't' => (b"true", Some(true)),
            b'f' => (b"false", Some(false)),
            b'n' => (b"null", None),
            _ => return Err(self.fault(ErrorKind::EXPECTED_VALUE)),
        };
        for expected in word {
            if self.next_byte()? != *expected {
                return Err(self.fault(ErrorKind::INVALID_LITERAL));
            }
            self.pos += 1;
        }
        Ok(value)
    }

    /// Reads the opening brace of an object.
    #[inline]
    pub fn enter_object(&mut self) -> Result<Members, Error> {
        self.enter(b'{')
    }

    /// Reads the opening bracket of an array.
    #[inline]
    pub fn enter_array(&mut self) -> Result<Members, Error> {
        self.enter(b'[')
    }

    /// Reads up to the next member's value and returns the member's name, or the closing brace and returns `None`.
    #[inline]
    pub fn next_member(&mut self, object: &mut Members) -> Result<Option<Str<'a>>, Error> {
        if !self.next_in(object, b'}')? {
            return Ok(None);
        }
        self.name().map(Some)
    }

    /// Reads up to the next item of an array, or the closing bracket and returns `false`.
    #[inline]
    pub fn next_item(&mut self, array: &mut Members) -> Result<bool, Error> {
        self.next_in(array, b']')
    }

    /// Reads and validates a value of any kind. The stack it needs does not depend on the value.
    pub fn skip_value(&mut self) -> Result<(), Error> {
        // Bit 0 tells whether the innermost open value is an object; the levels around it are above. Depth is limited
        // to the 64 bits.
        let (mut objects, mut open) = (0_u64, 0_u32);
        loop {
            match self.peek()? {
                bracket @ (b'{' | b'[') => {
                    let mut members = self.enter(bracket)?;
                    (objects, open) = (objects << 1 | u64::from(bracket == b'{'), open + 1);
                    if self.next_in(&mut members, close(objects))? {
                        if objects & 1 == 1 {
                            self.name()?;
                        }
                        continue;
                    }
                    (objects, open) = (objects >> 1, open - 1);
                }
                b'"' => drop(self.string()?),
                b'-' | b'0'..=b'9' => drop(self.number()?),
                _ => drop(self.literal()?),
            }
            loop {
                if open == 0 {
                    return Ok(());
                }
                if self.next_in(&mut Members { first: false }, close(objects))? {
                    if objects & 1 == 1 {
                        self.name()?;
                    }
                    break;
                }
                (objects, open) = (objects >> 1, open - 1);
            }
        }
    }

    /// Makes sure that nothing but white space is left.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.skip_space();
        if self.pos < self.input.len() { Err(self.fault(ErrorKind::TRAILING_BYTES)) } else { Ok(()) }
    }

    /// A fault at the byte that comes next, or the end of the input if there is none.
    #[cold]
    pub(crate) fn fault(&self, kind: ErrorKind) -> Error {
        let kind = if self.pos < self.input.len() { kind } else { ErrorKind::UNEXPECTED_END };
        Error::at(kind, self.input, self.pos)
    }

    /// A fault at an earlier byte.
    #[cold]
    pub(crate) fn fault_at(&self, kind: ErrorKind, offset: usize) -> Error {
        Error::at(kind, self.input, offset)
    }

    /// The whole input.
    pub(crate) const fn input(&self) -> &'a [u8] {
        self.input
    }

    /// The input from `start` to here.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.input.get(start..self.pos).unwrap_or_default()
    }

    #[inline]
    fn enter(&mut self, bracket: u8) -> Result<Members, Error> {
        if self.peek()? != bracket {
            return Err(self.fault(ErrorKind::EXPECTED_VALUE));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.fault(ErrorKind::TOO_DEEP));
        }
        self.depth += 1;
        self.pos += 1;
        Ok(Members { first: true })
    }

    /// Reads the comma that there must be unless this is the first member or item, or the closing bracket.
    #[inline]
    fn next_in(&mut self, members: &mut Members, close: u8) -> Result<bool, Error> {
        let first = core::mem::replace(&mut members.first, false);
        match self.peek()? {
            byte if byte == close => {
                self.pos += 1;
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            b',' if !first => {
                self.pos += 1;
                Ok(true)
            }
            _ if first => Ok(true),
            _ => Err(self.fault(ErrorKind::EXPECTED_COMMA)),
        }
    }

    /// Reads a member's name and the colon.
    #[inline]
    fn name(&mut self) -> Result<Str<'a>, Error> {
        if self.peek()? != b'"' {
            return Err(self.fault(ErrorKind::EXPECTED_NAME));
        }
        let name = self.string()?;
        if self.peek()? != b':' {
            return Err(self.fault(ErrorKind::EXPECTED_COLON));
        }
        self.pos += 1;
        Ok(name)
    }

    #[inline]
    fn next_byte(&self) -> Result<u8, Error> {
        match self.input.get(self.pos) {
            Some(&byte) => Ok(byte),
            None => Err(self.fault(ErrorKind::UNEXPECTED_END)),
        }
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.input.get(self.pos) {
            self.pos += 1;
        }
    }
}

/// The closing bracket of the innermost open value.
const fn close(objects: u64) -> u8 {
    if objects & 1 == 1 { b'}' } else { b']' }
}
