//! Numbers: the grammar, and the integers they may denote.

use super::cursor::{Cursor, Fault};
use crate::error::ErrorKind;
use core::str::FromStr;

/// A number of the document, known to be well formed, as the text it is.
#[derive(Clone, Copy, Debug)]
pub struct Number<'a> {
    raw: &'a [u8],
    integer: bool,
}

impl<'a> Number<'a> {
    /// The text of the number.
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Whether it has neither fraction nor exponent.
    pub const fn is_integer(&self) -> bool {
        self.integer
    }

    /// The number `text` denotes, if all of `text` is one by the JSON grammar.
    pub(super) fn whole(text: &'a [u8]) -> Option<Self> {
        let mut cursor = Cursor::new(text);
        let number = read(&mut cursor).ok()?;
        (cursor.pos() == text.len()).then_some(number)
    }

    /// The integer `text` denotes, if all of `text` is one by the JSON grammar.
    pub fn integer(text: &'a [u8]) -> Option<Self> {
        Self::whole(text).filter(Self::is_integer)
    }

    /// The value, if it is an integer in range.
    pub fn to_u64(&self) -> Option<u64> {
        if !self.integer {
            return None;
        }
        self.raw.iter().try_fold(0_u64, |value, &byte| match byte {
            b'0'..=b'9' => value.checked_mul(10)?.checked_add(u64::from(byte - b'0')),
            _ => None,
        })
    }

    /// The value, if it is an integer in range.
    pub fn to_i64(&self) -> Option<i64> {
        match self.raw.strip_prefix(b"-") {
            Some(digits) => 0_i64.checked_sub_unsigned(Self { raw: digits, ..*self }.to_u64()?),
            None => self.to_u64()?.try_into().ok(),
        }
    }

    /// The value, if it is an integer in range. Needs no 64-bit arithmetic.
    pub fn to_i32(&self) -> Option<i32> {
        let (digits, negative) = match self.raw.strip_prefix(b"-") {
            Some(digits) => (digits, true),
            None => (self.raw, false),
        };
        if !self.integer {
            return None;
        }
        digits.iter().try_fold(0_i32, |value, &byte| {
            let digit = i32::from(byte.wrapping_sub(b'0'));
            let value = value.checked_mul(10)?;
            if negative { value.checked_sub(digit) } else { value.checked_add(digit) }
        })
    }

    /// The nearest floating-point number.
    pub fn to_f64(&self) -> Option<f64> {
        self.parse()
    }

    /// What the standard library makes of the text.
    pub(super) fn parse<T: FromStr>(&self) -> Option<T> {
        core::str::from_utf8(self.raw).ok()?.parse().ok()
    }
}

/// Reads the number that comes next, which starts with a digit or `-`.
pub(super) fn read<'a>(cursor: &mut Cursor<'a>) -> Result<Number<'a>, Fault> {
    let (input, start) = (cursor.input(), cursor.pos());
    let mut pos = start;
    if input.get(pos) == Some(&b'-') {
        pos += 1;
    }
    if input.get(pos) == Some(&b'0') {
        pos += 1;
        if let Some(b'0'..=b'9') = input.get(pos) {
            return Err(cursor.fail(ErrorKind::INVALID_NUMBER, pos));
        }
    } else {
        pos = digits(cursor, pos)?;
    }
    let mut integer = true;
    if input.get(pos) == Some(&b'.') {
        integer = false;
        pos = digits(cursor, pos + 1)?;
    }
    if let Some(b'e' | b'E') = input.get(pos) {
        integer = false;
        pos += 1;
        if let Some(b'+' | b'-') = input.get(pos) {
            pos += 1;
        }
        pos = digits(cursor, pos)?;
    }
    cursor.set_pos(pos);
    Ok(Number { raw: cursor.since(start), integer })
}

/// The position behind one digit or more.
fn digits(cursor: &mut Cursor<'_>, pos: usize) -> Result<usize, Fault> {
    let rest = cursor.input().get(pos..).unwrap_or_default();
    match rest.iter().take_while(|byte| byte.is_ascii_digit()).count() {
        0 => Err(cursor.fail(ErrorKind::INVALID_NUMBER, pos)),
        count => Ok(pos + count),
    }
}
