//! The types that fields can have, and the way from a path to a field.

use super::{
    EnumType, Field, FieldKind, FieldType, ObjectRef, ObjectType, OpenEnum, Record, RecordType, Slot, Target, Value,
    ValueNames, nested,
};
use crate::{
    envelope,
    error::{ErrorKind, Overflow, Path},
    event::{self, ItemRecord},
    json::VECTORS,
    object::{Object, ObjectList},
    text::{Char, Flag, Opt, Text, TextList, TextListMut, TextMut},
};

impl<const N: usize> FieldType for Text<N> {
    const KIND: FieldKind = FieldKind::Text { capacity: Self::CAPACITY as u16 };
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::EMPTY;

    #[inline(never)]
    fn put(&mut self, value: Value<'_>) -> Result<(), Overflow> {
        // In place where a program may be larger for it.
        if VECTORS && let Value::Absent = value {
            self.clear();
            return Ok(());
        }
        let TextMut { present, len, data } = self.as_mut();
        put_text(data, present, len, value)
    }

    #[cfg(vectors)]
    #[inline(never)]
    fn put_plain(&mut self, rest: &[u8], bytes: usize) -> bool {
        let TextMut { present, len, data } = self.as_mut();
        let is_put = crate::json::Str::of(rest, bytes).copy_with_nul(data).is_some();
        if is_put {
            (*present, *len) = (1, bytes as u16);
        }
        is_put
    }

    fn slot(&self) -> Option<Slot<'_>> {
        if self.is_present() { self.checked().map(Slot::Text) } else { Some(Slot::Absent) }
    }
}

impl<const OFFSETS: usize, const BYTES: usize> FieldType for TextList<OFFSETS, BYTES> {
    const KIND: FieldKind = FieldKind::TextList { items: Self::MAX_ITEMS as u16, bytes: BYTES as u16 };
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::EMPTY;

    #[inline(never)]
    fn put(&mut self, value: Value<'_>) -> Result<(), Overflow> {
        put_list(self.as_mut(), value)
    }

    fn slot(&self) -> Option<Slot<'_>> {
        if self.is_present() { self.view().checked().map(Slot::TextList) } else { Some(Slot::Absent) }
    }
}

impl<E: OpenEnum> FieldType for Opt<E> {
    const KIND: FieldKind = FieldKind::Enum;
    const VALUES: Option<&'static EnumType> = Some(E::TYPE);
    const NAMES: ValueNames = ValueNames::Number(E::NAMES);
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::absent(E::ZERO);

    #[inline(never)]
    fn put(&mut self, value: Value<'_>) -> Result<(), Overflow> {
        let Value::Enum(value) = value else { return absent(|| *self = Self::ABSENT, value) };
        *self = Self::some(E::from_raw(value));
        Ok(())
    }

    fn slot(&self) -> Option<Slot<'_>> {
        Some(self.get().map_or(Slot::Absent, |value| Slot::Enum(value.raw())))
    }
}

impl FieldType for Opt<u64> {
    const KIND: FieldKind = FieldKind::Decimal;
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::absent(0);

    #[inline(never)]
    fn put(&mut self, value: Value<'_>) -> Result<(), Overflow> {
        let Value::Decimal(value) = value else { return absent(|| *self = Self::ABSENT, value) };
        *self = Self::some(value);
        Ok(())
    }

    fn slot(&self) -> Option<Slot<'_>> {
        Some(self.get().map_or(Slot::Absent, Slot::Decimal))
    }
}

impl<T: Record> FieldType for Object<T> {
    const KIND: FieldKind = FieldKind::Object(&ObjectType::object(T::FIELDS));
    const RECORD: Option<&'static RecordType> = Some(&RecordType::of::<T>());
    const NAMES: ValueNames = ValueNames::Object(T::FIELDS, T::NAMES);
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::EMPTY;

