//! Writing JSON, in one line, into the caller's memory.
//!
//! Not by way of serde-json-core: it can panic where the compiler cannot prove an index, and code would be made for every
//! struct where one loop over its table is enough.

/// Writes to the front of a buffer. `None` from any of the methods: it is full.
pub(crate) struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl<'a> Writer<'a> {
    pub(crate) const fn new(out: &'a mut [u8]) -> Self {
        Self { out, len: 0 }
    }

    /// What has been written.
    pub(crate) fn into_text(self) -> Option<&'a str> {
        core::str::from_utf8(self.out.get(..self.len)?).ok()
    }

    /// Writes punctuation, and other text that stands for itself.
    pub(crate) fn raw(&mut self, text: &str) -> Option<()> {
        self.bytes(text.as_bytes())
    }

    /// Writes a string, with its quotes and whatever escapes it needs.
    pub(crate) fn string(&mut self, text: &str) -> Option<()> {
        self.raw("\"")?;
        let mut rest = text.as_bytes();
        while let Some(&first) = rest.first() {
            let is_plain = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
            let (plain, behind) = rest.split_at_checked(rest.iter().take_while(|byte| is_plain(byte)).count())?;
            if plain.is_empty() {
                self.escape(first)?;
                rest = rest.get(1..)?;
            } else {
                self.bytes(plain)?;
                rest = behind;
            }
        }
        self.raw("\"")
    }

    /// Writes an integer.
    pub(crate) fn integer(&mut self, value: i32) -> Option<()> {
        if value < 0 {
            self.raw("-")?;
        }
        self.raw(Digits::of(u64::from(value.unsigned_abs())).as_str())
    }

    /// Writes a member's name and the colon, and before them a comma if it is not the first.
    pub(crate) fn name(&mut self, first: &mut bool, name: &str) -> Option<()> {
        if !core::mem::replace(first, false) {
            self.raw(",")?;
        }
        self.string(name)?;
        self.raw(":")
    }

    fn escape(&mut self, byte: u8) -> Option<()> {
        let short = match byte {
            b'"' => b'"',
            b'\\' => b'\\',
            0x08 => b'b',
            0x0c => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => {
                let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
                return self.bytes(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            }
        };
        self.bytes(&[b'\\', short])
    }

    fn bytes(&mut self, bytes: &[u8]) -> Option<()> {
        let end = self.len.checked_add(bytes.len())?;
        for (place, byte) in self.out.get_mut(self.len..end)?.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.len = end;
        Some(())
    }
}

/// The decimal digits of a number.
pub(crate) struct Digits {
    digits: [u8; 20],
    start: usize,
}

/// 10^19, 10^18, ..., 1.
#[allow(clippy::indexing_slicing, reason = "an index out of bounds would end the compilation")]
const POWERS: [u64; 20] = {
    let (mut powers, mut at) = ([1; 20], 19);
    while at > 0 {
        powers[at - 1] = powers[at] * 10;
        at -= 1;
    }
    powers
};

impl Digits {
    /// Subtracts where one would divide: 32-bit processors have no division of 64 bits.
    pub(crate) fn of(mut value: u64) -> Self {
        let (mut digits, mut start) = ([b'0'; 20], 19);
        for (at, (digit, power)) in digits.iter_mut().zip(POWERS).enumerate() {
            if value >= power {
                start = start.min(at);
            }
            while value >= power {
                value -= power;
                *digit += 1;
            }
        }
        Self { digits, start }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.digits.get(self.start..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use std::{format, string::ToString};

    #[test]
    fn digits_are_those_of_the_number() {
        let powers = POWERS.iter().flat_map(|power| [power - 1, *power, power + 1, power.saturating_mul(9)]);
        for value in powers.chain([0, 9, 10, 1_608_725_989_000, u64::MAX, u64::MAX - 1]) {
            assert_eq!(Digits::of(value).as_str(), value.to_string());
        }
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let mut out = [0; 8];
        assert_eq!(Writer::new(&mut out).string("1234567"), None);
        let mut writer = Writer::new(&mut out);
        assert_eq!(writer.string("123456"), Some(()));
        assert_eq!(writer.raw(","), None);
        assert_eq!(writer.into_text(), Some("\"123456\""));
        let mut writer = Writer::new(&mut out);
        assert_eq!(writer.integer(i32::MIN), None);
        assert_eq!(Writer::new(&mut []).into_text(), Some(""));
    }

    #[test]
    fn strings_are_written_as_serde_json_does() {
        let mut out = [0; 64];
        for text in (0..0x300).chain([0x2028, 0xFFFD, 0x1F600, 0x10FFFF]).filter_map(char::from_u32) {
            let text = format!("a{text}{text}b");
            let mut writer = Writer::new(&mut out);
            assert_eq!(writer.string(&text), Some(()));
            assert_eq!(writer.into_text(), serde_json::to_string(&text).ok().as_deref());
        }
    }
}
