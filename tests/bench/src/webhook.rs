//! What a signed and encrypted request costs: opened and decoded, beside the cryptography that it cannot do without.

use crate::{
    inputs::Input,
    measure::Run,
    row::{Group, Kind, Row},
};
use aes::{
    Aes256Dec,
    cipher::{Array, BlockCipherDecrypt, KeyInit},
};
use base64ct::{Base64, Encoding};
use lark_event::{
    Envelope, decode,
    webhook::{Credentials, Delivery, ReadyReceiver, Received, Receiver, platform},
};
use sha2::{Digest, Sha256};
use std::hint::black_box;

const KEY: &str = "test key";
const TIMESTAMP: &str = "1700000000";
const NONCE: &str = "nonce";
/// What stands before and behind the Base64 in a body.
const FRAME: [&[u8]; 2] = [b"{\"encrypt\":\"", b"\"}"];

const ALL: &str = "lark-event, receive";
const ALONE: &str = "SHA-256 + base64-simd + AES-256-CBC";

/// The names of the rows.
pub(crate) const NAMES: [&str; 10] = [
    ALL,
    ALONE,
    "lark-event, open, then decode",
    "lark-event, open",
    "lark-event, decode",
    "SHA-256",
    "base64-simd",
    "base64ct",
    "AES-256-CBC",
    "copy of the body",
];

/// A request, and what is in it.
struct Request {
    text: Vec<u8>,
    body: Vec<u8>,
    signature: String,
    /// What the Base64 stands for.
    sealed: Vec<u8>,
}

/// The requests that an input becomes.
pub(crate) struct Requests {
    all: Vec<Request>,
    receiver: ReadyReceiver,
    /// Its round keys, which are made beforehand for both.
    cipher: Aes256Dec,
}

impl Request {
    fn new(text: &[u8]) -> Self {
        let mut room = vec![0; platform::encrypted_len(text.len())];
        let base64 = platform::encrypt(KEY, [7; 16], text, &mut room).expect("there is room");
        let body = [FRAME[0], base64.as_bytes(), FRAME[1]].concat();
        let signature = platform::sign(KEY, TIMESTAMP, NONCE, &body).as_str().to_owned();
        let sealed = base64_simd::STANDARD.decode_to_vec(base64).expect("it is Base64");
        Self { text: text.to_vec(), body, signature, sealed }
    }

    fn headers(&self) -> [(&'static str, &str); 5] {
        [
            ("Content-Type", "application/json;charset=utf-8"),
            ("X-Lark-Request-Timestamp", TIMESTAMP),
            ("X-Lark-Request-Nonce", NONCE),
            ("X-Lark-Signature", &self.signature),
            ("Host", "127.0.0.1"),
        ]
    }
}

impl Requests {
    /// The requests of an input; `None` if the token is not the same in all of its documents, as one app's is.
    pub(crate) fn new(input: &Input) -> Option<Self> {
        let mut envelope = Box::new(Envelope::EMPTY);
        let mut tokens = input.documents.iter().map(|document| {
            decode(document, &mut envelope).ok()?;
            envelope.header.token.get().map(str::to_owned)
        });
        let token = tokens.next()??;
        if !tokens.all(|another| another.as_ref() == Some(&token)) {
            return None;
        }
        let credentials = Credentials { encrypt_key: Some(KEY), verification_token: Some(&token) };
        let receiver = Receiver::new(credentials).expect("the credentials are good").ready();
        let all = input.documents.iter().map(|document| Request::new(document)).collect();
        Some(Self { all, receiver, cipher: Aes256Dec::new(&Sha256::digest(KEY).0.into()) })
    }

    /// Asserts that what is compared does the same.
    pub(crate) fn check(&self) {
        for request in &self.all {
            let (ours, theirs) = (&mut request.body.clone(), &mut request.body.clone());
            assert_eq!(open(&self.receiver, request, ours), request.text);
            let (mut decoded, mut received) = (Box::new(Envelope::EMPTY), Box::new(Envelope::EMPTY));
            decode(&request.text, &mut decoded).expect("it has been decoded before");
            receive(&self.receiver, request, &mut request.body.clone(), &mut received);
            assert_eq!(received, decoded);
            let mut text = Vec::new();
            alone(&self.cipher, theirs, &mut text);
            assert!(text.starts_with(&request.text));
        }
    }

