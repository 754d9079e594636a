//! Webhook requests: the receiver of the core, and what the platform does to a body before it sends it.

use crate::{build::build, classes::classes, decode, envelope::Glance, headers::Headers};
use lark_event::{
    ErrorKind,
    webhook::{Credentials, ReadyReceiver, Received, Receiver, Reply, platform},
};
use pyo3::{
    exceptions::PyValueError,
    intern,
    prelude::*,
    types::{PyBytes, PyString},
};

/// Verifies and decrypts requests; it cannot change, and does not show its secrets.
#[pyclass(frozen, module = "lark_event._native")]
pub(crate) struct Webhook {
    receiver: ReadyReceiver,
    /// Whether the time matters.
    has_tolerance: bool,
}

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
        Ok(Self { receiver: receiver.ready(), has_tolerance: tolerance_ms > 0 })
    }

    /// Return the text of a challenge, or the envelope of an event.
    pub(crate) fn open<'py>(
        &self,
        py: Python<'py>,
        headers: &Bound<'py, PyAny>,
        body: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let headers = Headers::of(headers)?;
        let mut body = decode::body_to_vec(body)?;
        let now_ms = if self.has_tolerance { unix_ms(py)? } else { 0 };
        let classes = classes()?;
        let mut glance = Glance::new(py, &classes, &body).with_token();
        match self.receiver.receive_into(headers.iter(), &mut body, now_ms, &mut glance) {
            Ok(Received::Challenge(challenge)) => {
                glance.into_failure().map_or_else(|| Ok(PyString::new(py, challenge).into_any()), Err)
            }
            Ok(Received::Event { json, decoded }) => {
                let opened = glance.finish(&decoded, json, || PyBytes::new(py, json))?;
                opened.map_or_else(|| build(py, json, &classes, 0), Ok)
            }
            Err(error) => Err(glance.into_failure().unwrap_or_else(|| decode::refusal(py, &error))),
        }
    }
}

/// The time by the clock of Python, which tests may set.
fn unix_ms(py: Python<'_>) -> PyResult<u64> {
    let nanoseconds: u64 = py.import(intern!(py, "time"))?.call_method0(intern!(py, "time_ns"))?.extract()?;
    Ok(nanoseconds / 1_000_000)
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
