//! The envelope around an event: its shapes, its header, and how it is decoded and written again.

use crate::{
    error::{Error, ErrorKind, Overflow, Path},
    event::{self, Event, Tagged, UrlVerification},
    json::{Reader, Str},
    record::{self, Faults, Field, FieldKind, Record, Target, Value},
    text::{Opt, Text},
};
use lark_event_derive::{Record, open_enum};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A decoded body. All bytes zero is the valid empty one, so a static needs no start-up code.
///
/// Two envelopes are equal if schema, header and event are; where the event stood in its body does not matter.
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

/// What the platform says about an event.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
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
    /// `BUFFER_FULL` if `out` is too small; what is in it then is of no use. `UNTYPED` if there is no event or it has
    /// no struct: pass on the raw bytes. `INVALID_ARGUMENT` if C code has broken the envelope.
    pub fn to_json<'a>(&self, out: &'a mut [u8]) -> Result<&'a str, Error> {
        match self.event.is_sound().filter(|_| self.header.is_sound()) {
            None => return Err(Error::of_call(ErrorKind::UNTYPED)),
            Some(false) => return Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)),
            Some(true) => {}
        }
        let len = serde_json_core::to_slice(self, out).map_err(|_| Error::of_call(ErrorKind::BUFFER_FULL))?;
        let written = out.get(..len).and_then(|json| core::str::from_utf8(json).ok());
        written.ok_or(Error::of_call(ErrorKind::BUFFER_FULL))
    }

    fn clear(&mut self) {
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

/// An event without a struct is written as `null`: serde has no way to pass on its raw bytes.
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
/// * 100 to 199, a single field is wrong: that field is absent, everything else has been filled in. When several are,
///   the first one in the body is reported.
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
    match event::find(|name| name == event_type) {
        Event::UNKNOWN => {
            envelope.clear();
            Err(Error::of_call(ErrorKind::UNKNOWN_EVENT_TYPE))
        }
        tag => decode_into(body, tag, envelope),
    }
}

fn decode_into(body: &[u8], assumed: u32, envelope: &mut Envelope) -> Result<(), Error> {
    envelope.header.clear();
    let outcome = read(body, assumed, envelope);
    (envelope.schema, envelope.raw_event) = (outcome.schema, outcome.raw_event);
    match outcome.tag {
        Event::NONE => envelope.event = Event::None,
        Event::UNKNOWN => envelope.event = Event::Unknown,
        _ => {}
    }
    if outcome.schema == Schema::NONE || outcome.schema == Schema::ENCRYPTED {
        envelope.header.clear();
    }
    outcome.result
}

/// What takes the values of a body: an [`Envelope`], or something without its capacities.
pub trait EnvelopeTarget {
    /// What takes the header's values; its table is that of [`Header`].
    fn header(&mut self) -> &mut dyn Target;

    /// What takes the values of an event of the type `tag`, or `None` if the target does not want to know. Called at
    /// most once per body.
    fn event(&mut self, tag: u32) -> Option<&mut dyn Target>;
}

impl EnvelopeTarget for Envelope {
    fn header(&mut self) -> &mut dyn Target {
        &mut self.header
    }

