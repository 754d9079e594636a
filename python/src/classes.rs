//! The classes that the Python side has made from the schema, of which decoding makes instances.

use crate::record::Record;
use lark_event::event::EventType;
use pyo3::{
    exceptions::PyRuntimeError,
    prelude::*,
    types::{PyString, PyTuple, PyType},
};
use std::{
    borrow::Borrow,
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

/// What the Python side has made from the schema.
pub(crate) struct Classes {
    pub(crate) envelope: Py<PyAny>,
    pub(crate) header: Class,
    /// By tag of the event type, once an event of that type has come; `None` for tags that have no class.
    events: Box<[OnceLock<Option<EventClass>>]>,
    /// Called with a tag; returns its class, and the classes of its fields.
    make: Py<PyAny>,
    /// Called with message, kind, field, offset and envelope; returns the exception.
    error: Py<PyAny>,
    /// Called with message, kind and HTTP status; returns the exception for a refused request.
    refusal: Py<PyAny>,
}

/// The class of an event.
pub(crate) struct EventClass {
    pub(crate) class: Class,
    /// The event type: one object for all headers that name it.
    pub(crate) name: Py<PyString>,
}

/// A subclass of `Record`.
pub(crate) struct Class {
    class: Py<PyAny>,
    /// What the values of each field are, where they are no plain ones.
    pub(crate) fields: Vec<Option<FieldClass>>,
    /// Whether no field, of the objects in it neither, has documented values.
    pub(crate) is_plain: bool,
}

pub(crate) enum FieldClass {
    /// Integers with names.
    Integers(Enum<i32>),
    /// Texts with names.
    Texts(Enum<String>),
    /// Objects.
    Objects(Class),
}

pub(crate) struct Enum<T> {
    class: Py<PyAny>,
    /// The documented values.
    members: Vec<(T, Py<PyAny>)>,
}

/// The tag of events of a type that has no class of its own.
pub(crate) const UNKNOWN: u32 = 1;

/// A subclass of `Record`, and for each field its enum class, or this pair again for objects, or `None`, as the Python side
/// passes them.
type Registered = (Py<PyAny>, Vec<Py<PyAny>>);

/// What the last import of the package has registered. Nothing of Python runs while it is locked.
static CLASSES: RwLock<Option<Arc<Classes>>> = RwLock::new(None);

/// Tells the module which classes to make instances of: that of envelopes, that of headers, those of events, which `make` is asked for by their
/// tags when they are first needed, and the makers of exceptions. Each class of records comes with those of its fields.
#[pyfunction]
pub(crate) fn register(
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
    let classes = Arc::new(Classes { envelope, header, events, make, error, refusal });
    // Those of an import before this one are dropped after the lock.
    let _old = CLASSES.write().unwrap_or_else(PoisonError::into_inner).replace(classes);
    Ok(())
}

pub(crate) fn classes() -> PyResult<Arc<Classes>> {
    let classes = CLASSES.read().unwrap_or_else(PoisonError::into_inner).clone();
    classes.ok_or_else(|| PyRuntimeError::new_err("import lark_event, not lark_event._native"))
}

impl Classes {
    /// The class of the events with this tag.
    pub(crate) fn of_event(&self, py: Python<'_>, tag: u32) -> PyResult<Option<&EventClass>> {
        let Some(place) = self.events.get(tag as usize) else { return Ok(None) };
        if let Some(class) = place.get() {
            return Ok(class.as_ref());
        }
        // No lock is held while Python runs, which may decode something itself. Threads that ask at once are all given
        // the same class.
        let registered: Option<Registered> = self.make.bind(py).call1((tag,))?.extract()?;
        let name = EventType::by_tag(tag).map_or("", |event_type| event_type.name());
        let class = registered.map(|registered| EventClass::new(py, registered, name)).transpose()?;
        Ok(place.get_or_init(|| class).as_ref())
    }

    pub(crate) fn error(&self, py: Python<'_>, arguments: (String, String, i32, String, u32, Py<PyAny>)) -> PyErr {
        exception(self.error.bind(py).call1(arguments))
    }

    pub(crate) fn refusal(&self, py: Python<'_>, arguments: (String, i32, u16)) -> PyErr {
        exception(self.refusal.bind(py).call1(arguments))
    }
}

fn exception(made: PyResult<Bound<'_, PyAny>>) -> PyErr {
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
}

impl EventClass {
    fn new(py: Python<'_>, registered: Registered, name: &str) -> PyResult<Self> {
        Ok(Self { class: Class::new(py, registered)?, name: PyString::intern(py, name).unbind() })
    }
}

impl Class {
    fn new(py: Python<'_>, (class, fields): Registered) -> PyResult<Self> {
        let fields: Vec<_> =
            fields.into_iter().map(|field| FieldClass::new(field.bind(py))).collect::<PyResult<_>>()?;
        let is_plain = fields.iter().flatten().all(FieldClass::is_plain);
        Ok(Self { class, fields, is_plain })
    }

    /// An instance.
    pub(crate) fn instance<'py>(&self, values: Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        Record::of_values(self.class.bind(values.py()), values)
    }

    /// The class itself.
    pub(crate) fn class<'a, 'py>(&'a self, py: Python<'py>) -> PyResult<&'a Bound<'py, PyType>> {
        Ok(self.class.bind(py).cast()?)
    }

    pub(crate) fn field(&self, index: usize) -> Option<&FieldClass> {
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

    fn is_plain(&self) -> bool {
        matches!(self, Self::Objects(class) if class.is_plain)
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

impl<T> Enum<T> {
    /// The member of a documented value.
    pub(crate) fn known<V>(&self, value: &V) -> Option<&Py<PyAny>>
    where
        T: Borrow<V>,
        V: PartialEq + ?Sized,
    {
        self.members.iter().find(|(known, _)| known.borrow() == value).map(|(_, member)| member)
    }

    /// The member of a value that is not documented, which `value` is in Python.
    pub(crate) fn unknown<'py>(&self, value: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        self.class.bind(value.py()).call1((value,))
    }
}
