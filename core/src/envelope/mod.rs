//! The envelope around an event: its shapes, its header, and how it is decoded and written again.

mod read;

pub(crate) use read::{EVENT_FIELD, FIELDS};
#[cfg(feature = "webhook")]
pub(crate) use read::{TELLING, read_all};
pub use read::{read, read_event};

use crate::{
    error::{Error, ErrorKind},
    event::{self, Event},
    json::Writer,
    record::{ObjectRef, Record, Target},
    text::{Opt, Text},
};
use core::fmt;
use lark_event_derive::{Record, open_enum};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A decoded body. All bytes zero is the valid empty one, so a static needs no start-up code.
///
/// Two envelopes are equal if schema, header and event are. Where the event stood in its body does not matter, but of a list
/// of objects the place is what counts.
#[repr(C)]
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The shape of the body.
    pub schema: Schema,
    /// Where the JSON of `event` stands in the body; empty if there is none.
    pub raw_event: Span,
    /// The header.
    pub header: Header,
    /// The event.
    pub event: Event,
}

/// The shape of a body.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Schema(pub i32);

#[open_enum]
impl Schema {
    /// No body, or none of the shapes below.
    pub const NONE: Self = Self(0);
    /// `uuid`, `ts`, `token`, `type` and an `event` that names its own type. No CoreHR event has it.
    pub const V1: Self = Self(1);
    /// `schema`, `header` and `event`.
    pub const V2: Self = Self(2);
    /// `challenge`, `token` and `type`.
    pub const URL_VERIFICATION: Self = Self(3);
    /// `encrypt`: the body is to be opened first.
    pub const ENCRYPTED: Self = Self(4);
    /// `header` and `event` without an event type: the caller must name it.
    pub const HEADLESS: Self = Self(5);
}

impl Schema {
    /// The text by which the platform or this crate calls the shape; `""` for none.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1.0",
            Self::V2 => "2.0",
            Self::URL_VERIFICATION => "url_verification",
            Self::ENCRYPTED => "encrypt",
            Self::HEADLESS => "headless",
            _ => "",
        }
    }
}

/// A range of bytes of a body.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Span {
    /// The first byte, counted from 0.
    pub offset: u32,
    /// How many bytes.
    pub len: u32,
}

impl Span {
    /// The bytes of `body`, which must be the one the span was found in; empty where the span does not fit it.
    pub fn of(self, body: &[u8]) -> &[u8] {
        let start = self.offset as usize;
        body.get(start..start.saturating_add(self.len as usize)).unwrap_or_default()
    }
}

/// What the platform says about an event. Its `Debug` form does not tell the token.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Record)]
pub struct Header {
    /// Unique id of the event, the same in every repeated delivery; in schema 1.0 its `uuid`.
    pub event_id: Text<64>,
    /// Event type, such as `corehr.process.updated_v2`; in schema 1.0 the event's `type`.
    pub event_type: Text<96>,
    /// When the event was made, since 1970: milliseconds (13 digits), or microseconds where the platform sends 16 digits.
    pub create_time: Opt<u64>,
    /// Verification token, to compare with the one of the app's settings.
    pub token: Text<64>,
    /// App id, `cli_` and 16 hexadecimal digits.
    pub app_id: Text<64>,
    /// Tenant key.
    pub tenant_key: Text<64>,
    /// When the event was made, in milliseconds since 1970, in a body without event type.
    pub event_time: Opt<u64>,
    /// The tenant's number in CoreHR, in a body without event type.
    pub tenant_id: Text<64>,
    /// When the event was sent, in seconds with a fraction since 1970, in schema 1.0.
    pub ts: Text<32>,
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event_id, event_type, create_time, token, app_id, tenant_key, event_time, tenant_id, ts } = self;
        f.debug_struct("Header")
            .field("event_id", event_id)
            .field("event_type", event_type)
            .field("create_time", create_time)
            // A secret, and this form ends up in logs.
            .field("token", &token.get().map(|_| format_args!("...")))
            .field("app_id", app_id)
            .field("tenant_key", tenant_key)
            .field("event_time", event_time)
            .field("tenant_id", tenant_id)
            .field("ts", ts)
            .finish()
    }
}

impl Header {
    /// `create_time` in milliseconds, whichever unit it was sent in.
    pub fn create_time_ms(&self) -> Option<u64> {
        // 16 digits of milliseconds would be in the year 33658.
        self.create_time.get().map(|time| if time >= 1_000_000_000_000_000 { time / 1000 } else { time })
    }
}

