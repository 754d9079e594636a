//! From bytes to Python objects, with the reader and the tables of the core and without its capacities.

use lark_event::{
    Error, ErrorKind, Schema, Span,
    envelope::{self, EnvelopeTarget, Outcome},
    error::Overflow,
    event::EventType,
    json::{Piece, Str},
    record::{Target, Value},
};
use pyo3::{
    exceptions::{PyRuntimeError, PyTypeError},
    prelude::*,
    types::{PyByteArray, PyBytes, PyMemoryView, PyString, PyTuple, PyType},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

/// What the Python side has made from the schema.
struct Classes {
    /// `Record.__new__`, which makes an instance of any class below from its values.
    new: Py<PyAny>,
    envelope: Py<PyAny>,
    header: Class,
    /// By tag of the event type, once an event of that type has come; `None` for tags that have no class.
    events: Box<[OnceLock<Option<Class>>]>,
    /// Called with a tag; returns its class, and the classes of its fields.
    make: Py<PyAny>,
    /// Called with message, kind, field, offset and envelope; returns the exception.
    error: Py<PyAny>,
    /// Called with message, kind and HTTP status; returns the exception for a refused request.
    refusal: Py<PyAny>,
}

/// A subclass of `Record`.
struct Class {
    class: Py<PyAny>,
    /// What the values of each field are, where they are no plain ones.
    fields: Vec<Option<FieldClass>>,
}

enum FieldClass {
    /// Integers with names.
    Integers(Enum<i32>),
    /// Texts with names.
    Texts(Enum<String>),
    /// Objects.
    Objects(Class),
}

struct Enum<T> {
    class: Py<PyAny>,
    /// The documented values.
    members: Vec<(T, Py<PyAny>)>,
}

/// The tag of events of a type that has no class of its own.
const UNKNOWN: u32 = 1;

/// A subclass of `Record`, and for each field its enum class, or this pair again for objects, or `None`, as the Python side
/// passes them.
type Registered = (Py<PyAny>, Vec<Py<PyAny>>);

/// What the last import of the package has registered. Nothing of Python runs while it is locked.
static CLASSES: RwLock<Option<Arc<Classes>>> = RwLock::new(None);

/// Tells the module which classes to make instances of: that of envelopes, that of headers, those of events, which `make`
/// is asked for by their tags when they are first needed, and the makers of exceptions. Each class of records comes with
/// those of its fields.
#[pyfunction]
pub(crate) fn register(
    new: Py<PyAny>,
    envelope: Py<PyAny>,
    header: Registered,
    make: Py<PyAny>,
    error: Py<PyAny>,
    refusal: Py<PyAny>,
    py: Python<'_>,
) -> PyResult<()> {
    let header = Class::new(py, header)?;
    let tags = EventType::all().iter().map(|event_type| event_type.tag).max().unwrap_or(UNKNOWN);
    let events = (0..=tags).map(|_| OnceLock::new()).collect();
    let classes = Arc::new(Classes { new, envelope, header, events, make, error, refusal });
    // Those of an import before this one are dropped after the lock.
    let _old = CLASSES.write().unwrap_or_else(PoisonError::into_inner).replace(classes);
    Ok(())
}

impl Classes {
    /// The class of the events with this tag.
    fn of_event(&self, py: Python<'_>, tag: u32) -> PyResult<Option<&Class>> {
        let Some(place) = self.events.get(tag as usize) else { return Ok(None) };
        if let Some(class) = place.get() {
            return Ok(class.as_ref());
        }
        // No lock is held while Python runs, which may decode something itself. Threads that ask at once are all given
        // the same class.
        let registered: Option<Registered> = self.make.bind(py).call1((tag,))?.extract()?;
        let class = registered.map(|registered| Class::new(py, registered)).transpose()?;
        Ok(place.get_or_init(|| class).as_ref())
    }
}

impl Class {
    fn new(py: Python<'_>, (class, fields): Registered) -> PyResult<Self> {
        let fields = fields.into_iter().map(|field| FieldClass::new(field.bind(py))).collect::<PyResult<_>>()?;
        Ok(Self { class, fields })
    }

    fn field(&self, index: usize) -> Option<&FieldClass> {
        self.fields.get(index)?.as_ref()
    }
}

impl FieldClass {
    fn new(registered: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let py = registered.py();
        if registered.is_none() {
            return Ok(None);
        }
        if let Ok(record) = registered.extract::<Registered>() {
            return Class::new(py, record).map(|class| Some(Self::Objects(class)));
        }
        let enum_class = registered.cast::<PyType>()?;
        Ok(Some(if enum_class.is_subclass_of::<PyString>()? {
            Self::Texts(Enum::new(enum_class)?)
        } else {
            Self::Integers(Enum::new(enum_class)?)
        }))
    }
}

impl<T: for<'a> FromPyObject<'a, 'a>> Enum<T> {
    fn new(class: &Bound<'_, PyType>) -> PyResult<Self> {
        let member = |member: PyResult<Bound<'_, PyAny>>| {
            let member = member?;
            let value = member.extract::<T>().map_err(Into::into)?;
            Ok((value, member.unbind()))
        };
        let members = class.try_iter()?.map(member).collect::<PyResult<_>>()?;
        Ok(Self { class: class.clone().into_any().unbind(), members })
    }
}

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
    let classes = &*classes()?;
    let assumed = match event_type.map(event_tag) {
        None => 0,
        Some(Some(tag)) => tag,
        Some(None) => return Err(error(py, classes, &Error::of_call(ErrorKind::UNKNOWN_EVENT_TYPE), py.None())),
    };
    if let Ok(bytes) = body.cast::<PyBytes>() {
        return decode_bytes(py, bytes.as_bytes(), assumed);
    }
    if let Ok(text) = body.cast::<PyString>() {
        // A lone surrogate has no UTF-8 form; encoded all the same, the reader says where it is.
        return match text.to_cow() {
            Ok(text) => decode_bytes(py, text.as_bytes(), assumed),
            Err(_) => {
                let bytes = text.call_method1("encode", ("utf-8", "surrogatepass"))?;
                decode_bytes(py, bytes.cast::<PyBytes>()?.as_bytes(), assumed)
            }
        };
    }
    if let Ok(array) = body.cast::<PyByteArray>() {
        // A copy: another thread may write to it.
        return decode_bytes(py, &array.to_vec(), assumed);
    }
    if let Ok(view) = body.cast::<PyMemoryView>() {
        let bytes = view.call_method0("tobytes")?;
        return decode_bytes(py, bytes.cast::<PyBytes>()?.as_bytes(), assumed);
    }
    let found = body.get_type().name()?;
    Err(PyTypeError::new_err(format!("body must be bytes, bytearray, memoryview or str, not {found}")))
}

