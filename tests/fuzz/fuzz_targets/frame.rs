//! Any bytes as a frame, against prost; and what is written, read back.

#![no_main]

use lark_event::connection::{ANSWER_ROOM, Frame};
use lark_event::{Error, ErrorKind};
use lark_event_fuzz::frames::{as_prost, pbbp2};
use prost::Message;

/// The messages with nothing required, for what is missing to be told from what is empty.
#[derive(Clone, PartialEq, prost::Message)]
struct Header {
    #[prost(string, optional, tag = "1")]
    key: Option<String>,
    #[prost(string, optional, tag = "2")]
    value: Option<String>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Loose {
    #[prost(uint64, optional, tag = "1")]
    seq_id: Option<u64>,
    #[prost(uint64, optional, tag = "2")]
    log_id: Option<u64>,
    #[prost(int32, optional, tag = "3")]
    service: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    method: Option<i32>,
    #[prost(message, repeated, tag = "5")]
    headers: Vec<Header>,
}

libfuzzer_sys::fuzz_target!(|message: &[u8]| {
    match (Frame::read(message), pbbp2::Frame::decode(message)) {
        (Ok(frame), Ok(expected)) => {
            assert_eq!(as_prost(&frame), expected);
            assert_eq!(missing(message), None, "only prost may do without a required field");
            is_written(&frame, message, expected);
        }
        // Ours drops the bits of a number beyond the 64th, as those of the platform's SDKs do; prost minds.
        (Ok(_), Err(error)) => assert!(has_long_number(message), "only we accept: {error}"),
        (Err(error), Ok(_)) => is_ours(message, error),
        (Err(error), Err(_)) => assert!(error.offset as usize <= message.len()),
    }
});

/// What we write is what prost writes; answers too, and they fit the room that is said to be enough.
fn is_written(frame: &Frame<'_>, message: &[u8], expected: pbbp2::Frame) {
    let mut out = vec![0; expected.encoded_len()];
    assert_eq!(frame.write(&mut out), Ok(&*expected.encode_to_vec()));
    let again = Frame::read(&out).expect("it is a frame");
    assert_eq!((again, frame.header("type")), (*frame, again.header("type")));
    let short = out.len() - 1;
    assert_eq!(frame.write(&mut out[..short]).map_err(|error| error.kind), Err(ErrorKind::BUFFER_FULL));
    let payload = frame.payload.unwrap_or_default().len();
    let mut room = vec![0; message.len() - payload + ANSWER_ROOM];
    for handled in [true, false] {
        let answer = frame.write_ack(handled, u64::MAX, &mut room).expect("the room is enough");
        let mut answered = expected.clone();
        answered.headers.push(pbbp2::Header { key: "biz_rt".to_owned(), value: u64::MAX.to_string() });
        answered.payload = Some(if handled { b"{\"code\":200}".to_vec() } else { b"{\"code\":500}".to_vec() });
        assert_eq!(pbbp2::Frame::decode(answer), Ok(answered));
    }
}

/// What prost takes and we do not: all of these, and nothing else.
///
/// * A frame without a field that the schema calls required. prost does not look.
/// * A header without key or value. prost does not look.
/// * A message with a group, which protobuf has given up and the platform does not send: ours says that it is no frame.
fn is_ours(message: &[u8], error: Error) {
    let loose = Loose::decode(message).expect("it has the same fields");
    if error.kind == ErrorKind::FRAME_FIELD {
        assert_eq!(Some(error.limit as usize), missing(message));
        // With what is missing, it is a frame.
        let completed = [message, &[1 << 3, 0, 2 << 3, 0, 3 << 3, 0, 4 << 3, 0]].concat();
        assert!(Frame::read(&completed).is_ok());
        return;
    }
    assert_eq!(error.kind, ErrorKind::FRAME);
    assert!((error.offset as usize) < message.len(), "{error:?}");
    let is_header_broken = loose.headers.iter().any(|header| header.key.is_none() || header.value.is_none());
    let rest = &message[error.offset as usize..];
    assert!(is_header_broken || has_group(rest), "only prost accepts: {error:?}");
}

/// The number of the first required field that is not there.
fn missing(message: &[u8]) -> Option<usize> {
    let loose = Loose::decode(message).expect("it has the same fields");
    let there = [loose.seq_id.is_some(), loose.log_id.is_some(), loose.service.is_some(), loose.method.is_some()];
    there.iter().position(|is_there| !is_there).map(|place| place + 1)
}

/// Whether there may be a number of more than 64 bits.
fn has_long_number(message: &[u8]) -> bool {
    message.array_windows().any(|[rest @ .., last]: &[u8; 10]| rest.iter().all(|byte| *byte >= 0x80) && *last > 1)
}

/// Whether a field begins here that is a group, or a header with one in it.
fn has_group(rest: &[u8]) -> bool {
    rest.first().is_some_and(|tag| matches!(tag & 7, 3 | 4)) || rest.iter().any(|byte| matches!(byte & 7, 3))
}
