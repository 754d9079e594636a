//! Records as serde sees them.

use super::{Field, Record};
use crate::text::TextListRef;
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

/// The decimal digits of a number.
pub(crate) struct Digits {
    digits: [u8; 20],
    start: usize,
}

impl Digits {
    pub(crate) fn of(mut value: u64) -> Self {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            (*digit, start) = (b'0' + (value % 10) as u8, at);
            value /= 10;
            if value == 0 {
                break;
            }
        }
        Self { digits, start }
    }

    pub(crate) fn as_str(&self) -> &str {
        self.digits.get(self.start..).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}
