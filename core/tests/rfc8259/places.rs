//! Every text in every place of an event: the verdict stays, and everything else is still there.

use crate::record;
use crate::suite::{Suite, Text, is_near, number};
use crate::{POINTERS, fatal};
use lark_event::json::{MAX_DEPTH, pointer};
use lark_event::{Envelope, Error, ErrorKind, decode};
use serde_json::{Value, json};
use std::thread;

const MARK: &str = "\u{2038}";
/// Longer texts are put into places in one spelling only.
const LONG: usize = 10_000;

/// An envelope is large: better on the heap.
pub(crate) fn fresh() -> Box<Envelope> {
    Box::new(Envelope::EMPTY)
}

/// What must come of a document.
enum Expected {
    /// A fault between these bytes.
    Fault(usize, usize),
    /// Any error of a single field, or none.
    Any,
    /// This error of a single field or none, and this header and event.
    Fields(Option<(String, usize)>, Value, Value),
}

struct Place<'s> {
    row: &'s Value,
    before: &'s str,
    kind: &'s str,
}

impl<'s> Place<'s> {
    fn new(row: &'s Value) -> Self {
        let text = |name: &str| row[name].as_str().unwrap();
        Self { row, before: text("before"), kind: text("kind") }
    }

    fn is_for(&self, text: &Text) -> bool {
        text.bytes.len() < LONG || self.row["name"].as_str().unwrap().ends_with(", compact")
    }

    fn document(&self, text: &Text) -> Vec<u8> {
        [self.before.as_bytes(), &text.bytes, self.row["after"].as_str().unwrap().as_bytes()].concat()
    }

    fn expected(&self, suite: &Suite, text: &Text, len: usize) -> Expected {
        let (start, size) = (self.before.len(), text.bytes.len());
        let is_name = self.kind == "name";
        if !text.valid || (is_name && text.bytes.trim_ascii().first() != Some(&b'"')) {
            let stop = text.offset.unwrap_or(size);
            // What ends the text too early may go on with what follows it.
            let is_exact = !is_name && !matches!(text.bytes.get(stop), None | Some(b',' | b']' | b'}'));
            let first = if is_name || text.is_about_nesting { start } else { start + stop };
            return Expected::Fault(first, if is_exact { start + stop } else { len });
        }
        if !suite.expects(text) || number(&self.row["depth"]) + text.depth > MAX_DEPTH as usize {
            return Expected::Fault(start, start + size);
        }
        let (header, event) = (&self.row["header"], &self.row["event"]);
        match self.kind {
            "any" => Expected::Any,
            "name" | "unknown" => Expected::Fields(None, header.clone(), event.clone()),
            _ => self.fields(text, header, event),
        }
    }

    fn fields(&self, text: &Text, header: &Value, event: &Value) -> Expected {
        let start = self.before.len();
        let wrong = json!({"error": "TYPE", "at": text.start});
        let found = text.fits.get(self.kind).unwrap_or(&wrong);
        let mut value = found.get("value").filter(|value| !value.is_null()).cloned();
        let mut error = found.get("error").map(|kind| (kind.as_str().unwrap(), start + number(&found["at"])));
        if let Some(kind) = value.as_ref().and_then(|value| self.overflow(value)) {
            let at = if self.kind == "item" { self.before.rfind('[').unwrap() } else { start + text.start };
            (value, error) = (None, Some((kind, at)));
        }
        let fill = |template: &Value| filled(template, value.as_ref()).unwrap_or_default();
        Expected::Fields(error.map(|(kind, at)| (kind.to_owned(), at)), fill(header), fill(event))
    }

    /// What is wrong with a value that is too large for its struct.
    fn overflow(&self, value: &Value) -> Option<&'static str> {
        let room = |name: &str| self.row["room"].get(name).map(number);
        let bytes = |text: &Value| text.as_str().unwrap().len();
        if room("capacity").is_some_and(|capacity| bytes(value) > capacity) {
            return Some("CAPACITY");
        }
        let texts: Vec<&Value> = match (self.kind, value) {
            ("list", Value::Array(items)) => items.iter().collect(),
            ("item", item) => vec![&Value::Null, item, &Value::Null],
            _ => return None,
        };
        if texts.len() > room("items").unwrap() {
            return Some("TOO_MANY_ITEMS");
        }
        // A null stands for a text of one byte.
        let needed: usize = texts.iter().map(|text| if text.is_null() { 2 } else { bytes(text) + 1 }).sum();
        (needed > room("bytes").unwrap()).then_some("CAPACITY")
    }
}

