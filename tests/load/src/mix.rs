//! What is delivered, in which order: genuine events, duplicates of some of them, and forgeries.

use crate::event;
use bytes::Bytes;
use fastrand::Rng;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use lark_event::webhook::platform;
use std::{
    error::Error,
    time::{SystemTime, UNIX_EPOCH},
};

const TIMESTAMP: HeaderName = HeaderName::from_static("x-lark-request-timestamp");
const NONCE: HeaderName = HeaderName::from_static("x-lark-request-nonce");
const SIGNATURE: HeaderName = HeaderName::from_static("x-lark-signature");

pub(crate) struct Secrets {
    pub(crate) encrypt_key: String,
    pub(crate) verification_token: String,
}

/// How many there are of what.
pub(crate) struct Counts {
    pub(crate) events: u32,
    pub(crate) duplicates: u32,
    pub(crate) forgeries: u32,
    pub(crate) connections: u32,
}

/// A request, ready to be sent.
pub(crate) struct Delivery {
    pub(crate) kind: Kind,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Genuine,
    /// A genuine event once more, encrypted and signed anew.
    Duplicate,
    Forgery(Forgery),
}

/// In what way a request is none of the platform's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Forgery {
    WrongSignature,
    WrongKey,
    BodyAltered,
    OtherBody,
    OtherTime,
    HeaderMissing,
    Unsigned,
    Plain,
    WrongToken,
    SignatureCut,
}

impl Forgery {
    const ALL: [Self; 10] = [
        Self::WrongSignature,
        Self::WrongKey,
        Self::BodyAltered,
        Self::OtherBody,
        Self::OtherTime,
        Self::HeaderMissing,
        Self::Unsigned,
        Self::Plain,
        Self::WrongToken,
        Self::SignatureCut,
    ];
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Genuine => "genuine",
            Self::Duplicate => "duplicate",
            Self::Forgery(forgery) => match forgery {
                Forgery::WrongSignature => "one digit of the signature wrong",
                Forgery::WrongKey => "another key",
                Forgery::BodyAltered => "body altered after signing",
                Forgery::OtherBody => "signature of another body",
                Forgery::OtherTime => "timestamp altered after signing",
                Forgery::HeaderMissing => "a signature header missing",
                Forgery::Unsigned => "encrypted but not signed",
                Forgery::Plain => "neither encrypted nor signed",
                Forgery::WrongToken => "another token, rightly signed",
                Forgery::SignatureCut => "signature cut short",
            },
        }
    }

    pub(crate) const fn is_forgery(self) -> bool {
        matches!(self, Self::Forgery(_))
    }
}

/// All deliveries in order, and the ids of the genuine events.
pub(crate) struct Mix {
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) ids: Vec<String>,
}

impl Mix {
    pub(crate) fn new(secrets: &Secrets, counts: &Counts, seed: u64) -> Result<Self, Box<dyn Error>> {
        let mut maker = Maker { secrets, rng: Rng::with_seed(seed), now: now() };
        let rng = &mut maker.rng;
        let events: Vec<(String, String)> = (0..counts.events)
            .map(|number| {
                // All different: the number is in it.
                let id = format!("{number:08x}{:024x}", rng.u128(..1 << 96));
                let json = event::json(rng, &id, &secrets.verification_token);
                (id, json)
            })
            .collect();

        // Every delivery with its place: that of a genuine event, and what comes behind it.
        let mut placed = Vec::new();
        for (place, (_, json)) in (0_u32..).zip(&events) {
            placed.push(((place, 0), maker.genuine(Kind::Genuine, json)?));
        }
        for number in 0..counts.duplicates {
            let event = maker.rng.u32(..counts.events);
            // Half of them soon after the first, which may still be under way; the others at any time later.
            let soon = event.saturating_add(maker.rng.u32(..counts.connections));
            let place = if number % 2 == 0 { soon } else { maker.rng.u32(event..counts.events) };
            let (_, json) = events.get(event as usize).ok_or("no such event")?;
            placed.push(((place, 1), maker.genuine(Kind::Duplicate, json)?));
        }
        for (number, forgery) in (0..counts.forgeries).zip(Forgery::ALL.into_iter().cycle()) {
            let place = maker.rng.u32(..counts.events);
            // Half of them bear the id of a genuine event, which must be handled nevertheless.
            let id = match events.get(maker.rng.usize(..events.len())) {
                Some((id, _)) if maker.rng.bool() => id.clone(),
                _ => format!("f{number:031x}"),
            };
            placed.push(((place, 2), maker.forged(forgery, &id)?));
        }
        placed.sort_by_key(|(place, _)| *place);
        Ok(Self {
            deliveries: placed.into_iter().map(|(_, delivery)| delivery).collect(),
            ids: events.into_iter().map(|(id, _)| id).collect(),
        })
    }
}

/// Makes requests.
struct Maker<'s> {
    secrets: &'s Secrets,
    rng: Rng,
    now: u64,
}

/// The parts of a request.
struct Parts {
    timestamp: String,
    nonce: String,
    signature: String,
    body: Vec<u8>,
}

