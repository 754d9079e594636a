//! Every event of the registry, by its table: none is named here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod lists;
mod made;
#[path = "../common/record.rs"]
mod record;
#[path = "../common/unbounded.rs"]
mod unbounded;

use lark_event::envelope::EnvelopeTarget;
use lark_event::record::{Field, FieldKind, ObjectRef, Slot};
use lark_event::{Envelope, Error, ErrorKind, EventType, decode, envelope};
use made::{Change, Made, is_url_verification};
use serde_json::{Value, json};
use unbounded::{Members, Unbounded};

/// An envelope is large: better on the heap.
fn fresh() -> Box<Envelope> {
    Box::new(Envelope::EMPTY)
}

/// A field of an event, or of an object in it.
struct Place {
    path: Vec<usize>,
    names: Vec<&'static str>,
    kind: FieldKind,
}

/// All fields of a type at all levels.
fn places(event_type: &EventType) -> Vec<Place> {
    fn add(fields: &[Field], path: &[usize], names: &[&'static str], places: &mut Vec<Place>) {
        for (index, field) in fields.iter().enumerate() {
            let (path, names) = ([path, &[index]].concat(), [names, &[field.name]].concat());
            add(field.kind.fields(), &path, &names, places);
            places.push(Place { path, names, kind: field.kind });
        }
    }
    let mut places = Vec::new();
    let root: &[_] = if is_url_verification(event_type) { &[] } else { &["event"] };
    add(event_type.record.fields, &[], root, &mut places);
    places
}

/// What decoding must find fault with.
struct Fault {
    kind: ErrorKind,
    /// How far behind the start of the changed value.
    behind: usize,
    /// How much there is and how much there is room for, for the kinds that say so.
    numbers: Option<(usize, usize)>,
}

impl Fault {
    fn of(kind: ErrorKind, behind: usize) -> Option<Self> {
        Some(Self { kind, behind, numbers: None })
    }
}

/// What decodes changed bodies, all of them into one envelope.
struct Bench {
    envelope: Box<Envelope>,
    seed: u64,
}

impl Bench {
    fn new() -> Self {
        Self { envelope: fresh(), seed: 0 }
    }

    /// Puts `text` into a field of a full event: that field then holds `value`, all others what they should, and `fault`
    /// is what decoding says.
    fn put(
        &mut self,
        event_type: &EventType,
        place: &Place,
        text: Option<String>,
        value: Option<Value>,
        fault: Option<Fault>,
    ) {
        self.seed += 1;
        let change = Change { path: place.path.clone(), text, value };
        let made = Made::full(event_type, self.seed, Some(&change));
        let result = decode(&made.body, &mut self.envelope);
        let at = place.names.join(".");
        let context = || {
            format!(
                "{at}: {:.200} in {:.2000}",
                change.text.as_deref().unwrap_or(""),
                String::from_utf8_lossy(&made.body)
            )
        };
        assert_eq!(self.envelope.event.tag(), event_type.tag, "{}", context());
        assert_eq!(record::event(&self.envelope, &made.body, result), Some(made.event.clone()), "{}", context());
        let Some(fault) = fault else { return assert_eq!(result, Ok(()), "{}", context()) };
        let error = result.expect_err(&context());
        let found = (error.kind, error.offset as usize, error.field.to_string());
        assert_eq!(found, (fault.kind, made.place + fault.behind, at.clone()), "{}", context());
        if let Some((needed, limit)) = fault.numbers {
            assert_eq!((error.found as usize, error.limit as usize), (needed, limit), "{}", context());
        }
    }

    fn fits(&mut self, event_type: &EventType, place: &Place, value: &Value) {
        self.put(event_type, place, Some(value.to_string()), Some(value.clone()), None);
    }

    fn overflows(
        &mut self,
        event_type: &EventType,
        place: &Place,
        value: &Value,
        kind: ErrorKind,
        needed: usize,
        limit: usize,
    ) {
        let fault = Fault { kind, behind: 0, numbers: Some((needed, limit)) };
        self.put(event_type, place, Some(value.to_string()), None, Some(fault));
    }
}

#[test]
fn every_event_gives_what_was_put_into_it() {
    let (mut reused, mut again, mut out) = (fresh(), fresh(), vec![0; 1 << 16]);
    let (mut written, mut left) = (0, 0);
    for (event_type, seed) in
        EventType::all().iter().flat_map(|event_type| (0..100).map(move |seed| (event_type, seed)))
    {
        let made = if seed % 2 == 0 { Made::full(event_type, seed, None) } else { Made::sparse(event_type, seed) };
        let context = || format!("{} of {seed}: {}", event_type.name(), String::from_utf8_lossy(&made.body));
        let parsed: Value = serde_json::from_slice(&made.body).unwrap_or_else(|error| panic!("{error}: {}", context()));
        assert!(parsed.is_object());
        let result = decode(&made.body, &mut reused);
        assert_eq!((result, reused.event.tag()), (Ok(()), event_type.tag), "{}", context());
        assert_eq!(record::event(&reused, &made.body, result).as_ref(), Some(&made.event), "{}", context());
        let mut target = Unbounded::default();
        assert_eq!(envelope::read(&made.body, 0, &mut target).result, Ok(()), "{}", context());
        assert_eq!(target.event.map(Members::into_values).as_ref(), Some(&made.event), "{}", context());
        let has_list = holds_list(reused.event.struct_of().unwrap());
        match reused.to_json(&mut out) {
            Ok(json) => {
                assert!(!has_list, "{}", context());
                assert_eq!(json, serde_json::to_string(&*reused).unwrap());
                assert_eq!(decode(json.as_bytes(), &mut again), Ok(()), "{json}");
                assert!(again == reused, "{json}");
                written += 1;
            }
            Err(error) => {
                assert!(has_list && error == Error::of_call(ErrorKind::UNTYPED), "{error}: {}", context());
                left += 1;
            }
        }
    }
    assert!(written > 6000 && left > 300, "{written} written, {left} not");
}

fn holds_list(record: ObjectRef<'_>) -> bool {
    (0..record.fields.len()).any(|index| match record.slot(index) {
        Slot::Object(object) => holds_list(object),
        Slot::ObjectList(_) => true,
        _ => false,
    })
}

#[test]
fn an_event_can_be_read_once_more() {
    for event_type in EventType::all().iter().filter(|event_type| !is_url_verification(event_type)) {
        let made = Made::full(event_type, 1, None);
        let mut first = Unbounded::default();
        let outcome = envelope::read(&made.body, 0, &mut first);
        assert_eq!((outcome.result, outcome.tag), (Ok(()), event_type.tag));
        let read_again = |body: &[u8]| {
            let mut target = Unbounded::default();
            let event = target.event(outcome.tag).unwrap();
            let result = envelope::read_event(body, outcome.raw_event, outcome.tag, event);
            (result, target.event.map(Members::into_values))
        };
        assert_eq!(read_again(&made.body), (Ok(()), Some(made.event)), "{}", event_type.name());
        // In a body that it is not in, it is not found.
        for end in [0, outcome.raw_event.offset as usize] {
            let (result, _) = read_again(&made.body[..end]);
            assert_eq!(result.unwrap_err().kind, ErrorKind::UNEXPECTED_END);
        }
    }
}

#[test]
fn every_field_holds_what_it_says_and_no_byte_more() {
    let mut bench = Bench::new();
    for event_type in EventType::all() {
        for place in &places(event_type) {
            match place.kind {
                FieldKind::Text { capacity } => text_capacity(&mut bench, event_type, place, usize::from(capacity)),
                FieldKind::TextList { items, bytes } => {
                    list_capacity(&mut bench, event_type, place, usize::from(items), usize::from(bytes));
                }
                FieldKind::Enum => {
                    for value in [i32::MIN, i32::MAX] {
                        bench.fits(event_type, place, &json!(value));
                        let fault = Fault::of(ErrorKind::RANGE, 0);
                        let over = (i64::from(value) + i64::from(value.signum())).to_string();
                        bench.put(event_type, place, Some(over), None, fault);
                    }
                }
                FieldKind::Decimal => panic!("no event has such a field"),
                FieldKind::Object(_) => bench.fits(event_type, place, &json!({})),
                FieldKind::ObjectList(_) => {
                    bench.fits(event_type, place, &json!([]));
                    bench.fits(event_type, place, &vec![json!({}); 2000].into());
                }
            }
        }
    }
}

fn text_capacity(bench: &mut Bench, event_type: &EventType, place: &Place, capacity: usize) {
    for (character, len) in [("x", 1), ("é", 2), ("人", 3), ("😀", 4)] {
        let full = character.repeat(capacity / len) + &"y".repeat(capacity % len);
        bench.fits(event_type, place, &json!(full));
        let over = "z".to_owned() + &full;
        bench.overflows(event_type, place, &json!(over), ErrorKind::CAPACITY, capacity + 1, capacity);
    }
    let digits = "9".repeat(capacity);
    bench.put(event_type, place, Some(digits.clone()), Some(json!(digits)), None);
    let fault = Fault { kind: ErrorKind::CAPACITY, behind: 0, numbers: Some((capacity + 1, capacity)) };
    bench.put(event_type, place, Some(digits + "9"), None, Some(fault));
    bench.fits(event_type, place, &json!(""));
}

fn list_capacity(bench: &mut Bench, event_type: &EventType, place: &Place, items: usize, bytes: usize) {
    let share = bytes / items;
    let mut even = vec!["x".repeat(share - 1); items];
    even[items - 1].push_str(&"y".repeat(bytes % items));
    for full in [
        json!(vec![""; items]),
        json!(["é".repeat((bytes - 1) / 2)]),
        json!(["x".repeat(bytes - 1)]),
        json!(even),
        json!([]),
    ] {
        bench.fits(event_type, place, &full);
    }
    even[0].push('z');
    bench.overflows(event_type, place, &json!(even), ErrorKind::CAPACITY, bytes + 1, bytes);
    bench.overflows(event_type, place, &json!(["x".repeat(bytes)]), ErrorKind::CAPACITY, bytes + 1, bytes);
    let two = json!(["x".repeat(bytes - 1), ""]);
    bench.overflows(event_type, place, &two, ErrorKind::CAPACITY, bytes + 1, bytes);
    bench.overflows(event_type, place, &json!(vec![""; items + 1]), ErrorKind::TOO_MANY_ITEMS, items + 1, items);
    even.push(String::new());
    bench.overflows(event_type, place, &json!(even), ErrorKind::TOO_MANY_ITEMS, items + 1, items);
}

/// JSON that is not of the type of a field, and how far behind its start what is wrong in it is.
fn mistyped(kind: FieldKind) -> &'static [(&'static str, usize)] {
    match kind {
        FieldKind::Text { .. } => &[("true", 0), ("1.5", 0), ("[\"a\"]", 0), ("{}", 0)],
        FieldKind::Enum | FieldKind::Decimal => {
            &[("false", 0), ("1e3", 0), ("[1]", 0), ("{}", 0), ("\"x\"", 0), ("\"\"", 0)]
        }
        FieldKind::TextList { .. } => {
            &[("true", 0), ("\"a\"", 0), ("5", 0), ("{}", 0), ("[\"a\",null]", 5), ("[ [] ]", 2)]
        }
        FieldKind::Object(_) => &[("true", 0), ("\"{}\"", 0), ("5", 0), ("[]", 0), ("[{}]", 0)],
        FieldKind::ObjectList(_) => {
            &[("true", 0), ("\"[]\"", 0), ("5", 0), ("{}", 0), ("[null]", 1), ("[{},5,null]", 4), ("[ [{}],{}]", 2)]
        }
    }
}

