//! Which events were seen lately.

use lark_event::dedup::{self, Seen, Slot};
use pyo3::prelude::*;
use std::{
    sync::{LazyLock, Mutex, PoisonError},
    time::Instant,
};

/// A window over the events that were seen lately.
#[pyclass(frozen, module = "lark_event._native")]
pub(crate) struct Dedup(Mutex<dedup::Dedup<Vec<Slot>>>);

#[pymethods]
impl Dedup {
    #[new]
    fn new(capacity: u32, ttl_ms: u64) -> Self {
        Self(Mutex::new(dedup::Dedup::new(vec![Slot::EMPTY; capacity as usize], ttl_ms)))
    }

    fn begin(&self, event_id: &str) -> &'static str {
        match self.begin_at(event_id, now_ms()) {
            Seen::New => "new",
            Seen::Duplicate => "duplicate",
            Seen::InProgress => "in_progress",
        }
    }

    fn commit(&self, event_id: &str) {
        self.commit_at(event_id, now_ms());
    }

    fn abort(&self, event_id: &str) {
        self.with(|window| window.abort(event_id));
    }
}

impl Dedup {
    pub(crate) fn begin_at(&self, event_id: &str, now_ms: u64) -> Seen {
        self.with(|window| window.begin(event_id, now_ms))
    }

    pub(crate) fn commit_at(&self, event_id: &str, now_ms: u64) {
        self.with(|window| window.commit(event_id, now_ms));
    }

    fn with<T>(&self, call: impl FnOnce(&mut dedup::Dedup<Vec<Slot>>) -> T) -> T {
        // No call of the core panics, so that no lock is poisoned; were one, the window is as good as any.
        call(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The time in milliseconds since something here was first needed: it does not go back.
pub(crate) fn now_ms() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}
