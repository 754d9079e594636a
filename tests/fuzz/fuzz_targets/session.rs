//! A session and everything that can happen to it, in any order: the platform's replies, messages whole and in parts, losses,
//! answers, and a clock that jumps.

#![no_main]

use lark_event::connection::{ANSWER_ROOM, Ack, Action, End, Endpoint, PING_ROOM, Part, Received, Session};
use lark_event::{Error, ErrorKind};
use lark_event_fuzz::Input;
use lark_event_fuzz::frames::{self, pbbp2};
use prost::Message;
use std::collections::{BTreeMap, BTreeSet};

type Parts = BTreeMap<(String, u32, u32), BTreeSet<Vec<u8>>>;

/// An event that has been handed over and is to be answered.
struct Owed {
    message: Vec<u8>,
    received_ms: u64,
    connection: u32,
}

/// What is known of the session from outside.
struct Run {
    session: Session<Vec<u8>, Vec<Part>>,
    now_ms: u64,
    /// All that was sent of each part of each message over this connection.
    sent: Parts,
    owed: Vec<Owed>,
    /// How many of this connection are to be answered.
    unanswered: u32,
    is_open: bool,
    is_closing: bool,
    end: Option<End>,
}

const EVENT: &[u8] =
    br#"{"schema":"2.0","header":{"event_id":"1","event_type":"corehr.process.updated_v2"},"event":{}}"#;

impl Run {
    fn new(input: &mut Input<'_>) -> Self {
        let (bytes, parts) = (vec![0xff; input.below(1024)], vec![Part::EMPTY; input.below(16)]);
        Self {
            session: Session::new(bytes, parts, input.number()),
            now_ms: 0,
            sent: Parts::new(),
            owed: vec![],
            unanswered: 0,
            is_open: false,
            is_closing: false,
            end: None,
        }
    }

    /// Does what the session says until it has nothing more to do, which must be soon.
    fn poll(&mut self, input: &mut Input<'_>) {
        for _ in 0..4 {
            let mut out = [0; PING_ROOM];
            let short = input.below(16) == 0;
            let room = if short { &mut out[..1] } else { &mut out[..] };
            match self.session.poll(self.now_ms, room) {
                Err(error) => return assert!(short && error.kind == ErrorKind::BUFFER_FULL, "{error:?}"),
                Ok(Action::Send(ping)) => {
                    assert!(self.is_open, "there is a connection to send over");
                    let ping = pbbp2::Frame::decode(ping).expect("a ping is a frame");
                    let header = &ping.headers[0];
                    assert_eq!((ping.method, header.key.as_str(), header.value.as_str()), (0, "type", "ping"));
                }
                Ok(Action::Connect) => {
                    assert!(!self.is_open && !self.is_closing);
                    return;
                }
                Ok(Action::Disconnect) => self.lost(),
                // Later, or at once for one more look at what has come. The end of the clock is no time.
                Ok(Action::Wait(until_ms)) => {
                    assert!(until_ms >= self.now_ms.min(u64::MAX - 1) && self.end.is_none());
                    return;
                }
                Ok(Action::End(end)) => {
                    assert!(self.end.is_none_or(|known| known == end), "an end stays as it is");
                    assert!(!self.is_closing || !self.is_open || self.unanswered == 0, "answers are owed");
                    assert!(end != End::Closed || self.is_closing);
                    self.end = Some(end);
                    return;
                }
            }
        }
        panic!("the session never comes to rest");
    }

    /// There is no connection any more.
    fn lost(&mut self) {
        self.is_open = false;
        self.sent.clear();
    }

    fn open(&mut self) {
        let was = self.session.unanswered();
        let before = self.connections();
        self.session.handle_open(self.now_ms);
        assert_eq!(self.connections(), before);
        // It counts from 0 again if there was an attempt; the session alone knows whether it was in time.
        if self.takes_messages() && !self.is_open {
            (self.is_open, self.unanswered) = (true, 0);
            self.sent.clear();
        } else {
            assert_eq!(self.session.unanswered(), was);
        }
    }

    fn connections(&self) -> u32 {
        self.session.connections()
    }

