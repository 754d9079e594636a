//! The C functions that keep something: the window over the last events, and the session. In any order, with blocks of just
//! the size that is said, nulls, and memory of any size for them to keep.

#![no_main]

use lark_event::connection::{Endpoint, Part, Session};
use lark_event::dedup::{Dedup, Slot};
use lark_event::{Error, ErrorKind};
use lark_event_fuzz::memory::{Block, Place};
use lark_event_fuzz::{Input, frames};
use lark_event_fuzz_ffi as ffi;
use lark_event_fuzz_ffi::{
    ActionKind, DedupSeen, DedupSlots, ReceivedKind, SessionAck, SessionAction, SessionBytes, SessionParts,
    SessionReceived,
};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    if input.flag() { dedup(&mut input) } else { session(&mut input) }
});

fn dedup(input: &mut Input<'_>) {
    let count = input.below(12);
    // A slot is made of integers.
    let mut slots: Option<Box<[Slot]>> = (input.below(16) > 0).then(|| vec![Slot::EMPTY; count].into());
    let data = slots.as_mut().map_or(std::ptr::null_mut(), |slots| slots.as_mut_ptr());
    let fill = [input.one_of(&[0, 0xa5])];
    // SAFETY: all bytes zero is a window, and so is what the function leaves there; it takes any bytes.
    let window = unsafe { Place::<Dedup<DedupSlots>>::filled(input, &fill) };
    // SAFETY: the slots are as many as it says, and stay where they are.
    let made = unsafe { ffi::lark_dedup_init(window.as_ptr(), data, count, input.number()) };
    let is_good = window.is_good() && slots.is_some() && count > 0;
    assert_eq!(made.0 == 0, is_good);
    let mut now_ms = 0_u64;
    while !input.is_empty() {
        let id = match input.below(8) {
            0 => Block::new(input, &[]),
            1 => {
                let id = input.bytes();
                Block::new(input, id)
            }
            number => Block::of(format!("event {number}").as_bytes()),
        };
        let is_id = id.is_good() && !id.is_empty() && str::from_utf8(id.get()).is_ok();
        // SAFETY: the window is as the function has left it, all zero if it failed; the id is as long as it says.
        let is_taken = unsafe {
            match input.below(4) {
                0 => ffi::lark_dedup_abort(window.as_ptr(), id.as_ptr(), id.len()).0 == 0,
                1 => ffi::lark_dedup_commit(window.as_ptr(), id.as_ptr(), id.len(), now_ms).0 == 0,
                _ => ffi::lark_dedup_begin(window.as_ptr(), id.as_ptr(), id.len(), now_ms) != DedupSeen::INVALID,
            }
        };
        assert_eq!(is_taken, is_good && is_id);
        now_ms = now_ms.saturating_add(input.byte().into());
    }
}

type CSession = Session<SessionBytes, SessionParts>;

/// A message that was to be answered, in memory of its own.
struct Owed {
    message: Block,
    ack: SessionAck,
}

fn session(input: &mut Input<'_>) {
    let (mut bytes, count) = (Block::room(input, 300), input.below(12));
    let mut parts: Option<Box<[Part]>> = (input.below(16) > 0).then(|| vec![Part::EMPTY; count].into());
    let data = parts.as_mut().map_or(std::ptr::null_mut(), |parts| parts.as_mut_ptr());
    let fill = [input.one_of(&[0, 0xa5])];
    // SAFETY: all bytes zero is a session, and so is what the function leaves there; it takes any bytes.
    let place = unsafe { Place::<CSession>::filled(input, &fill) };
    let session = place.as_ptr();
    // SAFETY: bytes and parts are as many as it says, and stay where they are.
    let made = unsafe { ffi::lark_session_init(session, bytes.as_mut_ptr(), bytes.len(), data, count, input.number()) };
    let is_good = bytes.is_good() && (parts.is_some() || count == 0);
    assert_eq!(made.0 == 0, place.is_good() && is_good);
    let (mut owed, mut now_ms) = (Vec::new(), 0_u64);
    while !input.is_empty() {
        // SAFETY: the session is as the functions have left it, with its memory still there; the addresses are null, or
        // those of blocks as long as they say; and nothing overlaps.
        unsafe {
            match input.below(12) {
                0..3 => poll(input, session, now_ms),
                3 => endpoint(input, session, now_ms),
                4 => {
                    let _ = ffi::lark_session_handle_open(session, now_ms);
                }
                5 => {
                    let (status, code) = (input.bytes(), input.bytes());
                    let (status, code) = (Block::new(input, status), Block::new(input, code));
                    let (text, len) = (code.as_ptr(), code.len());
                    let _ = ffi::lark_session_handle_refusal(session, status.as_ptr(), status.len(), text, len, now_ms);
                }
                6 if input.below(4) == 0 => {
                    let _ = ffi::lark_session_handle_disconnect(session, now_ms);
                }
                7 if input.below(8) == 0 => {
                    let _ = ffi::lark_session_close(session);
                }
                8 | 9 => message(input, session, now_ms, &mut owed),
                10 => answer(input, session, now_ms, &mut owed),
                _ => now_ms = now_ms.saturating_add(input.number()),
            }
        }
    }
}