/// The template with the value where the mark is; without one, what holds it is absent.
fn filled(template: &Value, value: Option<&Value>) -> Option<Value> {
    match template {
        Value::Object(members) => {
            let members = members.iter().filter_map(|(name, inner)| Some((name.clone(), filled(inner, value)?)));
            Some(Value::Object(members.collect()))
        }
        Value::Array(items) => items.iter().map(|item| filled(item, value)).collect(),
        Value::String(text) if text == MARK => value.cloned(),
        other => Some(other.clone()),
    }
}

/// The header as the corpus has it.
fn header(envelope: &Envelope) -> Value {
    let mut header = serde_json::to_value(&envelope.header).unwrap();
    let members = header.as_object_mut().unwrap();
    members.remove("event_type");
    if let Some(time) = members.get_mut("create_time") {
        *time = time.as_str().unwrap().parse::<u64>().unwrap().into();
    }
    header
}

/// What is wrong with what came of a document, if anything is.
fn check(expected: &Expected, body: &[u8], envelope: &Envelope, result: Result<(), Error>) -> Result<(), String> {
    let event = record::event(envelope, body, result);
    let fault = fatal(result);
    let good = match expected {
        Expected::Fault(first, last) => {
            fault.is_some_and(|error| is_near(error, *first, *last)) && *envelope == Envelope::EMPTY
        }
        Expected::Any => fault.is_none(),
        Expected::Fields(error, expected_header, expected_event) => {
            let found = result.err().map(|error| (error.kind.name().unwrap().to_owned(), error.offset as usize));
            found == *error && header(envelope) == *expected_header && event.unwrap_or_default() == *expected_event
        }
    };
    if good { Ok(()) } else { Err(format!("{result:?}, {envelope:?}")) }
}

/// What is wrong and where; in which field it is, only decoding knows.
const fn place_of(error: Error) -> (ErrorKind, u32, u32) {
    (error.kind, error.offset, error.found)
}

/// Decodes one document, and looks something up in it.
fn check_document(suite: &Suite, place: &Place<'_>, text: &Text, envelope: &mut Envelope) -> Result<(), String> {
    let body = place.document(text);
    let expected = place.expected(suite, text, body.len());
    let result = decode(&body, envelope);
    check(&expected, &body, envelope, result)?;
    let is_fault = matches!(expected, Expected::Fault(..));
    // A second opinion on the verdict itself, but for what is ours alone.
    let theirs = serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok() && std::str::from_utf8(&body).is_ok();
    if text.depth <= 50 && !suite.differs("lark-event", text) && theirs == is_fault {
        return Err(format!("serde_json says {theirs}"));
    }
    for path in POINTERS.iter().copied().chain(["/event/process_id", "/header"]) {
        let found = fatal(pointer(&body, path));
        if found.map(place_of) != fatal(result).map(place_of) {
            return Err(format!("{found:?} by the pointer {path:?}, {result:?} by decoding"));
        }
    }
    Ok(())
}

#[test]
fn every_text_in_every_place_gives_the_verdict_of_the_grammar() {
    let suite = Suite::load();
    let share = suite.texts.len().div_ceil(thread::available_parallelism().map_or(1, usize::from));
    let run = |texts: &[Text]| {
        let (mut envelope, mut wrong, mut count) = (fresh(), Vec::new(), 0);
        for text in texts {
            for row in &suite.places {
                let place = Place::new(row);
                if place.is_for(text) {
                    count += 1;
                    if let Err(message) = check_document(&suite, &place, text, &mut envelope) {
                        wrong.push(format!("{} as {}: {message:.2000}", text.name, row["name"]));
                    }
                }
            }
        }
        (wrong, count)
    };
    let shares = thread::scope(|scope| {
        let threads: Vec<_> = suite.texts.chunks(share).map(|texts| scope.spawn(move || run(texts))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let (wrong, counts): (Vec<Vec<String>>, Vec<usize>) = shares.into_iter().unzip();
    let (wrong, count) = (wrong.concat(), counts.iter().sum::<usize>());
    let shown = wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(wrong.is_empty(), "{} wrong\n{shown}", wrong.len());
    assert!(count > 60_000, "{count}");
}

#[test]
fn the_places_are_of_all_kinds() {
    let suite = Suite::load();
    let kinds = ["text", "enum", "decimal", "list", "item", "object", "objects", "unknown", "any", "name"];
    for kind in kinds {
        assert!(suite.places.iter().any(|place| place["kind"] == kind), "{kind}");
    }
    assert!(suite.places.iter().all(|place| kinds.iter().any(|kind| place["kind"] == **kind)));
}
