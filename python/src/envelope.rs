//! Envelopes whose header and event are made when they are asked for.
//!
//! Most who get an event look at a few of its values. So a body is only read, every fault found and the values of the
//! header noted, and what Python objects there have to be is left to those who want to see them. The body stays with the
//! envelope meanwhile: a large one, of which perhaps only little is an event's, is turned into objects at once.

use crate::{
    build::{self, Row},
    classes::{Class, Classes, EventClass, FieldClass, UNKNOWN},
    record::Envelope,
};
use lark_event::{
    Header, Schema, Span, Text,
    envelope::{self, EnvelopeTarget, Outcome},
    error::Overflow,
    record::{FieldKind, Record, Target, Value},
};
use pyo3::{
    exceptions::PyIndexError,
    prelude::*,
    sync::PyOnceLock,
    types::{PyBytes, PyString, PyTuple},
};
use std::sync::Arc;

/// The most bytes of a body that stays with its envelope.
pub(crate) const LONGEST: usize = 16 << 10;

/// The id of an event and its type, as far as they are there.
pub(crate) type Ids<'py> = (Option<Bound<'py, PyString>>, Option<Bound<'py, PyString>>);

/// Where fields are in the table of the header.
const EVENT_ID: usize = 0;
const EVENT_TYPE: usize = 1;
const TOKEN: usize = 3;

/// What has been read, and what has been made of it.
pub(crate) struct Opened {
    body: Py<PyBytes>,
    classes: Arc<Classes>,
    /// What is in the header.
    noted: Places,
    schema: Schema,
    tag: u32,
    raw: Span,
    header: PyOnceLock<Py<PyAny>>,
    event: PyOnceLock<Py<PyAny>>,
    raw_event: PyOnceLock<Py<PyAny>>,
}

/// Reads a body and returns its envelope; `None` if it has to be dealt with in another way: see [`Glance::finish`].
pub(crate) fn open<'py>(
    body: &Bound<'py, PyBytes>,
    classes: &Arc<Classes>,
    assumed: u32,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let bytes = body.as_bytes();
    let mut glance = Glance::new(body.py(), classes, bytes);
    let outcome = envelope::read(bytes, assumed, &mut glance);
    glance.finish(&outcome, bytes, || body.clone())
}

impl Opened {
    /// The value of the attribute at this position.
    pub(crate) fn value<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyAny>> {
        match index {
            0 => Ok(build::schema(py, self.schema).into_any()),
            1 => once(py, &self.header, || self.make_header(py)),
            2 => once(py, &self.event, || self.make_event(py)),
            3 => once(py, &self.raw_event, || Ok(self.make_raw(py))),
            _ => Err(PyIndexError::new_err(index)),
        }
    }

    /// All values.
    pub(crate) fn values<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, [self.value(py, 0)?, self.value(py, 1)?, self.value(py, 2)?, self.value(py, 3)?])
    }

    /// The id of the event and its type.
    pub(crate) fn ids<'py>(&self, py: Python<'py>) -> PyResult<Ids<'py>> {
        let body = self.body.bind(py).as_bytes();
        let text = |index| self.noted.text(body, index).map(|text| PyString::from_bytes(py, text)).transpose();
        let event_type = match self.event_class(py)? {
            Some(class) if self.schema == Schema::V2 => Some(class.name.bind(py).clone()),
            _ => text(EVENT_TYPE)?,
        };
        Ok((text(EVENT_ID)?, event_type))
    }

    fn event_class(&self, py: Python<'_>) -> PyResult<Option<&EventClass>> {
        if self.tag > UNKNOWN { self.classes.of_event(py, self.tag) } else { Ok(None) }
    }

    fn make_header<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let class = self.event_class(py)?;
        let body = self.body.bind(py).as_bytes();
        let mut values = Vec::with_capacity(FIELDS);
        for index in 0..FIELDS {
            values.push(match class {
                Some(class) if index == EVENT_TYPE && self.schema == Schema::V2 => {
                    class.name.bind(py).clone().into_any()
                }
                _ => self.noted.object(py, body, index)?,
            });
        }
        let values = PyTuple::new(py, values)?;
        self.classes.header.instance(values)
    }

    fn make_event<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let Some(class) = self.event_class(py)? else {
            let raw = self.value(py, 3)?;
            return build::unknown(py, &self.classes, raw);
        };
        let mut row = Row::new(py, &class.class);
        // It has been read before, without a fault.
        let _ = envelope::read_event(self.body.bind(py).as_bytes(), self.raw, self.tag, &mut row);
        row.finish()
    }

    fn make_raw<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        PyBytes::new(py, self.raw.of(self.body.bind(py).as_bytes())).into_any()
    }
}

