//! The serial port UART0 of the LM3S6965, as much of it as a gateway needs. QEMU's needs no baud rate.

/// The half that receives.
pub struct Receiver(());

/// The half that sends.
pub struct Sender(());

const BASE: usize = 0x4000_C000;

/// The registers that are used.
#[derive(Clone, Copy)]
#[repr(usize)]
enum Register {
    Data = BASE,
    Flags = BASE + 0x18,
    LineControl = BASE + 0x2C,
    InterruptLevel = BASE + 0x34,
    InterruptMask = BASE + 0x38,
}

const RECEIVER_IS_EMPTY: u32 = 1 << 4;
const SENDER_IS_FULL: u32 = 1 << 5;
/// Bytes wait in a queue, and have 8 bits.
const QUEUE_AND_8_BITS: u32 = 0x70;
/// The interrupt comes when two bytes wait, or one does for long: the least that can be set.
const AT_ONCE: u32 = 0;
const INTERRUPT_ON_RECEIVING: u32 = 1 << 4 | 1 << 6;

/// The two halves, with the interrupt for bytes that come in turned on. To be called once.
pub fn start() -> (Receiver, Sender) {
    write(Register::LineControl, QUEUE_AND_8_BITS);
    write(Register::InterruptLevel, AT_ONCE);
    let mut receiver = Receiver(());
    receiver.listen(true);
    (receiver, Sender(()))
}

impl Receiver {
    /// Turns the interrupt for bytes that come in on or off.
    pub fn listen(&mut self, on: bool) {
        write(Register::InterruptMask, if on { INTERRUPT_ON_RECEIVING } else { 0 });
    }

    /// The next byte, if one has come.
    pub fn read(&mut self) -> Option<u8> {
        (read(Register::Flags) & RECEIVER_IS_EMPTY == 0).then(|| read(Register::Data) as u8)
    }
}

impl Sender {
    /// Sends all of `text`, waiting where the line is slow.
    pub fn write(&mut self, text: &str) {
        for byte in text.bytes() {
            while read(Register::Flags) & SENDER_IS_FULL != 0 {}
            write(Register::Data, u32::from(byte));
        }
    }
}

fn read(register: Register) -> u32 {
    // SAFETY: the registers are there on this device.
    unsafe { (register as usize as *const u32).read_volatile() }
}

fn write(register: Register, value: u32) {
    // SAFETY: the registers are there on this device; what they do, they do to the port.
    unsafe { (register as usize as *mut u32).write_volatile(value) }
}
