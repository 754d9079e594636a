//! Where to connect to: the request that asks for it, the platform's reply, and what a refused handshake means.

use crate::{
    error::{Error, ErrorKind},
    json::{Members, Reader, Writer},
    record::{FieldType, Value},
    text::Text,
};
use core::fmt;
use lark_event_derive::open_enum;

/// What to put behind the domain, `https://open.feishu.cn` or `https://open.larksuite.com`, to ask where to connect to, by
/// POST with the body that [`write_request`] makes. Each connection asks anew: the address has a ticket in it.
pub const ENDPOINT_PATH: &str = "/callback/ws/endpoint";

/// Writes the body of the request to the front of `out`, and returns it.
///
/// # Errors
///
/// `BUFFER_FULL` if `out` is too small: 256 bytes are plenty for the platform's ids and secrets.
pub fn write_request<'b>(app_id: &str, app_secret: &str, out: &'b mut [u8]) -> Result<&'b str, Error> {
    let (mut out, mut first) = (Writer::new(out), true);
    let written = out.raw("{").and_then(|()| {
        for (name, text) in [("AppID", app_id), ("AppSecret", app_secret)] {
            out.name(&mut first, name)?;
            out.string(text)?;
        }
        out.raw("}")
    });
    written.and_then(|()| out.into_text()).ok_or(Error::of_call(ErrorKind::BUFFER_FULL))
}

/// What the platform says to the request, and in a refused handshake.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct EndpointCode(pub i32);

#[open_enum]
impl EndpointCode {
    /// There is an address.
    pub const OK: Self = Self(0);
    /// The platform is busy.
    pub const SYSTEM_BUSY: Self = Self(1);
    /// The app may not connect.
    pub const FORBIDDEN: Self = Self(403);
    /// The app could not be verified.
    pub const AUTH_FAILED: Self = Self(514);
    /// Something is wrong on the platform's side.
    pub const INTERNAL_ERROR: Self = Self(1_000_040_343);
    /// The request has no app id or no secret.
    pub const NO_CREDENTIAL: Self = Self(1_000_040_344);
    /// App id or secret is wrong.
    pub const INVALID_CREDENTIAL: Self = Self(1_000_040_345);
    /// The app has as many connections as it may have.
    pub const CONNECTION_LIMIT: Self = Self(1_000_040_350);
    /// The tenant belongs to the other domain.
    pub const WRONG_DOMAIN: Self = Self(1_000_040_351);
}

impl EndpointCode {
    /// Whether trying again will not help until somebody changes something: all codes but `OK` and two that tell of the
    /// platform's own trouble, also unknown ones, as in the platform's SDKs. (A reply with another HTTP status than 200, or
    /// one that cannot be read, is worth another try.)
    pub const fn is_fatal(self) -> bool {
        !matches!(self, Self::OK | Self::SYSTEM_BUSY | Self::INTERNAL_ERROR)
    }
}

/// Why it is of no use to try again after a handshake that was refused with these headers: `Handshake-Status` and
/// `Handshake-Autherrcode`, `None` where there is no such header.
///
/// It is for 403, and for 514 if the app has too many connections; not for others, and not without headers.
pub fn fatal_handshake(status: Option<&str>, auth_error_code: Option<&str>) -> Option<EndpointCode> {
    let number = |text: Option<&str>| text.and_then(|text| text.trim_ascii().parse().ok()).map(EndpointCode);
    match number(status)? {
        EndpointCode::FORBIDDEN => Some(EndpointCode::FORBIDDEN),
        EndpointCode::AUTH_FAILED => number(auth_error_code).filter(|code| *code == EndpointCode::CONNECTION_LIMIT),
        _ => None,
    }
}

/// How often to ask for a sign of life, and how to connect again. The platform sends it with the address and in its pongs.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClientConfig {
    /// How often to try to connect again, -1 for ever.
    pub reconnect_count: i32,
    /// Seconds between two attempts.
    pub reconnect_interval_s: u32,
    /// Before the first attempt, wait a random time below this many seconds.
    pub reconnect_nonce_s: u32,
    /// Seconds between two pings.
    pub ping_interval_s: u32,
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl ClientConfig {
    /// What holds until the platform says something else: that of its SDKs.
    pub const DEFAULT: Self =
        Self { reconnect_count: -1, reconnect_interval_s: 120, reconnect_nonce_s: 30, ping_interval_s: 120 };

    /// Takes what the payload of a pong says; an empty one says nothing.
    ///
    /// What is absent, `null`, no integer or out of range leaves what there was: counts from -1 on, intervals from 1
    /// second to a day, and 0 for the nonce. So no pong can make a client ask without a pause.
    ///
    /// # Errors
    ///
    /// Kinds 1 to 99 if the payload is not JSON, `TYPE` if it is no object. Nothing is changed then.
    pub fn update(&mut self, payload: &[u8]) -> Result<(), Error> {
        if payload.is_empty() {
            return Ok(());
        }
        let (mut reader, mut new) = (Reader::new(payload), *self);
        new.read(&mut reader)?;
        reader.finish()?;
        *self = new;
        Ok(())
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        const DAY: i64 = 24 * 60 * 60;
        let mut object = enter(reader)?;
        while let Some(name) = reader.next_member(&mut object)? {
            let Some(value) = integer(reader)? else { continue };
            let seconds = |least: i64, was: u32| if (least..=DAY).contains(&value) { value as u32 } else { was };
            if name.is("ReconnectCount") {
                self.reconnect_count = i32::try_from(value).ok().filter(|it| *it >= -1).unwrap_or(self.reconnect_count);
            } else if name.is("ReconnectInterval") {
                self.reconnect_interval_s = seconds(1, self.reconnect_interval_s);
            } else if name.is("ReconnectNonce") {
                self.reconnect_nonce_s = seconds(0, self.reconnect_nonce_s);
            } else if name.is("PingInterval") {
                self.ping_interval_s = seconds(1, self.ping_interval_s);
            }
        }
        Ok(())
    }
}