/// What is in a cell. Threads that ask at once may each make it; all are given the same, and none waits for another.
fn once<'py>(
    py: Python<'py>,
    cell: &PyOnceLock<Py<PyAny>>,
    make: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    if let Some(made) = cell.get(py) {
        return Ok(made.bind(py).clone());
    }
    let made = make()?;
    let _ = cell.set(py, made.clone().unbind());
    Ok(cell.get(py).map_or(made, |first| first.bind(py).clone()))
}

/// Takes a look at the values of a body.
pub(crate) struct Glance<'a, 'py> {
    py: Python<'py>,
    classes: &'a Arc<Classes>,
    noted: Noted,
    event: Check<'a>,
    /// An exception that making a class has raised.
    failure: Option<PyErr>,
}

impl<'a, 'py> Glance<'a, 'py> {
    /// `buffer` is what the body is in.
    pub(crate) fn new(py: Python<'py>, classes: &'a Arc<Classes>, buffer: &[u8]) -> Self {
        Self { py, classes, noted: Noted::new(buffer), event: Check::new(None), failure: None }
    }

    /// Keeps a copy of the token.
    pub(crate) fn with_token(mut self) -> Self {
        self.noted.keeps_token = true;
        self
    }

    /// An exception of Python, such as an interrupt, which counts whatever has become of the body.
    pub(crate) fn into_failure(self) -> Option<PyErr> {
        self.failure
    }

    /// The envelope of a body that has been read; `None` if there is anything about it that has to be dealt with now: a
    /// fault, or a value that only Python code can make, or it is large. `keep` gives the object that has its bytes.
    pub(crate) fn finish(
        self,
        outcome: &Outcome,
        body: &[u8],
        keep: impl FnOnce() -> Bound<'py, PyBytes>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let &Outcome { schema, raw_event, tag, .. } = outcome;
        let is_plain = outcome.result.is_ok() && self.noted.is_plain && self.event.is_plain();
        if !is_plain || body.len() > LONGEST || !(schema == Schema::V2 || schema == Schema::HEADLESS) {
            return Ok(None);
        }
        let Some(start) = self.noted.offset(body) else { return Ok(None) };
        let opened = Opened {
            body: keep().unbind(),
            classes: self.classes.clone(),
            noted: Places { start, ..self.noted.places },
            schema,
            tag,
            raw: raw_event,
            header: PyOnceLock::new(),
            event: PyOnceLock::new(),
            raw_event: PyOnceLock::new(),
        };
        Envelope::of_opened(self.classes.envelope.bind(self.py), opened).map(Some)
    }
}

impl EnvelopeTarget for Glance<'_, '_> {
    fn header(&mut self) -> &mut dyn Target {
        &mut self.noted
    }

    fn event(&mut self, tag: u32) -> Option<&mut dyn Target> {
        match self.classes.of_event(self.py, tag) {
            Ok(class) => {
                self.event.class = Some(&class?.class);
                Some(&mut self.event)
            }
            Err(failure) => {
                self.failure.get_or_insert(failure);
                None
            }
        }
    }

    fn token(&self) -> Option<&str> {
        self.noted.token.get()
    }
}

const FIELDS: usize = Header::FIELDS.len();

/// The values of a header: numbers, and where texts are.
struct Places {
    /// A bit for each field that is there.
    present: u16,
    /// How far into its buffer the body starts.
    start: u32,
    /// A number; or where in the buffer a text starts and, in the upper half, how long it is.
    places: [u64; FIELDS],
}

