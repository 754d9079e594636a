//! Records: JSON objects with a table of known members, and the one loop that reads them.
//!
//! `#[derive(Record)]` turns a struct declaration into its table of [`Field`]s. Reading checks each member against the
//! table and hands its value to a [`Target`]: the struct itself, whose capacities are fixed, or anything else that takes
//! values, such as a builder of Python objects that has no capacities.

mod fields;
mod read;
mod write;

pub(crate) use fields::path_fields;
pub use read::Items;
pub(crate) use read::{Faults, Scalar, find, read, read_scalar};
pub(crate) use write::write_json;
#[doc(hidden)]
pub use write::{Slot, serialize};

use crate::{error::Overflow, json::Str};

/// One known member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the JSON.
    pub name: &'static str,
    /// What it accepts.
    pub kind: FieldKind,
}

/// What a member accepts. `null` is accepted for all of them, and is the same as absence.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// A string, or an integer whose digits are kept (the platform's ids have been seen as both).
    Text {
        /// How many bytes a struct holds.
        capacity: u32,
    },
    /// A 32-bit integer, or a string of one: a number with a documented meaning.
    Enum,
    /// A non-negative 64-bit integer, or a string of one: the platform's times.
    Decimal,
    /// An array of strings or integers.
    TextList {
        /// How many items a struct holds.
        items: u32,
        /// How many bytes a struct holds, with a NUL for each item.
        bytes: u32,
    },
    /// An object with members of its own.
    Object(&'static [Field]),
}

/// What a reader of documentation or a schema wants to know of a field, in the order of the [`Field`]s. Kept apart so
/// that a firmware, which wants none of it, does not link it.
#[derive(Clone, Copy, Debug)]
pub struct Details {
    /// The field's documentation.
    pub doc: &'static str,
    /// The meanings of an [`FieldKind::Enum`].
    pub values: Option<&'static EnumType>,
    /// Where it lies in its struct, in bytes.
    pub offset: usize,
    /// How many bytes it takes there.
    pub size: usize,
    /// The members of its type, and where they lie in it.
    pub members: &'static [(&'static str, usize)],
}

/// An open set of integers with documented meanings.
#[derive(Debug)]
pub struct EnumType {
    /// Its name in Rust; C has `Lark` before it.
    pub name: &'static str,
    /// The documented values.
    pub values: &'static [EnumValue],
}

/// A documented value of an [`EnumType`].
#[derive(Clone, Copy, Debug)]
pub struct EnumValue {
    /// The integer.
    pub value: i32,
    /// The name and a NUL, for C.
    pub(crate) name_nul: &'static str,
    /// What it means.
    pub doc: &'static str,
}

impl EnumValue {
    #[doc(hidden)]
    pub const fn new(value: i32, name_nul: &'static str, doc: &'static str) -> Self {
        Self { value, name_nul, doc }
    }

    /// Its name, such as `COMPLETED`.
    pub fn name(&self) -> &'static str {
        without_nul(self.name_nul)
    }

    /// Its name with a NUL behind it, for C.
    pub const fn name_nul(&self) -> &'static str {
        self.name_nul
    }
}

impl EnumType {
    /// The documented value `value`.
    pub fn find(&self, value: i32) -> Option<&'static EnumValue> {
        self.values.iter().find(|known| known.value == value)
    }
}

/// A name without the NUL that it has for C.
pub(crate) const fn without_nul(name: &'static str) -> &'static str {
    match name.split_at_checked(name.len().saturating_sub(1)) {
        Some((name, _)) => name,
        None => name,
    }
}

/// An integer whose documented values have names; every other value is data too.
///
/// `#[open_enum]` implements it.
pub trait OpenEnum: Copy {
    /// The documented values.
    const TYPE: &'static EnumType;
    /// 0, which no documented enum uses.
    const ZERO: Self;

    #[doc(hidden)]
    fn raw(&self) -> i32;

    #[doc(hidden)]
    fn from_raw(value: i32) -> Self;
}

/// A value that a [`Target`] is given.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// For [`FieldKind::Text`].
    Text(Str<'a>),
    /// For [`FieldKind::Enum`].
    Enum(i32),
    /// For [`FieldKind::Decimal`].
    Decimal(u64),
    /// For [`FieldKind::TextList`].
    TextList(Items<'a>),
}

/// Something that takes the values of a record.
pub trait Target {
    /// Takes the value of the field `index`, at most once each and of the kind that the field's table entry names.
    /// Absent members are not mentioned.
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow>;
}

/// A struct that holds the values of its table of fields. `#[derive(Record)]` implements it.
pub trait Record: Target {
    /// The known members, in the order of declaration; at most 64.
    const FIELDS: &'static [Field];
    /// Their documentation, in the same order.
    const DETAILS: &'static [Details];
    /// Every field absent.
    const EMPTY: Self;

    /// Makes every field absent.
    fn clear(&mut self);

    /// What is in a field; `None` if there is no such field or code outside of Rust has broken it.
    #[doc(hidden)]
    fn slot(&self, index: usize) -> Option<Slot<'_>>;

    /// Whether no code outside of Rust has broken it.
    #[doc(hidden)]
    fn is_sound(&self) -> bool {
        (0..Self::FIELDS.len()).all(|index| self.slot(index).is_some())
    }
}

/// A field's type: how it is declared in the table, and how its values are stored. For `#[derive(Record)]`.
#[doc(hidden)]
pub trait FieldType {
    const KIND: FieldKind;
    const VALUES: Option<&'static EnumType> = None;
    const MEMBERS: &'static [(&'static str, usize)];
    const ABSENT: Self;

    fn clear(&mut self);
    fn put(&mut self, value: Value<'_>) -> Result<(), Overflow>;
    fn slot(&self) -> Option<Slot<'_>>;
}
