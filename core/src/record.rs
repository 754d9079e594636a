//! Records: JSON objects with a table of known members, and the one loop that reads them.
//!
//! `#[derive(Record)]` turns a struct declaration into its table of [`Field`]s. [`read`] checks each member against the
//! table and hands its value to a [`Target`]: the struct itself, whose capacities are fixed, or anything else that takes
//! values, such as a builder of Python objects that has no capacities.

use crate::{
    envelope,
    error::{Error, ErrorKind, Overflow, Path},
    event,
    json::{Number, Reader, Str},
    text::{Opt, Text, TextList, TextListMut, TextListRef, TextMut},
};
use serde::ser::{SerializeStruct, Serializer};

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
    fn raw_mut(&mut self) -> &mut i32;
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

/// The texts of an array that has been checked.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    raw: &'a [u8],
    /// How many there are.
    pub count: usize,
}

impl<'a> Items<'a> {
    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = Str<'a>> + use<'a> {
        let mut reader = Reader::new(self.raw);
        let mut array = reader.enter_array().ok();
        core::iter::from_fn(move || {
            let more = reader.next_item(array.as_mut()?).ok()?;
            if more { read_text(&mut reader).ok()?.ok() } else { None }
        })
    }
}

/// Something that takes the values of a record.
pub trait Target {
    /// Takes the value of the field `index`, at most once each and of the kind that the field's table entry names.
    /// Absent members are not mentioned.
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow>;
}

/// A struct that holds the values of its table of fields. `#[derive(Record)]` implements it.
pub trait Record {
    /// The known members, in the order of declaration; at most 64.
    const FIELDS: &'static [Field];
    /// Their documentation, in the same order.
    const DETAILS: &'static [Details];
    /// Every field absent.
    const EMPTY: Self;

    #[doc(hidden)]
    fn slot(&self, index: usize) -> Option<Slot<'_>>;

    #[doc(hidden)]
    fn slot_mut(&mut self, index: usize) -> Option<SlotMut<'_>>;

    /// Whether no code outside of Rust has broken it.
    #[doc(hidden)]
    fn is_sound(&self) -> bool {
        (0..Self::FIELDS.len()).all(|index| self.slot(index).is_some())
    }

    /// Makes every field absent.
    fn clear(&mut self) {
        let mut index = 0;
        while let Some(slot) = self.slot_mut(index) {
            slot.clear();
            index += 1;
        }
    }
}

impl<R: Record> Target for R {
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow> {
        self.slot_mut(index).map_or(Ok(()), |slot| slot.put(value))
    }
}

/// A field's type: how it is declared in the table and reached in the struct.
pub trait FieldType {
    #[doc(hidden)]
    const KIND: FieldKind;
    #[doc(hidden)]
    const VALUES: Option<&'static EnumType> = None;
    #[doc(hidden)]
    const MEMBERS: &'static [(&'static str, usize)];
    #[doc(hidden)]
    const ABSENT: Self;

    /// What is in it; `None` if code outside of Rust has broken it.
    #[doc(hidden)]
    fn slot(&self) -> Option<Slot<'_>>;

    #[doc(hidden)]
    fn slot_mut(&mut self) -> SlotMut<'_>;
}

#[doc(hidden)]
#[derive(Clone, Copy)]
pub enum Slot<'a> {
    Absent,
    Text(&'a str),
    Enum(i32),
    Decimal(u64),
    TextList(TextListRef<'a>),
}

#[doc(hidden)]
pub struct SlotMut<'a>(SlotMutKind<'a>);

