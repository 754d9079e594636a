//! How a target takes its choices from the bytes that it is given.
//!
//! From the front, one after the other, and without a length ahead of everything: so a script can write seeds, and a change
//! of one byte changes one choice.

/// What is left of an input. At its end there are only zeros.
#[derive(Clone)]
pub struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub const fn byte(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => 0,
        }
    }

    pub const fn flag(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    /// A number from 0 to `limit - 1`.
    pub const fn below(&mut self, limit: usize) -> usize {
        let byte = self.byte() as usize;
        if limit > 256 { (byte << 8 | self.byte() as usize) % limit } else { byte % limit }
    }

    /// One of several.
    pub const fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// A number of any size: as many bytes as its first one says, up to eight.
    pub const fn number(&mut self) -> u64 {
        let (mut count, mut number) = (self.byte() % 9, 0);
        while count > 0 {
            (number, count) = (number << 8 | self.byte() as u64, count - 1);
        }
        number
    }

    /// Some bytes: one or two that say how many, and those. Fewer where the input ends.
    pub fn bytes(&mut self) -> &'a [u8] {
        let first = usize::from(self.byte());
        let len = if first < 0x80 { first } else { (first & 0x7f) << 8 | usize::from(self.byte()) };
        let (bytes, rest) = self.rest.split_at(len.min(self.rest.len()));
        self.rest = rest;
        bytes
    }

    /// Some text, as [`Input::bytes`]; what is not UTF-8 in them is replaced.
    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// All that is left.
    pub const fn rest(&mut self) -> &'a [u8] {
        let rest = self.rest;
        self.rest = &[];
        rest
    }
}
