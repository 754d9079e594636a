//! Any delivery: what the platform's side writes, ours opens; and any frame is read as it was written.

use crate::cases;
use crate::made::{made, text};
use lark_event::ErrorKind;
use lark_event::connection::{Frame, Headers, Method};
use lark_event::webhook::{Credentials, Delivery, Receiver, platform};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;

const NOW: u64 = 1_700_000_000_000;

/// An encrypted body, and the headers that sign it.
fn seal(key: &str, nonce: &str, vector: [u8; 16], event: &[u8]) -> (Vec<(String, String)>, Vec<u8>) {
    let mut out = vec![0; platform::encrypted_len(event.len())];
    let encrypted = platform::encrypt(key, vector, event, &mut out).unwrap();
    let body = format!("{{\"encrypt\":\"{encrypted}\"}}").into_bytes();
    let signature = platform::sign(key, "1700000000", nonce, &body).as_str().to_owned();
    let pairs = [("Timestamp", "1700000000"), ("Nonce", nonce)].map(|(name, value)| (name, value.to_owned()));
    let headers = pairs.into_iter().map(|(name, value)| (format!("X-Lark-Request-{name}"), value));
    (headers.chain([("x-lark-signature".to_owned(), signature)]).collect(), body)
}

fn receiver(key: &str) -> Receiver {
    Receiver::new(Credentials { encrypt_key: Some(key), verification_token: None }).unwrap()
}

fn secret() -> impl Strategy<Value = String> {
    text(128).prop_filter("a key", |key| !key.is_empty())
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn what_is_sealed_is_opened(made in made(), key in secret(), nonce in "[!-~]{1,40}", vector in any::<[u8; 16]>()) {
        let (headers, mut body) = seal(&key, &nonce, vector, &made.body);
        let result = receiver(&key).open(headers.iter().map(|(name, value)| (name, value)), &mut body, NOW);
        let document: serde_json::Value = serde_json::from_slice(&made.body).unwrap();
        match document["challenge"].as_str() {
            Some(challenge) => prop_assert_eq!(result, Ok(Delivery::Challenge(challenge))),
            None => prop_assert_eq!(result, Ok(Delivery::Event(&made.body))),
        }
    }

    /// Bytes changed before the sender signed: only cipher and JSON stand between them and the caller.
    #[test]
    fn a_body_damaged_before_it_was_signed_is_refused_or_json(
        made in made(), key in secret(), changes in vec((any::<Index>(), any::<u8>()), 1..4)
    ) {
        let (_, mut body) = seal(&key, "n", [7; 16], &made.body);
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        let (sent, signature) = (body.clone(), platform::sign(&key, "1700000000", "n", &body).as_str().to_owned());
        let headers = [("X-Lark-Request-Timestamp", "1700000000"), ("X-Lark-Request-Nonce", "n"), ("X-Lark-Signature", &signature)];
        match receiver(&key).open(headers, &mut body, NOW) {
            Ok(Delivery::Event(json)) => {
                prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(json).is_ok());
            }
            Ok(Delivery::Challenge(_)) => prop_assert!(made.event["challenge"].is_string()),
            Err(error) => {
                prop_assert!(error.kind != ErrorKind::SIGNATURE);
                // It has been wiped, or nothing of it was decrypted.
                prop_assert!(body.iter().all(|byte| *byte == 0) || body == sent, "{error}");
            }
        }
    }

    #[test]
    fn a_request_damaged_on_its_way_is_not_opened(made in made(), key in secret(), at in any::<Index>(), byte in any::<u8>()) {
        let (headers, body) = seal(&key, "n", [7; 16], &made.body);
        let mut damaged = body.clone();
        let at = at.index(damaged.len());
        damaged[at] = byte;
        prop_assume!(damaged != body);
        let error = receiver(&key).open(headers.iter().map(|(name, value)| (name, value)), &mut damaged, NOW).unwrap_err();
        prop_assert_eq!(error.kind, ErrorKind::SIGNATURE);
    }

    #[test]
    fn a_frame_is_read_as_it_was_written(
        (seq_id, log_id, service, method) in any::<(u64, u64, i32, i32)>(),
        pairs in vec((text(30), text(300)), 0..6),
        texts in [(); 3].map(|()| option::of(text(200))),
        payload in option::of(vec(any::<u8>(), 0..400)),
    ) {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let [payload_encoding, payload_type, log_id_new] = [0, 1, 2].map(|index| texts[index].as_deref());
        let frame = Frame {
            seq_id,
            log_id,
            service,
            method: Method(method),
            headers: Headers::new(&pairs),
            payload_encoding,
            payload_type,
            payload: payload.as_deref(),
            log_id_new,
        };
        let mut out = vec![0xff; 8192];
        let written = frame.write(&mut out).unwrap();
        prop_assert_eq!(Frame::read(written), Ok(frame));
        let mut exact = vec![0; written.len()];
        prop_assert_eq!(frame.write(&mut exact), Ok(written));
        let short = exact.split_last_mut().unwrap().1;
        prop_assert_eq!(frame.write(short).map_err(|error| error.kind), Err(ErrorKind::BUFFER_FULL));
        // Wherever it is cut, it is refused, or has lost whole fields that need not be there.
        for end in 0..written.len() {
            if let Ok(part) = Frame::read(&written[..end]) {
                prop_assert_eq!((part.seq_id, part.log_id, part.service, part.method), (seq_id, log_id, service, Method(method)));
                prop_assert!(part != frame);
            }
        }
    }
}
