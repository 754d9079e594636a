//! Lark / Feishu CoreHR events, from bytes to a typed struct, without a heap.
//!
//! [`decode`] reads the JSON body of one event (as it comes out of a webhook or the long connection) into an
//! [`Envelope`] that the caller owns: a header, and one struct of fixed capacity per event type. No allocation, no
//! clock, no I/O, no unsafe code; the stack used does not depend on the input.
//!
//! ```
//! use lark_event::{Envelope, Event, ProcessStatus, decode};
//!
//! let body = br#"{"schema":"2.0",
//!     "header":{"event_id":"5e3702a8","event_type":"corehr.process.updated_v2"},
//!     "event":{"process_id":"7072306364927985196","status":9}}"#;
//!
//! let mut envelope = Envelope::EMPTY; // once, or a static: decode reuses it
//! decode(body, &mut envelope)?;
//! let Event::ProcessUpdated(event) = &envelope.event else { panic!("another event") };
//! assert_eq!(event.process_id.get(), Some("7072306364927985196"));
//! assert_eq!(event.status.get(), Some(ProcessStatus::COMPLETED));
//! assert_eq!(event.biz_type.get(), None); // not in the body
//! # Ok::<(), lark_event::Error>(())
//! ```
//!
//! # Cargo features
//!
//! All of these are on by default. Without default features, take what the device needs: an [`Envelope`] is as large as
//! the largest event in it.
//!
//! * One for each family of events, the second word of an event type and a module of [`event`]: `process`, `job_change`,
//!   `employment` and so on; `events` stands for all of them. An event of a family that is left out is one of a type that
//!   is not known: header and raw bytes are there.
//! * `webhook`: verified and decrypted webhook requests, [`webhook`].
//! * `connection`: the frames of the long connection, [`connection`].
//! * `dedup`: which events were seen lately, [`dedup`].
//! * `std`: lets a dependency of the webhook ask the standard library which instructions the processor has, for speed.
//!   This crate itself uses none of it.
//!
//! # Layers
//!
//! Each is usable alone: [`json`] reads strict JSON; [`record`] fills any target from a table of fields; [`object`] has the
//! objects and lists of objects that events hold; [`event`] is the registry of event types, [`EventType::all`];
//! [`envelope`] ties them together.

#![no_std]
#![forbid(unsafe_code)]

// The derives name this crate by its public path; inside it, that path is this alias.
extern crate self as lark_event;

#[cfg(feature = "connection")]
pub mod connection;
#[cfg(feature = "dedup")]
pub mod dedup;
#[cfg(any(feature = "connection", feature = "dedup", feature = "webhook"))]
mod digest;
pub mod envelope;
pub mod error;
pub mod event;
pub mod json;
pub mod object;
#[cfg(test)]
#[cfg(feature = "webhook")]
mod published;
pub mod record;
pub mod text;
#[cfg(feature = "webhook")]
pub mod webhook;

pub use envelope::{Envelope, Header, Schema, Span, decode, decode_as};
pub use error::{Error, ErrorKind, Path};
pub use event::*;
pub use object::{ListPlace, Object, ObjectList};
pub use text::{Opt, Text, TextList};

/// The sample of the README, run with the examples of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
