//! The long connection over time.

use crate::{
    arguments::{self, report},
    types::{
        ActionKind, ReceivedKind, SessionAck, SessionAction, SessionBytes, SessionEnd, SessionParts, SessionReceived,
    },
};
use core::{ffi::c_char, mem::MaybeUninit, ptr};
use lark_event::{
    Error, ErrorKind,
    connection::{Ack, Action, End, Endpoint, Part, Received, Session},
};

/// How long finding out where to connect to and opening the WebSocket may take together: 30 s.
pub const SESSION_CONNECT_TIMEOUT_MS: u64 = 30_000;
/// How long after a ping there must be a message, a pong or any other: 15 s.
pub const SESSION_PONG_TIMEOUT_MS: u64 = 15_000;
/// How long an event that comes in several messages waits for its next part: 5 s, as in the platform's SDKs.
pub const SESSION_PART_TTL_MS: u64 = 5_000;
/// The least room that lark_session_poll() needs for what it says to send.
pub const SESSION_PING_ROOM: usize = 64;

/// How many bytes an answer is longer, at most, than the message that it answers.
pub const SESSION_ANSWER_ROOM: usize = 64;

impl AsRef<[u8]> for SessionBytes {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: by the promise of `lark_session_init` and those after it, `data` points to `count` bytes, which
        // `lark_session_init` has initialised and nothing but this struct's functions writes to; they are theirs for as
        // long as they have the struct. None if there are no bytes.
        unsafe { arguments::bytes(self.data, self.count) }.unwrap_or_default()
    }
}

impl AsMut<[u8]> for SessionBytes {
    fn as_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `as_ref`, and the struct is borrowed for writing.
        unsafe { arguments::bytes_mut(self.data, self.count) }.unwrap_or_default()
    }
}

impl AsRef<[Part]> for SessionParts {
    fn as_ref(&self) -> &[Part] {
        // SAFETY: as for the bytes; any bytes are a `Part`, which is integers.
        unsafe { arguments::slice(self.data, self.count) }.unwrap_or_default()
    }
}

impl AsMut<[Part]> for SessionParts {
    fn as_mut(&mut self) -> &mut [Part] {
        // SAFETY: as in `as_ref`, and the struct is borrowed for writing.
        unsafe { arguments::slice_mut(self.data, self.count) }.unwrap_or_default()
    }
}

/// Prepares a session that connects at once. Returns 0 or `LARK_ERROR_KIND_INVALID_ARGUMENT`.
///
/// `bytes` and `parts` are for events that come in several messages: the payloads of all that are incomplete, and of the
/// one that has just been completed, and one part for each message of these. With 0 of either, which may be NULL then,
/// such events are refused: the platform delivers them again until it gives up. `seed` is any number that other
/// devices do not have too, and makes them connect at other times.
///
/// Whatever was in `session`, `bytes` and `parts` before is overwritten. `bytes` and `parts` must stay where they are, and
/// belong to `session` alone, for as long as `session` is in use; there is nothing to free. It is an invalid argument if
/// one of the pointers is misaligned, or NULL with a length, or if there are 4 GiB of bytes or more; `session` is then all
/// zero, which is a session that is over.
///
/// One `session` must be used by one thread at a time. Between two calls its members may be read: `config` is what the
/// platform has said last (and may be written to, which holds until it says something else), `connection` how often it
/// was told to connect, `unanswered` how many events of this connection have not been answered yet, and `last_pong_ms` when
/// the last pong came, if `pongs` is not 0.
///
/// # Safety
///
/// Unless NULL, `session` points to a `LarkSession`, `bytes` to `bytes_len` bytes and `parts` to `parts_count` `LarkPart`s,
/// and none of the three overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_init(
    session: *mut Session<SessionBytes, SessionParts>,
    bytes: *mut u8,
    bytes_len: usize,
    parts: *mut Part,
    parts_count: usize,
    seed: u64,
) -> ErrorKind {
    // SAFETY: the caller promises what all three ask for; nothing needs to be in a `MaybeUninit`.
    let (session, bytes_room, parts_room) = unsafe {
        (
            arguments::zeroed_place(session),
            arguments::slice_mut(bytes.cast::<MaybeUninit<u8>>(), bytes_len),
            arguments::slice_mut(parts.cast::<MaybeUninit<Part>>(), parts_count),
        )
    };
    let (Some(session), Some(bytes_room), Some(parts_room)) = (session, bytes_room, parts_room) else {
        return ErrorKind::INVALID_ARGUMENT;
    };
    // The parts have 32 bits for where their bytes are.
    if u32::try_from(bytes_len).is_err() {
        return ErrorKind::INVALID_ARGUMENT;
    }
    bytes_room.fill(MaybeUninit::new(0));
    parts_room.fill(MaybeUninit::new(Part::EMPTY));
    let (bytes, parts) =
        (SessionBytes { data: bytes, count: bytes_len }, SessionParts { data: parts, count: parts_count });
    *session = Session::new(bytes, parts, seed);
    ErrorKind(0)
}