    /// What is measured. All but `decode` and AES copy the body first, as some of them change it.
    pub(crate) fn rows(&self) -> Vec<Row<'_>> {
        let [mut all, mut then, mut only] = std::array::from_fn(|_| Box::new(Envelope::EMPTY));
        let (receiver, cipher) = (&self.receiver, &self.cipher);
        let [mut text, mut text_alone] = [Vec::new(), Vec::new()];
        let runs: [Run<'_>; NAMES.len()] = [
            self.fresh(move |request, body| receive(receiver, request, body, black_box(&mut all))),
            self.fresh(move |_, body| alone(cipher, body, black_box(&mut text))),
            self.fresh(move |request, body| {
                decode(open(receiver, request, body), black_box(&mut then)).expect("it has been decoded before");
            }),
            self.fresh(move |request, body| _ = black_box(open(receiver, request, body))),
            self.each(move |request| {
                decode(black_box(&request.text), black_box(&mut only)).expect("it has been decoded before");
            }),
            self.fresh(|_, body| _ = black_box(sha256(body))),
            self.fresh(|_, body| {
                _ = black_box(base64_simd::STANDARD.decode_inplace(base64(body)).expect("it is Base64"));
            }),
            self.fresh(|_, body| _ = black_box(Base64::decode_in_place(base64(body)).expect("it is Base64"))),
            self.each(move |request| decrypt(cipher, black_box(&request.sealed), black_box(&mut text_alone))),
            self.fresh(|_, _| {}),
        ];
        NAMES.into_iter().zip(runs).map(|(name, run)| row(name, run)).collect()
    }

    /// A run over all requests.
    fn each<'r>(&'r self, mut run: impl FnMut(&'r Request) + 'r) -> Run<'r> {
        Box::new(move || self.all.iter().for_each(&mut run))
    }

    /// A run on a fresh copy of each body.
    fn fresh<'r>(&'r self, mut run: impl FnMut(&'r Request, &mut [u8]) + 'r) -> Run<'r> {
        let mut copy = Vec::new();
        self.each(move |request| {
            copy.clear();
            copy.extend_from_slice(black_box(&request.body));
            run(request, black_box(&mut copy));
        })
    }
}

fn row<'r>(name: &'static str, run: Run<'r>) -> Row<'r> {
    let is_ours = name.starts_with("lark-event");
    let group = if is_ours { Group::Ours } else { Group::Floor };
    Row { kind: Kind { name, group, owned: is_ours, dispatch: is_ours, reference: ALL }, run }
}

/// Where the Base64 is in a body.
fn base64(body: &mut [u8]) -> &mut [u8] {
    let end = body.len() - FRAME[1].len();
    &mut body[FRAME[0].len()..end]
}

fn sha256(body: &[u8]) -> [u8; 32] {
    let parts = [TIMESTAMP.as_bytes(), NONCE.as_bytes(), KEY.as_bytes(), body];
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(black_box(part))).finalize().into()
}

/// Decrypts as fast as the crate can: all blocks in one go, from one place to another. The text has its padding.
fn decrypt(cipher: &Aes256Dec, sealed: &[u8], text: &mut Vec<u8>) {
    let (blocks, _) = sealed.as_chunks::<16>();
    // The first block is the initialization vector.
    text.resize(16 * (blocks.len() - 1), 0);
    let (texts, _) = text.as_chunks_mut::<16>();
    let (from, to) = (Array::cast_slice_from_core(&blocks[1..]), Array::cast_slice_from_core_mut(texts));
    cipher.decrypt_blocks_b2b(from, to).expect("there is as much room");
    for (text, before) in texts.iter_mut().zip(blocks) {
        *text = (u128::from_ne_bytes(*text) ^ u128::from_ne_bytes(*before)).to_ne_bytes();
    }
}

fn receive(receiver: &ReadyReceiver, request: &Request, body: &mut [u8], envelope: &mut Envelope) {
    match receiver.receive(request.headers(), body, 0, envelope) {
        Ok(Received::Event { decoded: Ok(()), .. }) => {}
        other => panic!("{other:?}"),
    }
}

fn open<'b>(receiver: &ReadyReceiver, request: &Request, body: &'b mut [u8]) -> &'b [u8] {
    match receiver.open(request.headers(), body, 0) {
        Ok(Delivery::Event(json)) => json,
        other => panic!("{other:?}"),
    }
}

/// The cryptography alone: the plain text with its padding. Key and round keys are at hand.
fn alone(cipher: &Aes256Dec, body: &mut [u8], text: &mut Vec<u8>) {
    black_box(sha256(body));
    decrypt(cipher, base64_simd::STANDARD.decode_inplace(base64(body)).expect("it is Base64"), text);
}
