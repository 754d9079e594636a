//! The loop that reads every record.

use super::{Field, FieldKind, Target, Value, nested::Nested, plain};
use crate::{
    error::{Error, ErrorKind, Path},
    json::{Cursor, Fault, Number, Str, VECTORS},
};

/// What is found in a document besides the values that the targets take.
#[derive(Default)]
pub(crate) struct Findings<'a> {
    /// The first fault of a single field, by position.
    fault: Option<Error>,
    /// While a header is being read: where its event type is in the table, counted from 1.
    pub(crate) watched: usize,
    /// The watched text.
    pub(crate) text: Option<Str<'a>>,
}

impl Findings<'_> {
    #[cold]
    #[inline(never)]
    pub(crate) fn add(&mut self, fault: Error) {
        if self.fault.is_none_or(|first| fault.offset < first.offset) {
            self.fault = Some(fault);
        }
    }

    pub(crate) fn into_result(self) -> Result<(), Error> {
        self.fault.map_or(Ok(()), Err)
    }
}

/// Reads the object that comes next into `target`, whose table is `fields` and whose path in the document is `path`.
/// Faults of single fields go to `findings` and cost nothing but that field. Returns the offset of the closing brace.
pub(crate) fn read<'a>(
    cursor: &mut Cursor<'a>,
    fields: &'static [Field],
    path: Path,
    target: &mut dyn Target,
    findings: &mut Findings<'a>,
) -> Result<usize, Fault> {
    let mut at = None;
    match read_members(cursor, fields, path, &mut at, target, findings) {
        Ok(seen) => {
            clear(target, fields.len(), seen);
            Ok(cursor.pos() - 1)
        }
        Err(fault) => Err(cursor.within(at.map_or(path, |index| path.child(index)), fault)),
    }
}

/// Reads the members of an object, and tells which of the table there are: a bit for each. `at` is the field that is being
/// read, `None` between fields.
#[inline(always)]
fn read_members<'a>(
    cursor: &mut Cursor<'a>,
    fields: &'static [Field],
    path: Path,
    at: &mut Option<usize>,
    target: &mut dyn Target,
    findings: &mut Findings<'a>,
) -> Result<u64, Fault> {
    let mut object = cursor.enter(b'{')?;
    let (mut seen, mut expected) = (0_u64, 0);
    loop {
        if VECTORS {
            let progress = (&mut object, &mut seen, &mut expected);
            let found = plain::read_members(cursor, fields, path, progress, target, findings);
            if let Some((index, field)) = found.and_then(|index| Some((index, fields.get(index)?))) {
                *at = Some(index);
                read_field(cursor, field.kind, path, index, target, findings)?;
                *at = None;
                continue;
            }
        }
        if !cursor.next_in(&mut object, b'}')? {
            return Ok(seen);
        }
        let start = cursor.at_name()?;
        let Some((index, field)) = find(cursor, fields, expected)? else {
            cursor.skip_value()?;
            continue;
        };
        expected = index + 1;
        let bit = 1 << (index & 63);
        *at = Some(index);
        if seen & bit == 0 {
            seen |= bit;
            read_field(cursor, field.kind, path, index, target, findings)?;
        } else {
            findings.add(cursor.field_error(ErrorKind::DUPLICATE, start, path.child(index)));
            cursor.skip_value()?;
        }
        *at = None;
    }
}

/// Tells the target that all of that many fields but those of the bits in `seen` are absent.
pub(crate) fn clear(target: &mut dyn Target, fields: usize, seen: u64) {
    let mut absent = !seen;
    while absent.trailing_zeros() < fields as u32 {
        // An absent value always fits.
        let _ = target.put(absent.trailing_zeros() as usize, Value::Absent);
        absent &= absent - 1;
    }
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
        && field.take_name(cursor)?
    {
        return Ok(Some((expected, field)));
    }
    let name = cursor.name()?;
    Ok(fields.iter().enumerate().find(|(_, field)| name.is(field.name)))
}

