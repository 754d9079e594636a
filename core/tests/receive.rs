//! `Receiver::receive`, which looks at an event once, against `open` and `decode`, which look at it twice: for every request
//! of the corpus, and for bodies to which everything is done that could make the two differ.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod common;

use lark_event::envelope::{EnvelopeTarget, Schema, Span};
use lark_event::record::{Target, Value};
use lark_event::webhook::{Credentials, Delivery, ReadyReceiver, Received, Receiver, platform};
use lark_event::{Envelope, ErrorKind, Event, decode, error::Overflow};

const KEY: &str = "test key";
const NOW: u64 = 1_700_000_000_000;
const EVENT: &str = r#"{"schema":"2.0","header":{"event_id":"1","event_type":"corehr.process.cc.updated_v2","create_time":"1700000000000","token":"tok","app_id":"cli_1","tenant_key":"tk"},"event":{"process_id":"7072","approver_id":"\u00e4","status":5,"list":[1,{"a":null}]}}"#;

type Headers = Vec<(String, String)>;

fn credentials<'a>(encrypt_key: Option<&'a str>, verification_token: Option<&'a str>) -> Credentials<'a> {
    Credentials { encrypt_key, verification_token }
}

/// Receivers with the same secrets, the second of them ready.
fn receivers(encrypt_key: Option<&str>, token: Option<&str>) -> (Receiver, ReadyReceiver) {
    let of = || match (encrypt_key, token) {
        (None, None) => Receiver::insecure(),
        _ => Receiver::new(credentials(encrypt_key, token)).unwrap(),
    };
    (of(), of().ready())
}

fn encrypted(plain: &[u8]) -> (Headers, Vec<u8>) {
    let mut out = vec![0; platform::encrypted_len(plain.len())];
    let body = format!(r#"{{"encrypt":"{}"}}"#, platform::encrypt(KEY, [7; 16], plain, &mut out).unwrap());
    signed(body.into_bytes())
}

fn signed(body: Vec<u8>) -> (Headers, Vec<u8>) {
    let signature = platform::sign(KEY, "1700000000", "nonce", &body).as_str().to_owned();
    let headers = [("x-lark-request-timestamp", "1700000000"), ("X-Lark-Request-Nonce", "nonce")];
    let headers = headers.into_iter().chain([("X-LARK-SIGNATURE", signature.as_str())]);
    (headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), body)
}

/// What has come of a request: the result, the envelope and where the event was, and what is in the body's place.
type Result = (String, Envelope, Span, Vec<u8>);

/// An envelope with something in it.
fn used() -> Envelope {
    Envelope::from_json(EVENT.replace("7072", "7073").as_bytes()).unwrap()
}

fn twice(receiver: &Receiver, headers: &Headers, body: &[u8], now_ms: u64) -> Result {
    let (mut body, mut envelope) = (body.to_vec(), used());
    let headers = headers.iter().map(|(name, value)| (name, value));
    let result = match receiver.open(headers, &mut body, now_ms) {
        Ok(Delivery::Event(json)) => {
            let decoded = decode(json, &mut envelope);
            format!("{:?} {decoded:?}", json.escape_ascii().to_string())
        }
        other => {
            envelope = Envelope::EMPTY;
            format!("{other:?}")
        }
    };
    (result, envelope.clone(), envelope.raw_event, body)
}

fn told(received: std::result::Result<Received<'_>, lark_event::Error>) -> String {
    match received {
        Ok(Received::Event { json, decoded }) => format!("{:?} {decoded:?}", json.escape_ascii().to_string()),
        Ok(Received::Challenge(text)) => format!("Ok({:?})", Delivery::Challenge(text)),
        Err(error) => format!("Err({error:?})"),
    }
}

