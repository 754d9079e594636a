//! The session by itself: what it asks for when, and what it makes of messages.

use lark_event::connection::{
    Ack, Action, CONNECT_TIMEOUT_MS, ClientConfig, End, Endpoint, EndpointCode, Frame, Headers, Method, PART_TTL_MS,
    PING_ROOM, PONG_TIMEOUT_MS, Part, Received, Session,
};
use lark_event::{Error, ErrorKind};

type Small = Session<[u8; 256], [Part; 8]>;

const PING: u64 = 120_000;

pub fn session(seed: u64) -> Small {
    Session::new([0; 256], [Part::EMPTY; 8], seed)
}

pub fn endpoint(code: i32, config: &str) -> Endpoint {
    let mut endpoint = Endpoint::EMPTY;
    let url = "wss://localhost/ws/v2?device_id=1&service_id=33554678";
    let body = format!(r#"{{"code":{code},"msg":"","data":{{"URL":"{url}","ClientConfig":{config}}}}}"#);
    endpoint.read(body.as_bytes()).unwrap();
    endpoint
}

fn poll(session: &mut Small, now_ms: u64) -> Action<'static> {
    let mut out = [0; PING_ROOM];
    match session.poll(now_ms, &mut out).unwrap() {
        Action::Send(ping) => {
            let ping = Frame::read(ping).unwrap();
            assert_eq!((ping.method, ping.service, ping.header("type")), (Method::CONTROL, 33_554_678, Some("ping")));
            assert_eq!((ping.seq_id, ping.log_id, ping.payload), (0, 0, None));
            Action::Send(b"ping")
        }
        Action::Connect => Action::Connect,
        Action::Disconnect => Action::Disconnect,
        Action::Wait(until_ms) => Action::Wait(until_ms),
        Action::End(end) => Action::End(end),
    }
}

/// A session that is connected and has sent its first ping, at 0 ms.
fn opened(config: &str) -> Small {
    let mut session = session(1);
    assert_eq!(poll(&mut session, 0), Action::Connect);
    assert!(session.handle_endpoint(&endpoint(0, config), 0));
    session.handle_open(0);
    assert_eq!(poll(&mut session, 0), Action::Send(b"ping"));
    session
}

fn message(method: i32, headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let frame = Frame {
        seq_id: u64::MAX,
        log_id: 1 << 60,
        method: Method(method),
        headers: Headers::new(headers),
        payload: Some(payload),
        ..Frame::ping(33_554_678)
    };
    frame.write(&mut [0; 1024]).unwrap().to_vec()
}

fn pong(config: &str) -> Vec<u8> {
    message(0, &[("type", "pong")], config.as_bytes())
}

fn event(id: &str, sum: &str, seq: &str, payload: &[u8]) -> Vec<u8> {
    message(1, &[("type", "event"), ("message_id", id), ("sum", sum), ("seq", seq)], payload)
}

fn receive(session: &mut Small, message: &[u8], now_ms: u64) -> Result<Option<(Vec<u8>, u64)>, Error> {
    Ok(match session.handle_message(message, now_ms)? {
        Received::Event(json, ack) => {
            assert_eq!(ack.message, message);
            Some((json.to_vec(), ack.received_ms))
        }
        Received::Nothing => None,
        Received::Unhandled(_) => panic!("a card"),
    })
}

/// When a waiting session wants to connect.
fn wait(session: &mut Small, now_ms: u64) -> u64 {
    let Action::Wait(until_ms) = poll(session, now_ms) else { panic!("the session does not wait") };
    assert_eq!(poll(session, until_ms - 1), Action::Wait(until_ms));
    until_ms - now_ms
}

#[test]
fn the_diagram_is_that_of_the_readme() {
    const DOCUMENTED: &str = include_str!("../../src/connection/session.rs");
    const README: &str = include_str!("../../../README.md");
    let (_, behind) = DOCUMENTED.split_once("/// ```text\n").unwrap();
    let (diagram, _) = behind.split_once("/// ```\n").unwrap();
    let diagram = diagram.replace("///", "");
    assert!(README.contains(&format!("```text\n{diagram}```\n")), "README.md should have:\n{diagram}");
}