enum SlotMutKind<'a> {
    Text(TextMut<'a>),
    Enum { value: &'a mut i32, present: &'a mut u8 },
    Decimal { value: &'a mut u64, present: &'a mut u8 },
    TextList(TextListMut<'a>),
}

impl SlotMut<'_> {
    fn clear(self) {
        match self.0 {
            SlotMutKind::Text(text) => text.clear(),
            SlotMutKind::Enum { value, present } => (*value, *present) = (0, 0),
            SlotMutKind::Decimal { value, present } => (*value, *present) = (0, 0),
            SlotMutKind::TextList(list) => list.clear(),
        }
    }

    fn put(self, new: Value<'_>) -> Result<(), Overflow> {
        match (self.0, new) {
            (SlotMutKind::Text(text), Value::Text(new)) => return put_text(text, &new),
            (SlotMutKind::Enum { value, present }, Value::Enum(new)) => (*value, *present) = (new, 1),
            (SlotMutKind::Decimal { value, present }, Value::Decimal(new)) => (*value, *present) = (new, 1),
            (SlotMutKind::TextList(list), Value::TextList(new)) => return put_list(list, &new),
            _ => debug_assert!(false, "a value of another kind than the field's"),
        }
        Ok(())
    }
}

fn put_text(text: TextMut<'_>, new: &Str<'_>) -> Result<(), Overflow> {
    let limit = text.data.len().saturating_sub(1);
    match text.data.get_mut(..limit).and_then(|room| new.copy_to(room)) {
        Some(len) => {
            text.finish(len);
            Ok(())
        }
        None => {
            // What may have been written lies behind the end of an absent text.
            text.clear();
            Err(Overflow { kind: ErrorKind::CAPACITY, needed: new.len(), limit })
        }
    }
}

fn put_list(list: TextListMut<'_>, new: &Items<'_>) -> Result<(), Overflow> {
    let limit = list.offsets.len().saturating_sub(1);
    if new.count > limit {
        return Err(Overflow { kind: ErrorKind::TOO_MANY_ITEMS, needed: new.count, limit });
    }
    let (mut end, bytes) = (0, list.data.len());
    if let Some(first) = list.offsets.first_mut() {
        *first = 0;
    }
    for (text, offset) in new.iter().zip(list.offsets.iter_mut().skip(1)) {
        let room = list.data.get_mut(end..).unwrap_or_default();
        let len = text.copy_to(room).filter(|len| *len < room.len());
        let (Some(len), true) = (len, end < bytes) else {
            let needed = new.iter().map(|text| text.len() + 1).sum();
            return Err(Overflow { kind: ErrorKind::CAPACITY, needed, limit: bytes });
        };
        if let Some(nul) = room.get_mut(len) {
            *nul = 0;
        }
        end += len + 1;
        *offset = end as u16;
    }
    list.finish(new.count);
    Ok(())
}

impl<const N: usize> FieldType for Text<N> {
    const KIND: FieldKind = FieldKind::Text { capacity: Self::CAPACITY as u32 };
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::EMPTY;

    fn slot(&self) -> Option<Slot<'_>> {
        if self.is_present() { self.checked().map(Slot::Text) } else { Some(Slot::Absent) }
    }

    fn slot_mut(&mut self) -> SlotMut<'_> {
        SlotMut(SlotMutKind::Text(self.as_mut()))
    }
}

impl<const OFFSETS: usize, const BYTES: usize> FieldType for TextList<OFFSETS, BYTES> {
    const KIND: FieldKind = FieldKind::TextList { items: Self::MAX_ITEMS as u32, bytes: BYTES as u32 };
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::EMPTY;

    fn slot(&self) -> Option<Slot<'_>> {
        if self.is_present() { self.view().checked().map(Slot::TextList) } else { Some(Slot::Absent) }
    }

    fn slot_mut(&mut self) -> SlotMut<'_> {
        SlotMut(SlotMutKind::TextList(self.as_mut()))
    }
}

impl<E: OpenEnum> FieldType for Opt<E> {
    const KIND: FieldKind = FieldKind::Enum;
    const VALUES: Option<&'static EnumType> = Some(E::TYPE);
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::absent(E::ZERO);

    fn slot(&self) -> Option<Slot<'_>> {
        Some(self.get().map_or(Slot::Absent, |value| Slot::Enum(value.raw())))
    }

    fn slot_mut(&mut self) -> SlotMut<'_> {
        let (value, present) = self.as_mut();
        SlotMut(SlotMutKind::Enum { value: value.raw_mut(), present })
    }
}

