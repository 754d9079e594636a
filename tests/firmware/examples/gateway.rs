//! A gateway: a modem passes on the requests of a webhook over a serial line, and each event is handled once.
//!
//! The modem terminates TLS and HTTP. It sends, for each request, an id and a length (two bytes each, the high one first)
//! and then as many bytes: the headers as `Name: value` in a line each, an empty line, and the body as it came. For each it
//! gets a line back, `<id> <status> <json>`, and answers the platform with that. The order may be another.
//!
//! Three levels, from the most to the least urgent:
//!
//! * `receive`, the interrupt of the serial port, moves bytes into a frame and does nothing else;
//! * `produce` opens the request in a frame, and decodes its event straight into a free item;
//! * `idle` consumes: it handles the events one after the other, and answers each when that is done.
//!
//! All memory is static. Frames and items go round in queues of references, so nothing of 10 KB is ever copied. What there
//! is no room for is answered 503: the platform delivers it again. No request remains without an answer, but for one that
//! is cut off, which gets it when the next byte comes, or none if that was within its first four bytes.
//!
//! `uart.rs` is as much of a driver as QEMU needs: a board has its clocks, pins and baud rate to set up besides.
//!
//! To build it, in `tests/firmware`:
//!
//! ```sh
//! cargo build --release --target thumbv7em-none-eabi --config ../../ffi/device.toml --example gateway --features gateway
//! ```
//!
//! `ffi/examples/gateway` is the same in C++.

#![no_std]
#![no_main]

use heapless::Deque;
use lark_event::dedup::Seen;
use lark_event::webhook::{Credentials, Delivery, Receiver, Reply};
use lark_event::{Envelope, Error, ErrorKind, Event, decode};
use lark_event_firmware::{host, uart};

/// For the example. A product reads them from protected storage.
const SECRETS: Credentials<'_> = Credentials { encrypt_key: Some("test key"), verification_token: Some("tok") };

/// Frames between the interrupt and the producer.
const FRAMES: usize = 2;
/// A job change that fills its struct, encrypted.
const FRAME_BYTES: usize = 14 * 1024 + 512;
/// A frame comes without pauses: after one, what comes begins another.
const FRAME_GAP_MS: u64 = 250;
/// Events between producer and consumer.
const EVENTS: usize = 2;
/// Events that are remembered, lest one that is delivered twice be handled twice. Choose more than come within twelve hours.
const REMEMBERED: usize = 64;
/// Requests that wait for their refusal. When there are as many, the modem has to wait.
const REFUSALS: usize = 64;

/// A request as the modem sends it.
pub struct Frame {
    id: u16,
    len: usize,
    bytes: [u8; FRAME_BYTES],
}

impl Frame {
    const EMPTY: Self = Self { id: 0, len: 0, bytes: [0; FRAME_BYTES] };

    /// The lines of the headers, and the body; `None` if the frame ends before the headers do, or one has no colon.
    fn split(&mut self) -> Option<(&[u8], &mut [u8])> {
        let request = self.bytes.get_mut(..self.len)?;
        let end = if request.starts_with(b"\n") { 0 } else { request.windows(2).position(|two| two == b"\n\n")? + 1 };
        let (headers, body) = request.split_at_mut_checked(end + 1)?;
        let mut lines = headers.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines.all(|line| line.contains(&b':')).then_some((headers, body))
    }
}

/// The headers in their lines.
fn headers(lines: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let (name, value) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        Some((name, value.get(1..)?.trim_ascii()))
    })
}

/// An event on its way to the consumer.
pub struct Item {
    /// Of the request.
    id: u16,
    envelope: Envelope,
    /// What was wrong with a single field.
    fault: Option<Error>,
}

impl Item {
    const EMPTY: Self = Self { id: 0, envelope: Envelope::EMPTY, fault: None };
}

/// A request that there was no room for.
pub struct Refusal {
    id: u16,
    why: ErrorKind,
}

type FrameRef = &'static mut Frame;
type ItemRef = &'static mut Item;

/// Puts something into a queue that has room for all that there are.
fn put<T, const N: usize>(queue: &mut Deque<T, N>, value: T) {
    let _ = queue.push_back(value);
}