/// The bytes of a body, copied: they are to be decrypted in place.
pub(crate) fn body_to_vec(body: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = body.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    if let Ok(array) = body.cast::<PyByteArray>() {
        return Ok(array.to_vec());
    }
    if let Ok(view) = body.cast::<PyMemoryView>() {
        return Ok(view.call_method0("tobytes")?.cast::<PyBytes>()?.as_bytes().to_vec());
    }
    let found = body.get_type().name()?;
    Err(PyTypeError::new_err(format!("body must be bytes, bytearray or memoryview, not {found}")))
}

/// The exception for a request that is refused.
pub(crate) fn refusal(py: Python<'_>, fault: &Error) -> PyErr {
    let arguments = (fault.message().to_string(), fault.kind.0, fault.kind.http_status());
    match classes().and_then(|classes| classes.refusal.bind(py).call1(arguments)) {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
}

fn classes() -> PyResult<Arc<Classes>> {
    let classes = CLASSES.read().unwrap_or_else(PoisonError::into_inner).clone();
    classes.ok_or_else(|| PyRuntimeError::new_err("import lark_event, not lark_event._native"))
}

/// The tag of an event type that a caller names.
fn event_tag(name: &str) -> Option<u32> {
    EventType::by_name(name).map(|event_type| event_type.tag)
}

/// Decodes a body; `assumed` is the tag of the event type where it names none, or 0.
pub(crate) fn decode_bytes<'py>(py: Python<'py>, body: &[u8], assumed: u32) -> PyResult<Bound<'py, PyAny>> {
    let classes = &*classes()?;
    let header = Row::new(py, &classes.header, &classes.new);
    let mut builder = Builder { header, event: None, failure: None, classes, py };
    let Outcome { schema, raw_event, tag, result } = envelope::read(body, assumed, &mut builder);
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
    let event = match event {
        Some(event) if tag > UNKNOWN => Some(event.finish()?),
        _ if tag == UNKNOWN => unknown(py, classes, raw_event.as_ref())?,
        _ => None,
    };
    let values = (schema.as_str(), header.finish()?, event, raw_event);
    let envelope = classes.new.bind(py).call1((&classes.envelope, values.into_pyobject(py)?))?;
    match result {
        Ok(()) => Ok(envelope),
        Err(fault) => Err(error(py, classes, &fault, envelope.unbind())),
    }
}

