//! A session and a platform, joined by a network that loses, repeats, reorders and corrupts messages, for hours that pass in
//! milliseconds.

use crate::{Random, pbbp2, session};
use lark_event::connection::{ANSWER_ROOM, Action, Part, Received, Session};
use lark_event::dedup::{Dedup, Seen, Slot, TTL_MS};
use prost::Message;
use std::collections::{BTreeMap, BTreeSet};

const HOUR_MS: u64 = 60 * 60 * 1000;
/// The platform waits so long for an answer, and delivers again after such pauses.
const ANSWER_MS: u64 = 3_000;
const PAUSES_MS: [u64; 4] = [15_000, 5 * 60_000, HOUR_MS, 6 * HOUR_MS];
/// With this many attempts none is given up here: what is to be seen is what a session does about losses.
const PATIENCE_MS: u64 = 15_000;

/// How many of a thousand messages meet with what.
#[derive(Clone, Copy)]
struct Faults {
    lost: u64,
    repeated: u64,
    delayed: u64,
    corrupt: u64,
    /// The connection is cut instead.
    cut: u64,
    /// The peer says nothing any more, without the connection's being cut.
    silent: u64,
    /// Of a thousand attempts to connect.
    refused: u64,
}

const CALM: Faults = Faults { lost: 0, repeated: 0, delayed: 0, corrupt: 0, cut: 0, silent: 0, refused: 0 };
const ROUGH: Faults = Faults { lost: 10, repeated: 50, delayed: 200, corrupt: 30, cut: 3, silent: 1, refused: 300 };

/// The messages on their way, in the order in which they arrive.
struct Network {
    faults: Faults,
    random: Random,
    on_the_way: BTreeMap<(u64, u64), Vec<u8>>,
    count: u64,
    is_cut: bool,
    is_silent: bool,
}

impl Network {
    fn new(seed: u64) -> Self {
        let random = Random(seed);
        Self { faults: CALM, random, on_the_way: BTreeMap::new(), count: 0, is_cut: true, is_silent: false }
    }

    fn meets(&mut self, of_a_thousand: u64) -> bool {
        self.random.below(1000) < of_a_thousand
    }

    fn send(&mut self, mut message: Vec<u8>, now_ms: u64) {
        self.is_cut |= self.meets(self.faults.cut);
        self.is_silent |= self.meets(self.faults.silent);
        if self.meets(self.faults.lost) || self.is_silent {
            return;
        }
        if self.meets(self.faults.corrupt) {
            let at = self.random.below(message.len() as u64) as usize;
            message[at] ^= 1 << self.random.below(8);
        }
        for _ in 0..=u64::from(self.meets(self.faults.repeated)) {
            let delay_ms = 20 + if self.meets(self.faults.delayed) { self.random.below(2_000) } else { 0 };
            self.count += 1;
            self.on_the_way.insert((now_ms + delay_ms, self.count), message.clone());
        }
    }

    fn arrived(&mut self, now_ms: u64) -> Option<Vec<u8>> {
        let first = self.on_the_way.first_entry()?;
        (first.key().0 <= now_ms).then(|| first.remove())
    }

    fn next_ms(&self) -> u64 {
        self.on_the_way.keys().next().map_or(u64::MAX, |(at_ms, _)| *at_ms)
    }
}

/// The platform's side.
struct Platform {
    random: Random,
    /// How often what has not been accepted was delivered, and when it is to be delivered next.
    attempts: BTreeMap<u64, usize>,
    due: BTreeMap<u64, u64>,
    queue: BTreeSet<(u64, u64)>,
    accepted: BTreeSet<u64>,
    seq_id: u64,
    pings: u64,
    config: &'static str,
    /// Whether a delivery is given up after those of the schedule.
    gives_up: bool,
    given_up: u64,
}

impl Platform {
    fn new(seed: u64) -> Self {
        Self {
            random: Random(seed),
            attempts: BTreeMap::new(),
            due: BTreeMap::new(),
            queue: BTreeSet::new(),
            accepted: BTreeSet::new(),
            seq_id: 0,
            pings: 0,
            config: r#"{"PingInterval":30,"ReconnectInterval":10,"ReconnectNonce":5}"#,
            gives_up: false,
            given_up: 0,
        }
    }