/// What interrupt and producer hand to each other.
pub struct Frames {
    port: uart::Receiver,
    free: Deque<FrameRef, FRAMES>,
    full: Deque<FrameRef, FRAMES>,
    refusals: Deque<Refusal, REFUSALS>,
}

/// What producer and consumer hand to each other.
pub struct Items {
    free: Deque<ItemRef, EVENTS>,
    full: Deque<ItemRef, EVENTS>,
}

/// Puts frames together, one byte after the other.
pub struct Intake {
    /// Id and length of the request that is coming in.
    head: [u8; 4],
    /// Bytes of it that have come, head included.
    have: usize,
    last_ms: u64,
    /// Where its bytes go, or why they go nowhere.
    room: Result<FrameRef, ErrorKind>,
}

impl Intake {
    const EMPTY: Self = Self { head: [0; 4], have: 0, last_ms: 0, room: Err(ErrorKind::IN_PROGRESS) };

    /// Takes a byte; there must be room for a refusal. Returns whether there is something for the producer.
    fn take(&mut self, byte: u8, now_ms: u64, frames: &mut Frames) -> bool {
        let is_late = self.have > 0 && now_ms.saturating_sub(self.last_ms) > FRAME_GAP_MS;
        let is_cut = is_late && self.abandon(frames);
        self.last_ms = now_ms;
        if let Some(place) = self.head.get_mut(self.have) {
            *place = byte;
        } else if let Ok(frame) = &mut self.room
            && let Some(place) = frame.bytes.get_mut(frame.len)
        {
            *place = byte;
            frame.len += 1;
        }
        self.have += 1;
        if self.have == self.head.len() {
            self.begin(frames);
        }
        let is_complete = self.have >= self.head.len() && self.have == self.head.len() + self.len();
        if is_complete {
            self.end(frames);
        }
        is_complete || is_cut
    }

    const fn id(&self) -> u16 {
        let [high, low, ..] = self.head;
        u16::from_be_bytes([high, low])
    }

    const fn len(&self) -> usize {
        let [.., high, low] = self.head;
        u16::from_be_bytes([high, low]) as usize
    }

    /// Id and length are known: finds a place for the frame. Without one its bytes go nowhere.
    fn begin(&mut self, frames: &mut Frames) {
        self.room = if self.len() > FRAME_BYTES {
            Err(ErrorKind::TOO_LARGE)
        } else {
            frames.free.pop_front().ok_or(ErrorKind::IN_PROGRESS)
        };
        let id = self.id();
        if let Ok(frame) = &mut self.room {
            (frame.id, frame.len) = (id, 0);
        }
    }

    fn end(&mut self, frames: &mut Frames) {
        match core::mem::replace(&mut self.room, Err(ErrorKind::IN_PROGRESS)) {
            Ok(frame) => put(&mut frames.full, frame),
            Err(why) => frames.refuse(self.id(), why),
        }
        self.have = 0;
    }

    /// The rest of a frame does not come: bytes were lost, or the modem has started anew. What comes now begins another.
    fn abandon(&mut self, frames: &mut Frames) -> bool {
        let is_known = self.have >= self.head.len();
        if is_known {
            if let Ok(frame) = core::mem::replace(&mut self.room, Err(ErrorKind::IN_PROGRESS)) {
                put(&mut frames.free, frame);
            }
            frames.refuse(self.id(), ErrorKind::UNEXPECTED_END);
        }
        self.have = 0;
        is_known
    }
}

impl Frames {
    fn refuse(&mut self, id: u16, why: ErrorKind) {
        put(&mut self.refusals, Refusal { id, why });
    }
}

/// What a request has come to so far.
enum Outcome<'a> {
    /// It can be answered.
    Answer(Reply<'a>),
    /// There is an event, which the consumer will answer.
    Event,
}

