//! The base class of everything that is decoded: an immutable row of values.

use crate::envelope::Opened;
use pyo3::{
    exceptions::{PyAttributeError, PyTypeError},
    intern,
    prelude::*,
    types::{PyDict, PyTuple, PyType},
};
use std::cell::Cell;

/// An immutable object whose attributes are `Field`s, by position.
#[pyclass(frozen, subclass, module = "lark_event._native")]
pub(crate) struct Record {
    /// The values in the order of the fields; `None` for an absent one. An envelope that has been decoded makes them when
    /// they are asked for.
    values: Option<Py<PyTuple>>,
}

thread_local! {
    /// The values of the record that is being made, or what the envelope that is being made consists of. They go around the
    /// arguments of the call: nobody else can pass any, and it costs less.
    static VALUES: Cell<Option<Py<PyTuple>>> = const { Cell::new(None) };
    static OPENED: Cell<Option<Opened>> = const { Cell::new(None) };
}

impl Record {
    /// An instance of a subclass that does nothing of its own when it is called.
    pub(crate) fn of_values<'py>(
        class: &Bound<'py, PyAny>,
        values: Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        VALUES.set(Some(values.unbind()));
        // Nothing of Python runs before the values are taken.
        class.call0().inspect_err(|_| drop(VALUES.take()))
    }

    fn of_call(class: &Bound<'_, PyType>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let values = match VALUES.take() {
            Some(values) => values,
            None => class.call_method(intern!(class.py(), "_by_hand"), (), fields)?.cast_into::<PyTuple>()?.unbind(),
        };
        Ok(Self { values: Some(values) })
    }
}

#[pymethods]
impl Record {
    #[new]
    #[classmethod]
    #[pyo3(signature = (**fields), text_signature = "(**fields)")]
    fn new(class: &Bound<'_, PyType>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        Self::of_call(class, fields)
    }

    #[getter]
    fn _values<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyTuple>> {
        match &slf.get().values {
            Some(values) => Ok(values.bind(slf.py()).clone()),
            None => slf.cast::<Envelope>()?.get().need_opened()?.values(slf.py()),
        }
    }
}

/// A decoded body: schema, header, event and raw event.
#[pyclass(frozen, subclass, extends = Record, module = "lark_event._native")]
pub(crate) struct Envelope {
    /// What makes the values of one that has been decoded.
    opened: Option<Opened>,
}

#[pymethods]
impl Envelope {
    #[new]
    #[classmethod]
    #[pyo3(
        signature = (**fields),
        text_signature = "(*, schema='2.0', header=None, event=None, raw_event=None)"
    )]
    fn new(class: &Bound<'_, PyType>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<PyClassInitializer<Self>> {
        let opened = OPENED.take();
        let record = if opened.is_some() { Record { values: None } } else { Record::of_call(class, fields)? };
        Ok(PyClassInitializer::from(record).add_subclass(Self { opened }))
    }
}

impl Envelope {
    /// An envelope whose values are made when they are asked for.
    pub(crate) fn of_opened<'py>(class: &Bound<'py, PyAny>, opened: Opened) -> PyResult<Bound<'py, PyAny>> {
        OPENED.set(Some(opened));
        class.call0().inspect_err(|_| drop(OPENED.take()))
    }

    /// What makes the values; `None` of an envelope that has them.
    pub(crate) const fn opened(&self) -> Option<&Opened> {
        self.opened.as_ref()
    }

    fn need_opened(&self) -> PyResult<&Opened> {
        self.opened().ok_or_else(|| PyTypeError::new_err("a record without values"))
    }
}

/// Make a record of values that have been checked before.
#[pyfunction]
pub(crate) fn restore<'py>(class: &Bound<'py, PyType>, values: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let base = if class.is_subclass_of::<Envelope>()? { py.get_type::<Envelope>() } else { py.get_type::<Record>() };
    // Past what a subclass does when it is called.
    let (new, class) = (base.getattr(intern!(py, "__new__"))?, PyTuple::new(py, [class])?);
    VALUES.set(Some(values.clone().unbind()));
    new.call1(class).inspect_err(|_| drop(VALUES.take()))
}

/// The attribute of a `Record` at one position. It cannot be set, and says so itself: a descriptor with `__set__` is what
/// `help()`, `inspect` and checkers of stubs take for a property.
#[pyclass(frozen, subclass, module = "lark_event._native")]
pub(crate) struct Field {
    index: usize,
    name: String,
    /// What the field means. The documentation of a native class would hide a `__doc__` of its instances.
    #[pyo3(get, name = "_doc")]
    doc: String,
}

impl Field {
    fn immutable(&self) -> PyErr {
        PyAttributeError::new_err(format!("'{}' cannot be changed: the object is immutable", self.name))
    }
}

#[pymethods]
impl Field {
    #[new]
    fn new(index: usize, name: String, doc: String) -> Self {
        Self { index, name, doc }
    }

    /// The value, or the attribute itself where it is looked up in the class.
    fn __get__<'py>(
        slf: Bound<'py, Self>,
        record: Option<&Bound<'py, PyAny>>,
        _class: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let Some(record) = record else { return Ok(slf.into_any()) };
        let (py, index) = (slf.py(), slf.get().index);
        match &record.cast::<Record>()?.get().values {
            Some(values) => values.bind(py).get_item(index),
            None => record.cast::<Envelope>()?.get().need_opened()?.value(py, index),
        }
    }

    fn __set__(&self, _record: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.immutable())
    }

    fn __delete__(&self, _record: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.immutable())
    }
}