    /// Whether the session takes messages: one that is none is an error then, and passed over else.
    fn takes_messages(&mut self) -> bool {
        self.session.handle_message(&[0xff], self.now_ms).is_err()
    }

    fn endpoint(&mut self, input: &mut Input<'_>) {
        let mut endpoint = Box::new(Endpoint::EMPTY);
        let code = input.one_of(&["0", "0", "0", "1", "403", "514", "1000040343", "1000040350", "-1"]);
        let number = |input: &mut Input<'_>| input.one_of(&["-1", "0", "1", "2", "5", "120", "86400", "1e9", "null"]);
        let config: Vec<String> = ["ReconnectCount", "ReconnectInterval", "ReconnectNonce", "PingInterval"]
            .iter()
            .map(|name| format!(r#""{name}":{}"#, number(input)))
            .collect();
        let config = config.join(",");
        let body = format!(r#"{{"code":{code},"data":{{"URL":"wss://x?service_id=7","ClientConfig":{{{config}}}}}}}"#);
        endpoint.read(body.as_bytes()).expect("it is a reply");
        let may_connect = self.session.handle_endpoint(&endpoint, self.now_ms);
        assert!(!may_connect || code == "0" && !self.is_open && self.end.is_none());
    }

    /// A message that may be part of an event, as the platform sends it or with something wrong.
    fn part(&mut self, input: &mut Input<'_>) {
        let id = input.one_of(&["a", "b", "c", ""]);
        let (sum, seq) = (input.below(6) as u32, input.below(6) as u32);
        let payload = match input.below(4) {
            0 => input.bytes().to_vec(),
            _ => format!("{{\"{id}\":{seq}}}").repeat(seq as usize + 1).into_bytes(),
        };
        let payload = if sum == 1 && payload.is_empty() { EVENT.to_vec() } else { payload };
        if self.is_open {
            self.sent.entry((id.to_owned(), sum, seq)).or_default().insert(payload.clone());
        }
        let message = frames::event(id, sum, seq, &payload);
        self.message(&message, Some((id, sum)));
    }

    /// The session is told a message. Whatever it hands over was sent, all of it and in order.
    fn message(&mut self, message: &[u8], about: Option<(&str, u32)>) {
        let before = self.session.unanswered();
        let (is_open, is_closing) = (self.is_open, self.is_closing);
        let connection = self.connections();
        let mut is_owed = None;
        match self.session.handle_message(message, self.now_ms) {
            Ok(Received::Event(json, ack)) => {
                assert!(is_open && !is_closing, "no event comes out of a session without a connection");
                match about {
                    Some((id, sum)) => is_whole(&self.sent, id, sum, json),
                    None => is_within(message, json),
                }
                is_owed = Some(ack);
            }
            Ok(Received::Unhandled(ack)) => {
                assert!(is_open && !is_closing && about.is_none());
                is_owed = Some(ack);
            }
            Ok(Received::Nothing) => {}
            Err(error) => is_expected(error, is_open),
        }
        if let Some(Ack { message: last, received_ms, connection: number }) = is_owed {
            assert_eq!((last, received_ms, number), (message, self.now_ms, connection));
            self.owed.push(Owed { message: last.to_vec(), received_ms, connection: number });
            self.unanswered += 1;
        }
        assert_eq!(self.session.unanswered(), before + u32::from(is_owed.is_some()));
    }

    /// Answers something that was handed over, once.
    fn answer(&mut self, input: &mut Input<'_>) {
        if self.owed.is_empty() {
            return;
        }
        let owed = self.owed.swap_remove(input.below(self.owed.len()));
        let (handled, short) = (input.flag(), input.below(8) == 0);
        let ack = Ack { message: &owed.message, received_ms: owed.received_ms, connection: owed.connection };
        let mut out = vec![0; if short { 3 } else { owed.message.len() + ANSWER_ROOM }];
        let is_current = self.is_open && owed.connection == self.connections();
        match self.session.answer(&ack, handled, self.now_ms, &mut out) {
            Ok(None) => assert!(!is_current, "an answer over a connection that is there"),
            Ok(Some(answer)) => {
                assert!(is_current, "nothing is answered over another connection");
                is_answer(answer, &owed, handled);
                self.unanswered -= 1;
            }
            Err(error) => {
                assert!(short && is_current && error.kind == ErrorKind::BUFFER_FULL, "{error:?}");
                self.owed.push(owed);
            }
        }
        if self.is_open {
            assert_eq!(self.session.unanswered(), self.unanswered);
        }
    }
}

/// An event is what was sent of each of its parts, one behind the other.
fn is_whole(sent: &Parts, id: &str, sum: u32, json: &[u8]) {
    // Of a part that was sent with several contents the first that came counts, so any of them may be in it.
    fn rest(sent: &Parts, id: &str, sum: u32, seq: u32, json: &[u8]) -> bool {
        let key = (id.to_owned(), sum, seq);
        match sent.get(&key) {
            _ if seq == sum => json.is_empty(),
            None => false,
            Some(contents) => contents
                .iter()
                .any(|content| json.strip_prefix(&content[..]).is_some_and(|json| rest(sent, id, sum, seq + 1, json))),
        }
    }
    assert!(rest(sent, id, sum, 0, json), "{} is not what was sent", json.escape_ascii());
}

/// What one message brings is in it.
fn is_within(message: &[u8], json: &[u8]) {
    assert!(json.is_empty() || message.windows(json.len()).any(|part| part == json));
}

fn is_expected(error: Error, is_open: bool) {
    assert!(is_open, "without a connection nothing is looked at: {error:?}");
    let is_frame = matches!(error.kind, ErrorKind::FRAME | ErrorKind::FRAME_FIELD | ErrorKind::PART);
    let is_config = (1..100).contains(&error.kind.0) || error.kind == ErrorKind::TYPE;
    assert!(is_frame || is_config || error.kind == ErrorKind::PARTS_FULL, "{error:?}");
}

/// An answer is the frame that came, with the header for the time it took and what came of it.
fn is_answer(answer: &[u8], owed: &Owed, handled: bool) {
    // prost minds numbers of more than 64 bits, as the target `frame` says.
    let Ok(mut expected) = pbbp2::Frame::decode(&owed.message[..]) else { return };
    let mut answer = pbbp2::Frame::decode(answer).expect("an answer is a frame");
    let added = answer.headers.pop().expect("a header is added");
    assert!(added.key == "biz_rt" && added.value.parse::<u64>().is_ok());
    expected.payload = Some(if handled { b"{\"code\":200}".to_vec() } else { b"{\"code\":500}".to_vec() });
    assert_eq!(answer, expected);
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let mut run = Run::new(&mut input);
    while !input.is_empty() {
        match input.below(20) {
            0..3 => run.poll(&mut input),
            3 => run.endpoint(&mut input),
            4 | 5 => run.open(),
            6..11 => run.part(&mut input),
            11 => run.message(input.bytes(), None),
            12 | 13 => run.answer(&mut input),
            14 => {
                let pong = pbbp2::Header { key: "type".to_owned(), value: "pong".to_owned() };
                let config = input.one_of(&["", "{}", r#"{"PingInterval":1,"ReconnectCount":0}"#, "[", "[]"]);
                let payload = Some(config.as_bytes().to_vec());
                let frame = pbbp2::Frame { headers: vec![pong], payload, ..pbbp2::Frame::default() };
                run.message(&frame.encode_to_vec(), None);
            }
            15 => {
                run.session.handle_disconnect(run.now_ms);
                run.lost();
            }
            16 => {
                let status = input.one_of(&[None, Some("403"), Some("514"), Some("500"), Some("x")]);
                let code = input.one_of(&[None, Some("1000040350"), Some("1")]);
                run.session.handle_refusal(status, code, run.now_ms);
            }
            17 if input.below(4) == 0 => {
                run.session.close();
                run.is_closing = true;
            }
            // The clock: a little, any time, and back, which it should not go but may by mistake.
            18 if input.below(16) == 0 => run.now_ms = run.now_ms.saturating_sub(input.number()),
            18 => run.now_ms = run.now_ms.saturating_add(input.number()),
            _ => run.now_ms = run.now_ms.saturating_add(input.below(30) as u64 * 1000),
        }
    }
});