/// Reads the value of a known member and hands it to the target. One of the wrong kind is skipped and reported.
fn read_field<'a>(
    cursor: &mut Cursor<'a>,
    kind: FieldKind,
    path: Path,
    index: usize,
    target: &mut dyn Target,
    findings: &mut Findings<'a>,
) -> Result<(), Fault> {
    let first = cursor.peek()?;
    let start = cursor.pos();
    let value = match kind {
        _ if first == b'n' => cursor.literal().map(|_| Ok(Value::Absent))?,
        FieldKind::Text { .. } => read_text(cursor, first)?.map(|text| {
            if index + 1 == findings.watched {
                findings.text = Some(text);
            }
            Value::Text(text)
        }),
        FieldKind::Enum | FieldKind::Decimal => read_integer(cursor, kind, first)?,
        FieldKind::TextList { .. } => match read_items(cursor, first)? {
            Ok(items) => Ok(Value::TextList(items)),
            Err(item) => return refuse(cursor, ErrorKind::TYPE, item, path, index, target, findings),
        },
        FieldKind::Object(object) | FieldKind::ObjectList(object) => {
            match (object.read)(cursor, object.fields, path.child(index), index, target, findings)? {
                Ok(Nested::Object) => return Ok(()),
                Ok(Nested::List(objects)) => Ok(Value::ObjectList(objects)),
                Err(item) => return refuse(cursor, ErrorKind::TYPE, item, path, index, target, findings),
            }
        }
    };
    match value {
        Ok(value) => {
            if let Err(overflow) = target.put(index, value) {
                findings.add(Error::overflow(overflow, start).within(path.child(index)));
            }
            Ok(())
        }
        Err(kind) => refuse(cursor, kind, start, path, index, target, findings),
    }
}

/// Reports the value of a field, which is then absent.
#[cold]
#[inline(never)]
fn refuse<'a>(
    cursor: &Cursor<'a>,
    kind: ErrorKind,
    offset: usize,
    path: Path,
    index: usize,
    target: &mut dyn Target,
    findings: &mut Findings<'a>,
) -> Result<(), Fault> {
    findings.add(cursor.field_error(kind, offset, path.child(index)));
    // An absent value always fits.
    let _ = target.put(index, Value::Absent);
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
            match text.bytes_in(&mut unescaped) {
                Some(bytes) => Number::integer(bytes),
                None if is_long_integer(&text) => return Ok(Err(ErrorKind::RANGE)),
                None => None,
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

impl<'a> Items<'a> {
    /// The texts in order.
    pub fn iter(&self) -> impl Iterator<Item = Str<'a>> + use<'a> {
        let mut cursor = Cursor::new(self.raw);
        let mut array = cursor.enter(b'[').ok();
        core::iter::from_fn(move || {
            let array = array.as_mut()?;
            if VECTORS && let Some(text) = plain::next_item(&mut cursor, array) {
                return Some(text);
            }
            let more = cursor.next_in(array, b']').ok()?;
            let first = if more { cursor.peek().ok()? } else { return None };
            read_text(&mut cursor, first).ok()?.ok()
        })
    }
}

/// Reads an array of texts. `Err` in the result: there is something else in it, or it is no array; it starts there.
fn read_items<'a>(cursor: &mut Cursor<'a>, first: u8) -> Result<Result<Items<'a>, usize>, Fault> {
    let start = cursor.pos();
    if first != b'[' {
        cursor.skip_value()?;
        return Ok(Err(start));
    }
    let mut array = cursor.enter(b'[')?;
    let (mut count, mut wrong) = (0, None);
    while VECTORS && plain::next_item(cursor, &mut array).is_some() {
        count += 1;
    }
    while cursor.next_in(&mut array, b']')? {
        count += 1;
        let first = cursor.peek()?;
        let item = cursor.pos();
        if read_text(cursor, first)?.is_err() {
            wrong.get_or_insert(item);
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