#[test]
fn a_wrong_a_missing_and_a_repeated_field_cost_no_other() {
    let mut bench = Bench::new();
    for event_type in EventType::all() {
        for place in &places(event_type) {
            for (text, behind) in mistyped(place.kind) {
                bench.put(event_type, place, Some((*text).to_owned()), None, Fault::of(ErrorKind::TYPE, *behind));
            }
            let (text, value) = made::value(place.kind, bench.seed);
            let (name, behind) = (place.names[place.names.len() - 1], text.len() + 1);
            for again in ["null", "[true]", &text] {
                let twice = format!("{text},\"{name}\":{again}");
                bench.put(event_type, place, Some(twice), Some(value.clone()), Fault::of(ErrorKind::DUPLICATE, behind));
            }
            // That there is no challenge is a fault of its own.
            if !is_url_verification(event_type) {
                bench.put(event_type, place, None, None, None);
                bench.put(event_type, place, Some("null".to_owned()), None, None);
            }
        }
    }
}

/// Whatever was in an envelope, of whatever type, whole or broken off.
#[test]
fn no_event_leaves_a_trace_in_the_next() {
    let bodies = |seed| {
        EventType::all()
            .iter()
            .map(move |event_type| (Made::full(event_type, seed, None), Made::sparse(event_type, seed)))
    };
    let fresh: Vec<_> = bodies(7)
        .map(|(_, sparse)| {
            let mut envelope = fresh();
            let result = decode(&sparse.body, &mut envelope);
            assert_eq!(record::event(&envelope, &sparse.body, result), Some(sparse.event));
            (sparse.body, envelope)
        })
        .collect();
    let mut reused = self::fresh();
    for (before, _) in bodies(11) {
        for (body, expected) in &fresh {
            for before in [&before.body[..], &before.body[..before.body.len() * 2 / 3]] {
                let _ = decode(before, &mut reused);
                assert_eq!(decode(body, &mut reused), Ok(()));
                assert!(
                    reused == *expected,
                    "{} after {}",
                    String::from_utf8_lossy(body),
                    String::from_utf8_lossy(before)
                );
            }
        }
    }
}

