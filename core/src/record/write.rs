//! Records as serde sees them, and as JSON.

use super::{Field, Record};
use crate::{
    json::{Digits, Writer},
    text::TextListRef,
};
use serde::ser::{SerializeStruct, Serializer};

/// What is in a field.
#[derive(Clone, Copy)]
pub enum Slot<'a> {
    /// Nothing.
    Absent,
    /// Of a [`Text`](crate::Text).
    Text(&'a str),
    /// Of an open enum.
    Enum(i32),
    /// Of a time.
    Decimal(u64),
    /// Of a [`TextList`](crate::TextList).
    TextList(TextListRef<'a>),
}

/// Writes a record as an object. Absent fields are left out where people read it, and are `None` in binary formats.
pub fn serialize<R: Record, S: Serializer>(record: &R, name: &'static str, serializer: S) -> Result<S::Ok, S::Error> {
    serialize_fields(R::FIELDS, name, |index| record.slot(index), serializer)
}

fn serialize_fields<'a, S: Serializer>(
    fields: &'static [Field],
    name: &'static str,
    slot: impl Fn(usize) -> Option<Slot<'a>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let human = serializer.is_human_readable();
    let mut object = serializer.serialize_struct(name, fields.len())?;
    for (index, field) in fields.iter().enumerate() {
        match slot(index).unwrap_or(Slot::Absent) {
            Slot::Absent if human => object.skip_field(field.name)?,
            Slot::Absent => object.serialize_field(field.name, &None::<()>)?,
            Slot::Text(text) => object.serialize_field(field.name, &Some(text))?,
            Slot::Enum(value) => object.serialize_field(field.name, &Some(value))?,
            // The platform writes times as strings; binary formats keep the number.
            Slot::Decimal(value) if human => object.serialize_field(field.name, Digits::of(value).as_str())?,
            Slot::Decimal(value) => object.serialize_field(field.name, &Some(value))?,
            Slot::TextList(list) => object.serialize_field(field.name, &list)?,
        }
    }
    object.end()
}

/// Writes a record as a JSON object; absent fields are left out. One loop for records of all types.
pub(crate) fn write_json<R: Record>(record: &R, out: &mut Writer<'_>) -> Option<()> {
    write_fields(R::FIELDS, &|index| record.slot(index), out)
}

fn write_fields<'a>(
    fields: &'static [Field],
    slot: &dyn Fn(usize) -> Option<Slot<'a>>,
    out: &mut Writer<'_>,
) -> Option<()> {
    out.raw("{")?;
    let mut first = true;
    for (index, field) in fields.iter().enumerate() {
        let slot = slot(index).unwrap_or(Slot::Absent);
        if let Slot::Absent = slot {
            continue;
        }
        out.name(&mut first, field.name)?;
        match slot {
            Slot::Absent => {}
            Slot::Text(text) => out.string(text)?,
            Slot::Enum(value) => out.integer(value)?,
            Slot::Decimal(value) => out.string(Digits::of(value).as_str())?,
            Slot::TextList(list) => write_list(list, out)?,
        }
    }
    out.raw("}")
}

fn write_list(list: TextListRef<'_>, out: &mut Writer<'_>) -> Option<()> {
    out.raw("[")?;
    for (index, text) in list.iter().enumerate() {
        if index > 0 {
            out.raw(",")?;
        }
        out.string(text)?;
    }
    out.raw("]")
}
