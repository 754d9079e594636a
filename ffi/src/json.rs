//! Single values of documents that have no struct.

use crate::{
    arguments::{self, report},
    types::{JsonKind, JsonValue},
};
use core::ffi::{CStr, c_char};
use lark_event::{
    Error, ErrorKind,
    json::{self, Reader, Str, Value},
};

/// Finds one value of a JSON document by a JSON Pointer (RFC 6901), such as `"/sender/sender_id/open_id"`. Returns 0, or what
/// is wrong.
///
/// For events that have no struct: their JSON is `raw_event.len` bytes at `body + raw_event.offset`. The pointer `""` is the
/// whole document. A member's name is written as it is, but `~0` for `~` and `~1` for `/`; it is compared with the names of
/// the document with their escapes undone. An item of an array is its index, from 0 on. Below an array or an object that has
/// been found, search on with its `data` and `len`.
///
/// What is not there is no error: `value->kind` is `LARK_JSON_KIND_NONE` then, and after an error too:
///
/// * 1 to 99: `json` is not valid JSON, be it behind the value.
/// * `LARK_ERROR_KIND_DUPLICATE`: a member that the pointer goes through, or ends at, stands twice in its object.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`: `pointer` is no JSON Pointer (it is not empty and does not start with a slash, or has
///   a `~` with neither `0` nor `1` behind it), is not UTF-8 or NULL; `json` is NULL with a length; or `value` is NULL or
///   misaligned.
///
/// Whatever was in `value` before is overwritten. `error`, which may be NULL, is written in every case, with kind 0 on
/// success. The whole document is read and checked each time; the time it takes grows linearly with `len`.
///
/// # Safety
///
/// Unless NULL, `json` points to `len` bytes, `pointer` to a NUL-terminated string, `value` to a `LarkJson` and `error` to a
/// `LarkError`, and `value` and `error` overlap with nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_json_pointer(
    json: *const u8,
    len: usize,
    pointer: *const c_char,
    value: *mut JsonValue,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what all three ask for.
    let (json, pointer, value) =
        unsafe { (arguments::bytes(json, len), arguments::string(pointer), arguments::zeroed_place(value)) };
    let result = match (json, pointer.map(CStr::to_str), value) {
        (Some(json), Some(Ok(pointer)), Some(value)) => find(json, pointer).map(|found| *value = found),
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    // SAFETY: the caller promises what `report` asks for.
    unsafe { report(result, error) }
}

fn find(json: &[u8], pointer: &str) -> Result<JsonValue, Error> {
    let Some((value, raw)) = json::pointer_with_raw(json, pointer)? else { return Ok(JsonValue::none()) };
    let found = JsonValue { data: raw.as_ptr(), len: raw.len(), ..JsonValue::none() };
    Ok(match value {
        Value::Null => JsonValue { kind: JsonKind::NULL, ..found },
        Value::Boolean(boolean) => JsonValue { kind: JsonKind::BOOLEAN, boolean: boolean.into(), ..found },
        Value::Number(number) => {
            let integer = number.to_i64();
            let is_integer = integer.is_some().into();
            JsonValue { kind: JsonKind::NUMBER, is_integer, integer: integer.unwrap_or_default(), ..found }
        }
        Value::String(_) => JsonValue { kind: JsonKind::STRING, ..found },
        Value::Array(_) => JsonValue { kind: JsonKind::ARRAY, ..found },
        Value::Object(_) => JsonValue { kind: JsonKind::OBJECT, ..found },
    })
}

/// Writes the text of a string, its escapes undone, with a NUL behind it. Returns 0, or what is wrong.
///
/// `*len` becomes the length without the NUL; `len` counts, since JSON may hold a NUL. If anything is wrong, `out` holds the
/// empty string:
///
/// * `LARK_ERROR_KIND_BUFFER_FULL`: text and NUL need more than `cap` bytes. `*len` is the length of the whole text, without
///   the NUL; `out` may be NULL if `cap` is 0, to ask for it. A buffer of `value->len` bytes always is large enough.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`: `value` is NULL, misaligned, or no string as lark_json_pointer() leaves it; or `out`
///   is NULL and `cap` is not 0. `*len` is 0.
///
/// `len` and `error` may be NULL. Bytes of `out` behind the NUL may have been written to.
///
/// # Safety
///
/// Unless NULL, `value` points to an initialised `LarkJson` whose document is still there, `out` to `cap` bytes, `len` to a
/// `size_t` and `error` to a `LarkError`, and `out`, `len` and `error` overlap with nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_json_text(
    value: *const JsonValue,
    out: *mut c_char,
    cap: usize,
    len: *mut usize,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (value, out) = unsafe { (arguments::shared(value), arguments::output(out, cap)) };
    // SAFETY: the caller promises that the value's document is there, which is what `bytes` asks for.
    let json = value
        .filter(|value| value.kind == JsonKind::STRING)
        .and_then(|value| unsafe { arguments::bytes(value.data, value.len) });
    let mut nothing = [];
    let out = match out {
        Some(out) => Some(arguments::zeroed(out)),
        None if cap == 0 => Some(&mut nothing[..]),
        None => None,
    };
    let (needed, result) = match (json.and_then(string), out) {
        (Some(text), Some(out)) => (text.len(), write(text, out)),
        _ => (0, Err(Error::of_call(ErrorKind::INVALID_ARGUMENT))),
    };
    // SAFETY: the caller promises what both ask for.
    unsafe {
        arguments::store(len, needed);
        report(result, error)
    }
}

/// The string that is all of `json`, which may be something else than it was.
fn string(json: &[u8]) -> Option<Str<'_>> {
    let mut reader = Reader::new(json);
    let text = reader.string().ok()?;
    reader.finish().is_ok().then_some(text)
}

/// Writes the text and its NUL into `out`, which is all zero; or leaves it so.
fn write(text: Str<'_>, out: &mut [u8]) -> Result<(), Error> {
    let written = out.split_last_mut().and_then(|(_, room)| text.copy_to(room));
    if written.is_none() {
        out.fill(0);
    }
    written.map(drop).ok_or(Error::of_call(ErrorKind::BUFFER_FULL))
}
