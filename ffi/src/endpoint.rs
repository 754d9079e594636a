//! Where to connect to.

use crate::{
    arguments::{self, report},
    names,
};
use core::ffi::c_char;
use lark_event::{
    Error, ErrorKind,
    connection::{Endpoint, EndpointCode, write_request},
    record::OpenEnum,
};

/// Writes the body of the request that asks where to connect to, with a NUL behind it. Returns 0, or what is wrong.
///
/// Send it by POST to `LARK_ENDPOINT_PATH` behind the platform's domain, `https://open.feishu.cn` or
/// `https://open.larksuite.com`, as `application/json`. Each connection asks anew: the address has a ticket in it. The body
/// holds the secret; wipe it.
///
/// `*len` becomes the length without the NUL. If anything is wrong, `out` holds the empty string and `*len` is 0:
///
/// * `LARK_ERROR_KIND_BUFFER_FULL`: body and NUL need more than `cap` bytes; 256 are plenty for the platform's ids and
///   secrets.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`: `out` is NULL, or `app_id` or `app_secret` is NULL with a length or not UTF-8.
///
/// `len` may be NULL. Bytes of `out` behind the NUL may have been written to.
///
/// # Safety
///
/// Unless NULL, `app_id` points to `app_id_len` bytes, `app_secret` to `app_secret_len`, `out` to `cap` and `len` to a
/// `size_t`, and `out` and `len` overlap with nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_endpoint_request(
    app_id: *const c_char,
    app_id_len: usize,
    app_secret: *const c_char,
    app_secret_len: usize,
    out: *mut c_char,
    cap: usize,
    len: *mut usize,
) -> ErrorKind {
    // SAFETY: the caller promises what all three ask for.
    let (app_id, app_secret, out) = unsafe {
        (
            arguments::text(app_id, app_id_len),
            arguments::text(app_secret, app_secret_len),
            arguments::output(out, cap).map(arguments::zeroed),
        )
    };
    let result = match (app_id, app_secret, out) {
        (Some(app_id), Some(app_secret), Some(out)) => request(app_id, app_secret, out),
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    // SAFETY: the caller promises what `store` asks for.
    unsafe { arguments::store(len, result.unwrap_or_default()) };
    result.map_or_else(|error| error.kind, |_| ErrorKind(0))
}

/// Writes the body and its NUL into `out`, which is all zero; or leaves it so.
fn request(app_id: &str, app_secret: &str, out: &mut [u8]) -> Result<usize, Error> {
    let Some((_, room)) = out.split_last_mut() else { return Err(Error::of_call(ErrorKind::BUFFER_FULL)) };
    let written = write_request(app_id, app_secret, room).map(str::len);
    if written.is_err() {
        room.fill(0);
    }
    written
}

/// Reads the body of the platform's reply with the HTTP status 200 into `endpoint`. Returns 0, or what is wrong; try again
/// after any of that, by lark_session_handle_disconnect().
///
/// 0 does not say that there is an address: `endpoint->code` does, which is for lark_session_handle_endpoint(). The address
/// is `endpoint->url`; it is a secret, since whoever has it can connect once.
///
/// * Kinds 1 to 99: the body is not JSON.
/// * `LARK_ERROR_KIND_TYPE`: it is no object, `data` is none, or its code is no integer.
/// * `LARK_ERROR_KIND_MISSING`: it has no code, or with the code `OK` no address.
/// * `LARK_ERROR_KIND_CAPACITY`: the address has more than 1023 bytes.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`: `endpoint` is NULL or misaligned, or `body` is NULL with a length.
///
/// Whatever was in `endpoint` before is overwritten; after an error there is no address in it. `error`, which may be NULL, is
/// written in every case, with kind 0 on success.
///
/// # Safety
///
/// Unless NULL, `endpoint` points to a `LarkEndpoint`, `body` to `len` bytes and `error` to a `LarkError`, and none of the
/// three overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_endpoint_read(
    endpoint: *mut Endpoint,
    body: *const u8,
    len: usize,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (endpoint, body) = unsafe { (arguments::zeroed_place(endpoint), arguments::bytes(body, len)) };
    let result = match (endpoint, body) {
        (Some(endpoint), Some(body)) => endpoint.read(body),
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    // SAFETY: the caller promises what `report` asks for.
    unsafe { report(result, error) }
}

/// Whether trying again will not help until somebody changes something: true for all codes but `OK` and two that tell of
/// the platform's own trouble, also for unknown ones, as in the platform's SDKs.
#[unsafe(no_mangle)]
pub extern "C" fn lark_endpoint_code_is_fatal(code: EndpointCode) -> bool {
    code.is_fatal()
}

/// The name of a code, such as `"CONNECTION_LIMIT"`; NULL if there is no such code.
#[unsafe(no_mangle)]
pub extern "C" fn lark_endpoint_code_name(code: EndpointCode) -> *const c_char {
    names::value_name(<EndpointCode as OpenEnum>::NAMES, code.0)
}
