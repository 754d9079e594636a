//! Parts of messages in any order, with duplicates, contradictions, gaps in time and too little room, against a model that
//! keeps them in maps.

#![no_main]

use lark_event::connection::{PART_TTL_MS, Part, Reassembly, Taken};
use lark_event::{Error, ErrorKind};
use lark_event_fuzz::Input;
use std::collections::{BTreeMap, HashMap};

/// A message of which some parts are there.
struct Waiting {
    sum: u32,
    parts: BTreeMap<u32, Vec<u8>>,
    renewed_ms: u64,
}

#[derive(PartialEq, Debug)]
enum Expected {
    Whole(Vec<u8>),
    Waiting,
    Late,
    Wrong,
    Full,
}

struct Model {
    bytes: usize,
    parts: usize,
    waiting: HashMap<String, Waiting>,
    /// The messages that are over, with the time.
    over: Vec<(String, u64)>,
    /// Two that are over are equally old, and there is no saying which of them is forgotten.
    is_unsure: bool,
}

impl Model {
    fn used(&self) -> usize {
        self.waiting.values().flat_map(|message| message.parts.values()).map(Vec::len).sum()
    }

    fn count(&self) -> usize {
        self.waiting.values().map(|message| message.parts.len()).sum()
    }

    /// Makes room for one more entry among those of messages that are over; `false` if there is none.
    fn has_room(&mut self) -> bool {
        if self.count() + self.over.len() < self.parts {
            return true;
        }
        let Some(oldest) = self.over.iter().map(|(_, at_ms)| *at_ms).min() else { return false };
        self.is_unsure |= self.over.iter().filter(|(_, at_ms)| *at_ms == oldest).count() > 1;
        let at = self.over.iter().position(|(_, at_ms)| *at_ms == oldest).expect("it is there");
        self.over.remove(at);
        true
    }

    fn mark_over(&mut self, id: &str, now_ms: u64) {
        self.waiting.remove(id);
        if self.has_room() {
            self.over.push((id.to_owned(), now_ms));
        }
    }

    fn take(&mut self, id: &str, sum: u32, seq: u32, payload: &[u8], now_ms: u64) -> Expected {
        let is_fresh = |at_ms: u64| now_ms.saturating_sub(at_ms) <= PART_TTL_MS;
        self.waiting.retain(|_, message| is_fresh(message.renewed_ms));
        self.over.retain(|(_, at_ms)| is_fresh(*at_ms));
        if seq >= sum {
            return Expected::Wrong;
        }
        if self.over.iter().any(|(known, _)| known == id) {
            return Expected::Late;
        }
        if let Some(message) = self.waiting.get_mut(id) {
            if message.sum != sum {
                return Expected::Wrong;
            }
            message.renewed_ms = now_ms;
            if let Some(known) = message.parts.get(&seq) {
                return if known == payload { Expected::Waiting } else { Expected::Wrong };
            }
        }
        if sum as usize > self.parts || self.count() >= self.parts || self.used() + payload.len() > self.bytes {
            self.mark_over(id, now_ms);
            return Expected::Full;
        }
        self.has_room();
        let message =
            self.waiting.entry(id.to_owned()).or_insert(Waiting { sum, parts: BTreeMap::new(), renewed_ms: now_ms });
        message.parts.insert(seq, payload.to_vec());
        if message.parts.len() < sum as usize {
            return Expected::Waiting;
        }
        let whole = message.parts.values().flatten().copied().collect();
        self.mark_over(id, now_ms);
        Expected::Whole(whole)
    }
}

fn found(taken: Result<Taken<'_>, Error>) -> Expected {
    match taken {
        Ok(Taken::Whole(whole)) => Expected::Whole(whole.to_vec()),
        Ok(Taken::Waiting) => Expected::Waiting,
        Ok(Taken::Late) => Expected::Late,
        Err(error) if error.kind == ErrorKind::PART => Expected::Wrong,
        Err(error) => {
            assert_eq!(error.kind, ErrorKind::PARTS_FULL);
            assert!(error.found > error.limit, "{error:?}");
            Expected::Full
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let (bytes, parts) = (input.below(512), input.below(24));
    let mut reassembly = Reassembly::new(vec![0xff; bytes], vec![Part::EMPTY; parts]);
    let mut model = Model { bytes, parts, waiting: HashMap::new(), over: vec![], is_unsure: false };
    let mut now_ms = 0_u64;
    while !input.is_empty() && !model.is_unsure {
        match input.below(16) {
            0 => now_ms = now_ms.saturating_add(input.number()),
            1 => {
                reassembly.clear();
                model = Model { waiting: HashMap::new(), over: vec![], ..model };
            }
            what => {
                now_ms = now_ms.saturating_add(what as u64 % 3);
                let id = format!("message {}", input.below(5));
                let (sum, seq) = (input.below(7) as u32, input.below(7) as u32);
                let payload: Vec<u8> = match input.flag() {
                    // The same for the same part, in most cases.
                    true => format!("{id}.{seq}.").repeat(seq as usize).into_bytes(),
                    false => input.bytes().to_vec(),
                };
                let expected = model.take(&id, sum, seq, &payload, now_ms);
                let taken = found(reassembly.take(&id, sum, seq, &payload, now_ms));
                if !model.is_unsure {
                    assert_eq!(taken, expected, "{id}: {seq} of {sum} at {now_ms}");
                    assert_eq!(reassembly.pending(), model.waiting.len());
                }
            }
        }
    }
});
