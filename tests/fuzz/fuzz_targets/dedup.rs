//! The window over the last events, against a list of what was begun and when.

#![no_main]

use lark_event::dedup::{Dedup, Seen, Slot};
use lark_event_fuzz::Input;

/// One event that was begun.
#[derive(Clone, Debug)]
struct Begun {
    id: String,
    at_ms: u64,
    is_done: bool,
}

/// As the documentation says it: of the last events that were begun as many as there are slots, and of these those that are
/// not too old. An event that was aborted has had its place.
struct Model {
    slots: usize,
    ttl_ms: u64,
    begun: Vec<Option<Begun>>,
}

impl Model {
    fn find(&mut self, id: &str) -> Option<&mut Option<Begun>> {
        let first = self.begun.len().saturating_sub(self.slots);
        self.begun[first..].iter_mut().find(|begun| begun.as_ref().is_some_and(|begun| begun.id == id))
    }

    fn insert(&mut self, id: &str, at_ms: u64, is_done: bool) {
        self.begun.push(Some(Begun { id: id.to_owned(), at_ms, is_done }));
    }

    fn begin(&mut self, id: &str, now_ms: u64) -> Seen {
        let ttl_ms = self.ttl_ms;
        if let Some(place) = self.find(id) {
            match place {
                Some(begun) if now_ms.saturating_sub(begun.at_ms) >= ttl_ms => *place = None,
                Some(begun) if begun.is_done => return Seen::Duplicate,
                _ => return Seen::InProgress,
            }
        }
        self.insert(id, now_ms, false);
        Seen::New
    }

    fn commit(&mut self, id: &str, now_ms: u64) {
        match self.find(id) {
            Some(Some(begun)) => begun.is_done = true,
            _ => self.insert(id, now_ms, true),
        }
    }

    fn abort(&mut self, id: &str) {
        if let Some(place) = self.find(id)
            && place.as_ref().is_some_and(|begun| !begun.is_done)
        {
            *place = None;
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let (slots, ttl_ms) = (input.below(20), input.number());
    let mut dedup = Dedup::new(vec![Slot::EMPTY; slots], ttl_ms);
    assert_eq!(dedup.capacity(), slots);
    let mut model = Model { slots, ttl_ms, begun: vec![] };
    let mut now_ms = 0_u64;
    while !input.is_empty() {
        let what = input.below(8);
        // Few ids, for them to meet again; one of any text now and then, and the empty one, which is that of no event.
        let id = match input.below(32) {
            0 => String::new(),
            1 => input.text(),
            number => format!("event {number}"),
        };
        match what {
            0..4 => {
                let expected = if id.is_empty() { Seen::New } else { model.begin(&id, now_ms) };
                assert_eq!(dedup.begin(&id, now_ms), expected, "{id:?} at {now_ms}");
            }
            4 | 5 => {
                dedup.commit(&id, now_ms);
                if !id.is_empty() {
                    model.commit(&id, now_ms);
                }
            }
            6 => {
                dedup.abort(&id);
                model.abort(&id);
            }
            _ => now_ms = now_ms.saturating_add(input.number()),
        }
    }
});
