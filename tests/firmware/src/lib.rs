//! What the images share: files of the host, and the measuring of stack and instructions.

#![no_std]

use lark_event::{Envelope, Error};
use lm3s6965 as _; // its table of interrupts

#[cfg(feature = "connection")]
pub mod connection;
pub mod host;
pub mod measure;
#[cfg(feature = "webhook")]
pub mod request;
pub mod uart;

/// Decodes an event, of the given type if there is one.
pub fn decode(json: &[u8], event_type: Option<&str>, envelope: &mut Envelope) -> Result<(), Error> {
    match event_type {
        Some(event_type) => lark_event::decode_as(json, event_type, envelope),
        None => lark_event::decode(json, envelope),
    }
}

/// The kind of an error as a number, 0 for none.
pub fn kind(result: Result<(), Error>) -> u32 {
    result.map_or_else(|error| error.kind.0 as u32, |()| 0)
}

/// Ends the run. Only the image that runs the corpus has ways here: `tests/firmware/images.py` looks for them.
#[panic_handler]
#[inline(never)]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    host::fail("a panic")
}
