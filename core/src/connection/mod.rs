//! The long connection (长连接): events over a WebSocket that the receiver opens, without a public address.
//!
//! [`Frame`] reads and writes the messages of it. They are protobuf, and what the platform expects of an answer is that
//! the frame of an event comes back with its fields as they were: [`Frame::write_ack`] does that.
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
//! Facts: the platform documents nothing of the frames; they are those of its SDKs (Go `ws/pbbp2.pb.go`, Python
//! `lark_oapi/ws/pb`).

mod frame;
mod reassembly;

pub use frame::{Frame, Headers, Method};
pub use reassembly::{PART_TTL_MS, Part, Reassembly, Taken};
