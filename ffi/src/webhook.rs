//! Webhook requests: verified, decrypted in place, and answered.

use crate::{
    arguments::{self, report},
    types::{DeliveryKind, HttpHeader, WebhookDelivery},
};
use core::ffi::c_char;
use lark_event::{
    Envelope, Error, ErrorKind,
    webhook::{Credentials, Delivery, Received, Receiver, Reply},
};

/// Prepares a webhook with the secrets of an app, of which it keeps copies. Returns 0 or
/// `LARK_ERROR_KIND_INVALID_ARGUMENT`.
///
/// The secrets stand in the app's settings under "Encryption Strategy" (加密策略): `encrypt_key` is the Encrypt Key, with
/// which the platform encrypts and signs every event, `verification_token` the Verification Token, which stands in every
/// event. NULL with length 0 says that there is none. Whoever has seen one event can make others if there is only the
/// token: set the key.
///
/// It is an invalid argument if both are NULL, if one is empty, has more than 128 bytes or is not UTF-8, or is NULL with a
/// length. `webhook` is then all zero and accepts nothing.
///
/// Bodies may have 1 MiB (`LARK_WEBHOOK_MAX_BODY`) and requests any age until lark_webhook_set_max_body() and
/// lark_webhook_set_tolerance_ms() say otherwise. Whatever was in `webhook` before is overwritten. Nothing of the secrets is
/// left anywhere but in `webhook` and in the caller's own memory: wipe that too.
///
/// # Safety
///
/// Unless NULL, `webhook` points to a `LarkWebhook` that no other thread uses, `encrypt_key` to `encrypt_key_len` bytes and
/// `verification_token` to `verification_token_len` bytes, and none of the three overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_webhook_init(
    webhook: *mut Receiver,
    encrypt_key: *const c_char,
    encrypt_key_len: usize,
    verification_token: *const c_char,
    verification_token_len: usize,
) -> ErrorKind {
    // SAFETY: the caller promises what all three ask for.
    let (webhook, credentials) = unsafe {
        (
            arguments::zeroed_place(webhook),
            credentials(encrypt_key, encrypt_key_len, verification_token, verification_token_len),
        )
    };
    let Some(webhook) = webhook else { return ErrorKind::INVALID_ARGUMENT };
    webhook.set_max_body(Receiver::MAX_BODY);
    match credentials.and_then(|credentials| webhook.set_credentials(credentials)) {
        Ok(()) => ErrorKind(0),
        Err(error) => {
            webhook.clear();
            error.kind
        }
    }
}

/// Prepares a webhook without any secret: it takes every request for genuine. For tests, and behind something that
/// verifies. Returns 0, or `LARK_ERROR_KIND_INVALID_ARGUMENT` if `webhook` is NULL or misaligned.
///
/// # Safety
///
/// Unless NULL, `webhook` points to a `LarkWebhook` that no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_webhook_init_insecure(webhook: *mut Receiver) -> ErrorKind {
    // SAFETY: the caller promises what `zeroed_place` asks for.
    let webhook = unsafe { arguments::zeroed_place(webhook) };
    webhook.map(|webhook| *webhook = Receiver::insecure()).map_or(ErrorKind::INVALID_ARGUMENT, |()| ErrorKind(0))
}

/// Accepts the previous secrets too, while the platform goes over to the current ones. Returns 0 or
/// `LARK_ERROR_KIND_INVALID_ARGUMENT`.
///
/// The secrets are given as to lark_webhook_init(); they take the place of earlier previous ones, and with both NULL there
/// are none from then on. It is also an invalid argument if one has no current one beside it. If anything is wrong,
/// `webhook` accepts the current secrets only.
///
/// # Safety
///
/// As for lark_webhook_init(), and `webhook` is initialised.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_webhook_set_previous(
    webhook: *mut Receiver,
    encrypt_key: *const c_char,
    encrypt_key_len: usize,
    verification_token: *const c_char,
    verification_token_len: usize,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (webhook, credentials) = unsafe {
        (
            arguments::exclusive(webhook),
            credentials(encrypt_key, encrypt_key_len, verification_token, verification_token_len),
        )
    };
    let Some(webhook) = webhook else { return ErrorKind::INVALID_ARGUMENT };
    let forgotten = webhook.set_previous(Credentials::default());
    let result = forgotten.and(credentials).and_then(|credentials| webhook.set_previous(credentials));
    result.map_or_else(|error| error.kind, |()| ErrorKind(0))
}

