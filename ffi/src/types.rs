//! The structs and numbers that only the C interface has; all others are the core's. Plain data: whatever C code writes
//! into one is a value of its type. `ffi/tests/layout.rs` includes this file, so it names nothing else of this crate.

use core::ffi::c_char;
use lark_event::dedup::Slot;

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
