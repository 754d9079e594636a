//! The frames of the long connection, against another library's reading of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "tests fail by panicking"
)]

mod endpoint;
#[path = "../common/frames.rs"]
mod frames;
mod lossy;
mod parts;
mod session;

use frames::{as_prost, pbbp2};
use lark_event::ErrorKind;
use lark_event::connection::{ANSWER_ROOM, Frame, Headers, Method};
use prost::Message;

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

fn event() -> pbbp2::Frame {
    let header = |key: &str, value: &str| pbbp2::Header { key: key.to_owned(), value: value.to_owned() };
    pbbp2::Frame {
        seq_id: 7,
        log_id: u64::MAX - 1,
        service: 33_554_678,
        method: 1,
        headers: vec![
            header("type", "event"),
            header("message_id", "0f1e-人"),
            header("sum", "1"),
            header("seq", "0"),
            header("trace_id", ""),
            header("type", "card"),
        ],
        payload_encoding: Some(String::new()),
        payload_type: None,
        payload: Some(br#"{"schema":"2.0"}"#.to_vec()),
        log_id_new: Some("20260101".to_owned()),
    }
}

/// A generator of numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn number(&mut self) -> u64 {
        let bits = self.below(65);
        self.below(1 << 31)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .checked_shr(64 - u32::try_from(bits).unwrap())
            .unwrap_or(0)
    }

    fn text(&mut self) -> String {
        (0..self.below(20))
            .map(|_| ['a', '1', '"', '\0', 'é', '人', '😀'][usize::try_from(self.below(7)).unwrap()])
            .collect()
    }

    fn frame(&mut self) -> pbbp2::Frame {
        let headers = (0..self.below(6)).map(|_| pbbp2::Header { key: self.text(), value: self.text() }).collect();
        pbbp2::Frame {
            seq_id: self.number(),
            log_id: self.number(),
            service: self.number() as i32,
            method: self.number() as i32,
            headers,
            payload_encoding: (self.below(2) == 0).then(|| self.text()),
            payload_type: (self.below(2) == 0).then(|| self.text()),
            payload: (self.below(3) > 0).then(|| self.text().repeat(30).into_bytes()),
            log_id_new: (self.below(2) == 0).then(|| self.text()),
        }
    }
}

#[test]
fn pings_are_those_of_the_sdks() {
    let mut out = [0; 64];
    let ping = hex("08001000180120002a0c0a0474797065120470696e67");
    assert_eq!(Frame::ping(1).write(&mut out).unwrap(), ping);
    // Go writes three empty texts behind it.
    let go = [ping, hex("32003a004a00")].concat();
    let read = Frame::read(&go).unwrap();
    assert_eq!((read.header("type"), read.payload_encoding, read.payload), (Some("ping"), Some(""), None));
    let service = Frame::ping(-1);
    assert_eq!(Frame::read(service.write(&mut out).unwrap()).unwrap().service, -1);
}

#[test]
fn frames_are_read_and_written_as_by_prost() {
    let (mut random, mut out) = (Random(1), vec![0; 1 << 16]);
    for _ in 0..20_000 {
        let frame = random.frame();
        let message = frame.encode_to_vec();
        let read = Frame::read(&message).unwrap();
        assert_eq!(as_prost(&read), frame);
        let written = read.write(&mut out).unwrap();
        // The required fields are there though they are 0, which prost does too for required ones.
        assert_eq!(pbbp2::Frame::decode(written).unwrap(), frame);
        assert_eq!(written, message);
    }
}

