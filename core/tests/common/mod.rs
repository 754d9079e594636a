//! What the tests share: the corpus.

use std::{fs, path::PathBuf};

/// A file of the corpus.
pub(crate) fn read(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of the corpus that holds JSON.
pub(crate) fn read_json(name: &str) -> serde_json::Value {
    serde_json::from_slice(&read(name)).expect("the corpus is valid JSON")
}
