//! What is in a record, as JSON, and whether its lists say the same as decoding did.

use lark_event::record::{Field, ObjectRef, Slot};
use lark_event::{Envelope, Error, Item, ListPlace};
use serde_json::{Value, json};

/// What is in a record that was read from `body`, with the objects of its lists, whose faults go to `faults`.
pub(crate) fn members(record: ObjectRef<'_>, body: &[u8], faults: &mut Vec<Error>) -> Value {
    let mut value = |index| match record.slot(index) {
        Slot::Absent => None,
        Slot::Text(text) => Some(json!(text)),
        Slot::Enum(value) => Some(json!(value)),
        Slot::Decimal(value) => Some(json!(value.to_string())),
        Slot::TextList(list) => Some(json!(list)),
        Slot::Object(object) => Some(members(object, body, faults)),
        Slot::ObjectList(list) => Some(objects(list, body, faults)),
    };
    let fields = record.fields.iter().enumerate();
    fields.filter_map(|(index, field)| Some((field.name.to_owned(), value(index)?))).collect()
}

/// The objects of a list: as many as it says there are, each with what is not wrong in it.
fn objects(mut list: ListPlace, body: &[u8], faults: &mut Vec<Error>) -> Value {
    let (mut found, mut item, count) = (Vec::new(), Box::new(Item::None), list.len());
    loop {
        let result = item.take_first(body, &mut list);
        let Some(object) = item.struct_of() else {
            assert_eq!((result, found.len()), (Ok(()), count));
            return found.into();
        };
        if let Err(error) = result {
            assert!(error.kind.is_field(), "{error}");
            faults.push(error);
        }
        found.push(members(object, body, faults));
    }
}

/// The event of an envelope that `body` was decoded into, which gave `result`. A list that decoding found nothing wrong
/// with has nothing wrong in it; a fault that decoding found in a list is the first that reading the list finds.
pub(crate) fn event(envelope: &Envelope, body: &[u8], result: Result<(), Error>) -> Option<Value> {
    let event = envelope.event.struct_of()?;
    let mut faults = Vec::new();
    let value = members(event, body, &mut faults);
    match result {
        Ok(()) => assert_eq!(faults, []),
        Err(error) => {
            assert!(faults.iter().all(|fault| fault.offset >= error.offset), "{error:?}: {faults:?}");
            if is_in_list(event, error.field.segments().skip(1)) {
                assert_eq!(faults.first(), Some(&error));
            }
        }
    }
    Some(value)
}

/// Whether a path leads into a list that is there.
fn is_in_list<'a>(record: ObjectRef<'_>, mut path: impl Iterator<Item = &'a str>) -> bool {
    let Some(index) = path.next().and_then(|name| position(record.fields, name)) else { return false };
    match record.slot(index) {
        Slot::Object(object) => is_in_list(object, &mut path as &mut dyn Iterator<Item = &'a str>),
        Slot::ObjectList(_) => path.next().is_some(),
        _ => false,
    }
}

fn position(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().position(|field| field.name == name)
}
