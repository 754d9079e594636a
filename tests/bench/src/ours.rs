//! `lark-event`, called from Rust and as C code calls it.

use crate::{
    contender::{Contender, Fields, LARK_DECODE, LARK_EVENT},
    inputs::Document,
    row::Group,
};
use lark_event::{Envelope, Error, ErrorKind, decode, decode_as};
use serde_json::Value;
use std::{ffi::c_char, hint::black_box, mem::MaybeUninit};

// The C interface as it is, without a library around it: Cargo links none that has a C interface alone.
#[allow(dead_code, unreachable_pub, reason = "the benchmark is no library, and needs but two of its functions")]
#[path = "../../../ffi/src/decode.rs"]
mod c_interface;

pub(crate) fn contenders() -> [Contender; 2] {
    [
        Contender::of_envelope(LARK_EVENT, Group::Ours, read),
        Contender::of_envelope(LARK_DECODE, Group::Ours, read_from_c),
    ]
}

/// As a Rust program decodes.
fn read(document: &Document, envelope: &mut Envelope) -> Result<(), Error> {
    match document.assumed {
        None => decode(document, envelope),
        Some(assumed) => decode_as(document, assumed.name(), envelope),
    }
}

/// As a C program decodes: a call that the compiler cannot look into.
fn read_from_c(document: &Document, envelope: &mut Envelope) -> Result<(), Error> {
    type Decode = unsafe extern "C" fn(*const u8, usize, *mut Envelope, *mut Error) -> ErrorKind;
    type DecodeAs = unsafe extern "C" fn(*const u8, usize, *const c_char, *mut Envelope, *mut Error) -> ErrorKind;
    let (body, len) = (document.as_ptr(), document.len());
    let mut error = MaybeUninit::uninit();
    let kind = match &document.assumed_nul {
        None => {
            let function: Decode = black_box(c_interface::lark_decode);
            // SAFETY: all of it is there, and nothing overlaps.
            unsafe { function(body, len, envelope, error.as_mut_ptr()) }
        }
        Some(assumed) => {
            let function: DecodeAs = black_box(c_interface::lark_decode_as);
            // SAFETY: as above, and the name has a NUL behind it.
            unsafe { function(body, len, assumed.as_ptr(), envelope, error.as_mut_ptr()) }
        }
    };
    // SAFETY: it is written in every case.
    if kind.0 == 0 { Ok(()) } else { Err(unsafe { error.assume_init() }) }
}

/// Every field there is, for making sure that all contenders read the same.
pub(crate) fn fields(envelope: &Envelope) -> Fields {
    let mut fields = serde_json::to_value(envelope).expect("an envelope is written without fail");
    forget_places(&mut fields);
    fields
}

/// Leaves of a list of objects how many there are: not every library can tell where they stand.
fn forget_places(value: &mut Value) {
    let Value::Object(members) = value else { return };
    if members.len() == 3 && ["count", "offset", "len"].iter().all(|name| members.contains_key(*name)) {
        members.retain(|name, _| name == "count");
    }
    members.values_mut().for_each(forget_places);
}
