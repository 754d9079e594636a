//! What must hold whenever a body is decoded, whatever is in it.

use crate::{record, tree, unbounded::Unbounded};
use lark_event::envelope::{EnvelopeTarget, Schema, Span, read, read_event};
use lark_event::record::{ObjectRef, Slot};
use lark_event::{Envelope, Error, ErrorKind, Event, EventType, decode, decode_as};
use serde_json::Value;
use std::cell::RefCell;

/// An envelope with as much in it as one can hold, left from one input to the next.
pub struct Used {
    envelope: Box<Envelope>,
}

thread_local! {
    static USED: RefCell<Used> = RefCell::new(Used::new());
}

impl Used {
    fn new() -> Self {
        Self { envelope: empty() }
    }
}

/// A new envelope, in memory of just its size.
pub fn empty() -> Box<Envelope> {
    Box::new(Envelope::EMPTY)
}

/// The event types that a body can name: all but that of challenges, which have a shape of their own.
pub fn types() -> Vec<&'static EventType> {
    EventType::all().iter().copied().filter(|event_type| EventType::by_name(event_type.name()).is_some()).collect()
}

/// What came of a body.
pub type Decoded = (Box<Envelope>, Result<(), Error>);

/// Decodes a body, as an event of the type `assumed` if there is one, in all the ways there are, and compares them.
pub fn decoded(body: &[u8], assumed: Option<&'static EventType>) -> Decoded {
    let decode_to = |envelope: &mut Envelope, body: &[u8]| match assumed {
        None => decode(body, envelope),
        Some(event_type) => decode_as(body, event_type.name(), envelope),
    };
    let mut envelope = empty();
    let result = decode_to(&mut envelope, body);
    is_sound(&envelope, body, result);
    // Whether anything that was in an envelope shows in what comes after it.
    USED.with_borrow_mut(|used| {
        let again = decode_to(&mut used.envelope, body);
        assert_eq!((again, &used.envelope, used.envelope.raw_event), (result, &envelope, envelope.raw_event));
    });
    let tag = assumed.map_or(0, |event_type| event_type.tag);
    has_everything(body, tag, &envelope, result);
    for spaces in [true, false] {
        let (other, places) = in_other_words(body, spaces);
        let mut again = empty();
        let found = decode_to(&mut again, &other);
        is_same((&envelope, body, result), (&again, &other, found), &places);
    }
    (envelope, result)
}

/// What must hold for every envelope that a body was decoded into.
fn is_sound(envelope: &Envelope, body: &[u8], result: Result<(), Error>) {
    if let Err(error) = result {
        assert!(error.offset as usize <= body.len(), "{error:?}");
        assert!(!error.to_string().is_empty() && error.kind.name().is_some());
        let is_fatal = (1..100).contains(&error.kind.0);
        assert!(is_fatal || error.kind.is_field(), "{error:?}");
        assert!(!is_fatal || *envelope == Envelope::EMPTY && envelope.raw_event == Span::default());
        assert_eq!(is_fatal, !tree::is_json(body), "{error:?}");
    } else {
        assert!(tree::is_json(body));
        assert!(envelope.schema != Schema::NONE && envelope.schema != Schema::ENCRYPTED);
    }
    if envelope.schema == Schema::NONE || envelope.schema == Schema::ENCRYPTED {
        // Of these there is only the shape.
        let only_shape = Envelope { schema: envelope.schema, ..Envelope::EMPTY };
        assert!(*envelope == only_shape && envelope.raw_event == Span::default());
    }
    let raw = envelope.raw_event.of(body);
    assert_eq!(raw.len(), envelope.raw_event.len as usize, "the span is within the body");
    assert!(raw.is_empty() || tree::is_json(raw));
    assert_eq!(envelope.event.struct_of().is_some(), envelope.event.tag() > 1);
    record::event(envelope, body, result);
    texts_end_with_a_nul(envelope);
}

