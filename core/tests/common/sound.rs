//! What holds for every envelope, whatever was decoded into it: it is within its capacities, and what can be written is read
//! back.

use lark_event::record::{Field, FieldKind, ObjectRef, Slot};
use lark_event::{Envelope, ErrorKind, EventType, Item, Schema, decode, decode_as};

/// Room for any envelope that is written.
pub(crate) const ROOM: usize = 1 << 17;

fn has_list(record: ObjectRef<'_>) -> bool {
    (0..record.fields.len()).any(|index| match record.slot(index) {
        Slot::Object(inner) => has_list(inner),
        Slot::ObjectList(_) => true,
        _ => false,
    })
}

/// Whatever is in a record is within its capacities, and UTF-8 with no byte left over.
fn check_capacities(record: ObjectRef<'_>, body: &[u8]) {
    for (index, Field { name, kind, .. }) in record.fields.iter().enumerate() {
        match (record.slot(index), *kind) {
            (Slot::Text(text), FieldKind::Text { capacity }) => {
                assert!(text.len() <= capacity.into() && std::str::from_utf8(text.as_bytes()).is_ok(), "{name}");
            }
            (Slot::TextList(list), FieldKind::TextList { items, bytes }) => {
                let needed: usize = list.iter().map(|text| text.len() + 1).sum();
                assert!(list.iter().count() <= items.into() && needed <= bytes.into(), "{name}");
            }
            (Slot::Object(inner), FieldKind::Object(_)) => check_capacities(inner, body),
            (Slot::ObjectList(mut list), FieldKind::ObjectList(_)) => {
                let (mut item, mut left) = (Box::new(Item::None), list.len());
                while let (_, Some(object)) = (item.take_first(body, &mut list), item.struct_of()) {
                    check_capacities(object, body);
                    left -= 1;
                }
                assert_eq!(left, 0, "{name}");
            }
            (Slot::Absent, _) | (Slot::Enum(_), FieldKind::Enum) | (Slot::Decimal(_), FieldKind::Decimal) => {}
            _ => panic!("{name} holds something else than its kind"),
        }
    }
}

/// Checks an envelope that `body` was decoded into, and returns what it is when written, if it can be. `again` is where that
/// is read back; what it held before must not matter.
pub(crate) fn check<'o>(envelope: &Envelope, body: &[u8], out: &'o mut [u8], again: &mut Envelope) -> Option<&'o str> {
    check_capacities(ObjectRef::of(&envelope.header), body);
    let event = envelope.event.struct_of();
    if let Some(event) = event {
        check_capacities(event, body);
    }
    let can_be_written = event.is_some_and(|event| !has_list(event));
    let written = match envelope.to_json(out) {
        Ok(written) => written,
        Err(error) => {
            assert!(!can_be_written && error.kind == ErrorKind::UNTYPED, "{error}: {envelope:?}");
            return None;
        }
    };
    assert!(can_be_written, "{written}");
    let event_type = EventType::by_tag(envelope.event.tag()).map_or("", EventType::name);
    let result = match envelope.schema {
        Schema::HEADLESS => decode_as(written.as_bytes(), event_type, again),
        _ => decode(written.as_bytes(), again),
    };
    // A challenge that was wrong is written as `null`, which is none.
    let is_missing = result.is_err_and(|error| error.kind == ErrorKind::MISSING);
    assert!(result.is_ok() || (is_missing && envelope.schema == Schema::URL_VERIFICATION), "{result:?}: {written}");
    assert!(again == envelope, "{written}");
    Some(written)
}