/// Opens a request, and decodes its event into a free item.
fn open<'a>(receiver: &Receiver, frame: &mut Frame, item: Option<&mut Item>, out: &'a mut [u8]) -> Outcome<'a> {
    let (id, refuse) = (frame.id, |kind| Outcome::Answer(Reply::failure(kind)));
    let Some((lines, body)) = frame.split() else { return refuse(ErrorKind::UNEXPECTED_END) };
    // Without `set_tolerance_ms` the receiver does not ask for the time of day.
    let json = match receiver.open(headers(lines), body, 0) {
        Ok(Delivery::Event(json)) => json,
        Ok(Delivery::Challenge(text)) => {
            return Reply::challenge(text, out).map_or_else(|error| refuse(error.kind), Outcome::Answer);
        }
        Err(error) => return refuse(error.kind),
    };
    let Some(item) = item else { return refuse(ErrorKind::IN_PROGRESS) };
    item.id = id;
    // With one bad field everything else is there, and the event is handled all the same.
    item.fault = decode(json, &mut item.envelope).err();
    let header = &item.envelope.header;
    // Without its type an event cannot be told, and without its id not from its repetition.
    let told = !header.event_type.is_empty() && !header.event_id.is_empty() && item.envelope.event != Event::None;
    match item.fault {
        Some(error) if !told || !error.kind.is_field() => refuse(error.kind),
        None if !told => refuse(ErrorKind::MISSING),
        _ => Outcome::Event,
    }
}

fn answer(port: &mut uart::Sender, id: u16, reply: Reply<'_>) {
    let mut digits = [0; 5];
    port.write(decimal(id, &mut digits));
    port.write(" ");
    port.write(decimal(reply.status, &mut digits));
    port.write(" ");
    port.write(reply.body);
    port.write("\n");
}

fn decimal(mut value: u16, digits: &mut [u8; 5]) -> &str {
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
        used += 1;
        if value == 0 {
            break;
        }
    }
    let digits = digits.get(digits.len() - used..).unwrap_or_default();
    core::str::from_utf8(digits).unwrap_or_default()
}

/// Acts on an event. Here it is only told to the debugger.
fn handle(item: &Item) {
    let header = &item.envelope.header;
    let details = match &item.envelope.event {
        Event::ProcessUpdated(event) => {
            [event.process_id.as_str(), event.status.get().and_then(|it| it.name()).unwrap_or("")]
        }
        Event::ProcessNodeUpdated(event) => [event.process_id.as_str(), event.process_node_id.as_str()],
        Event::JobChangeUpdated(event) => [event.job_change_id.as_str(), event.employment_id.as_str()],
        _ => [""; 2],
    };
    host::log("handled");
    for text in [header.event_type.as_str(), header.event_id.as_str()].into_iter().chain(details) {
        host::log(" ");
        log_from_outside(text);
    }
    host::log(if item.fault.is_some() { ", but for a field that could not be read\n" } else { "\n" });
}

/// A line is a line, whatever is in it.
fn log_from_outside(text: &str) {
    for part in text.split_inclusive(|c: char| !c.is_ascii_graphic()) {
        let plain = part.trim_end_matches(|c: char| !c.is_ascii_graphic());
        host::log(plain);
        host::log(if plain.len() < part.len() { "?" } else { "" });
    }
}

#[rtic::app(device = lm3s6965)]
mod app {
    use super::*;
    use cortex_m::peripheral::syst::SystClkSource;
    use lark_event::dedup::{Dedup, Slot, TTL_MS};
    use lm3s6965::Interrupt;

    #[shared]
    struct Shared {
        port: uart::Sender,
        dedup: Dedup<[Slot; REMEMBERED]>,
        now_ms: u64,
        frames: Frames,
        items: Items,
    }

    #[local]
    struct Local {
        intake: Intake,
        receiver: Receiver,
    }

