//! The C interface of [`lark_event`]: C symbols over its functions, for `lark_event.h`.
//!
//! The structs of the interface are those of the core, so this crate converts nothing: it checks what C code passes
//! (`arguments.rs`, the one place where pointers become references), calls the core, and hands the result back. Nothing
//! here knows a single event type. No function allocates or blocks, and none but `lark_dedup_init` and `lark_session_init`
//! keeps what it is given.
//!
//! The documentation of the functions is written for C: it becomes the header's.

#![no_std]

#[cfg(feature = "std")]
extern crate std;

mod arguments;
mod catalogue;
mod decode;
mod dedup;
mod endpoint;
mod item;
mod json;
mod message;
mod names;
mod session;
mod types;
mod webhook;

pub use catalogue::{
    lark_event_type_doc, lark_event_type_family, lark_event_type_field, lark_event_type_name, lark_event_type_next,
    lark_event_type_tag,
};
pub use decode::{lark_decode, lark_decode_as, lark_envelope_size, lark_to_json};
pub use dedup::{DEDUP_TTL_MS, lark_dedup_abort, lark_dedup_begin, lark_dedup_commit, lark_dedup_init};
pub use endpoint::{lark_endpoint_code_is_fatal, lark_endpoint_code_name, lark_endpoint_read, lark_endpoint_request};
pub use item::{lark_item_size, lark_next_item};
pub use json::{lark_json_pointer, lark_json_text};
pub use message::{lark_error_field, lark_error_message};
pub use names::{lark_error_kind_name, lark_schema_name, lark_value_name, lark_version};
pub use session::{
    SESSION_ANSWER_ROOM, SESSION_CONNECT_TIMEOUT_MS, SESSION_PART_TTL_MS, SESSION_PING_ROOM, SESSION_PONG_TIMEOUT_MS,
    lark_session_answer, lark_session_close, lark_session_handle_disconnect, lark_session_handle_endpoint,
    lark_session_handle_message, lark_session_handle_open, lark_session_handle_refusal, lark_session_init,
    lark_session_poll,
};
pub use types::{
    ActionKind, DedupSeen, DedupSlots, DeliveryKind, FieldInfo, FieldInfoKind, HttpHeader, JsonKind, JsonValue,
    ReceivedKind, SessionAck, SessionAction, SessionBytes, SessionEnd, SessionParts, SessionReceived, WebhookDelivery,
};
pub use webhook::{
    lark_http_status, lark_webhook_clear, lark_webhook_init, lark_webhook_init_insecure, lark_webhook_open,
    lark_webhook_receive, lark_webhook_reply, lark_webhook_set_max_body, lark_webhook_set_previous,
    lark_webhook_set_tolerance_ms,
};

#[cfg(all(feature = "abort", not(feature = "std")))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn abort() -> !;
    }
    abort()
}
