//! The pull reader: one value at a time, in the order of the document.

use super::{
    cursor::{self, Cursor, Fault},
    number::Number,
    string::Str,
};
use crate::error::Error;

/// A position in a document. Each method reads what it is named after and moves behind it.
///
/// ```
/// use lark_event::json::Reader;
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
    cursor: Cursor<'a>,
}

/// An object or an array that is being read: see [`Reader::next_member`] and [`Reader::next_item`].
#[derive(Debug)]
pub struct Members(cursor::Members);

impl<'a> Reader<'a> {
    /// At the start of a document.
    pub const fn new(input: &'a [u8]) -> Self {
        Self { cursor: Cursor::new(input) }
    }

    /// The byte of the input that comes next.
    pub const fn offset(&self) -> usize {
        self.cursor.pos()
    }

    /// The first byte of the next value, white space skipped: it tells the JSON type. Does not move behind it.
    pub fn peek(&mut self) -> Result<u8, Error> {
        self.run(Cursor::peek)
    }

    /// Reads a string.
    pub fn string(&mut self) -> Result<Str<'a>, Error> {
        self.run(Cursor::string)
    }

    /// Reads a number.
    pub fn number(&mut self) -> Result<Number<'a>, Error> {
        self.run(Cursor::number)
    }

    /// Reads `true`, `false` or `null`: `Some` boolean or `None`.
    pub fn literal(&mut self) -> Result<Option<bool>, Error> {
        self.run(Cursor::literal)
    }

    /// Reads the opening brace of an object.
    pub fn enter_object(&mut self) -> Result<Members, Error> {
        self.run(|cursor| cursor.enter(b'{')).map(Members)
    }

    /// Reads the opening bracket of an array.
    pub fn enter_array(&mut self) -> Result<Members, Error> {
        self.run(|cursor| cursor.enter(b'[')).map(Members)
    }

    /// Reads up to the next member's value and returns the member's name, or the closing brace and returns `None`.
    pub fn next_member(&mut self, object: &mut Members) -> Result<Option<Str<'a>>, Error> {
        self.run(|cursor| if cursor.next_in(&mut object.0, b'}')? { cursor.name().map(Some) } else { Ok(None) })
    }

    /// Reads up to the next item of an array, or the closing bracket and returns `false`.
    pub fn next_item(&mut self, array: &mut Members) -> Result<bool, Error> {
        self.run(|cursor| cursor.next_in(&mut array.0, b']'))
    }

    /// Reads and validates a value of any kind. The stack it needs does not depend on the value.
    pub fn skip_value(&mut self) -> Result<(), Error> {
        self.run(Cursor::skip_value)
    }

    /// Makes sure that nothing but white space is left.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.run(Cursor::finish)
    }

    /// The whole input.
    pub(crate) const fn input(&self) -> &'a [u8] {
        self.cursor.input()
    }

    fn run<T>(&mut self, step: impl FnOnce(&mut Cursor<'a>) -> Result<T, Fault>) -> Result<T, Error> {
        step(&mut self.cursor).map_err(|Fault| self.cursor.error())
    }
}
