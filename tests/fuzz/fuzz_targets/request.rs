//! Any headers and any body, for receivers with a key, a token, both, or neither; and any secrets.

#![no_main]

use lark_event::webhook::{Credentials, Receiver};
use lark_event::{ErrorKind, webhook::Reply};
use lark_event_fuzz::Input;
use lark_event_fuzz::requests::{self, Headers, NONCE, Outcome, Receivers, SIGNATURE, TIMESTAMP};
use lark_event_fuzz::tree::Tree;

const KEY: &str = "test key";
const TOKEN: &str = "tok";

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    if input.below(8) == 0 {
        return secrets(&mut input);
    }
    let (has_key, has_token, is_signed) = (input.flag(), input.flag(), input.flag());
    let (max_body, tolerance_ms, now_ms) = (input.number(), input.number(), input.number());
    let count = input.below(6);
    let mut headers: Headers = (0..count).map(|_| header(&mut input)).collect();
    let body = input.rest();
    if is_signed {
        // As the platform signs, with whatever time and nonce there are.
        let value = |name: &str, other: &str| {
            let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map_or(other.to_owned(), |(_, value)| String::from_utf8_lossy(value).into_owned())
        };
        let (timestamp, nonce) = (value(TIMESTAMP, "1700000000"), value(NONCE, "nonce"));
        headers = requests::signed(KEY, &timestamp, &nonce, body);
    }
    let credentials =
        Credentials { encrypt_key: has_key.then_some(KEY), verification_token: has_token.then_some(TOKEN) };
    let mut receivers = Receivers::new(credentials, Credentials::default()).expect("the secrets are right");
    let (outcome, left) = requests::outcome(&receivers, &headers, body, now_ms);
    is_safe(&outcome, &headers, body, credentials);
    if !has_key {
        let is_challenge = matches!(outcome, Outcome::Challenge(_));
        assert!(left == body || is_challenge, "a plain body stays as it is");
    }
    // Limits only ever refuse.
    let max_body = u32::try_from(max_body).unwrap_or(u32::MAX);
    receivers.plain.set_max_body(max_body);
    receivers.plain.set_tolerance_ms(tolerance_ms);
    let pairs = headers.iter().map(|(name, value)| (name, value));
    let limited = receivers.plain.open(pairs, &mut body.to_vec(), now_ms).map(|_| ()).map_err(|error| error.kind);
    match limited {
        Err(ErrorKind::TOO_LARGE) => assert!(body.len() > max_body as usize),
        _ if body.len() > max_body as usize => panic!("{limited:?}: a body of {} bytes is taken", body.len()),
        Err(ErrorKind::STALE) => assert!(tolerance_ms > 0 && has_key),
        limited => assert_eq!(limited.err(), kind(&outcome)),
    }
});

fn header(input: &mut Input<'_>) -> (String, Vec<u8>) {
    let name = match input.below(8) {
        0 => TIMESTAMP.to_owned(),
        1 => NONCE.to_owned(),
        2 => SIGNATURE.to_owned(),
        3 => TIMESTAMP.to_ascii_lowercase(),
        4 => NONCE.to_ascii_uppercase(),
        _ => input.text(),
    };
    (name, input.bytes().to_vec())
}

fn kind(outcome: &Outcome) -> Option<ErrorKind> {
    if let Outcome::Refused(error) = outcome { Some(error.kind) } else { None }
}

/// Nothing is taken for genuine that does not prove it.
fn is_safe(outcome: &Outcome, headers: &Headers, body: &[u8], credentials: Credentials<'_>) {
    if let Outcome::Refused(error) = outcome {
        let reply = Reply::failure(error.kind);
        assert_eq!((reply.status, Tree::theirs(reply.body.as_bytes()).is_ok()), (error.kind.http_status(), true));
        return;
    }
    let value = |name: &str| headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    if let (Some(key), Outcome::Event(..)) = (credentials.encrypt_key, outcome) {
        let text = |name: &str| value(name).and_then(|value| str::from_utf8(value).ok()).unwrap_or_default();
        let expected = requests::signature(key, text(TIMESTAMP), text(NONCE), body);
        assert!(text(SIGNATURE).eq_ignore_ascii_case(&expected), "an event without the right signature is taken");
    }
    if let (None, Some(token)) = (credentials.encrypt_key, credentials.verification_token) {
        let token = format!("{:?}", Tree::Text(token.to_owned()));
        let tree = Tree::ours(body).expect("what is taken is JSON");
        assert!(format!("{tree:?}").contains(&token), "a body without the token is taken");
    }
}

/// Any texts as secrets: they are taken if they can be, and nothing passes a receiver that has none.
fn secrets(input: &mut Input<'_>) {
    let mut secret = || input.flag().then(|| input.text());
    let texts = [secret(), secret(), secret(), secret()];
    let [key, token, old_key, old_token] = texts.each_ref().map(Option::as_deref);
    let is_good = |secret: Option<&str>| secret.is_none_or(|text| (1..=128).contains(&text.len()));
    let current = Credentials { encrypt_key: key, verification_token: token };
    let is_whole = is_good(key) && is_good(token) && (key.is_some() || token.is_some());
    let mut receiver = match Receiver::new(current) {
        Ok(receiver) => receiver,
        Err(error) => {
            assert!(!is_whole && error.kind == ErrorKind::INVALID_ARGUMENT, "{error:?}");
            let mut broken = Receiver::insecure();
            assert_eq!(broken.set_credentials(current), Err(error));
            return accepts_nothing(&broken);
        }
    };
    assert!(is_whole);
    let previous = Credentials { encrypt_key: old_key, verification_token: old_token };
    let has_current = (old_key.is_none() || key.is_some()) && (old_token.is_none() || token.is_some());
    let is_taken = is_good(old_key) && is_good(old_token) && has_current;
    assert_eq!(receiver.set_previous(previous).is_ok(), is_taken);
    let shown = format!("{receiver:?}");
    let is_shown = |secret: &&str| secret.len() > 8 && shown.contains(*secret);
    assert!(![key, token, old_key, old_token].iter().flatten().any(is_shown), "{shown}");
    // A request of before the change is taken with it, and not without it.
    if let (Some(old), true) = (old_key, is_taken && token.is_none()) {
        let mut body = requests::encrypted(old, [7; 16], b"{}");
        let headers = requests::signed(old, "1700000000", "nonce", &body);
        let pairs = headers.iter().map(|(name, value)| (name, value));
        assert!(receiver.open(pairs, &mut body, 0).is_ok());
    }
    receiver.clear();
    accepts_nothing(&receiver);
}

fn accepts_nothing(receiver: &Receiver) {
    for body in [&b"{}"[..], br#"{"type":"url_verification","challenge":"a","token":""}"#] {
        let opened = receiver.open([("", "")], &mut body.to_vec(), 0).map(|_| ()).map_err(|error| error.kind);
        assert_eq!(opened, Err(ErrorKind::INVALID_ARGUMENT));
    }
}
