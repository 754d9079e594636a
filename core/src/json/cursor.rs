//! The reader proper. What goes wrong is kept in the cursor, so that results stay in registers.

use super::{
    MAX_DEPTH,
    number::{self, Number},
    scan,
    string::{self, Str},
};
use crate::error::{Error, ErrorKind, Path};

/// Something is wrong with the document: [`Cursor::error`] tells what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault;

/// A position in a document. Each method reads what it is named after and moves behind it.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    input: &'a [u8],
    pos: usize,
    depth: u32,
    fault: ErrorKind,
    /// The field in which the fault is.
    field: Path,
}

/// An object or an array that is being read.
#[derive(Debug)]
pub(crate) struct Members {
    first: bool,
}

impl Members {
    /// Behind the first member or item.
    pub(crate) const fn begun() -> Self {
        Self { first: false }
    }

    pub(crate) const fn is_first(&self) -> bool {
        self.first
    }

    pub(crate) const fn set_first(&mut self, first: bool) {
        self.first = first;
    }
}

impl<'a> Cursor<'a> {
    /// At the start of a document.
    pub(crate) const fn new(input: &'a [u8]) -> Self {
        Self::resume(input, 0)
    }

    /// At the start of a value inside of a document that has been read before.
    pub(crate) const fn resume(input: &'a [u8], pos: usize) -> Self {
        Self { input, pos, depth: 0, fault: ErrorKind(0), field: Path::NONE }
    }