impl Places {
    fn text<'b>(&self, body: &'b [u8], index: usize) -> Option<&'b [u8]> {
        let place = *self.places.get(index)?;
        let span = Span { offset: (place as u32).wrapping_sub(self.start), len: (place >> 32) as u32 };
        (self.present >> index & 1 != 0).then(|| span.of(body))
    }

    /// The value of a field.
    fn object<'py>(&self, py: Python<'py>, body: &[u8], index: usize) -> PyResult<Bound<'py, PyAny>> {
        let (Some(text), Some(field)) = (self.text(body, index), Header::FIELDS.get(index)) else {
            return Ok(py.None().into_bound(py));
        };
        match (field.kind, self.places.get(index)) {
            (FieldKind::Decimal, Some(number)) => Ok(number.into_pyobject(py)?.into_any()),
            _ => PyString::from_bytes(py, text).map(Bound::into_any),
        }
    }
}

/// Takes down the values of a header.
struct Noted {
    places: Places,
    /// Where the buffer is in memory, as a number: nothing is read there.
    buffer: usize,
    /// Whether every value can be noted: those with escapes cannot.
    is_plain: bool,
    keeps_token: bool,
    token: Token,
}

/// Longer ones are none of the platform's.
type Token = Text<64>;

impl Noted {
    fn new(buffer: &[u8]) -> Self {
        Self {
            places: Places { present: 0, start: 0, places: [0; FIELDS] },
            buffer: buffer.as_ptr().addr(),
            is_plain: true,
            keeps_token: false,
            token: Token::EMPTY,
        }
    }

    /// How far into the buffer something is.
    fn offset(&self, bytes: &[u8]) -> Option<u32> {
        u32::try_from(bytes.as_ptr().addr().wrapping_sub(self.buffer)).ok()
    }

    fn place(&self, value: Value<'_>) -> Option<u64> {
        match value {
            Value::Decimal(number) => Some(number),
            Value::Text(text) => {
                let bytes = text.as_plain_bytes()?;
                Some(u64::from(self.offset(bytes)?) | (bytes.len() as u64) << 32)
            }
            _ => None,
        }
    }
}

impl Target for Noted {
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow> {
        if self.keeps_token && index == TOKEN {
            self.token = match value {
                Value::Text(text) => text.try_into().unwrap_or(Token::EMPTY),
                _ => Token::EMPTY,
            };
        }
        if let Value::Absent = value {
            self.places.present &= !(1 << index);
            return Ok(());
        }
        match (self.place(value), self.places.places.get_mut(index)) {
            (Some(noted), Some(place)) => {
                *place = noted;
                self.places.present |= 1 << index;
            }
            _ => self.is_plain = false,
        }
        Ok(())
    }
}

/// Finds out whether there is a value that only Python code can make, which may raise: an undocumented one of an enum.
struct Check<'a> {
    class: Option<&'a Class>,
    is_plain: bool,
    /// What objects in it are checked with, and those that have nothing to be checked.
    inner: Option<Box<Check<'a>>>,
    nothing: Ignore,
}

impl<'a> Check<'a> {
    const fn new(class: Option<&'a Class>) -> Self {
        Self { class, is_plain: true, inner: None, nothing: Ignore }
    }

    fn is_plain(&self) -> bool {
        self.is_plain && self.inner.as_ref().is_none_or(|inner| inner.is_plain())
    }
}

impl Target for Check<'_> {
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow> {
        self.is_plain &= match (value, self.class.and_then(|class| class.field(index))) {
            (Value::Enum(value), Some(FieldClass::Integers(integers))) => integers.known(&value).is_some(),
            (Value::Text(text), Some(FieldClass::Texts(texts))) => {
                text.as_plain().is_some_and(|text| texts.known(text).is_some())
            }
            _ => true,
        };
        Ok(())
    }

    fn nested(&mut self, index: usize) -> Option<&mut dyn Target> {
        match self.class.and_then(|class| class.field(index)) {
            Some(FieldClass::Objects(class)) if !class.is_plain => {
                self.is_plain = self.is_plain();
                Some(&mut **self.inner.insert(Box::new(Check::new(Some(class)))))
            }
            _ => Some(&mut self.nothing),
        }
    }
}

/// Takes any values, of objects in objects too.
struct Ignore;

impl Target for Ignore {
    fn put(&mut self, _index: usize, _value: Value<'_>) -> Result<(), Overflow> {
        Ok(())
    }

    fn nested(&mut self, _index: usize) -> Option<&mut dyn Target> {
        Some(self)
    }
}
