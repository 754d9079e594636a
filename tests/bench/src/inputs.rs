//! What is decoded.

use lark_event::EventType;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, ffi::CString, fs, ops::Deref, path::Path};

/// How many bytes that do not count stand behind each document, as simdjson asks for.
const PADDING: usize = 64;

/// One body.
pub(crate) struct Document {
    padded: Vec<u8>,
    len: usize,
    /// The type of the event, for a body that names none.
    pub(crate) assumed: Option<&'static EventType>,
    /// Its name, as C code has it.
    pub(crate) assumed_nul: Option<CString>,
}

impl Document {
    pub(crate) fn new(text: &str, assumed: Option<&'static EventType>) -> Self {
        let assumed_nul = assumed.map(|it| CString::new(it.name()).expect("no event type has a NUL in its name"));
        Self { padded: [text.as_bytes(), &[0; PADDING]].concat(), len: text.len(), assumed, assumed_nul }
    }

    /// The document, and what stands behind it.
    pub(crate) fn padded(&self) -> &[u8] {
        &self.padded
    }

    /// The tag of the type for a body that names none; that of an unknown one if there is no such type either.
    pub(crate) fn assumed_tag(&self) -> u32 {
        self.assumed.map_or(1, |it| it.tag)
    }
}

impl Deref for Document {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.padded[..self.len]
    }
}

/// Documents that are measured together, one after the other.
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) documents: Vec<Document>,
}

impl Input {
    fn new(name: String, title: String, bodies: &[String]) -> Self {
        let assumed = type_called_like(&name);
        let documents = bodies.iter().map(|body| Document::new(body, assumed)).collect();
        Self { name, title, documents }
    }

    /// The bytes of all documents.
    pub(crate) fn bytes(&self) -> usize {
        self.documents.iter().map(|document| document.len()).sum()
    }

    /// Whether requests are made of it: a stream or a sample as the platform sends it.
    pub(crate) fn is_for_webhook(&self) -> bool {
        self.name == "mixed" || self.title.starts_with("sample") && !self.name.contains("pretty")
    }

    pub(crate) fn mean_bytes(&self) -> f64 {
        self.bytes() as f64 / self.documents.len() as f64
    }
}

/// The event type by whose name an input is called: samples are, and some of them do not name their type themselves.
fn type_called_like(input: &str) -> Option<&'static EventType> {
    let called = |it: &&&EventType| {
        let name = it.name().trim_start_matches("corehr.").replace('.', "_");
        let name = name.rsplit_once("_v").map_or(name.as_str(), |(name, _)| name);
        input.starts_with(name)
    };
    EventType::all().iter().filter(called).max_by_key(|it| it.name().len()).copied()
}

#[derive(Deserialize)]
struct Bodies {
    title: String,
    bodies: Vec<String>,
}

/// Reads the inputs of a file of `inputs.py`: all of them, or the one called `only`.
pub(crate) fn from_file(path: &Path, only: Option<&str>) -> Result<Vec<Input>, String> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    let wrong = |error| format!("{name} is not what inputs.py writes: {error}");
    let all: BTreeMap<String, &RawValue> = serde_json::from_str(&text).map_err(wrong)?;
    let wanted = all.into_iter().filter(|(name, _)| only.is_none_or(|only| only == name));
    let inputs = wanted.map(|(name, raw)| {
        let Bodies { title, bodies } = serde_json::from_str(raw.get()).map_err(wrong)?;
        if bodies.is_empty() { Err(format!("{name} has no bodies")) } else { Ok(Input::new(name, title, &bodies)) }
    });
    inputs.collect()
}

/// The samples of the corpus, for a run without a file.
pub(crate) fn samples(only: Option<&str>) -> Result<Vec<Input>, String> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/samples"));
    let wrong = |error| format!("cannot read {}: {error}", folder.display());
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(name) = name.strip_suffix(".json").map(|name| name.replace('.', "_")) else { continue };
        if only.is_none_or(|only| only == name) {
            let body = fs::read_to_string(&path).map_err(wrong)?.trim().to_owned();
            inputs.push(Input::new(name.clone(), format!("sample {name}"), &[body]));
        }
    }
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_called_by_their_type() {
        let name = |input| type_called_like(input).map(EventType::name);
        assert_eq!(name("process_node_updated_headless_2_pretty"), Some("corehr.process.node.updated_v2"));
        assert_eq!(name("process_updated"), Some("corehr.process.updated_v2"));
        assert_eq!(name("mixed"), None);
    }

    #[test]
    fn what_stands_behind_a_document_does_not_count() {
        let document = Document::new("{}", None);
        assert_eq!((&*document, document.padded().len()), (&b"{}"[..], 2 + PADDING));
    }
}
