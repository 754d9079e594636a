//! The extension module `lark_event._native`: the reader and the schema of the core as Python objects.
//!
//! What users see is made in Python from what [`schema`] tells; here is what has to be fast, and nothing that depends on
//! which events there are.

#![forbid(unsafe_code)]

mod answer;
mod build;
mod classes;
mod decode;
mod dedup;
mod envelope;
mod frame;
mod headers;
mod intake;
mod interpreter;
mod record;
mod schema;
mod session;
mod webhook;

use pyo3::prelude::*;

/// The parts of `lark_event` that are written in Rust. On a CPython without a global lock they ask for one: nobody has
/// tested them without.
#[pymodule(gil_used = true)]
mod _native {
    use pyo3::{prelude::*, types::PyModule};

    #[pymodule_export]
    use crate::classes::register;
    #[pymodule_export]
    use crate::decode::decode;
    #[pymodule_export]
    use crate::dedup::Dedup;
    #[pymodule_export]
    use crate::frame::Frame;
    #[pymodule_export]
    use crate::intake::{Handlers, Intake};
    #[pymodule_export]
    use crate::record::{Envelope, Field, Record, restore};
    #[pymodule_export]
    use crate::schema::{enum_names, enum_values, event_type, event_types, header_fields, record, record_names, sizes};
    #[pymodule_export]
    use crate::session::{Delivery, Session, endpoint_code_name, endpoint_request};
    #[pymodule_export]
    use crate::webhook::{Webhook, challenge_reply, encrypt, reply, sign};

    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    /// What to put behind the domain to ask where to connect to.
    #[pymodule_export]
    const ENDPOINT_PATH: &str = lark_event::connection::ENDPOINT_PATH;
    /// How long finding out where to connect to and opening the WebSocket may take together.
    #[pymodule_export]
    const CONNECT_TIMEOUT_MS: u64 = lark_event::connection::CONNECT_TIMEOUT_MS;
    /// How many bytes the body of a request may have if nothing else is said.
    #[pymodule_export]
    const MAX_BODY: u32 = lark_event::webhook::Receiver::MAX_BODY;
    /// How long an event is to be remembered.
    #[pymodule_export]
    const TTL_MS: u64 = lark_event::dedup::TTL_MS;

    #[pymodule_init]
    fn claim(module: &Bound<'_, PyModule>) -> PyResult<()> {
        crate::interpreter::claim(module.py())
    }
}