/// # Safety
///
/// `session` is null, or not aligned, or as the functions leave it.
unsafe fn poll(input: &mut Input<'_>, session: *mut CSession, now_ms: u64) {
    let mut out = Block::room(input, 64);
    // SAFETY: the place is only written to.
    let action = unsafe { Place::<SessionAction>::filled(input, &[0xa5]) };
    // SAFETY: the caller promises what is said of the session; the block is as long as it says.
    let kind = unsafe { ffi::lark_session_poll(session, now_ms, out.as_mut_ptr(), out.len(), action.as_ptr()) };
    // SAFETY: the function has written it, if there is room.
    let Some(found) = (unsafe { action.read() }) else {
        return assert_eq!(kind, ErrorKind::INVALID_ARGUMENT);
    };
    assert!(kind.0 == 0 || found.kind == ActionKind::NONE);
    if found.kind == ActionKind::SEND {
        assert_eq!(found.message, out.as_ptr());
        assert!(found.len <= out.len());
    }
}

/// # Safety
///
/// As for [`poll`].
unsafe fn endpoint(input: &mut Input<'_>, session: *mut CSession, now_ms: u64) {
    let code = input.one_of(&["0", "0", "1", "403"]);
    let body = format!(r#"{{"code":{code},"data":{{"URL":"wss://x?service_id=7"}}}}"#);
    // SAFETY: an endpoint is made of integers, which `read` takes for what they are.
    let place = unsafe { Place::<Endpoint>::filled(input, &[0]) };
    // SAFETY: the block is as long as it says.
    let read = unsafe { ffi::lark_endpoint_read(place.as_ptr(), body.as_ptr(), body.len(), std::ptr::null_mut()) };
    assert_eq!(read.0 == 0, place.is_good());
    // SAFETY: the caller promises what is said of the session; the endpoint is as the function has left it.
    let may_connect = unsafe { ffi::lark_session_handle_endpoint(session, place.as_ptr(), now_ms) };
    assert!(!may_connect || place.is_good() && code == "0");
}

/// # Safety
///
/// As for [`poll`].
unsafe fn message(input: &mut Input<'_>, session: *mut CSession, now_ms: u64, owed: &mut Vec<Owed>) {
    let bytes = match input.below(3) {
        0 => input.bytes().to_vec(),
        _ => frames::event(input.one_of(&["a", "b"]), input.below(4) as u32, input.below(4) as u32, input.bytes()),
    };
    let message = Block::new(input, &bytes);
    // SAFETY: the place is only written to, and an error is made of integers.
    let (received, error) =
        unsafe { (Place::<SessionReceived>::filled(input, &[0xa5]), Place::<Error>::filled(input, &[0xa5])) };
    // SAFETY: the caller promises what is said of the session; the block is as long as it says.
    let kind = unsafe {
        let (data, len) = (message.as_ptr(), message.len());
        ffi::lark_session_handle_message(session, data, len, now_ms, received.as_ptr(), error.as_ptr())
    };
    // SAFETY: the function writes both, if there is room.
    let (found, error) = unsafe { (received.read(), error.read()) };
    assert!(error.is_none_or(|error| error.kind == kind));
    let Some(found) = found else { return assert_eq!(kind, ErrorKind::INVALID_ARGUMENT) };
    assert!(kind.0 == 0 || found.kind == ReceivedKind::NOTHING);
    if found.kind == ReceivedKind::EVENT && found.json_len > 0 {
        // SAFETY: so many bytes are there until the next call, by the header.
        let json = unsafe { std::slice::from_raw_parts(found.json, found.json_len) };
        // The sanitizer sees whether they are.
        std::hint::black_box(json.to_vec());
    }
    if found.kind != ReceivedKind::NOTHING {
        owed.push(Owed { message, ack: found.ack });
    }
}

/// # Safety
///
/// As for [`poll`].
unsafe fn answer(input: &mut Input<'_>, session: *mut CSession, now_ms: u64, owed: &mut Vec<Owed>) {
    let Some(Owed { message, ack }) = owed.pop() else { return };
    assert_eq!((ack.message, ack.len), (message.as_ptr(), message.len()));
    let mut out = Block::room(input, message.len() + ffi::SESSION_ANSWER_ROOM);
    // SAFETY: the length is made of bytes.
    let len = unsafe { Place::<usize>::filled(input, &[0xff]) };
    let (data, cap, handled) = (out.as_mut_ptr(), out.len(), input.flag());
    // SAFETY: the caller promises what is said of the session; the message is still there, and the block is as long as it
    // says.
    let kind = unsafe { ffi::lark_session_answer(session, &ack, handled, now_ms, data, cap, len.as_ptr()) };
    // SAFETY: the function writes it, if there is room.
    let written = unsafe { len.read() };
    assert!(written.is_none_or(|len| len <= out.len() && (len == 0 || kind.0 == 0)));
    if kind == ErrorKind::BUFFER_FULL {
        owed.push(Owed { message, ack });
    }
}
