//! A genuine request and what somebody has done to it on the way, before it was encrypted, after that, or after it was signed.

#![no_main]

use lark_event::ErrorKind;
use lark_event::webhook::{Credentials, Reply};
use lark_event_fuzz::Input;
use lark_event_fuzz::requests::{self, Headers, Outcome, Receivers};
use lark_event_fuzz::tree::{self, Tree};

const NOW_MS: u64 = 1_700_000_000_000;
const KEYS: [&str; 4] = ["test key", "another key", "k", "流程"];
const TOKENS: [&str; 3] = ["tok", "another token", "\"\\n"];

/// What is done to a request.
#[derive(Clone, Copy, PartialEq)]
enum Attack {
    None,
    /// The body is changed after it was signed.
    Body,
    /// The body is signed with another key.
    Key,
    /// A header is changed.
    Header,
    /// A header is left out, or is there twice.
    Headers,
    /// All three headers are left out.
    Unsigned,
    /// The ciphertext is changed, and signed then: whoever does this has the key.
    Ciphertext,
}

const ATTACKS: [Attack; 8] = [
    Attack::None,
    Attack::Body,
    Attack::Key,
    Attack::Header,
    Attack::Headers,
    Attack::Unsigned,
    Attack::Ciphertext,
    Attack::None,
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let (key, token) = (input.one_of(&KEYS), input.one_of(&TOKENS));
    let attack = input.one_of(&ATTACKS);
    let (is_rotating, has_token) = (input.flag(), input.flag());
    let (place, bits) = (input.below(1 << 16), input.byte());
    let vector = std::array::from_fn(|_| input.byte());
    let text = plain(&mut input, token);
    let current = Credentials { encrypt_key: Some(key), verification_token: has_token.then_some(token) };
    let receivers = match is_rotating {
        false => Receivers::new(current, Credentials::default()),
        // The request is made with the secrets of before.
        true => {
            let next = Credentials { encrypt_key: Some("next key"), verification_token: has_token.then_some("next") };
            Receivers::new(next, current)
        }
    };
    let receivers = receivers.expect("the secrets are right");
    let mut body = requests::encrypted(key, vector, &text);
    if attack == Attack::Ciphertext {
        change(&mut body, place, bits);
    }
    let mut headers = requests::signed(key, "1700000000", "nonce", &body);
    let is_changed = damage(&mut headers, &mut body, attack, place, bits);
    let (outcome, left) = requests::outcome(&receivers, &headers, &body, NOW_MS);
    match attack {
        Attack::None => is_right(&outcome, &text, has_token.then_some(token)),
        Attack::Ciphertext => {}
        Attack::Unsigned => is_challenge(&outcome, &text),
        _ if !is_changed => is_right(&outcome, &text, has_token.then_some(token)),
        _ => {
            let Outcome::Refused(error) = &outcome else { panic!("a forgery is taken: {outcome:?}") };
            let is_told = matches!(error.kind, ErrorKind::SIGNATURE | ErrorKind::SIGNATURE_HEADER);
            assert!(is_told, "{error:?}");
            assert_eq!(left, body, "nothing is done to a body before its signature is found to be right");
        }
    }
    if let Outcome::Refused(error) = outcome {
        let touched = left != body;
        assert!(!touched || left.iter().all(|byte| *byte == 0), "something is left of what was decrypted: {error:?}");
    }
});