impl FieldType for Opt<u64> {
    const KIND: FieldKind = FieldKind::Decimal;
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::absent(0);

    fn slot(&self) -> Option<Slot<'_>> {
        Some(self.get().map_or(Slot::Absent, Slot::Decimal))
    }

    fn slot_mut(&mut self) -> SlotMut<'_> {
        let (value, present) = self.as_mut();
        SlotMut(SlotMutKind::Decimal { value, present })
    }
}

/// The first fault of a document, by position.
#[derive(Default)]
pub(crate) struct Faults {
    first: Option<Error>,
}

impl Faults {
    #[cold]
    pub(crate) fn add(&mut self, fault: Error) {
        if self.first.is_none_or(|first| fault.offset < first.offset) {
            self.first = Some(fault);
        }
    }

    pub(crate) fn into_result(self) -> Result<(), Error> {
        self.first.map_or(Ok(()), Err)
    }
}

/// Reads the object that comes next into `target`, whose table is `fields` and whose path in the document is `path`.
/// Faults of single fields go to `faults` and cost nothing but that field. Returns the offset of the
/// closing brace.
pub(crate) fn read(
    reader: &mut Reader<'_>,
    fields: &'static [Field],
    path: Path,
    target: &mut dyn Target,
    faults: &mut Faults,
) -> Result<usize, Error> {
    let mut object = reader.enter_object()?;
    let (mut seen, mut expected) = (0_u64, 0);
    loop {
        let name = reader.next_member(&mut object).map_err(|fault| fault.within(path))?;
        let Some(name) = name else { return Ok(reader.offset() - 1) };
        let Some((index, field)) = find(fields, &name, expected) else {
            reader.skip_value().map_err(|fault| fault.within(path))?;
            continue;
        };
        expected = index + 1;
        let bit = 1 << (index & 63);
        if seen & bit != 0 {
            faults.add(reader.fault_at(ErrorKind::DUPLICATE, name.offset()).within(path.child(index)));
            reader.skip_value().map_err(|fault| fault.within(path.child(index)))?;
            continue;
        }
        seen |= bit;
        let value = read_value(reader, field.kind).map_err(|fault| fault.within(path.child(index)))?;
        match value {
            Ok((Some(value), offset)) => {
                if let Err(overflow) = target.put(index, value) {
                    faults.add(Error::overflow(overflow, offset).within(path.child(index)));
                }
            }
            Ok((None, _)) => {}
            Err(fault) => faults.add(fault.within(path.child(index))),
        }
    }
}

/// Finds a member in its table, looking first where it stands if members come in the order of the table.
#[inline]
pub(crate) fn find(fields: &'static [Field], name: &Str<'_>, expected: usize) -> Option<(usize, &'static Field)> {
    if let Some(field) = fields.get(expected)
        && name.is(field.name)
    {
        return Some((expected, field));
    }
    fields.iter().enumerate().find(|(_, field)| name.is(field.name))
}

/// A fault of one field, as opposed to one of the document.
pub(crate) type FieldResult<T> = Result<T, Error>;

/// Reads a value of the given kind, and where it starts. A value of another kind is skipped and reported.
fn read_value<'a>(reader: &mut Reader<'a>, kind: FieldKind) -> Result<FieldResult<(Option<Value<'a>>, usize)>, Error> {
    let first = reader.peek()?;
    let start = reader.offset();
    if first == b'n' {
        return reader.literal().map(|_| Ok((None, start)));
    }
    let value = match kind {
        FieldKind::Text { .. } => read_text(reader)?.map(Value::Text),
        FieldKind::Enum => read_integer(reader, |number| number.to_i32())?.map(Value::Enum),
        FieldKind::Decimal => read_integer(reader, |number| number.to_u64())?.map(Value::Decimal),
        FieldKind::TextList { .. } => read_items(reader)?.map(Value::TextList),
        FieldKind::Object(_) => skip_mistyped(reader)?,
    };
    Ok(value.map(|value| (Some(value), start)))
}