    pub(crate) const fn input(&self) -> &'a [u8] {
        self.input
    }

    pub(crate) const fn pos(&self) -> usize {
        self.pos
    }

    pub(crate) const fn set_pos(&mut self, pos: usize) {
        self.pos = pos;
    }

    /// The input from `start` to here.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.input.get(start..self.pos).unwrap_or_default()
    }

    /// What a [`Fault`] was.
    #[cold]
    pub(crate) fn error(&self) -> Error {
        Error::at(self.fault, self.input, self.pos).within(self.field)
    }

    /// What is wrong with the field that is being read, as opposed to the document.
    #[cold]
    #[inline(never)]
    pub(crate) fn field_error(&self, kind: ErrorKind, offset: usize, field: Path) -> Error {
        Error::at(kind, self.input, offset).within(field)
    }

    /// The fault is in that field, if it is not yet known in which.
    #[cold]
    pub(crate) fn within(&mut self, field: Path, fault: Fault) -> Fault {
        if self.field == Path::NONE {
            self.field = field;
        }
        fault
    }

    /// Something is wrong at `offset`; if that is where the input ends, that is what is wrong.
    #[cold]
    pub(super) fn fail(&mut self, kind: ErrorKind, offset: usize) -> Fault {
        self.fault = if offset < self.input.len() { kind } else { ErrorKind::UNEXPECTED_END };
        self.pos = offset;
        Fault
    }

    #[cold]
    fn fail_here(&mut self, kind: ErrorKind) -> Fault {
        self.fail(kind, self.pos)
    }

    /// The first byte of the next value or punctuation, white space skipped. Does not move behind it.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> Result<u8, Fault> {
        match self.input.get(self.pos) {
            Some(&byte) if byte > b' ' => Ok(byte),
            _ => self.peek_behind_space(),
        }
    }

    fn peek_behind_space(&mut self) -> Result<u8, Fault> {
        self.skip_space();
        match self.input.get(self.pos) {
            Some(&byte) => Ok(byte),
            None => Err(self.fail_here(ErrorKind::UNEXPECTED_END)),
        }
    }

    fn skip_space(&mut self) {
        self.pos = scan::skip_space(self.input, self.pos);
    }

    #[inline]
    pub(crate) fn string(&mut self) -> Result<Str<'a>, Fault> {
        match self.peek()? {
            b'"' => string::read(self),
            _ => Err(self.fail_here(ErrorKind::EXPECTED_VALUE)),
        }
    }

    pub(crate) fn number(&mut self) -> Result<Number<'a>, Fault> {
        match self.peek()? {
            b'-' | b'0'..=b'9' => number::read(self),
            _ => Err(self.fail_here(ErrorKind::EXPECTED_VALUE)),
        }
    }

    pub(crate) fn literal(&mut self) -> Result<Option<bool>, Fault> {
        let (word, value): (&[u8], _) = match self.peek()? {
            b't' => (b"true", Some(true)),
            b'f' => (b"false", Some(false)),
            b'n' => (b"null", None),
            _ => return Err(self.fail_here(ErrorKind::EXPECTED_VALUE)),
        };
        for expected in word {
            if self.input.get(self.pos) != Some(expected) {
                return Err(self.fail_here(ErrorKind::INVALID_LITERAL));
            }
            self.pos += 1;
        }
        Ok(value)
    }

    /// Reads the opening bracket, `{` or `[`.
    pub(crate) fn enter(&mut self, bracket: u8) -> Result<Members, Fault> {
        if self.peek()? != bracket {
            return Err(self.fail_here(ErrorKind::EXPECTED_VALUE));
        }
        if self.depth == MAX_DEPTH {
            return Err(self.fail_here(ErrorKind::TOO_DEEP));
        }
        self.depth += 1;
        self.pos += 1;
        Ok(Members { first: true })
    }

    /// Reads the comma that there must be unless this is the first member or item, or the closing bracket and returns
    /// `false`.
    #[inline(always)]
    pub(crate) fn next_in(&mut self, members: &mut Members, close: u8) -> Result<bool, Fault> {
        let first = core::mem::replace(&mut members.first, false);
        match self.peek()? {
            b',' if !first => {
                self.pos += 1;
                Ok(true)
            }
            byte if byte == close => {
                self.pos += 1;
                self.depth = self.depth.saturating_sub(1);
                Ok(false)
            }
            _ if first => Ok(true),
            _ => Err(self.fail_here(ErrorKind::EXPECTED_COMMA)),
        }
    }

    /// Moves to the member's name and returns where its quote is.
    #[inline(always)]
    pub(crate) fn at_name(&mut self) -> Result<usize, Fault> {
        match self.peek()? {
            b'"' => Ok(self.pos),
            _ => Err(self.fail_here(ErrorKind::EXPECTED_NAME)),
        }
    }

    /// Reads a member's name if it is `name`, spelled without escapes.
    #[inline(always)]
    pub(crate) fn take_name(&mut self, name: &str) -> bool {
        let rest = self.input.get(self.pos + 1..).unwrap_or_default();
        let taken = rest.get(..name.len()).is_some_and(|rest| scan::same(rest, name.as_bytes()));
        let taken = taken && rest.get(name.len()) == Some(&b'"');
        if taken {
            self.pos += name.len() + 2;
        }
        taken
    }

    /// Reads the colon behind a member's name.
    #[inline(always)]
    pub(crate) fn colon(&mut self) -> Result<(), Fault> {
        match self.peek()? {
            b':' => {
                self.pos += 1;
                Ok(())
            }
            _ => Err(self.fail_here(ErrorKind::EXPECTED_COLON)),
        }
    }

    /// Reads a member's name and the colon.
    pub(crate) fn name(&mut self) -> Result<Str<'a>, Fault> {
        self.at_name()?;
        let name = string::read(self)?;
        self.colon()?;
        Ok(name)
    }

    /// Reads and validates a value of any kind. The stack it needs does not depend on the value.
    pub(crate) fn skip_value(&mut self) -> Result<(), Fault> {
        // Bit 0 tells whether the innermost open value is an object; the levels around it are above. `MAX_DEPTH` keeps
        // them to 64.
        let (mut objects, mut open) = (0_u64, 0_u32);
        loop {
            match self.peek()? {
                b'"' => drop(string::read(self)?),
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
                b'-' | b'0'..=b'9' => drop(number::read(self)?),
                _ => drop(self.literal()?),
            }
            loop {
                if open == 0 {
                    return Ok(());
                }
                if self.next_in(&mut Members::begun(), close(objects))? {
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
    pub(crate) fn finish(&mut self) -> Result<(), Fault> {
        self.skip_space();
        if self.pos < self.input.len() { Err(self.fail_here(ErrorKind::TRAILING_BYTES)) } else { Ok(()) }
    }
}

/// The closing bracket of the innermost open value.
const fn close(objects: u64) -> u8 {
    if objects & 1 == 1 { b'}' } else { b']' }
}
