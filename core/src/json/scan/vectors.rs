//! With the vectors of 16 bytes that every x86-64 and every AArch64 processor has, two at a time.

use core::fmt;
use wide::{i8x32, u8x32};

/// How many bytes are looked at at a time.
const WINDOW: usize = 32;

/// The first position from `pos` on that is not an ordinary ASCII character of a string: a quote, a backslash, a control
/// or a non-ASCII byte, or the end of the input.
#[inline(always)]
pub(crate) fn skip_plain(input: &[u8], pos: usize) -> usize {
    skip(input, pos, special)
}

/// The first position from `pos` on with a quote, a backslash or a control byte, or the end of the input.
#[inline(never)]
pub(crate) fn skip_non_ascii(input: &[u8], pos: usize) -> usize {
    skip(input, pos, ending)
}

/// The first position from `pos` on that is no white space, or the end of the input.
#[inline(always)]
pub(crate) fn skip_space(input: &[u8], pos: usize) -> usize {
    skip(input, pos, visible)
}

/// The first position from `pos` on of a byte for which `marks` has a bit; it has one for 0.
#[inline(always)]
fn skip(input: &[u8], mut pos: usize, marks: impl Fn(&[u8; WINDOW]) -> u32 + Copy) -> usize {
    let rest = input.get(pos..).unwrap_or_default();
    for window in rest.as_chunks::<WINDOW>().0 {
        let marks = marks(window);
        if marks != 0 {
            return pos + marks.trailing_zeros() as usize;
        }
        pos += WINDOW;
    }
    skip_tail(input, pos, marks)
}

/// The same for the last bytes, which are too few for a window.
#[inline(never)]
fn skip_tail(input: &[u8], pos: usize, marks: impl Fn(&[u8; WINDOW]) -> u32) -> usize {
    let tail = input.get(pos..).unwrap_or_default();
    let marks = match input.last_chunk::<WINDOW>() {
        // Some of these have been looked at before.
        Some(last) => u64::from(marks(last)) >> (WINDOW - tail.len()),
        None => {
            let mut padded = [0; WINDOW];
            padded.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
            u64::from(marks(&padded))
        }
    };
    pos + tail.len().min(marks.trailing_zeros() as usize)
}

/// Quotes, backslashes, control and non-ASCII bytes.
#[inline(always)]
fn special(window: &[u8; WINDOW]) -> u32 {
    let bytes = u8x32::new(*window);
    // As signed numbers, non-ASCII bytes are below all others.
    let low = bytes.cast_signed().simd_lt(i8x32::splat(0x20)).cast_unsigned();
    (quotes(bytes) | low).to_bitmask()
}

/// Quotes, backslashes and control bytes.
#[inline(always)]
fn ending(window: &[u8; WINDOW]) -> u32 {
    let bytes = u8x32::new(*window);
    (quotes(bytes) | bytes.simd_le(u8x32::splat(0x1f))).to_bitmask()
}

/// Whatever is no white space.
#[inline(always)]
fn visible(window: &[u8; WINDOW]) -> u32 {
    let bytes = u8x32::new(*window);
    let is = |byte| bytes.simd_eq(u8x32::splat(byte));
    !((is(b' ') | is(b'\n')) | (is(b'\r') | is(b'\t'))).to_bitmask()
}

#[inline(always)]
fn quotes(bytes: u8x32) -> u8x32 {
    bytes.simd_eq(u8x32::splat(b'"')) | bytes.simd_eq(u8x32::splat(b'\\'))
}

/// Whether two slices are the same.
#[inline(always)]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    // Two words that together are all of it, and may have bytes in common.
    fn ends<const N: usize>(bytes: &[u8]) -> Option<([u8; N], [u8; N])> {
        Some((*bytes.first_chunk()?, *bytes.last_chunk()?))
    }
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        8..=16 => ends::<8>(a) == ends::<8>(b),
        4..8 => ends::<4>(a) == ends::<4>(b),
        17..=32 => ends::<16>(a) == ends::<16>(b),
        _ => a == b,
    }
}

/// A member's name with its quotes and the colon, to be looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    bytes: [u8; WINDOW],
    /// A bit for each of the bytes that count.
    bits: u32,
    /// How many they are; 0 for a key that is never found.
    len: u8,
}

impl Key {
    /// The key for a name; one that is never found if the name is too long.
    pub(crate) const fn new(name: &str) -> Self {
        Self::of(&[b"\"", name.as_bytes(), b"\":"])
    }

    /// The key that these parts make up; one that is never found if they are too long.
    #[allow(clippy::indexing_slicing, reason = "an index out of bounds would end the compilation")]
    pub(crate) const fn of(parts: &[&[u8]]) -> Self {
        let (mut bytes, mut len, mut part) = ([0; WINDOW], 0, 0);
        while part < parts.len() {
            let mut at = 0;
            while at < parts[part].len() {
                if len == WINDOW {
                    return Self { bytes: [0; WINDOW], bits: 0, len: 0 };
                }
                bytes[len] = parts[part][at];
                (at, len) = (at + 1, len + 1);
            }
            part += 1;
        }
        Self { bytes, bits: u32::MAX >> (WINDOW - len), len: len as u8 }
    }