/// Any byte changed to any other: what is said of the whole holds for what the lists give.
#[test]
fn a_changed_byte_is_no_surprise() {
    let (mut rng, mut envelope) = (fastrand::Rng::with_seed(3), fresh());
    let (mut whole, mut faulty, mut void) = (0, 0, 0);
    for event_type in EventType::all() {
        let mut body = Made::full(event_type, 5, None).body;
        for _ in 0..200 {
            let at = rng.usize(..body.len());
            let byte = *rng.choice(b"\"\\{}[]:,0-.e+ntu \n\0\x1f\x7f\x80\xc3\xe2\xed\xf0\xff1f").unwrap();
            let original = std::mem::replace(&mut body[at], byte);
            let result = decode(&body, &mut envelope);
            record::event(&envelope, &body, result);
            let valid = std::str::from_utf8(&body)
                .is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
            let is_fatal = result.is_err_and(|error| !error.kind.is_field());
            // serde_json looks at surrogates only in strings that it hands out.
            let is_lone = result.is_err_and(|error| error.kind == ErrorKind::LONE_SURROGATE);
            let valid = valid && !(is_lone && serde_json::from_slice::<Value>(&body).is_err());
            assert_eq!(valid, !is_fatal, "{result:?}: {}", String::from_utf8_lossy(&body));
            let count = if is_fatal {
                &mut void
            } else if result.is_err() {
                &mut faulty
            } else {
                &mut whole
            };
            *count += 1;
            body[at] = original;
        }
    }
    assert!(whole > 500 && faulty > 500 && void > 500, "{whole} whole, {faulty} faulty, {void} void");
}