/// Refuses bodies of more than `bytes`. Returns 0, or `LARK_ERROR_KIND_INVALID_ARGUMENT` if `webhook` is NULL or misaligned.
///
/// A server should stop reading there: `webhook->max_body` is the number.
///
/// # Safety
///
/// Unless NULL, `webhook` points to an initialised `LarkWebhook` that no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_webhook_set_max_body(webhook: *mut Receiver, bytes: u32) -> ErrorKind {
    // SAFETY: the caller promises what `change` asks for.
    unsafe { change(webhook, |webhook| webhook.set_max_body(bytes)) }
}

/// Refuses requests that were signed longer ago, or further in the future, than `tolerance_ms`; 0, as it is after
/// lark_webhook_init(), accepts any age. Returns 0, or `LARK_ERROR_KIND_INVALID_ARGUMENT` if `webhook` is NULL or misaligned.
///
/// To be used with care: the platform delivers an event again up to 7 h 5 min after the first time, and does not say
/// whether it signs it anew. Repeated deliveries are for lark_dedup_begin().
///
/// # Safety
///
/// Unless NULL, `webhook` points to an initialised `LarkWebhook` that no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_webhook_set_tolerance_ms(webhook: *mut Receiver, tolerance_ms: u64) -> ErrorKind {
    // SAFETY: the caller promises what `change` asks for.
    unsafe { change(webhook, |webhook| webhook.set_tolerance_ms(tolerance_ms)) }
}

/// Wipes the secrets, in a way that no compiler leaves out: all bytes of `webhook` are zero afterwards, and it accepts
/// nothing. NULL and misaligned pointers are left alone.
///
/// # Safety
///
/// Unless NULL, `webhook` points to an initialised `LarkWebhook` that no other thread uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_webhook_clear(webhook: *mut Receiver) {
    // SAFETY: the caller promises what both ask for. The second is for the bytes between the members.
    unsafe {
        change(webhook, Receiver::clear);
        arguments::zeroed_place(webhook);
    }
}