    #[init(local = [
        frames: [Frame; FRAMES] = [Frame::EMPTY; FRAMES],
        items: [Item; EVENTS] = [const { Item::EMPTY }; EVENTS],
    ])]
    fn init(cx: init::Context) -> (Shared, Local) {
        let (input, port) = uart::start();
        let mut frames = Frames { port: input, free: Deque::new(), full: Deque::new(), refusals: Deque::new() };
        for frame in cx.local.frames {
            put(&mut frames.free, frame);
        }
        let mut items = Items { free: Deque::new(), full: Deque::new() };
        for item in cx.local.items {
            put(&mut items.free, item);
        }
        let mut timer = cx.core.SYST;
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(12_000 - 1); // a millisecond at 12 MHz
        timer.clear_current();
        timer.enable_counter();
        timer.enable_interrupt();
        // Should the secrets be unfit, it accepts nothing.
        let mut receiver = Receiver::insecure();
        let _ = receiver.set_credentials(SECRETS);
        let dedup = Dedup::new([Slot::EMPTY; REMEMBERED], TTL_MS);
        (Shared { port, dedup, now_ms: 0, frames, items }, Local { intake: Intake::EMPTY, receiver })
    }

    #[task(binds = SysTick, priority = 3, shared = [now_ms])]
    fn tick(mut cx: tick::Context) {
        cx.shared.now_ms.lock(|now_ms| *now_ms += 1);
    }

    #[task(binds = UART0, priority = 3, local = [intake], shared = [frames, now_ms])]
    fn receive(cx: receive::Context) {
        let intake = cx.local.intake;
        (cx.shared.frames, cx.shared.now_ms).lock(|frames, now_ms| {
            while !frames.refusals.is_full()
                && let Some(byte) = frames.port.read()
            {
                if intake.take(byte, *now_ms, frames) {
                    // An interrupt that nothing is connected to: its handler runs as soon as this one is done.
                    rtic::pend(Interrupt::SSI0);
                }
            }
            // Bytes that cannot be taken wait in the port, which lets the modem wait where RTS and CTS are connected.
            if frames.refusals.is_full() {
                frames.port.listen(false);
            }
        });
    }

    #[task(
        binds = SSI0, priority = 2,
        local = [receiver, out: [u8; 600] = [0; 600]],
        shared = [port, dedup, now_ms, frames, items]
    )]
    fn produce(mut cx: produce::Context) {
        loop {
            while let Some(refusal) = cx.shared.frames.lock(|frames| frames.refusals.pop_front()) {
                cx.shared.port.lock(|port| answer(port, refusal.id, Reply::failure(refusal.why)));
                cx.shared.frames.lock(|frames| frames.port.listen(true));
            }
            let Some(frame) = cx.shared.frames.lock(|frames| frames.full.pop_front()) else { break };
            let mut item = cx.shared.items.lock(|items| items.free.pop_front());
            let mut outcome = open(cx.local.receiver, frame, item.as_deref_mut(), cx.local.out);
            if let (Outcome::Event, Some(event)) = (&outcome, &item) {
                let now_ms = cx.shared.now_ms.lock(|now_ms| *now_ms);
                match cx.shared.dedup.lock(|dedup| dedup.begin(&event.envelope.header.event_id, now_ms)) {
                    Seen::New => {}
                    Seen::Duplicate => outcome = Outcome::Answer(Reply::SUCCESS),
                    Seen::InProgress => outcome = Outcome::Answer(Reply::failure(ErrorKind::IN_PROGRESS)),
                }
            }
            if let Some(item) = item {
                cx.shared.items.lock(|items| match outcome {
                    Outcome::Event => put(&mut items.full, item),
                    Outcome::Answer(_) => put(&mut items.free, item),
                });
            }
            if let Outcome::Answer(reply) = outcome {
                cx.shared.port.lock(|port| answer(port, frame.id, reply));
            }
            cx.shared.frames.lock(|frames| put(&mut frames.free, frame));
        }
    }

    #[idle(shared = [port, dedup, now_ms, items])]
    fn idle(mut cx: idle::Context) -> ! {
        host::log("ready\n"); // what the modem has sent before may be lost
        loop {
            let Some(item) = cx.shared.items.lock(|items| items.full.pop_front()) else {
                // With interrupts off, so that none comes between looking and sleeping; a pending one ends the sleep.
                cortex_m::interrupt::free(|_| {
                    if cx.shared.items.lock(|items| items.full.is_empty()) {
                        cortex_m::asm::wfi();
                    }
                });
                continue;
            };
            handle(item);
            let now_ms = cx.shared.now_ms.lock(|now_ms| *now_ms);
            // An event that could not be handled would be given up here (`abort`), and answered with 500.
            cx.shared.dedup.lock(|dedup| dedup.commit(&item.envelope.header.event_id, now_ms));
            // Free before it is answered: the modem's next event must find room.
            let id = item.id;
            cx.shared.items.lock(|items| put(&mut items.free, item));
            cx.shared.port.lock(|port| answer(port, id, Reply::SUCCESS));
        }
    }
}
