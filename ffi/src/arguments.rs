//! What C code passes, checked and turned into what Rust works with: every null, length, alignment and tag check there is.

use core::{
    ffi::{CStr, c_char},
    mem::MaybeUninit,
    ptr, slice,
};
use lark_event::{Envelope, Event};

/// The `len` bytes at `data`; null is good for no bytes.
///
/// # Safety
///
/// Unless null, `data` must point to `len` bytes that stay as they are for `'a`.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize) -> Option<&'a [u8]> {
    if len == 0 {
        return Some(&[]);
    }
    if data.is_null() || isize::try_from(len).is_err() {
        return None;
    }
    // SAFETY: not null, no more than `isize::MAX` bytes, and readable for `'a` by the caller's promise.
    Some(unsafe { slice::from_raw_parts(data, len) })
}

/// The text at `data`, without its NUL.
///
/// # Safety
///
/// Unless null, `data` must point to a NUL-terminated string that stays as it is for `'a`.
pub(crate) unsafe fn string<'a>(data: *const c_char) -> Option<&'a CStr> {
    // SAFETY: not null, and NUL-terminated and readable for `'a` by the caller's promise.
    (!data.is_null()).then(|| unsafe { CStr::from_ptr(data) })
}

/// The envelope at `envelope`, for writing. One whose tag no event has is made to hold no event.
///
/// # Safety
///
/// Unless null or misaligned, `envelope` must point to an initialised `LarkEnvelope` that nothing else uses during `'a`.
pub(crate) unsafe fn envelope_mut<'a>(envelope: *mut Envelope) -> Option<&'a mut Envelope> {
    if envelope.is_null() || !envelope.is_aligned() {
        return None;
    }
    // SAFETY: `envelope` is not null, aligned, and by the caller's promise points to initialised memory of its size. The
    // tag is the first member of the `repr(C, u32)` enum, and read and written as the integer that it is for C.
    unsafe {
        let tag = (&raw mut (*envelope).event).cast::<u32>();
        if !Event::is_tag(tag.read()) {
            tag.write(0);
        }
    }
    // SAFETY: as above, and not shared by the caller's promise. Its tag is one of `Event`'s, and everything else in it is
    // integers, for which every value is valid.
    Some(unsafe { &mut *envelope })
}

/// The envelope at `envelope`, for reading; none if its tag is one that no event has.
///
/// # Safety
///
/// Unless null or misaligned, `envelope` must point to an initialised `LarkEnvelope` that nothing writes to during `'a`.
pub(crate) unsafe fn envelope<'a>(envelope: *const Envelope) -> Option<&'a Envelope> {
    if envelope.is_null() || !envelope.is_aligned() {
        return None;
    }
    // SAFETY: as in `envelope_mut`, reading only.
    let tag = unsafe { (&raw const (*envelope).event).cast::<u32>().read() };
    // SAFETY: as in `envelope_mut`, and nothing writes to it by the caller's promise.
    Event::is_tag(tag).then(|| unsafe { &*envelope })
}

/// The `cap` bytes at `out`, whatever is in them; null has none.
///
/// # Safety
///
/// Unless null, `out` must point to `cap` bytes that nothing else uses during `'a`.
pub(crate) unsafe fn output<'a>(out: *mut c_char, cap: usize) -> Option<&'a mut [MaybeUninit<u8>]> {
    if out.is_null() || isize::try_from(cap).is_err() {
        return None;
    }
    // SAFETY: not null, no more than `isize::MAX` bytes, writable and not shared by the caller's promise; `MaybeUninit`
    // asks for nothing to be in them.
    Some(unsafe { slice::from_raw_parts_mut(out.cast(), cap) })
}

/// The buffer with every byte set to zero.
pub(crate) fn zeroed(out: &mut [MaybeUninit<u8>]) -> &mut [u8] {
    // SAFETY: the first line initialises all `len` bytes, which is what the second asks for; both are within `out`, which
    // the result borrows.
    unsafe {
        ptr::write_bytes(out.as_mut_ptr(), 0, out.len());
        slice::from_raw_parts_mut(out.as_mut_ptr().cast(), out.len())
    }
}

/// Stores a result where C code wants it, if it does.
///
/// # Safety
///
/// Unless null, `place` must point to memory for a `T` that nothing else uses during the call.
pub(crate) unsafe fn store<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: not null, and writable by the caller's promise; any alignment is good for an unaligned write.
        unsafe { place.write_unaligned(value) };
    }
}

/// The value at `place`.
///
/// # Safety
///
/// Unless null, `place` must point to an initialised `T`.
pub(crate) unsafe fn load<T: Copy>(place: *const T) -> Option<T> {
    // SAFETY: not null, and readable and initialised by the caller's promise; any alignment is good for an unaligned read.
    (!place.is_null()).then(|| unsafe { place.read_unaligned() })
}
