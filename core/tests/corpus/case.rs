//! The cases of `tests/corpus`, and how a result is written to compare it with one.

use crate::record;
use lark_event::{Envelope, Error, Span, decode, decode_as};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Mutex, thread};

#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) input: Vec<u8>,
    /// The event type that the caller names.
    pub(crate) event_type: Option<String>,
    /// What [`outcome`] must be.
    pub(crate) expected: Value,
    /// What it must be for a reader without capacities, where that is something else.
    pub(crate) unbounded: Option<Value>,
}

impl Case {
    pub(crate) fn decode(&self, envelope: &mut Envelope) -> Result<(), Error> {
        self.decode_bytes(&self.input, envelope)
    }

    pub(crate) fn decode_bytes(&self, input: &[u8], envelope: &mut Envelope) -> Result<(), Error> {
        match &self.event_type {
            Some(event_type) => decode_as(input, event_type, envelope),
            None => decode(input, envelope),
        }
    }
}

/// An envelope takes 10 KB: better on the heap.
pub(crate) fn fresh() -> Box<Envelope> {
    Box::new(Envelope::EMPTY)
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus")
}

pub(crate) fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("tests/corpus/{name}: {error}"))
}

/// All cases of the corpus.
pub(crate) fn all() -> Vec<Case> {
    let cases: Vec<Value> = serde_json::from_slice(&file("cases.json")).expect("cases.json is JSON");
    assert!(cases.len() >= 200, "{} cases", cases.len());
    cases.iter().map(case).collect()
}

/// The samples of the platform in all their forms, compact and pretty.
pub(crate) fn samples() -> Vec<Case> {
    let mut samples: Vec<Case> =
        std::fs::read_dir(folder().join("samples")).unwrap().map(|entry| sample(&entry.unwrap())).collect();
    samples.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(samples.len(), 14, "7 samples in 2 forms");
    samples
}

/// The samples in their compact form, and an event of each type in which there are objects.
pub(crate) fn contents() -> Vec<Case> {
    let mut contents = samples();
    contents.retain(|case| !case.input.contains(&b' '));
    assert_eq!(contents.len(), 7, "every sample has a compact form");
    contents.extend(nested());
    contents
}

/// One full event of each type in which there are objects; in each list is an item without members.
fn nested() -> Vec<Case> {
    const NAMES: [&str; 6] = ["company", "employee", "employment", "role", "task", "qr_code"];
    let mut nested = all();
    nested.retain(|case| case.name.strip_prefix("full ").is_some_and(|name| NAMES.contains(&name)));
    assert_eq!(nested.len(), NAMES.len());
    nested
}

fn sample(entry: &std::fs::DirEntry) -> Case {
    let name = entry.file_name().into_string().unwrap();
    let event_type = name.contains("headless").then(|| "corehr.process.node.updated_v2".to_owned());
    Case { input: std::fs::read(entry.path()).unwrap(), name, event_type, expected: Value::Null, unbounded: None }
}

fn case(case: &Value) -> Case {
    let members = ["schema", "header", "event_tag", "event", "raw_event", "error"];
    let mut expected: Value = members.map(|name| (name.to_owned(), expand(&case[name]))).into_iter().collect();
    times_as_text(&mut expected);
    let unbounded = case["unbounded"].as_object().map(|unbounded| {
        let mut all = expected.clone();
        for (name, value) in unbounded {
            all[name] = expand(value);
        }
        times_as_text(&mut all);
        all
    });
    Case {
        name: case["name"].as_str().unwrap().to_owned(),
        input: case["input"].as_array().unwrap().iter().flat_map(part).collect(),
        event_type: case["event_type"].as_str().map(str::to_owned),
        expected,
        unbounded,
    }
}

/// A time is written as text, as the platform does.
fn times_as_text(expected: &mut Value) {
    for name in ["create_time", "event_time"] {
        if let Some(time) = expected["header"].get_mut(name) {
            *time = time.to_string().into();
        }
    }
}

fn part(part: &Value) -> Vec<u8> {
    if let Some(text) = part.as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(Value::String(text)) = repeated(part) {
        return text.into_bytes();
    }
    let hex = part["hex"].as_str().expect("a part is text, repeat or hex");
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn repeated(part: &Value) -> Option<Value> {
    let times = usize::try_from(part.get("times")?.as_u64()?).ok()?;
    match part.get("repeat")? {
        Value::Array(items) => Some(vec![items[0].clone(); times].into()),
        text => Some(text.as_str()?.repeat(times).into()),
    }
}

/// Very long texts and lists are written as a repetition.
fn expand(value: &Value) -> Value {
    match value {
        Value::Object(members) => repeated(value)
            .unwrap_or_else(|| members.iter().map(|(name, value)| (name.clone(), expand(value))).collect()),
        Value::Array(items) => items.iter().map(expand).collect(),
        other => other.clone(),
    }
}

/// What came of a call, in the words of a case.
pub(crate) fn outcome(envelope: &Envelope, body: &[u8], result: Result<(), Error>) -> Value {
    let Span { offset, len } = envelope.raw_event;
    json!({
        "schema": envelope.schema.as_str(),
        "header": envelope.header,
        "event_tag": envelope.event.tag(),
        "event": record::event(envelope, body, result),
        "raw_event": [offset, len],
        "error": result.err().map(error),
    })
}

pub(crate) fn error(error: Error) -> Value {
    json!({"kind": error.kind.name(), "field": error.field.to_string(), "offset": error.offset})
}

/// Whether serde_json takes it, without looking at what the escapes in its strings denote.
pub(crate) fn is_json(input: &[u8]) -> bool {
    std::str::from_utf8(input).is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
}

/// Runs `check` on all of `cases`, on all processors.
pub(crate) fn on_all_processors(cases: &[Case], check: impl Fn(&Case, &mut Envelope) + Sync) {
    let share = cases.len().div_ceil(thread::available_parallelism().map_or(1, usize::from)).max(1);
    thread::scope(|scope| {
        for cases in cases.chunks(share) {
            let check = &check;
            scope.spawn(move || {
                let mut envelope = fresh();
                cases.iter().for_each(|case| check(case, &mut envelope));
            });
        }
    });
}

/// What went wrong in all the cases, not only in the first that did.
#[derive(Default)]
pub(crate) struct Failures(Mutex<Vec<String>>);

impl Failures {
    pub(crate) fn check(&self, good: bool, message: impl FnOnce() -> String) {
        if !good {
            self.0.lock().unwrap().push(message());
        }
    }

    /// Notes the members that differ.
    pub(crate) fn compare(&self, name: &str, expected: &Value, found: &Value) {
        if expected == found {
            return;
        }
        let members = expected.as_object().unwrap().iter().filter(|(member, value)| found.get(member) != Some(value));
        let members = members.map(|(member, value)| {
            format!(
                "\n    {member}: expected {:.300}\n    {member}: found    {:.300}",
                value.to_string(),
                found[member].to_string()
            )
        });
        self.0.lock().unwrap().push(format!("{name}{}", members.collect::<String>()));
    }

    pub(crate) fn report(self) {
        let failures = self.0.into_inner().unwrap();
        let shown = failures.iter().take(40).cloned().collect::<Vec<_>>().join("\n");
        assert!(failures.is_empty(), "{} failures\n{shown}", failures.len());
    }
}
