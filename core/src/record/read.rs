//! The loop that reads every record.

use super::{Field, FieldKind, Target, Value};
use crate::{
    error::{Error, ErrorKind, Path},
    json::{Cursor, Fault, Number, Str},
};

/// The first fault of single fields in a document, by position.
#[derive(Default)]
pub(crate) struct Faults {
    first: Option<Error>,
}

impl Faults {
    #[cold]
    #[inline(never)]
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
/// Faults of single fields go to `faults` and cost nothing but that field. Returns the offset of the closing brace.
pub(crate) fn read(
    cursor: &mut Cursor<'_>,
    fields: &'static [Field],
    path: Path,
    target: &mut dyn Target,
    faults: &mut Faults,
) -> Result<usize, Fault> {
    cursor.field = path;
    let mut object = cursor.enter(b'{')?;
    let (mut seen, mut expected) = (0_u64, 0);
    while cursor.next_in(&mut object, b'}')? {
        let start = cursor.at_name()?;
        let Some((index, field)) = find(cursor, fields, expected)? else {
            cursor.skip_value()?;
            continue;
        };
        expected = index + 1;
        cursor.field = path.child(index);
        let bit = 1 << (index & 63);
        if seen & bit == 0 {
            seen |= bit;
            read_field(cursor, field.kind, index, target, faults)?;
        } else {
            faults.add(cursor.field_error(ErrorKind::DUPLICATE, start));
            cursor.skip_value()?;
        }
        cursor.field = path;
    }
    Ok(cursor.pos() - 1)
}

/// Reads a member's name and the colon, and finds the member in its table, looking first where it stands if members come
/// in the order of the table.
#[inline(always)]
pub(crate) fn find(
    cursor: &mut Cursor<'_>,
    fields: &'static [Field],
    expected: usize,
) -> Result<Option<(usize, &'static Field)>, Fault> {
    if let Some(field) = fields.get(expected)
        && cursor.take_name(field.name)
    {
        cursor.colon()?;
        return Ok(Some((expected, field)));
    }
    let name = cursor.name()?;
    Ok(fields.iter().enumerate().find(|(_, field)| name.is(field.name)))
}

/// Reads the value of a known member and hands it to the target. One of the wrong kind is skipped and reported.
fn read_field(
    cursor: &mut Cursor<'_>,
    kind: FieldKind,
    index: usize,
    target: &mut dyn Target,
    faults: &mut Faults,
) -> Result<(), Fault> {
    let first = cursor.peek()?;
    let start = cursor.pos();
    if first == b'n' {
        return cursor.literal().map(drop);
    }
    let value = match kind {
        FieldKind::Text { .. } => read_text(cursor, first)?.map(Value::Text),
        FieldKind::Enum | FieldKind::Decimal => read_integer(cursor, kind, first)?,
        FieldKind::TextList { .. } => match read_items(cursor, first)? {
            Ok(items) => Ok(Value::TextList(items)),
            Err(Mistyped { item }) => {
                faults.add(cursor.field_error(ErrorKind::TYPE, item));
                return Ok(());
            }
        },
        FieldKind::Object(_) => skip_mistyped(cursor)?,
    };
    match value {
        Ok(value) => {
            if let Err(overflow) = target.put(index, value) {
                faults.add(Error::overflow(overflow, start).within(cursor.field));
            }
        }
        Err(kind) => faults.add(cursor.field_error(kind, start)),
    }
    Ok(())
}

/// Reads a string, or an integer as text; anything else is skipped.
#[inline]
fn read_text<'a>(cursor: &mut Cursor<'a>, first: u8) -> Result<Result<Str<'a>, ErrorKind>, Fault> {
    match first {
        b'"' => cursor.string().map(Ok),
        b'-' | b'0'..=b'9' => {
            let number = cursor.number()?;
            Ok(if number.is_integer() { Ok(Str::plain(number.raw())) } else { Err(ErrorKind::TYPE) })
        }
        _ => skip_mistyped(cursor),
    }
}

