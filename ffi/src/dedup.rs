//! Which events were seen lately.

use crate::{
    arguments,
    types::{DedupSeen, DedupSlots},
};
use core::{ffi::c_char, mem::MaybeUninit};
use lark_event::{
    ErrorKind,
    dedup::{Dedup, Seen, Slot},
};

/// How long a LarkDedup should remember an event: 12 hours, which is longer than the platform's last attempt at 7 h 5 min.
pub const DEDUP_TTL_MS: u64 = 43_200_000;

impl AsRef<[Slot]> for DedupSlots {
    fn as_ref(&self) -> &[Slot] {
        // SAFETY: by the promise of `lark_dedup_init` and those after it, `data` points to `count` slots, which
        // `lark_dedup_init` has initialised and nothing but this struct's functions uses; it is theirs for as long as they
        // have the struct. None if there are no slots.
        unsafe { arguments::slice(self.data, self.count) }.unwrap_or_default()
    }
}

impl AsMut<[Slot]> for DedupSlots {
    fn as_mut(&mut self) -> &mut [Slot] {
        // SAFETY: as in `as_ref`, and the struct is borrowed for writing.
        unsafe { arguments::slice_mut(self.data, self.count) }.unwrap_or_default()
    }
}

/// Prepares an empty window of `count` events over `slots`. Returns 0 or `LARK_ERROR_KIND_INVALID_ARGUMENT`.
///
/// `ttl_ms` is how long an event is remembered; `LARK_DEDUP_TTL_MS` is right for the platform. When all slots are taken, the
/// event that was begun first is forgotten, whatever its age: have more slots than events in that time. No call takes
/// longer when there are many slots, except this one, which writes to all.
///
/// Whatever was in `dedup` and `slots` before is overwritten. `slots` must stay where they are, and belong to `dedup` alone,
/// for as long as `dedup` is in use; there is nothing to free. It is an invalid argument if `count` is 0, or one of the
/// pointers is NULL or misaligned; `dedup` is then all zero, and lark_dedup_begin() tells `LARK_SEEN_INVALID`.
///
/// One `dedup` must be used by one thread at a time: lock a mutex around the calls. It knows of one process only.
///
/// # Safety
///
/// Unless NULL, `dedup` points to a `LarkDedup` and `slots` to `count` `LarkDedupSlot`s, and the two do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_dedup_init(
    dedup: *mut Dedup<DedupSlots>,
    slots: *mut Slot,
    count: usize,
    ttl_ms: u64,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for; nothing needs to be in a `MaybeUninit`.
    let (dedup, room) = unsafe { (arguments::zeroed_place(dedup), arguments::slice_mut(slots.cast(), count)) };
    let Some(dedup) = dedup else { return ErrorKind::INVALID_ARGUMENT };
    let Some(room) = room.filter(|room| !room.is_empty()) else { return ErrorKind::INVALID_ARGUMENT };
    room.fill(MaybeUninit::new(Slot::EMPTY));
    *dedup = Dedup::new(DedupSlots { data: slots, count }, ttl_ms);
    ErrorKind(0)
}

/// Takes note that the event `id` is about to be handled, unless it has been or is being. Returns what is known of it.
///
/// `id` is the `header.event_id` of an event: `len` bytes of UTF-8, no NUL needed. `now_ms` is any clock in milliseconds
/// that does not go back. After `LARK_SEEN_NEW`, call lark_dedup_commit() or lark_dedup_abort() when the event has been
/// handled or could not be.
///
/// `LARK_SEEN_INVALID` if `dedup` is NULL, misaligned or not initialised, or `id` is NULL, empty or not UTF-8.
///
/// # Safety
///
/// Unless NULL, `dedup` points to a `LarkDedup` that is all zero or as these functions leave it, with its slots still there,
/// and that no other thread uses; `id` points to `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_dedup_begin(
    dedup: *mut Dedup<DedupSlots>,
    id: *const c_char,
    len: usize,
    now_ms: u64,
) -> DedupSeen {
    // SAFETY: the caller promises what `with` asks for.
    let seen = unsafe { with(dedup, id, len, |dedup, id| dedup.begin(id, now_ms)) };
    match seen {
        None => DedupSeen::INVALID,
        Some(Seen::New) => DedupSeen::NEW,
        Some(Seen::Duplicate) => DedupSeen::DUPLICATE,
        Some(Seen::InProgress) => DedupSeen::IN_PROGRESS,
    }
}

/// The event `id` has been handled: it will be a duplicate from now on. Returns 0, or `LARK_ERROR_KIND_INVALID_ARGUMENT`
/// where lark_dedup_begin() tells `LARK_SEEN_INVALID`.
///
/// # Safety
///
/// As for lark_dedup_begin().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_dedup_commit(
    dedup: *mut Dedup<DedupSlots>,
    id: *const c_char,
    len: usize,
    now_ms: u64,
) -> ErrorKind {
    // SAFETY: the caller promises what `with` asks for.
    let done = unsafe { with(dedup, id, len, |dedup, id| dedup.commit(id, now_ms)) };
    done.map_or(ErrorKind::INVALID_ARGUMENT, |()| ErrorKind(0))
}

/// The event `id` could not be handled: its next delivery counts as new. Returns 0, or `LARK_ERROR_KIND_INVALID_ARGUMENT`
/// where lark_dedup_begin() tells `LARK_SEEN_INVALID`.
///
/// # Safety
///
/// As for lark_dedup_begin().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_dedup_abort(dedup: *mut Dedup<DedupSlots>, id: *const c_char, len: usize) -> ErrorKind {
    // SAFETY: the caller promises what `with` asks for.
    let done = unsafe { with(dedup, id, len, |dedup, id| dedup.abort(id)) };
    done.map_or(ErrorKind::INVALID_ARGUMENT, |()| ErrorKind(0))
}

/// Does something with a window and an id, if both are good.
///
/// # Safety
///
/// As for `lark_dedup_begin`.
unsafe fn with<T>(
    dedup: *mut Dedup<DedupSlots>,
    id: *const c_char,
    len: usize,
    work: impl FnOnce(&mut Dedup<DedupSlots>, &str) -> T,
) -> Option<T> {
    // SAFETY: the caller promises what both ask for.
    let (dedup, id) = unsafe { (arguments::exclusive(dedup), arguments::text(id, len)) };
    let dedup = dedup.filter(|dedup| dedup.capacity() > 0)?;
    Some(work(dedup, id.filter(|id| !id.is_empty())?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_time_to_live_is_the_cores() {
        assert_eq!(super::DEDUP_TTL_MS, lark_event::dedup::TTL_MS);
    }
}