    fn event(&mut self, tag: u32) -> Option<&mut dyn Target> {
        self.event.select(tag)
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

/// Reads a body into any target. `assumed` is the tag of the event type where the body names none, or 0.
pub fn read(body: &[u8], assumed: u32, target: &mut dyn EnvelopeTarget) -> Outcome {
    let void =
        |error| Outcome { schema: Schema::NONE, raw_event: Span::default(), tag: Event::NONE, result: Err(error) };
    if u32::try_from(body.len()).is_err() {
        return void(Error::at(ErrorKind::INPUT_TOO_LONG, body, u32::MAX as usize));
    }
    let mut walk = Walk {
        body,
        assumed,
        target,
        scalars: [None; FIELDS.len()],
        header: None,
        event: None,
        decoded: Event::NONE,
        end: 0,
        faults: Faults::default(),
    };
    match walk.read_document().and_then(|()| walk.conclude()) {
        Ok((schema, tag)) => {
            let raw_event = walk.event.unwrap_or_default().span;
            Outcome { schema, raw_event, tag, result: walk.faults.into_result() }
        }
        Err(error) => void(error),
    }
}

/// The members of a body of any shape.
pub(crate) static FIELDS: [Field; 9] = [
    scalar("schema"),
    Field { name: "header", kind: FieldKind::Object(Header::FIELDS) },
    Field { name: "event", kind: FieldKind::Object(&V1_FIELDS) },
    scalar("type"),
    scalar("token"),
    scalar("challenge"),
    scalar("uuid"),
    scalar("ts"),
    scalar("encrypt"),
];
const SCHEMA: usize = 0;
const HEADER: usize = 1;
const EVENT: usize = 2;
const TYPE: usize = 3;
const TOKEN: usize = 4;
const CHALLENGE: usize = 5;
const UUID: usize = 6;
const TS: usize = 7;
const ENCRYPT: usize = 8;

/// The members of a schema 1.0 `event` that belong into the header.
static V1_FIELDS: [Field; 3] = [scalar("type"), scalar("app_id"), scalar("tenant_key")];

/// What stands before the fields of an event in a path.
pub(crate) static EVENT_FIELD: Field = Field { name: "event", kind: FieldKind::Object(&[]) };

const fn scalar(name: &'static str) -> Field {
    Field { name, kind: FieldKind::Text { capacity: 0 } }
}

// Where fields of the header are in its table; a test compares the names.
const EVENT_ID: usize = 0;
const EVENT_TYPE: usize = 1;
const HEADER_TOKEN: usize = 3;
const APP_ID: usize = 4;
const TENANT_KEY: usize = 5;
const HEADER_TS: usize = 8;
/// Where each of [`V1_FIELDS`] goes.
const V1_HEADER: [usize; 3] = [EVENT_TYPE, APP_ID, TENANT_KEY];

/// The state of one pass over a body. Members come in any order, so what a top-level member means is often known only
/// at the end.
struct Walk<'a, 't> {
    body: &'a [u8],
    assumed: u32,
    target: &'t mut dyn EnvelopeTarget,
    /// The top-level strings, or what is wrong with them.
    scalars: [Option<Result<Str<'a>, Error>>; FIELDS.len()],
    header: Option<HeaderFound>,
    event: Option<EventFound>,
    /// The tag of the event that the target has been given.
    decoded: u32,
    /// Where the closing brace of the document is.
    end: usize,
    faults: Faults,
}

#[derive(Clone, Copy)]
struct HeaderFound {
    /// The tag that the event type stands for; `None` if there is no event type.
    tag: Option<u32>,
    /// Where the closing brace is.
    end: usize,
}

#[derive(Clone, Copy, Default)]
struct EventFound {
    span: Span,
    is_object: bool,
}

impl<'a> Walk<'a, '_> {
    fn read_document(&mut self) -> Result<(), Error> {
        let mut reader = Reader::new(self.body);
        if reader.peek()? != b'{' {
            let mistyped = record::skip_mistyped::<()>(&mut reader)?;
            reader.finish()?;
            return mistyped;
        }
        let mut object = reader.enter_object()?;
        let (mut seen, mut expected) = (0_u32, 0);
        while let Some(name) = reader.next_member(&mut object)? {
            let Some((index, _)) = record::find(&FIELDS, &name, expected) else {
                reader.skip_value()?;
                continue;
            };
            expected = index + 1;
            let path = Path::envelope(index);
            let member = if seen & 1 << index != 0 {
                self.faults.add(reader.fault_at(ErrorKind::DUPLICATE, name.offset()).within(path));
                reader.skip_value()
            } else {
                match index {
                    HEADER => self.read_header(&mut reader),
                    EVENT => self.read_event(&mut reader),
                    _ => record::read_text_or_null(&mut reader).map(|text| {
                        if let Some(scalar) = self.scalars.get_mut(index) {
                            *scalar = text;
                        }
                    }),
                }
            };
            member.map_err(|fault| fault.within(path))?;
            seen |= 1 << index;
        }
        self.end = reader.offset() - 1;
        reader.finish()
    }

    fn read_header(&mut self, reader: &mut Reader<'a>) -> Result<(), Error> {
        let path = Path::envelope(HEADER);
        match reader.peek()? {
            b'{' => {
                let mut target = HeaderTarget { target: self.target.header(), tag: None };
                let end = record::read(reader, Header::FIELDS, path, &mut target, &mut self.faults)?;
                self.header = Some(HeaderFound { tag: target.tag, end });
            }
            b'n' => drop(reader.literal()?),
            _ => {
                if let Err(fault) = record::skip_mistyped::<()>(reader)? {
                    self.faults.add(fault.within(path));
                }
                // The shape is told all the same; that the event type is missing is not worth a second fault.
                self.header = Some(HeaderFound { tag: None, end: usize::MAX });
            }
        }
        Ok(())
    }

    fn read_event(&mut self, reader: &mut Reader<'a>) -> Result<(), Error> {
        let first = reader.peek()?;
        let start = reader.offset();
        let tag = self.header.map_or(Event::NONE, |header| header.tag.unwrap_or(self.assumed));
        match first {
            b'n' => return reader.literal().map(drop),
            b'{' => self.decode_event(reader, tag)?,
            _ => {
                if let Err(fault) = record::skip_mistyped::<()>(reader)? {
                    self.faults.add(fault.within(Path::envelope(EVENT)));
                }
            }
        }
        let span = Span { offset: start as u32, len: (reader.offset() - start) as u32 };
        self.event = Some(EventFound { span, is_object: first == b'{' });
        Ok(())
    }

    /// Reads the event's object: into the target if its type is in the registry, else to check it.
    fn decode_event(&mut self, reader: &mut Reader<'a>, tag: u32) -> Result<(), Error> {
        if tag <= Event::UNKNOWN {
            return reader.skip_value();
        }
        self.decoded = tag;
        match self.target.event(tag) {
            Some(target) => {
                record::read(reader, event::fields(tag), Path::event(tag), target, &mut self.faults).map(drop)
            }
            None => reader.skip_value(),
        }
    }

    /// Tells the shape and the tag of the event, and reads what could not be read before the shape was known.
    fn conclude(&mut self) -> Result<(Schema, u32), Error> {
        match self.scalar(ENCRYPT) {
            Some(Ok(text)) => {
                self.faults = Faults::default();
                self.fault(ErrorKind::ENCRYPTED, text.offset(), Path::envelope(ENCRYPT));
                self.event = None;
                return Ok((Schema::ENCRYPTED, Event::NONE));
            }
            Some(Err(fault)) => self.faults.add(fault.within(Path::envelope(ENCRYPT))),
            None => {}
        }
        if let Some(header) = self.header {
            return self.conclude_v2(header);
        }
        let is_type = |name| self.scalar(TYPE).is_some_and(|text| text.is_ok_and(|text| text.is(name)));
        if is_type(Schema::URL_VERIFICATION.as_str()) {
            return self.conclude_url_verification();
        }
        if is_type("event_callback") || self.scalar(UUID).is_some() {
            return self.conclude_v1();
        }
        self.fault(ErrorKind::MISSING, self.end, Path::envelope(HEADER));
        if self.event.is_none() {
            return Ok((Schema::NONE, Event::NONE));
        }
        Ok((Schema::HEADLESS, self.conclude_event(self.assumed)?))
    }

    fn conclude_v2(&mut self, header: HeaderFound) -> Result<(Schema, u32), Error> {
        match self.scalar(SCHEMA) {
            Some(Ok(text)) if !text.is(Schema::V2.as_str()) => {
                self.fault(ErrorKind::UNKNOWN_SCHEMA, text.offset(), Path::envelope(SCHEMA));
            }
            Some(Err(fault)) => self.faults.add(fault.within(Path::envelope(SCHEMA))),
            _ => {}
        }
        if header.tag.is_none() && self.assumed == Event::NONE && header.end < self.end {
            self.fault(ErrorKind::MISSING, header.end, Path::envelope(HEADER).child(EVENT_TYPE));
        }
        let schema = if header.tag.is_some() { Schema::V2 } else { Schema::HEADLESS };
        Ok((schema, self.conclude_event(header.tag.unwrap_or(self.assumed))?))
    }

    /// Decodes the event if it stood before the header, and returns the tag of what there is.
    fn conclude_event(&mut self, tag: u32) -> Result<u32, Error> {
        match self.event {
            None => {
                self.fault(ErrorKind::MISSING, self.end, Path::envelope(EVENT));
                Ok(Event::NONE)
            }
            Some(EventFound { is_object: false, .. }) => Ok(Event::NONE),
            Some(EventFound { span, .. }) => {
                if self.decoded != tag {
                    self.decode_event(&mut Reader::resume(self.body, span.offset as usize), tag)?;
                }
                Ok(tag.max(Event::UNKNOWN))
            }
        }
    }

    fn conclude_v1(&mut self) -> Result<(Schema, u32), Error> {
        for (index, header) in [(UUID, EVENT_ID), (TOKEN, HEADER_TOKEN), (TS, HEADER_TS)] {
            self.put_scalar(index, header);
        }
        let tag = self.conclude_event(Event::UNKNOWN)?;
        if let (Event::UNKNOWN, Some(event)) = (tag, self.event) {
            let mut reader = Reader::resume(self.body, event.span.offset as usize);
            let mut target = V1Target { header: self.target.header(), has_type: false };
            let path = Path::envelope(EVENT);
            let end = record::read(&mut reader, &V1_FIELDS, path, &mut target, &mut self.faults)?;
            if !target.has_type {
                self.fault(ErrorKind::MISSING, end, path.child(0));
            }
        }
        Ok((Schema::V1, tag))
    }

    fn conclude_url_verification(&mut self) -> Result<(Schema, u32), Error> {
        self.put_scalar(TOKEN, HEADER_TOKEN);
        let tag = UrlVerification::TAG;
        let challenge = self.scalar(CHALLENGE);
        if let Some(target) = self.target.event(tag) {
            put_scalar(challenge, CHALLENGE, target, 0, &mut self.faults);
        }
        if challenge.is_none() {
            self.fault(ErrorKind::MISSING, self.end, Path::envelope(CHALLENGE));
        }
        Ok((Schema::URL_VERIFICATION, tag))
    }

    fn scalar(&self, index: usize) -> Option<Result<Str<'a>, Error>> {
        self.scalars.get(index).copied().flatten()
    }

    /// Passes on a top-level string to a field of the header.
    fn put_scalar(&mut self, index: usize, field: usize) {
        put_scalar(self.scalar(index), index, self.target.header(), field, &mut self.faults);
    }

    fn fault(&mut self, kind: ErrorKind, offset: usize, field: Path) {
        self.faults.add(Error::at(kind, self.body, offset).within(field));
    }
}

/// Passes on a top-level string, which is the member `index`, to a field of a target.
fn put_scalar(
    scalar: Option<Result<Str<'_>, Error>>,
    index: usize,
    target: &mut dyn Target,
    field: usize,
    faults: &mut Faults,
) {
    let put = |text: Str<'_>| {
        target.put(field, Value::Text(text)).map_err(|overflow| Error::overflow(overflow, text.offset()))
    };
    if let Some(Err(fault)) = scalar.map(|text| text.and_then(put)) {
        faults.add(fault.within(Path::envelope(index)));
    }
}