impl Maker<'_> {
    fn genuine(&mut self, kind: Kind, json: &str) -> Result<Delivery, Box<dyn Error>> {
        let parts = self.parts(json, &self.secrets.encrypt_key)?;
        parts.delivery(kind)
    }

    fn forged(&mut self, forgery: Forgery, id: &str) -> Result<Delivery, Box<dyn Error>> {
        let (key, token) = (&self.secrets.encrypt_key, &self.secrets.verification_token);
        let (other_key, other_token) = (format!("{key}."), format!("{token}."));
        let json = event::json(&mut self.rng, id, if forgery == Forgery::WrongToken { &other_token } else { token });
        let mut parts = self.parts(&json, if forgery == Forgery::WrongKey { &other_key } else { key })?;
        match forgery {
            Forgery::WrongKey | Forgery::WrongToken => {}
            Forgery::WrongSignature => {
                let place = self.rng.usize(..parts.signature.len());
                let digit = if parts.signature.get(place..=place) == Some("0") { "1" } else { "0" };
                parts.signature.replace_range(place..=place, digit);
            }
            Forgery::BodyAltered => {
                let place = self.rng.usize(12..parts.body.len() - 8);
                if let Some(byte) = parts.body.get_mut(place) {
                    *byte = if *byte == b'A' { b'B' } else { b'A' };
                }
            }
            Forgery::OtherBody => parts.signature = self.parts("{}", key)?.signature,
            Forgery::OtherTime => parts.timestamp = (self.now + 1).to_string(),
            Forgery::Plain => parts.body = json.into_bytes(),
            Forgery::SignatureCut => parts.signature.truncate(self.rng.usize(1..64)),
            Forgery::HeaderMissing | Forgery::Unsigned => {}
        }
        let mut delivery = parts.delivery(Kind::Forgery(forgery))?;
        match forgery {
            Forgery::Unsigned | Forgery::Plain => delivery.headers.clear(),
            Forgery::HeaderMissing => {
                let name = match self.rng.u32(..3) {
                    0 => TIMESTAMP,
                    1 => NONCE,
                    _ => SIGNATURE,
                };
                delivery.headers.remove(name);
            }
            _ => {}
        }
        Ok(delivery)
    }

    fn parts(&mut self, json: &str, encrypt_key: &str) -> Result<Parts, Box<dyn Error>> {
        let mut room = vec![0; platform::encrypted_len(json.len())];
        let vector = self.rng.u128(..).to_ne_bytes();
        let encrypted = platform::encrypt(encrypt_key, vector, json.as_bytes(), &mut room)
            .map_err(|error| format!("cannot encrypt: {error}"))?;
        let body = format!(r#"{{"encrypt":"{encrypted}"}}"#).into_bytes();
        let (timestamp, nonce) = (self.now.to_string(), self.rng.u64(..).to_string());
        let signature = platform::sign(encrypt_key, &timestamp, &nonce, &body).as_str().to_owned();
        Ok(Parts { timestamp, nonce, signature, body })
    }
}

impl Parts {
    fn delivery(self, kind: Kind) -> Result<Delivery, Box<dyn Error>> {
        let values = [(TIMESTAMP, self.timestamp), (NONCE, self.nonce), (SIGNATURE, self.signature)];
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.insert(name, HeaderValue::try_from(value)?);
        }
        Ok(Delivery { kind, headers, body: self.body.into() })
    }
}

/// In seconds, as the platform signs it.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lark_event::webhook::{Credentials, Delivery as Opened, Receiver, Reply};
    use std::collections::{HashMap, HashSet};

    fn secrets() -> Secrets {
        Secrets { encrypt_key: "test key".into(), verification_token: "tok".into() }
    }

    #[test]
    fn a_receiver_takes_the_genuine_and_refuses_the_forged() {
        let secrets = secrets();
        let counts = Counts { events: 1000, duplicates: 50, forgeries: 500, connections: 8 };
        let mix = Mix::new(&secrets, &counts, 7).unwrap();
        assert_eq!(mix.deliveries.len(), 1550);
        assert_eq!(mix.ids.iter().collect::<HashSet<_>>().len(), 1000);

        let credentials = Credentials {
            encrypt_key: Some(&secrets.encrypt_key),
            verification_token: Some(&secrets.verification_token),
        };
        let receiver = Receiver::new(credentials).unwrap();
        let (mut times, mut kinds) = (HashMap::new(), HashMap::new());
        for delivery in &mix.deliveries {
            *kinds.entry(delivery.kind.name()).or_insert(0) += 1;
            let mut body = delivery.body.to_vec();
            match receiver.open(delivery.headers.iter(), &mut body, 0) {
                Ok(Opened::Event(json)) => {
                    assert!(!delivery.kind.is_forgery(), "{}", delivery.kind.name());
                    let envelope = lark_event::Envelope::from_json(json).unwrap();
                    let seen = times.entry(envelope.header.event_id.get().unwrap().to_owned()).or_insert(0);
                    assert_eq!(*seen > 0, delivery.kind == Kind::Duplicate);
                    *seen += 1;
                }
                Ok(Opened::Challenge(_)) => panic!("a challenge"),
                Err(error) => {
                    assert!(delivery.kind.is_forgery(), "{error}");
                    assert_eq!(Reply::failure(error.kind).status, 401, "{}: {error}", delivery.kind.name());
                }
            }
        }
        assert!(mix.ids.iter().all(|id| times.contains_key(id)));
        assert_eq!((times.len(), times.values().sum::<i32>()), (1000, 1050));
        assert_eq!(kinds.len(), 2 + Forgery::ALL.len());
        assert!(Forgery::ALL.iter().all(|forgery| kinds[Kind::Forgery(*forgery).name()] == 50));
    }

    #[test]
    fn the_seed_decides() {
        let counts = Counts { events: 20, duplicates: 5, forgeries: 5, connections: 2 };
        let bodies = |seed| {
            let mix = Mix::new(&secrets(), &counts, seed).unwrap();
            mix.deliveries.into_iter().map(|delivery| delivery.body).collect::<Vec<_>>()
        };
        assert_eq!(bodies(1), bodies(1));
        assert_ne!(bodies(1), bodies(2));
    }
}