/// What to do now. To be called again after everything that has been done, and after everything that has come, until it
/// says to wait. Returns 0, or what is wrong; `action` is all zero then.
///
/// `now_ms` is any clock in milliseconds that does not go back, the same for all calls. `out` is for the message that
/// `LARK_ACTION_KIND_SEND` tells to send, and needs `LARK_SESSION_PING_ROOM` bytes; no more of it is written to.
///
/// * `LARK_ERROR_KIND_BUFFER_FULL`: `out` is too small. Nothing is lost by that.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`: a pointer is NULL, or `session` misaligned.
///
/// # Safety
///
/// Unless NULL, `session` points to a `LarkSession` that is all zero or as these functions leave it, with its memory still
/// there, and that no other thread uses; `out` to `cap` bytes and `action` to a `LarkAction`; none of them overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_poll(
    session: *mut Session<SessionBytes, SessionParts>,
    now_ms: u64,
    out: *mut u8,
    cap: usize,
    action: *mut SessionAction,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (session, out) =
        unsafe { (arguments::exclusive(session), arguments::output(out.cast(), cap.min(SESSION_PING_ROOM))) };
    let result = match (session, out.map(arguments::zeroed)) {
        (Some(session), Some(out)) if !action.is_null() => session.poll(now_ms, out),
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    // SAFETY: the caller promises what `store` asks for.
    unsafe { arguments::store(action, result.map_or_else(|_| SessionAction::none(), to_do)) };
    result.map_or_else(|error| error.kind, |_| ErrorKind(0))
}

fn to_do(action: Action<'_>) -> SessionAction {
    let none = SessionAction::none();
    match action {
        Action::Connect => SessionAction { kind: ActionKind::CONNECT, ..none },
        Action::Send(message) => {
            SessionAction { kind: ActionKind::SEND, message: message.as_ptr(), len: message.len(), ..none }
        }
        Action::Disconnect => SessionAction { kind: ActionKind::DISCONNECT, ..none },
        Action::Wait(until_ms) => SessionAction { kind: ActionKind::WAIT, until_ms, ..none },
        Action::End(End::Closed) => SessionAction { kind: ActionKind::END, ..none },
        Action::End(End::Refused(code)) => {
            SessionAction { kind: ActionKind::END, end: SessionEnd::REFUSED, code, ..none }
        }
        Action::End(End::GaveUp) => SessionAction { kind: ActionKind::END, end: SessionEnd::GAVE_UP, ..none },
    }
}

/// Takes the platform's reply to the question where to connect to, as lark_endpoint_read() has left it. If that has failed,
/// or there was no reply with the HTTP status 200, call lark_session_handle_disconnect() instead.
///
/// Returns whether to connect to `endpoint->url`. False if the platform has refused, if the session is not connecting, and
/// if a pointer is NULL or misaligned; lark_session_poll() tells what to do then.
///
/// # Safety
///
/// As for lark_session_poll(), and unless NULL, `endpoint` points to an initialised `LarkEndpoint`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_handle_endpoint(
    session: *mut Session<SessionBytes, SessionParts>,
    endpoint: *const Endpoint,
    now_ms: u64,
) -> bool {
    // SAFETY: the caller promises what both ask for.
    let (session, endpoint) = unsafe { (arguments::exclusive(session), arguments::shared(endpoint)) };
    session.zip(endpoint).is_some_and(|(session, endpoint)| session.handle_endpoint(endpoint, now_ms))
}

/// The WebSocket is open. Returns 0, or `LARK_ERROR_KIND_INVALID_ARGUMENT` if `session` is NULL or misaligned.
///
/// # Safety
///
/// As for lark_session_poll().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_handle_open(
    session: *mut Session<SessionBytes, SessionParts>,
    now_ms: u64,
) -> ErrorKind {
    // SAFETY: the caller promises what `change` asks for.
    unsafe { change(session, |session| session.handle_open(now_ms)) }
}

