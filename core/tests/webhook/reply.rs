//! Replies, and the platform's side of a delivery.

use super::{KEY, common};
use lark_event::record::OpenEnum;
use lark_event::webhook::{Reply, platform};
use lark_event::{Error, ErrorKind};
use serde_json::{Value, json};

#[test]
fn a_challenge_is_sent_back_whatever_is_in_it() {
    let all: String = (0..0x250).chain(0xfff0..0x10010).filter_map(char::from_u32).collect();
    for text in ["", "ajls384k", "\"\\/", "\u{1F600}", "\0\u{1f}\u{7f}\u{2028}", all.as_str()] {
        let mut out = vec![b'?'; text.len() * 6 + 16];
        let reply = Reply::challenge(text, &mut out).unwrap();
        assert_eq!(reply.status, 200);
        let parsed: Value = serde_json::from_str(reply.body).unwrap();
        assert_eq!(parsed, json!({ "challenge": text }));
        let needed = reply.body.len();
        for cap in (0..needed).filter(|cap| needed < 100 || cap % 97 == 0 || cap + 20 > needed) {
            let result = Reply::challenge(text, &mut out[..cap]);
            assert_eq!(result.unwrap_err(), Error::of_call(ErrorKind::BUFFER_FULL), "{cap} of {needed}");
        }
    }
}

#[test]
fn every_failure_has_a_status_and_tells_no_more() {
    for value in <ErrorKind as OpenEnum>::TYPE.values {
        let (kind, name) = (ErrorKind(value.value), value.name());
        let reply = Reply::failure(kind);
        let expected = match kind {
            ErrorKind::UNVERIFIED | ErrorKind::SIGNATURE | ErrorKind::SIGNATURE_HEADER => 401,
            ErrorKind::STALE | ErrorKind::TOKEN => 401,
            ErrorKind::TOO_LARGE => 413,
            ErrorKind::HANDLER => 500,
            ErrorKind::IN_PROGRESS => 503,
            _ if (200..300).contains(&kind.0) => 500,
            _ => 400,
        };
        assert_eq!((reply.status, kind.http_status()), (expected, expected), "{name}");
        let body: Value = serde_json::from_str(reply.body).unwrap();
        let same = <ErrorKind as OpenEnum>::TYPE.values.iter().map(|other| ErrorKind(other.value));
        let same = same.filter(|other| other.http_status() == expected);
        assert!(same.map(Reply::failure).all(|other| other == reply), "{name}");
        assert!(body["msg"].is_string());
    }
    assert_eq!(Reply::SUCCESS.status, 200);
}

#[test]
fn the_platform_side_gives_the_vectors() {
    let cases = common::read_json("webhook.json");
    let vector = |name: &str| cases.as_array().unwrap().iter().find(|case| case["name"] == name).unwrap().clone();
    let case = vector("vector S3");
    let (body, plain) = (case["body"].as_str().unwrap(), case["expected"]["event"].as_str().unwrap());
    let mut out = [0; 600];
    let iv = core::array::from_fn(|index| index as u8);
    let encrypted = platform::encrypt(KEY, iv, plain.as_bytes(), &mut out).unwrap();
    assert_eq!(body, format!(r#"{{"encrypt":"{encrypted}"}}"#));
    let signature = platform::sign(KEY, "1700000000", "nonce", body.as_bytes());
    assert_eq!(case["headers"][2][1], signature.as_str());
}

#[test]
fn texts_of_every_length_are_encrypted_and_opened_again() {
    let receiver = lark_event::webhook::Receiver::new(lark_event::webhook::Credentials {
        encrypt_key: Some(KEY),
        verification_token: None,
    });
    let receiver = receiver.unwrap();
    for len in 0..200 {
        let plain = format!(r#"{{"a":"{}"}}"#, "x".repeat(len));
        let needed = platform::encrypted_len(plain.len());
        for cap in 0..needed {
            let mut out = vec![0; cap];
            let result = platform::encrypt(KEY, [0; 16], plain.as_bytes(), &mut out);
            assert_eq!(result.unwrap_err().kind, ErrorKind::BUFFER_FULL);
        }
        let mut out = vec![0; needed + 5];
        assert_eq!(platform::encrypt(KEY, [0; 16], plain.as_bytes(), &mut out).unwrap().len(), needed);
        let (headers, mut body) = super::signed(KEY, super::encrypted(KEY, &plain));
        let delivery = super::open(&receiver, &headers, &mut body);
        assert_eq!(delivery, Ok(lark_event::webhook::Delivery::Event(plain.as_bytes())), "{len}");
    }
}
