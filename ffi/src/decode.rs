//! Bodies to envelopes, and back.

use crate::arguments::{self, report};
use core::ffi::c_char;
use lark_event::{Envelope, Error, ErrorKind};

/// The bytes of a LarkEnvelope as the library knows it, to compare with `sizeof(LarkEnvelope)`: a header with other
/// families of events than the library's may give another size.
#[unsafe(no_mangle)]
pub extern "C" fn lark_envelope_size() -> usize {
    size_of::<Envelope>()
}

/// Decodes the JSON body of one event into `envelope`, whatever was in it before. Returns 0, or what is wrong.
///
/// What `envelope` holds afterwards:
///
/// * 0: the event. An event type without a struct is no error: the tag is `LARK_EVENT_UNKNOWN`, `header` is filled in and
///   `raw_event` tells where the event's JSON is in `body`.
/// * 1 to 99, `body` is not valid JSON: nothing.
/// * 100 to 199, one field is wrong: everything but that field. If several are, the first one is reported. If `body` is
///   encrypted or of no known shape: only `schema`, `LARK_SCHEMA_ENCRYPTED` or `LARK_SCHEMA_NONE`.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`, `body` is NULL and `len` is not 0: nothing. Or `envelope` is NULL or misaligned.
///
/// `error` may be NULL; it is written in every case, with kind 0 on success. The time it takes grows linearly with `len`.
///
/// # Safety
///
/// Unless NULL, `body` points to `len` bytes, `envelope` to an initialised `LarkEnvelope` and `error` to a `LarkError`,
/// and none of the three overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_decode(
    body: *const u8,
    len: usize,
    envelope: *mut Envelope,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what `decode` asks for.
    unsafe { decode(body, len, envelope, error, lark_event::decode) }
}

/// Decodes a body that may not name its event type, such as those collected from the platform's inner bus.
///
/// As `lark_decode`, with `event_type` (such as `"corehr.process.node.updated_v2"`) taken where the body names none. A
/// body's own event type wins, so look at the tag. If `event_type` is not one that the library knows, that is
/// `LARK_ERROR_KIND_UNKNOWN_EVENT_TYPE`; if it is NULL, `LARK_ERROR_KIND_INVALID_ARGUMENT`; `envelope` holds nothing then.
///
/// # Safety
///
/// As for `lark_decode`, and unless NULL, `event_type` points to a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_decode_as(
    body: *const u8,
    len: usize,
    event_type: *const c_char,
    envelope: *mut Envelope,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what `string` asks for.
    let event_type = unsafe { arguments::string(event_type) };
    let read = |body: &[u8], envelope: &mut Envelope| match event_type {
        // No event type has the empty name, which stands for all that are not UTF-8 either.
        Some(name) => lark_event::decode_as(body, name.to_str().unwrap_or_default(), envelope),
        None => reject(envelope),
    };
    // SAFETY: the caller promises what `decode` asks for.
    unsafe { decode(body, len, envelope, error, read) }
}

/// Writes an envelope as the platform would, as JSON in one line, with a NUL behind it. Returns 0, or what is wrong.
///
/// `*len` becomes the length without the NUL. If anything is wrong, `out` holds the empty string and `*len` is 0, so that
/// nothing looks whole that is not:
///
/// * `LARK_ERROR_KIND_BUFFER_FULL`: JSON and NUL need more than `cap` bytes.
/// * `LARK_ERROR_KIND_UNTYPED`: there is no event, or none with a struct; or the event has a list of objects, of which the
///   envelope holds only the place. Pass on the body instead.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`: `envelope` is NULL or misaligned, something in it is not as `lark_decode` leaves
///   it (a tag, a length, a text that is not UTF-8, a `schema` that has no such event), or `out` is NULL.
///
/// `len` and `error` may be NULL. Bytes of `out` behind the NUL may have been written to.
///
/// # Safety
///
/// Unless NULL, `envelope` points to an initialised `LarkEnvelope`, `out` to `cap` bytes, `len` to a `size_t` and `error`
/// to a `LarkError`, and none of the four overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_to_json(
    envelope: *const Envelope,
    out: *mut c_char,
    cap: usize,
    len: *mut usize,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (envelope, out) = unsafe { (arguments::envelope(envelope), arguments::output(out, cap)) };
    let result = match (envelope, out.map(arguments::zeroed)) {
        (Some(envelope), Some(out)) => to_json(envelope, out),
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    // SAFETY: the caller promises what `store` asks for.
    unsafe {
        arguments::store(len, result.unwrap_or_default());
        report(result.map(drop), error)
    }
}

fn to_json(envelope: &Envelope, out: &mut [u8]) -> Result<usize, Error> {
    let Some((_, room)) = out.split_last_mut() else { return Err(Error::of_call(ErrorKind::BUFFER_FULL)) };
    let written = envelope.to_json(room).map(str::len);
    // The NUL: behind the JSON, or in place of what there is of it.
    if let Some(end) = out.get_mut(written.unwrap_or_default()) {
        *end = 0;
    }
    written
}

/// # Safety
///
/// As for `lark_decode`.
unsafe fn decode(
    body: *const u8,
    len: usize,
    envelope: *mut Envelope,
    error: *mut Error,
    read: impl Fn(&[u8], &mut Envelope) -> Result<(), Error>,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (body, envelope) = unsafe { (arguments::bytes(body, len), arguments::envelope_mut(envelope)) };
    let result = match (body, envelope) {
        (Some(body), Some(envelope)) => read(body, envelope),
        (None, Some(envelope)) => reject(envelope),
        (_, None) => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    // SAFETY: the caller promises what `report` asks for.
    unsafe { report(result, error) }
}

/// Empties the envelope of a call with an invalid argument.
pub(crate) fn reject<T>(envelope: &mut Envelope) -> Result<T, Error> {
    // Decoding nothing fails, and a failed decoding leaves an empty envelope.
    let _ = lark_event::decode(&[], envelope);
    Err(Error::of_call(ErrorKind::INVALID_ARGUMENT))
}
