//! The names behind the numbers. All of them are static and NUL-terminated.

use crate::arguments;
use core::{
    ffi::{CStr, c_char},
    ptr,
};
use lark_event::{
    ErrorKind, EventType, Schema,
    record::{Names, OpenEnum, name_nul},
};

/// The name of an error kind, such as `"CAPACITY"`; NULL if there is no such kind.
#[unsafe(no_mangle)]
pub extern "C" fn lark_error_kind_name(kind: ErrorKind) -> *const c_char {
    value_name(<ErrorKind as OpenEnum>::NAMES, kind.0)
}

/// The name of the shape of a body, such as `"V2"`; NULL if there is no such shape.
#[unsafe(no_mangle)]
pub extern "C" fn lark_schema_name(schema: Schema) -> *const c_char {
    value_name(<Schema as OpenEnum>::NAMES, schema.0)
}

/// The name of a documented value of a field of an event: `"COMPLETED"` for `LARK_EVENT_PROCESS_UPDATED`, `"status"`, 9.
///
/// NULL if the value is not a documented one (which is no error: the platform adds values), if the field is not a number
/// with documented values, or if there is no such field or event. `field` is the name in the JSON; that of a field of an
/// object or of the objects of a list is a path, such as `"sub_events.opt_type"`.
///
/// # Safety
///
/// Unless NULL, `field` points to a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_value_name(tag: u32, field: *const c_char, value: i32) -> *const c_char {
    // SAFETY: the caller promises what `string` asks for.
    let Some(Ok(field)) = (unsafe { arguments::string(field) }).map(CStr::to_str) else { return ptr::null() };
    EventType::value_name_nul(tag, field, value).map_or(ptr::null(), c_name)
}

/// The version of the library, to compare with `LARK_EVENT_VERSION` of the header.
#[unsafe(no_mangle)]
pub extern "C" fn lark_version() -> *const c_char {
    c_name(concat!(env!("CARGO_PKG_VERSION"), "\0"))
}

pub(crate) fn value_name(names: Names, value: i32) -> *const c_char {
    name_nul(names, value).map_or(ptr::null(), c_name)
}

/// A name that ends in a NUL; should it not, it is no string for C.
pub(crate) fn c_name(name_nul: &'static str) -> *const c_char {
    CStr::from_bytes_with_nul(name_nul.as_bytes()).map_or(ptr::null(), CStr::as_ptr)
}
