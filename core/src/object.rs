//! Objects that can be absent, and lists of objects, laid out for C.
//!
//! As with [`Text`](crate::Text), all bytes zero means absent.

use crate::{
    envelope::Span,
    error::{Error, ErrorKind, Path},
    event::ItemRecord,
    json::{Cursor, Fault, OpenMembers},
    record::{self, Field, Findings, Objects, Record, Target},
    text::Flag,
};
use core::{fmt, marker::PhantomData, mem::offset_of};
use serde::{Serialize, Serializer, ser::SerializeStruct};

/// An object that can be absent.
#[repr(C)]
#[derive(Clone)]
pub struct Object<T> {
    /// Whether the member was in the document (and not `null`).
    present: Flag,
    /// Its value; empty where it is absent.
    value: T,
}

impl<T: Record> Object<T> {
    /// The absent object.
    pub const EMPTY: Self = Self { present: 0, value: T::EMPTY };

    /// Where the members lie.
    pub(crate) const MEMBERS: &'static [(&'static str, usize)] =
        &[("present", offset_of!(Self, present)), ("value", offset_of!(Self, value))];

    /// A present object.
    pub const fn some(value: T) -> Self {
        Self { present: 1, value }
    }

    /// The object, or `None` where it is absent.
    pub const fn get(&self) -> Option<&T> {
        if self.is_present() { Some(&self.value) } else { None }
    }

    /// Whether there is an object, be it one without members.
    pub const fn is_present(&self) -> bool {
        self.present != 0
    }

    /// Makes it absent.
    pub fn clear(&mut self) {
        self.present = 0;
        self.value.clear();
    }

    /// Makes it present, and returns the object to be filled in.
    pub fn insert(&mut self) -> &mut T {
        self.present = 1;
        &mut self.value
    }
}

impl<T: Record> Default for Object<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<T: Record + PartialEq> PartialEq for Object<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Record + Eq> Eq for Object<T> {}

impl<T: Record + fmt::Debug> fmt::Debug for Object<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<T: Record + Serialize> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

/// Where a list of objects is in the body, and of what type they are.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct ListPlace {
    /// Whether the member was in the document (and not `null`).
    present: Flag,
    /// The field that holds it.
    field: Path,
    /// The tag of the [`Item`](crate::Item) that holds one of its objects.
    item: u32,
    /// How many objects there are.
    count: u32,
    /// Where the array is in the body.
    raw: Span,
}

impl ListPlace {
    const EMPTY: Self = Self { present: 0, field: Path::NONE, item: 0, count: 0, raw: Span { offset: 0, len: 0 } };

    /// The tag of the [`Item`](crate::Item) that holds one of its objects; 0 where the list is absent.
    pub const fn item(&self) -> u32 {
        if self.present != 0 { self.item } else { 0 }
    }

    /// How many objects there are; 0 where the list is absent.
    pub const fn len(&self) -> usize {
        if self.present != 0 { self.count as usize } else { 0 }
    }

    /// Whether there are no objects: an empty or an absent list.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads the first object into `target`, whose table is `fields`, and takes it off the list. `None` if there is none.
    ///
    /// # Errors
    ///
    /// A kind from 100 to 199: a field of the object is wrong, and absent. Any other: `body` is not the one that the list
    /// was found in; the list ends there.
    pub(crate) fn take_first(
        &mut self,
        body: &[u8],
        fields: &'static [Field],
        target: &mut dyn Target,
    ) -> Option<Result<(), Error>> {
        if self.is_empty() {
            return None;
        }
        let end = self.raw.offset.saturating_add(self.raw.len) as usize;
        let mut cursor = Cursor::resume(body.get(..end).unwrap_or_default(), self.raw.offset as usize);
        let mut findings = Findings::default();
        let read = match enter(&mut cursor) {
            Ok(true) => {
                record::read(&mut cursor, fields, self.field, target, &mut findings).map_err(|_| cursor.error())
            }
            Ok(false) => Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
            Err(fault) => {
                cursor.within(self.field, fault);
                Err(cursor.error())
            }
        };
        if let Err(error) = read {
            record::clear(target, fields.len(), 0);
            *self = Self::EMPTY;
            return Some(Err(error));
        }
        self.count = self.count.saturating_sub(1);
        self.raw = Span { offset: cursor.pos() as u32, len: end.saturating_sub(cursor.pos()) as u32 };
        Some(findings.into_result())
    }
}

