//! Records of any type as serde sees them, and as JSON.

use super::{Field, Record, Slots};
use crate::{
    json::{Digits, Writer},
    object::ListPlace,
    text::TextListRef,
};
use serde::ser::{Serialize, SerializeStruct, Serializer};

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
    /// Of an [`Object`](crate::Object).
    Object(ObjectRef<'a>),
    /// Of an [`ObjectList`](crate::ObjectList).
    ObjectList(ListPlace),
}

/// A record of any type, to look at.
#[derive(Clone, Copy)]
pub struct ObjectRef<'a> {
    /// Its table.
    pub fields: &'static [Field],
    class: &'static str,
    slots: &'a dyn Slots,
}

impl<'a> ObjectRef<'a> {
    /// Any record.
    pub fn of<R: Record>(record: &'a R) -> Self {
        Self { fields: R::FIELDS, class: R::CLASS, slots: record }
    }

    /// What is in a field.
    pub fn slot(self, index: usize) -> Slot<'a> {
        self.slots.slot(index).unwrap_or(Slot::Absent)
    }

    /// Whether no code outside of Rust has broken it.
    pub(crate) fn is_sound(self) -> bool {
        (0..self.fields.len()).all(|index| self.slots.slot(index).is_some())
    }

    /// Whether all of it is here: of a list of objects there is only the place.
    pub(crate) fn is_whole(self) -> bool {
        (0..self.fields.len()).all(|index| match self.slot(index) {
            Slot::Object(object) => object.is_whole(),
            Slot::ObjectList(_) => false,
            _ => true,
        })
    }

    /// Writes it as a JSON object, if it is whole; absent fields are left out. One loop for records of all types.
    pub(crate) fn write_json(self, out: &mut Writer<'_>) -> Option<()> {
        out.raw("{")?;
        let mut first = true;
        for (index, field) in self.fields.iter().enumerate() {
            let slot = self.slot(index);
            if let Slot::Absent | Slot::ObjectList(_) = slot {
                continue;
            }
            out.name(&mut first, field.name)?;
            match slot {
                Slot::Absent | Slot::ObjectList(_) => {}
                Slot::Text(text) => out.string(text)?,
                Slot::Enum(value) => out.integer(value)?,
                Slot::Decimal(value) => out.string(Digits::of(value).as_str())?,
                Slot::TextList(list) => write_list(list, out)?,
                Slot::Object(object) => object.write_json(out)?,
            }
        }
        out.raw("}")
    }
}

/// An object. Absent fields are left out where people read it, and are `None` in binary formats. A list of objects is
/// written as its place.
impl Serialize for ObjectRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let human = serializer.is_human_readable();
        let mut object = serializer.serialize_struct(self.class, self.fields.len())?;
        for (index, field) in self.fields.iter().enumerate() {
            match self.slot(index) {
                Slot::Absent if human => object.skip_field(field.name)?,
                Slot::Absent => object.serialize_field(field.name, &None::<()>)?,
                Slot::Text(text) => object.serialize_field(field.name, &Some(text))?,
                Slot::Enum(value) => object.serialize_field(field.name, &Some(value))?,
                // The platform writes times as strings; binary formats keep the number.
                Slot::Decimal(value) if human => object.serialize_field(field.name, Digits::of(value).as_str())?,
                Slot::Decimal(value) => object.serialize_field(field.name, &Some(value))?,
                Slot::TextList(list) => object.serialize_field(field.name, &list)?,
                Slot::Object(nested) => object.serialize_field(field.name, &Some(nested))?,
                Slot::ObjectList(place) => object.serialize_field(field.name, &Some(place))?,
            }
        }
        object.end()
    }
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
