//! What tests of cryptography share: the published vectors of `tests/corpus/crypto.json`, and numbers as if by chance.

extern crate std;

use serde_json::Value;
use std::{fs, path::PathBuf, string::String, vec::Vec};

/// The groups of vectors of one kind.
pub(crate) fn published(kind: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus/crypto.json");
    let mut all: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    all[kind].take()
}

/// All cases of one kind, each with where it comes from.
pub(crate) fn cases(kind: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (source, cases) in published(kind).as_object().unwrap() {
        found.extend(cases.as_array().unwrap().iter().map(|case| (source.clone(), case.clone())));
    }
    found
}

/// The bytes that hexadecimal digits spell out.
pub(crate) fn bytes(digits: &Value) -> Vec<u8> {
    let digits = digits.as_str().unwrap();
    let pairs = (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16));
    pairs.collect::<Result<_, _>>().unwrap()
}

/// Numbers as if by chance, the same ones in each run (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % limit
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.below(256) as u8).collect()
    }

    /// Splits a text into pieces, of which some are empty and some longer than two blocks.
    pub(crate) fn pieces<'t>(&mut self, mut text: &'t [u8]) -> Vec<&'t [u8]> {
        let mut pieces = Vec::new();
        while !text.is_empty() {
            let limit = [2, 17, 66, 200][self.below(4)];
            let (piece, rest) = text.split_at(self.below(limit).min(text.len()));
            pieces.push(piece);
            text = rest;
        }
        pieces
    }
}
