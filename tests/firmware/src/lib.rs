//! What the images share: files of the host, and the measuring of stack and instructions.

#![no_std]

use lm3s6965 as _; // its table of interrupts

pub mod host;
pub mod measure;
#[cfg(feature = "webhook")]
pub mod request;
pub mod uart;

/// Ends the run. No image is to have a way here: `tests/firmware/run.py` looks for the symbol.
#[panic_handler]
#[inline(never)]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    host::fail("a panic")
}