/// Moves to the next object of a list: what is left of it begins with its bracket, or with the comma behind an object.
fn enter(cursor: &mut Cursor<'_>) -> Result<bool, Fault> {
    let mut array = if cursor.peek()? == b'[' { cursor.enter(b'[')? } else { OpenMembers::begun() };
    cursor.next_in(&mut array, b']')
}

impl fmt::Debug for ListPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.present == 0 {
            return f.write_str("None");
        }
        write!(
            f,
            "{} objects in bytes {}..{}",
            self.count,
            self.raw.offset,
            self.raw.offset.saturating_add(self.raw.len)
        )
    }
}

/// Two lists are equal if they are in the same place of their bodies, or both absent.
impl PartialEq for ListPlace {
    fn eq(&self, other: &Self) -> bool {
        (self.present, self.len(), self.raw) == (other.present, other.len(), other.raw)
    }
}

impl Eq for ListPlace {}

/// The place: serde has no way to the body.
impl Serialize for ListPlace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ListPlace", 3)?;
        object.serialize_field("count", &self.count)?;
        object.serialize_field("offset", &self.raw.offset)?;
        object.serialize_field("len", &self.raw.len)?;
        object.end()
    }
}

/// A list of objects: their place in the body, from where they are read one at a time.
///
/// So a list costs a struct no more than this, however long it is. Decoding has checked all of it: if it has found no
/// fault, reading an object will find none.
///
/// ```
/// use lark_event::{CompanyUpdated, Envelope, Event, SubEvent};
///
/// let body = br#"{"schema":"2.0","header":{"event_type":"corehr.company.updated_v2"},
///     "event":{"sub_events":[{"entity":"a"},{"entity":"b"}]}}"#;
/// let envelope = Envelope::from_json(body)?;
/// let Event::CompanyUpdated(event) = &envelope.event else { panic!("another event") };
/// for sub_event in event.sub_events.iter(body) {
///     println!("{}", sub_event?.entity);
/// }
/// # assert_eq!(event.sub_events.iter(body).map(|item| item.unwrap().entity).collect::<Vec<_>>(), ["a", "b"]);
/// # Ok::<(), lark_event::Error>(())
/// ```
#[repr(transparent)]
pub struct ObjectList<T> {
    place: ListPlace,
    items: PhantomData<T>,
}

impl<T: ItemRecord> ObjectList<T> {
    /// The absent list.
    pub const EMPTY: Self = Self { place: ListPlace::EMPTY, items: PhantomData };

    /// Where the members lie.
    pub(crate) const MEMBERS: &'static [(&'static str, usize)] = &[
        ("present", offset_of!(ListPlace, present)),
        ("field", offset_of!(ListPlace, field)),
        ("item", offset_of!(ListPlace, item)),
        ("count", offset_of!(ListPlace, count)),
        ("raw", offset_of!(ListPlace, raw)),
    ];

    pub(crate) const fn of(objects: Objects) -> Self {
        let Objects { raw, count, field } = objects;
        Self { place: ListPlace { present: 1, field, item: T::ITEM, count, raw }, items: PhantomData }
    }

    /// The place without the type of the objects.
    pub const fn place(&self) -> ListPlace {
        self.place
    }

    /// Whether there is a list, be it an empty one.
    pub const fn is_present(&self) -> bool {
        self.place.present != 0
    }

    /// How many objects there are; 0 where the list is absent.
    pub const fn len(&self) -> usize {
        self.place.len()
    }

    /// Whether there are no objects: an empty or an absent list.
    pub const fn is_empty(&self) -> bool {
        self.place.is_empty()
    }

    /// The JSON of the list. `body` must be the one that it was found in.
    pub fn raw<'a>(&self, body: &'a [u8]) -> &'a [u8] {
        if self.is_present() { self.place.raw.of(body) } else { &[] }
    }

    /// The objects in order. `body` must be the one that the list was found in.
    pub const fn iter<'a>(&self, body: &'a [u8]) -> ObjectIter<'a, T> {
        ObjectIter { body, rest: self.place, items: PhantomData }
    }
}