/// Compares all ways; tells whether the request brought an event.
fn compare((receiver, ready): &(Receiver, ReadyReceiver), headers: &Headers, body: &[u8], now_ms: u64) -> bool {
    let expected = twice(receiver, headers, body, now_ms);
    let pairs = || headers.iter().map(|(name, value)| (name, value));
    let name = || body.escape_ascii().to_string();
    let (mut place, mut envelope) = (body.to_vec(), used());
    let result = told(receiver.receive(pairs(), &mut place, now_ms, &mut envelope));
    let span = envelope.raw_event;
    assert_eq!((result, envelope, span, place), expected, "{}", name());
    let (mut place, mut envelope) = (body.to_vec(), used());
    let result = told(ready.receive(pairs(), &mut place, now_ms, &mut envelope));
    let span = envelope.raw_event;
    assert_eq!((result, envelope, span, place), expected, "{}", name());
    let (mut first, mut second) = (body.to_vec(), body.to_vec());
    assert_eq!(ready.open(pairs(), &mut first, now_ms), receiver.open(pairs(), &mut second, now_ms), "{}", name());
    expected.0.ends_with("Ok(())")
}

#[test]
fn every_case_of_the_corpus_gives_the_same() {
    let mut events = 0;
    for case in common::read_json("webhook.json").as_array().unwrap() {
        let settings = &case["receiver"];
        let text = |name: &str| settings[name].as_str();
        let of = || {
            let mut receiver = match settings.get("insecure") {
                Some(_) => Receiver::insecure(),
                None => Receiver::new(credentials(text("encrypt_key"), text("verification_token"))).unwrap(),
            };
            let previous = credentials(text("previous_encrypt_key"), text("previous_verification_token"));
            receiver.set_previous(previous).unwrap();
            if let Some(bytes) = settings["max_body"].as_u64() {
                receiver.set_max_body(bytes.try_into().unwrap());
            }
            receiver.set_tolerance_ms(settings["tolerance_ms"].as_u64().unwrap_or(0));
            receiver
        };
        let body = match &case["body"] {
            serde_json::Value::String(text) => text.clone().into_bytes(),
            body if body["hex"].is_string() => {
                let hex = body["hex"].as_str().unwrap();
                (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
            }
            body => body["repeat"].as_str().unwrap().repeat(body["times"].as_u64().unwrap() as usize).into_bytes(),
        };
        let header = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let headers = case["headers"].as_array().unwrap().iter().map(|pair| (header(&pair[0]), header(&pair[1])));
        let now_ms = case["now_ms"].as_u64().unwrap();
        events += usize::from(compare(&(of(), of().ready()), &headers.collect(), &body, now_ms));
    }
    assert!(events > 10, "{events}");
}

/// The plain texts of requests, each with something that counts for one of the two ways.
fn texts() -> Vec<String> {
    let with = |from: &str, to: &str| {
        assert!(EVENT.contains(from));
        EVENT.replacen(from, to, 1)
    };
    let mut texts = vec![EVENT.to_owned()];
    // Beside the header.
    for member in [
        r#""token":"tok""#,
        r#""token":"no""#,
        r#""token":1"#,
        r#""token":null"#,
        r#""token":"tok","token":"tok""#,
        r#""tok\u0065n":"no""#,
        r#""t\u006fken":"tok""#,
        r#""encrypt":"a""#,
        r#""encrypt":null"#,
        r#""encrypt":{}"#,
        r#""type":"url_verification""#,
        r#""type":"url_verification","challenge":"c""#,
        r#""type":1"#,
        r#""type":"x""#,
        r#""type":"event_callback""#,
        r#""type":"x","type":"x""#,
        r#""challenge":"c","challenge":"c""#,
        r#""challenge":1"#,
        r#""header":{"token":"no"}"#,
        r#""header":null"#,
        r#""uuid":"1","ts":"1""#,
        r#""schema":"1.0""#,
        r#""other":{"token":"no"}"#,
        r#""event":{"token":"no"}"#,
    ] {
        texts.push(with("{", &format!("{{{member},")));
        texts.push(format!("{},{member}}}", &EVENT[..EVENT.len() - 1]));
    }
    // In the header.
    let long = "t".repeat(70);
    for token in [
        r#""no""#,
        "null",
        "1",
        "-1",
        r#""1""#,
        r#""-1""#,
        r#""-""#,
        r#""""#,
        "{}",
        "[]",
        "true",
        r#""\u0074ok""#,
        r#""tok","token":"tok""#,
        r#""tok","token":"no""#,
        r#""no","token":"tok""#,
        r#""tok","tok\u0065n":"no""#,
        r#""to""#,
        r#""tokk""#,
        &format!("\"{long}\""),
        &format!("\"{}\"", "t".repeat(300)),
        &format!("\"\\u0074{}\"", "t".repeat(300)),
    ] {
        texts.push(with(r#""tok""#, token));
    }
    texts.push(with(r#","token":"tok""#, ""));
    // Another shape.
    for (from, to) in [
        (r#""2.0""#, r#""1.0""#),
        (r#""2.0""#, "2"),
        (r#""schema":"2.0","#, ""),
        (r#""header""#, r#""head\u0065r""#),
        (r#""status":5"#, r#""status":"x""#),
        (r#""status":5"#, r#""status":5,"status":5"#),
        ("7072", &long.repeat(3)),
        ("corehr.process.cc.updated_v2", "unknown"),
        (r#""event_type""#, r#""x""#),
        (r#""event_id":"1""#, r#""event_id":[]"#),
        (r#""event":{"#, r#""event":[],"x":{"#),
        ("}}", "}} "),
        ("}}", "}}x"),
        ("}}", "}"),
        ("null", "nul"),
        ("[1,", "[01,"),
    ] {
        texts.push(with(from, to));
    }
    let (front, event) = EVENT.split_once(r#","event":"#).unwrap();
    texts.push(format!(r#"{{"event":{},{}}}"#, &event[..event.len() - 1], &front[1..]));
    texts.push(format!(" \n{EVENT}\t"));
    texts.extend(
        [
            r#"{"challenge":"c\u00e4","token":"tok","type":"url_verification"}"#,
            r#"{"uuid":"1","token":"tok","ts":"1","type":"event_callback","event":{"type":"x","app_id":"cli_1"}}"#,
            "{}",
            "[]",
            "1",
            "",
            " ",
            r#"{"encrypt":"QUJD"}"#,
            "{\"header\":{\"token\":\"tok\"}}",
        ]
        .map(str::to_owned),
    );
    texts
}

#[test]
fn whatever_is_in_a_request_gives_the_same() {
    let long = "t".repeat(70);
    let tokens = [None, Some("tok"), Some("1"), Some("-1"), Some("-"), Some("no"), Some(long.as_str())];
    let mut events = 0;
    for token in tokens {
        let (plain, keyed) = (receivers(None, token), receivers(Some(KEY), token));
        for text in texts() {
            events += usize::from(compare(&plain, &vec![], text.as_bytes(), NOW));
            let (headers, body) = encrypted(text.as_bytes());
            events += usize::from(compare(&keyed, &headers, &body, NOW));
            // Not signed, and signed otherwise.
            compare(&keyed, &vec![], &body, NOW);
            let another = signed(text.into_bytes()).0;
            compare(&keyed, &another, &body, NOW);
        }
    }
    assert!(events > 100, "{events}");
}

#[test]
fn every_damage_gives_the_same() {
    let (plain, keyed) = (receivers(None, Some("tok")), receivers(Some(KEY), Some("tok")));
    for place in 0..EVENT.len() {
        for byte in *b"\"\\{}[],:0-9n\0\xff tT" {
            let mut text = EVENT.as_bytes().to_vec();
            text[place] = byte;
            compare(&plain, &vec![], &text, NOW);
            let (headers, body) = encrypted(&text);
            compare(&keyed, &headers, &body, NOW);
        }
        compare(&plain, &vec![], &EVENT.as_bytes()[..place], NOW);
    }
}

#[test]
fn every_damage_around_what_is_encrypted_gives_the_same() {
    let keyed = receivers(Some(KEY), Some("tok"));
    let body = encrypted(EVENT.as_bytes()).1;
    for place in (0..32).chain(body.len() - 32..body.len()) {
        for byte in 0..=u8::MAX {
            let mut damaged = body.clone();
            damaged[place] = byte;
            let (headers, damaged) = signed(damaged);
            compare(&keyed, &headers, &damaged, NOW);
        }
    }
    // As another platform may write it.
    let text = String::from_utf8(body).unwrap();
    for body in [
        text.replace(':', " : "),
        text.replace('/', "\\/"),
        text.replace("\"}", "\",\"x\":\"\"}"),
        text.replace('{', "{\"x\":1,"),
        text.replace("encrypt", "encr\\u0079pt"),
        text.replace("\"}", "\",\"encrypt\":\"\"}"),
        format!("{text} "),
        r#"{"encrypt":""}"#.into(),
        r#"{"encrypt":"}"#.into(),
    ] {
        let (headers, body) = signed(body.into_bytes());
        compare(&keyed, &headers, &body, NOW);
    }
}

/// Counts how often an event is read, and keeps the token or not.
struct Counting {
    header: Option<String>,
    keeps: bool,
    events: u32,
}

impl EnvelopeTarget for Counting {
    fn header(&mut self) -> &mut dyn Target {
        self
    }

    fn event(&mut self, _: u32) -> Option<&mut dyn Target> {
        self.events += 1;
        None
    }

    fn token(&self) -> Option<&str> {
        self.header.as_deref().filter(|_| self.keeps)
    }
}

impl Target for Counting {
    fn put(&mut self, index: usize, value: Value<'_>) -> std::result::Result<(), Overflow> {
        if index == 3 {
            self.header = if let Value::Text(text) = value { text.as_plain().map(str::to_owned) } else { None };
        }
        Ok(())
    }
}

#[test]
fn an_event_as_the_platform_sends_it_is_read_once() {
    let (headers, body) = encrypted(EVENT.as_bytes());
    let (receiver, ready) = receivers(Some(KEY), Some("tok"));
    for (keeps, events) in [(true, 1), (false, 2)] {
        let pairs = || headers.iter().map(|(name, value)| (name, value));
        let mut target = Counting { header: None, keeps, events: 0 };
        let mut place = body.clone();
        let received = receiver.receive_into(pairs(), &mut place, NOW, &mut target);
        let Ok(Received::Event { json, decoded }) = received else { panic!("no event") };
        assert_eq!((json, decoded.schema, decoded.result), (EVENT.as_bytes(), Schema::V2, Ok(())));
        assert_eq!(target.events, events);
        assert!(ready.receive_into(pairs(), &mut body.clone(), NOW, &mut target).is_ok());
        assert_eq!(target.events, 2 * events);
    }
}

#[test]
fn an_envelope_is_empty_where_nothing_was_received() {
    let mut envelope = used();
    let receiver = Receiver::new(credentials(None, Some("tok"))).unwrap();
    let forged = EVENT.replace("\"tok\"", "\"no\"");
    let none: [(&str, &str); 0] = [];
    let error = receiver.receive(none, &mut forged.into_bytes(), NOW, &mut envelope).unwrap_err();
    assert_eq!((error.kind, &envelope), (ErrorKind::TOKEN, &Envelope::EMPTY));
    receiver.receive(none, &mut EVENT.as_bytes().to_vec(), NOW, &mut envelope).unwrap();
    assert!(matches!(&envelope.event, Event::ProcessCcUpdated(event) if event.approver_id.get() == Some("ä")));
    let mut challenge = br#"{"challenge":"c","token":"tok","type":"url_verification"}"#.to_vec();
    let received = receiver.receive(none, &mut challenge, NOW, &mut envelope);
    assert_eq!((received, &envelope), (Ok(Received::Challenge("c")), &Envelope::EMPTY));
}

#[test]
fn a_ready_receiver_is_a_receiver_and_shows_no_secret() {
    let ready = Receiver::new(credentials(Some(KEY), None)).unwrap().ready();
    assert_eq!(ready.max_body(), Receiver::MAX_BODY);
    let shown = format!("{ready:?}");
    assert!(shown.contains("(secret)") && !shown.contains(KEY), "{shown}");
}
