//! Requests that something has been done to on the way, and what is left in the caller's memory.

use super::{EVENT, KEY, TOKEN, delivery, encrypted, open, receiver, signed};
use lark_event::ErrorKind;
use lark_event::webhook::Delivery;

#[test]
fn every_flipped_bit_is_noticed() {
    let (receiver, (headers, body)) = (receiver(Some(KEY), Some(TOKEN)), delivery());
    assert_eq!(open(&receiver, &headers, &mut body.clone()), Ok(Delivery::Event(EVENT.as_bytes())));
    for bit in 0..body.len() * 8 {
        let mut damaged = body.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let error = open(&receiver, &headers, &mut damaged).unwrap_err();
        assert_eq!(error.kind, ErrorKind::SIGNATURE, "bit {bit} of the body");
    }
    for (index, (_, value)) in headers.iter().enumerate() {
        for bit in 0..value.len() * 8 {
            // A bit that only changes the case of a digit changes nothing.
            let mut bytes = value.clone().into_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let same = bytes.eq_ignore_ascii_case(value.as_bytes()) && index == 2;
            let pairs = headers
                .iter()
                .enumerate()
                .map(|(at, (name, value))| (name, if at == index { bytes.as_slice() } else { value.as_bytes() }));
            let mut body = body.clone();
            let result = receiver.open(pairs, &mut body, super::NOW);
            assert_eq!(result.is_ok(), same, "bit {bit} of header {index}");
        }
    }
}

#[test]
fn every_truncation_is_noticed() {
    let (receiver, (headers, body)) = (receiver(Some(KEY), Some(TOKEN)), delivery());
    for len in 0..body.len() {
        let error = open(&receiver, &headers, &mut body[..len].to_vec()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::SIGNATURE, "{len} bytes");
        let error = open(&receiver, &[], &mut body[..len].to_vec()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::UNVERIFIED, "{len} bytes");
        // Cut off before it was signed.
        let (headers, mut body) = signed(KEY, body[..len].to_vec());
        let error = open(&receiver, &headers, &mut body).unwrap_err();
        assert_eq!(error.kind, ErrorKind::UNEXPECTED_END, "{len} bytes");
    }
}

#[test]
fn every_flipped_bit_of_a_challenge_gives_one_error_or_the_challenge() {
    let receiver = receiver(Some(KEY), Some(TOKEN));
    let challenge =
        encrypted(KEY, r#"{"challenge":"abcdefghijklmnopqrstuvwxyz012345","token":"tok","type":"url_verification"}"#);
    let mut answered = 0;
    for bit in 0..challenge.len() * 8 {
        let mut damaged = challenge.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        match open(&receiver, &[], &mut damaged) {
            // CBC cannot tell a flipped bit of the vector, which flips one of the first block: `{"challenge":"ab`.
            Ok(delivery) => {
                assert!(matches!(delivery, Delivery::Challenge(text) if text.len() == 32), "{delivery:?}");
                answered += 1;
            }
            Err(error) => assert_eq!(error, lark_event::Error::of_call(ErrorKind::UNVERIFIED), "bit {bit}"),
        }
    }
    assert!(answered > 0 && answered < 40, "{answered}");
}

#[test]
fn nothing_is_touched_before_the_signature_holds() {
    let (receiver, (headers, body)) = (receiver(Some(KEY), Some(TOKEN)), delivery());
    let another = signed("another", body.clone()).0;
    let upper = |index: usize, value: &str| {
        let mut headers = headers.clone();
        headers[index].1 = value.to_owned();
        headers
    };
    for headers in
        [another, headers[1..].to_vec(), upper(2, "00"), upper(0, "x"), upper(0, "1700000001"), upper(1, "n")]
    {
        let mut touched = body.clone();
        assert!(open(&receiver, &headers, &mut touched).is_err());
        assert_eq!(touched, body);
    }
    // One that is too old is genuine, but it is not looked at either.
    let mut strict = super::receiver(Some(KEY), Some(TOKEN));
    strict.set_tolerance_ms(1);
    let mut touched = body.clone();
    let pairs = headers.iter().map(|(name, value)| (name, value));
    assert_eq!(strict.open(pairs, &mut touched, super::NOW + 2).unwrap_err().kind, ErrorKind::STALE);
    assert_eq!(touched, body);
}

/// Only the first six blocks, of which the first is the vector: without padding.
fn cut_off(body: Vec<u8>) -> Vec<u8> {
    [&body[..r#"{"encrypt":""#.len() + 128], b"\"}"].concat()
}

#[test]
fn nothing_of_what_was_decrypted_is_left_behind_by_a_refusal() {
    let receiver = receiver(Some(KEY), Some("another token"));
    for (headers, mut body) in [
        delivery(),
        (vec![], encrypted(KEY, EVENT)),
        signed(KEY, encrypted(KEY, &EVENT.replace("}}", "}"))),
        signed(KEY, encrypted(KEY, &format!("[{EVENT}]"))),
        signed(KEY, cut_off(encrypted(KEY, EVENT))),
        (vec![], cut_off(encrypted(KEY, EVENT))),
    ] {
        assert!(open(&receiver, &headers, &mut body).is_err());
        assert!(body.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn random_bytes_never_pass() {
    let receiver = receiver(Some(KEY), Some(TOKEN));
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let pieces = ["{", "}", "\"encrypt\"", ":", "\"", "\\u00", "AAAA", "=", "\\/", ",", "[", "\u{1}", " "];
    for _ in 0..20_000 {
        let text: String = (0..next() % 12).map(|_| pieces[next() % pieces.len()]).collect();
        let (headers, mut body) = signed(KEY, text.clone().into_bytes());
        assert!(open(&receiver, &headers, &mut body).is_err(), "{text}");
        assert!(open(&receiver, &[], &mut text.clone().into_bytes()).is_err(), "{text}");
    }
}

/// Requests of the corpus, each with a byte changed in every place, and cut off: refused, or JSON that has been verified as
/// the whole one was.
#[test]
fn every_request_of_the_corpus_with_a_byte_changed_is_refused_or_json() {
    let cases = crate::common::read_json("webhook.json");
    let (mut checked, mut opened) = (0, 0);
    for case in cases.as_array().unwrap().iter().filter(|case| case["expected"].get("error").is_none()) {
        let (body, receiver) = (super::case_body(&case["body"]), super::case_receiver(&case["receiver"]));
        let headers = case["headers"].as_array().unwrap();
        let is_signed = case["receiver"].get("encrypt_key").is_some() && !headers.is_empty();
        let mut check = |mut damaged: Vec<u8>| {
            let pairs = headers.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
            let (sent, name) = (damaged.clone(), &case["name"]);
            checked += 1;
            match receiver.open(pairs, &mut damaged, case["now_ms"].as_u64().unwrap()) {
                Err(error) => assert!(!is_signed || error.kind == ErrorKind::SIGNATURE, "{name}: {error}"),
                Ok(delivery) => {
                    assert!(!is_signed, "{name}: {}", String::from_utf8_lossy(&sent));
                    opened += 1;
                    if let Delivery::Event(json) = delivery {
                        assert!(serde_json::from_slice::<serde_json::Value>(json).is_ok(), "{name}");
                    }
                }
            }
        };
        for at in (0..body.len()).filter(|_| body.len() < 4096) {
            let mut damaged = body.clone();
            damaged[at] ^= 1 << (at % 8);
            check(damaged);
            check(body[..at].to_vec());
        }
    }
    assert!(checked > 10_000 && opened > 100, "{checked} checked, {opened} opened");
}
