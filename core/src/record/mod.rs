//! Records: JSON objects with a table of known members, and the one loop that reads them.
//!
//! `#[derive(Record)]` turns a struct declaration into its table of [`Field`]s. Reading checks each member against the
//! table and hands its value to a [`Target`]: the struct itself, whose capacities are fixed, or anything else that takes
//! values, such as a builder of Python objects that has no capacities.

mod fields;
mod names;
mod nested;
mod plain;
mod read;
mod write;

pub(crate) use fields::path_fields;
#[doc(hidden)]
pub use names::{Names, ValueNames, first_name, name, name_nul};
pub(crate) use names::{value_names, with_nul, without_nul};
pub use nested::{ObjectType, Objects};
pub use read::Items;
pub(crate) use read::{Findings, Scalar, clear, find, read, read_scalar};
#[doc(hidden)]
pub use write::{ObjectRef, Slot};

use crate::{
    error::Overflow,
    json::{Cursor, Fault, Key, Str},
};

/// One known member of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in the JSON.
    pub name: &'static str,
    /// What it accepts.
    pub kind: FieldKind,
    pub(crate) key: Key,
}

impl Field {
    #[doc(hidden)]
    pub const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self { name, kind, key: Key::new(name) }
    }

    /// Reads the name, spelled without escapes, and the colon, if they come next.
    #[inline(always)]
    fn take_name(&self, cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
        if let Some(end) = self.key.find(cursor.input(), cursor.pos()) {
            cursor.set_pos(end);
            return Ok(true);
        }
        if !cursor.take_name(self.name) {
            return Ok(false);
        }
        cursor.colon().map(|()| true)
    }
}

/// What a member accepts. `null` is accepted for all of them, and is the same as absence.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// A string, or an integer whose digits are kept (the platform's ids have been seen as both).
    Text {
        /// How many bytes a struct holds.
        capacity: u16,
    },
    /// A 32-bit integer, or a string of one: a number with a documented meaning.
    Enum,
    /// A non-negative 64-bit integer, or a string of one: the platform's times.
    Decimal,
    /// An array of strings or integers.
    TextList {
        /// How many items a struct holds.
        items: u16,
        /// How many bytes a struct holds, with a NUL for each item.
        bytes: u16,
    },
    /// An object with members of its own.
    Object(&'static ObjectType),
    /// An array of such objects.
    ObjectList(&'static ObjectType),
}

impl FieldKind {
    /// The known members of the object, or of each object of the list; none for the other kinds.
    pub const fn fields(&self) -> &'static [Field] {
        match self {
            Self::Object(object) | Self::ObjectList(object) => object.fields,
            _ => &[],
        }
    }
}

/// What a reader of documentation or a schema wants to know of a field, in the order of the [`Field`]s. Kept apart so
/// that a firmware, which wants none of it, does not link it.
#[derive(Clone, Copy, Debug)]
pub struct Details {
    pub(crate) name_nul: &'static str,
    pub(crate) doc_nul: &'static str,
    /// The documented values: of each [`FieldKind::Enum`], and of some [`FieldKind::Text`].
    pub values: Option<&'static EnumType>,
    /// What an [`FieldKind::Object`] or each item of an [`FieldKind::ObjectList`] is.
    pub record: Option<&'static RecordType>,
    /// Where it lies in its struct, in bytes.
    pub offset: usize,
    /// How many bytes it takes there.
    pub size: usize,
    /// The members of its type, and where they lie in it.
    pub members: &'static [(&'static str, usize)],
}

impl Details {
    #[doc(hidden)]
    pub const fn new<T: FieldType>(
        name_nul: &'static str,
        doc_nul: &'static str,
        values: Option<&'static EnumType>,
        offset: usize,
    ) -> Self {
        let values = if values.is_some() { values } else { T::VALUES };
        Self { name_nul, doc_nul, values, record: T::RECORD, offset, size: size_of::<T>(), members: T::MEMBERS }
    }

    /// The field's name and a NUL, for C.
    pub const fn name_nul(&self) -> &'static str {
        with_nul(self.name_nul)
    }

    /// The field's documentation.
    pub fn doc(&self) -> &'static str {
        without_nul(self.doc_nul)
    }

    /// The field's documentation and a NUL, for C.
    pub const fn doc_nul(&self) -> &'static str {
        with_nul(self.doc_nul)
    }
}

/// What the struct of an object is called, and what is in it.
#[derive(Debug)]
pub struct RecordType {
    /// The name of the struct; C has `Lark` before it.
    pub class: &'static str,
    pub(crate) class_nul: &'static str,
    pub(crate) doc_nul: &'static str,
    /// Its members.
    pub fields: &'static [Field],
    /// What they mean, in the same order.
    pub details: &'static [Details],
    /// The number of bytes its struct takes.
    pub size: usize,
}

impl RecordType {
    pub(crate) const fn of<R: Record>() -> Self {
        Self {
            class: R::CLASS,
            class_nul: R::CLASS_NUL,
            doc_nul: R::DOC_NUL,
            fields: R::FIELDS,
            details: R::DETAILS,
            size: size_of::<R>(),
        }
    }

    /// The name of the struct and a NUL, for C.
    pub const fn class_nul(&self) -> &'static str {
        with_nul(self.class_nul)
    }

    /// What it is.
    pub fn doc(&self) -> &'static str {
        without_nul(self.doc_nul)
    }

    /// What it is and a NUL, for C.
    pub const fn doc_nul(&self) -> &'static str {
        with_nul(self.doc_nul)
    }
}

/// An open set of integers or of texts with documented meanings.
#[derive(Debug)]
pub struct EnumType {
    /// Its name in Rust; C has `Lark` before it.
    pub name: &'static str,
    pub(crate) name_nul: &'static str,
    /// The documented values.
    pub values: &'static [EnumValue],
}

