//! The connection over time: when to connect, to ask for a sign of life, to give up and to try again.

use super::{ClientConfig, Endpoint, EndpointCode, Frame, Method, Part, Reassembly, Taken, fatal_handshake};
use crate::error::{Error, ErrorKind};

/// How long finding out where to connect to and opening the WebSocket may take together: 30 s.
pub const CONNECT_TIMEOUT_MS: u64 = 30_000;
/// How long after a ping there must be a message, a pong or any other: 15 s.
pub const PONG_TIMEOUT_MS: u64 = 15_000;
/// The least room that [`Session::poll`] needs for a ping.
pub const PING_ROOM: usize = 64;

/// Who polls later than this has been busy elsewhere, and messages may have come meanwhile.
const AWAY_MS: u64 = 1_000;

/// A long connection, or one after the other: what to do when, without doing it.
///
/// The session opens no sockets and reads no clock. Its caller asks it what to do ([`Session::poll`]), does that, and tells
/// it what has come of it (the functions `handle_...`). `now_ms` is any clock that does not go back.
///
/// ```text
///             time to connect             handle_open              close
///     waiting ───────────────> connecting ───────────> open ─────────────────> closing
///        ↑                         │                     │                        │
///        ├── failed, 30 s over ────┤                     │                        │ all answered,
///        └── lost, no sign of life ┼─────────────────────┘                        │ or lost
///                                  │                                              ↓
///                                  └── refused for good, or given up ──────────> over
/// ```
///
/// An event that has been received is to be answered with [`Session::answer`] when it has been handled, at once or later;
/// the platform delivers it again if that does not happen within three seconds, and whenever the answer is that it could
/// not be handled. It delivers some events twice all the same: have a [`Dedup`](crate::dedup::Dedup).
///
/// All bytes zero is a session that is over.
#[repr(C)]
#[derive(Debug)]
pub struct Session<B, P> {
    reassembly: Reassembly<B, P>,
    config: ClientConfig,
    /// The number for pings.
    service: i32,
    /// [`OVER`], [`WAITING`], [`CONNECTING`], [`OPEN`] or [`CLOSING`].
    state: u32,
    /// Why it is over: [`CLOSED`], [`REFUSED`] or [`GAVE_UP`].
    end: u32,
    refusal: EndpointCode,
    /// How many connections there have been or have been tried.
    connection: u32,
    /// How many attempts in a row, or connections that never said anything, have failed.
    failures: u32,
    /// How many events of this connection have not been answered yet.
    unanswered: u32,
    /// Whether this connection has said anything.
    proven: u32,
    /// How many pongs have come.
    pongs: u32,
    last_pong_ms: u64,
    /// When to connect, or until when to be connected, or until when there must be a message.
    deadline_ms: u64,
    /// When to ask for a sign of life.
    ping_ms: u64,
    /// When the caller meant to come back.
    wake_ms: u64,
    /// Where the random numbers go on.
    seed: u64,
}

const OVER: u32 = 0;
const WAITING: u32 = 1;
const CONNECTING: u32 = 2;
const OPEN: u32 = 3;
const CLOSING: u32 = 4;

const CLOSED: u32 = 0;
const REFUSED: u32 = 1;
const GAVE_UP: u32 = 2;

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action<'b> {
    /// Ask where to connect to ([`ENDPOINT_PATH`](super::ENDPOINT_PATH)), tell the reply to [`Session::handle_endpoint`],
    /// open a WebSocket at its address, and call [`Session::handle_open`]. If anything of that fails, call
    /// [`Session::handle_refusal`] or [`Session::handle_disconnect`].
    Connect,
    /// Send this as a binary message.
    Send(&'b [u8]),
    /// Drop the connection, or the attempt at one, without waiting for the peer: it has been silent for too long.
    Disconnect,
    /// Nothing, until the clock says this, or a message or the end of the connection comes.
    Wait(u64),
    /// The session is over: close the WebSocket if there is one, and do not call again.
    End(End),
}

/// Why a session is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// [`Session::close`] was called, and all events have been answered.
    Closed,
    /// The platform has refused the connection, and will as long as nobody changes something.
    Refused(EndpointCode),
    /// As many attempts have failed in a row as the platform allows, [`ClientConfig::reconnect_count`].
    GaveUp,
}

/// What has come of a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Received<'s, 'm> {
    /// A whole event: its JSON, for [`decode`](crate::decode), and what to answer it with.
    Event(&'s [u8], Ack<'m>),
    /// A card or something unknown that is to be answered: with `false`, unless the caller knows what to do about it.
    Unhandled(Ack<'m>),
    /// Nothing to be handled or answered: a pong, part of an event, or one that comes while the session is closing.
    Nothing,
}

