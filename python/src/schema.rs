//! The registry of the core, for Python code that makes classes and stubs from it.

use lark_event::{
    Envelope, Error, ErrorKind, Event, Header, Opt, ProcessStatus, Span, Text, TextList,
    event::EventType,
    record::{Details, EnumType, Field, FieldKind, OpenEnum, Record},
};
use pyo3::{
    prelude::*,
    types::{PyDict, PyList, PyTuple},
};

/// Everything that the registry knows.
///
/// A dictionary with `header`: its fields; `events`: for each type its `tag`, `type`, `class_name`, `family`, `doc` and
/// `fields`; `enums`: for each, by name, its values; `errors`: the kinds of faults, as values of an enum; `sizes`: of each
/// struct by name, in bytes, on this machine. A field has `name`, `kind` (`text`, `enum`, `decimal` or `text_list`), `doc`
/// and `enum`, the name of its enum or `None`; a value `name`, `value` and `doc`.
#[pyfunction]
pub(crate) fn schema(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let (schema, enums) = (PyDict::new(py), PyDict::new(py));
    schema.set_item("header", fields(py, Header::FIELDS, Header::DETAILS, &enums)?)?;
    let (events, sizes) = (PyList::empty(py), PyDict::new(py));
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
    ] {
        sizes.set_item(name, size)?;
    }
    for event_type in EventType::all() {
        let event = PyDict::new(py);
        event.set_item("tag", event_type.tag)?;
        event.set_item("type", event_type.name())?;
        event.set_item("class_name", event_type.class)?;
        event.set_item("family", event_type.family())?;
        event.set_item("doc", event_type.doc)?;
        event.set_item("fields", fields(py, event_type.fields, event_type.details, &enums)?)?;
        events.append(event)?;
        sizes.set_item(event_type.class, event_type.size)?;
    }
    schema.set_item("events", events)?;
    schema.set_item("sizes", sizes)?;
    schema.set_item("enums", enums)?;
    schema.set_item("errors", values(py, <ErrorKind as OpenEnum>::TYPE)?)?;
    Ok(schema)
}

fn fields<'py>(
    py: Python<'py>,
    fields: &[Field],
    details: &[Details],
    enums: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyTuple>> {
    let rows = fields.iter().zip(details).map(|(field, details)| {
        let row = PyDict::new(py);
        row.set_item("name", field.name)?;
        row.set_item("kind", kind(field.kind))?;
        row.set_item("doc", details.doc)?;
        row.set_item("enum", details.values.map(|enum_type| enum_type.name))?;
        if let Some(enum_type) = details.values {
            enums.set_item(enum_type.name, values(py, enum_type)?)?;
        }
        Ok(row)
    });
    PyTuple::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

fn values<'py>(py: Python<'py>, enum_type: &EnumType) -> PyResult<Bound<'py, PyTuple>> {
    let rows = enum_type.values.iter().map(|value| {
        let row = PyDict::new(py);
        row.set_item("name", value.name())?;
        row.set_item("value", value.value)?;
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
    }
}
