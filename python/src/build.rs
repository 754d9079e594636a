//! Python objects of the values that the reader finds, without the capacities of the core.

use crate::{
    classes::{Class, Classes, Enum, FieldClass, UNKNOWN},
    record::{Record, restore},
};
use lark_event::{
    Error, ErrorKind, Schema, Span,
    envelope::{self, EnvelopeTarget, Outcome},
    error::Overflow,
    json::{Piece, Str},
    record::{Target, Value},
};
use pyo3::{
    intern,
    prelude::*,
    types::{PyBytes, PyString, PyTuple},
};
use std::collections::BTreeMap;

/// Reads a body and makes all there is of it.
pub(crate) fn build<'py>(py: Python<'py>, body: &[u8], classes: &Classes, assumed: u32) -> PyResult<Bound<'py, PyAny>> {
    let header = Row::new(py, &classes.header);
    let mut builder = Builder { header, event: None, failure: None, classes, py };
    let Outcome { schema, raw_event, tag, result, .. } = envelope::read(body, assumed, &mut builder);
    let Builder { mut header, mut event, failure, .. } = builder;
    // An exception of Python, such as an interrupt, counts whatever has become of the record meanwhile.
    if let Some(failure) = failure.or_else(|| header.take_failure()).or_else(|| event.as_mut()?.take_failure()) {
        return Err(failure);
    }
    if schema == Schema::NONE || schema == Schema::ENCRYPTED {
        let fault = result.err().unwrap_or(Error::of_call(ErrorKind::MISSING));
        return Err(error(py, classes, &fault, py.None()));
    }
    let raw_event = raw(py, raw_event, body);
    let event = match (event, &raw_event) {
        (Some(event), _) if tag > UNKNOWN => Some(event.finish()?),
        (_, Some(raw)) if tag == UNKNOWN => Some(unknown(py, classes, raw.clone().into_any())?),
        _ => None,
    };
    let values = (self::schema(py, schema), header.finish()?, event, raw_event).into_pyobject(py)?;
    let envelope = Record::of_values(classes.envelope.bind(py), values)?;
    match result {
        Ok(()) => Ok(envelope),
        Err(fault) => Err(error(py, classes, &fault, envelope.unbind())),
    }
}

/// What Python calls the shape of a body.
pub(crate) fn schema(py: Python<'_>, schema: Schema) -> Bound<'_, PyString> {
    match schema {
        Schema::V2 => intern!(py, "2.0").clone(),
        schema => PyString::intern(py, schema.as_str()),
    }
}

fn raw<'py>(py: Python<'py>, span: Span, body: &[u8]) -> Option<Bound<'py, PyBytes>> {
    (span.len > 0).then(|| PyBytes::new(py, span.of(body)))
}

/// An event of a type that has no class of its own.
pub(crate) fn unknown<'py>(py: Python<'py>, classes: &Classes, raw: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    match classes.of_event(py, UNKNOWN)? {
        Some(class) => restore(class.class.class(py)?, &PyTuple::new(py, [raw])?),
        None => Ok(py.None().into_bound(py)),
    }
}

/// The exception for a fault.
pub(crate) fn error(py: Python<'_>, classes: &Classes, fault: &Error, envelope: Py<PyAny>) -> PyErr {
    let (text, message) = (fault.to_string(), fault.message().to_string());
    classes.error(py, (text, message, fault.kind.0, fault.field.to_string(), fault.offset, envelope))
}

/// Takes the values of a body.
struct Builder<'a, 'py> {
    py: Python<'py>,
    classes: &'a Classes,
    header: Row<'a, 'py>,
    event: Option<Row<'a, 'py>>,
    /// An exception that making a class has raised.
    failure: Option<PyErr>,
}

impl EnvelopeTarget for Builder<'_, '_> {
    fn header(&mut self) -> &mut dyn Target {
        &mut self.header
    }

    fn event(&mut self, tag: u32) -> Option<&mut dyn Target> {
        let class = match self.classes.of_event(self.py, tag) {
            Ok(class) => class?,
            Err(failure) => {
                self.failure.get_or_insert(failure);
                return None;
            }
        };
        Some(self.event.insert(Row::new(self.py, &class.class)))
    }
}

/// The values of one record to be.
pub(crate) struct Row<'a, 'py> {
    py: Python<'py>,
    class: &'a Class,
    values: Vec<Option<Bound<'py, PyAny>>>,
    /// The objects in it, by the index of their field.
    nested: BTreeMap<usize, Nested<'a, 'py>>,
    /// An exception that Python code has raised meanwhile.
    failure: Option<PyErr>,
}

