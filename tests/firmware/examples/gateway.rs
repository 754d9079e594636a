//! A gateway: a modem hands over the requests that reach a webhook, and the gateway acts on the events in them.
//!
//! Three levels, from the most to the least urgent:
//!
//! * `receive`, the interrupt of the serial port, moves bytes into a frame and does nothing else;
//! * `produce` opens the request in a frame, and decodes the event straight into a free envelope;
//! * `idle` consumes: it handles the events one after the other, and answers for each when it is done.
//!
//! All memory is static. Frames and envelopes go round in queues of references, so nothing of 10 KB is ever copied, and
//! a queue that has no free one left is answered with 503: the platform delivers the event again.
//!
//! The modem sends a request as its number and length, two bytes each, high byte first, and then as many bytes: lines of
//! headers (`Name: value`), an empty line, the body. The answer is a line: number, HTTP status, body.

#![no_std]
#![no_main]

use heapless::spsc::Queue;
use lark_event::dedup::Seen;
use lark_event::webhook::{Credentials, Delivery, Receiver, Reply};
use lark_event::{Envelope, Error, ErrorKind, Event, decode};
use lark_event_firmware::{host::File, uart};

/// The app's secrets, which a product keeps in a protected part of its flash.
const SECRETS: Credentials<'_> = Credentials { encrypt_key: Some("test key"), verification_token: Some("tok") };

/// Frames between the interrupt and the producer, and what one holds. The largest event has 9 KB, which become 12 when
/// they are encrypted.
const FRAMES: usize = 2;
const FRAME_BYTES: usize = 12 * 1024;
/// Events between producer and consumer.
const EVENTS: usize = 3;
/// Events that are remembered, lest one that is delivered twice be handled twice. As many as come in 12 hours.
const REMEMBERED: usize = 64;
/// Requests that wait for their refusal.
const REFUSALS: usize = 8;

/// A request as the modem sends it.
pub struct Frame {
    number: u16,
    len: usize,
    bytes: [u8; FRAME_BYTES],
}

impl Frame {
    const EMPTY: Self = Self { number: 0, len: 0, bytes: [0; FRAME_BYTES] };

    /// The lines of the headers, and the body.
    fn split(&mut self) -> Option<(&[u8], &mut [u8])> {
        let request = self.bytes.get_mut(..self.len)?;
        let end = if request.starts_with(b"\n") { 0 } else { request.windows(2).position(|two| two == b"\n\n")? + 1 };
        let (headers, body) = request.split_at_mut_checked(end + 1)?;
        Some((headers, body))
    }
}

/// The headers in their lines. Lines without a colon are none.
fn headers(lines: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let (name, value) = line.split_at_checked(line.iter().position(|byte| *byte == b':')?)?;
        Some((name, value.get(1..)?.trim_ascii()))
    })
}

/// An event on its way to the consumer.
pub struct Item {
    request: u16,
    envelope: Envelope,
    /// What was wrong with a single field.
    fault: Option<Error>,
}

impl Item {
    const EMPTY: Self = Self { request: 0, envelope: Envelope::EMPTY, fault: None };
}

/// A request that there was no room for.
pub struct Refusal {
    request: u16,
    why: ErrorKind,
}

type FrameRef = &'static mut Frame;
type ItemRef = &'static mut Item;
// A queue holds one less than its number.
type FrameQueue = Queue<FrameRef, { FRAMES + 1 }>;
type ItemQueue = Queue<ItemRef, { EVENTS + 1 }>;
type RefusalQueue = Queue<Refusal, { REFUSALS + 1 }>;

/// What interrupt and producer hand to each other.
pub struct Frames {
    free: FrameQueue,
    full: FrameQueue,
    refusals: RefusalQueue,
}

/// What producer and consumer hand to each other.
pub struct Items {
    free: ItemQueue,
    full: ItemQueue,
}

/// What the interrupt of the serial port works with.
pub struct Intake {
    port: uart::Receiver,
    /// Number and length of the request that is coming in.
    head: [u8; 4],
    head_len: usize,
    frame: Option<FrameRef>,
    /// Bytes of it that are still to come.
    left: usize,
}

impl Intake {
    /// Takes a byte; `true` if something is complete.
    fn take(&mut self, byte: u8, frames: &mut Frames) -> bool {
        if let Some(place) = self.head.get_mut(self.head_len) {
            *place = byte;
            self.head_len += 1;
            return self.head_len == self.head.len() && self.begin(frames);
        }
        if let Some(frame) = &mut self.frame
            && let Some(place) = frame.bytes.get_mut(frame.len)
        {
            *place = byte;
            frame.len += 1;
        }
        self.left = self.left.saturating_sub(1);
        self.left == 0 && self.finish(frames)
    }

    /// Finds room for the request whose head is there. Where there is none, its bytes are passed over.
    fn begin(&mut self, frames: &mut Frames) -> bool {
        let [a, b, c, d] = self.head;
        let (number, len) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
        self.left = len;
        let room = if len > FRAME_BYTES {
            Err(ErrorKind::TOO_LARGE)
        } else {
            frames.free.dequeue().ok_or(ErrorKind::IN_PROGRESS)
        };
        match room {
            Ok(frame) => {
                (frame.number, frame.len) = (number, 0);
                self.frame = Some(frame);
            }
            // Should even this queue be full, the modem hears nothing and answers for itself that it took too long.
            Err(why) => drop(frames.refusals.enqueue(Refusal { request: number, why })),
        }
        len == 0 && self.finish(frames)
    }