/// A reader without capacities finds the same, and the fault if it is not one of capacity.
fn has_everything(body: &[u8], assumed: u32, envelope: &Envelope, result: Result<(), Error>) {
    let mut target = Unbounded::default();
    let outcome = read(body, assumed, &mut target);
    assert!(target.events <= 1);
    assert_eq!((outcome.schema, outcome.raw_event), (envelope.schema, envelope.raw_event));
    assert_eq!(outcome.tag, envelope.event.tag());
    let is_full = |error: &Error| matches!(error.kind, ErrorKind::CAPACITY | ErrorKind::TOO_MANY_ITEMS);
    match (result, outcome.result) {
        // Without capacities there is only what comes behind that, if anything.
        (Err(full), Err(other)) if is_full(&full) => assert!(other.offset >= full.offset, "{full:?} and {other:?}"),
        (Err(full), Ok(())) if is_full(&full) => {}
        (result, other) => assert_eq!(result, other),
    }
    if result.is_ok() {
        let (header, event) = (target.header.into_values(), target.event);
        assert_eq!(header, serde_json::to_value(&envelope.header).expect("a header can be written"));
        let event = event.filter(|_| outcome.tag > 1).map(|event| event.into_values());
        assert_eq!(record::event(envelope, body, result), event);
    }
}

fn has_list(envelope: &Envelope) -> bool {
    fn holds(object: ObjectRef<'_>) -> bool {
        (0..object.fields.len()).any(|index| match object.slot(index) {
            Slot::ObjectList(_) => true,
            Slot::Object(object) => holds(object),
            _ => false,
        })
    }
    envelope.event.struct_of().is_some_and(holds)
}

/// Every text of an envelope has a NUL behind it, within the envelope.
fn texts_end_with_a_nul(envelope: &Envelope) {
    let (start, size) = (std::ptr::from_ref(envelope).cast::<u8>(), size_of::<Envelope>());
    let check = |text: &str| {
        let end = (text.as_ptr() as usize + text.len()).wrapping_sub(start as usize);
        assert!(end < size, "a text lies in its envelope");
        // SAFETY: `end` is within the envelope, and the byte there is one of a text's array, which is initialised.
        assert_eq!(unsafe { start.add(end).read() }, 0);
    };
    each_text(ObjectRef::of(&envelope.header), &check);
    if let Some(event) = envelope.event.struct_of() {
        each_text(event, &check);
    }
}

fn each_text(object: ObjectRef<'_>, check: &impl Fn(&str)) {
    for index in 0..object.fields.len() {
        match object.slot(index) {
            Slot::Text(text) => check(text),
            Slot::TextList(list) => list.iter().for_each(check),
            Slot::Object(nested) => each_text(nested, check),
            _ => {}
        }
    }
}

/// The body with white space around what is no string or number, or with an escape in every string that begins with a letter
/// or a digit, names included. So it takes the general way, not that of bodies as the platform writes them. Also where in it
/// each byte of the body is.
///
/// No space comes behind a number or a literal that is cut off: the byte that follows it would be another.
pub fn in_other_words(body: &[u8], spaces: bool) -> (Vec<u8>, Vec<usize>) {
    let (mut other, mut places) = (vec![], vec![]);
    let (mut inside, mut escaped, mut begins, mut before) = (false, false, false, b' ');
    for byte in body {
        let is_quote = *byte == b'"' && !escaped;
        escaped = inside && *byte == b'\\' && !escaped;
        inside ^= is_quote;
        let is_punctuation = spaces && !inside && matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',');
        if is_punctuation && matches!(before, b'"' | b'}' | b']') {
            other.push(b' ');
        }
        places.push(other.len());
        if !spaces && begins && byte.is_ascii_alphanumeric() {
            other.extend(format!("\\u{byte:04x}").bytes());
        } else {
            other.push(*byte);
        }
        if is_punctuation {
            other.push(b'\n');
        }
        (begins, before) = (is_quote && inside, *byte);
    }
    places.push(other.len());
    (other, places)
}

/// What came of a body, and the body.
type Outcome<'a> = (&'a Envelope, &'a [u8], Result<(), Error>);

/// The same body in other words gives the same, in other places.
fn is_same((first, body, result): Outcome<'_>, (second, other, found): Outcome<'_>, places: &[usize]) {
    let moved = |error: Error| Error { offset: places[error.offset as usize] as u32, ..error };
    assert_eq!(found, result.map_err(moved), "{} and {}", body.escape_ascii(), other.escape_ascii());
    assert_eq!((first.schema, &first.header), (second.schema, &second.header));
    assert_eq!(first.event.tag(), second.event.tag());
    assert_eq!(values(first, body, result), values(second, other, found));
    let Span { offset, len } = first.raw_event;
    if len > 0 {
        assert_eq!(places[offset as usize], second.raw_event.offset as usize);
    }
    assert_eq!(len > 0, second.raw_event.len > 0);
}