// Not derived: that would ask the same of `T`.
impl<T> Clone for ObjectList<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ObjectList<T> {}

impl<T: ItemRecord> Default for ObjectList<T> {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// Two lists are equal if they are in the same place of their bodies, or both absent.
impl<T> PartialEq for ObjectList<T> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl<T> Eq for ObjectList<T> {}

impl<T> fmt::Debug for ObjectList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.fmt(f)
    }
}

/// The place: serde has no way to the body.
impl<T> Serialize for ObjectList<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.place.present != 0 { serializer.serialize_some(&self.place) } else { serializer.serialize_none() }
    }
}

/// The objects of a list, each decoded when it is asked for.
#[derive(Clone)]
pub struct ObjectIter<'a, T> {
    body: &'a [u8],
    rest: ListPlace,
    items: PhantomData<T>,
}

// Not derived: the body has the verification token in it, and this form ends up in logs.
impl<T> fmt::Debug for ObjectIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rest.fmt(f)
    }
}

impl<T: Record> ObjectIter<'_, T> {
    /// Reads the next object into `object`, whatever was in it before. `None` if there is none.
    ///
    /// # Errors
    ///
    /// A kind from 100 to 199: one field of the object is wrong, and absent. Any other: the body is not the one that the
    /// list was found in, and the list ends there.
    pub fn next_into(&mut self, object: &mut T) -> Option<Result<(), Error>> {
        self.rest.take_first(self.body, T::FIELDS, object)
    }
}

/// Of an object with a wrong field there is only the error: see [`ObjectIter::next_into`] for the rest of it.
impl<T: Record> Iterator for ObjectIter<'_, T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut object = T::EMPTY;
        Some(self.next_into(&mut object)?.map(|()| object))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // A body that is another one ends it early.
        (0, Some(self.rest.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Text, UserId, event::Item};

    fn user(id: &str) -> UserId {
        UserId { user_id: Text::try_from(id).unwrap(), ..UserId::EMPTY }
    }

    #[test]
    fn objects_are_equal_if_what_is_in_them_is() {
        let absent = Object { present: 0, value: user("a") };
        assert!(Object::some(user("a")) == Object::some(user("a")) && absent == Object::EMPTY);
        assert!(Object::some(user("a")) != Object::some(user("b")) && Object::some(UserId::EMPTY) != Object::EMPTY);
    }

    /// C code sees the value of an absent object too.
    #[test]
    fn nothing_is_left_of_an_object_that_is_cleared() {
        let mut object = Object::some(user("a"));
        object.clear();
        assert!(!object.is_present() && object.value == UserId::EMPTY);
    }

    #[test]
    fn lists_are_equal_if_they_are_in_the_same_place() {
        let at = |offset| ListPlace { present: 1, item: 1, raw: Span { offset, len: 5 }, ..ListPlace::EMPTY };
        assert!(at(0) == at(0) && at(0) != at(1) && at(0) != ListPlace::EMPTY);
        assert_eq!([at(0).item(), ListPlace { present: 0, ..at(0) }.item()], [1, 0]);
    }

    /// As C code that has written over it would leave it.
    #[test]
    fn a_list_of_what_there_is_not_ends() {
        let raw = Span { offset: 0, len: 5 };
        let mut list = ListPlace { present: 1, item: 999, count: 2, raw, ..ListPlace::EMPTY };
        let mut item = Item::None;
        let taken = item.take_first(b"[{},{}]", &mut list);
        assert_eq!((taken, item), (Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)), Item::None));
        assert_eq!((Item::None.take_first(b"[{},{}]", &mut list), list.len()), (Ok(()), 0));
    }
}