#[test]
fn it_pings_at_once_and_on_schedule() {
    let mut session = opened("{}");
    assert_eq!(poll(&mut session, 0), Action::Wait(PONG_TIMEOUT_MS));
    assert_eq!(session.last_pong_ms(), None);
    assert_eq!(receive(&mut session, &pong(""), 40), Ok(None));
    assert_eq!(session.last_pong_ms(), Some(40));
    assert_eq!(poll(&mut session, 40), Action::Wait(PING));
    assert_eq!(poll(&mut session, PING), Action::Send(b"ping"));
    assert_eq!(poll(&mut session, PING), Action::Wait(PING + PONG_TIMEOUT_MS));
    // An event is as good a sign of life as a pong.
    assert!(receive(&mut session, &event("m", "1", "0", b"{}"), PING + 9).unwrap().is_some());
    assert_eq!(poll(&mut session, PING + 10), Action::Wait(2 * PING));
}

/// A clock that tells -1 for an error has come to its end: nothing is sent or connected again and again.
#[test]
fn a_clock_at_its_end_makes_it_rest() {
    for end in [u64::MAX, u64::MAX - 1] {
        let mut session = opened("{}");
        assert_eq!(receive(&mut session, &pong(""), 0), Ok(None));
        assert_eq!(poll(&mut session, end), Action::Send(b"ping"));
        assert_eq!(poll(&mut session, end), Action::Wait(u64::MAX));
        let mut session = self::session(1);
        assert_eq!(poll(&mut session, end), Action::Connect);
        assert_eq!(poll(&mut session, end), Action::Wait(u64::MAX));
        session.handle_disconnect(end);
        assert_eq!(poll(&mut session, end), Action::Wait(u64::MAX));
    }
}

#[test]
fn a_silent_peer_is_dropped() {
    let mut session = opened("{}");
    assert_eq!(poll(&mut session, 1), Action::Wait(PONG_TIMEOUT_MS));
    assert_eq!(poll(&mut session, PONG_TIMEOUT_MS), Action::Disconnect);
    session.handle_disconnect(PONG_TIMEOUT_MS); // what the socket's library may call after that changes nothing
    assert!((500..1000).contains(&wait(&mut session, PONG_TIMEOUT_MS)));
}

