//! From bytes to Python objects, with the reader and the tables of the core.

use crate::{
    build::{build, error},
    classes::{Classes, classes},
    envelope::{LONGEST, open},
};
use lark_event::{Error, ErrorKind, event::EventType};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    types::{PyByteArray, PyBytes, PyMemoryView, PyString},
};
use std::sync::Arc;

/// Decode the JSON body of one event.
///
/// `body` is `bytes`, `bytearray`, `memoryview` or `str`. `event_type` is taken where the body names no event type.
/// Raises `DecodeError`, whose `offset` counts bytes (of the UTF-8 form of a `str`).
#[pyfunction]
#[pyo3(signature = (body, *, event_type = None))]
pub(crate) fn decode<'py>(
    py: Python<'py>,
    body: &Bound<'py, PyAny>,
    event_type: Option<&str>,
) -> PyResult<Bound<'py, PyAny>> {
    let classes = classes()?;
    let assumed = match event_type.map(event_tag) {
        None => 0,
        Some(Some(tag)) => tag,
        Some(None) => return Err(error(py, &classes, &Error::of_call(ErrorKind::UNKNOWN_EVENT_TYPE), py.None())),
    };
    if let Ok(bytes) = body.cast_exact::<PyBytes>() {
        return decode_bytes(bytes, &classes, assumed);
    }
    if let Ok(text) = body.cast::<PyString>() {
        // A lone surrogate has no UTF-8 form; encoded all the same, the reader says where it is.
        return match text.to_cow() {
            Ok(text) => decode_slice(py, text.as_bytes(), &classes, assumed),
            Err(_) => {
                let bytes = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
                decode_bytes(bytes.cast()?, &classes, assumed)
            }
        };
    }
    match immutable(body)? {
        Some(bytes) => decode_bytes(&bytes, &classes, assumed),
        None => {
            let found = body.get_type().name()?;
            Err(PyTypeError::new_err(format!("body must be bytes, bytearray, memoryview or str, not {found}")))
        }
    }
}

/// A copy of the bytes of a body that someone may write to, or that is more than its bytes.
fn immutable<'py>(body: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyBytes>>> {
    if let Ok(bytes) = body.cast::<PyBytes>() {
        return Ok(Some(PyBytes::new(body.py(), bytes.as_bytes())));
    }
    if let Ok(array) = body.cast::<PyByteArray>() {
        return Ok(Some(PyBytes::new(body.py(), &array.to_vec())));
    }
    match body.cast::<PyMemoryView>() {
        Ok(view) => Ok(Some(view.call_method0("tobytes")?.cast_into()?)),
        Err(_) => Ok(None),
    }
}

/// The bytes of a body, copied: they are to be decrypted in place.
pub(crate) fn body_to_vec(body: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = body.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(array) = body.cast::<PyByteArray>() {
        return Ok(array.to_vec());
    }
    match immutable(body)? {
        Some(bytes) => Ok(bytes.as_bytes().to_vec()),
        None => {
            let found = body.get_type().name()?;
            Err(PyTypeError::new_err(format!("body must be bytes, bytearray or memoryview, not {found}")))
        }
    }
}

/// The exception for a request that is refused.
pub(crate) fn refusal(py: Python<'_>, fault: &Error) -> PyErr {
    match classes() {
        Ok(classes) => classes.refusal(py, (fault.message().to_string(), fault.kind.0, fault.kind.http_status())),
        Err(failure) => failure,
    }
}

/// The tag of an event type that a caller names.
fn event_tag(name: &str) -> Option<u32> {
    EventType::by_name(name).map(|event_type| event_type.tag)
}

/// Decodes a body; `assumed` is the tag of the event type where it names none, or 0.
fn decode_bytes<'py>(body: &Bound<'py, PyBytes>, classes: &Arc<Classes>, assumed: u32) -> PyResult<Bound<'py, PyAny>> {
    let bytes = body.as_bytes();
    let opened = if bytes.len() <= LONGEST { open(body, classes, assumed)? } else { None };
    opened.map_or_else(|| build(body.py(), bytes, classes, assumed), Ok)
}

/// Likewise, of bytes that do not stay.
pub(crate) fn decode_slice<'py>(
    py: Python<'py>,
    body: &[u8],
    classes: &Arc<Classes>,
    assumed: u32,
) -> PyResult<Bound<'py, PyAny>> {
    if body.len() <= LONGEST {
        return decode_bytes(&PyBytes::new(py, body), classes, assumed);
    }
    build(py, body, classes, assumed)
}
