//! Decodes what the host sends, and answers with what it has cost. `tests/firmware/run.py` measures the size of this image.

#![no_std]
#![no_main]

use cortex_m::{Peripherals, singleton};
use cortex_m_rt::entry;
#[cfg(feature = "webhook")]
use lark_event::webhook::Receiver;
use lark_event::{Envelope, Error};
#[cfg(feature = "webhook")]
use lark_event_firmware::request::Request;
use lark_event_firmware::{
    host::{self, File},
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
    report(&mut results, &[few, many, size_of::<Envelope>() as u32, size_of_val(body) as u32]);
    #[cfg(feature = "webhook")]
    let Some(receiver) = singleton!(: Receiver = Receiver::insecure()) else { host::fail("main is called again") };
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
            _ => host::unreadable(),
        }
    }
    host::exit(0)
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
    let (result, cost) = meter.run(|| match event_type {
        Some(event_type) => lark_event::decode_as(body, event_type, envelope),
        None => lark_event::decode(body, envelope),
    });
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

fn kind(result: Result<(), Error>) -> u32 {
    result.map_or_else(|error| error.kind.0 as u32, |()| 0)
}
