//! What the images share: files of the host, and the measuring of stack and instructions.

#![no_std]

use lm3s6965 as _; // its table of interrupts

pub mod host;
pub mod measure;
#[cfg(feature = "webhook")]
pub mod request;
pub mod uart;

/// Ends the run. Only the image that runs the corpus has ways here: `tests/firmware/images.py` looks for them.
#[panic_handler]
#[inline(never)]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    host::fail("a panic")
}