/// Reads a string, or an integer as text; `None` for `null`.
pub(crate) fn read_text_or_null<'a>(reader: &mut Reader<'a>) -> Result<Option<FieldResult<Str<'a>>>, Error> {
    if reader.peek()? == b'n' { reader.literal().map(|_| None) } else { read_text(reader).map(Some) }
}

/// Reads a string, or an integer as text.
#[inline]
fn read_text<'a>(reader: &mut Reader<'a>) -> Result<FieldResult<Str<'a>>, Error> {
    match reader.peek()? {
        b'"' => reader.string().map(Ok),
        b'-' | b'0'..=b'9' => {
            let start = reader.offset();
            let number = reader.number()?;
            if number.is_integer() {
                return Ok(Ok(Str::plain(number.raw(), start)));
            }
            Ok(Err(reader.fault_at(ErrorKind::TYPE, start)))
        }
        _ => skip_mistyped(reader),
    }
}

/// Reads an integer, or a string of one.
fn read_integer<T>(
    reader: &mut Reader<'_>,
    convert: impl Fn(Number<'_>) -> Option<T>,
) -> Result<FieldResult<T>, Error> {
    let first = reader.peek()?;
    let start = reader.offset();
    let mut unescaped = [0; 32];
    let number = match first {
        b'"' => {
            let text = reader.string()?;
            let len = text.copy_to(&mut unescaped);
            let short = len.and_then(|len| unescaped.get(..len));
            // Digits that do not fit there are out of range anyway.
            short.or(text.as_plain().map(str::as_bytes)).and_then(Number::integer)
        }
        b'-' | b'0'..=b'9' => Some(reader.number()?).filter(Number::is_integer),
        _ => return skip_mistyped(reader),
    };
    let Some(number) = number else { return Ok(Err(reader.fault_at(ErrorKind::TYPE, start))) };
    Ok(convert(number).ok_or_else(|| reader.fault_at(ErrorKind::RANGE, start)))
}

/// Reads an array of texts.
fn read_items<'a>(reader: &mut Reader<'a>) -> Result<FieldResult<Items<'a>>, Error> {
    if reader.peek()? != b'[' {
        return skip_mistyped(reader);
    }
    let start = reader.offset();
    let mut array = reader.enter_array()?;
    let (mut count, mut fault) = (0, None);
    while reader.next_item(&mut array)? {
        count += 1;
        if let Err(found) = read_text(reader)? {
            fault.get_or_insert(found);
        }
    }
    Ok(fault.map_or(Ok(Items { raw: reader.since(start), count }), Err))
}

/// Validates a value of the wrong type, and reports it.
#[cold]
pub(crate) fn skip_mistyped<T>(reader: &mut Reader<'_>) -> Result<FieldResult<T>, Error> {
    reader.peek()?;
    let start = reader.offset();
    reader.skip_value()?;
    Ok(Err(reader.fault_at(ErrorKind::TYPE, start)))
}

/// The fields from the root of the document to `path`.
pub(crate) fn path_fields(path: Path) -> impl Iterator<Item = Option<&'static Field>> {
    let [tag, first, second, third] = path.0;
    let (root, below) = match tag {
        0 => (envelope::FIELDS.get(usize::from(first).wrapping_sub(1)), [second, third, 0]),
        _ => (Some(&envelope::EVENT_FIELD), [first, second, third]),
    };
    let mut fields = match (tag, root.map(|field| field.kind)) {
        (0, Some(FieldKind::Object(fields))) => fields,
        (0, _) => &[],
        _ => event::fields(u32::from(tag)),
    };
    core::iter::once(root).chain(below.into_iter().map_while(move |index| {
        let field = fields.get(usize::from(index).checked_sub(1)?)?;
        fields = if let FieldKind::Object(fields) = field.kind { fields } else { &[] };
        Some(Some(field))
    }))
}

/// Writes a record as an object. Absent fields are left out where people read it, and are `None` in binary formats.
#[doc(hidden)]
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
