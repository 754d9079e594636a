//! Events that come in several frames.

use crate::{
    digest::digest,
    error::{Error, ErrorKind},
};
use core::ops::Range;

/// How long a message waits for its next part: 5 s, as in the platform's SDKs.
pub const PART_TTL_MS: u64 = 5_000;

/// Puts together what comes in several frames: the parts of a message have one `message_id`, each says how many there are
/// (`sum`) and which one it is (`seq`, from 0), and they come in any order, between those of other messages.
///
/// The memory is the caller's: `bytes` for the payloads of all messages that are incomplete, and of the one that has just
/// been completed, and `parts`, one for each part of these. With twice as many bytes, parts that come out of order are
/// copied into place; with fewer, they are moved about, which takes time in proportion to bytes times parts. What does not fit is refused, and with it the rest of its
/// message; the platform delivers it again. Messages that were begun before are not touched by that, so there is always
/// one that can be completed.
#[repr(C)]
#[derive(Debug)]
pub struct Reassembly<B, P> {
    bytes: B,
    parts: P,
    /// How many of the bytes are taken, without a gap.
    used: usize,
}

/// What is known of one part. All bytes zero: nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The digest of the message's id.
    message: [u8; 16],
    /// When a part of the message came last.
    renewed_ms: u64,
    /// [`FREE`], [`WAITING`] or [`OVER`].
    state: u32,
    sum: u32,
    seq: u32,
    /// Where its bytes are.
    offset: u32,
    len: u32,
}

const FREE: u32 = 0;
const WAITING: u32 = 1;
/// The message has been completed or given up: it has this one entry, lest a late part begins it anew.
const OVER: u32 = 2;

impl Part {
    /// Nothing.
    pub const EMPTY: Self = Self { message: [0; 16], renewed_ms: 0, state: FREE, sum: 0, seq: 0, offset: 0, len: 0 };

    /// Whether it waits for the others of a message.
    fn is_of(&self, message: [u8; 16]) -> bool {
        self.state == WAITING && self.message == message
    }
}

