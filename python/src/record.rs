//! The base class of everything that is decoded: an immutable row of values.

use pyo3::{exceptions::PyAttributeError, prelude::*, types::PyTuple};

/// An immutable object whose attributes are `Field`s, by position.
#[pyclass(frozen, subclass, module = "lark_event._native")]
pub(crate) struct Record {
    /// The values in the order of the fields; `None` for an absent one.
    #[pyo3(get)]
    pub(crate) _values: Py<PyTuple>,
}

#[pymethods]
impl Record {
    #[new]
    #[pyo3(signature = (values, /))]
    fn new(values: Py<PyTuple>) -> Self {
        Self { _values: values }
    }
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
        match record {
            Some(record) => record.cast::<Record>()?.get()._values.bind(slf.py()).get_item(slf.get().index),
            None => Ok(slf.into_any()),
        }
    }

    fn __set__(&self, _record: &Bound<'_, PyAny>, _value: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.immutable())
    }

    fn __delete__(&self, _record: &Bound<'_, PyAny>) -> PyResult<()> {
        Err(self.immutable())
    }
}
