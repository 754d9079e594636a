//! Webhook requests: as the platform makes them, and what comes of them in all the ways to receive one.

use crate::body;
use lark_event::envelope::Span;
use lark_event::webhook::{Credentials, Delivery, ReadyReceiver, Received, Receiver, platform};
use lark_event::{Envelope, Error, decode};
use sha2::{Digest, Sha256};

/// The headers of a request.
pub type Headers = Vec<(String, Vec<u8>)>;

pub const TIMESTAMP: &str = "X-Lark-Request-Timestamp";
pub const NONCE: &str = "X-Lark-Request-Nonce";
pub const SIGNATURE: &str = "X-Lark-Signature";

/// Receivers with the same secrets, the second of them ready.
pub struct Receivers {
    pub plain: Receiver,
    pub ready: ReadyReceiver,
}

impl Receivers {
    /// With a current key or token, and maybe previous ones; without any, one that takes everything.
    pub fn new(current: Credentials<'_>, previous: Credentials<'_>) -> Result<Self, Error> {
        let make = || {
            let mut receiver = match current {
                Credentials { encrypt_key: None, verification_token: None } => Receiver::insecure(),
                _ => Receiver::new(current)?,
            };
            receiver.set_previous(previous)?;
            Ok(receiver)
        };
        Ok(Self { plain: make()?, ready: make()?.ready() })
    }
}

/// What has come of a request.
#[derive(Clone, PartialEq, Debug)]
pub enum Outcome {
    Challenge(String),
    /// The JSON of an event, and what decoding it says.
    Event(Vec<u8>, Result<(), Error>),
    Refused(Error),
}

/// Opens a request in all the ways there are, which must agree, and returns what came of it and what is in the place of the
/// body then.
pub fn outcome(receivers: &Receivers, headers: &Headers, body: &[u8], now_ms: u64) -> (Outcome, Vec<u8>) {
    let pairs = || headers.iter().map(|(name, value)| (name, value));
    let mut opened = body.to_vec();
    let mut envelope = body::empty();
    let outcome = match receivers.plain.open(pairs(), &mut opened, now_ms) {
        Ok(Delivery::Challenge(text)) => Outcome::Challenge(text.to_owned()),
        Ok(Delivery::Event(json)) => Outcome::Event(json.to_vec(), decode(json, &mut envelope)),
        Err(error) => Outcome::Refused(error),
    };
    let mut place = body.to_vec();
    let again = match receivers.ready.open(pairs(), &mut place, now_ms) {
        Ok(Delivery::Challenge(text)) => Outcome::Challenge(text.to_owned()),
        Ok(Delivery::Event(json)) => Outcome::Event(json.to_vec(), decode(json, &mut body::empty())),
        Err(error) => Outcome::Refused(error),
    };
    assert_eq!((&again, &place), (&outcome, &opened));
    let decoded = (&*envelope, envelope.raw_event);
    for ready in [false, true] {
        let (mut place, mut used) = (body.to_vec(), used());
        let again = told(match ready {
            false => receivers.plain.receive(pairs(), &mut place, now_ms, &mut used),
            true => receivers.ready.receive(pairs(), &mut place, now_ms, &mut used),
        });
        assert_eq!((again, &place), (outcome.clone(), &opened));
        assert_eq!((&*used, used.raw_event), decoded);
    }
    if let Outcome::Refused(error) = outcome {
        assert_eq!(decoded, (&Envelope::EMPTY, Span::default()));
        assert!((400..600).contains(&error.kind.http_status()) && !error.to_string().is_empty());
    }
    (outcome, opened)
}

fn told(received: Result<Received<'_>, Error>) -> Outcome {
    match received {
        Ok(Received::Challenge(text)) => Outcome::Challenge(text.to_owned()),
        Ok(Received::Event { json, decoded }) => Outcome::Event(json.to_vec(), decoded),
        Err(error) => Outcome::Refused(error),
    }
}

/// An envelope with something in it.
fn used() -> Box<Envelope> {
    const BODY: &[u8] =
        br#"{"schema":"2.0","header":{"event_id":"1","event_type":"corehr.process.cc.updated_v2","token":"t"},
        "event":{"process_id":"7073","status":5}}"#;
    let mut envelope = body::empty();
    decode(BODY, &mut envelope).expect("it is an event");
    envelope
}

/// The body in which the platform sends a text.
pub fn encrypted(key: &str, vector: [u8; 16], text: &[u8]) -> Vec<u8> {
    let mut out = vec![0; platform::encrypted_len(text.len())];
    let base64 = platform::encrypt(key, vector, text, &mut out).expect("there is room");
    format!(r#"{{"encrypt":"{base64}"}}"#).into_bytes()
}

/// The signature as its definition says it: SHA-256 over timestamp, nonce, key and body.
pub fn signature(key: &str, timestamp: &str, nonce: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [timestamp.as_bytes(), nonce.as_bytes(), key.as_bytes(), body] {
        hash.update(part);
    }
    let signature: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(platform::sign(key, timestamp, nonce, body).as_str(), signature);
    signature
}

/// The headers of a signed request.
pub fn signed(key: &str, timestamp: &str, nonce: &str, body: &[u8]) -> Headers {
    vec![
        (TIMESTAMP.to_owned(), timestamp.as_bytes().to_vec()),
        (NONCE.to_owned(), nonce.as_bytes().to_vec()),
        (SIGNATURE.to_owned(), signature(key, timestamp, nonce, body).into_bytes()),
    ]
}