/// The WebSocket was refused with these headers of the HTTP response: `Handshake-Status` and `Handshake-Autherrcode`, NULL
/// where there is none. It is for good if they say 403, or 514 because the app has too many connections.
///
/// Returns 0, or `LARK_ERROR_KIND_INVALID_ARGUMENT` if `session` is NULL or misaligned, or a header NULL with a length.
///
/// # Safety
///
/// As for lark_session_poll(), and unless NULL, `status` points to `status_len` bytes and `auth_error_code` to
/// `auth_error_code_len`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_handle_refusal(
    session: *mut Session<SessionBytes, SessionParts>,
    status: *const c_char,
    status_len: usize,
    auth_error_code: *const c_char,
    auth_error_code_len: usize,
    now_ms: u64,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (status, auth_error_code) = unsafe {
        (arguments::bytes(status.cast(), status_len), arguments::bytes(auth_error_code.cast(), auth_error_code_len))
    };
    let (Some(status), Some(auth_error_code)) = (status, auth_error_code) else { return ErrorKind::INVALID_ARGUMENT };
    // What is not UTF-8 is no number, and says as little as none.
    let [status, auth_error_code] = [status, auth_error_code].map(|header| core::str::from_utf8(header).ok());
    // SAFETY: the caller promises what `change` asks for.
    unsafe { change(session, |session| session.handle_refusal(status, auth_error_code, now_ms)) }
}

/// The connection is lost, or could not be made. May be called after `LARK_ACTION_KIND_DISCONNECT` too. Returns 0, or
/// `LARK_ERROR_KIND_INVALID_ARGUMENT` if `session` is NULL or misaligned.
///
/// Events that were not answered will be delivered again.
///
/// # Safety
///
/// As for lark_session_poll().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_handle_disconnect(
    session: *mut Session<SessionBytes, SessionParts>,
    now_ms: u64,
) -> ErrorKind {
    // SAFETY: the caller promises what `change` asks for.
    unsafe { change(session, |session| session.handle_disconnect(now_ms)) }
}

/// Takes a whole binary message that has come over the WebSocket. (Text messages are none of the platform's.) Returns 0, or
/// why the message is of no use.
///
/// After an error `received` is all zero, the connection goes on, and there is nothing to be answered; what the platform
/// does not get an answer to, it delivers again. `error`, which may be NULL, is written in every case, with kind 0 on
/// success.
///
/// * `LARK_ERROR_KIND_FRAME`, `LARK_ERROR_KIND_FRAME_FIELD`: it is no frame, or one without a field that each must have.
/// * `LARK_ERROR_KIND_PART`: its part of an event is one that there cannot be, or contradicts another.
/// * `LARK_ERROR_KIND_PARTS_FULL`: there is no room for it; what there is of its event is given up.
/// * Kinds 1 to 99 and `LARK_ERROR_KIND_TYPE`: a configuration that is no JSON object. The one before goes on to hold.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`: `session` is NULL or misaligned, `message` NULL with a length, or `received` NULL.
///
/// # Safety
///
/// As for lark_session_poll(), and unless NULL, `message` points to `len` bytes, `received` to a `LarkReceived` and `error`
/// to a `LarkError`; none of them overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_handle_message(
    session: *mut Session<SessionBytes, SessionParts>,
    message: *const u8,
    len: usize,
    now_ms: u64,
    received: *mut SessionReceived,
    error: *mut Error,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (session, message) = unsafe { (arguments::exclusive(session), arguments::bytes(message, len)) };
    let result = match (session, message) {
        (Some(session), Some(message)) if !received.is_null() => session.handle_message(message, now_ms),
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    let found = match result {
        Ok(Received::Event(json, ack)) => {
            let data = if json.is_empty() { ptr::null() } else { json.as_ptr() };
            SessionReceived { kind: ReceivedKind::EVENT, json: data, json_len: json.len(), ack: needed(ack) }
        }
        Ok(Received::Unhandled(ack)) => {
            SessionReceived { kind: ReceivedKind::UNHANDLED, ack: needed(ack), ..SessionReceived::nothing() }
        }
        Ok(Received::Nothing) | Err(_) => SessionReceived::nothing(),
    };
    // SAFETY: the caller promises what both ask for.
    unsafe {
        arguments::store(received, found);
        report(result.map(drop), error)
    }
}

fn needed(ack: Ack<'_>) -> SessionAck {
    let Ack { message, received_ms, connection } = ack;
    SessionAck { message: message.as_ptr(), len: message.len(), received_ms, connection }
}

