//! Webhook requests: the receiver of the core, and what the platform does to a body before it sends it.

use crate::{classes::classes, decode};
use lark_event::{
    ErrorKind,
    dedup::{self, Seen, Slot},
    webhook::{Credentials, Delivery, Receiver, Reply, platform},
};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    intern,
    prelude::*,
    types::{PyBytes, PyString},
};
use std::sync::{Mutex, PoisonError};

/// Verifies and decrypts requests; it cannot change, and does not show its secrets.
#[pyclass(frozen, module = "lark_event._native")]
pub(crate) struct Webhook(Receiver);

#[pymethods]
impl Webhook {
    #[new]
    #[pyo3(signature = (*, encrypt_key=None, verification_token=None, previous_encrypt_key=None, previous_verification_token=None, insecure=false, max_body, tolerance_ms=0))]
    fn new(
        encrypt_key: Option<&str>,
        verification_token: Option<&str>,
        previous_encrypt_key: Option<&str>,
        previous_verification_token: Option<&str>,
        insecure: bool,
        max_body: u32,
        tolerance_ms: u64,
    ) -> PyResult<Self> {
        let refused = |_| PyValueError::new_err("a secret must have 1 to 128 bytes, and a previous one a current one");
        let mut receiver = match insecure {
            true => Receiver::insecure(),
            false => Receiver::new(Credentials { encrypt_key, verification_token }).map_err(refused)?,
        };
        let previous =
            Credentials { encrypt_key: previous_encrypt_key, verification_token: previous_verification_token };
        receiver.set_previous(previous).map_err(refused)?;
        receiver.set_max_body(max_body);
        receiver.set_tolerance_ms(tolerance_ms);
        Ok(Self(receiver))
    }

    /// Return the text of a challenge, or the envelope of an event.
    fn open<'py>(
        &self,
        py: Python<'py>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
        now_ms: u64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let headers = signature_headers(headers)?;
        let headers = headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice()));
        let mut body = decode::body_to_vec(body)?;
        match self.0.open(headers, &mut body, now_ms) {
            Ok(Delivery::Challenge(challenge)) => Ok(PyString::new(py, challenge).into_any()),
            Ok(Delivery::Event(json)) => decode::decode_slice(py, json, &classes()?, 0),
            Err(error) => Err(decode::refusal(py, &error)),
        }
    }
}

/// The headers of a mapping or of pairs, those that matter: texts and bytes alike.
fn signature_headers(headers: &Bound<'_, PyAny>) -> PyResult<Vec<(Vec<u8>, Vec<u8>)>> {
    // Not every class of headers is a `Mapping`: that of http.server is none.
    let pairs = match headers.getattr_opt(intern!(headers.py(), "items"))? {
        Some(items) => items.call0()?,
        None => headers.clone(),
    };
    let mut found = Vec::new();
    for pair in pairs.try_iter()? {
        let [name, value]: [Bound<'_, PyAny>; 2] = pair?.extract()?;
        let name = text_bytes(&name)?;
        // All others are none of our business, whatever their values are.
        if name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"x-lark-")) {
            found.push((name, text_bytes(&value)?));
        }
    }
    Ok(found)
}

fn text_bytes(value: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    match value.cast::<PyString>() {
        // What is not ASCII is refused later on, so that it may be any bytes that are not.
        Ok(text) => Ok(text.to_string_lossy().as_bytes().to_vec()),
        Err(_) => {
            let found = value.get_type().name()?;
            Err(PyTypeError::new_err(format!("names and values of headers must be str or bytes, not {found}")))
        }
    }
}

/// Return HTTP status and JSON body for an error kind.
#[pyfunction]
pub(crate) fn reply(kind: i32) -> (u16, &'static str) {
    let Reply { status, body } = if kind == 0 { Reply::SUCCESS } else { Reply::failure(ErrorKind(kind)) };
    (status, body)
}

/// Return the JSON body of the reply to a challenge.
#[pyfunction]
pub(crate) fn challenge_reply(challenge: &str) -> PyResult<String> {
    let mut out = vec![0; challenge.len() * 6 + 32];
    let reply = Reply::challenge(challenge, &mut out);
    reply.map(|reply| reply.body.to_owned()).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Return `plaintext` encrypted as the platform does, in Base64. `vector` must be 16 random bytes.
#[pyfunction]
pub(crate) fn encrypt(encrypt_key: &str, plaintext: &[u8], vector: [u8; 16]) -> PyResult<String> {
    let mut out = vec![0; platform::encrypted_len(plaintext.len())];
    let text = platform::encrypt(encrypt_key, vector, plaintext, &mut out);
    text.map(str::to_owned).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Return the signature of a raw body as the platform makes it.
#[pyfunction]
pub(crate) fn sign(encrypt_key: &str, timestamp: &str, nonce: &str, body: &[u8]) -> String {
    platform::sign(encrypt_key, timestamp, nonce, body).as_str().to_owned()
}

/// A window over the events that were seen lately.
#[pyclass(frozen, module = "lark_event._native")]
pub(crate) struct Dedup(Mutex<dedup::Dedup<Vec<Slot>>>);

#[pymethods]
impl Dedup {
    #[new]
    fn new(capacity: u32, ttl_ms: u64) -> Self {
        Self(Mutex::new(dedup::Dedup::new(vec![Slot::EMPTY; capacity as usize], ttl_ms)))
    }

    fn begin(&self, event_id: &str, now_ms: u64) -> &'static str {
        match self.with(|window| window.begin(event_id, now_ms)) {
            Seen::New => "new",
            Seen::Duplicate => "duplicate",
            Seen::InProgress => "in_progress",
        }
    }

    fn commit(&self, event_id: &str, now_ms: u64) {
        self.with(|window| window.commit(event_id, now_ms));
    }

    fn abort(&self, event_id: &str) {
        self.with(|window| window.abort(event_id));
    }
}

impl Dedup {
    fn with<T>(&self, call: impl FnOnce(&mut dedup::Dedup<Vec<Slot>>) -> T) -> T {
        // No call of the core panics, so that no lock is poisoned; were one, the window is as good as any.
        call(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
