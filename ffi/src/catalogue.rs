//! The registry of event types: what events there are, and what is in them.

use crate::{
    arguments,
    names::c_name,
    types::{FieldInfo, FieldInfoKind},
};
use core::{ffi::c_char, ptr};
use lark_event::{
    EventType,
    record::{Details, Field, FieldKind, RecordType, first_name},
};

/// The event type that a tag stands for, such as `"corehr.process.updated_v2"`; NULL if it stands for none, as
/// `LARK_EVENT_NONE` and `LARK_EVENT_UNKNOWN` do.
#[unsafe(no_mangle)]
pub extern "C" fn lark_event_type_name(tag: u32) -> *const c_char {
    let named = EventType::names_nul().iter().find(|(known, _)| *known == tag);
    named.map_or(ptr::null(), |(_, name_nul)| c_name(name_nul))
}

/// The tag of an event type; 0 if the library has no struct for it, or `name` is NULL. `"url_verification"` has one, but no
/// header says so: lark_decode_as() does not take it.
///
/// # Safety
///
/// Unless NULL, `name` points to a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_event_type_tag(name: *const c_char) -> u32 {
    // SAFETY: the caller promises what `string` asks for.
    let Some(name) = (unsafe { arguments::string(name) }) else { return 0 };
    let named = EventType::names_nul().iter().find(|(_, known)| known.as_bytes() == name.to_bytes_with_nul());
    named.map_or(0, |(tag, _)| *tag)
}

/// The tag of the next event type that has a struct, in the order of their numbers: the first behind 0, 0 behind the last.
/// So `for (uint32_t tag = 0; (tag = lark_event_type_next(tag)) != 0;)` goes through all of them.
#[unsafe(no_mangle)]
pub extern "C" fn lark_event_type_next(tag: u32) -> u32 {
    EventType::names_nul().iter().map(|(known, _)| *known).filter(|known| *known > tag).min().unwrap_or_default()
}

/// The family of an event type, such as `"process"`: what `install.sh --events` calls it. `"url_verification"` for
/// `LARK_EVENT_URL_VERIFICATION`, which every library has; NULL if the tag stands for no event type.
#[unsafe(no_mangle)]
pub extern "C" fn lark_event_type_family(tag: u32) -> *const c_char {
    EventType::family_nul(tag).map_or(ptr::null(), c_name)
}

/// What an event type is about, as in this header; NULL if the tag stands for none.
///
/// This function and lark_event_type_field() bring the documentation of all events into the program: for a Cortex-M about 48
/// KB with all families, and 6 KB with `process` alone. All other functions do without.
#[unsafe(no_mangle)]
pub extern "C" fn lark_event_type_doc(tag: u32) -> *const c_char {
    EventType::by_tag(tag).map_or(ptr::null(), |event_type| c_name(event_type.record.doc_nul()))
}

/// Tells what the field `index` of an event is, counted from 0. Returns whether there is one.
///
/// `parent` is NULL or `""` for the fields of the event itself. For those of an object below it, it is the path to the
/// object, such as `"flow_info.name"`; for those of the objects of a list the path to the list, such as `"sub_events"`. It is
/// as in lark_error_field(), without `event.`.
///
/// False if there are not that many fields, if `parent` leads to no object, if the tag stands for no event type, or if
/// `field` is NULL or misaligned. What was in `field` is overwritten: all bytes are zero where the result is false.
///
/// # Safety
///
/// Unless NULL, `parent` points to a NUL-terminated string, `field` to a `LarkField`, and they do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_event_type_field(
    tag: u32,
    parent: *const c_char,
    index: usize,
    field: *mut FieldInfo,
) -> bool {
    // SAFETY: the caller promises what both ask for.
    let (parent, place) = unsafe { (arguments::string(parent), arguments::zeroed_place(field)) };
    let Some(parent) = parent.map_or(Some(""), |parent| parent.to_str().ok()) else { return false };
    let record = EventType::by_tag(tag).and_then(|event_type| descend(&event_type.record, parent));
    let found = record.and_then(|record| Some((record.fields.get(index)?, record.details.get(index)?)));
    match (place, found) {
        (Some(place), Some((field, details))) => {
            *place = describe(field, details);
            true
        }
        _ => false,
    }
}

/// The record that a path leads to; the one that it starts from if it is empty.
fn descend(record: &'static RecordType, path: &str) -> Option<&'static RecordType> {
    if path.is_empty() {
        return Some(record);
    }
    let (mut record, mut rest) = (record, Some(path));
    while let Some((name, behind)) = rest.map(first_name) {
        let mut fields = record.fields.iter().zip(record.details);
        record = fields.find_map(|(field, details)| if field.name == name { details.record } else { None })?;
        rest = behind;
    }
    Some(record)
}

fn describe(field: &Field, details: &'static Details) -> FieldInfo {
    let (kind, max_bytes, max_items) = match field.kind {
        FieldKind::Text { capacity } => (FieldInfoKind::TEXT, capacity, 0),
        FieldKind::Enum => (FieldInfoKind::ENUM, 0, 0),
        FieldKind::Decimal => (FieldInfoKind::DECIMAL, 0, 0),
        FieldKind::TextList { items, bytes } => (FieldInfoKind::TEXT_LIST, bytes, items),
        FieldKind::Object(_) => (FieldInfoKind::OBJECT, 0, 0),
        FieldKind::ObjectList(_) => (FieldInfoKind::OBJECT_LIST, 0, 0),
    };
    let values = details.values.map(|values| values.name_nul());
    let type_name = values.or(details.record.map(RecordType::class_nul));
    FieldInfo {
        name: c_name(details.name_nul()),
        kind,
        doc: c_name(details.doc_nul()),
        max_bytes: max_bytes.into(),
        max_items: max_items.into(),
        type_name: type_name.map_or(ptr::null(), c_name),
    }
}