/// The platform's reply to the question where to connect to.
/// Its `Debug` form does not tell the address.
#[repr(C)]
#[derive(Clone)]
pub struct Endpoint {
    /// Whether there is an address, or why not.
    pub code: EndpointCode,
    /// What the platform says about the code, as far as it fits.
    pub msg: Text<256>,
    /// The address of the WebSocket. It is a secret: whoever has it can connect once.
    pub url: Text<1024>,
    /// What holds for the connection.
    pub config: ClientConfig,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, msg, url, config } = self;
        let url = url.get().map(|_| format_args!("..."));
        f.debug_struct("Endpoint")
            .field("code", code)
            .field("msg", msg)
            .field("url", &url)
            .field("config", config)
            .finish()
    }
}

impl Endpoint {
    /// Nothing.
    pub const EMPTY: Self =
        Self { code: EndpointCode::OK, msg: Text::EMPTY, url: Text::EMPTY, config: ClientConfig::DEFAULT };

    /// Reads the body of a reply with the HTTP status 200 into `self`.
    ///
    /// # Errors
    ///
    /// Try again after any of them; `self` is empty then:
    ///
    /// * Kinds 1 to 99: the body is not JSON.
    /// * `TYPE`: it is no object, `data` is none, or its code is no integer.
    /// * `MISSING`: it has no code, or with the code `OK` no address.
    /// * `CAPACITY`: the address has more than 1023 bytes.
    pub fn read(&mut self, body: &[u8]) -> Result<(), Error> {
        *self = Self::EMPTY;
        self.read_reply(body).inspect_err(|_| *self = Self::EMPTY)
    }

    fn read_reply(&mut self, body: &[u8]) -> Result<(), Error> {
        let (mut reader, mut code) = (Reader::new(body), None);
        let mut object = enter(&mut reader)?;
        while let Some(name) = reader.next_member(&mut object)? {
            if name.is("code") {
                let at = type_error(&reader);
                code = Some(integer(&mut reader)?.and_then(|code| i32::try_from(code).ok()).ok_or(at)?);
            } else if name.is("msg") && reader.peek()? == b'"' {
                // One that is too long is no reason not to know the code.
                let _ = self.msg.put(Value::Text(reader.string()?));
            } else if name.is("data") && reader.peek()? != b'n' {
                self.read_data(&mut reader)?;
            } else {
                reader.skip_value()?;
            }
        }
        reader.finish()?;
        self.code = EndpointCode(code.ok_or(Error::of_call(ErrorKind::MISSING))?);
        if self.code == EndpointCode::OK && self.url.is_empty() {
            return Err(Error::of_call(ErrorKind::MISSING));
        }
        Ok(())
    }

    fn read_data(&mut self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let mut object = enter(reader)?;
        while let Some(name) = reader.next_member(&mut object)? {
            match reader.peek()? {
                b'"' if name.is("URL") => {
                    let start = reader.offset();
                    let put = self.url.put(Value::Text(reader.string()?));
                    put.map_err(|overflow| Error::overflow(overflow, start))?;
                }
                b'{' if name.is("ClientConfig") => self.config.read(reader)?,
                _ => reader.skip_value()?,
            }
        }
        Ok(())
    }

    /// The number that pings carry, from the address.
    pub fn service_id(&self) -> Option<i32> {
        self.parameter("service_id")?.parse().ok()
    }

    /// The name of this connection in the platform's logs, from the address.
    pub fn device_id(&self) -> Option<&str> {
        self.parameter("device_id")
    }

    /// A parameter of the address, as it stands there.
    fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.url.split_once('?')?;
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// Enters an object; what is something else is a fault of its type if it is JSON.
fn enter(reader: &mut Reader<'_>) -> Result<Members, Error> {
    if reader.peek()? == b'{' {
        return reader.enter_object();
    }
    let error = type_error(reader);
    reader.skip_value().and(Err(error))
}

/// Reads a number that is an integer; any other value is passed over.
fn integer(reader: &mut Reader<'_>) -> Result<Option<i64>, Error> {
    match reader.peek()? {
        b'-' | b'0'..=b'9' => Ok(reader.number()?.to_i64()),
        _ => reader.skip_value().map(|()| None),
    }
}

fn type_error(reader: &Reader<'_>) -> Error {
    Error::at(ErrorKind::TYPE, reader.input(), reader.offset())
}
