//! Decodes what the host sends, and answers with what it has cost. `tests/firmware/run.py` measures the size of this image.

#![no_std]
#![no_main]

use cortex_m::{Peripherals, singleton};
use cortex_m_rt::entry;
use lark_event::Envelope;
#[cfg(feature = "connection")]
use lark_event::connection::Part;
#[cfg(feature = "webhook")]
use lark_event::webhook::Receiver;
#[cfg(feature = "connection")]
use lark_event_firmware::connection::{self, Connection};
#[cfg(feature = "webhook")]
use lark_event_firmware::request::Request;
use lark_event_firmware::{
    host::{self, File},
    kind,
    measure::{Cost, Meter},
};

/// Rounds of a loop that tell what its instructions cost.
const ROUNDS: [u32; 2] = [1_000, 101_000];

#[entry]
fn main() -> ! {
    let (Some(peripherals), Some(envelope), Some(body)) =
        (Peripherals::take(), singleton!(: Envelope = Envelope::EMPTY), singleton!(: [u8; 20 * 1024] = [0; 20 * 1024]))
    else {
        host::unreadable()
    };
    let (mut requests, mut results) = (File::open(c"requests.bin"), File::create(c"results.bin"));
    let mut meter = Meter::new(peripherals.SYST);
    let [few, many] = ROUNDS.map(|rounds| meter.ticks(rounds));
    report(&mut results, &ROUNDS);
    #[cfg(not(feature = "connection"))]
    let buffers = size_of_val(body);
    #[cfg(feature = "connection")]
    let buffers = size_of_val(body) + connection::ROOM;
    report(&mut results, &[few, many, size_of::<Envelope>() as u32, buffers as u32]);
    #[cfg(feature = "webhook")]
    let Some(receiver) = singleton!(: Receiver = Receiver::insecure()) else { host::fail("main is called again") };
    #[cfg(feature = "connection")]
    let connection = connect();
    while let Some(what) = requests.number() {
        match what {
            host::DECODE => {
                let (kind, cost) = decode(&mut requests, &mut meter, body, envelope);
                report(&mut results, &[kind, envelope.event.tag(), cost.stack, cost.ticks]);
            }
            #[cfg(feature = "webhook")]
            host::OPEN => {
                let (kind, cost) = open(&mut requests, &mut meter, body, receiver);
                report(&mut results, &[kind, 0, cost.stack, cost.ticks]);
            }
            #[cfg(feature = "connection")]
            host::CONNECT => {
                let it = connection.connect(&mut requests, &mut meter, body);
                report(&mut results, &[it.kind, it.tag, it.cost.stack, it.cost.ticks]);
            }
            #[cfg(feature = "connection")]
            host::MESSAGE => {
                let it = connection.take(&mut requests, &mut meter, body, envelope);
                report(&mut results, &[it.kind, it.tag, it.cost.stack, it.cost.ticks]);
            }
            _ => host::unreadable(),
        }
    }
    #[cfg(feature = "connection")]
    connection.close();
    host::exit(0)
}

/// A connection, with its memory.
#[cfg(feature = "connection")]
fn connect() -> &'static mut Connection {
    let (Some(bytes), Some(parts)) = (
        singleton!(: [u8; connection::ROOM] = [0; connection::ROOM]),
        singleton!(: [Part; connection::PARTS] = [Part::EMPTY; connection::PARTS]),
    ) else {
        host::fail("main is called again")
    };
    let Some(connection) = singleton!(: Connection = Connection::new(bytes, parts)) else {
        host::fail("main is called again")
    };
    connection
}

fn report(results: &mut File, numbers: &[u32]) {
    for number in numbers {
        results.write(&number.to_le_bytes());
    }
}

fn decode(requests: &mut File, meter: &mut Meter, body: &mut [u8], envelope: &mut Envelope) -> (u32, Cost) {
    let mut room = &mut *body;
    let event_type = requests.text(&mut room);
    let Some(body) = requests.part(&mut room) else { host::unreadable() };
    let (result, cost) = meter.run(|| lark_event_firmware::decode(body, event_type, envelope));
    (kind(result), cost)
}

#[cfg(feature = "webhook")]
fn open(requests: &mut File, meter: &mut Meter, body: &mut [u8], receiver: &mut Receiver) -> (u32, Cost) {
    let mut room = &mut *body;
    let request = Request::read(requests, &mut room, receiver);
    let Some(body) = requests.part(&mut room) else { host::unreadable() };
    let (result, cost) = meter.run(|| receiver.open(request.headers(), body, request.now_ms));
    (kind(result.map(drop)), cost)
}
