//! The platform's question whether a webhook address is ours.

use crate::Text;
use lark_event_derive::Record;

/// The platform asks for the `challenge` back before it sends events to an address.
///
/// Not an event proper: it stands at the top level of a body without a header. Its token is in the envelope's header.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("url_verification")]
pub struct UrlVerification {
    /// The text to send back, as `{"challenge": ...}` within one second.
    pub challenge: Text<512>,
}