impl Envelope {
    /// The envelope with nothing in it, all bytes zero.
    pub const EMPTY: Self =
        Self { schema: Schema::NONE, raw_event: Span { offset: 0, len: 0 }, header: Header::EMPTY, event: Event::None };

    /// Decodes a body into a new envelope.
    ///
    /// Convenient where there is room on the stack. On a fault of a single field the rest is lost with this form: use
    /// [`decode`] where that matters.
    pub fn from_json(body: &[u8]) -> Result<Self, Error> {
        let mut envelope = Self::EMPTY;
        decode(body, &mut envelope)?;
        Ok(envelope)
    }

    /// Writes the envelope as the platform would, in one line, to the front of `out`, and returns it.
    ///
    /// Decoding that gives an equal envelope (a headless one with [`decode_as`]).
    ///
    /// # Errors
    ///
    /// `BUFFER_FULL` if `out` is too small; what is in it then is of no use. `UNTYPED` if there is no event, or it has
    /// no struct or a list of objects, of which only the raw bytes hold all: pass those on. `INVALID_ARGUMENT` if C code
    /// has broken the envelope, or no body of the shape `schema` has such an event: [`Event::UrlVerification`] has a shape
    /// of its own, all others come in `V2` and `HEADLESS`.
    pub fn to_json<'a>(&self, out: &'a mut [u8]) -> Result<&'a str, Error> {
        let (header, event) = (ObjectRef::of(&self.header), self.event.struct_of());
        let Some(event) = event else { return Err(Error::of_call(ErrorKind::UNTYPED)) };
        if !(event.is_sound() && header.is_sound() && self.has_fitting_schema()) {
            return Err(Error::of_call(ErrorKind::INVALID_ARGUMENT));
        }
        if !event.is_whole() {
            return Err(Error::of_call(ErrorKind::UNTYPED));
        }
        let mut out = Writer::new(out);
        let written = self.write_json(header, event, &mut out).and_then(|()| out.into_text());
        written.ok_or(Error::of_call(ErrorKind::BUFFER_FULL))
    }

    /// Writes the body, as [`Serialize`] does.
    fn write_json(&self, header: ObjectRef<'_>, event: ObjectRef<'_>, out: &mut Writer<'_>) -> Option<()> {
        let mut first = true;
        out.raw("{")?;
        if let Event::UrlVerification(verification) = &self.event {
            for (name, text) in [("challenge", verification.challenge.get()), ("token", self.header.token.get())] {
                out.name(&mut first, name)?;
                match text {
                    Some(text) => out.string(text)?,
                    None => out.raw("null")?,
                }
            }
            out.name(&mut first, "type")?;
            out.string(Schema::URL_VERIFICATION.as_str())?;
            return out.raw("}");
        }
        if self.schema != Schema::HEADLESS {
            out.name(&mut first, "schema")?;
            out.string(self.schema.as_str())?;
        }
        out.name(&mut first, "header")?;
        header.write_json(out)?;
        out.name(&mut first, "event")?;
        event.write_json(out)?;
        out.raw("}")
    }

    /// Whether there are bodies of this shape with an event of this type, which is one with a struct.
    fn has_fitting_schema(&self) -> bool {
        match self.event {
            Event::UrlVerification(_) => self.schema == Schema::URL_VERIFICATION,
            _ => self.schema == Schema::V2 || self.schema == Schema::HEADLESS,
        }
    }

    /// Takes what has been read into it for what it turned out to be.
    pub(crate) fn settle(&mut self, outcome: &Outcome) -> Result<(), Error> {
        (self.schema, self.raw_event) = (outcome.schema, outcome.raw_event);
        match outcome.tag {
            Event::NONE => self.event = Event::None,
            Event::UNKNOWN => self.event = Event::Unknown,
            _ => {}
        }
        if outcome.schema == Schema::NONE || outcome.schema == Schema::ENCRYPTED {
            self.header.clear();
        }
        outcome.result
    }

    pub(crate) fn clear(&mut self) {
        (self.schema, self.raw_event) = (Schema::NONE, Span::default());
        self.header.clear();
        self.event = Event::None;
    }
}

impl Default for Envelope {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl PartialEq for Envelope {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema && self.header == other.header && self.event == other.event
    }
}

