//! JSON as programs write it, without escapes. Whatever is otherwise is left to the [`Cursor`](super::Cursor).

use super::{
    scan,
    string::{self, Str},
};

/// The name of the member that comes next, and where its value starts; white space may be around everything.
#[inline(always)]
pub(crate) fn plain_name(input: &[u8], pos: usize) -> Option<(Str<'_>, usize)> {
    let pos = visible(input, pos);
    let start = expect(input, pos, b'"')?;
    let rest = input.get(start..)?;
    let len = string::plain(rest)?;
    let colon = visible(input, start + len + 1);
    Some((Str::of(rest, len), visible(input, expect(input, colon, b':')?)))
}

/// The position behind `byte`, if that is what is at `pos`.
#[inline(always)]
pub(crate) fn expect(input: &[u8], pos: usize, byte: u8) -> Option<usize> {
    (*input.get(pos)? == byte).then_some(pos + 1)
}

/// The position of what comes behind white space.
#[inline(always)]
fn visible(input: &[u8], pos: usize) -> usize {
    match input.get(pos) {
        Some(byte) if *byte <= b' ' => scan::skip_space(input, pos),
        _ => pos,
    }
}

/// The integer at `start`, if it has few digits, and where it ends.
#[inline(always)]
pub(crate) fn plain_integer(input: &[u8], start: usize) -> Option<(i32, usize)> {
    let digit = |at: usize| input.get(at).map(|byte| i32::from(byte.wrapping_sub(b'0'))).filter(|digit| *digit < 10);
    let mut value = digit(start)?;
    let mut end = start + 1;
    while let Some(digit) = digit(end) {
        if value == 0 || end - start == 9 {
            return None;
        }
        value = value * 10 + digit;
        end += 1;
    }
    (!matches!(input.get(end)?, b'.' | b'e' | b'E')).then_some((value, end))
}
