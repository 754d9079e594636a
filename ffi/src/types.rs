//! The structs and numbers that only the C interface has; all others are the core's. Plain data: whatever C code writes
//! into one is a value of its type. `ffi/tests/layout.rs` includes this file, so it names nothing else of this crate.

use core::ffi::c_char;
use lark_event::{
    connection::{EndpointCode, Part},
    dedup::Slot,
    text::Flag,
};

/// What a value of a JSON document is.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JsonKind(pub i32);

impl JsonKind {
    /// Nothing: the document has no such value.
    pub const NONE: Self = Self(0);
    /// `null`.
    pub const NULL: Self = Self(1);
    /// `true` or `false`: `boolean` tells.
    pub const BOOLEAN: Self = Self(2);
    /// A number: `integer` has it if `is_integer`.
    pub const NUMBER: Self = Self(3);
    /// A string: lark_json_text() undoes its escapes.
    pub const STRING: Self = Self(4);
    /// An array: lark_json_pointer() finds what is in it.
    pub const ARRAY: Self = Self(5);
    /// An object: lark_json_pointer() finds what is in it.
    pub const OBJECT: Self = Self(6);
}

/// A value that lark_json_pointer() has found in a document. All bytes zero: none. Members that are of no meaning for its
/// kind are zero.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct JsonValue {
    /// What it is.
    pub kind: JsonKind,
    /// `BOOLEAN`: which.
    pub boolean: Flag,
    /// `NUMBER`: whether it is written without fraction and exponent, and `int64_t` can hold it.
    pub is_integer: Flag,
    /// `NUMBER`: the integer, if it is one.
    pub integer: i64,
    /// The JSON of the value as it stands in the document, without a NUL behind it: a string with its quotes and escapes,
    /// the digits of a number of any size. It ends with the memory of the document, and changes with it.
    pub data: *const u8,
    /// Bytes at `data`.
    pub len: usize,
}

impl JsonValue {
    /// All bytes zero. (A constant would become a macro of the header, and C has `{0}` for it.)
    #[must_use]
    pub fn none() -> Self {
        Self { kind: JsonKind::NONE, boolean: 0, is_integer: 0, integer: 0, data: core::ptr::null(), len: 0 }
    }
}

/// A header of an HTTP request. Neither name nor value need a NUL behind them; NULL is good for no bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HttpHeader {
    /// The name; upper and lower case do not matter.
    pub name: *const c_char,
    /// Bytes of the name.
    pub name_len: usize,
    /// The value, without white space around it.
    pub value: *const c_char,
    /// Bytes of the value.
    pub value_len: usize,
}

/// What a request has brought.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeliveryKind(pub i32);

impl DeliveryKind {
    /// Nothing: the request has been refused.
    pub const NONE: Self = Self(0);
    /// The platform asks whether the address is ours: send lark_webhook_reply() back within one second.
    pub const CHALLENGE: Self = Self(1);
    /// An event: its plain JSON is for lark_decode().
    pub const EVENT: Self = Self(2);
}

/// What lark_webhook_open() has found in a body. All bytes zero: nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WebhookDelivery {
    /// What it is.
    pub kind: DeliveryKind,
    /// The plain JSON of the event or the text of the challenge, both UTF-8 without a NUL behind them; NULL if there is
    /// neither. It is a part of the request's body: it ends with that memory, and changes with it.
    pub data: *const u8,
    /// Bytes at `data`.
    pub len: usize,
}

impl WebhookDelivery {
    /// All bytes zero. (A constant would become a macro of the header, and C has `{0}` for it.)
    #[must_use]
    pub fn none() -> Self {
        Self { kind: DeliveryKind::NONE, data: core::ptr::null(), len: 0 }
    }
}

/// What is known of an event that comes in.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DedupSeen(pub i32);

impl DedupSeen {
    /// It cannot be told: an argument is invalid. Nothing has been noted.
    pub const INVALID: Self = Self(0);
    /// Nothing: handle it, and then call lark_dedup_commit() or lark_dedup_abort().
    pub const NEW: Self = Self(1);
    /// It has been handled: answer 200.
    pub const DUPLICATE: Self = Self(2);
    /// It is being handled right now. If that fails, another delivery will be needed: answer as to
    /// `LARK_ERROR_KIND_IN_PROGRESS`, not 200.
    pub const IN_PROGRESS: Self = Self(3);
}

/// The memory of a LarkDedup.
#[repr(C)]
#[derive(Debug)]
pub struct DedupSlots {
    /// The slots.
    pub data: *mut Slot,
    /// How many there are.
    pub count: usize,
}

/// The memory of a LarkSession for events that come in several messages: their bytes.
#[repr(C)]
#[derive(Debug)]
pub struct SessionBytes {
    /// The bytes.
    pub data: *mut u8,
    /// How many there are.
    pub count: usize,
}

/// The memory of a LarkSession for events that come in several messages: what is known of each part.
#[repr(C)]
#[derive(Debug)]
pub struct SessionParts {
    /// The parts.
    pub data: *mut Part,
    /// How many there are.
    pub count: usize,
}

/// What a session says to do.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActionKind(pub i32);

