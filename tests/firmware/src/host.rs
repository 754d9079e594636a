//! Files of the host, by semihosting. No errors are handed out: what cannot be read ends the run, which has failed then.

use core::ffi::CStr;
use cortex_m_semihosting::{debug, nr, syscall, syscall1};

/// An open file of the host.
pub struct File(usize);

/// The number with which a request to decode begins.
pub const DECODE: u32 = 1;
/// The number with which a request to open begins.
pub const OPEN: u32 = 2;
/// The number with which an attempt to connect begins.
pub const CONNECT: u32 = 3;
/// The number with which a message of the long connection begins.
pub const MESSAGE: u32 = 4;

/// The length of a part that is not there.
const NONE: u32 = u32::MAX;

impl File {
    /// Opens a file to read it.
    pub fn open(name: &CStr) -> Self {
        Self::with_mode(name, nr::open::R_BINARY)
    }

    /// Makes a file to write into it.
    pub fn create(name: &CStr) -> Self {
        Self::with_mode(name, nr::open::W_TRUNC_BINARY)
    }

    fn with_mode(name: &CStr, mode: usize) -> Self {
        // SAFETY: SYS_OPEN takes a name with a NUL behind it, a mode and the length of the name.
        let handle = unsafe { syscall!(OPEN, name.as_ptr(), mode, name.count_bytes()) };
        if handle == usize::MAX {
            exit(1)
        }
        Self(handle)
    }

    /// Reads as many bytes as `room` has; fewer at the end of the file. Returns how many.
    pub fn read(&mut self, room: &mut [u8]) -> usize {
        // SAFETY: SYS_READ takes a handle, and writes at most as many bytes as it is told to the memory at the pointer.
        // It returns how many are missing.
        let missing = unsafe { syscall!(READ, self.0, room.as_mut_ptr(), room.len()) };
        room.len().saturating_sub(missing)
    }

    /// Writes all of `bytes`.
    pub fn write(&mut self, bytes: &[u8]) {
        // SAFETY: SYS_WRITE takes a handle, and reads as many bytes as it is told.
        let missing = unsafe { syscall!(WRITE, self.0, bytes.as_ptr(), bytes.len()) };
        if missing != 0 {
            exit(1)
        }
    }

    /// Reads a number of four bytes; `None` at the end of the file.
    pub fn number(&mut self) -> Option<u32> {
        let mut bytes = [0; 4];
        (self.read(&mut bytes) == bytes.len()).then(|| u32::from_le_bytes(bytes))
    }

    /// Reads a number of eight bytes.
    pub fn long(&mut self) -> u64 {
        let mut bytes = [0; 8];
        if self.read(&mut bytes) != bytes.len() {
            unreadable()
        }
        u64::from_le_bytes(bytes)
    }

    /// Reads a part, which is a length and as many bytes, to the front of `room`, and leaves what is behind it in `room`;
    /// `None` if the length says that there is no part.
    pub fn part<'a>(&mut self, room: &mut &'a mut [u8]) -> Option<&'a mut [u8]> {
        let Some(len) = self.number() else { unreadable() };
        if len == NONE {
            return None;
        }
        let Some((part, rest)) = core::mem::take(room).split_at_mut_checked(len as usize) else { unreadable() };
        *room = rest;
        if self.read(part) != part.len() {
            unreadable()
        }
        Some(part)
    }

    /// Reads a part of text.
    pub fn text<'a>(&mut self, room: &mut &'a mut [u8]) -> Option<&'a str> {
        let part = self.part(room)?;
        let Ok(text) = core::str::from_utf8(part) else { unreadable() };
        Some(text)
    }
}

/// Writes to the debugger's console.
pub fn log(text: &str) {
    for byte in text.bytes() {
        // SAFETY: SYS_WRITEC reads the byte at the pointer.
        unsafe { syscall1(nr::WRITEC, (&raw const byte).expose_provenance()) };
    }
}

/// Ends the run: it has failed, and why.
pub fn fail(why: &str) -> ! {
    log(why);
    log("\n");
    exit(1)
}

/// Ends the run: what the host has sent is not what it should be.
pub fn unreadable() -> ! {
    fail("a request cannot be read")
}

/// Ends the run; 0 if all was well.
pub fn exit(status: u32) -> ! {
    debug::exit(if status == 0 { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {
        cortex_m::asm::nop();
    }
}
