//! The frames of the long connection as prost reads and writes them, and parts of events in them.

#[path = "../../../core/tests/common/frames.rs"]
mod common;

pub use common::{as_prost, pbbp2};

/// A part of an event, or all of it.
pub fn event(message_id: &str, sum: u32, seq: u32, payload: &[u8]) -> Vec<u8> {
    let header = |key: &str, value: String| pbbp2::Header { key: key.to_owned(), value };
    let headers = vec![
        header("type", "event".to_owned()),
        header("message_id", message_id.to_owned()),
        header("sum", sum.to_string()),
        header("seq", seq.to_string()),
    ];
    let frame = pbbp2::Frame { method: 1, headers, payload: Some(payload.to_vec()), ..pbbp2::Frame::default() };
    prost::Message::encode_to_vec(&frame)
}