    /// Has an event delivered, or delivered again, at that time.
    fn schedule(&mut self, id: u64, due_ms: u64) {
        self.attempts.entry(id).or_default();
        if let Some(was_ms) = self.due.insert(id, due_ms) {
            self.queue.remove(&(was_ms, id));
        }
        self.queue.insert((due_ms, id));
    }

    fn forget(&mut self, id: u64) -> bool {
        let known = self.due.remove(&id).is_some_and(|due_ms| self.queue.remove(&(due_ms, id)));
        known && self.attempts.remove(&id).is_some()
    }

    fn next_ms(&self) -> u64 {
        self.queue.first().map_or(u64::MAX, |(due_ms, _)| *due_ms)
    }

    /// What is due, as messages.
    fn deliver(&mut self, now_ms: u64) -> Vec<Vec<u8>> {
        let mut frames = vec![];
        while self.next_ms() <= now_ms {
            let Some((_, id)) = self.queue.first().copied() else { break };
            let attempts = self.attempts[&id];
            if self.gives_up && attempts > PAUSES_MS.len() {
                self.given_up += 1;
                self.forget(id);
                continue;
            }
            let pause_ms = if self.gives_up { PAUSES_MS[attempts.min(3)] } else { PATIENCE_MS };
            self.schedule(id, now_ms + ANSWER_MS + pause_ms);
            self.attempts.insert(id, attempts + 1);
            frames.extend(self.frames(id, attempts));
        }
        frames
    }

    fn frames(&mut self, id: u64, attempt: usize) -> Vec<Vec<u8>> {
        let name = "x".repeat(self.random.below(60) as usize);
        let json = format!(r#"{{"event_id":"{id}","event":{{"id":"{id}","name":"人{name}"}}}}"#);
        let json = json.as_bytes();
        let sum = 1 + self.random.below(4) as usize * self.random.below(2) as usize;
        let mut cuts: Vec<_> = (1..sum).map(|_| self.random.below(json.len() as u64 + 1) as usize).collect();
        cuts.extend([0, json.len()]);
        cuts.sort_unstable();
        let mut frames = vec![];
        for (seq, part) in cuts.windows(2).enumerate() {
            self.seq_id += 1;
            let message_id = format!("{id}/{attempt}");
            let headers =
                [("type", "event"), ("message_id", &message_id), ("sum", &sum.to_string()), ("seq", &seq.to_string())];
            let headers = headers.map(|(key, value)| pbbp2::Header { key: key.into(), value: value.into() }).to_vec();
            let payload = Some(json[part[0]..part[1]].to_vec());
            let frame =
                pbbp2::Frame { seq_id: self.seq_id, log_id: id, method: 1, headers, payload, ..Default::default() };
            frames.push(frame.encode_to_vec());
        }
        frames
    }

    /// Takes a message; returns what to send back.
    fn take(&mut self, message: &[u8], now_ms: u64) -> Option<Vec<u8>> {
        // What is corrupt is none.
        let frame = pbbp2::Frame::decode(message).ok()?;
        let header = |key: &str| frame.headers.iter().find(|header| header.key == key).map(|header| &*header.value);
        match (frame.method, header("type")?) {
            (0, "ping") => {
                self.pings += 1;
                let headers = vec![pbbp2::Header { key: "type".into(), value: "pong".into() }];
                let payload = Some(self.config.as_bytes().to_vec());
                Some(pbbp2::Frame { headers, payload, ..Default::default() }.encode_to_vec())
            }
            (1, "event") => {
                // Where the corruption does not show in the frame, these two differ.
                let id = header("message_id")?.split('/').next()?.parse().ok().filter(|id| *id == frame.log_id)?;
                header("biz_rt")?.parse::<u64>().ok()?;
                match frame.payload?.as_slice() {
                    br#"{"code":200}"# if self.forget(id) => drop(self.accepted.insert(id)),
                    br#"{"code":500}"# if self.due.get(&id).is_some_and(|due_ms| *due_ms > now_ms + PATIENCE_MS) => {
                        self.schedule(id, now_ms + PATIENCE_MS);
                    }
                    _ => {}
                }
                None
            }
            _ => None,
        }
    }
}

