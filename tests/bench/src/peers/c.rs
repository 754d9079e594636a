//! The C and C++ libraries, which fill the very struct that `lark_decode` fills.

use crate::inputs::Document;
use lark_event::Envelope;

/// What both functions look like: body, its length, the tag of the type for a body that names none, and the struct.
type Read = unsafe extern "C" fn(*const u8, usize, u32, *mut Envelope) -> bool;

unsafe extern "C" {
    fn bench_yyjson_prepare(len: usize) -> bool;
    fn bench_yyjson(body: *const u8, len: usize, assumed: u32, out: *mut Envelope) -> bool;
    fn bench_simdjson(body: *const u8, len: usize, assumed: u32, out: *mut Envelope) -> bool;
}

/// Sets the memory aside that yyjson needs for documents of at most that many bytes.
pub(crate) fn prepare_yyjson(len: usize) {
    // SAFETY: it takes nothing but a number; one thread calls it, and the ones below.
    assert!(unsafe { bench_yyjson_prepare(len) }, "no memory for yyjson");
}

pub(crate) fn yyjson(document: &Document, out: &mut Envelope) -> Result<(), &'static str> {
    read(bench_yyjson, document, out)
}

pub(crate) fn simdjson(document: &Document, out: &mut Envelope) -> Result<(), &'static str> {
    read(bench_simdjson, document, out)
}

fn read(read: Read, document: &Document, out: &mut Envelope) -> Result<(), &'static str> {
    // SAFETY: the bytes are there, with the padding that simdjson asks for behind them; the C side writes only valid values.
    let good = unsafe { read(document.as_ptr(), document.len(), document.assumed_tag(), out) };
    if good { Ok(()) } else { Err("it refuses the document") }
}