/// Passes on the header's values and notes the event type.
struct HeaderTarget<'t> {
    target: &'t mut dyn Target,
    tag: Option<u32>,
}

impl Target for HeaderTarget<'_> {
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow> {
        if let (EVENT_TYPE, Value::Text(text)) = (index, value) {
            self.tag = Some(event::find(|name| text.is(name)));
        }
        self.target.put(index, value)
    }
}

/// Passes on what a schema 1.0 event says of itself to the header.
struct V1Target<'t> {
    header: &'t mut dyn Target,
    has_type: bool,
}

impl Target for V1Target<'_> {
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow> {
        self.has_type |= index == 0;
        V1_HEADER.get(index).map_or(Ok(()), |index| self.header.put(*index, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_name_the_fields_they_say() {
        let header = |index: usize| Header::FIELDS[index].name;
        assert_eq!(
            [EVENT_ID, EVENT_TYPE, HEADER_TOKEN, APP_ID, TENANT_KEY, HEADER_TS].map(header),
            ["event_id", "event_type", "token", "app_id", "tenant_key", "ts"]
        );
        assert_eq!(
            [SCHEMA, HEADER, EVENT, TYPE, TOKEN, CHALLENGE, UUID, TS, ENCRYPT].map(|index| FIELDS[index].name),
            ["schema", "header", "event", "type", "token", "challenge", "uuid", "ts", "encrypt"]
        );
        assert_eq!(V1_FIELDS.map(|field| field.name)[1..], V1_HEADER.map(header)[1..]);
    }
}