/// Verifies a request, decrypts its body in place, and tells where its plain JSON is. Returns 0, or why the request is
/// refused.
///
/// `headers` are all headers of the request in any order, or at least all that begin with `X-Lark-`; leave out no repeated
/// ones. `body` is the raw body, to the byte. `now_ms` is the time in milliseconds since 1970; it matters only with
/// lark_webhook_set_tolerance_ms().
///
/// On success `delivery` is the event, for lark_decode(), or a challenge, for lark_webhook_reply(). It points into `body`,
/// which must stay as it is until the delivery has been used. What else is in `body` is of no use any more.
///
/// What is checked, in this order:
///
/// 1. `webhook`: `LARK_ERROR_KIND_INVALID_ARGUMENT` if it is not as lark_webhook_init() leaves it. Then the size of the
///    body: `LARK_ERROR_KIND_TOO_LARGE`.
/// 2. With an Encrypt Key: the three headers of the signature (`SIGNATURE_HEADER`), the signature over the raw body
///    (`SIGNATURE`), and then, if asked for, the age (`STALE`). Nothing of the body has been looked at so far.
/// 3. With an Encrypt Key: that the body is `{"encrypt": ...}` (`NOT_ENCRYPTED`, or the kind of a fault in its JSON) and
///    can be decrypted (`DECRYPTION`).
/// 4. That what is inside is a JSON object (the kinds of lark_decode(); `ENCRYPTED` without a key), and that every
///    verification token in it is the right one; with a token set there must be one (`TOKEN`).
///
/// The platform does not sign its challenges. With an Encrypt Key, a request with none of the three headers must decrypt to
/// a challenge with the right token; whatever else it is, the answer is the same `UNVERIFIED`.
///
/// After an error `delivery` is all zero. With the faults of steps 1 and 2 `body` is as it was; with all others, and with
/// `UNVERIFIED`, do not use it: of a body that had been decrypted nothing is left. `error`, which may be NULL, is written
/// in every case, with kind 0 on success; its offset is that of the plain JSON, or of `body` if that had not been decrypted.
///
/// Threads may call this at once with one `webhook`. It neither allocates nor blocks, and takes time in proportion to
/// `len` and to the length of the headers.
///
/// # Safety
///
/// Unless NULL, `webhook` points to an initialised `LarkWebhook`, `headers` to `count` headers with names and values of the
/// lengths they state, `body` to `len` bytes, `delivery` to a `LarkDelivery` and `error` to a `LarkError`. `body`,
/// `delivery` and `error` overlap with nothing.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has no slices: three of them are lengths")]
pub unsafe extern "C" fn lark_webhook_open(
    webhook: *const Receiver,
    headers: *const HttpHeader,
    count: usize,
    body: *mut u8,
    len: usize,
    now_ms: u64,
    delivery: *mut WebhookDelivery,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what all three ask for.
    let (webhook, headers, body) =
        unsafe { (arguments::shared(webhook), request_headers(headers, count), arguments::bytes_mut(body, len)) };
    let result = match (webhook, headers, body) {
        (Some(webhook), Some(headers), Some(body)) if !delivery.is_null() => webhook.open(headers, body, now_ms),
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    let found = match result {
        Ok(Delivery::Challenge(text)) => found(DeliveryKind::CHALLENGE, text.as_bytes()),
        Ok(Delivery::Event(json)) => found(DeliveryKind::EVENT, json),
        Err(_) => WebhookDelivery::none(),
    };
    // SAFETY: the caller promises what both ask for.
    unsafe {
        arguments::store(delivery, found);
        report(result.map(drop), error)
    }
}

/// Verifies a request and decodes its event: lark_webhook_open() and lark_decode() in one, with the same results, in less
/// time.
///
/// Returns 0, or what is wrong; `delivery` tells with which of the two. If it is all zero, the request is refused, for a
/// reason that lark_webhook_open() states. If it is an event, the request is genuine, and what is returned is what
/// lark_decode() says of it: with one field wrong, `envelope` holds all others.
///
/// After a challenge `envelope` is empty, and after a refusal all its bytes are zero. For all else see those two.
///
/// # Safety
///
/// As for lark_webhook_open(), and unless NULL, `envelope` points to an initialised `LarkEnvelope` that overlaps with
/// nothing.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments, reason = "C has no slices: three of them are lengths")]
pub unsafe extern "C" fn lark_webhook_receive(
    webhook: *const Receiver,
    headers: *const HttpHeader,
    count: usize,
    body: *mut u8,
    len: usize,
    now_ms: u64,
    envelope: *mut Envelope,
    delivery: *mut WebhookDelivery,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what all three ask for.
    let (webhook, headers, body) =
        unsafe { (arguments::shared(webhook), request_headers(headers, count), arguments::bytes_mut(body, len)) };
    // SAFETY: the caller promises what `envelope_mut` asks for.
    let decoded = unsafe { arguments::envelope_mut(envelope) };
    let result = match (webhook, headers, body, decoded) {
        (Some(webhook), Some(headers), Some(body), Some(decoded)) if !delivery.is_null() => {
            webhook.receive(headers, body, now_ms, decoded)
        }
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    let (found, result) = match result {
        Ok(Received::Challenge(text)) => (found(DeliveryKind::CHALLENGE, text.as_bytes()), Ok(())),
        Ok(Received::Event { json, decoded }) => (found(DeliveryKind::EVENT, json), decoded),
        Err(error) => {
            // SAFETY: the caller promises what `wipe` asks for, and nothing refers to the envelope any more.
            unsafe { arguments::wipe(envelope) };
            (WebhookDelivery::none(), Err(error))
        }
    };
    // SAFETY: the caller promises what both ask for.
    unsafe {
        arguments::store(delivery, found);
        report(result, error)
    }
}

/// Writes the JSON of a reply, with a NUL behind it, and returns the HTTP status to send with it; the `Content-Type` is
/// `LARK_WEBHOOK_CONTENT_TYPE`.
///
/// `kind` is 0 if the request has been taken care of, else what went wrong, be it in lark_webhook_open(), in lark_decode()
/// or in the program (`LARK_ERROR_KIND_HANDLER`). `delivery` is what lark_webhook_open() has found, or NULL for none.
///
/// * `kind` 0, `delivery` a challenge: 200 and the answer to it. For the platform's 36 characters `out` needs 53 bytes;
///   6 times the length and 17 are enough for any.
/// * `kind` 0, `delivery` an event or NULL: 200 and `{"msg":"success"}`.
/// * Else lark_http_status() and a message that tells no more than that. It never has more than 32 bytes with its NUL.
///
/// A `delivery` of another kind, or one that was not found by lark_webhook_open(), is answered with 500, as is a challenge
/// for which `out` is too small. `out` never holds a part: what does not fit is left out, and the empty string is there in
/// its place; the status is right all the same. `*len` is the length without the NUL. `out` and `len` may be NULL.
///
/// # Safety
///
/// Unless NULL, `delivery` points to an initialised `LarkDelivery` whose body is still there, `out` to `cap` bytes and `len`
/// to a `size_t`, and none of them overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_webhook_reply(
    kind: ErrorKind,
    delivery: *const WebhookDelivery,
    out: *mut c_char,
    cap: usize,
    len: *mut usize,
) -> u16 {
    // SAFETY: the caller promises what all three ask for.
    let (challenge, out) = unsafe { (asked(delivery), arguments::output(out, cap)) };
    let (status, written) = reply(kind, challenge, out.map(arguments::zeroed).unwrap_or_default());
    // SAFETY: the caller promises what `store` asks for.
    unsafe { arguments::store(len, written) };
    status
}

/// The HTTP status that tells a sender of this fault: 200 for kind 0, 401 for what is not proven to come from the platform,
/// 413 for what is too large, 503 for an event that is just being handled, 500 for a fault on our side, else 400.
///
/// The platform delivers an event again for every status but 200.
#[unsafe(no_mangle)]
pub extern "C" fn lark_http_status(kind: ErrorKind) -> u16 {
    if kind.0 == 0 { Reply::SUCCESS.status } else { kind.http_status() }
}

/// What a reply is about.
enum Asked<'b> {
    Challenge(&'b str),
    Nothing,
}

/// Writes a reply and its NUL into `out`, which is all zero; returns its status and how many bytes it has.
fn reply(kind: ErrorKind, asked: Result<Asked<'_>, Error>, out: &mut [u8]) -> (u16, usize) {
    let room = out.split_last_mut().map_or(&mut [][..], |(_, room)| room);
    let answered = match asked {
        _ if kind.0 != 0 => Err(kind),
        Ok(Asked::Challenge(text)) => match Reply::challenge(text, room) {
            Ok(reply) => return (reply.status, reply.body.len()),
            Err(error) => Err(error.kind),
        },
        Ok(Asked::Nothing) => Ok(()),
        Err(error) => Err(error.kind),
    };
    // What there is of a challenge that did not fit.
    room.fill(0);
    let reply = answered.map_or_else(Reply::failure, |()| Reply::SUCCESS);
    let Some(place) = room.get_mut(..reply.body.len()) else { return (reply.status, 0) };
    place.copy_from_slice(reply.body.as_bytes());
    (reply.status, reply.body.len())
}

/// # Safety
///
/// Unless null, `delivery` must point to an initialised `WebhookDelivery`, and that to what it states, for `'b`.
unsafe fn asked<'b>(delivery: *const WebhookDelivery) -> Result<Asked<'b>, Error> {
    // SAFETY: the caller promises what `load` asks for.
    let Some(delivery) = (unsafe { arguments::load(delivery) }) else { return Ok(Asked::Nothing) };
    // SAFETY: the caller promises what `text` asks for.
    let text = unsafe { arguments::text(delivery.data.cast(), delivery.len) };
    match (delivery.kind, text) {
        (DeliveryKind::EVENT, _) => Ok(Asked::Nothing),
        (DeliveryKind::CHALLENGE, Some(text)) => Ok(Asked::Challenge(text)),
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    }
}

fn found(kind: DeliveryKind, data: &[u8]) -> WebhookDelivery {
    WebhookDelivery { kind, data: data.as_ptr(), len: data.len() }
}

/// The secrets that C code gives.
///
/// # Safety
///
/// Unless null, the two must point to as many bytes as stated, which stay as they are for `'a`.
unsafe fn credentials<'a>(
    encrypt_key: *const c_char,
    encrypt_key_len: usize,
    verification_token: *const c_char,
    verification_token_len: usize,
) -> Result<Credentials<'a>, Error> {
    let secret = |data: *const c_char, len| {
        if data.is_null() && len == 0 {
            return Ok(None);
        }
        // SAFETY: the caller promises what `text` asks for.
        let text = unsafe { arguments::text(data, len) };
        text.map(Some).ok_or(Error::of_call(ErrorKind::INVALID_ARGUMENT))
    };
    Ok(Credentials {
        encrypt_key: secret(encrypt_key, encrypt_key_len)?,
        verification_token: secret(verification_token, verification_token_len)?,
    })
}