/// What there is behind the session.
struct Receiver {
    dedup: Dedup<Vec<Slot>>,
    handled: Vec<u64>,
    errors: u64,
    random: Random,
}

impl Receiver {
    /// Returns whether the event needs no other delivery.
    fn handle(&mut self, json: &[u8], now_ms: u64) -> bool {
        // Where the corruption does not show in the frame, the two ids differ.
        let Ok(event) = serde_json::from_slice::<serde_json::Value>(json) else { return false };
        let Some(id) = event["event_id"].as_str().filter(|id| event["event"]["id"] == **id) else { return false };
        match self.dedup.begin(id, now_ms) {
            Seen::Duplicate => return true,
            Seen::InProgress => return false,
            Seen::New => {}
        }
        if self.random.below(20) == 0 {
            self.dedup.abort(id);
            return false;
        }
        self.handled.push(id.parse().unwrap());
        self.dedup.commit(id, now_ms);
        true
    }
}

struct World {
    session: Session<Vec<u8>, Vec<Part>>,
    receiver: Receiver,
    platform: Platform,
    /// To the session, and to the platform.
    down: Network,
    up: Network,
    now_ms: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let dedup = Dedup::new(vec![Slot::EMPTY; 1 << 15], TTL_MS);
        Self {
            session: Session::new(vec![0; 4096], vec![Part::EMPTY; 64], seed),
            receiver: Receiver { dedup, handled: vec![], errors: 0, random: Random(seed) },
            platform: Platform::new(seed),
            down: Network::new(seed),
            up: Network::new(seed + 1),
            now_ms: 0,
        }
    }

    fn run_until(&mut self, end_ms: u64, faults: Faults) {
        (self.down.faults, self.up.faults) = (faults, faults);
        while self.now_ms < end_ms {
            let wake_ms = self.poll();
            self.exchange();
            let next_ms = wake_ms.min(self.down.next_ms()).min(self.up.next_ms());
            let next_ms = if self.down.is_cut { next_ms } else { next_ms.min(self.platform.next_ms()) };
            self.now_ms = next_ms.max(self.now_ms).min(end_ms);
        }
    }

    /// Does what the session wants, until it wants to wait.
    fn poll(&mut self) -> u64 {
        loop {
            match self.session.poll(self.now_ms, &mut [0; 64]).unwrap() {
                Action::Connect => self.connect(),
                Action::Send(message) => self.up.send(message.to_vec(), self.now_ms),
                Action::Disconnect => self.cut(),
                Action::Wait(until_ms) => return until_ms,
                Action::End(end) => panic!("{end:?}"),
            }
        }
    }

    fn connect(&mut self) {
        self.cut();
        if self.down.meets(self.down.faults.refused) {
            match self.down.random.below(3) {
                0 => drop(self.session.handle_endpoint(&session::endpoint(1, "{}"), self.now_ms)),
                1 => self.session.handle_refusal(Some("514"), Some("1"), self.now_ms),
                _ => self.session.handle_disconnect(self.now_ms),
            }
            return;
        }
        assert!(self.session.handle_endpoint(&session::endpoint(0, self.platform.config), self.now_ms));
        self.session.handle_open(self.now_ms);
        for network in [&mut self.down, &mut self.up] {
            (network.is_cut, network.is_silent) = (false, false);
        }
    }

    fn cut(&mut self) {
        for network in [&mut self.down, &mut self.up] {
            network.is_cut = true;
            network.on_the_way.clear();
        }
    }

    fn exchange(&mut self) {
        if self.down.is_cut {
            return;
        }
        for message in self.platform.deliver(self.now_ms) {
            self.down.send(message, self.now_ms);
        }
        while let Some(message) = self.up.arrived(self.now_ms) {
            if let Some(answer) = self.platform.take(&message, self.now_ms) {
                self.down.send(answer, self.now_ms);
            }
        }
        while let Some(message) = self.down.arrived(self.now_ms) {
            self.receive(&message);
        }
        if self.down.is_cut || self.up.is_cut {
            self.cut();
            self.session.handle_disconnect(self.now_ms);
        }
    }

    fn receive(&mut self, message: &[u8]) {
        let (ack, handled) = match self.session.handle_message(message, self.now_ms) {
            Ok(Received::Event(json, ack)) => (ack, self.receiver.handle(json, self.now_ms)),
            Ok(Received::Unhandled(ack)) => (ack, false),
            Ok(Received::Nothing) => return,
            Err(_) => return self.receiver.errors += 1,
        };
        let mut out = vec![0; message.len() + ANSWER_ROOM];
        if let Some(answer) = self.session.answer(&ack, handled, self.now_ms, &mut out).unwrap() {
            self.up.send(answer.to_vec(), self.now_ms);
        }
    }
}

