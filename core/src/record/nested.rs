//! Objects inside of objects, and lists of them.
//!
//! The table of a record points to these functions where it has such a field, so that a program whose records are all
//! flat does not link them.

use super::{Field, FieldKind, Findings, Items, Target, Value, read};
use crate::{
    envelope::Span,
    error::{ErrorKind, Overflow, Path},
    json::{Cursor, Fault},
};

/// What an object inside of another, or each object of a list, accepts.
#[derive(Clone, Copy, Debug)]
pub struct ObjectType {
    /// Its known members, in the order of the struct's declaration.
    pub fields: &'static [Field],
    pub(super) read: Read,
}

/// Reads the value of the field `index` of a target; it is known not to be `null`. `Err` in the result: it is of another
/// type, and starts there.
type Read = for<'a> fn(
    &mut Cursor<'a>,
    &'static [Field],
    Path,
    usize,
    &mut dyn Target,
    &mut Findings<'a>,
) -> Result<Outcome, Fault>;

/// The value, or where what does not belong starts.
pub(super) type Outcome = Result<Nested, usize>;

/// What has been read, as far as the target does not have it yet.
pub(super) enum Nested {
    /// An object: the target has all of it.
    Object,
    /// A list: the target has the items.
    List(Objects),
}

/// The place of an array of objects that has been checked.
#[derive(Clone, Copy, Debug)]
pub struct Objects {
    /// Where the array is in the body.
    pub raw: Span,
    /// How many objects there are.
    pub count: u32,
    /// The field that holds it.
    pub field: Path,
}

impl ObjectType {
    /// An object.
    pub(crate) const fn object(fields: &'static [Field]) -> Self {
        Self { fields, read: read_object }
    }

    /// An array of objects.
    pub(crate) const fn list(fields: &'static [Field]) -> Self {
        Self { fields, read: read_list }
    }

    /// An object that is never read by its table.
    pub(crate) const fn of_document(fields: &'static [Field]) -> Self {
        Self { fields, read: |cursor, _, _, _, _, _| cursor.skip_value().map(|()| Ok(Nested::Object)) }
    }
}

/// Skips a value that does not start with the bracket, and returns where it starts.
fn skip_unless(cursor: &mut Cursor<'_>, bracket: u8) -> Result<Option<usize>, Fault> {
    let first = cursor.peek()?;
    let start = cursor.pos();
    if first == bracket {
        return Ok(None);
    }
    cursor.skip_value().map(|()| Some(start))
}

fn read_object<'a>(
    cursor: &mut Cursor<'a>,
    fields: &'static [Field],
    path: Path,
    index: usize,
    target: &mut dyn Target,
    findings: &mut Findings<'a>,
) -> Result<Outcome, Fault> {
    if let Some(start) = skip_unless(cursor, b'{')? {
        return Ok(Err(start));
    }
    match target.nested(index) {
        Some(inner) => read(cursor, fields, path, inner, findings)?,
        None => read(cursor, fields, path, &mut Checker { fields }, findings)?,
    };
    Ok(Ok(Nested::Object))
}

fn read_list<'a>(
    cursor: &mut Cursor<'a>,
    fields: &'static [Field],
    path: Path,
    index: usize,
    target: &mut dyn Target,
    findings: &mut Findings<'a>,
) -> Result<Outcome, Fault> {
    if let Some(start) = skip_unless(cursor, b'[')? {
        return Ok(Err(start));
    }
    let start = cursor.pos();
    let mut array = cursor.enter(b'[')?;
    let (mut count, mut wrong) = (0, None);
    while cursor.next_in(&mut array, b']')? {
        count += 1;
        if let Err(item) = read_object(cursor, fields, path, index, target, findings)? {
            wrong.get_or_insert(item);
        }
    }
    let raw = Span { offset: start as u32, len: (cursor.pos() - start) as u32 };
    Ok(wrong.map_or(Ok(Nested::List(Objects { raw, count, field: path })), Err))
}

/// Finds fault with values that nobody takes, as the struct for them will when it takes them.
struct Checker {
    fields: &'static [Field],
}

impl Target for Checker {
    #[cfg(vectors)]
    fn put_plain(&mut self, index: usize, _: &[u8], len: usize) -> bool {
        let capacity = self.fields.get(index).map(|field| &field.kind);
        matches!(capacity, Some(FieldKind::Text { capacity }) if len <= usize::from(*capacity))
    }

    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow> {
        let Some(field) = self.fields.get(index) else { return Ok(()) };
        match (field.kind, value) {
            (FieldKind::Text { capacity }, Value::Text(text)) => {
                within(ErrorKind::CAPACITY, text.len(), usize::from(capacity))
            }
            (FieldKind::TextList { items, bytes }, Value::TextList(list)) => {
                within(ErrorKind::TOO_MANY_ITEMS, list.count, usize::from(items))?;
                within(ErrorKind::CAPACITY, arena(list), usize::from(bytes))
            }
            _ => Ok(()),
        }
    }
}

/// How many bytes the texts take, each with its NUL.
pub(super) fn arena(items: Items<'_>) -> usize {
    items.iter().map(|text| text.len() + 1).sum()
}

const fn within(kind: ErrorKind, needed: usize, limit: usize) -> Result<(), Overflow> {
    if needed > limit { Err(Overflow { kind, needed, limit }) } else { Ok(()) }
}
