//! The names behind the numbers. All of them are static and NUL-terminated.

use crate::arguments;
use core::{
    ffi::{CStr, c_char},
    ptr,
};
use lark_event::{
    ErrorKind, EventType, Schema,
    record::{EnumType, OpenEnum},
};

/// The name of an error kind, such as `"CAPACITY"`; NULL if there is no such kind.
#[unsafe(no_mangle)]
pub extern "C" fn lark_error_kind_name(kind: ErrorKind) -> *const c_char {
    value_name(<ErrorKind as OpenEnum>::TYPE, kind.0)
}

/// The name of the shape of a body, such as `"V2"`; NULL if there is no such shape.
#[unsafe(no_mangle)]
pub extern "C" fn lark_schema_name(schema: Schema) -> *const c_char {
    value_name(<Schema as OpenEnum>::TYPE, schema.0)
}

/// The event type that a tag stands for, such as `"corehr.process.updated_v2"`; NULL if it stands for none, as
/// `LARK_EVENT_NONE` and `LARK_EVENT_UNKNOWN` do.
#[unsafe(no_mangle)]
pub extern "C" fn lark_event_type_name(tag: u32) -> *const c_char {
    let named = EventType::names_nul().iter().find(|(known, _)| *known == tag);
    named.map_or(ptr::null(), |(_, name_nul)| c_name(name_nul))
}

/// The tag of an event type; 0 if the library has no struct for it, or `name` is NULL.
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

/// The name of a documented value of a field of an event: `"COMPLETED"` for `LARK_EVENT_PROCESS_UPDATED`, `"status"`, 9.
///
/// NULL if the value is not a documented one (which is no error: the platform adds values), if the field is not a number
/// with documented values, or if there is no such field or event. `field` is the name in the JSON.
///
/// # Safety
///
/// Unless NULL, `field` points to a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_value_name(tag: u32, field: *const c_char, value: i32) -> *const c_char {
    // SAFETY: the caller promises what `string` asks for.
    let Some(field) = (unsafe { arguments::string(field) }) else { return ptr::null() };
    let Some(event_type) = EventType::by_tag(tag) else { return ptr::null() };
    let fields = event_type.record.fields.iter().zip(event_type.record.details);
    let values = fields.filter(|(known, _)| known.name.as_bytes() == field.to_bytes()).find_map(|(_, it)| it.values);
    values.map_or(ptr::null(), |values| value_name(values, value))
}

/// The version of the library, to compare with `LARK_EVENT_VERSION` of the header.
#[unsafe(no_mangle)]
pub extern "C" fn lark_version() -> *const c_char {
    c_name(concat!(env!("CARGO_PKG_VERSION"), "\0"))
}

pub(crate) fn value_name(values: &'static EnumType, value: i32) -> *const c_char {
    values.find(value).map_or(ptr::null(), |value| c_name(value.name_nul()))
}

/// A name that ends in a NUL; should it not, it is no string for C.
fn c_name(name_nul: &'static str) -> *const c_char {
    CStr::from_bytes_with_nul(name_nul.as_bytes()).map_or(ptr::null(), CStr::as_ptr)
}