#[test]
fn a_lossy_hour() {
    const EVENTS: u64 = 2_000;
    for seed in 0..2 {
        let mut world = World::new(seed);
        for id in 0..EVENTS {
            world.platform.schedule(id, id * HOUR_MS / EVENTS);
        }
        world.run_until(HOUR_MS, ROUGH);
        let (connections, errors) = (world.session.connections(), world.receiver.errors);
        assert!(connections > 20, "{connections} connections");
        assert!(errors > 20, "{errors} messages of no use");
        world.run_until(HOUR_MS + 60_000, CALM);
        // Nothing is lost, and nothing is handled twice: an event is accepted if and only if it was handled.
        let handled: BTreeSet<_> = world.receiver.handled.iter().copied().collect();
        assert_eq!(handled.len(), world.receiver.handled.len());
        assert!(handled == (0..EVENTS).collect(), "{} events were handled", handled.len());
        assert!(handled == world.platform.accepted, "{} events were accepted", world.platform.accepted.len());
        assert_eq!(world.platform.next_ms(), u64::MAX);
        // Calm again, it is the one connection.
        let connections = world.session.connections();
        world.run_until(3 * HOUR_MS, CALM);
        assert_eq!(world.session.connections(), connections);
        assert!(world.session.last_pong_ms().is_some_and(|at_ms| world.now_ms - at_ms <= 31_000));
    }
}

#[test]
fn the_schedule_of_the_platform_is_enough_where_only_connections_are_lost() {
    const EVENTS: u64 = 2_000;
    let mut world = World::new(9);
    world.platform.gives_up = true;
    for id in 0..EVENTS {
        world.platform.schedule(id, id * HOUR_MS / EVENTS);
    }
    world.run_until(HOUR_MS, Faults { cut: 5, repeated: 50, refused: 300, ..CALM });
    world.run_until(9 * HOUR_MS, CALM);
    assert_eq!((world.platform.given_up, world.platform.accepted.len() as u64), (0, EVENTS));
    assert_eq!(world.receiver.handled.len() as u64, EVENTS);
}

#[test]
fn a_configuration_that_changes_in_flight_holds_from_then_on() {
    let mut world = World::new(3);
    world.run_until(10 * 60_000, CALM);
    assert!((20..=22).contains(&world.platform.pings), "{} pings", world.platform.pings);
    world.platform.config = r#"{"PingInterval":5,"ReconnectCount":"many"}"#;
    let before = world.platform.pings;
    world.run_until(20 * 60_000, CALM);
    assert!((115..=125).contains(&(world.platform.pings - before)), "{} pings", world.platform.pings - before);
    world.platform.config = r#"{"PingInterval":0}"#;
    let before = world.platform.pings;
    world.run_until(30 * 60_000, CALM);
    assert!((115..=125).contains(&(world.platform.pings - before)), "{} pings", world.platform.pings - before);
    assert_eq!((world.session.connections(), world.receiver.errors), (1, 0));
}

#[test]
fn a_peer_that_falls_silent_is_left_within_ping_interval_and_15_seconds() {
    let mut world = World::new(4);
    world.run_until(61_000, CALM);
    assert_eq!(world.session.connections(), 1);
    world.down.is_silent = true;
    world.run_until(61_000 + 30_000 + 15_000, CALM);
    assert!(matches!(world.session.poll(world.now_ms, &mut [0; 64]), Ok(Action::Wait(_))));
    world.run_until(61_000 + 30_000 + 15_000 + 5_000, CALM);
    assert_eq!(world.session.connections(), 2);
    world.platform.schedule(7, 0);
    world.run_until(120_000, CALM);
    assert_eq!(world.receiver.handled, [7]);
}
