//! Which events were seen lately, so that an event that is delivered twice is handled once.
//!
//! The platform delivers at least once: again after every answer but 200 (after 15 s, 5 min, 1 h and 6 h), and sometimes
//! after a 200 too. A [`Dedup`] remembers the ids of events ([`Header::event_id`](crate::Header::event_id)) for
//! [12 hours](TTL_MS), which is longer than the platform's last attempt at 7 h 5 min.
//!
//! ```
//! use lark_event::dedup::{Dedup, Seen, Slot, TTL_MS};
//!
//! let mut dedup = Dedup::new([Slot::EMPTY; 256], TTL_MS);
//! assert_eq!(dedup.begin("5e3702a8", 1_000), Seen::New); // handle it, then commit or abort
//! assert_eq!(dedup.begin("5e3702a8", 1_001), Seen::InProgress); // answer 503: the platform will try again
//! dedup.abort("5e3702a8"); // it failed: answer 500, and the next delivery counts as new
//! assert_eq!(dedup.begin("5e3702a8", 16_000), Seen::New);
//! dedup.commit("5e3702a8", 16_100); // answer 200
//! assert_eq!(dedup.begin("5e3702a8", 316_000), Seen::Duplicate); // answer 200
//! ```

use crate::digest::digest;

/// How long to remember an event: 12 hours.
pub const TTL_MS: u64 = 12 * 60 * 60 * 1000;

/// A window over the last events, of as many as there are slots.
///
/// The slots are the caller's: an array, a slice, a `Vec`. When all are taken, the event that was begun first is forgotten,
/// whatever its age and even if it is still being handled: have more slots than events in the time to live. No call
/// takes longer when there are many slots.
///
/// It lives in one process: deliveries to several processes do not know of each other.
#[repr(C)]
#[derive(Clone, Debug)]
pub struct Dedup<S> {
    slots: S,
    /// How long an event is remembered.
    ttl_ms: u64,
    /// Where the next event goes, which is where the oldest is.
    next: u32,
}

/// What is remembered of one event. All bytes zero: nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    /// The digest of the id: ids of any length take the same room.
    digest: [u8; 16],
    /// When it was begun.
    begun_ms: u64,
    /// 0: nothing, 1: the event is being handled, 2: it has been.
    state: u32,
    /// For the events whose hashes begin with this slot: 1 + the slot of the first of them, or 0.
    chain: u32,
    /// 1 + the slot of the next event in the same chain, or 0.
    link: u32,
}

const FREE: u32 = 0;
const IN_PROGRESS: u32 = 1;
const DONE: u32 = 2;

/// What is known of an event that comes in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// Nothing: handle it, and then call [`Dedup::commit`] or [`Dedup::abort`].
    New,
    /// It has been handled: answer 200.
    Duplicate,
    /// It is being handled right now. If that fails, another delivery will be needed: do not answer 200.
    InProgress,
}

impl Slot {
    /// A slot with nothing in it.
    pub const EMPTY: Self = Self { digest: [0; 16], begun_ms: 0, state: FREE, chain: 0, link: 0 };
}

impl Default for Slot {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<S: AsRef<[Slot]> + AsMut<[Slot]>> Dedup<S> {
    /// An empty window over `slots`. Without any slot, every event is new.
    pub fn new(mut slots: S, ttl_ms: u64) -> Self {
        slots.as_mut().fill(Slot::EMPTY);
        Self { slots, ttl_ms, next: 0 }
    }

    /// How many events it can remember.
    pub fn capacity(&self) -> usize {
        self.slots.as_ref().len()
    }

    /// Takes note that the event `id` is about to be handled, unless it has been or is being.
    ///
    /// `now_ms` is any clock that does not go back. The empty id is that of no event: it is always new.
    pub fn begin(&mut self, id: &str, now_ms: u64) -> Seen {
        if id.is_empty() {
            return Seen::New;
        }
        let digest = digest(id);
        match self.find(&digest).copied() {
            Some(slot) if now_ms.saturating_sub(slot.begun_ms) >= self.ttl_ms => self.remove(&digest),
            Some(Slot { state: DONE, .. }) => return Seen::Duplicate,
            Some(_) => return Seen::InProgress,
            None => {}
        }
        self.insert(digest, IN_PROGRESS, now_ms);
        Seen::New
    }

    /// The event `id` has been handled: it will be a duplicate from now on.
    pub fn commit(&mut self, id: &str, now_ms: u64) {
        let digest = digest(id);
        match self.find(&digest) {
            _ if id.is_empty() => {}
            Some(slot) => slot.state = DONE,
            // Forgotten meanwhile, because there are too few slots. That it was handled is worth remembering all the same.
            None => self.insert(digest, DONE, now_ms),
        }
    }

    /// The event `id` could not be handled: its next delivery counts as new.
    pub fn abort(&mut self, id: &str) {
        let digest = digest(id);
        if self.find(&digest).is_some_and(|slot| slot.state == IN_PROGRESS) {
            self.remove(&digest);
        }
    }

    /// How many slots there are; what is beyond the range of the links is left alone.
    fn len(&self) -> u32 {
        u32::try_from(self.slots.as_ref().len()).unwrap_or(u32::MAX - 1)
    }

    /// The slot `index`, counted from 1.
    fn slot(&mut self, index: u32) -> Option<&mut Slot> {
        self.slots.as_mut().get_mut(index.checked_sub(1)? as usize)
    }

    /// The slot that has the chain of a digest.
    fn home(&mut self, digest: &[u8; 16]) -> Option<&mut Slot> {
        let [a, b, c, d, ..] = *digest;
        let index = u32::from_le_bytes([a, b, c, d]).checked_rem(self.len())?;
        self.slot(index + 1)
    }

    fn find(&mut self, digest: &[u8; 16]) -> Option<&mut Slot> {
        let mut at = self.home(digest)?.chain;
        // As many steps as there are slots: links that something has overwritten cannot make it run for ever.
        for _ in 0..self.len() {
            let slot = self.slot(at)?;
            if slot.digest == *digest {
                return self.slot(at);
            }
            at = slot.link;
        }
        None
    }

    fn insert(&mut self, digest: [u8; 16], state: u32, begun_ms: u64) {
        let len = self.len();
        if len == 0 {
            return;
        }
        let at = self.next % len + 1;
        self.next = at;
        if let Some(&mut Slot { digest: oldest, state: IN_PROGRESS | DONE, .. }) = self.slot(at) {
            self.remove(&oldest);
        }
        let Some(home) = self.home(&digest) else { return };
        let link = core::mem::replace(&mut home.chain, at);
        if let Some(slot) = self.slot(at) {
            *slot = Slot { digest, begun_ms, state, link, ..*slot };
        }
    }

    /// Takes an event out of its chain and frees its slot.
    fn remove(&mut self, digest: &[u8; 16]) {
        let Some(home) = self.home(digest) else { return };
        let (mut at, mut before) = (home.chain, 0);
        for _ in 0..self.len() {
            let Some(slot) = self.slot(at) else { return };
            let link = slot.link;
            if slot.digest != *digest {
                (before, at) = (at, link);
                continue;
            }
            *slot = Slot { chain: slot.chain, ..Slot::EMPTY };
            match self.slot(before) {
                Some(before) => before.link = link,
                None => {
                    if let Some(home) = self.home(digest) {
                        home.chain = link;
                    }
                }
            }
            return;
        }
    }
}