/// The objects of one field to be: one of them is being read, those before it in a list are finished.
#[derive(Default)]
struct Nested<'a, 'py> {
    finished: Vec<Bound<'py, PyAny>>,
    last: Option<Box<Row<'a, 'py>>>,
    is_list: bool,
}

impl Nested<'_, '_> {
    fn finish_last(&mut self) -> PyResult<()> {
        if let Some(row) = self.last.take() {
            self.finished.push(row.finish()?);
        }
        Ok(())
    }

    fn take_failure(&mut self) -> Option<PyErr> {
        self.last.as_mut().and_then(|row| row.take_failure())
    }
}

impl<'a, 'py> Row<'a, 'py> {
    pub(crate) fn new(py: Python<'py>, class: &'a Class) -> Self {
        Self { py, class, values: vec![None; class.fields.len()], nested: BTreeMap::new(), failure: None }
    }

    /// An exception that Python code has raised meanwhile, in an object in it too.
    fn take_failure(&mut self) -> Option<PyErr> {
        self.failure.take().or_else(|| self.nested.values_mut().find_map(Nested::take_failure))
    }

    pub(crate) fn finish(mut self) -> PyResult<Bound<'py, PyAny>> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        for (index, mut nested) in self.nested {
            nested.finish_last()?;
            let value = if nested.is_list {
                Some(PyTuple::new(self.py, nested.finished)?.into_any())
            } else {
                nested.finished.pop()
            };
            if let Some(place) = self.values.get_mut(index) {
                *place = value;
            }
        }
        self.class.instance(PyTuple::new(self.py, self.values)?)
    }

    /// The value as Python has it; `None` where there is none, or it is yet to be finished.
    fn object(&mut self, index: usize, value: Value<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        Ok(Some(match (value, self.class.field(index)) {
            (Value::Text(text), Some(FieldClass::Texts(texts))) => texts.member(string(py, &text))?,
            (Value::Text(text), _) => string(py, &text).into_any(),
            (Value::Enum(value), Some(FieldClass::Integers(integers))) => integers.member(py, value)?,
            (Value::Enum(value), _) => value.into_pyobject(py)?.into_any(),
            (Value::Decimal(value), _) => value.into_pyobject(py)?.into_any(),
            (Value::TextList(items), _) => {
                let items: Vec<_> = items.iter().map(|item| string(py, &item)).collect();
                PyTuple::new(py, items)?.into_any()
            }
            (Value::ObjectList(_), _) => {
                self.nested.entry(index).or_default().is_list = true;
                return Ok(None);
            }
            (Value::Absent, _) => {
                // What there is of a list with something else in it.
                let failure = self.nested.remove(&index).and_then(|mut nested| nested.take_failure());
                return failure.map_or(Ok(None), Err);
            }
        }))
    }
}

impl Target for Row<'_, '_> {
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow> {
        match self.object(index, value) {
            Ok(object) => {
                if let Some(place) = self.values.get_mut(index) {
                    *place = object;
                }
            }
            Err(failure) => {
                self.failure.get_or_insert(failure);
            }
        }
        Ok(())
    }

    fn nested(&mut self, index: usize) -> Option<&mut dyn Target> {
        let Some(FieldClass::Objects(class)) = self.class.field(index) else { return None };
        let nested = self.nested.entry(index).or_default();
        if let Err(failure) = nested.finish_last() {
            self.failure.get_or_insert(failure);
        }
        Some(&mut **nested.last.insert(Box::new(Self::new(self.py, class))))
    }
}

impl Enum<i32> {
    fn member<'py>(&self, py: Python<'py>, value: i32) -> PyResult<Bound<'py, PyAny>> {
        match self.known(&value) {
            Some(member) => Ok(member.bind(py).clone()),
            None => self.unknown(value.into_pyobject(py)?.into_any()),
        }
    }
}

impl Enum<String> {
    fn member<'py>(&self, value: Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        match self.known(value.to_str()?) {
            Some(member) => Ok(member.bind(value.py()).clone()),
            None => self.unknown(value.into_any()),
        }
    }
}

fn string<'py>(py: Python<'py>, text: &Str<'_>) -> Bound<'py, PyString> {
    if let Some(plain) = text.as_plain_bytes().and_then(|bytes| PyString::from_bytes(py, bytes).ok()) {
        return plain;
    }
    let mut unescaped = String::with_capacity(text.len());
    for piece in text.pieces() {
        match piece {
            Piece::Plain(bytes) => unescaped.push_str(&String::from_utf8_lossy(bytes)),
            Piece::Escape(c) => unescaped.push(c),
        }
    }
    PyString::new(py, &unescaped)
}
