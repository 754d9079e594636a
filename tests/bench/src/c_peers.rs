//! The C and C++ libraries, which fill the very struct that `lark_decode` fills.

use crate::{contender::Contender, inputs::Document, row::Group};
use lark_event::Envelope;

/// What both functions look like: body, its length, the tag of the type for a body that names none, and the struct.
type Read = unsafe extern "C" fn(*const u8, usize, u32, *mut Envelope) -> bool;

unsafe extern "C" {
    fn bench_yyjson_prepare(len: usize) -> bool;
    fn bench_yyjson(body: *const u8, len: usize, assumed: u32, out: *mut Envelope) -> bool;
    fn bench_simdjson(body: *const u8, len: usize, assumed: u32, out: *mut Envelope) -> bool;
}

/// The contenders, for documents of at most that many bytes.
pub(crate) fn contenders(longest: usize) -> [Contender; 2] {
    // SAFETY: it takes nothing but a number; one thread calls all of them.
    assert!(unsafe { bench_yyjson_prepare(longest) }, "no memory for yyjson");
    let contender =
        |name, group, function| Contender::of_envelope(name, group, move |document, out| read(function, document, out));
    [
        contender("yyjson", Group::C, bench_yyjson as Read),
        contender("simdjson On-Demand", Group::Cpp, bench_simdjson as Read),
    ]
}

fn read(read: Read, document: &Document, out: &mut Envelope) -> Result<(), &'static str> {
    // SAFETY: the bytes are there, with the padding that simdjson asks for behind them; the C side writes only valid values.
    let good = unsafe { read(document.padded().as_ptr(), document.len(), document.assumed_tag(), out) };
    if good { Ok(()) } else { Err("it refuses the document") }
}