#[test]
fn an_answer_is_the_frame_again() {
    let frame = event();
    let message = frame.encode_to_vec();
    let mut out = [0; 512];
    for (handled, payload) in [(true, r#"{"code":200}"#), (false, r#"{"code":500}"#)] {
        let answer = Frame::read(&message).unwrap().write_ack(handled, u64::MAX, &mut out).unwrap();
        assert!(answer.len() <= message.len() - frame.payload.as_ref().unwrap().len() + ANSWER_ROOM);
        let mut expected = frame.clone();
        expected.headers.push(pbbp2::Header { key: "biz_rt".to_owned(), value: u64::MAX.to_string() });
        expected.payload = Some(payload.as_bytes().to_vec());
        assert_eq!(pbbp2::Frame::decode(answer).unwrap(), expected);
    }
}

#[test]
fn fields_come_in_any_order_and_the_last_counts() {
    let whole = event().encode_to_vec();
    let frame = Frame::read(&whole).unwrap();
    // The same fields behind others that nobody knows, and behind earlier values of their own.
    let unknown = hex("5001" /* 10: varint */)
        .into_iter()
        .chain(hex("590102030405060708"))
        .chain(hex("62026869"))
        .chain(hex("6d01020304"));
    let earlier = hex("0801100218032004420161");
    let message: Vec<u8> = earlier.into_iter().chain(unknown).chain(whole.iter().copied()).collect();
    assert_eq!(Frame::read(&message).unwrap(), frame);
    let backwards = hex("42017b2a0c0a0474797065120470696e67200118021001" /* no SeqID yet */);
    assert_eq!(Frame::read(&backwards).unwrap_err().kind, ErrorKind::FRAME_FIELD);
    let backwards = [backwards, hex("0809")].concat();
    let read = Frame::read(&backwards).unwrap();
    assert_eq!((read.seq_id, read.log_id, read.service, read.method), (9, 1, 2, Method::DATA));
    assert_eq!((read.header("type"), read.payload), (Some("ping"), Some(&b"{"[..])));
    assert_eq!(frame.header("type"), Some("event"), "the first of two");
    assert_eq!(frame.header("typ"), None);
}

#[test]
fn a_required_field_that_is_missing_is_named() {
    let fields = ["0801", "1001", "1801", "2001"];
    for missing in 0..4 {
        let rest = fields.iter().enumerate().filter(|(index, _)| *index != missing).map(|(_, field)| hex(field));
        let error = Frame::read(&rest.collect::<Vec<_>>().concat()).unwrap_err();
        assert_eq!((error.kind, error.limit as usize), (ErrorKind::FRAME_FIELD, missing + 1));
        assert_eq!(error.to_string(), format!("expected a frame with its field {}, found none", missing + 1));
    }
    assert_eq!(Frame::read(&[]).unwrap_err().limit, 1);
    // An unknown field stands for none of them, whatever its number has in common with one.
    let pair = |number: u64| {
        let mut pair = Vec::new();
        prost::encoding::uint64::encode(u32::try_from(number).unwrap(), &1, &mut pair);
        pair
    };
    for missing in 1..=4 {
        let rest: Vec<u8> = (1..=4).filter(|number| *number != missing).flat_map(pair).collect();
        for other in (5..29).map(|bits| missing | 1 << bits) {
            let error = Frame::read(&[&rest[..], &pair(other)].concat()).unwrap_err();
            assert_eq!((error.kind, u64::from(error.limit)), (ErrorKind::FRAME_FIELD, missing), "{other}");
        }
    }
}

#[test]
fn what_is_no_frame_is_refused_with_the_place() {
    let start = "0801100118012001";
    for (behind, at) in [
        ("0a00", 8),                     // SeqID as text
        ("10", 9),                       // cut off in front of its value
        ("1d01020304", 8),               // service of four bytes
        ("2101020304050607 08", 8),      // method of eight bytes
        ("2801", 8),                     // headers as number
        ("2a020a00", 8),                 // a header without value
        ("2a021200", 8),                 // and one without key
        ("2a040a000801", 8),             // a header's key as number
        ("2a050a01ff1200", 8),           // a key that is not UTF-8
        ("2a040a001201", 8),             // a header that ends in the middle
        ("3201ff", 8),                   // an encoding that is not UTF-8
        ("3a01c3", 8),                   // a type that ends in the middle of a character
        ("4001", 8),                     // payload as number
        ("4a02c328", 8),                 // a log id that is not UTF-8
        ("42ffffffff07", 14),            // 2^31 - 1 bytes that are not there
        ("42ffffffff0f", 14),            // 2^32 - 1 bytes
        ("428080808010", 14),            // 2^32 bytes, of which 32 bits say none
        ("42ffffffffffffffffff01", 19),  // 2^64 - 1 bytes
        ("c28080801000", 8),             // 2^32 more than the payload's tag
        ("08ffffffffffffffffffff01", 8), // a number of eleven bytes
        ("0b", 8),                       // a group
        ("0c", 8),                       // the end of one
        ("0e", 8),                       // a type that there is not
        ("00", 8),                       // field 0
        ("5b", 8),                       // an unknown field that is a group
    ] {
        let message = hex(&format!("{start}{}", behind.replace(' ', "")));
        let error = Frame::read(&message).unwrap_err();
        assert_eq!((error.kind, error.offset), (ErrorKind::FRAME, at), "{behind}");
    }
    let error = Frame::read(&hex("0801100118012001ff")).unwrap_err();
    assert_eq!(error.to_string(), "expected a frame of the long connection, found the end of the input at byte 9");
}

#[test]
fn every_damage_is_refused_or_read_as_prost_reads_it() {
    let whole = event().encode_to_vec();
    for end in 0..whole.len() {
        let read = Frame::read(&whole[..end]);
        match pbbp2::Frame::decode(&whole[..end]) {
            // Prost takes a required field that is missing for 0.
            Ok(_) if read.is_err_and(|error| error.kind == ErrorKind::FRAME_FIELD) => {}
            Ok(expected) => assert_eq!(as_prost(&read.unwrap()), expected),
            Err(_) => assert!(read.is_err(), "{end} bytes"),
        }
    }
    let mut both = 0;
    for bit in 0..whole.len() * 8 {
        let mut message = whole.clone();
        message[bit / 8] ^= 1 << (bit % 8);
        if let (Ok(read), Ok(expected)) = (Frame::read(&message), pbbp2::Frame::decode(&*message)) {
            assert_eq!(as_prost(&read), expected, "bit {bit}");
            both += 1;
        }
    }
    assert!(both > 500, "{both}");
}

#[test]
fn what_does_not_fit_is_not_written() {
    let message = event().encode_to_vec();
    let frame = Frame::read(&message).unwrap();
    let mut out = vec![0; 512];
    for len in [frame.write(&mut out).unwrap().len(), frame.write_ack(true, 12, &mut vec![0; 512]).unwrap().len()] {
        for short in 0..len {
            let room = &mut vec![0; short];
            let result = if len == message.len() { frame.write(room) } else { frame.write_ack(true, 12, room) };
            assert_eq!(result.unwrap_err().kind, ErrorKind::BUFFER_FULL, "{short} of {len}");
        }
    }
    let headers = [("type", "pong")];
    let pong = Frame { payload: Some(b"{}"), headers: Headers::new(&headers), ..Frame::ping(1) };
    assert_eq!(Frame::read(pong.write(&mut out).unwrap()).unwrap(), pong);
}