/// The names and values of the headers; none if one of them is broken.
///
/// # Safety
///
/// Unless null, `headers` must point to `count` headers and their names and values to what they state, for `'h`.
unsafe fn request_headers<'h>(
    headers: *const HttpHeader,
    count: usize,
) -> Option<impl Iterator<Item = (&'h [u8], &'h [u8])>> {
    // SAFETY: the caller promises what `slice` asks for.
    let headers = unsafe { arguments::slice(headers, count) }?;
    // SAFETY: the caller promises what `bytes` asks for.
    let pair = |header: &HttpHeader| unsafe {
        let name = arguments::bytes(header.name.cast(), header.name_len)?;
        Some((name, arguments::bytes(header.value.cast(), header.value_len)?))
    };
    headers.iter().all(|header| pair(header).is_some()).then(|| headers.iter().filter_map(pair))
}

/// # Safety
///
/// Unless null or misaligned, `webhook` must point to an initialised `Receiver` that nothing else uses during the call.
unsafe fn change(webhook: *mut Receiver, make: impl FnOnce(&mut Receiver)) -> ErrorKind {
    // SAFETY: the caller promises what `exclusive` asks for.
    let webhook = unsafe { arguments::exclusive(webhook) };
    webhook.map(make).map_or(ErrorKind::INVALID_ARGUMENT, |()| ErrorKind(0))
}