impl ActionKind {
    /// It cannot be told: an argument is invalid, or the buffer too small.
    pub const NONE: Self = Self(0);
    /// Ask where to connect to (`LARK_ENDPOINT_PATH`), tell the reply to lark_session_handle_endpoint(), open a WebSocket
    /// at its address, and call lark_session_handle_open(). If anything of that fails, call
    /// lark_session_handle_refusal() or lark_session_handle_disconnect().
    pub const CONNECT: Self = Self(1);
    /// Send `message` as a binary message.
    pub const SEND: Self = Self(2);
    /// Cut the connection, or the attempt at one, without waiting for the peer: it has been silent for too long.
    pub const DISCONNECT: Self = Self(3);
    /// Nothing, until the clock says `until_ms`, or a message or the end of the connection comes.
    pub const WAIT: Self = Self(4);
    /// The session is over, `end` tells why: close the WebSocket if there is one.
    pub const END: Self = Self(5);
}

/// Why a session is over.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionEnd(pub i32);

impl SessionEnd {
    /// lark_session_close() was called, and all events have been answered; or there never was a session.
    pub const CLOSED: Self = Self(0);
    /// The platform has refused the connection, and will as long as nobody changes something: `code` tells why.
    pub const REFUSED: Self = Self(1);
    /// As many attempts have failed in a row as the platform allows, `reconnect_count` of LarkClientConfig.
    pub const GAVE_UP: Self = Self(2);
}

/// What to do. Members that are of no meaning for its kind are zero.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SessionAction {
    /// What it is.
    pub kind: ActionKind,
    /// `SEND`: the message. It is at the front of the buffer that lark_session_poll() was given.
    pub message: *const u8,
    /// `SEND`: bytes at `message`.
    pub len: usize,
    /// `WAIT`: until when.
    pub until_ms: u64,
    /// `END`: why.
    pub end: SessionEnd,
    /// `END` with `LARK_END_REFUSED`: what the platform has said.
    pub code: EndpointCode,
}

impl SessionAction {
    /// All bytes zero. (A constant would become a macro of the header, and C has `{0}` for it.)
    #[must_use]
    pub fn none() -> Self {
        Self {
            kind: ActionKind::NONE,
            message: core::ptr::null(),
            len: 0,
            until_ms: 0,
            end: SessionEnd::CLOSED,
            code: EndpointCode::OK,
        }
    }
}

/// What has come of a message.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReceivedKind(pub i32);

impl ReceivedKind {
    /// Nothing to be handled or answered: a pong, part of an event, or one that comes while the session is closing.
    pub const NOTHING: Self = Self(0);
    /// A whole event: its JSON is for lark_decode(), and lark_session_answer() answers it.
    pub const EVENT: Self = Self(1);
    /// A card or something unknown that is to be answered: with `false`, unless you know what to do about it.
    pub const UNHANDLED: Self = Self(2);
}

/// What it takes to answer an event: its last message. All bytes zero: nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SessionAck {
    /// The message as it came. Who answers later keeps a copy of it, and lets this point there.
    pub message: *const u8,
    /// Bytes at `message`.
    pub len: usize,
    /// When it came.
    pub received_ms: u64,
    /// The number of the connection over which it came.
    pub connection: u32,
}

/// What lark_session_handle_message() has found in a message. All bytes zero: nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct SessionReceived {
    /// What it is.
    pub kind: ReceivedKind,
    /// `EVENT`: its JSON, without a NUL behind it. It is a part of the message, or lies in the memory of the session, where
    /// the next call for that session may overwrite it.
    pub json: *const u8,
    /// Bytes at `json`.
    pub json_len: usize,
    /// `EVENT` and `UNHANDLED`: what lark_session_answer() needs.
    pub ack: SessionAck,
}

impl SessionReceived {
    /// All bytes zero. (A constant would become a macro of the header, and C has `{0}` for it.)
    #[must_use]
    pub fn nothing() -> Self {
        let ack = SessionAck { message: core::ptr::null(), len: 0, received_ms: 0, connection: 0 };
        Self { kind: ReceivedKind::NOTHING, json: core::ptr::null(), json_len: 0, ack }
    }
}

/// What a field of an event accepts, and what its member of the struct is.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FieldInfoKind(pub i32);

impl FieldInfoKind {
    /// There is no such field.
    pub const NONE: Self = Self(0);
    /// A text: `LarkText_N`.
    pub const TEXT: Self = Self(1);
    /// A number with documented values: `LarkOpt_T`.
    pub const ENUM: Self = Self(2);
    /// A non-negative integer: `LarkOpt_u64`.
    pub const DECIMAL: Self = Self(3);
    /// A list of texts: `LarkTextList_O__B`.
    pub const TEXT_LIST: Self = Self(4);
    /// An object with fields of its own: `LarkObject_T`.
    pub const OBJECT: Self = Self(5);
    /// A list of such objects: `LarkObjectList_T`. lark_next_item() reads them.
    pub const OBJECT_LIST: Self = Self(6);
}

/// A field of an event, as lark_event_type_field() tells. The texts are static and NUL-terminated.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// Its name in the JSON.
    pub name: *const c_char,
    /// What it accepts.
    pub kind: FieldInfoKind,
    /// What it means, as in this header.
    pub doc: *const c_char,
    /// `TEXT`: the bytes of the longest text that its struct holds. `TEXT_LIST`: the bytes of all texts together, with a NUL
    /// for each. Otherwise 0.
    pub max_bytes: u32,
    /// `TEXT_LIST`: how many texts its struct holds. Otherwise 0.
    pub max_items: u32,
    /// `OBJECT`, `OBJECT_LIST`: its struct, or that of its objects. `ENUM`, and a `TEXT` that has documented values: what
    /// they are called together. Without the `Lark` before it. Otherwise NULL.
    pub type_name: *const c_char,
}