impl Default for Part {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// What has come of a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken<'r> {
    /// It was the last one: the payload of the whole message.
    Whole(&'r [u8]),
    /// Others are to come.
    Waiting,
    /// Its message has been completed or given up already.
    Late,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>, P: AsRef<[Part]> + AsMut<[Part]>> Reassembly<B, P> {
    /// Nothing is waiting; whatever is in the memory does not matter.
    pub fn new(bytes: B, parts: P) -> Self {
        let mut reassembly = Self { bytes, parts, used: 0 };
        reassembly.clear();
        reassembly
    }

    /// Forgets all messages.
    pub fn clear(&mut self) {
        self.parts.as_mut().fill(Part::EMPTY);
        self.used = 0;
    }

    /// Takes the part `seq` of `sum` of a message. `now_ms` is any clock that does not go back.
    ///
    /// # Errors
    ///
    /// * `PART` with `seq` in `found` and `sum` in `limit`: there is no such part, or it contradicts one that came before:
    ///   another `sum`, or other bytes for the same `seq`. The ones that came before stay.
    /// * `PARTS_FULL` with the bytes or parts that would be needed in `found`, and those that there are in `limit`. What
    ///   there is of its message is given up.
    pub fn take(
        &mut self,
        message_id: &str,
        sum: u32,
        seq: u32,
        payload: &[u8],
        now_ms: u64,
    ) -> Result<Taken<'_>, Error> {
        self.expire(now_ms);
        let wrong = Error { found: seq, limit: sum, ..Error::of_call(ErrorKind::PART) };
        if seq >= sum {
            return Err(wrong);
        }
        let message = digest(message_id);
        let (mut same, mut have) = (None, 0);
        for part in self.parts.as_mut().iter_mut().filter(|part| part.state != FREE && part.message == message) {
            if part.state == OVER {
                return Ok(Taken::Late);
            }
            if part.sum != sum {
                return Err(wrong);
            }
            part.renewed_ms = now_ms;
            have += 1;
            if part.seq == seq {
                same = Some(*part);
            }
        }
        if let Some(part) = same {
            return if self.bytes_of(part) == payload { Ok(Taken::Waiting) } else { Err(wrong) };
        }
        let new = Part { message, renewed_ms: now_ms, state: WAITING, sum, seq, ..Part::EMPTY };
        if let Err(full) = self.store(new, payload) {
            self.release(|part| part.is_of(message));
            self.mark_over(message, now_ms);
            return Err(full);
        }
        if have + 1 < sum {
            return Ok(Taken::Waiting);
        }
        let whole = self.put_in_order(message, sum);
        self.release(|part| part.is_of(message));
        self.mark_over(message, now_ms);
        // What is behind all others stays there until the next call.
        Ok(Taken::Whole(self.bytes.as_ref().get(whole).unwrap_or_default()))
    }

    /// Gives up the messages that have waited too long, which [`Reassembly::take`] does too.
    pub fn expire(&mut self, now_ms: u64) {
        self.release(|part| now_ms.saturating_sub(part.renewed_ms) > PART_TTL_MS);
    }

    /// How many messages are incomplete.
    pub fn pending(&self) -> usize {
        let parts = self.parts.as_ref();
        let is_waiting = |part: &&Part| part.state == WAITING;
        let is_first = |(index, part): &(usize, &Part)| {
            parts.iter().take(*index).filter(is_waiting).all(|earlier| earlier.message != part.message)
        };
        parts.iter().enumerate().filter(|(_, part)| part.state == WAITING).filter(is_first).count()
    }

    /// Puts the bytes of a part behind all others.
    fn store(&mut self, part: Part, payload: &[u8]) -> Result<(), Error> {
        let full = |needed: usize, there: usize| {
            let number = |it| u32::try_from(it).unwrap_or(u32::MAX);
            Error { found: number(needed), limit: number(there), ..Error::of_call(ErrorKind::PARTS_FULL) }
        };
        let count = self.parts.as_ref().len();
        if part.sum as usize > count {
            return Err(full(part.sum as usize, count));
        }
        let vacant = self.vacant().ok_or(full(count + 1, count))?;
        let (end, bytes) = (self.used.saturating_add(payload.len()), self.bytes.as_mut());
        // What is beyond the range of the offsets is left alone.
        let len = bytes.len().min(u32::MAX as usize);
        if end > len {
            return Err(full(end, len));
        }
        let room = bytes.get_mut(self.used..).and_then(|room| room.get_mut(..payload.len())).ok_or(full(end, len))?;
        let Some(place) = self.parts.as_mut().get_mut(vacant) else { return Err(full(count + 1, count)) };
        room.copy_from_slice(payload);
        *place = Part { offset: self.used as u32, len: payload.len() as u32, ..part };
        self.used = end;
        Ok(())
    }

    /// A place for a part: a free one, or that of the message that has been over for the longest.
    fn vacant(&self) -> Option<usize> {
        let places = self.parts.as_ref().iter().enumerate().filter(|(_, part)| part.state != WAITING);
        places.min_by_key(|(_, part)| (part.state, part.renewed_ms)).map(|(index, _)| index)
    }

    /// Brings the bytes of a complete message behind all others, in the order of its parts; returns where they are then.
    fn put_in_order(&mut self, message: [u8; 16], sum: u32) -> Range<usize> {
        let total: usize = self.parts_of(message).map(|part| part.len as usize).sum();
        let start = self.used.saturating_sub(total);
        if self.is_in_order(message, sum, start) {
            return start..self.used;
        }
        let (mut end, len) = (self.used, self.bytes.as_ref().len());
        let has_room = total <= len.saturating_sub(end);
        for seq in 0..sum {
            let Some(index) = self.find(|part| part.is_of(message) && part.seq == seq) else { continue };
            if has_room {
                end = self.copy(index, end);
            } else {
                self.move_to_end(index);
            }
        }
        if has_room { self.used..end } else { start..self.used }
    }

    /// Whether that is how they lie already, as they do if its parts have come in order and nothing else between them.
    fn is_in_order(&self, message: [u8; 16], sum: u32, start: usize) -> bool {
        let mut next = start as u32;
        (0..sum).all(|seq| {
            let part = self.parts_of(message).find(|part| part.seq == seq);
            part.is_some_and(|part| core::mem::replace(&mut next, part.offset + part.len) == part.offset)
        })
    }

    fn parts_of(&self, message: [u8; 16]) -> impl Iterator<Item = &Part> {
        self.parts.as_ref().iter().filter(move |part| part.is_of(message))
    }

    /// Notes that a message has been completed or given up.
    fn mark_over(&mut self, message: [u8; 16], now_ms: u64) {
        let vacant = self.vacant();
        if let Some(place) = vacant.and_then(|index| self.parts.as_mut().get_mut(index)) {
            *place = Part { message, renewed_ms: now_ms, state: OVER, ..Part::EMPTY };
        }
    }

    /// Gives the places and the bytes of some parts free, and closes the gaps.
    fn release(&mut self, is: impl Fn(&Part) -> bool) {
        let mut has_gaps = false;
        for part in self.parts.as_mut().iter_mut().filter(|part| part.state != FREE && is(part)) {
            has_gaps |= part.state == WAITING;
            *part = Part::EMPTY;
        }
        let (mut end, mut last) = (0, None);
        while let Some(place) = has_gaps.then(|| self.next_place(last)).flatten() {
            let (offset, index) = place;
            let next = self.copy(index, end);
            if let Some(part) = self.parts.as_mut().get_mut(index) {
                part.offset = end as u32;
            }
            (end, last) = (next, Some((offset, index)));
        }
        if has_gaps {
            self.used = end;
        }
    }

    /// Offset and index of the part whose bytes lie next behind those of another.
    fn next_place(&self, last: Option<(u32, usize)>) -> Option<(u32, usize)> {
        let parts = self.parts.as_ref().iter().enumerate().filter(|(_, part)| part.state == WAITING);
        parts.map(|(index, part)| (part.offset, index)).filter(|place| Some(*place) > last).min()
    }

    /// Copies the bytes of a part; returns where they end.
    fn copy(&mut self, index: usize, to: usize) -> usize {
        let Some(&Part { offset, len, .. }) = self.parts.as_ref().get(index) else { return to };
        let (from, bytes) = (offset as usize, self.bytes.as_mut());
        // Both places are within the bytes; said so that the compiler sees it too.
        if let Some(end) = from.checked_add(len as usize).filter(|end| *end <= bytes.len())
            && to <= bytes.len() - (end - from)
        {
            bytes.copy_within(from..end, to);
        }
        to.saturating_add(len as usize)
    }

    /// Moves the bytes of a part behind all others.
    fn move_to_end(&mut self, index: usize) {
        let Some(&Part { offset, len, .. }) = self.parts.as_ref().get(index) else { return };
        let behind = self.bytes.as_mut().get_mut(offset as usize..self.used).unwrap_or_default();
        if len as usize > behind.len() {
            return;
        }
        behind.rotate_left(len as usize);
        // Empty parts may lie anywhere.
        for part in self.parts.as_mut().iter_mut().filter(|part| part.offset >= offset.saturating_add(len)) {
            part.offset -= len;
        }
        if let Some(part) = self.parts.as_mut().get_mut(index) {
            part.offset = (self.used as u32).saturating_sub(len);
        }
    }

    fn find(&self, is: impl Fn(&Part) -> bool) -> Option<usize> {
        self.parts.as_ref().iter().position(|part| part.state != FREE && is(part))
    }

    fn bytes_of(&self, part: Part) -> &[u8] {
        let start = part.offset as usize;
        self.bytes.as_ref().get(start..start + part.len as usize).unwrap_or_default()
    }
}