fn raw<'py>(py: Python<'py>, span: Span, body: &[u8]) -> Option<Bound<'py, PyBytes>> {
    (span.len > 0).then(|| PyBytes::new(py, span.of(body)))
}

/// An event of a type that has no class of its own.
fn unknown<'py>(
    py: Python<'py>,
    classes: &Classes,
    raw: Option<&Bound<'py, PyBytes>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let class = classes.of_event(py, UNKNOWN)?;
    class.map(|class| classes.new.bind(py).call1((&class.class, (raw,)))).transpose()
}

/// The exception for a fault.
fn error(py: Python<'_>, classes: &Classes, fault: &Error, envelope: Py<PyAny>) -> PyErr {
    let arguments =
        (fault.to_string(), fault.message().to_string(), fault.kind.0, fault.field.to_string(), fault.offset);
    let (text, message, kind, field, offset) = arguments;
    match classes.error.bind(py).call1((text, message, kind, field, offset, envelope)) {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
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
        Some(self.event.insert(Row::new(self.py, class, &self.classes.new)))
    }
}

/// The values of one record to be.
struct Row<'a, 'py> {
    py: Python<'py>,
    class: &'a Class,
    values: Vec<Option<Bound<'py, PyAny>>>,
    /// The objects in it, by the index of their field.
    nested: BTreeMap<usize, Nested<'a, 'py>>,
    new: &'a Py<PyAny>,
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
    fn new(py: Python<'py>, class: &'a Class, new: &'a Py<PyAny>) -> Self {
        Self { py, class, values: vec![None; class.fields.len()], nested: BTreeMap::new(), new, failure: None }
    }

    /// An exception that Python code has raised meanwhile, in an object in it too.
    fn take_failure(&mut self) -> Option<PyErr> {
        self.failure.take().or_else(|| self.nested.values_mut().find_map(Nested::take_failure))
    }

    fn finish(mut self) -> PyResult<Bound<'py, PyAny>> {
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
        self.new.bind(self.py).call1((&self.class.class, PyTuple::new(self.py, self.values)?))
    }

    /// The value as Python has it; `None` where there is none, or it is yet to be finished.
    fn object(&mut self, index: usize, value: Value<'_>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let py = self.py;
        Ok(Some(match (value, self.class.field(index)) {
            (Value::Text(text), Some(FieldClass::Texts(texts))) => texts.member(py, &string(py, &text))?,
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
        Some(&mut **nested.last.insert(Box::new(Self::new(self.py, class, self.new))))
    }
}

impl Enum<i32> {
    fn member<'py>(&self, py: Python<'py>, value: i32) -> PyResult<Bound<'py, PyAny>> {
        match self.members.iter().find(|(known, _)| *known == value) {
            Some((_, member)) => Ok(member.bind(py).clone()),
            None => self.class.bind(py).call1((value,)),
        }
    }
}

impl Enum<String> {
    fn member<'py>(&self, py: Python<'py>, value: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        let text = value.to_str()?;
        match self.members.iter().find(|(known, _)| known == text) {
            Some((_, member)) => Ok(member.bind(py).clone()),
            None => self.class.bind(py).call1((value,)),
        }
    }
}

fn string<'py>(py: Python<'py>, text: &Str<'_>) -> Bound<'py, PyString> {
    if let Some(plain) = text.as_plain() {
        return PyString::new(py, plain);
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
