//! The long connection: the session of the core, with memory that grows no further than it is told.

use lark_event::connection::{
    self, ANSWER_ROOM, Ack, Action, End, Endpoint, EndpointCode, PING_ROOM, Part, Received, Session as Core,
};
use pyo3::{exceptions::PyValueError, prelude::*, types::PyBytes};
use std::sync::{Mutex, PoisonError};

/// What to do when, and what to make of messages. Times are in milliseconds of any clock that does not go back.
#[pyclass(frozen, module = "lark_event._native")]
pub(crate) struct Session(Mutex<Core<Vec<u8>, Vec<Part>>>);

/// What it takes to answer an event.
#[pyclass(frozen, module = "lark_event._native")]
pub(crate) struct Delivery {
    message: Py<PyBytes>,
    received_ms: u64,
    connection: u32,
    /// The JSON of the event; `None` for a card, or something unknown.
    #[pyo3(get)]
    json: Option<Py<PyBytes>>,
}

/// What to do: its name, and what goes with it.
type Step<'py> = (&'static str, Option<Bound<'py, PyBytes>>, i64);

#[pymethods]
impl Session {
    #[new]
    fn new(max_bytes: u32, max_parts: u32, seed: u64) -> Self {
        let (bytes, parts) = (vec![0; max_bytes as usize], vec![Part::EMPTY; max_parts as usize]);
        Self(Mutex::new(Core::new(bytes, parts, seed)))
    }

    /// Return what to do: "connect"; "send" with a message; "disconnect"; "wait" with a time; "closed", "refused" with a
    /// code or "gave_up".
    fn poll<'py>(&self, py: Python<'py>, now_ms: u64) -> PyResult<Step<'py>> {
        let mut out = [0; PING_ROOM];
        Ok(match self.with(|session| session.poll(now_ms, &mut out)).map_err(value_error)? {
            Action::Connect => ("connect", None, 0),
            Action::Send(message) => ("send", Some(PyBytes::new(py, message)), 0),
            Action::Disconnect => ("disconnect", None, 0),
            Action::Wait(until_ms) => ("wait", None, i64::try_from(until_ms).unwrap_or(i64::MAX)),
            Action::End(End::Closed) => ("closed", None, 0),
            Action::End(End::Refused(code)) => ("refused", None, i64::from(code.0)),
            Action::End(End::GaveUp) => ("gave_up", None, 0),
        })
    }

    /// Take the body of the reply to the question where to connect to; return code, message, and the address if there is
    /// one to connect to. Raises `ValueError` if it cannot be read.
    fn handle_endpoint(&self, body: &[u8], now_ms: u64) -> PyResult<(i32, String, Option<String>)> {
        let mut endpoint = Endpoint::EMPTY;
        endpoint.read(body).map_err(value_error)?;
        let is_there = self.with(|session| session.handle_endpoint(&endpoint, now_ms));
        Ok((endpoint.code.0, endpoint.msg.to_string(), is_there.then(|| endpoint.url.to_string())))
    }

    fn handle_open(&self, now_ms: u64) {
        self.with(|session| session.handle_open(now_ms));
    }

    #[pyo3(signature = (status, auth_error_code, now_ms))]
    fn handle_refusal(&self, status: Option<&str>, auth_error_code: Option<&str>, now_ms: u64) {
        self.with(|session| session.handle_refusal(status, auth_error_code, now_ms));
    }

    fn handle_disconnect(&self, now_ms: u64) {
        self.with(|session| session.handle_disconnect(now_ms));
    }

    /// Return what is to be answered, if the message is or completes something that is. Raises `ValueError` for a message
    /// that is of no use.
    fn handle_message(&self, message: &Bound<'_, PyBytes>, now_ms: u64) -> PyResult<Option<Delivery>> {
        let py = message.py();
        self.with(|session| {
            let (json, ack) = match session.handle_message(message.as_bytes(), now_ms).map_err(value_error)? {
                Received::Event(json, ack) => (Some(PyBytes::new(py, json).unbind()), ack),
                Received::Unhandled(ack) => (None, ack),
                Received::Nothing => return Ok(None),
            };
            let (message, Ack { received_ms, connection, .. }) = (message.clone().unbind(), ack);
            Ok(Some(Delivery { message, received_ms, connection, json }))
        })
    }

    /// Return the message that answers a delivery; `None` if its connection is lost.
    fn answer<'py>(
        &self,
        py: Python<'py>,
        delivery: &Delivery,
        handled: bool,
        now_ms: u64,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let &Delivery { received_ms, connection, .. } = delivery;
        let message = delivery.message.bind(py).as_bytes();
        let mut out = vec![0; message.len() + ANSWER_ROOM];
        let ack = Ack { message, received_ms, connection };
        let answer = self.with(|session| session.answer(&ack, handled, now_ms, &mut out)).map_err(value_error)?;
        Ok(answer.map(|answer| PyBytes::new(py, answer)))
    }

    fn close(&self) {
        self.with(Core::close);
    }

    /// How often the session has said "connect".
    #[getter]
    fn connections(&self) -> u32 {
        self.with(|session| session.connections())
    }

    #[getter]
    fn last_pong_ms(&self) -> Option<u64> {
        self.with(|session| session.last_pong_ms())
    }
}

impl Session {
    fn with<T>(&self, call: impl FnOnce(&mut Core<Vec<u8>, Vec<Part>>) -> T) -> T {
        // No call of the core panics, so that no lock is poisoned; were one, the session is as good as any.
        call(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Return the body of the question where to connect to.
#[pyfunction]
pub(crate) fn endpoint_request(app_id: &str, app_secret: &str) -> PyResult<String> {
    // A character has at most six in JSON.
    let mut out = vec![0; 6 * (app_id.len() + app_secret.len()) + 64];
    connection::write_request(app_id, app_secret, &mut out).map(str::to_owned).map_err(value_error)
}

/// Return the name of a code of the platform's, `None` if it is not known.
#[pyfunction]
pub(crate) fn endpoint_code_name(code: i32) -> Option<&'static str> {
    EndpointCode(code).name()
}

fn value_error(error: lark_event::Error) -> PyErr {
    PyValueError::new_err(error.to_string())
}