impl Eq for Envelope {}

/// As the platform writes it, for formats that name the members, such as JSON. In others, such as postcard, which body
/// this is cannot be told from what is written: write `schema`, the event's tag, `header` and the event's struct there.
///
/// An event without a struct is written as `null`, and a list of objects as its place: serde has no way to pass on raw
/// bytes.
impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Envelope", 3)?;
        if let Event::UrlVerification(verification) = &self.event {
            object.serialize_field("challenge", &verification.challenge)?;
            object.serialize_field("token", &self.header.token)?;
            object.serialize_field("type", Schema::URL_VERIFICATION.as_str())?;
            return object.end();
        }
        match self.schema {
            Schema::HEADLESS => object.skip_field("schema")?,
            schema => object.serialize_field("schema", schema.as_str())?,
        }
        object.serialize_field("header", &self.header)?;
        object.serialize_field("event", &self.event)?;
        object.end()
    }
}

/// Decodes the JSON `body` of one event into `envelope`, whatever was in it before.
///
/// The time it takes grows linearly with the body; it copies nothing but the fields, and nothing of `body` is kept.
///
/// # Errors
///
/// The kind tells what `envelope` then holds:
/// * 1 to 99, the body is not valid JSON: the envelope is empty.
/// * 100 to 199, a single field is wrong: that field is absent (one that stands twice has its first value), everything
///   else has been filled in. When several are, the first one in the body is reported. Of a body that is encrypted
///   or of no known shape there is only `schema`: [`Schema::ENCRYPTED`] or [`Schema::NONE`].
///
/// An event type that is not in the registry is no error: header and `raw_event` are there, and [`Event::Unknown`].
pub fn decode(body: &[u8], envelope: &mut Envelope) -> Result<(), Error> {
    decode_into(body, Event::NONE, envelope)
}

/// Decodes a body that may not name its event type, such as those that are collected from the platform's inner bus.
///
/// `event_type` is taken where the body names none; a body's own event type always wins, so check which variant of
/// [`Event`] there is.
///
/// # Errors
///
/// As [`decode`], and `UNKNOWN_EVENT_TYPE` (with an empty envelope) if `event_type` is not in the registry.
pub fn decode_as(body: &[u8], event_type: &str, envelope: &mut Envelope) -> Result<(), Error> {
    match event::find(event_type.as_bytes()) {
        Event::UNKNOWN => {
            envelope.clear();
            Err(Error::of_call(ErrorKind::UNKNOWN_EVENT_TYPE))
        }
        tag => decode_into(body, tag, envelope),
    }
}

fn decode_into(body: &[u8], assumed: u32, envelope: &mut Envelope) -> Result<(), Error> {
    let outcome = read(body, assumed, envelope);
    envelope.settle(&outcome)
}

/// What takes the values of a body: an [`Envelope`], or something without its capacities.
pub trait EnvelopeTarget {
    /// What takes the header's values; its table is that of [`Header`].
    fn header(&mut self) -> &mut dyn Target;

    /// What takes the values of an event of the type `tag`, or `None` if the target does not want to know. Called at
    /// most once per body.
    fn event(&mut self, tag: u32) -> Option<&mut dyn Target>;

    /// The token that the header's target holds, if it has taken one of the body that was read last: what
    /// [`Receiver::receive_into`](crate::webhook::Receiver::receive_into) asks, which does without the answer in more time.
    #[cfg(feature = "webhook")]
    fn token(&self) -> Option<&str>
    where
        Self: Sized,
    {
        None
    }
}

impl EnvelopeTarget for Envelope {
    fn header(&mut self) -> &mut dyn Target {
        &mut self.header
    }

    fn event(&mut self, tag: u32) -> Option<&mut dyn Target> {
        self.event.select(tag)
    }

    #[cfg(feature = "webhook")]
    fn token(&self) -> Option<&str> {
        self.header.token.get()
    }
}

/// What [`read`] has found besides the values.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// The shape of the body; [`Schema::NONE`] if it is not acceptable, and whatever the target was given is void.
    pub schema: Schema,
    /// Where the event stands.
    pub raw_event: Span,
    /// The tag of the event type: 0 for no event (the target's, if it was given one, is void), 1 for an unknown one.
    pub tag: u32,
    /// As [`decode`] returns it.
    pub result: Result<(), Error>,
}
