//! What is answered to deliveries, and how many have ended how.

use lark_event::{ErrorKind, webhook::Reply};
use pyo3::{
    intern,
    prelude::*,
    types::{PyBytes, PyDict, PyType},
};
use std::sync::atomic::{AtomicU64, Ordering};

/// How a delivery ends.
#[derive(Clone, Copy)]
pub(crate) enum Outcome {
    Handled,
    Unhandled,
    Duplicate,
    InProgress,
    Failed,
    Faulty,
    Challenge,
    Refused,
}

const NAMES: [&str; 8] =
    ["handled", "unhandled", "duplicate", "in_progress", "failed", "faulty", "challenge", "refused"];

/// The answers that are always the same, and how often each outcome has come about.
pub(crate) struct Answers {
    class: Py<PyType>,
    /// `object.__new__`.
    new: Py<PyAny>,
    headers: Py<PyDict>,
    /// The fields of the response for each outcome but the headers, which each has for itself.
    fields: Vec<Py<PyDict>>,
    counts: [AtomicU64; NAMES.len()],
}

impl Answers {
    /// `class` is that of responses.
    pub(crate) fn new(class: &Bound<'_, PyType>) -> PyResult<Self> {
        let py = class.py();
        let headers = PyDict::new(py);
        headers.set_item(intern!(py, "content-type"), Reply::CONTENT_TYPE)?;
        let mut fields = Vec::new();
        for (index, name) in NAMES.iter().enumerate() {
            let Reply { status, body } = match index {
                _ if index == Outcome::InProgress as usize => Reply::failure(ErrorKind::IN_PROGRESS),
                _ if index == Outcome::Failed as usize => Reply::failure(ErrorKind::HANDLER),
                _ => Reply::SUCCESS,
            };
            let row = PyDict::new(py);
            row.set_item(intern!(py, "status"), status)?;
            row.set_item(intern!(py, "headers"), py.None())?;
            row.set_item(intern!(py, "body"), PyBytes::new(py, body.as_bytes()))?;
            row.set_item(intern!(py, "outcome"), name)?;
            fields.push(row.unbind());
        }
        let new = py.import("builtins")?.getattr("object")?.getattr("__new__")?;
        Ok(Self {
            class: class.clone().unbind(),
            new: new.unbind(),
            headers: headers.unbind(),
            fields,
            counts: Default::default(),
        })
    }

    pub(crate) fn class<'a, 'py>(&'a self, py: Python<'py>) -> &'a Bound<'py, PyType> {
        self.class.bind(py)
    }

    /// Counts a delivery, and makes the response to it: a new one, whose headers a caller may add to.
    pub(crate) fn answer<'py>(&self, py: Python<'py>, outcome: Outcome) -> PyResult<Bound<'py, PyAny>> {
        self.count(outcome);
        // As dataclasses with `frozen=True` are made, in fewer steps.
        let response = self.new.bind(py).call1((&self.class,))?;
        let fields = response.getattr(intern!(py, "__dict__"))?.cast_into::<PyDict>()?;
        if let Some(row) = self.fields.get(outcome as usize) {
            fields.update(row.bind(py).as_mapping())?;
        }
        fields.set_item(intern!(py, "headers"), self.headers.bind(py).copy()?)?;
        Ok(response)
    }

    pub(crate) fn count(&self, outcome: Outcome) {
        if let Some(count) = self.counts.get(outcome as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for (name, count) in NAMES.iter().zip(&self.counts) {
            match count.load(Ordering::Relaxed) {
                0 => {}
                count => counts.set_item(name, count)?,
            }
        }
        Ok(counts)
    }
}
