//! Webhook requests: verified, decrypted in place, and answered.
//!
//! [`Receiver::open`] takes the headers and the raw body of a request and gives back the plain JSON in them, if they come
//! from the platform: the question whether an address is ours ([`Delivery::Challenge`]) or an event
//! ([`Delivery::Event`], for [`decode`](crate::decode)). [`Receiver::receive`] decodes it as well, in less time;
//! [`Receiver::ready`] is for servers. [`Reply`] is what to send back.
//!
//! ```
//! use lark_event::webhook::{Credentials, Delivery, Receiver, Reply, platform};
//! use lark_event::{Envelope, decode};
//!
//! let secrets = Credentials { encrypt_key: Some("test key"), verification_token: Some("tok") };
//! let receiver = Receiver::new(secrets)?; // once
//!
//! // A request as the platform makes it.
//! let event = br#"{"schema":"2.0","header":{"event_id":"1","event_type":"corehr.process.cc.updated_v2","token":"tok"},
//!     "event":{"process_id":"7072306364927985196","status":5}}"#;
//! let mut buffer = [0; 1024];
//! let encrypted = platform::encrypt("test key", [7; 16], event, &mut buffer)?;
//! let mut body = format!(r#"{{"encrypt":"{encrypted}"}}"#).into_bytes();
//! let signature = platform::sign("test key", "1700000000", "nonce", &body);
//! let headers =
//!     [("X-Lark-Request-Timestamp", "1700000000"), ("X-Lark-Request-Nonce", "nonce"), ("X-Lark-Signature", signature.as_str())];
//!
//! let mut out = [0; 600];
//! let mut envelope = Envelope::EMPTY; // once
//! let reply = match receiver.open(headers, &mut body, 1_700_000_000_000) {
//!     Ok(Delivery::Challenge(challenge)) => Reply::challenge(challenge, &mut out)?,
//!     Ok(Delivery::Event(json)) => match decode(json, &mut envelope) {
//!         Ok(()) => Reply::SUCCESS, // after the event has been taken care of
//!         Err(error) => Reply::failure(error.kind),
//!     },
//!     Err(error) => Reply::failure(error.kind),
//! };
//! assert_eq!((reply.status, reply.body), (200, r#"{"msg":"success"}"#));
//! assert_eq!(&*envelope.header.event_id, "1");
//! # Ok::<(), lark_event::Error>(())
//! ```
//!
//! # What is checked, in what order
//!
//! 1. The size of the body ([`Receiver::set_max_body`]).
//! 2. With an Encrypt Key: the signature headers and the signature over the raw body, then, if asked for, the age of the
//!    timestamp ([`Receiver::set_tolerance_ms`]). Nothing of the body has been looked at so far.
//! 3. With an Encrypt Key: that the body is `{"encrypt": ...}`, Base64, AES-256-CBC, PKCS#7.
//! 4. That what is inside is a JSON object, and that every verification token in it (at the top level, in `header`) is
//!    the right one; with a token set there must be one.
//!
//! The platform does not sign its challenges. With an Encrypt Key a request that has none of the three headers must
//! therefore decrypt to a challenge with the right token; whatever else it is, the answer is the same
//! [`UNVERIFIED`](crate::ErrorKind::UNVERIFIED), and what depends on the key (the padding, what stands in the plain text)
//! takes the same way to it.
//!
//! # Secrets in memory
//!
//! A [`Receiver`] is wiped when it is dropped or cleared, the copies of a secret that are made on the way at once. What the
//! crate `aes` has of a key on the stack while a request is decrypted (round keys, and with them half of the cipher's key)
//! is not: calls that follow overwrite it.
//!
//! Facts: the pages "Send notifications to developer's server" and "Encrypt Key encryption configuration case" of
//! open.feishu.cn (事件订阅, 加密策略).

mod cipher;
mod content;
pub mod platform;
mod ready;
mod receive;
mod receiver;
mod reply;
mod secret;
pub(crate) mod signature;

pub use ready::ReadyReceiver;
pub use receive::Received;
pub use receiver::{Credentials, Delivery, Receiver};
pub use reply::Reply;
pub use secret::{CipherKey, Secret};
