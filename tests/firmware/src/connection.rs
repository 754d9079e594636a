//! The long connection, with the host as the platform.

use crate::{
    decode,
    host::{self, File},
    kind,
    measure::{Cost, Meter},
};
use lark_event::{
    Envelope, Error,
    connection::{Ack, Action, End, Endpoint, Part, Received, Session, write_request},
};

/// Room for the parts of events.
pub const ROOM: usize = 20 * 1024;
/// How many parts there may be.
pub const PARTS: usize = 32;
/// Room for what is sent.
pub const SENT: usize = 1024;

/// A session, and where what it sends goes to.
pub struct Connection {
    session: Session<&'static mut [u8], &'static mut [Part]>,
    endpoint: Endpoint,
    out: [u8; SENT],
    sent: File,
}

/// What has come of a message: the kind of the error, the tag of the event, and what the session has taken.
#[derive(Default)]
pub struct Outcome {
    /// 0 if there was no error.
    pub kind: u32,
    /// 0 if there was no event.
    pub tag: u32,
    /// Of the stack the most that a call has taken, of the ticks those for taking the message and for answering it.
    pub cost: Cost,
}

impl Connection {
    /// A session that is to connect.
    pub fn new(bytes: &'static mut [u8], parts: &'static mut [Part]) -> Self {
        let session = Session::new(bytes, parts, 0x5EED);
        Self { session, endpoint: Endpoint::EMPTY, out: [0; SENT], sent: File::create(c"sent.bin") }
    }

    /// Loses the connection, if there is one, and tries to connect: the host says what the platform replies, and with which
    /// headers it refuses the handshake.
    pub fn connect(&mut self, requests: &mut File, meter: &mut Meter, mut room: &mut [u8]) -> Outcome {
        let now_ms = requests.long();
        let Some(reply) = requests.part(&mut room) else { host::unreadable() };
        let (status, code) = (requests.text(&mut room), requests.text(&mut room));
        let (result, cost) = meter.run(|| self.reconnect(reply, status, code, now_ms));
        Outcome { kind: kind(result), tag: 0, cost }
    }

    fn reconnect(&mut self, reply: &[u8], status: Option<&str>, code: Option<&str>, now_ms: u64) -> Result<(), Error> {
        self.session.handle_disconnect(now_ms);
        if self.session.poll(now_ms, &mut self.out)? != Action::Connect {
            host::fail("the session does not connect")
        }
        self.sent.write(write_request("cli_9f5343c580712544", "secret", &mut self.out)?.as_bytes());
        let read = self.endpoint.read(reply);
        if read.is_err() {
            self.session.handle_disconnect(now_ms);
        } else if self.session.handle_endpoint(&self.endpoint, now_ms) {
            match status {
                Some(_) => self.session.handle_refusal(status, code, now_ms),
                None => self.session.handle_open(now_ms),
            }
        }
        self.poll(now_ms).and(read)
    }

    fn poll(&mut self, now_ms: u64) -> Result<(), Error> {
        if let Action::Send(message) = self.session.poll(now_ms, &mut self.out)? {
            self.sent.write(message);
        }
        Ok(())
    }

    /// Takes a message, decodes the event in it, and answers.
    pub fn take(
        &mut self,
        requests: &mut File,
        meter: &mut Meter,
        mut room: &mut [u8],
        envelope: &mut Envelope,
    ) -> Outcome {
        let (received_ms, answered_ms) = (requests.long(), requests.long());
        let event_type = requests.text(&mut room);
        let Some(message) = requests.part(&mut room) else { host::unreadable() };
        let mut outcome = Outcome::default();
        let (received, cost) = meter.run(|| self.session.handle_message(message, received_ms));
        outcome.cost = cost;
        match received {
            Ok(Received::Event(json, ack)) => {
                outcome.kind = kind(decode(json, event_type, envelope));
                outcome.tag = envelope.event.tag();
                self.answer(&ack, outcome.kind == 0, answered_ms, meter, &mut outcome.cost);
            }
            Ok(Received::Unhandled(ack)) => self.answer(&ack, false, answered_ms, meter, &mut outcome.cost),
            Ok(Received::Nothing) => {}
            Err(error) => outcome.kind = kind(Err(error)),
        }
        let (polled, cost) = meter.run(|| self.poll(answered_ms));
        if polled.is_err() {
            host::fail("there is no room for a ping")
        }
        outcome.cost.stack = outcome.cost.stack.max(cost.stack);
        outcome
    }

    fn answer(&mut self, ack: &Ack<'_>, handled: bool, now_ms: u64, meter: &mut Meter, total: &mut Cost) {
        let (answer, cost) = meter.run(|| self.session.answer(ack, handled, now_ms, &mut self.out));
        let Ok(Some(answer)) = answer else { host::fail("an event is not answered") };
        self.sent.write(answer);
        *total = Cost { stack: total.stack.max(cost.stack), ticks: total.ticks.wrapping_add(cost.ticks) };
    }

    /// Ends the session, in which all events have been answered.
    pub fn close(&mut self) {
        self.session.close();
        if self.session.poll(0, &mut self.out) != Ok(Action::End(End::Closed)) {
            host::fail("the session does not end")
        }
    }
}