fn values(envelope: &Envelope, body: &[u8], result: Result<(), Error>) -> Option<Value> {
    record::event(envelope, body, result)
}

/// What an envelope that was decoded says as JSON, and what that says when it is decoded.
pub fn written_and_read(envelope: &Envelope, result: Result<(), Error>, assumed: Option<&'static EventType>) {
    let mut out = vec![0; 1 << 17];
    let written = match envelope.to_json(&mut out) {
        Ok(written) => written.to_owned(),
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::UNTYPED);
            assert!(envelope.event.tag() <= 1 || has_list(envelope));
            return;
        }
    };
    // Just enough room, and a byte less.
    let (mut room, len) = (vec![0; written.len()], written.len());
    assert_eq!(envelope.to_json(&mut room), Ok(&*written));
    let short = envelope.to_json(&mut room[..len - 1]).map_err(|error| error.kind);
    assert_eq!(short, Err(ErrorKind::BUFFER_FULL));
    // What serde writes is the same.
    let value: Value = serde_json::from_str(&written).expect("what is written is JSON");
    assert_eq!(value, serde_json::to_value(envelope).expect("what can be written can be serialised"));
    let mut again = empty();
    let name = match (envelope.schema, &envelope.event) {
        (Schema::HEADLESS, event) => EventType::by_tag(event.tag()).or(assumed),
        _ => None,
    };
    let read = match name {
        Some(event_type) => decode_as(written.as_bytes(), event_type.name(), &mut again),
        None => decode(written.as_bytes(), &mut again),
    };
    if let Err(error) = read {
        // What was wrong when it was read first may be missing now; nothing else is.
        assert!(result.is_err() && error.kind == ErrorKind::MISSING, "{error:?}: {written}");
    }
    assert_eq!(*again, *envelope, "{written}");
    if let Event::UrlVerification(_) = envelope.event {
        assert_eq!(envelope.schema, Schema::URL_VERIFICATION);
    }
}

/// Reads the content of an event in bodies of several shapes, and by itself: all find the same in it.
pub fn content(content: &[u8], event_type: &'static EventType) {
    if !tree::is_json(content) {
        return;
    }
    let name = event_type.name();
    let header = format!(r#"{{"schema":"2.0","header":{{"event_type":"{name}"}},"event":"#);
    let headless = r#"{"event":"#;
    let (start, end): (&[u8], &[u8]) = (header.as_bytes(), b"}");
    let first = [start, content, end].concat();
    let (envelope, result) = decoded(&first, None);
    if result.is_err_and(|error| !error.kind.is_field()) {
        // In the event it is nested a level deeper.
        return assert_eq!(result.err().map(|error| error.kind), Some(ErrorKind::TOO_DEEP));
    }
    let values =
        |envelope: &Envelope, body: &[u8], result| (envelope.event.tag(), record::event(envelope, body, result));
    let expected = values(&envelope, &first, result);
    let moved = |error: Error, by: usize| Error { offset: error.offset - start.len() as u32 + by as u32, ..error };
    let is_in_content = |error: Error| error.offset as usize >= start.len();
    // The event before the header, and a body with an empty header that names no type.
    let behind = format!(r#","header":{{"event_type":"{name}"}},"schema":"2.0"}}"#);
    for (behind, assumed) in [(behind.as_str(), None), (r#","header":{}}"#, Some(event_type))] {
        let body = [headless.as_bytes(), content, behind.as_bytes()].concat();
        let (other, found) = decoded(&body, assumed);
        match result {
            Err(error) if !is_in_content(error) || error.offset as usize >= first.len() - 1 => assert!(found.is_err()),
            _ => assert_eq!(found, result.map_err(|error| moved(error, headless.len()))),
        }
        assert_eq!(values(&other, &body, found), expected);
    }
    // By itself, for a target that asks for it later.
    if envelope.event.struct_of().is_some() {
        let (mut target, mut checked) = (Unbounded::default(), Unbounded::default());
        let Some(event) = target.event(event_type.tag) else { return };
        let found = read_event(&first, envelope.raw_event, event_type.tag, event);
        let outcome = read(&first, 0, &mut checked);
        assert_eq!(found, outcome.result);
        let values = |target: Unbounded| target.event.map(|event| event.into_values());
        assert_eq!(values(target), values(checked));
    }
}
