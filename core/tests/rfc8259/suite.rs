//! The texts of the suite, and what the corpus says of them.

use crate::common;
use lark_event::{Error, ErrorKind};
use serde_json::Value;

pub(crate) struct Suite {
    pub(crate) texts: Vec<Text>,
    pub(crate) places: Vec<Value>,
    differences: Vec<Value>,
}

pub(crate) struct Text {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// The verdict of the grammar.
    pub(crate) valid: bool,
    /// The first byte with which nothing begins that the grammar allows, if it is not valid.
    pub(crate) offset: Option<usize>,
    /// How many levels are open at once, if it is valid.
    pub(crate) depth: usize,
    /// Where the value starts.
    pub(crate) start: usize,
    /// Whether it is about nesting: then the fault may be that there is too much of it.
    pub(crate) is_about_nesting: bool,
    /// What it is for the kinds of fields.
    pub(crate) fits: Value,
}

/// A piece of a text, as a case has it.
fn piece(piece: &Value) -> Vec<u8> {
    if let Some(text) = piece.as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(text) = piece["repeat"].as_str() {
        return text.repeat(number(&piece["times"])).into_bytes();
    }
    let hex = piece["hex"].as_str().expect("a piece is text, repeat or hex");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

pub(crate) fn number(value: &Value) -> usize {
    value.as_u64().unwrap_or_default().try_into().unwrap()
}

impl Suite {
    pub(crate) fn load() -> Self {
        let suite = common::read_json("rfc8259.json");
        let texts = suite["texts"].as_array().unwrap().iter().map(|row| Text {
            name: row["name"].as_str().unwrap().to_owned(),
            bytes: row["text"].as_array().unwrap().iter().flat_map(piece).collect(),
            valid: row["valid"].as_bool().unwrap(),
            offset: row.get("offset").map(number),
            depth: number(&row["depth"]),
            start: number(&row["start"]),
            is_about_nesting: row["section"] == "9",
            fits: row["as"].clone(),
        });
        let suite = Self {
            texts: texts.collect(),
            places: suite["places"].as_array().unwrap().clone(),
            differences: suite["differences"].as_array().unwrap().clone(),
        };
        let valid = suite.texts.iter().filter(|text| text.valid).count();
        assert!(valid > 250 && suite.texts.len() - valid > 600 && suite.places.len() > 60);
        suite
    }

    /// Whether that reader is of another opinion than the grammar.
    pub(crate) fn differs(&self, reader: &str, text: &Text) -> bool {
        let rows = self.differences.iter().filter(|row| row["reader"] == reader);
        rows.flat_map(|row| row["texts"].as_array().unwrap()).any(|name| *name == *text.name)
    }

    /// Whether our reader must take it.
    pub(crate) fn expects(&self, text: &Text) -> bool {
        text.valid && !self.differs("lark-event", text)
    }
}

impl Text {
    /// Whether a fault, or that there is none, is what must be found in the text alone.
    pub(crate) fn is_good(&self, suite: &Suite, fault: Option<Error>) -> bool {
        let Some(error) = fault else { return suite.expects(self) };
        let offset = error.offset as usize;
        match self.offset {
            _ if suite.expects(self) => false,
            Some(expected) => is_near(error, expected, expected) || (self.is_about_nesting && offset < expected),
            None => offset < self.bytes.len(),
        }
    }
}

/// Whether a fault is between these bytes, or where the character or the pair of escapes starts to which they belong.
pub(crate) fn is_near(error: Error, first: usize, last: usize) -> bool {
    let before = match error.kind {
        ErrorKind::INVALID_UTF8 => 3,
        ErrorKind::LONE_SURROGATE => 11,
        _ => 0,
    };
    (first.saturating_sub(before)..=last).contains(&(error.offset as usize))
}