/// A documented value of an [`EnumType`].
#[derive(Clone, Copy, Debug)]
pub struct EnumValue {
    /// The integer; 0 in a set of texts.
    pub value: i32,
    /// The text; `None` in a set of integers.
    pub text: Option<&'static str>,
    /// The name and a NUL, for C.
    pub(crate) name_nul: &'static str,
    /// What it means.
    pub doc: &'static str,
}

impl EnumValue {
    #[doc(hidden)]
    pub const fn of_integer(value: i32, name_nul: &'static str, doc: &'static str) -> Self {
        Self { value, text: None, name_nul, doc }
    }

    #[doc(hidden)]
    pub const fn of_text(text: &'static str, name_nul: &'static str, doc: &'static str) -> Self {
        Self { value: 0, text: Some(text), name_nul, doc }
    }

    /// Its name, such as `COMPLETED`.
    pub fn name(&self) -> &'static str {
        without_nul(self.name_nul)
    }
}

impl EnumType {
    #[doc(hidden)]
    pub const fn new(name_nul: &'static str, values: &'static [EnumValue]) -> Self {
        Self { name: without_nul(name_nul), name_nul, values }
    }

    /// Its name and a NUL, for C.
    pub const fn name_nul(&self) -> &'static str {
        with_nul(self.name_nul)
    }
}

/// An integer whose documented values have names; every other value is data too.
///
/// `#[open_enum]` implements it.
pub trait OpenEnum: Copy {
    /// The documented values.
    const TYPE: &'static EnumType;
    /// Their names.
    const NAMES: Names;
    /// 0, which no documented enum uses.
    const ZERO: Self;

    #[doc(hidden)]
    fn raw(&self) -> i32;

    #[doc(hidden)]
    fn from_raw(value: i32) -> Self;
}

/// A set of texts with documented meanings; every other text is data too. The field that holds one is a
/// [`Text`](crate::Text).
///
/// `#[open_text]` implements it.
pub trait OpenText {
    /// The documented values.
    const TYPE: &'static EnumType;
}

/// A value that a [`Target`] is given.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// There is none: the member is not there, or `null`, or of the wrong type.
    Absent,
    /// For [`FieldKind::Text`].
    Text(Str<'a>),
    /// For [`FieldKind::Enum`].
    Enum(i32),
    /// For [`FieldKind::Decimal`].
    Decimal(u64),
    /// For [`FieldKind::TextList`].
    TextList(Items<'a>),
    /// For [`FieldKind::ObjectList`], behind its items, which [`Target::nested`] has asked for.
    ObjectList(Objects),
}

/// Something that takes the values of a record.
pub trait Target {
    /// Takes the value of the field `index`, of the kind that the field's table entry names. Of each field of a record
    /// that has been read to its end it is told once: its value, or that it is [`Value::Absent`]. The exception is an
    /// [`FieldKind::Object`] that is there, for which [`Target::nested`] is called instead.
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow>;

    /// Takes the first `len` bytes of `rest` for a [`FieldKind::Text`], as [`Target::put`] would; `false` if it does not, and
    /// `put` is to be called.
    #[cfg(vectors)]
    #[doc(hidden)]
    fn put_plain(&mut self, index: usize, rest: &[u8], len: usize) -> bool {
        let _ = (index, rest, len);
        false
    }

    /// What takes the members of the object in the field `index`, or of the next object of the list in it. Where it is
    /// `None`, the members are only checked, against the capacities of the structs too.
    fn nested(&mut self, index: usize) -> Option<&mut dyn Target> {
        let _ = index;
        None
    }
}

/// Something whose values can be looked at, field by field. `#[derive(Record)]` implements it.
#[doc(hidden)]
pub trait Slots {
    /// What is in a field; `None` if there is no such field or code outside of Rust has broken it.
    fn slot(&self, index: usize) -> Option<Slot<'_>>;
}

/// A struct that holds the values of its table of fields. `#[derive(Record)]` implements it.
pub trait Record: Target + Slots {
    /// The known members, in the order of declaration; at most 64.
    const FIELDS: &'static [Field];
    /// Their documentation, in the same order.
    const DETAILS: &'static [Details];
    /// The names of their documented values, in the same order.
    #[doc(hidden)]
    const NAMES: &'static [ValueNames];
    /// The name of the struct.
    const CLASS: &'static str = without_nul(Self::CLASS_NUL);
    /// The name of the struct and a NUL, for C.
    #[doc(hidden)]
    const CLASS_NUL: &'static str;
    /// The documentation of the struct and a NUL, for C.
    #[doc(hidden)]
    const DOC_NUL: &'static str;
    /// Every field absent.
    const EMPTY: Self;

    /// Makes every field absent.
    fn clear(&mut self)
    where
        Self: Sized,
    {
        clear(self, Self::FIELDS.len(), 0);
    }
}

/// A field's type: how it is declared in the table, and how its values are stored. For `#[derive(Record)]`.
#[doc(hidden)]
pub trait FieldType {
    const KIND: FieldKind;
    const VALUES: Option<&'static EnumType> = None;
    const NAMES: ValueNames = ValueNames::None;
    const RECORD: Option<&'static RecordType> = None;
    const MEMBERS: &'static [(&'static str, usize)];
    const ABSENT: Self;

    fn put(&mut self, value: Value<'_>) -> Result<(), Overflow>;
    fn slot(&self) -> Option<Slot<'_>>;

    #[cfg(vectors)]
    #[inline]
    fn put_plain(&mut self, rest: &[u8], len: usize) -> bool {
        let _ = (rest, len);
        false
    }

    fn nested(&mut self) -> Option<&mut dyn Target> {
        None
    }
}
