//! What to send back. Only the status counts for the platform, save for a challenge.

use crate::{
    error::{Error, ErrorKind},
    json::Writer,
};

/// A reply: HTTP status and JSON body. It never tells more than the status does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reply<'a> {
    /// The HTTP status. The platform delivers an event again for every status but 200.
    pub status: u16,
    /// The body, JSON.
    pub body: &'a str,
}

impl Reply<'static> {
    /// The value of the `Content-Type` header of all replies.
    pub const CONTENT_TYPE: &'static str = "application/json; charset=utf-8";

    /// The event has been taken care of, now or earlier, or nobody is interested in it.
    pub const SUCCESS: Self = Self { status: 200, body: r#"{"msg":"success"}"# };

    /// Something went wrong: see [`ErrorKind::http_status`].
    pub const fn failure(kind: ErrorKind) -> Self {
        let status = kind.http_status();
        let body = match status {
            400 => r#"{"msg":"Bad Request"}"#,
            401 => r#"{"msg":"Unauthorized"}"#,
            413 => r#"{"msg":"Content Too Large"}"#,
            503 => r#"{"msg":"Service Unavailable"}"#,
            _ => r#"{"msg":"Internal Server Error"}"#,
        };
        Self { status, body }
    }
}

impl<'a> Reply<'a> {
    /// The reply to a challenge, written into `out`: 600 bytes are plenty for the platform's, which have 36 characters;
    /// no text needs more than six times its bytes and 16.
    ///
    /// # Errors
    ///
    /// `BUFFER_FULL` if `out` is too small.
    pub fn challenge(challenge: &str, out: &'a mut [u8]) -> Result<Self, Error> {
        let mut out = Writer::new(out);
        let written = out.raw("{\"challenge\":").and_then(|()| out.string(challenge)).and_then(|()| out.raw("}"));
        let body = written.and_then(|()| out.into_text()).ok_or(Error::of_call(ErrorKind::BUFFER_FULL))?;
        Ok(Self { status: 200, body })
    }
}

impl ErrorKind {
    /// The HTTP status that tells a sender of this fault: 401 for what is not proven to come from the platform, 413 for
    /// what is too large, 503 for an event that is just being handled, 500 for a fault on our side, else 400.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::UNVERIFIED | Self::SIGNATURE_HEADER | Self::SIGNATURE | Self::STALE | Self::TOKEN => 401,
            Self::TOO_LARGE => 413,
            Self::IN_PROGRESS => 503,
            Self(200..300) | Self::HANDLER => 500,
            _ => 400,
        }
    }
}