    fn finish(&mut self, frames: &mut Frames) -> bool {
        self.head_len = 0;
        if let Some(frame) = self.frame.take() {
            // There is room for all the frames that there are.
            let _ = frames.full.enqueue(frame);
        }
        true
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
    let number = frame.number;
    let refuse = |kind| Outcome::Answer(Reply::failure(kind));
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
    item.request = number;
    // A fault of a single field is no reason to do without the others.
    item.fault = decode(json, &mut item.envelope).err();
    match item.fault {
        Some(error) if !error.kind.is_field() => refuse(error.kind),
        _ => Outcome::Event,
    }
}

fn answer(port: &mut uart::Sender, request: u16, reply: Reply<'_>) {
    let mut digits = [0; 5];
    port.write(decimal(request, &mut digits));
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
fn handle(item: &Item, log: &mut File) {
    let header = &item.envelope.header;
    let details = match &item.envelope.event {
        Event::ProcessUpdated(event) => {
            [event.process_id.as_str(), event.status.get().and_then(|it| it.name()).unwrap_or("")]
        }
        Event::ProcessNodeUpdated(event) => [event.process_id.as_str(), event.process_node_id.as_str()],
        Event::JobChangeUpdated(event) => [event.job_change_id.as_str(), event.employment_id.as_str()],
        _ => [""; 2],
    };
    for part in
        ["handled ", header.event_type.as_str(), " ", header.event_id.as_str(), " ", details[0], " ", details[1], "\n"]
    {
        log.write(part.as_bytes());
    }
    if item.fault.is_some() {
        log.write(b"a field of it could not be read\n");
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
        let mut frames = Frames { free: Queue::new(), full: Queue::new(), refusals: Queue::new() };
        for frame in cx.local.frames {
            let _ = frames.free.enqueue(frame);
        }
        let mut items = Items { free: Queue::new(), full: Queue::new() };
        for item in cx.local.items {
            let _ = items.free.enqueue(item);
        }
        let mut timer = cx.core.SYST;
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(12_500); // a millisecond at 12.5 MHz
        timer.clear_current();
        timer.enable_counter();
        timer.enable_interrupt();
        // Should the secrets be unfit, it accepts nothing.
        let mut receiver = Receiver::insecure();
        let _ = receiver.set_credentials(SECRETS);
        let (input, port) = uart::start();
        let intake = Intake { port: input, head: [0; 4], head_len: 0, frame: None, left: 0 };
        let dedup = Dedup::new([Slot::EMPTY; REMEMBERED], TTL_MS);
        (Shared { port, dedup, now_ms: 0, frames, items }, Local { intake, receiver })
    }

    #[task(binds = SysTick, priority = 3, shared = [now_ms])]
    fn tick(mut cx: tick::Context) {
        cx.shared.now_ms.lock(|now_ms| *now_ms += 1);
    }

    #[task(binds = UART0, priority = 3, local = [intake], shared = [frames])]
    fn receive(mut cx: receive::Context) {
        let intake = cx.local.intake;
        while let Some(byte) = intake.port.read() {
            if cx.shared.frames.lock(|frames| intake.take(byte, frames)) {
                // An interrupt that nothing is connected to: its handler runs as soon as this one is done.
                rtic::pend(Interrupt::SSI0);
            }
        }
    }

    #[task(
        binds = SSI0, priority = 2,
        local = [receiver, out: [u8; 600] = [0; 600]],
        shared = [port, dedup, now_ms, frames, items]
    )]
    fn produce(mut cx: produce::Context) {
        while let Some(refusal) = cx.shared.frames.lock(|frames| frames.refusals.dequeue()) {
            cx.shared.port.lock(|port| answer(port, refusal.request, Reply::failure(refusal.why)));
        }
        while let Some(frame) = cx.shared.frames.lock(|frames| frames.full.dequeue()) {
            let mut item = cx.shared.items.lock(|items| items.free.dequeue());
            let mut outcome = open(cx.local.receiver, frame, item.as_deref_mut(), cx.local.out);
            if let (Outcome::Event, Some(event)) = (&outcome, &item) {
                let now_ms = cx.shared.now_ms.lock(|now_ms| *now_ms);
                match cx.shared.dedup.lock(|dedup| dedup.begin(&event.envelope.header.event_id, now_ms)) {
                    Seen::New => {}
                    Seen::Duplicate => outcome = Outcome::Answer(Reply::SUCCESS),
                    Seen::InProgress => outcome = Outcome::Answer(Reply::failure(ErrorKind::IN_PROGRESS)),
                }
            }
            // There is room in the queues for all the items and frames that there are.
            cx.shared.items.lock(|items| {
                let queue = if let Outcome::Event = outcome { &mut items.full } else { &mut items.free };
                item.map(|item| queue.enqueue(item))
            });
            if let Outcome::Answer(reply) = outcome {
                cx.shared.port.lock(|port| answer(port, frame.number, reply));
            }
            cx.shared.frames.lock(|frames| drop(frames.free.enqueue(frame)));
        }
    }

    #[idle(shared = [port, dedup, now_ms, items])]
    fn idle(mut cx: idle::Context) -> ! {
        let mut log = File::stdout();
        loop {
            let Some(item) = cx.shared.items.lock(|items| items.full.dequeue()) else {
                // With interrupts off, so that none comes between looking and sleeping; a pending one ends the sleep.
                cortex_m::interrupt::free(|_| {
                    if cx.shared.items.lock(|items| items.full.is_empty()) {
                        cortex_m::asm::wfi();
                    }
                });
                continue;
            };
            handle(item, &mut log);
            let now_ms = cx.shared.now_ms.lock(|now_ms| *now_ms);
            // An event that could not be handled would be given up here (`abort`), and answered with 500.
            cx.shared.dedup.lock(|dedup| dedup.commit(&item.envelope.header.event_id, now_ms));
            cx.shared.port.lock(|port| answer(port, item.request, Reply::SUCCESS));
            cx.shared.items.lock(|items| drop(items.free.enqueue(item)));
        }
    }
}
