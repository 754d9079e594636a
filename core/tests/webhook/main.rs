//! Webhook requests: the shared corpus (`tests/corpus/webhook.json`), damaged requests, replies, and the platform's side.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

#[path = "../common/mod.rs"]
mod common;
mod damage;
mod reply;
mod threads;

use lark_event::webhook::{Credentials, Delivery, Receiver, platform};
use lark_event::{Error, ErrorKind};
use serde_json::Value;

const KEY: &str = "test key";
const TOKEN: &str = "tok";
const NOW: u64 = 1_700_000_000_000;
const EVENT: &str =
    r#"{"schema":"2.0","header":{"event_id":"1","event_type":"a.b","token":"tok"},"event":{"name":"secret name"}}"#;

/// A request: its headers and its body.
type Request = (Vec<(String, String)>, Vec<u8>);

fn receiver(key: Option<&str>, token: Option<&str>) -> Receiver {
    Receiver::new(Credentials { encrypt_key: key, verification_token: token }).unwrap()
}

fn open<'b>(receiver: &Receiver, headers: &[(String, String)], body: &'b mut [u8]) -> Result<Delivery<'b>, Error> {
    receiver.open(headers.iter().map(|(name, value)| (name, value)), body, NOW)
}

fn encrypted(key: &str, plain: &str) -> Vec<u8> {
    let mut out = vec![0; platform::encrypted_len(plain.len())];
    format!(r#"{{"encrypt":"{}"}}"#, platform::encrypt(key, [7; 16], plain.as_bytes(), &mut out).unwrap()).into_bytes()
}

fn signed(key: &str, body: Vec<u8>) -> Request {
    let signature = platform::sign(key, "1700000000", "nonce", &body).as_str().to_owned();
    let values = ["1700000000".to_owned(), "nonce".to_owned(), signature];
    let names = ["X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Lark-Signature"];
    (names.into_iter().map(str::to_owned).zip(values).collect(), body)
}

fn delivery() -> Request {
    signed(KEY, encrypted(KEY, EVENT))
}

fn case_receiver(settings: &Value) -> Receiver {
    let text = |name: &str| settings.get(name).and_then(Value::as_str);
    let number = |name: &str| settings.get(name).and_then(Value::as_u64);
    let current = Credentials { encrypt_key: text("encrypt_key"), verification_token: text("verification_token") };
    let previous = Credentials {
        encrypt_key: text("previous_encrypt_key"),
        verification_token: text("previous_verification_token"),
    };
    let mut receiver = match settings.get("insecure") {
        Some(_) => Receiver::insecure(),
        None => Receiver::new(current).unwrap(),
    };
    receiver.set_previous(previous).unwrap();
    let max_body = number("max_body").map_or(Receiver::MAX_BODY, |bytes| bytes.try_into().unwrap());
    receiver.set_max_body(max_body);
    receiver.set_tolerance_ms(number("tolerance_ms").unwrap_or(0));
    receiver
}

fn case_body(body: &Value) -> Vec<u8> {
    if let Some(text) = body.as_str() {
        return text.as_bytes().to_vec();
    }
    if let Some(hex) = body.get("hex").and_then(Value::as_str) {
        return (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    }
    body["repeat"].as_str().unwrap().repeat(body["times"].as_u64().unwrap().try_into().unwrap()).into_bytes()
}

#[test]
fn every_case_gives_what_it_states() {
    let cases = common::read_json("webhook.json");
    let (mut counts, mut wrong) = ([0; 3], Vec::new());
    for case in cases.as_array().unwrap() {
        let header = |pair: &Value| (pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned());
        let headers: Vec<_> = case["headers"].as_array().unwrap().iter().map(header).collect();
        let (mut body, expected) = (case_body(&case["body"]), &case["expected"]);
        let now_ms = case["now_ms"].as_u64().unwrap();
        let pairs = headers.iter().map(|(name, value)| (name, value));
        let result = case_receiver(&case["receiver"]).open(pairs, &mut body, now_ms);
        let found = match result {
            Ok(Delivery::Challenge(text)) => ("challenge", text.to_owned()),
            Ok(Delivery::Event(json)) => ("event", String::from_utf8(json.to_vec()).unwrap()),
            Err(error) => ("error", error.kind.name().unwrap().to_owned()),
        };
        counts[["challenge", "event", "error"].iter().position(|kind| *kind == found.0).unwrap()] += 1;
        if expected[found.0].as_str() != Some(&found.1) {
            wrong.push(format!("{}: {expected}, found {found:?}", case["name"]));
        }
        let uniform = Error::of_call(ErrorKind::UNVERIFIED);
        assert!(
            result.is_err_and(|error| error.kind == uniform.kind && error != uniform).eq(&false),
            "{}",
            case["name"]
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(counts.iter().all(|count| *count > 20), "{counts:?}");
}

#[test]
fn a_receiver_needs_whole_secrets() {
    let of = |encrypt_key, verification_token| Credentials { encrypt_key, verification_token };
    let (long, longer) = ("k".repeat(128), "k".repeat(129));
    for credentials in [of(None, None), of(Some(""), None), of(Some("k"), Some("")), of(None, Some(&longer))] {
        assert_eq!(Receiver::new(credentials).unwrap_err().kind, ErrorKind::INVALID_ARGUMENT);
    }
    for (current, previous, good) in [
        (of(Some("k"), None), of(Some("j"), None), true),
        (of(Some("k"), None), of(None, Some("t")), false),
        (of(None, Some("t")), of(Some("k"), None), false),
        (of(Some(&long), Some(&long)), of(Some(&long), Some(&long)), true),
        (of(Some("k"), None), of(Some(&longer), None), false),
        (of(Some("k"), None), of(Some(""), None), false),
    ] {
        assert_eq!(Receiver::new(current).unwrap().set_previous(previous).is_ok(), good);
    }
}

/// Of one with escapes no more is undone than a secret may have: what is behind that must count all the same.
#[test]
fn an_escaped_token_that_is_longer_than_any_secret_is_wrong() {
    let token = "t".repeat(128);
    let receiver = receiver(None, Some(&token));
    for (more, is_right) in [("", true), ("t", false), ("\\u0074", false), (token.as_str(), false)] {
        // The escape last: all that fits is undone before it is known that the rest does not.
        let mut body = EVENT.replace("\"tok\"", &format!("\"{}\\u0074{more}\"", &token[1..])).into_bytes();
        let kind = open(&receiver, &[], &mut body).err().map(|error| error.kind);
        assert_eq!(kind, (!is_right).then_some(ErrorKind::TOKEN), "{more:?}");
    }
}

#[test]
fn a_token_that_is_no_text_is_wrong_beside_the_right_one() {
    let receiver = receiver(None, Some(TOKEN));
    for wrong in ["5", "false", "[\"tok\"]", "{}"] {
        let top = format!("{{\"token\":{wrong},{}", &EVENT[1..]);
        let header = format!("{{\"token\":\"tok\",{}", EVENT[1..].replace("\"tok\"", wrong));
        for text in [top, header] {
            let error = open(&receiver, &[], &mut text.clone().into_bytes()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::TOKEN, "{text}");
        }
    }
}

#[test]
fn what_is_encrypted_twice_is_told_wherever_that_stands() {
    let receiver = receiver(Some(KEY), Some(TOKEN));
    for value in ["\"QUJD\"", "null", "{}"] {
        let member = format!("\"encrypt\":{value}");
        let (header, event) = EVENT.split_once(",\"event\"").unwrap();
        for text in [
            format!("{{{member},{}", &EVENT[1..]),
            format!("{header},{member},\"event\"{event}"),
            format!("{},{member}}}", &EVENT[..EVENT.len() - 1]),
        ] {
            let (headers, mut body) = signed(KEY, encrypted(KEY, &text));
            assert_eq!(open(&receiver, &headers, &mut body).unwrap_err().kind, ErrorKind::ENCRYPTED, "{text}");
        }
    }
}

#[test]
fn headers_of_any_type_that_has_bytes() {
    let (headers, body) = delivery();
    let receiver = receiver(Some(KEY), None);
    let bytes: Vec<(&[u8], &[u8])> = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let texts: std::collections::BTreeMap<&String, &String> =
        headers.iter().map(|(name, value)| (name, value)).collect();
    assert!(receiver.open(bytes, &mut body.clone(), NOW).is_ok());
    assert!(receiver.open(texts, &mut body.clone(), NOW).is_ok());
}

#[test]
fn nothing_secret_is_shown() {
    let secrets = [KEY, "t0k", "old key", "old t0k"];
    let previous = Credentials { encrypt_key: Some("old key"), verification_token: Some("old t0k") };
    let mut receiver = receiver(Some(KEY), Some("t0k"));
    receiver.set_previous(previous).unwrap();
    let mut shown = format!("{receiver:?} {receiver:#?}");
    let (headers, body) = delivery();
    for (headers, mut body) in
        [(vec![], body.clone()), (headers, body[1..].to_vec()), signed(KEY, encrypted(KEY, "{}"))]
    {
        let error = open(&receiver, &headers, &mut body).unwrap_err();
        shown += &format!("{error} {error:?}");
    }
    assert!(shown.contains("(secret)"));
    assert!(secrets.iter().all(|secret| !shown.contains(secret)), "{shown}");
}

#[test]
fn secrets_are_replaced_and_wiped_in_place() {
    let of = |encrypt_key| Credentials { encrypt_key: Some(encrypt_key), verification_token: None };
    let (headers, body) = delivery();
    let kind =
        |receiver: &Receiver| open(receiver, &headers, &mut body.clone()).map_or_else(|error| error.kind.0, |_| 0);
    let mut receiver = receiver(Some("old"), None);
    assert_eq!(kind(&receiver), ErrorKind::SIGNATURE.0);
    receiver.set_previous(of(KEY)).unwrap();
    assert_eq!(kind(&receiver), 0);
    // A bad one takes the previous one away, and leaves the current one.
    assert!(receiver.set_previous(of("")).is_err());
    assert_eq!(kind(&receiver), ErrorKind::SIGNATURE.0);
    receiver.set_credentials(of(KEY)).unwrap();
    assert_eq!(kind(&receiver), 0);
    receiver.set_previous(of("old")).unwrap();
    receiver.set_credentials(of("new")).unwrap();
    let (headers, mut old) = signed("old", encrypted("old", EVENT));
    assert_eq!(open(&receiver, &headers, &mut old).unwrap_err().kind, ErrorKind::SIGNATURE);
    // Without secrets nothing is accepted, not even what an insecure receiver would accept.
    assert!(receiver.set_credentials(Credentials::default()).is_err());
    assert_eq!(kind(&receiver), ErrorKind::INVALID_ARGUMENT.0);
    let half = Credentials { encrypt_key: Some(KEY), verification_token: Some("") };
    for wrong in [Credentials::default(), of(""), half] {
        let mut receiver = Receiver::insecure();
        assert!(receiver.set_credentials(wrong).is_err());
        assert_eq!(open(&receiver, &[], &mut EVENT.as_bytes().to_vec()).unwrap_err().kind, ErrorKind::INVALID_ARGUMENT);
    }
    // Of secrets of which one is wrong, the other is not taken either.
    receiver.set_credentials(Credentials { encrypt_key: Some("new"), verification_token: Some(TOKEN) }).unwrap();
    assert!(receiver.set_previous(half).is_err());
    assert_eq!(kind(&receiver), ErrorKind::SIGNATURE.0);
    let mut receiver = Receiver::insecure();
    receiver.clear();
    assert_eq!(receiver.max_body(), 0);
    assert_eq!(open(&receiver, &[], &mut EVENT.as_bytes().to_vec()).unwrap_err().kind, ErrorKind::INVALID_ARGUMENT);
}
