//! What a signed and encrypted request costs: opened and decoded, beside the cryptography that it cannot do without.

use crate::{Figures, figures, measure};
use aes::Aes256;
use base64ct::{Base64, Encoding};
use cbc::{
    Decryptor,
    cipher::{Array, BlockModeDecrypt, KeyIvInit},
};
use lark_event::{
    Envelope, decode,
    webhook::{Credentials, Delivery, Receiver, platform},
};
use sha2::{Digest, Sha256};
use std::{fs, hint::black_box, time::Duration};

const KEY: &str = "test key";
const TOKEN: &str = "tok";
const TIMESTAMP: &str = "1700000000";
const NONCE: &str = "nonce";
/// What stands before and behind the Base64 in a body.
const FRAME: [&[u8]; 2] = [b"{\"encrypt\":\"", b"\"}"];

const CC: &str = r#"{"schema":"2.0","header":{"event_id":"00000000000000000000000000000001","event_type":"corehr.process.cc.updated_v2","create_time":"1700000000000","token":"tok","app_id":"cli_0000000000000000","tenant_key":"tk"},"event":{"process_id":"7072306364927985196","approver_id":"7072306364927985187","status":5,"biz_type":"renewal_record"}}"#;

/// What is measured. The first is what the others are compared with; all but the last row copy the body first, as it is
/// decrypted in place.
const ROWS: [&str; 10] = [
    "lark-event, open and decode",
    "SHA-256, base64-simd, AES-256-CBC",
    "  lark-event, open",
    "  lark-event, decode",
    "  SHA-256 of the body",
    "  base64-simd",
    "  base64ct",
    "  AES-256-CBC, key schedule",
    "  SHA-256 of the Encrypt Key",
    "  copy of the body",
];

/// A request, and what is in it.
struct Request {
    text: Vec<u8>,
    body: Vec<u8>,
    signature: String,
}

impl Request {
    fn new(text: &str) -> Self {
        let mut room = vec![0; platform::encrypted_len(text.len())];
        let base64 = platform::encrypt(KEY, [7; 16], text.as_bytes(), &mut room).unwrap();
        let body = [FRAME[0], base64.as_bytes(), FRAME[1]].concat();
        let signature = platform::sign(KEY, TIMESTAMP, NONCE, &body).as_str().to_owned();
        Self { text: text.into(), body, signature }
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

/// Where the Base64 is in a body.
fn base64(body: &mut [u8]) -> &mut [u8] {
    let end = body.len() - FRAME[1].len();
    &mut body[FRAME[0].len()..end]
}

fn sha256(body: &[u8]) -> [u8; 32] {
    let parts = [TIMESTAMP.as_bytes(), NONCE.as_bytes(), KEY.as_bytes(), body];
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(black_box(part))).finalize().into()
}

fn decrypt<'b>(key: &[u8; 32], sealed: &'b mut [u8]) -> &'b [u8] {
    let (vector, text) = sealed.split_first_chunk_mut::<16>().unwrap();
    let mut cipher = Decryptor::<Aes256>::new(&(*black_box(key)).into(), &(*vector).into());
    cipher.decrypt_blocks(Array::cast_slice_from_core_mut(text.as_chunks_mut().0));
    text
}

fn open<'b>(receiver: &Receiver, request: &Request, body: &'b mut [u8]) -> &'b [u8] {
    match receiver.open(request.headers(), body, 0) {
        Ok(Delivery::Event(json)) => json,
        other => panic!("{other:?}"),
    }
}

/// The cryptography alone: the plain text with its padding. Key and cipher key are at hand.
fn alone<'b>(key: &[u8; 32], body: &'b mut [u8]) -> &'b [u8] {
    black_box(sha256(body));
    let sealed = base64_simd::STANDARD.decode_inplace(base64(body)).unwrap();
    decrypt(key, sealed)
}

fn times(request: &Request, rounds: usize, batch: Duration) -> Vec<Figures> {
    let credentials = Credentials { encrypt_key: Some(KEY), verification_token: Some(TOKEN) };
    let receiver = Receiver::new(credentials).unwrap();
    let key: [u8; 32] = Sha256::digest(KEY).into();
    let sealed = base64_simd::STANDARD.decode_to_vec(base64(&mut request.body.clone())).unwrap();

    // They do the same.
    let (ours, theirs) = (&mut request.body.clone(), &mut request.body.clone());
    assert_eq!(open(&receiver, request, ours), request.text);
    assert!(alone(&key, theirs).starts_with(&request.text));

    // A run on a fresh copy of something.
    fn fresh<'r>(from: &'r [u8], mut run: impl FnMut(&mut [u8]) + 'r) -> Box<dyn FnMut() + 'r> {
        let mut copy = from.to_vec();
        Box::new(move || {
            copy.copy_from_slice(black_box(from));
            run(black_box(&mut copy));
        })
    }
    let (mut all, mut only) = (Box::new(Envelope::EMPTY), Box::new(Envelope::EMPTY));
    let (receiver, key) = (&receiver, &key);
    let mut runs: [Box<dyn FnMut() + '_>; ROWS.len()] = [
        fresh(&request.body, move |body| decode(open(receiver, request, body), black_box(&mut all)).unwrap()),
        fresh(&request.body, move |body| _ = black_box(alone(key, body))),
        fresh(&request.body, move |body| _ = black_box(open(receiver, request, body))),
        Box::new(move || decode(black_box(&request.text), black_box(&mut only)).unwrap()),
        fresh(&request.body, |body| _ = black_box(sha256(body))),
        fresh(&request.body, |body| _ = black_box(base64_simd::STANDARD.decode_inplace(base64(body)).unwrap())),
        fresh(&request.body, |body| _ = black_box(Base64::decode_in_place(base64(body)).unwrap())),
        fresh(&sealed, move |sealed| _ = black_box(decrypt(key, sealed))),
        Box::new(|| _ = black_box(Sha256::digest(black_box(KEY)))),
        fresh(&request.body, |_| {}),
    ];
    figures(&measure(&mut runs, rounds, batch))
}

/// Measures requests of several lengths; prints tables, or returns the figures.
pub(crate) fn run(rounds: usize, batch: Duration, json: bool) -> serde_json::Value {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/samples/job_change_updated.min.json");
    let job_change = fs::read_to_string(sample).expect("the sample");
    let job_change = job_change.trim().replace("rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV", TOKEN);
    let mut results = serde_json::Map::new();
    for (name, text) in [("cc", CC), ("job change", &job_change)] {
        let request = Request::new(text);
        let figures = times(&request, rounds, batch);
        if !json {
            report(name, &request, &figures);
        }
        let rows = ROWS.iter().zip(&figures).map(|(row, figures)| (row.trim().to_owned(), figures.median.into()));
        let value = serde_json::json!({
            "bytes": text.len(), "body_bytes": request.body.len(), "ratio": figures[1].ratio,
            "median_ns": rows.collect::<serde_json::Map<_, _>>(),
        });
        results.insert(name.to_owned(), value);
    }
    results.into()
}

fn report(name: &str, request: &Request, figures: &[Figures]) {
    let title = format!("{name}, {} bytes in a body of {}", request.text.len(), request.body.len());
    println!("{title:<40}{:>10}{:>9}{:>14}", "median ns", "min", "middle half");
    for (row, Figures { median, min, middle_half: [low, high], .. }) in ROWS.iter().zip(figures) {
        let spread = format!("{low:.0}-{high:.0}");
        println!("  {row:<38}{median:>10.0}{min:>9.0}{spread:>14}");
    }
    println!("  opened and decoded in {:.2}x of the time of the cryptography alone\n", figures[1].ratio);
}
