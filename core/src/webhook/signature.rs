//! The signature of a request: its three headers, and the hash over timestamp, nonce, Encrypt Key and raw body.

use crate::{
    digest::hash_into,
    error::{Error, ErrorKind},
};
use subtle::{Choice, ConstantTimeEq};

/// The names of the headers, in the order of [`Headers`]; upper and lower case do not matter.
pub(crate) const NAMES: [&str; 3] = ["X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Lark-Signature"];

/// What is wrong with a header, in the order of the words in which an error says it.
#[derive(Clone, Copy)]
enum Wrong {
    Missing,
    Repeated,
    Malformed,
}

/// The three headers among all those of a request: the value, and how often the header is there.
#[derive(Default)]
pub(super) struct Headers<'h> {
    values: [(&'h [u8], usize); 3],
}

/// The headers of a signed request.
pub(super) struct Signed<'h> {
    timestamp: &'h [u8],
    nonce: &'h [u8],
    signature: [u8; 32],
}

impl<'h> Headers<'h> {
    /// Picks the three out of all.
    pub(super) fn of<N, V>(headers: impl IntoIterator<Item = (N, &'h V)>) -> Self
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        let mut found = Self::default();
        for (name, value) in headers {
            for ((place, count), known) in found.values.iter_mut().zip(NAMES) {
                if name.as_ref().eq_ignore_ascii_case(known.as_bytes()) {
                    (*place, *count) = (value.as_ref(), *count + 1);
                }
            }
        }
        found
    }

    /// Whether none of the three is there, as in the platform's challenges.
    pub(super) fn is_unsigned(&self) -> bool {
        self.values.iter().all(|(_, count)| *count == 0)
    }

    /// The values, if each is there once and is what it should be.
    pub(super) fn read(&self) -> Result<Signed<'h>, Error> {
        for (index, (_, count)) in self.values.iter().enumerate() {
            match count {
                0 => return Err(wrong(index, Wrong::Missing)),
                1 => {}
                _ => return Err(wrong(index, Wrong::Repeated)),
            }
        }
        let [(timestamp, _), (nonce, _), (hex, _)] = self.values;
        // Digits only: else what stands at the border to the nonce could be moved from one to the other unnoticed and
        // change the time that the timestamp means.
        if timestamp.is_empty() || timestamp.len() > 19 || !timestamp.iter().all(u8::is_ascii_digit) {
            return Err(wrong(0, Wrong::Malformed));
        }
        if !nonce.iter().all(u8::is_ascii_graphic) {
            return Err(wrong(1, Wrong::Malformed));
        }
        let signature = hex.try_into().ok().and_then(hash_of).ok_or(wrong(2, Wrong::Malformed))?;
        Ok(Signed { timestamp, nonce, signature })
    }
}

fn wrong(index: usize, wrong: Wrong) -> Error {
    Error { found: wrong as u32, limit: index as u32, ..Error::of_call(ErrorKind::SIGNATURE_HEADER) }
}

/// What was found in place of a header, in the words of an error.
pub(crate) fn describe(found: u32) -> &'static str {
    match found {
        0 => "none",
        1 => "several",
        _ => "something else",
    }
}

impl Signed<'_> {
    /// Whether the signature is the one that the key gives for `body`.
    pub(super) fn fits(&self, encrypt_key: &[u8], body: &[u8]) -> Choice {
        let hash = hash(self.timestamp, self.nonce, encrypt_key, body);
        // A word at a time, all of them.
        let words = hash.as_chunks().0.iter().zip(self.signature.as_chunks().0);
        words.fold(Choice::from(1), |same, (ours, theirs)| {
            same & usize::from_ne_bytes(*ours).ct_eq(&usize::from_ne_bytes(*theirs))
        })
    }

    /// When the request was signed, in milliseconds since 1970. The platform sends seconds but does not say so; a third
    /// party that sends milliseconds or microseconds is told by the number of digits.
    pub(super) fn time_ms(&self) -> u64 {
        let time = decimal(self.timestamp);
        match time {
            0..100_000_000_000 => time * 1000,
            100_000_000_000..100_000_000_000_000 => time,
            // Without the last three digits, which is not a division: 32-bit processors have none for 64 bits.
            _ => self.timestamp.split_last_chunk::<3>().map_or(0, |(digits, _)| decimal(digits)),
        }
    }
}

/// The hash that 64 hexadecimal digits of either case spell out; `None` if there is anything else among them.
fn hash_of(digits: &[u8; 64]) -> Option<[u8; 32]> {
    let (mut hash, mut wrong) = ([0; 32], 0);
    for (bytes, digits) in hash.as_chunks_mut().0.iter_mut().zip(digits.as_chunks().0) {
        let (value, is_wrong) = four_digits(u32::from_be_bytes(*digits));
        (*bytes, wrong) = (value.to_be_bytes(), wrong | is_wrong);
    }
    (wrong == 0).then_some(hash)
}

/// The number that four hexadecimal digits spell out, all at once; and zero if they are such digits.
const fn four_digits(digits: u32) -> (u16, u32) {
    const ONES: u32 = 0x0101_0101;
    const LOW: u32 = 0x0F * ONES;
    const HIGH: u32 = 0xF0 * ONES;
    // Letters have this bit, and the bits below count them from 1; the two cases differ in 0x20.
    let letter = digits >> 6 & ONES;
    let wrong_above = (digits & HIGH & !(letter << 5)) ^ (0x30 * ONES + (letter << 4));
    let value = (digits & LOW) + 9 * letter;
    // Six more take the values from 10 on over 15: those of letters must be there, those of digits must not. Letters behind
    // the sixth are over 15 by themselves.
    let is_ten = (value + 6 * ONES) >> 4 & ONES;
    let wrong_below = (is_ten ^ letter) | (value >> 4 & ONES);
    // Two digits to a byte, and two bytes to the number.
    let bytes = value >> 4 | value;
    ((bytes >> 8 & 0xFF00 | bytes & 0x00FF) as u16, wrong_above | wrong_below)
}

/// The value of at most 19 digits.
fn decimal(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'))
}

/// The hash that a signature spells out.
pub(super) fn hash(timestamp: &[u8], nonce: &[u8], encrypt_key: &[u8], body: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash_into(&[timestamp, nonce, encrypt_key, body], &mut hash);
    hash
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    #[test]
    fn how_many_digits_a_time_has_tells_its_unit() {
        for (timestamp, time_ms) in [
            ("0", 0),
            ("1700000000", 1_700_000_000_000),
            ("99999999999", 99_999_999_999_000),
            ("100000000000", 100_000_000_000),
            ("99999999999999", 99_999_999_999_999),
            ("100000000000000", 100_000_000_000),
            ("1700000000123456", 1_700_000_000_123),
            ("9999999999999999999", 9_999_999_999_999_999),
        ] {
            let signed = Signed { timestamp: timestamp.as_bytes(), nonce: b"", signature: [0; 32] };
            assert_eq!(signed.time_ms(), time_ms, "{timestamp}");
        }
    }

    #[test]
    fn digits_are_read_as_another_crate_reads_them() {
        let hex: [u8; 64] = *b"0123456789abcdefABCDEF0011223344556677889900aAbBcCdDeEfF0f1E2d3C";
        let mut expected = [0; 32];
        for place in 0..hex.len() {
            for byte in 0..=u8::MAX {
                let mut hex = hex;
                hex[place] = byte;
                let read = base16ct::mixed::decode(hex, &mut expected).ok().map(<[u8]>::to_vec);
                assert_eq!(hash_of(&hex).map(|hash| hash.to_vec()), read, "{byte} at {place}");
            }
        }
    }
}
