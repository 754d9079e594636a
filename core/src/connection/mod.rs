//! The long connection (长连接): events over a WebSocket that the receiver opens, without a public address.
//!
//! [`write_request`] and [`Endpoint::read`] are the question where to connect to, and the answer; the HTTP call between them
//! is the caller's, as is the WebSocket. A [`Session`] says what to do when, and turns the messages of the WebSocket into
//! events: this loop is all there is to it.
//!
//! ```
//! use lark_event::Envelope;
//! use lark_event::connection::{Action, End, Endpoint, Part, Received, Session};
//! # use lark_event::connection::{ENDPOINT_PATH, Frame, Headers, Method, write_request};
//! # /// A platform that sends one event, and a clock that goes a second ahead with every look.
//! # #[derive(Default)]
//! # struct Network { now_ms: u64, sent: Vec<Vec<u8>> }
//! # enum Heard { Message(Vec<u8>), Lost, Nothing }
//! # impl Network {
//! #     fn now_ms(&mut self) -> u64 { self.now_ms += 1000; self.now_ms }
//! #     fn ask(&mut self, _path: &str, request: &str) -> Option<Vec<u8>> {
//! #         assert_eq!(request, r#"{"AppID":"cli_1","AppSecret":"..."}"#);
//! #         Some(br#"{"code":0,"data":{"URL":"wss://localhost/?service_id=7"}}"#.to_vec())
//! #     }
//! #     fn open(&mut self, _url: &str) -> bool { true }
//! #     fn send(&mut self, message: &[u8]) { self.sent.push(message.to_vec()); }
//! #     fn hear(&mut self, _until_ms: u64) -> Heard {
//! #         let headers = [("type", "event"), ("message_id", "m1"), ("sum", "1"), ("seq", "0")];
//! #         let payload = br#"{"schema":"2.0","header":{"event_id":"5e37","event_type":"a"},"event":{}}"#;
//! #         let event = Frame { method: Method::DATA, headers: Headers::new(&headers), payload: Some(payload), ..Frame::ping(7) };
//! #         match self.sent.len() { 1 => Heard::Message(event.write(&mut [0; 256]).unwrap().to_vec()), _ => Heard::Nothing }
//! #     }
//! #     fn close(&mut self) {}
//! # }
//! # fn handle(envelope: &Envelope) -> bool { envelope.header.event_id == "5e37" }
//! # let mut network = Network::default();
//! # let mut seen = 0;
//! let mut session = Session::new([0; 16 * 1024], [Part::EMPTY; 32], 0x5eed); // a number of this device's own
//! let (mut endpoint, mut envelope, mut out) = (Endpoint::EMPTY, Envelope::EMPTY, [0; 1024]);
//! let end = loop {
//!     match session.poll(network.now_ms(), &mut out)? {
//!         Action::Connect => {
//!             let reply = network.ask(ENDPOINT_PATH, write_request("cli_1", "...", &mut out)?); // by HTTPS
//!             let now_ms = network.now_ms();
//!             if !reply.is_some_and(|body| endpoint.read(&body).is_ok()) {
//!                 session.handle_disconnect(now_ms);
//!             } else if session.handle_endpoint(&endpoint, now_ms) {
//!                 match network.open(&endpoint.url) {
//!                     true => session.handle_open(network.now_ms()),
//!                     false => session.handle_disconnect(network.now_ms()), // or handle_refusal, with its headers
//!                 }
//!             }
//!         }
//!         Action::Send(message) => network.send(message),
//!         Action::Disconnect => network.close(),
//!         Action::Wait(until_ms) => match network.hear(until_ms) {
//!             Heard::Nothing => {}
//!             Heard::Lost => session.handle_disconnect(network.now_ms()),
//!             Heard::Message(message) => match session.handle_message(&message, network.now_ms()) {
//!                 Ok(Received::Event(json, ack)) => {
//!                     if let Err(error) = lark_event::decode(json, &mut envelope) {
//!                         eprintln!("{error}"); // where it is one field that is wrong, all others are there
//!                     }
//!                     let handled = !envelope.header.event_type.is_empty() && handle(&envelope);
//!                     if let Some(answer) = session.answer(&ack, handled, network.now_ms(), &mut out)? {
//!                         network.send(answer);
//!                     }
//! #                   session.close(); seen += 1;
//!                 }
//!                 Ok(Received::Unhandled(ack)) => {
//!                     if let Some(answer) = session.answer(&ack, false, network.now_ms(), &mut out)? {
//!                         network.send(answer);
//!                     }
//!                 }
//!                 Ok(Received::Nothing) => {}
//!                 Err(error) => eprintln!("a message that is of no use: {error}"),
//!             },
//!         },
//!         Action::End(end) => break end, // network.close(), if it is open
//!     }
//! };
//! # assert_eq!((end, seen, network.sent.len()), (End::Closed, 1, 2));
//! # Ok::<(), lark_event::Error>(())
//! ```
//!
//! Beneath it, [`Frame`] reads and writes the messages: they are protobuf, and the platform expects as answer to an event
//! that its frame comes back with its fields as they were. An event may come in several frames, which [`Reassembly`] puts
//! together.
//!
//! Facts: the platform documents none of this; it is what its SDKs do (Go `ws/client.go`, `ws/const.go` and
//! `ws/pbbp2.pb.go`, Python `lark_oapi/ws`).

mod endpoint;
mod frame;
mod reassembly;
mod session;

pub use endpoint::{ClientConfig, ENDPOINT_PATH, Endpoint, EndpointCode, fatal_handshake, write_request};
pub use frame::{ANSWER_ROOM, Frame, Headers, Method};
pub use reassembly::{PART_TTL_MS, Part, Reassembly, Taken};
pub use session::{Ack, Action, CONNECT_TIMEOUT_MS, End, PING_ROOM, PONG_TIMEOUT_MS, Received, Session};
