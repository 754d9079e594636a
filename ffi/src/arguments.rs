//! What C code passes, checked and turned into what Rust works with: every null, length, alignment and tag check there is.

use core::{
    ffi::{CStr, c_char},
    mem::MaybeUninit,
    ptr, slice,
};
use lark_event::{Envelope, Error, ErrorKind, Event, Item};

/// The `len` bytes at `data`; null is good for no bytes.
///
/// # Safety
///
/// Unless null, `data` must point to `len` bytes that stay as they are for `'a`.
pub(crate) unsafe fn bytes<'a>(data: *const u8, len: usize) -> Option<&'a [u8]> {
    // SAFETY: the caller promises what `slice` asks for.
    unsafe { slice(data, len) }
}

/// The `len` bytes at `data`, for writing; null is good for no bytes.
///
/// # Safety
///
/// Unless null, `data` must point to `len` bytes that nothing else uses during `'a`.
pub(crate) unsafe fn bytes_mut<'a>(data: *mut u8, len: usize) -> Option<&'a mut [u8]> {
    // SAFETY: the caller promises what `slice_mut` asks for.
    unsafe { slice_mut(data, len) }
}

/// The text of `len` bytes at `data`; null is good for no bytes.
///
/// # Safety
///
/// Unless null, `data` must point to `len` bytes that stay as they are for `'a`.
pub(crate) unsafe fn text<'a>(data: *const c_char, len: usize) -> Option<&'a str> {
    // SAFETY: the caller promises what `bytes` asks for.
    core::str::from_utf8(unsafe { bytes(data.cast(), len) }?).ok()
}

/// The `len` values at `data`; null is good for none.
///
/// # Safety
///
/// Unless null or misaligned, `data` must point to `len` initialised values that stay as they are for `'a`, of a type for
/// which all bytes are valid.
pub(crate) unsafe fn slice<'a, T>(data: *const T, len: usize) -> Option<&'a [T]> {
    if len == 0 {
        return Some(&[]);
    }
    if !is_place(data, len) {
        return None;
    }
    // SAFETY: not null, aligned, no more than `isize::MAX` bytes, and readable for `'a` by the caller's promise.
    Some(unsafe { slice::from_raw_parts(data, len) })
}

/// The `len` values at `data`, for writing; null is good for none.
///
/// # Safety
///
/// As for [`slice`], and nothing else uses them during `'a`.
pub(crate) unsafe fn slice_mut<'a, T>(data: *mut T, len: usize) -> Option<&'a mut [T]> {
    if len == 0 {
        return Some(&mut []);
    }
    if !is_place(data, len) {
        return None;
    }
    // SAFETY: as in `slice`, and not shared by the caller's promise.
    Some(unsafe { slice::from_raw_parts_mut(data, len) })
}

/// The value at `place`, for reading.
///
/// # Safety
///
/// Unless null or misaligned, `place` must point to an initialised `T`, of a type for which all bytes are valid, that
/// nothing writes to during `'a`.
pub(crate) unsafe fn shared<'a, T>(place: *const T) -> Option<&'a T> {
    // SAFETY: not null, aligned, and readable for `'a` by the caller's promise.
    is_place(place, 1).then(|| unsafe { &*place })
}

/// The value at `place`, for writing.
///
/// # Safety
///
/// As for [`shared`], and nothing else uses it during `'a`.
pub(crate) unsafe fn exclusive<'a, T>(place: *mut T) -> Option<&'a mut T> {
    // SAFETY: not null, aligned, and not shared by the caller's promise.
    is_place(place, 1).then(|| unsafe { &mut *place })
}

/// The value at `place`, whatever is there, with all bytes set to zero.
///
/// # Safety
///
/// Unless null or misaligned, `place` must point to memory for a `T`, of a type for which all bytes are valid, that nothing
/// else uses during `'a`.
pub(crate) unsafe fn zeroed_place<'a, T>(place: *mut T) -> Option<&'a mut T> {
    if !is_place(place, 1) {
        return None;
    }
    // SAFETY: not null, aligned, writable and not shared by the caller's promise; the first line initialises it.
    unsafe {
        ptr::write_bytes(place, 0, 1);
        Some(&mut *place)
    }
}

/// Whether `len` values can be at `place`: it is not null, aligned, and there is no more than a slice may have.
fn is_place<T>(place: *const T, len: usize) -> bool {
    let fits = len.checked_mul(size_of::<T>()).is_some_and(|bytes| isize::try_from(bytes).is_ok());
    !place.is_null() && place.is_aligned() && fits
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

/// Makes all bytes of an envelope zero, which is the empty one; does nothing if there is none.
///
/// # Safety
///
/// As for [`envelope_mut`].
pub(crate) unsafe fn wipe(envelope: *mut Envelope) {
    if !envelope.is_null() && envelope.is_aligned() {
        // SAFETY: `envelope` is not null, aligned, and by the caller's promise points to memory of its size that nobody
        // else uses; all bytes zero is a value of it.
        unsafe { envelope.write_bytes(0, 1) };
    }
}

/// The item at `item`, for writing. One whose tag no object has is made to hold none.
///
/// # Safety
///
/// Unless null or misaligned, `item` must point to an initialised `LarkItem` that nothing else uses during `'a`.
pub(crate) unsafe fn item_mut<'a>(item: *mut Item) -> Option<&'a mut Item> {
    if item.is_null() || !item.is_aligned() {
        return None;
    }
    // SAFETY: as in `envelope_mut`: not null, aligned, initialised, and the tag is the first member.
    unsafe {
        let tag = item.cast::<u32>();
        if !Item::is_tag(tag.read()) {
            tag.write(0);
        }
    }
    // SAFETY: as in `envelope_mut`, with the tags of `Item`.
    Some(unsafe { &mut *item })
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

/// Returns a result as C code wants it.
///
/// # Safety
///
/// Unless null, `error` must point to memory for an `Error`.
pub(crate) unsafe fn report(result: Result<(), Error>, error: *mut Error) -> ErrorKind {
    let found = result.err().unwrap_or(Error::of_call(ErrorKind(0)));
    // SAFETY: the caller promises what `store` asks for.
    unsafe { store(error, found) };
    found.kind
}
