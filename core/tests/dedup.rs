//! The window over seen events, against a plain model of it.

use lark_event::dedup::{Dedup, Seen, Slot};

/// What the window should do, by search.
struct Model {
    events: Vec<(u32, u64, bool)>,
    capacity: usize,
    ttl_ms: u64,
    /// How many slots were left empty by events that were aborted or have expired, and in which order.
    slots: Vec<Option<u32>>,
    next: usize,
}

impl Model {
    fn new(capacity: usize, ttl_ms: u64) -> Self {
        Self { events: Vec::new(), capacity, ttl_ms, slots: vec![None; capacity], next: 0 }
    }

    fn begin(&mut self, id: u32, now: u64) -> Seen {
        if let Some(&(_, begun, done)) = self.events.iter().find(|event| event.0 == id) {
            if now.saturating_sub(begun) < self.ttl_ms {
                return if done { Seen::Duplicate } else { Seen::InProgress };
            }
            self.forget(id);
        }
        self.insert(id, now, false);
        Seen::New
    }

    fn commit(&mut self, id: u32, now: u64) {
        match self.events.iter_mut().find(|event| event.0 == id) {
            Some(event) => event.2 = true,
            None => self.insert(id, now, true),
        }
    }

    fn abort(&mut self, id: u32) {
        if self.events.iter().any(|event| event.0 == id && !event.2) {
            self.forget(id);
        }
    }

    fn forget(&mut self, id: u32) {
        self.events.retain(|event| event.0 != id);
        self.slots.iter_mut().filter(|slot| **slot == Some(id)).for_each(|slot| *slot = None);
    }

    fn insert(&mut self, id: u32, now: u64, done: bool) {
        if self.capacity == 0 {
            return;
        }
        let at = self.next % self.capacity;
        self.next += 1;
        if let Some(Some(oldest)) = self.slots.get(at).copied() {
            self.forget(oldest);
        }
        self.slots.splice(at..=at, [Some(id)]);
        self.events.push((id, now, done));
    }
}

fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    }
}

#[test]
fn it_does_what_the_model_does() {
    for (capacity, ttl_ms) in [(0, 100), (1, 100), (2, 100), (3, 0), (7, 5), (64, 1000), (64, u64::MAX), (200, 50)] {
        let (mut next, mut now) = (random(capacity as u64 ^ ttl_ms), 0);
        let mut dedup = Dedup::new(vec![Slot::EMPTY; capacity], ttl_ms);
        let mut model = Model::new(capacity, ttl_ms);
        let mut answers = [0; 3];
        for step in 0..50_000 {
            let id = (next() % 100) as u32;
            now += next() % 3;
            let name = format!("event {id}");
            match next() % 5 {
                0..=2 => {
                    let seen = dedup.begin(&name, now);
                    assert_eq!(seen, model.begin(id, now), "{capacity} slots, step {step}");
                    if let Some(count) = answers.get_mut(seen as usize) {
                        *count += 1;
                    }
                }
                3 => {
                    dedup.commit(&name, now);
                    model.commit(id, now);
                }
                _ => {
                    dedup.abort(&name);
                    model.abort(id);
                }
            }
        }
        assert!(capacity == 0 || ttl_ms < 10 || answers.iter().all(|count| *count > 50), "{answers:?}");
    }
}

#[test]
fn the_oldest_goes_when_it_is_full() {
    let mut dedup = Dedup::new([Slot::EMPTY; 3], 1000);
    for id in ["a", "b", "c", "d"] {
        assert_eq!(dedup.begin(id, 0), Seen::New);
        dedup.commit(id, 0);
    }
    assert_eq!(["b", "c", "d"].map(|id| dedup.begin(id, 999)), [Seen::Duplicate; 3]);
    assert_eq!(dedup.begin("a", 999), Seen::New); // in the place of b
    assert_eq!(["c", "d"].map(|id| dedup.begin(id, 999)), [Seen::Duplicate; 2]);
    assert_eq!(dedup.begin("b", 999), Seen::New);
    assert_eq!(dedup.begin("d", 1000), Seen::New); // too old
}

#[test]
fn what_was_handled_is_remembered_though_it_was_forgotten_meanwhile() {
    let mut dedup = Dedup::new([Slot::EMPTY; 1], 1000);
    assert_eq!(dedup.begin("a", 0), Seen::New);
    assert_eq!(dedup.begin("b", 0), Seen::New);
    dedup.commit("a", 0);
    assert_eq!(dedup.begin("a", 1), Seen::Duplicate);
    // One that has been handled cannot be taken back.
    dedup.abort("a");
    assert_eq!(dedup.begin("a", 1), Seen::Duplicate);
}

#[test]
fn a_clock_that_goes_back_makes_nothing_new() {
    let mut dedup = Dedup::new([Slot::EMPTY; 4], 10);
    assert_eq!(dedup.begin("a", 100), Seen::New);
    dedup.commit("a", 100);
    assert_eq!(dedup.begin("a", 0), Seen::Duplicate);
    assert_eq!(dedup.begin("a", 109), Seen::Duplicate);
    assert_eq!(dedup.begin("a", 110), Seen::New);
}

#[test]
fn many_events_in_a_large_window() {
    let mut dedup = Dedup::new(vec![Slot::EMPTY; 50_000], u64::MAX);
    for id in 0..100_000 {
        assert_eq!(dedup.begin(&id.to_string(), id), Seen::New);
        dedup.commit(&id.to_string(), id);
    }
    assert!((50_000..100_000).all(|id| dedup.begin(&id.to_string(), id) == Seen::Duplicate));
    assert_eq!(dedup.begin("49999", 0), Seen::New);
}

#[test]
fn what_has_no_id_is_always_new() {
    let mut dedup = Dedup::new([Slot::EMPTY; 4], 1000);
    for _ in 0..2 {
        assert_eq!(dedup.begin("", 0), Seen::New);
        dedup.commit("", 0);
    }
    assert_eq!(dedup.begin("", 0), Seen::New);
    dedup.abort("");
    assert_eq!(dedup.capacity(), 4);
    // And takes no place of one that has.
    let mut dedup = Dedup::new([Slot::EMPTY; 1], 1000);
    assert_eq!(dedup.begin("a", 0), Seen::New);
    assert_eq!(dedup.begin("", 0), Seen::New);
    dedup.commit("", 0);
    assert_eq!(dedup.begin("a", 0), Seen::InProgress);
}