/// Reads an integer of a kind of field, or a string of one; anything else is skipped.
fn read_integer<'a>(
    cursor: &mut Cursor<'a>,
    kind: FieldKind,
    first: u8,
) -> Result<Result<Value<'a>, ErrorKind>, Fault> {
    // More than the longest integer that a field can hold, which has 20 characters.
    let mut unescaped = [0; 24];
    let number = match first {
        b'"' => {
            let text = cursor.string()?;
            match text.plain_bytes() {
                Some(bytes) => Number::integer(bytes),
                None => match text.copy_to(&mut unescaped) {
                    Some(len) => Number::integer(unescaped.get(..len).unwrap_or_default()),
                    None if is_long_integer(&text) => return Ok(Err(ErrorKind::RANGE)),
                    None => None,
                },
            }
        }
        b'-' | b'0'..=b'9' => Some(cursor.number()?).filter(Number::is_integer),
        _ => return skip_mistyped(cursor),
    };
    let Some(number) = number else { return Ok(Err(ErrorKind::TYPE)) };
    let value = match kind {
        FieldKind::Enum => number.to_i32().map(Value::Enum),
        _ => number.to_u64().map(Value::Decimal),
    };
    Ok(value.ok_or(ErrorKind::RANGE))
}

/// Whether a text of many bytes, in which there are escapes, is an integer by the JSON grammar.
#[cold]
fn is_long_integer(text: &Str<'_>) -> bool {
    let (mut signed, mut digits) = (false, 0_usize);
    for piece in text.pieces() {
        for &byte in piece.as_bytes(&mut [0; 4]) {
            match byte {
                b'-' if !signed && digits == 0 => signed = true,
                b'1'..=b'9' => digits += 1,
                b'0' if digits > 0 => digits += 1,
                _ => return false,
            }
        }
    }
    digits > 0
}

/// The texts of an array that has been checked.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    raw: &'a [u8],
    /// How many there are.
    pub count: usize,
}

/// An array with something else than texts in it, or no array.
struct Mistyped {
    /// Where what does not belong starts.
    item: usize,
}

impl<'a> Items<'a> {
    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = Str<'a>> + use<'a> {
        let mut cursor = Cursor::new(self.raw);
        let mut array = cursor.enter(b'[').ok();
        core::iter::from_fn(move || {
            let more = cursor.next_in(array.as_mut()?, b']').ok()?;
            let first = if more { cursor.peek().ok()? } else { return None };
            read_text(&mut cursor, first).ok()?.ok()
        })
    }
}

/// Reads an array of texts.
fn read_items<'a>(cursor: &mut Cursor<'a>, first: u8) -> Result<Result<Items<'a>, Mistyped>, Fault> {
    let start = cursor.pos();
    if first != b'[' {
        cursor.skip_value()?;
        return Ok(Err(Mistyped { item: start }));
    }
    let mut array = cursor.enter(b'[')?;
    let (mut count, mut wrong) = (0, None);
    while cursor.next_in(&mut array, b']')? {
        count += 1;
        let first = cursor.peek()?;
        let item = cursor.pos();
        if read_text(cursor, first)?.is_err() {
            wrong.get_or_insert(Mistyped { item });
        }
    }
    Ok(wrong.map_or(Ok(Items { raw: cursor.since(start), count }), Err))
}

/// Validates a value of the wrong type.
#[cold]
fn skip_mistyped<T>(cursor: &mut Cursor<'_>) -> Result<Result<T, ErrorKind>, Fault> {
    cursor.skip_value()?;
    Ok(Err(ErrorKind::TYPE))
}

/// A string at the top level of a body, whose meaning depends on what else there is.
#[derive(Clone, Copy)]
pub(crate) enum Scalar<'a> {
    /// Not there, or `null`.
    Absent,
    /// The text, and where its value starts.
    Text(Str<'a>, usize),
    /// Something else, and where it starts.
    Mistyped(usize),
}

/// Reads a string, or an integer as text.
pub(crate) fn read_scalar<'a>(cursor: &mut Cursor<'a>) -> Result<Scalar<'a>, Fault> {
    let first = cursor.peek()?;
    let start = cursor.pos();
    if first == b'n' {
        return cursor.literal().map(|_| Scalar::Absent);
    }
    Ok(read_text(cursor, first)?.map_or(Scalar::Mistyped(start), |text| Scalar::Text(text, start)))
}