/// What the platform encrypts: an event, a challenge, or anything.
fn plain(input: &mut Input<'_>, token: &str) -> Vec<u8> {
    let token = serde_json::to_string(token).expect("a text");
    match input.below(5) {
        0 => {
            let challenge = serde_json::to_string(&input.text()).expect("a text");
            format!(r#"{{"challenge":{challenge},"token":{token},"type":"url_verification"}}"#).into_bytes()
        }
        1 => {
            let start = format!(
                r#"{{"schema":"2.0","header":{{"event_id":"1","event_type":"corehr.process.cc.updated_v2","token":{token}}},"event":"#
            );
            [start.as_bytes(), input.rest(), b"}"].concat()
        }
        2 => {
            let end = format!(r#","header":{{"token":{token},"event_type":"corehr.process.cc.updated_v2"}}}}"#);
            [b"{\"event\":", input.rest(), end.as_bytes()].concat()
        }
        3 => {
            let end = format!(r#","uuid":"1","token":{token},"type":"event_callback"}}"#);
            [b"{\"event\":", input.rest(), end.as_bytes()].concat()
        }
        _ => input.rest().to_vec(),
    }
}

fn change(bytes: &mut [u8], place: usize, bits: u8) {
    let place = place % bytes.len().max(1);
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= bits;
    }
}

/// Does what an attack does; whether the request has become another.
fn damage(headers: &mut Headers, body: &mut Vec<u8>, attack: Attack, place: usize, bits: u8) -> bool {
    let (mut was, whole) = (headers.clone(), body.clone());
    match attack {
        Attack::None | Attack::Ciphertext => {}
        Attack::Body if bits == 0 => body.truncate(place % (body.len() + 1)),
        Attack::Body => change(body, place, bits),
        Attack::Key => {
            let another = format!("{place}");
            *headers = requests::signed(&another, "1700000000", "nonce", body);
        }
        Attack::Header => {
            let (_, value) = &mut headers[place % 3];
            if bits == 0 { value.truncate(place / 3 % (value.len() + 1)) } else { change(value, place / 3, bits) }
        }
        Attack::Headers if bits & 1 == 1 => drop(headers.remove(place % 3)),
        Attack::Headers => headers.push(headers[place % 3].clone()),
        Attack::Unsigned => headers.clear(),
    }
    // The case of the digits of a signature does not matter.
    let mut is = headers.clone();
    let values = was.iter_mut().chain(&mut is).filter(|(name, _)| name == requests::SIGNATURE);
    values.for_each(|(_, value)| value.make_ascii_lowercase());
    *body != whole || was != is
}

/// The tokens of a body, as the receiver is to look at them.
fn tokens(tree: &Tree) -> Vec<&Tree> {
    let mut found = vec![];
    let Tree::Object(members) = tree else { return found };
    for (name, value) in members {
        match (name.as_str(), value) {
            ("token", value) => found.push(value),
            ("header", Tree::Object(members)) => {
                found.extend(members.iter().filter(|(name, _)| name == "token").map(|(_, value)| value));
            }
            _ => {}
        }
    }
    found.retain(|value| **value != Tree::Null);
    found
}

fn is_text(tree: &Tree, expected: &str) -> bool {
    matches!(tree, Tree::Text(text) if text == expected)
}

fn count(tree: &Tree, name: &str) -> usize {
    if let Tree::Object(members) = tree { members.iter().filter(|(known, _)| known == name).count() } else { 0 }
}

/// What has come of a genuine request: the very text, if that is a JSON object with the right token.
fn is_right(outcome: &Outcome, text: &[u8], token: Option<&str>) {
    let tree = match (tree::compare(text), outcome) {
        (Ok(tree), _) => tree,
        (Err(expected), Outcome::Refused(error)) => {
            // A member that stands twice is told as soon as it is there.
            assert!(*error == expected || error.kind == ErrorKind::DUPLICATE, "{error:?}, expected {expected:?}");
            return;
        }
        (Err(error), outcome) => panic!("{outcome:?} of no JSON: {error:?}"),
    };
    let tokens = tokens(&tree);
    let has_right_token =
        token.is_none_or(|token| !tokens.is_empty() && tokens.iter().all(|found| is_text(found, token)));
    match outcome {
        Outcome::Event(json, _) => {
            assert_eq!(json, text, "an event is the very text");
            assert!(has_right_token, "a wrong token is taken: {tokens:?}");
        }
        Outcome::Challenge(challenge) => {
            assert!(has_right_token, "a wrong token is taken: {tokens:?}");
            is_in(&tree, challenge);
        }
        Outcome::Refused(error) => {
            let repeats = ["token", "header", "type", "challenge"].iter().any(|name| count(&tree, name) > 1);
            let is_verification = matches!(&tree, Tree::Object(members)
                if members.contains(&("type".to_owned(), Tree::Text("url_verification".to_owned()))));
            let is_expected = match error.kind {
                ErrorKind::TOKEN => !has_right_token,
                ErrorKind::TYPE => !matches!(tree, Tree::Object(_)),
                ErrorKind::ENCRYPTED => count(&tree, "encrypt") > 0,
                ErrorKind::MISSING => is_verification,
                ErrorKind::DUPLICATE => repeats || tokens.len() > 1,
                _ => false,
            };
            assert!(is_expected, "a genuine request is refused: {error:?}");
        }
    }
}

/// Without headers, only a challenge with the right token is answered.
fn is_challenge(outcome: &Outcome, text: &[u8]) {
    match outcome {
        Outcome::Challenge(challenge) => is_in(&Tree::ours(text).expect("a challenge is JSON"), challenge),
        Outcome::Event(..) => panic!("an unsigned event is taken"),
        Outcome::Refused(error) => assert_eq!(*error, lark_event::Error::of_call(ErrorKind::UNVERIFIED)),
    }
}

/// A challenge is that of the text, and the reply to it says so.
fn is_in(tree: &Tree, challenge: &str) {
    let member = |name: &str, value: &str| (name.to_owned(), Tree::Text(value.to_owned()));
    let Tree::Object(members) = tree else { panic!("a challenge in {tree:?}") };
    assert!(members.contains(&member("challenge", challenge)) && members.contains(&member("type", "url_verification")));
    let mut out = vec![0; challenge.len() * 6 + 16];
    let reply = Reply::challenge(challenge, &mut out).expect("there is room");
    let expected = Tree::Object(vec![member("challenge", challenge)]);
    assert_eq!((reply.status, Tree::theirs(reply.body.as_bytes()).ok()), (200, Some(expected)));
}