    /// The position behind it, if that is what is at `pos`.
    #[inline(always)]
    pub(crate) fn find(&self, input: &[u8], pos: usize) -> Option<usize> {
        let rest = input.get(pos..)?;
        let is_it = match rest.first_chunk::<WINDOW>() {
            Some(window) => !u8x32::new(*window).simd_eq(u8x32::new(self.bytes)).to_bitmask() & self.bits == 0,
            None => self.is_all_of(rest),
        };
        (is_it && self.len > 0).then_some(pos + usize::from(self.len))
    }

    /// Whether the few last bytes of the input begin with it.
    #[inline(never)]
    fn is_all_of(&self, rest: &[u8]) -> bool {
        let len = usize::from(self.len);
        match (rest.get(..len), self.bytes.get(..len)) {
            (Some(found), Some(wanted)) => same(found, wanted),
            _ => false,
        }
    }
}

/// Bytes of the input, and what follows them: who copies may read that too.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
    len: usize,
}

impl<'a> Bytes<'a> {
    /// The first `len` bytes of `rest`.
    pub(crate) const fn of(rest: &'a [u8], len: usize) -> Self {
        Self { rest, len }
    }

    #[inline(always)]
    pub(crate) const fn get(&self) -> &'a [u8] {
        match self.rest.split_at_checked(self.len) {
            Some((bytes, _)) => bytes,
            None => &[],
        }
    }

    /// Copies them to `room`, writes a NUL behind them, and returns how many they are; `None` if that cannot be done in
    /// steps of equal size, for want of bytes to read or of room.
    #[inline(always)]
    pub(crate) fn copy_with_nul(&self, room: &mut [u8]) -> Option<usize> {
        let count = self.len / WINDOW + 1;
        let from = self.rest.as_chunks::<WINDOW>().0.get(..count)?;
        let to = room.as_chunks_mut::<WINDOW>().0.get_mut(..count)?;
        let mut left = self.len;
        for (to, from) in to.iter_mut().zip(from) {
            *to = head(from, left);
            left = left.saturating_sub(WINDOW);
        }
        Some(self.len)
    }
}

/// Without what follows, which may be a secret and is of no use in a log.
impl fmt::Debug for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// The first `len` bytes, and zeros.
#[inline(always)]
fn head(bytes: &[u8; WINDOW], len: usize) -> [u8; WINDOW] {
    let behind = i8x32::new(PLACES).simd_lt(i8x32::splat(len.min(WINDOW) as i8));
    (u8x32::new(*bytes) & behind.cast_unsigned()).to_array()
}

#[allow(clippy::indexing_slicing, reason = "an index out of bounds would end the compilation")]
const PLACES: [i8; WINDOW] = {
    let (mut places, mut at) = ([0; WINDOW], 0);
    while at < WINDOW {
        places[at] = at as i8;
        at += 1;
    }
    places
};

/// The value of the first `len` bytes, if they are 1 to 16 digits of which the first is not 0.
#[inline(always)]
pub(crate) fn decimal(rest: &[u8], len: usize) -> Option<u64> {
    const ZEROS: u128 = u128::from_le_bytes([b'0'; 16]);
    let digits = u128::from_le_bytes(*rest.first_chunk()?);
    if !(1..=16).contains(&len) || rest.first() == Some(&b'0') {
        return None;
    }
    // Zeros in front, which come first in memory.
    let missing = (16 - len) * 8;
    let padded = if missing == 0 { digits } else { digits << missing | ZEROS >> (128 - missing) };
    let (front, back) = (eight_digits(padded as u64)?, eight_digits((padded >> 64) as u64)?);
    Some(front * 100_000_000 + back)
}

/// The value of eight digits: neighbours are put together to numbers of two, four and eight digits.
#[inline(always)]
fn eight_digits(word: u64) -> Option<u64> {
    let is_digits = (word & 0xf0f0_f0f0_f0f0_f0f0 == 0x3030_3030_3030_3030)
        && ((word + 0x0606_0606_0606_0606) & 0xf0f0_f0f0_f0f0_f0f0 == 0x3030_3030_3030_3030);
    let word = word & 0x0f0f_0f0f_0f0f_0f0f;
    let word = (word * 10 + (word >> 8)) & 0x00ff_00ff_00ff_00ff;
    let word = (word * 100 + (word >> 16)) & 0x0000_ffff_0000_ffff;
    let word = (word * 10_000 + (word >> 32)) & 0xffff_ffff;
    is_digits.then_some(word)
}