#[test]
fn pings_in_between_give_a_silent_peer_no_more_time() {
    let mut session = opened(r#"{"PingInterval":10}"#);
    assert_eq!(poll(&mut session, 0), Action::Wait(10_000));
    assert_eq!(poll(&mut session, 10_000), Action::Send(b"ping"));
    assert_eq!(poll(&mut session, 10_000), Action::Wait(PONG_TIMEOUT_MS));
    assert_eq!(poll(&mut session, PONG_TIMEOUT_MS), Action::Disconnect);
}

#[test]
fn the_time_for_the_first_pong_does_not_depend_on_that_for_connecting() {
    let mut session = session(1);
    assert_eq!(poll(&mut session, 0), Action::Connect);
    assert!(session.handle_endpoint(&endpoint(0, "{}"), 0));
    session.handle_open(25_000);
    assert_eq!(poll(&mut session, 25_000), Action::Send(b"ping"));
    assert_eq!(poll(&mut session, 25_000), Action::Wait(25_000 + PONG_TIMEOUT_MS));
}

#[test]
fn what_is_no_frame_is_a_sign_of_life_but_proves_nothing() {
    let mut session = opened("{}");
    assert_eq!(receive(&mut session, b"\x08", 1).unwrap_err().kind, ErrorKind::FRAME);
    assert_eq!(poll(&mut session, 1), Action::Wait(PING));
    // So the connection counts as an attempt that has failed, and the pauses grow.
    session.handle_disconnect(1);
    assert!((500..1000).contains(&wait(&mut session, 1)));
}

#[test]
fn who_was_busy_gets_to_read_first() {
    // Less than a second late is not busy.
    let mut session = opened("{}");
    assert_eq!(poll(&mut session, 1), Action::Wait(PONG_TIMEOUT_MS));
    assert_eq!(poll(&mut session, PONG_TIMEOUT_MS + 999), Action::Disconnect);
    let mut session = opened("{}");
    assert_eq!(poll(&mut session, 1), Action::Wait(PONG_TIMEOUT_MS));
    assert_eq!(poll(&mut session, PONG_TIMEOUT_MS + 1000), Action::Wait(PONG_TIMEOUT_MS + 1000));
    // A handler took 20 s; the pong has come meanwhile.
    let mut session = opened("{}");
    assert_eq!(poll(&mut session, 1), Action::Wait(PONG_TIMEOUT_MS));
    assert_eq!(poll(&mut session, 20_000), Action::Wait(20_000));
    assert_eq!(receive(&mut session, &pong(""), 20_001), Ok(None));
    assert_eq!(poll(&mut session, 20_001), Action::Wait(PING));
    // It has not, and whoever polls seldom finds out too.
    assert_eq!(poll(&mut session, PING), Action::Send(b"ping"));
    assert_eq!(poll(&mut session, PING), Action::Wait(PING + PONG_TIMEOUT_MS));
    assert_eq!(poll(&mut session, PING + 60_000), Action::Wait(PING + 60_000));
    assert_eq!(poll(&mut session, PING + 90_000), Action::Disconnect);
}

#[test]
fn connecting_takes_30_seconds_at_most() {
    let mut session = session(1);
    assert_eq!(poll(&mut session, 5), Action::Connect);
    assert_eq!(poll(&mut session, 5), Action::Wait(5 + CONNECT_TIMEOUT_MS));
    assert!(session.handle_endpoint(&endpoint(0, "{}"), 9_000));
    assert_eq!(poll(&mut session, 5 + CONNECT_TIMEOUT_MS), Action::Disconnect);
    session.handle_open(40_000); // too late: it is waiting by now
    assert!(!session.handle_endpoint(&endpoint(0, "{}"), 40_000));
    assert!(matches!(poll(&mut session, 30_006), Action::Wait(_)));
    assert_eq!(session.connections(), 1);
}

#[test]
fn the_pause_after_a_failure_doubles_up_to_what_the_platform_says() {
    let mut session = session(1);
    session.set_config(ClientConfig { reconnect_interval_s: 10, ..ClientConfig::DEFAULT });
    let (mut now_ms, mut pauses) = (0, vec![]);
    for _ in 0..40 {
        assert_eq!(poll(&mut session, now_ms), Action::Connect);
        session.handle_disconnect(now_ms);
        let pause = wait(&mut session, now_ms);
        pauses.push(pause);
        now_ms += pause;
    }
    for (pause, longest) in pauses.iter().zip([1000, 2000, 4000, 8000].into_iter().chain(std::iter::repeat(10_000))) {
        assert!((longest / 2..longest).contains(pause), "{pauses:?}");
    }
    assert!(pauses[4..].iter().max() > pauses[4..].iter().min());
}

#[test]
fn after_a_loss_clients_come_back_at_random_times() {
    let mut pauses = vec![];
    for seed in 0..200 {
        let mut session = session(seed);
        poll(&mut session, 0);
        session.handle_endpoint(&endpoint(0, r#"{"ReconnectNonce":20}"#), 0);
        session.handle_open(0);
        receive(&mut session, &pong(""), 0).unwrap();
        session.handle_disconnect(0);
        pauses.push(match poll(&mut session, 0) {
            Action::Wait(until_ms) => until_ms,
            _ => 0,
        });
    }
    pauses.sort_unstable();
    assert!(pauses[0] < 1_000 && (8_000..12_000).contains(&pauses[100]) && (19_000..20_000).contains(&pauses[199]));
}

#[test]
fn a_connection_that_says_nothing_is_a_failed_attempt() {
    let mut session = session(1);
    let mut now_ms = 0;
    for longest in [1000, 2000, 4000] {
        assert_eq!(poll(&mut session, now_ms), Action::Connect);
        session.handle_endpoint(&endpoint(0, r#"{"ReconnectNonce":0}"#), now_ms);
        session.handle_open(now_ms);
        session.handle_disconnect(now_ms);
        let pause = wait(&mut session, now_ms);
        assert!((longest / 2..longest).contains(&pause));
        now_ms += pause;
    }
    // Once it has said something, failures count anew, and a nonce of 0 does not make the client spin.
    assert_eq!(poll(&mut session, now_ms), Action::Connect);
    session.handle_endpoint(&endpoint(0, r#"{"ReconnectNonce":0}"#), now_ms);
    session.handle_open(now_ms);
    receive(&mut session, &pong("{}"), now_ms).unwrap();
    session.handle_disconnect(now_ms);
    let pause = wait(&mut session, now_ms);
    assert!((1..1000).contains(&pause));
    // The next one has to say something too.
    now_ms += pause;
    assert_eq!(poll(&mut session, now_ms), Action::Connect);
    session.handle_endpoint(&endpoint(0, "{}"), now_ms);
    session.handle_open(now_ms);
    session.handle_disconnect(now_ms);
    assert!((1000..2000).contains(&wait(&mut session, now_ms)));
}

#[test]
fn it_gives_up_after_as_many_attempts_as_the_platform_says() {
    for count in 0..3 {
        // After a loss,
        let mut session = opened(&format!(r#"{{"ReconnectCount":{count}}}"#));
        receive(&mut session, &pong(""), 0).unwrap();
        session.handle_disconnect(0);
        assert_eq!(attempts(&mut session), count);
        // and from the start: the first attempt is not yet one of connecting again.
        let mut session = self::session(1);
        session.set_config(ClientConfig { reconnect_count: count as i32, ..ClientConfig::DEFAULT });
        assert_eq!(attempts(&mut session), count + 1);
    }
}

fn attempts(session: &mut Small) -> u64 {
    let mut count = 0;
    let mut now_ms = 0;
    loop {
        match poll(session, now_ms) {
            Action::Connect => count += 1,
            Action::Wait(until_ms) => now_ms = until_ms,
            Action::End(end) => {
                assert_eq!(end, End::GaveUp);
                return count;
            }
            other => panic!("{other:?}"),
        }
        session.handle_disconnect(now_ms);
    }
}

#[test]
fn refusals_are_fatal_or_tried_again() {
    for code in [0, 1, 403, 514, 1_000_040_343, 1_000_040_344, 1_000_040_345, 1_000_040_350, 1_000_040_351, -1, 99_999]
    {
        let mut session = session(1);
        poll(&mut session, 0);
        assert_eq!(session.handle_endpoint(&endpoint(code, "{}"), 0), code == 0);
        match code {
            0 => assert_eq!(poll(&mut session, 0), Action::Wait(CONNECT_TIMEOUT_MS)),
            1 | 1_000_040_343 => assert!((500..1000).contains(&wait(&mut session, 0))),
            _ => assert_eq!(poll(&mut session, 0), Action::End(End::Refused(EndpointCode(code)))),
        }
    }
    for (status, auth, end) in [("403", "", Some(403)), ("514", "1000040350", Some(1_000_040_350)), ("514", "1", None)]
    {
        let mut session = session(1);
        poll(&mut session, 0);
        session.handle_endpoint(&endpoint(0, "{}"), 0);
        session.handle_refusal(Some(status), Some(auth), 0);
        match end {
            Some(code) => assert_eq!(poll(&mut session, 0), Action::End(End::Refused(EndpointCode(code)))),
            None => assert!((500..1000).contains(&wait(&mut session, 0))),
        }
    }
}

#[test]
fn refusals_that_come_too_late_change_nothing() {
    let mut session = opened("{}");
    for code in [0, 1, 403] {
        assert!(!session.handle_endpoint(&endpoint(code, r#"{"PingInterval":1}"#), 1));
    }
    session.handle_refusal(Some("403"), None, 1);
    assert_eq!(poll(&mut session, 1), Action::Wait(PONG_TIMEOUT_MS));
    assert_eq!(session.config().ping_interval_s, 120);
}

#[test]
fn pongs_change_the_configuration() {
    let mut session = opened(r#"{"PingInterval":90}"#);
    assert_eq!(session.config().ping_interval_s, 90);
    for bad in [r#"{"PingInterval":0}"#, r#"{"PingInterval":-1}"#, r#"{"PingInterval":null}"#, "{}", ""] {
        assert_eq!(receive(&mut session, &pong(bad), 10), Ok(None));
        assert_eq!(poll(&mut session, 10), Action::Wait(90_000), "{bad}");
    }
    for (bad, kind) in [("[]", ErrorKind::TYPE), ("{", ErrorKind::UNEXPECTED_END), ("\u{1}", ErrorKind::EXPECTED_VALUE)]
    {
        assert_eq!(receive(&mut session, &pong(bad), 20).unwrap_err().kind, kind);
        assert_eq!(poll(&mut session, 20), Action::Wait(90_000), "{bad}");
    }
    // A shorter interval holds at once, a longer one from the next ping on.
    receive(&mut session, &pong(r#"{"PingInterval":5}"#), 30).unwrap();
    assert_eq!(poll(&mut session, 30), Action::Wait(5_030));
    receive(&mut session, &pong(r#"{"PingInterval":300}"#), 40).unwrap();
    assert_eq!(poll(&mut session, 5_030), Action::Send(b"ping"));
    receive(&mut session, &pong(""), 5_040).unwrap();
    assert_eq!(poll(&mut session, 5_040), Action::Wait(305_030));
}

#[test]
fn events_are_answered() {
    let mut session = opened("{}");
    let (whole, mut out) = (event("m1", "1", "0", b"{}"), [0; 512]);
    for (handled, payload) in [(true, &br#"{"code":200}"#[..]), (false, br#"{"code":500}"#)] {
        let Ok(Received::Event(json, ack)) = session.handle_message(&whole, 100) else { panic!("no event") };
        assert_eq!(json, b"{}");
        assert_eq!(session.unanswered(), 1);
        assert_eq!(session.answer(&ack, handled, 0, &mut [0; 8]).unwrap_err().kind, ErrorKind::BUFFER_FULL);
        assert_eq!(session.unanswered(), 1);
        let answer = session.answer(&ack, handled, 142, &mut out).unwrap().unwrap();
        let (frame, was) = (Frame::read(answer).unwrap(), Frame::read(&whole).unwrap());
        assert_eq!((frame.header("biz_rt"), frame.payload), (Some("42"), Some(payload)));
        assert_eq!(
            (frame.seq_id, frame.log_id, frame.service, frame.method),
            (was.seq_id, was.log_id, was.service, was.method)
        );
        assert_eq!(session.unanswered(), 0);
    }
}

#[test]
fn closing_waits_for_every_answer() {
    let mut session = opened("{}");
    let messages = [event("m1", "1", "0", b"{}"), message(1, &[("type", "card")], b"{}")];
    let acks = messages.each_ref().map(|message| match session.handle_message(message, 0) {
        Ok(Received::Event(_, ack) | Received::Unhandled(ack)) => ack,
        other => panic!("{other:?}"),
    });
    session.close();
    for ack in acks {
        assert!(matches!(poll(&mut session, 1), Action::Wait(_)));
        assert!(session.answer(&ack, false, 1, &mut [0; 512]).unwrap().is_some());
    }
    assert_eq!(poll(&mut session, 1), Action::End(End::Closed));
}

#[test]
fn of_headers_with_one_key_the_first_counts() {
    let mut session = opened("{}");
    let twice = [("type", "event"), ("type", "card"), ("message_id", "m"), ("sum", "1"), ("sum", "2"), ("seq", "0")];
    assert_eq!(receive(&mut session, &message(1, &twice, b"{}"), 0), Ok(Some((b"{}".to_vec(), 0))));
}

#[test]
fn only_a_pong_changes_the_configuration() {
    let mut session = opened("{}");
    for kind in ["ping", "future"] {
        let other = message(0, &[("type", kind)], br#"{"PingInterval":1}"#);
        assert_eq!(session.handle_message(&other, 0), Ok(Received::Nothing));
    }
    assert_eq!((session.config().ping_interval_s, session.last_pong_ms()), (120, None));
}

#[test]
fn a_configuration_of_zeros_does_not_make_it_spin() {
    let zeros = ClientConfig { reconnect_count: -1, reconnect_interval_s: 0, reconnect_nonce_s: 0, ping_interval_s: 0 };
    let mut session = opened("{}");
    session.set_config(zeros);
    receive(&mut session, &pong(""), 0).unwrap();
    assert_eq!(poll(&mut session, 0), Action::Wait(1000));
    let mut session = self::session(1);
    session.set_config(zeros);
    let mut now_ms = 0;
    // More often than there are bits in the pause.
    for _ in 0..100 {
        assert_eq!(poll(&mut session, now_ms), Action::Connect);
        session.handle_disconnect(now_ms);
        let pause = wait(&mut session, now_ms);
        assert!((500..1000).contains(&pause));
        now_ms += pause;
    }
}

#[test]
fn what_came_over_another_connection_is_not_answered() {
    let mut session = opened("{}");
    let (whole, mut out) = (event("m1", "1", "0", b"{}"), [0; 512]);
    let Ok(Received::Event(_, ack)) = session.handle_message(&whole, 0) else { panic!("no event") };
    session.handle_disconnect(1);
    assert_eq!(session.answer(&ack, true, 2, &mut out), Ok(None));
    assert_eq!(session.handle_message(&whole, 3), Ok(Received::Nothing));
    let now_ms = 3 + wait(&mut session, 3);
    assert_eq!(poll(&mut session, now_ms), Action::Connect);
    session.handle_endpoint(&endpoint(0, "{}"), now_ms);
    session.handle_open(now_ms);
    assert_eq!(session.unanswered(), 0);
    assert_eq!(session.answer(&ack, true, now_ms, &mut out), Ok(None));
}

#[test]
fn parts_of_a_lost_connection_are_forgotten() {
    let mut session = opened(r#"{"ReconnectNonce":1}"#);
    assert_eq!(receive(&mut session, &event("m", "2", "0", b"{"), 1), Ok(None));
    session.handle_disconnect(2);
    let now_ms = 2 + wait(&mut session, 2);
    assert!(now_ms < PART_TTL_MS, "they would have been given up anyway");
    poll(&mut session, now_ms);
    session.handle_endpoint(&endpoint(0, "{}"), now_ms);
    session.handle_open(now_ms);
    assert_eq!(receive(&mut session, &event("m", "2", "1", b"}"), now_ms), Ok(None));
    assert_eq!(receive(&mut session, &event("m", "2", "0", b"{"), now_ms), Ok(Some((b"{}".to_vec(), now_ms))));
}

#[test]
fn parts_that_make_no_sense_are_errors_and_the_connection_goes_on() {
    let mut session = opened("{}");
    for (sum, seq) in [
        ("0", "0"),
        ("-1", "0"),
        ("2", "2"),
        ("2", "-1"),
        ("1", "1"),
        ("x", "0"),
        ("2", "x"),
        ("4294967296", "0"),
        ("2", "4294967296"),
        ("1.0", "0"),
        (" 2", "0"),
    ] {
        let error = receive(&mut session, &event("m", sum, seq, b"{}"), 0).unwrap_err();
        assert_eq!(error.kind, ErrorKind::PART, "{sum} {seq}");
    }
    for (id, sum) in [("a", "9"), ("b", "2147483648"), ("c", "4294967295")] {
        let error = receive(&mut session, &event(id, sum, "1", b"{}"), 0).unwrap_err();
        assert_eq!((error.kind, error.limit), (ErrorKind::PARTS_FULL, 8), "{sum}");
    }
    let nameless = message(1, &[("type", "event"), ("sum", "2"), ("seq", "0")], b"{");
    assert_eq!(receive(&mut session, &nameless, 0).unwrap_err().kind, ErrorKind::PART);
    assert_eq!(receive(&mut session, &event("n", "2", "0", b"{"), 0), Ok(None));
    assert_eq!(receive(&mut session, &event("n", "3", "1", b"{"), 0).unwrap_err().kind, ErrorKind::PART);
    assert_eq!(receive(&mut session, &event("n", "2", "1", b"}"), 7), Ok(Some((b"{}".to_vec(), 7))));
    // An event without these headers has one part.
    for headers in [&[("type", "event")][..], &[("type", "event"), ("sum", ""), ("seq", "")]] {
        assert_eq!(receive(&mut session, &message(1, headers, b"{}"), 8), Ok(Some((b"{}".to_vec(), 8))));
    }
    assert_eq!(session.unanswered(), 3);
}

#[test]
fn a_message_cut_anywhere_is_not_the_event() {
    let mut session = opened("{}");
    let whole = event("m", "1", "0", b"{}");
    for len in 0..whole.len() {
        match session.handle_message(&whole[..len], 0) {
            Err(error) => assert!(matches!(error.kind, ErrorKind::FRAME | ErrorKind::FRAME_FIELD), "{len}"),
            // Cut between two fields, it is a frame with fewer of them.
            Ok(Received::Event(json, _)) => assert_eq!(json, b"", "{len}"),
            Ok(Received::Unhandled(_)) => assert_eq!(Frame::read(&whole[..len]).unwrap().header("type"), None, "{len}"),
            Ok(Received::Nothing) => panic!("{len} bytes are passed over"),
        }
    }
    assert_eq!(receive(&mut session, &whole, 0), Ok(Some((b"{}".to_vec(), 0))));
}

#[test]
fn what_is_no_event_is_answered_with_500_or_not_at_all() {
    let mut session = opened("{}");
    let mut out = [0; 512];
    for headers in [&[("type", "card")][..], &[("type", "future")], &[("message_id", "m")]] {
        let card = message(1, headers, b"{}");
        let Ok(Received::Unhandled(ack)) = session.handle_message(&card, 0) else { panic!("{headers:?}") };
        let answer = session.answer(&ack, false, 0, &mut out).unwrap().unwrap();
        assert_eq!(Frame::read(answer).unwrap().payload, Some(&br#"{"code":500}"#[..]));
    }
    for (method, kind) in [(0, "ping"), (0, "future"), (2, "event"), (-1, "event"), (i32::MAX, "card")] {
        assert_eq!(session.handle_message(&message(method, &[("type", kind)], b"{}"), 0), Ok(Received::Nothing));
    }
    assert_eq!(session.unanswered(), 0);
}

#[test]
fn closing_waits_for_answers() {
    let mut session = opened("{}");
    let (whole, mut out) = (event("m1", "1", "0", b"{}"), [0; 512]);
    let Ok(Received::Event(_, ack)) = session.handle_message(&whole, 0) else { panic!("no event") };
    session.close();
    assert_eq!(poll(&mut session, 1), Action::Wait(PING));
    // Pings go on, what comes is left to be delivered again.
    assert_eq!(session.handle_message(&event("m2", "1", "0", b"{}"), 2), Ok(Received::Nothing));
    assert_eq!(poll(&mut session, PING), Action::Send(b"ping"));
    assert_eq!(receive(&mut session, &pong(""), PING), Ok(None));
    assert_eq!(poll(&mut session, PING), Action::Wait(2 * PING));
    assert!(session.answer(&ack, true, PING, &mut out).unwrap().is_some());
    assert_eq!(poll(&mut session, PING), Action::End(End::Closed));
    assert_eq!(poll(&mut session, PING), Action::End(End::Closed));
    assert_eq!(session.answer(&ack, true, PING, &mut out), Ok(None));
}

#[test]
fn closing_ends_when_the_connection_does() {
    let mut session = opened("{}");
    let whole = event("m1", "1", "0", b"{}");
    assert!(receive(&mut session, &whole, 0).unwrap().is_some());
    session.close();
    session.handle_disconnect(1);
    assert_eq!(poll(&mut session, 1), Action::End(End::Closed));
    // And without one there is nothing to wait for.
    let mut session = self::session(1);
    session.close();
    assert_eq!(poll(&mut session, 0), Action::End(End::Closed));
    let mut session = self::session(1);
    poll(&mut session, 0);
    session.close();
    session.handle_open(0);
    assert_eq!(poll(&mut session, 0), Action::End(End::Closed));
    session.close();
    session.handle_disconnect(0);
    session.handle_refusal(None, None, 0);
    assert_eq!(poll(&mut session, 0), Action::End(End::Closed));
}

#[test]
fn a_buffer_that_is_too_small_costs_nothing() {
    let mut session = session(1);
    poll(&mut session, 0);
    session.handle_endpoint(&endpoint(0, "{}"), 0);
    session.handle_open(0);
    assert_eq!(session.poll(0, &mut [0; 8]).unwrap_err().kind, ErrorKind::BUFFER_FULL);
    assert_eq!(poll(&mut session, 0), Action::Send(b"ping"));
}

#[test]
fn the_largest_ping_has_room() {
    let mut session = session(1);
    poll(&mut session, 0);
    let mut endpoint = Endpoint::EMPTY;
    endpoint.read(br#"{"code":0,"data":{"URL":"wss://localhost/?service_id=-2147483648"}}"#).unwrap();
    session.handle_endpoint(&endpoint, 0);
    session.handle_open(0);
    assert!(matches!(session.poll(0, &mut [0; PING_ROOM]), Ok(Action::Send(_))));
}

#[test]
fn an_ack_can_be_kept_with_a_copy_of_its_message() {
    let mut session = opened("{}");
    let (kept, received_ms, connection) = {
        let whole = event("m1", "1", "0", b"{}");
        let Ok(Received::Event(_, ack)) = session.handle_message(&whole, 5) else { panic!("no event") };
        (ack.message.to_vec(), ack.received_ms, ack.connection)
    };
    let ack = Ack { message: &kept, received_ms, connection };
    assert!(session.answer(&ack, true, 6, &mut [0; 512]).unwrap().is_some());
}
