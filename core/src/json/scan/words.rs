//! With what every processor has.

/// As many bytes as the machine takes at a time.
const WORD: usize = size_of::<usize>();
const LOW_BITS: usize = usize::from_le_bytes([0x01; WORD]);
const HIGH_BITS: usize = usize::from_le_bytes([0x80; WORD]);

/// Marks (in the high bit of its byte, exact for the lowest marked one) every byte below `bound`, at most 0x80.
const fn bytes_below(word: usize, bound: u8) -> usize {
    word.wrapping_sub(LOW_BITS * bound as usize) & !word & HIGH_BITS
}

/// Marks every byte equal to `byte`, as [`bytes_below`] does.
const fn bytes_equal(word: usize, byte: u8) -> usize {
    bytes_below(word ^ (LOW_BITS * byte as usize), 1)
}

/// The first position from `pos` on that is not an ordinary ASCII character of a string: a quote, a backslash, a control
/// or a non-ASCII byte, or the end of the input.
#[inline(always)]
pub(crate) fn skip_plain(input: &[u8], pos: usize) -> usize {
    skip(input, pos, HIGH_BITS)
}

/// The first position from `pos` on with a quote, a backslash or a control byte, or the end of the input.
pub(crate) fn skip_non_ascii(input: &[u8], pos: usize) -> usize {
    skip(input, pos, 0)
}

/// The first position from `pos` on with a quote, a backslash, a control byte or a bit of `stop`, or the end.
#[inline(always)]
fn skip(input: &[u8], mut pos: usize, stop: usize) -> usize {
    let (words, tail) = input.get(pos..).unwrap_or_default().as_chunks::<WORD>();
    for bytes in words {
        let word = usize::from_le_bytes(*bytes);
        let special = bytes_equal(word, b'"') | bytes_equal(word, b'\\') | bytes_below(word, 0x20) | (word & stop);
        if special != 0 {
            return pos + special.trailing_zeros() as usize / 8;
        }
        pos += WORD;
    }
    pos + tail.iter().take_while(|byte| is_plain(**byte, stop)).count()
}

const fn is_plain(byte: u8, stop: usize) -> bool {
    byte >= 0x20 && byte != b'"' && byte != b'\\' && (stop == 0 || byte < 0x80)
}

/// The first position from `pos` on that is no white space, or the end of the input.
pub(crate) fn skip_space(input: &[u8], pos: usize) -> usize {
    let rest = input.get(pos..).unwrap_or_default();
    pos + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count()
}

/// Whether two slices are the same.
#[inline(always)]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    a == b
}

/// A member's name to be looked for; never found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key;

impl Key {
    pub(crate) const fn new(_: &str) -> Self {
        Self
    }

    pub(crate) const fn of(_: &[&[u8]]) -> Self {
        Self
    }

    pub(crate) const fn find(&self, _: &[u8], _: usize) -> Option<usize> {
        None
    }
}

/// Bytes of the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    /// The first `len` bytes of `rest`.
    pub(crate) const fn of(rest: &'a [u8], len: usize) -> Self {
        match rest.split_at_checked(len) {
            Some((bytes, _)) => Self(bytes),
            None => Self(&[]),
        }
    }

    pub(crate) const fn get(&self) -> &'a [u8] {
        self.0
    }

    /// Leaves it to others.
    pub(crate) const fn copy_with_nul(&self, _: &mut [u8]) -> Option<usize> {
        None
    }
}

/// Never reads anything.
pub(crate) const fn decimal(_: &[u8], _: usize) -> Option<u64> {
    None
}
