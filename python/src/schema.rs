//! The registry of the core, for Python code that makes classes and stubs from it: short lists first, and everything
//! about one thing when it is asked for.
//!
//! A field is a dictionary with `name`, `kind` (`text`, `enum`, `decimal`, `text_list`, `object` or `object_list`), `doc`,
//! `enum`, the name of its enum or `None`, and `record`, what an object consists of or `None`: `class_name`, `doc` and
//! `fields`. A value of an enum is one with `name`, `value` (an integer or a text) and `doc`.

use lark_event::{
    Envelope, Error, ErrorKind, Event, Header, Item, ListPlace, Object, Opt, ProcessStatus, Span, Text, TextList,
    UserId,
    event::EventType,
    record::{Details, EnumType, Field, FieldKind, OpenEnum, Record, RecordType},
};
use pyo3::{
    exceptions::PyKeyError,
    prelude::*,
    types::{PyDict, PyTuple},
};

/// Tag, event type, name of the class, and family of all event types, in the order of the event types.
#[pyfunction]
pub(crate) fn event_types(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let mut types = EventType::all().to_vec();
    types.sort_unstable_by_key(|it| it.name());
    PyTuple::new(py, types.into_iter().map(|it| (it.tag, it.name(), it.record.class, it.family())).collect::<Vec<_>>())
}

/// Everything about one event type: a dictionary with `tag`, `type`, `class_name`, `family`, `doc` and `fields`.
#[pyfunction]
pub(crate) fn event_type(py: Python<'_>, tag: u32) -> PyResult<Bound<'_, PyDict>> {
    let event_type = EventType::by_tag(tag).ok_or_else(|| PyKeyError::new_err(tag))?;
    let row = PyDict::new(py);
    row.set_item("tag", event_type.tag)?;
    row.set_item("type", event_type.name())?;
    row.set_item("family", event_type.family())?;
    describe(&row, &event_type.record)?;
    Ok(row)
}

/// The class names of the objects that events hold, each once.
#[pyfunction]
pub(crate) fn record_names(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let mut names: Vec<_> = records().filter(|it| !is_event(it)).map(|it| it.class).collect();
    names.sort_unstable();
    names.dedup();
    PyTuple::new(py, names)
}

/// Everything about the objects of that class: a dictionary with `class_name`, `doc` and `fields`.
#[pyfunction]
pub(crate) fn record<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyDict>> {
    let known = records().find(|it| it.class == name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
    let row = PyDict::new(py);
    describe(&row, known)?;
    Ok(row)
}

/// The fields of the header.
#[pyfunction]
pub(crate) fn header_fields(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    fields(py, Header::FIELDS, Header::DETAILS)
}

/// The names of the enums of all fields, each once.
#[pyfunction]
pub(crate) fn enum_names(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
    let mut names = Vec::new();
    for enum_type in enum_types() {
        if !names.contains(&enum_type.name) {
            names.push(enum_type.name);
        }
    }
    PyTuple::new(py, names)
}

/// The values of the enum of that name; those of `ErrorKind` are the kinds of faults.
#[pyfunction]
pub(crate) fn enum_values<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyTuple>> {
    let mut known = enum_types().chain([<ErrorKind as OpenEnum>::TYPE]);
    let enum_type = known.find(|enum_type| enum_type.name == name);
    values(py, enum_type.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?)
}

/// The size of each struct by name, in bytes, on this machine.
#[pyfunction]
pub(crate) fn sizes(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let sizes = PyDict::new(py);
    for (name, size) in [
        ("Envelope", size_of::<Envelope>()),
        ("Event", size_of::<Event>()),
        ("Header", size_of::<Header>()),
        ("Error", size_of::<Error>()),
        ("Span", size_of::<Span>()),
        ("Text<64>", size_of::<Text<64>>()),
        ("TextList<201, 6400>", size_of::<TextList<201, 6400>>()),
        ("Opt<ProcessStatus>", size_of::<Opt<ProcessStatus>>()),
        ("Opt<u64>", size_of::<Opt<u64>>()),
        ("Object<UserId>", size_of::<Object<UserId>>()),
        ("ListPlace", size_of::<ListPlace>()),
        ("Item", size_of::<Item>()),
    ] {
        sizes.set_item(name, size)?;
    }
    for record in records() {
        sizes.set_item(record.class, record.size)?;
    }
    Ok(sizes)
}

/// The events, and behind each the objects in it, as often as they occur.
fn records() -> impl Iterator<Item = &'static RecordType> {
    fn with_nested(record: &'static RecordType) -> Vec<&'static RecordType> {
        let nested = record.details.iter().filter_map(|details| details.record);
        std::iter::once(record).chain(nested.flat_map(with_nested)).collect()
    }
    EventType::all().iter().flat_map(|event_type| with_nested(&event_type.record))
}

fn is_event(record: &RecordType) -> bool {
    EventType::all().iter().any(|event_type| event_type.record.class == record.class)
}

/// The enums of all fields, as often as they occur.
fn enum_types() -> impl Iterator<Item = &'static EnumType> {
    let fields = records().flat_map(|record| record.details);
    Header::DETAILS.iter().chain(fields).filter_map(|details| details.values)
}

fn describe(row: &Bound<'_, PyDict>, record: &RecordType) -> PyResult<()> {
    row.set_item("class_name", record.class)?;
    row.set_item("doc", record.doc())?;
    row.set_item("fields", fields(row.py(), record.fields, record.details)?)
}

fn fields<'py>(py: Python<'py>, fields: &[Field], details: &[Details]) -> PyResult<Bound<'py, PyTuple>> {
    let rows = fields.iter().zip(details).map(|(field, details)| {
        let row = PyDict::new(py);
        row.set_item("name", field.name)?;
        row.set_item("kind", kind(field.kind))?;
        row.set_item("doc", details.doc())?;
        row.set_item("enum", details.values.map(|enum_type| enum_type.name))?;
        let record = details.record.map(|record| {
            let row = PyDict::new(py);
            describe(&row, record).map(|()| row)
        });
        row.set_item("record", record.transpose()?)?;
        Ok(row)
    });
    PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

fn values<'py>(py: Python<'py>, enum_type: &EnumType) -> PyResult<Bound<'py, PyTuple>> {
    let rows = enum_type.values.iter().map(|value| {
        let row = PyDict::new(py);
        row.set_item("name", value.name())?;
        match value.text {
            Some(text) => row.set_item("value", text)?,
            None => row.set_item("value", value.value)?,
        }
        row.set_item("doc", value.doc)?;
        Ok(row)
    });
    PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

const fn kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text { .. } => "text",
        FieldKind::Enum => "enum",
        FieldKind::Decimal => "decimal",
        FieldKind::TextList { .. } => "text_list",
        FieldKind::Object(_) => "object",
        FieldKind::ObjectList(_) => "object_list",
    }
}