/// What it takes to answer an event: its last message. Who answers later keeps a copy of that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ack<'m> {
    /// The message as it came.
    pub message: &'m [u8],
    /// When it came.
    pub received_ms: u64,
    /// The number of the connection over which it came.
    pub connection: u32,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>, P: AsRef<[Part]> + AsMut<[Part]>> Session<B, P> {
    /// A session that connects at once. `bytes` and `parts` are for events that come in several messages, see
    /// [`Reassembly`]; `seed` is any number that other devices do not have too, and makes them connect at other times.
    pub fn new(bytes: B, parts: P, seed: u64) -> Self {
        Self {
            reassembly: Reassembly::new(bytes, parts),
            config: ClientConfig::DEFAULT,
            service: 0,
            state: WAITING,
            end: CLOSED,
            refusal: EndpointCode::OK,
            connection: 0,
            failures: 0,
            unanswered: 0,
            proven: 0,
            pongs: 0,
            last_pong_ms: 0,
            deadline_ms: 0,
            ping_ms: 0,
            wake_ms: 0,
            seed,
        }
    }

    /// What to do now. To be called again after everything that has been done, and after everything that has come.
    /// `out` needs [`PING_ROOM`] bytes.
    ///
    /// # Errors
    ///
    /// `BUFFER_FULL` if `out` is too small. Nothing is lost by that.
    pub fn poll<'b>(&mut self, now_ms: u64, out: &'b mut [u8]) -> Result<Action<'b>, Error> {
        // The end of the clock stands for never. Were it a time, all would be due again and again on a clock that has stopped
        // there, such as one that tells -1 for an error.
        let now_ms = now_ms.min(u64::MAX - 1);
        let is_due = now_ms >= self.deadline_ms;
        match self.state {
            WAITING if is_due => {
                self.state = CONNECTING;
                self.connection = self.connection.wrapping_add(1);
                self.deadline_ms = now_ms.saturating_add(CONNECT_TIMEOUT_MS);
                Ok(Action::Connect)
            }
            CONNECTING if is_due => Ok(self.drop_connection(now_ms)),
            WAITING | CONNECTING => Ok(self.wait(self.deadline_ms)),
            OPEN => self.poll_open(now_ms, out),
            CLOSING if self.unanswered > 0 => self.poll_open(now_ms, out),
            _ => {
                self.state = OVER;
                Ok(Action::End(self.end()))
            }
        }
    }

    fn poll_open<'b>(&mut self, now_ms: u64, out: &'b mut [u8]) -> Result<Action<'b>, Error> {
        if now_ms >= self.ping_ms {
            let ping = Frame::ping(self.service).write(out)?;
            self.ping_ms = now_ms.saturating_add(self.ping_interval_ms());
            self.deadline_ms = self.deadline_ms.min(now_ms.saturating_add(PONG_TIMEOUT_MS));
            return Ok(Action::Send(ping));
        }
        if now_ms >= self.deadline_ms {
            if now_ms < self.wake_ms.saturating_add(AWAY_MS) {
                return Ok(self.drop_connection(now_ms));
            }
            // What there is to be read now may well be the sign of life. The next time there is no excuse.
            self.wake_ms = u64::MAX;
            return Ok(Action::Wait(now_ms));
        }
        Ok(self.wait(self.ping_ms.min(self.deadline_ms)))
    }

    /// Takes the platform's reply to the question where to connect to, in the state that [`Endpoint::read`] has left it.
    /// If that has failed, or there was no reply with the HTTP status 200, call [`Session::handle_disconnect`].
    ///
    /// Returns whether there is an address to connect to.
    pub fn handle_endpoint(&mut self, endpoint: &Endpoint, now_ms: u64) -> bool {
        if self.state != CONNECTING {
            return false;
        }
        if endpoint.code.is_fatal() {
            self.refuse(endpoint.code);
        } else if endpoint.code != EndpointCode::OK {
            self.fail(now_ms);
        } else {
            self.config = endpoint.config;
            self.service = endpoint.service_id().unwrap_or(0);
        }
        self.state == CONNECTING
    }

    /// The WebSocket is open.
    pub fn handle_open(&mut self, now_ms: u64) {
        if self.state == CONNECTING {
            (self.state, self.unanswered, self.proven) = (OPEN, 0, 0);
            (self.ping_ms, self.deadline_ms, self.wake_ms) = (now_ms, u64::MAX, now_ms);
            self.reassembly.clear();
        }
    }

    /// The WebSocket was refused with these headers, as [`fatal_handshake`] takes them.
    pub fn handle_refusal(&mut self, status: Option<&str>, auth_error_code: Option<&str>, now_ms: u64) {
        if self.state != CONNECTING {
            return;
        }
        match fatal_handshake(status, auth_error_code) {
            Some(code) => self.refuse(code),
            None => self.fail(now_ms),
        }
    }

    /// The connection is lost, or could not be made. May be called after [`Action::Disconnect`] too.
    ///
    /// Events that were not answered will be delivered again.
    pub fn handle_disconnect(&mut self, now_ms: u64) {
        match self.state {
            OPEN if self.proven != 0 => {
                self.failures = 1;
                // So many clients may have lost the platform that all of them at once would bring it down again.
                let nonce_ms = u64::from(self.config.reconnect_nonce_s.max(1)) * 1000;
                self.retry(now_ms, 0, nonce_ms);
            }
            OPEN | CONNECTING => self.fail(now_ms),
            CLOSING => self.finish(CLOSED),
            _ => {}
        }
    }

    /// Takes a binary message that has come over the WebSocket. (Text messages are none of the platform's.)
    ///
    /// # Errors
    ///
    /// The message was of no use. The connection goes on, and there is nothing to be answered; what the platform does not
    /// get an answer to, it delivers again.
    ///
    /// * `FRAME`, `FRAME_FIELD`: see [`Frame::read`].
    /// * `PART`, `PARTS_FULL`: see [`Reassembly::take`]; `PART` also for headers `sum` and `seq` that are no numbers, and
    ///   for a part without `message_id`.
    /// * Kinds 1 to 99 and `TYPE`: a configuration that is no JSON object. The one before goes on to hold.
    pub fn handle_message<'s, 'm: 's>(&'s mut self, message: &'m [u8], now_ms: u64) -> Result<Received<'s, 'm>, Error> {
        if !matches!(self.state, OPEN | CLOSING) {
            return Ok(Received::Nothing);
        }
        // Whatever it is, somebody is there.
        self.deadline_ms = u64::MAX;
        let frame = Frame::read(message)?;
        self.proven = 1;
        let about = About::of(&frame);
        match frame.method {
            Method::CONTROL if about.kind == Some("pong") => self.take_pong(about.payload, now_ms)?,
            Method::DATA if self.state == OPEN => {
                let ack = Ack { message, received_ms: now_ms, connection: self.connection };
                return self.take_data(&about, ack);
            }
            _ => {}
        }
        Ok(Received::Nothing)
    }

    fn take_pong(&mut self, config: &[u8], now_ms: u64) -> Result<(), Error> {
        (self.pongs, self.last_pong_ms) = (self.pongs.saturating_add(1), now_ms);
        self.config.update(config)?;
        self.ping_ms = self.ping_ms.min(now_ms.saturating_add(self.ping_interval_ms()));
        Ok(())
    }

    fn take_data<'s, 'm: 's>(&'s mut self, about: &About<'m>, ack: Ack<'m>) -> Result<Received<'s, 'm>, Error> {
        if about.kind != Some("event") {
            self.unanswered = self.unanswered.saturating_add(1);
            return Ok(Received::Unhandled(ack));
        }
        // What is no number is out of range.
        let (sum, seq) = (number(about.sum, 1, 0), number(about.seq, 0, u32::MAX));
        let message_id = about.message_id.unwrap_or_default();
        if seq >= sum || (sum > 1 && message_id.is_empty()) {
            return Err(Error { found: seq, limit: sum, ..Error::of_call(ErrorKind::PART) });
        }
        let mut json = about.payload;
        if sum > 1 {
            let taken = self.reassembly.take(message_id, sum, seq, json, ack.received_ms)?;
            let Taken::Whole(whole) = taken else { return Ok(Received::Nothing) };
            json = whole;
        }
        self.unanswered = self.unanswered.saturating_add(1);
        Ok(Received::Event(json, ack))
    }

    /// Writes the answer to an event to the front of `out`, and returns it, to be sent as a binary message; `None` if the
    /// connection is lost over which the event came. The platform delivers it again then.
    ///
    /// `handled` says that the event needs no other delivery. Each event is to be answered once: a second answer would
    /// count for another event, and while one is owed, a session that is closing does not end.
    ///
    /// # Errors
    ///
    /// `BUFFER_FULL` if `out` is too small: [`ANSWER_ROOM`](super::ANSWER_ROOM) bytes more than the message are enough. The
    /// answer is still owed.
    pub fn answer<'b>(
        &mut self,
        ack: &Ack<'_>,
        handled: bool,
        now_ms: u64,
        out: &'b mut [u8],
    ) -> Result<Option<&'b [u8]>, Error> {
        if !matches!(self.state, OPEN | CLOSING) || ack.connection != self.connection {
            return Ok(None);
        }
        let answer = Frame::read(ack.message)?.write_ack(handled, now_ms.saturating_sub(ack.received_ms), out)?;
        self.unanswered = self.unanswered.saturating_sub(1);
        Ok(Some(answer))
    }

    /// Ends the session when all events that have been received are answered; what comes from now on is left to the
    /// platform to be delivered again. Without a connection it is over at once.
    pub fn close(&mut self) {
        match self.state {
            OPEN => self.state = CLOSING,
            WAITING | CONNECTING => self.finish(CLOSED),
            _ => {}
        }
    }

    /// What holds now: the last that the platform has said.
    pub fn config(&self) -> &ClientConfig {
        &self.config
    }

    /// What holds until the platform says something else, which it does with the address to connect to.
    pub fn set_config(&mut self, config: ClientConfig) {
        self.config = config;
    }

    /// How often the caller was told to connect.
    pub fn connections(&self) -> u32 {
        self.connection
    }

    /// How many events have come over this connection that have not been answered yet.
    pub fn unanswered(&self) -> u32 {
        self.unanswered
    }

    /// When the last pong came, if any has.
    pub fn last_pong_ms(&self) -> Option<u64> {
        (self.pongs > 0).then_some(self.last_pong_ms)
    }

    fn ping_interval_ms(&self) -> u64 {
        u64::from(self.config.ping_interval_s.max(1)) * 1000
    }

    fn wait<'b>(&mut self, until_ms: u64) -> Action<'b> {
        self.wake_ms = until_ms;
        Action::Wait(until_ms)
    }

    fn drop_connection<'b>(&mut self, now_ms: u64) -> Action<'b> {
        self.handle_disconnect(now_ms);
        Action::Disconnect
    }

    /// An attempt has failed: the pause before the next one is twice as long as the last, up to what the platform says.
    fn fail(&mut self, now_ms: u64) {
        let longest_ms = u64::from(self.config.reconnect_interval_s.max(1)) * 1000;
        let pause_ms = (1000 << self.failures.min(20)).min(longest_ms);
        self.failures = self.failures.saturating_add(1);
        self.retry(now_ms, pause_ms / 2, pause_ms / 2);
    }

    /// Connects again after a pause of `least_ms`, and a random time below `more_ms`.
    fn retry(&mut self, now_ms: u64, least_ms: u64, more_ms: u64) {
        let limit = u32::try_from(self.config.reconnect_count).unwrap_or(u32::MAX);
        if self.failures > limit {
            self.finish(GAVE_UP);
            return;
        }
        let mut random = fastrand::Rng::with_seed(self.seed);
        // Below `more_ms`, with 32 bits of fraction cut off: no range is that long.
        let more_ms = u64::from(random.u32(..)).wrapping_mul(more_ms) >> 32;
        self.seed = random.get_seed();
        self.state = WAITING;
        self.deadline_ms = now_ms.saturating_add(least_ms).saturating_add(more_ms);
    }

    fn refuse(&mut self, code: EndpointCode) {
        self.refusal = code;
        self.finish(REFUSED);
    }

    fn finish(&mut self, end: u32) {
        (self.state, self.end) = (OVER, end);
    }

    fn end(&self) -> End {
        match self.end {
            REFUSED => End::Refused(self.refusal),
            GAVE_UP => End::GaveUp,
            _ => End::Closed,
        }
    }
}

/// What the session wants to know of a frame.
struct About<'m> {
    kind: Option<&'m str>,
    message_id: Option<&'m str>,
    sum: Option<&'m str>,
    seq: Option<&'m str>,
    payload: &'m [u8],
}

impl<'m> About<'m> {
    /// Looks at each header once; of those with one key the first counts.
    fn of(frame: &Frame<'m>) -> Self {
        let payload = frame.payload.unwrap_or_default();
        let mut about = Self { kind: None, message_id: None, sum: None, seq: None, payload };
        for (key, value) in frame.headers.iter() {
            let place = match key {
                "type" => &mut about.kind,
                "message_id" => &mut about.message_id,
                "sum" => &mut about.sum,
                "seq" => &mut about.seq,
                _ => continue,
            };
            place.get_or_insert(value);
        }
        about
    }
}

/// The number in a header, `absent` where there is none.
fn number(header: Option<&str>, absent: u32, wrong: u32) -> u32 {
    match header {
        None | Some("") => absent,
        Some(text) => text.parse().unwrap_or(wrong),
    }
}
