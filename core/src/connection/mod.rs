//! The long connection (长连接): events over a WebSocket that the receiver opens, without a public address.
//!
//! [`write_request`] and [`Endpoint::read`] are the question where to connect to, and the answer; the HTTP call between them
//! is the caller's, as is the WebSocket. [`Frame`] reads and writes the messages of that: they are protobuf, and the platform
//! expects as answer to an event that its frame comes back with its fields as they were, which [`Frame::write_ack`] does.
//!
//! ```
//! use lark_event::connection::{Frame, Method};
//!
//! let mut out = [0; 64];
//! let ping = Frame::ping(1).write(&mut out)?; // to be sent as a binary message, first of all
//! assert_eq!(ping.len(), 22);
//! let read = Frame::read(ping)?;
//! assert_eq!((read.method, read.header("type")), (Method::CONTROL, Some("ping")));
//! # Ok::<(), lark_event::Error>(())
//! ```
//!
//! An event may come in several frames: [`Reassembly`] puts it together.
//!
//! Facts: the platform documents none of this; it is what its SDKs do (Go `ws/client.go`, `ws/const.go` and
//! `ws/pbbp2.pb.go`, Python `lark_oapi/ws`).

mod endpoint;
mod frame;
mod reassembly;

pub use endpoint::{ClientConfig, ENDPOINT_PATH, Endpoint, EndpointCode, is_fatal_handshake, write_request};
pub use frame::{Frame, Headers, Method};
pub use reassembly::{PART_TTL_MS, Part, Reassembly, Taken};
