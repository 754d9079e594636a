//! How much stack and how many instructions a call takes.

use core::arch::asm;
use cortex_m::{
    peripheral::{SYST, syst::SystClkSource},
    register::msp,
};

/// What a call has taken.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    /// Bytes of stack.
    pub stack: u32,
    /// Ticks of the timer; [`Meter::ticks`] tells how many of them instructions take.
    pub ticks: u32,
}

/// Measures calls.
pub struct Meter {
    timer: SYST,
}

const PAINT: u32 = 0xC0DE_F00D;
/// The timer counts down from here.
const RELOAD: u32 = 0x00FF_FFFF;

unsafe extern "C" {
    /// The end of the static memory, from the linker script of `cortex-m-rt`: the stack grows down to it.
    static mut __sheap: u32;
}

impl Meter {
    /// Starts the timer.
    pub fn new(mut timer: SYST) -> Self {
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(RELOAD);
        timer.clear_current();
        timer.enable_counter();
        Self { timer }
    }

    /// How many ticks a loop of two instructions takes that runs `count` times, at least once.
    pub fn ticks(&mut self, count: u32) -> u32 {
        // SAFETY: it only counts down the register, and the flags are known to change.
        self.run(|| unsafe { asm!("2:", "subs {0}, {0}, #1", "bne 2b", inout(reg) count.max(1) => _) }).1.ticks
    }

    /// Calls `call`, and returns its result and what it has taken.
    #[inline(never)]
    pub fn run<T>(&mut self, call: impl FnOnce() -> T) -> (T, Cost) {
        let top = msp::read();
        let bottom = (&raw mut __sheap).addr() as u32;
        let word = |offset: u32| (bottom + offset) as usize as *mut u32;
        for offset in (0..top.saturating_sub(bottom)).step_by(4) {
            // SAFETY: nothing lives between the end of the static memory and the stack pointer, and no interrupt is on.
            unsafe { word(offset).write_volatile(PAINT) };
        }
        self.timer.clear_current();
        let start = SYST::get_current();
        let result = apart(call);
        let end = SYST::get_current();
        let mut offset = 0;
        // SAFETY: as above; these words have been written.
        while bottom + offset < top && unsafe { word(offset).read_volatile() } == PAINT {
            offset += 4;
        }
        (result, Cost { stack: top.saturating_sub(bottom + offset), ticks: start.wrapping_sub(end) & RELOAD })
    }
}

/// Keeps the frame of what is measured out of the frame that measures.
#[inline(never)]
fn apart<T>(call: impl FnOnce() -> T) -> T {
    call()
}
