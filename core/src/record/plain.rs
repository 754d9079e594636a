//! The fast way through members as programs write them: names without escapes, values of the expected kind and without
//! escapes. Most bodies have no others. Whatever is otherwise is left for [`read`](super::read), which knows all the rules;
//! nothing is found wrong here but what does not fit.

use super::{Field, FieldKind, Findings, Target, Value};
use crate::{
    error::{Error, Path},
    json::{self, Cursor, OpenMembers, Str},
};

/// Reads members up to the first one that is not plain. If its name is, returns where it is in the table, and has moved to
/// its value.
#[inline(never)]
pub(super) fn read_members<'a>(
    cursor: &mut Cursor<'a>,
    fields: &'static [Field],
    path: Path,
    (object, seen_so_far, expected_next): (&mut OpenMembers, &mut u64, &mut usize),
    target: &mut dyn Target,
    findings: &mut Findings<'a>,
) -> Option<usize> {
    let input = cursor.input();
    // In registers while the loop runs.
    let (mut end, mut is_first) = (cursor.pos(), object.is_first());
    let (mut seen, mut expected) = (*seen_so_far, *expected_next);
    let found = loop {
        let name = match input.get(end) {
            _ if is_first => end,
            Some(b',') => end + 1,
            _ => break None,
        };
        let found = fields.get(expected).and_then(|field| field.key.find(input, name));
        let found = found.map(|start| (expected, start)).or_else(|| find_anywhere(input, name, fields, expected));
        let Some((index, start)) = found.filter(|(index, _)| seen >> (index & 63) & 1 == 0) else { break None };
        (seen, expected, is_first) = (seen | 1 << (index & 63), index + 1, false);
        match read_value(input, start, fields, path, index, target, findings) {
            Some(behind) => end = behind,
            None => {
                end = start;
                break Some(index);
            }
        }
    };
    cursor.set_pos(end);
    object.set_first(is_first);
    (*seen_so_far, *expected_next) = (seen, expected);
    found
}

/// The index of the member whose name comes next, and where its value starts, if members come in another order than in the
/// table, or with white space between them.
#[inline(never)]
fn find_anywhere(input: &[u8], pos: usize, fields: &[Field], expected: usize) -> Option<(usize, usize)> {
    let (name, start) = json::plain_name(input, pos)?;
    // Members that are not there are the most common reason to be here.
    let (before, behind) = fields.split_at_checked(expected)?;
    let is = |field: &Field| name.is(field.name);
    let index = behind.iter().position(is).map(|index| expected + index).or_else(|| before.iter().position(is));
    Some((index?, start))
}

/// Reads the value at `start`, hands it to the target, and returns where it ends.
#[inline(always)]
fn read_value<'a>(
    input: &'a [u8],
    start: usize,
    fields: &'static [Field],
    path: Path,
    index: usize,
    target: &mut dyn Target,
    findings: &mut Findings<'a>,
) -> Option<usize> {
    let (first, rest) = input.get(start..)?.split_first()?;
    let (value, end) = match (&fields.get(index)?.kind, first) {
        (FieldKind::Text { .. }, b'"') => {
            let len = json::plain_string(rest)?;
            let end = start + len + 2;
            if index + 1 == findings.watched {
                findings.text = Some(Str::of(rest, len));
            }
            #[cfg(vectors)]
            if target.put_plain(index, rest, len) {
                return Some(end);
            }
            (Value::Text(Str::of(rest, len)), end)
        }
        (FieldKind::Enum, b'0'..=b'9') => {
            let (value, end) = json::plain_integer(input, start)?;
            (Value::Enum(value), end)
        }
        (FieldKind::Decimal, b'"') => {
            let len = json::plain_string(rest)?;
            (Value::Decimal(json::plain_decimal(rest, len)?), start + len + 2)
        }
        _ => return None,
    };
    if let Err(overflow) = target.put(index, value) {
        findings.add(Error::overflow(overflow, start).within(path.child(index)));
    }
    Some(end)
}

/// Reads the text that comes next in an array, if it is plain.
#[inline(always)]
pub(super) fn next_item<'a>(cursor: &mut Cursor<'a>, array: &mut OpenMembers) -> Option<Str<'a>> {
    let (input, mut start) = (cursor.input(), cursor.pos());
    if !array.is_first() {
        start = json::expect(input, start, b',')?;
    }
    let start = json::expect(input, start, b'"')?;
    let rest = input.get(start..)?;
    let len = json::plain_string(rest)?;
    array.set_first(false);
    cursor.set_pos(start + len + 1);
    Some(Str::of(rest, len))
}
