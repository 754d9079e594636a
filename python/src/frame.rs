//! Frames of the long connection as Python objects: for what plays the platform, and for tests.

use lark_event::connection::{self, Headers, Method};
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyBytes, PyTuple},
};

/// A frame; it cannot change.
#[pyclass(frozen, eq, module = "lark_event._native")]
#[derive(PartialEq, Eq)]
pub(crate) struct Frame {
    #[pyo3(get)]
    seq_id: u64,
    #[pyo3(get)]
    log_id: u64,
    #[pyo3(get)]
    service: i32,
    #[pyo3(get)]
    method: i32,
    headers: Vec<(String, String)>,
    payload: Option<Vec<u8>>,
    #[pyo3(get)]
    payload_encoding: Option<String>,
    #[pyo3(get)]
    payload_type: Option<String>,
    #[pyo3(get)]
    log_id_new: Option<String>,
}

#[pymethods]
impl Frame {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "a frame has as many fields, which Python names")]
    #[pyo3(signature = (*, seq_id=0, log_id=0, service=0, method=0, headers=Vec::new(), payload=None, payload_encoding=None, payload_type=None, log_id_new=None))]
    fn new(
        seq_id: u64,
        log_id: u64,
        service: i32,
        method: i32,
        headers: Vec<(String, String)>,
        payload: Option<Vec<u8>>,
        payload_encoding: Option<String>,
        payload_type: Option<String>,
        log_id_new: Option<String>,
    ) -> Self {
        Self { seq_id, log_id, service, method, headers, payload, payload_encoding, payload_type, log_id_new }
    }

    /// Read the binary message that came over the WebSocket. Raises `ValueError` if it is no frame.
    #[staticmethod]
    fn read(message: &[u8]) -> PyResult<Self> {
        let frame = connection::Frame::read(message).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self {
            seq_id: frame.seq_id,
            log_id: frame.log_id,
            service: frame.service,
            method: frame.method.0,
            headers: frame.headers.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            payload: frame.payload.map(<[u8]>::to_vec),
            payload_encoding: frame.payload_encoding.map(str::to_owned),
            payload_type: frame.payload_type.map(str::to_owned),
            log_id_new: frame.log_id_new.map(str::to_owned),
        })
    }

    /// Return the binary message to be sent.
    fn write<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let headers: Vec<_> = self.headers.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let frame = connection::Frame {
            seq_id: self.seq_id,
            log_id: self.log_id,
            service: self.service,
            method: Method(self.method),
            headers: Headers::new(&headers),
            payload_encoding: self.payload_encoding.as_deref(),
            payload_type: self.payload_type.as_deref(),
            payload: self.payload.as_deref(),
            log_id_new: self.log_id_new.as_deref(),
        };
        let mut out = vec![0; self.room()];
        let message = frame.write(&mut out).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(PyBytes::new(py, message))
    }

    /// Keys and values in their order.
    #[getter]
    fn headers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.headers)
    }

    #[getter]
    fn payload<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.payload.as_deref().map(|payload| PyBytes::new(py, payload))
    }

    /// Return the value of the first header with this key.
    fn header(&self, key: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }
}

impl Frame {
    /// As many bytes as the frame cannot exceed: 11 for each number, and for each length and the tag before it 6.
    fn room(&self) -> usize {
        let headers: usize = self.headers.iter().map(|(key, value)| 18 + key.len() + value.len()).sum();
        let texts = [&self.payload_encoding, &self.payload_type, &self.log_id_new];
        let texts: usize = texts.into_iter().flatten().map(|text| 6 + text.len()).sum();
        4 * 11 + headers + texts + self.payload.as_ref().map_or(0, |payload| 6 + payload.len())
    }
}