/// Writes the answer to an event to the front of `out`, to be sent as a binary message of `*len` bytes. Returns 0, or what
/// is wrong.
///
/// Each event is to be answered once: a second answer would count for another event, and while one is owed, a session that
/// is closing does not end. `handled` says that the event needs no other delivery. The platform delivers it again unless it gets an answer that says
/// so within three seconds. `*len` is 0 if the connection is lost over which the event came: there is nothing to be sent
/// then, and the platform delivers the event again. It is 0 too if anything is wrong:
///
/// * `LARK_ERROR_KIND_BUFFER_FULL`: `out` is too small; `LARK_SESSION_ANSWER_ROOM` more than `ack->len` are enough, and no
///   more of it is written to. The answer is still owed.
/// * `LARK_ERROR_KIND_FRAME`, `LARK_ERROR_KIND_FRAME_FIELD`: the message is not there any more, where `ack` says.
/// * `LARK_ERROR_KIND_INVALID_ARGUMENT`: a pointer is NULL, or `session` or `ack` misaligned.
///
/// # Safety
///
/// As for lark_session_poll(), and unless NULL, `ack` points to a `LarkAck` as lark_session_handle_message() leaves it, of
/// which the message is still there, `out` to `cap` bytes and `len` to a `size_t`; none of them overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_answer(
    session: *mut Session<SessionBytes, SessionParts>,
    ack: *const SessionAck,
    handled: bool,
    now_ms: u64,
    out: *mut u8,
    cap: usize,
    len: *mut usize,
) -> ErrorKind {
    // SAFETY: the caller promises what both ask for.
    let (session, ack) = unsafe { (arguments::exclusive(session), arguments::shared(ack)) };
    let needed = ack.map_or(0, |ack| ack.len.saturating_add(SESSION_ANSWER_ROOM));
    // SAFETY: the caller promises what both ask for.
    let (message, out) = unsafe {
        (
            ack.and_then(|ack| arguments::bytes(ack.message, ack.len)),
            arguments::output(out.cast(), cap.min(needed)).map(arguments::zeroed),
        )
    };
    let result = match (session, ack, message, out) {
        (Some(session), Some(ack), Some(message), Some(out)) if !len.is_null() => {
            let SessionAck { received_ms, connection, .. } = *ack;
            session.answer(&Ack { message, received_ms, connection }, handled, now_ms, out)
        }
        _ => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
    };
    // SAFETY: the caller promises what `store` asks for.
    unsafe { arguments::store(len, result.ok().flatten().unwrap_or_default().len()) };
    result.map_or_else(|error| error.kind, |_| ErrorKind(0))
}

/// Ends the session when all events that have been received are answered; what comes from now on is left to the platform to
/// be delivered again. Without a connection it is over at once. Go on with lark_session_poll() until it says so.
///
/// Returns 0, or `LARK_ERROR_KIND_INVALID_ARGUMENT` if `session` is NULL or misaligned.
///
/// # Safety
///
/// As for lark_session_poll().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_session_close(session: *mut Session<SessionBytes, SessionParts>) -> ErrorKind {
    // SAFETY: the caller promises what `change` asks for.
    unsafe { change(session, Session::close) }
}

/// # Safety
///
/// As for `lark_session_poll`.
unsafe fn change(
    session: *mut Session<SessionBytes, SessionParts>,
    make: impl FnOnce(&mut Session<SessionBytes, SessionParts>),
) -> ErrorKind {
    // SAFETY: the caller promises what `exclusive` asks for.
    let session = unsafe { arguments::exclusive(session) };
    session.map(make).map_or(ErrorKind::INVALID_ARGUMENT, |()| ErrorKind(0))
}

#[cfg(test)]
mod tests {
    use super::{
        SESSION_ANSWER_ROOM, SESSION_CONNECT_TIMEOUT_MS, SESSION_PART_TTL_MS, SESSION_PING_ROOM,
        SESSION_PONG_TIMEOUT_MS,
    };
    use lark_event::connection::{ANSWER_ROOM, CONNECT_TIMEOUT_MS, PART_TTL_MS, PING_ROOM, PONG_TIMEOUT_MS};

    #[test]
    fn the_times_and_the_room_are_the_cores() {
        assert_eq!(SESSION_CONNECT_TIMEOUT_MS, CONNECT_TIMEOUT_MS);
        assert_eq!(SESSION_PONG_TIMEOUT_MS, PONG_TIMEOUT_MS);
        assert_eq!(SESSION_PART_TTL_MS, PART_TTL_MS);
        assert_eq!(SESSION_PING_ROOM, PING_ROOM);
        assert_eq!(SESSION_ANSWER_ROOM, ANSWER_ROOM);
    }
}