    #[inline(never)]
    fn put(&mut self, value: Value<'_>) -> Result<(), Overflow> {
        absent(|| self.clear(), value)
    }

    fn nested(&mut self) -> Option<&mut dyn Target> {
        Some(self.insert())
    }

    fn slot(&self) -> Option<Slot<'_>> {
        let Some(value) = self.get().map(ObjectRef::of) else { return Some(Slot::Absent) };
        value.is_sound().then_some(Slot::Object(value))
    }
}

impl<T: ItemRecord> FieldType for ObjectList<T> {
    const KIND: FieldKind = FieldKind::ObjectList(&ObjectType::list(T::FIELDS));
    const RECORD: Option<&'static RecordType> = Some(&RecordType::of::<T>());
    const NAMES: ValueNames = ValueNames::Object(T::FIELDS, T::NAMES);
    const MEMBERS: &'static [(&'static str, usize)] = Self::MEMBERS;
    const ABSENT: Self = Self::EMPTY;

    #[inline(never)]
    fn put(&mut self, value: Value<'_>) -> Result<(), Overflow> {
        let Value::ObjectList(objects) = value else { return absent(|| *self = Self::ABSENT, value) };
        *self = Self::of(objects);
        Ok(())
    }

    fn slot(&self) -> Option<Slot<'_>> {
        Some(if self.is_present() { Slot::ObjectList(self.place()) } else { Slot::Absent })
    }
}

/// Clears a field that takes values of another kind: there is none, since [`read`](super::read) gives no other.
#[inline]
fn absent(clear: impl FnOnce(), value: Value<'_>) -> Result<(), Overflow> {
    debug_assert!(matches!(value, Value::Absent), "a value of another kind than the field's");
    clear();
    Ok(())
}

/// One function for texts of all capacities. It takes a [`TextMut`] in pieces, which go in registers and not on the stack.
fn put_text(data: &mut [Char], present: &mut Flag, len: &mut u16, value: Value<'_>) -> Result<(), Overflow> {
    let text = TextMut { present, len, data };
    let Value::Text(new) = value else { return absent(|| text.clear(), value) };
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

/// One function for lists of all capacities.
fn put_list(list: TextListMut<'_>, value: Value<'_>) -> Result<(), Overflow> {
    let Value::TextList(new) = value else { return absent(|| list.clear(), value) };
    let limit = list.offsets.len().saturating_sub(1);
    if new.count > limit {
        list.clear();
        return Err(Overflow { kind: ErrorKind::TOO_MANY_ITEMS, needed: new.count, limit });
    }
    let mut end = 0;
    if let Some(first) = list.offsets.first_mut() {
        *first = 0;
    }
    for (text, offset) in new.iter().zip(list.offsets.iter_mut().skip(1)) {
        let room = list.data.get_mut(end..).unwrap_or_default();
        let Some(len) = text.copy_with_nul(room) else {
            let limit = list.data.len();
            list.clear();
            return Err(Overflow { kind: ErrorKind::CAPACITY, needed: nested::arena(new), limit });
        };
        end += len + 1;
        *offset = end as u16;
    }
    list.finish(new.count);
    Ok(())
}

/// The fields from the root of the document to `path`.
pub(crate) fn path_fields(path: Path) -> impl Iterator<Item = Option<&'static Field>> {
    let [tag, first, second, third] = path.0;
    let (root, below) = match tag {
        0 => (envelope::FIELDS.get(usize::from(first).wrapping_sub(1)), [second, third, 0]),
        _ => (Some(&envelope::EVENT_FIELD), [first, second, third]),
    };
    let mut fields = match (tag, root) {
        (0, root) => root.map_or(&[][..], |root| root.kind.fields()),
        _ => event::fields(u32::from(tag)),
    };
    core::iter::once(root).chain(below.into_iter().map_while(move |index| {
        let field = fields.get(usize::from(index).checked_sub(1)?)?;
        fields = field.kind.fields();
        Some(Some(field))
    }))
}
