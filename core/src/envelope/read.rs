//! One pass over a body of any shape.

use super::{EnvelopeTarget, Header, Outcome, Schema, Span};
use crate::{
    error::{Error, ErrorKind, Overflow, Path},
    event::{self, Event, Tagged, UrlVerification},
    json::{Cursor, Fault, Key, Str, VECTORS},
    record::{self, Field, FieldKind, Findings, ObjectType, Record, Scalar, Target, Value},
};

/// Reads a body into any target. `assumed` is the tag of the event type where the body names none, or 0.
pub fn read(body: &[u8], assumed: u32, target: &mut dyn EnvelopeTarget) -> Outcome {
    read_all(body, assumed, target).0
}

/// As [`read`], and which members of the top level there are: a bit for each of [`FIELDS`].
pub(crate) fn read_all(body: &[u8], assumed: u32, target: &mut dyn EnvelopeTarget) -> (Outcome, u32) {
    let void = |error| {
        let raw_event = Span::default();
        (Outcome { schema: Schema::NONE, raw_event, tag: Event::NONE, result: Err(error) }, 0)
    };
    if u32::try_from(body.len()).is_err() {
        return void(Error::at(ErrorKind::INPUT_TOO_LONG, body, u32::MAX as usize));
    }
    let mut walk = Walk {
        body,
        assumed,
        target,
        scalars: [Scalar::Absent; FIELDS.len() - 2],
        header: None,
        event: None,
        decoded: Event::NONE,
        members: 0,
        end: 0,
        findings: Findings::default(),
    };
    let mut cursor = Cursor::new(body);
    let (schema, tag) = match walk.read_document(&mut cursor) {
        Ok(true) => walk.conclude(),
        Ok(false) => (Schema::NONE, Event::NONE),
        Err(Fault) => return void(cursor.error()),
    };
    let raw_event = walk.event.unwrap_or_default().span;
    (Outcome { schema, raw_event, tag, result: walk.findings.into_result() }, walk.members)
}

/// Reads the event of a body once more, where [`read`] has found one of type `tag` in the object at `span`: for a target
/// that takes the values only when they are asked for.
///
/// # Errors
///
/// As [`read`]; those of single fields too.
pub fn read_event(body: &[u8], span: Span, tag: u32, target: &mut dyn Target) -> Result<(), Error> {
    let mut cursor = Cursor::resume(body, span.offset as usize);
    let mut findings = Findings::default();
    match record::read(&mut cursor, event::fields(tag), Path::event(tag), target, &mut findings) {
        Ok(_) => findings.into_result(),
        Err(Fault) => Err(cursor.error()),
    }
}

/// The members of a body of any shape.
pub(crate) static FIELDS: [Field; 9] = [
    scalar("schema"),
    Field::new("header", FieldKind::Object(&ObjectType::of_document(Header::FIELDS))),
    Field::new("event", FieldKind::Object(&ObjectType::of_document(&V1_FIELDS))),
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

/// Where a top-level string is kept: all are but `header` and `event`, which are no strings.
const fn place(index: usize) -> usize {
    index.saturating_sub(2)
}

/// What stands before the fields of an event in a path.
pub(crate) static EVENT_FIELD: Field = Field::new("event", FieldKind::Object(&ObjectType::of_document(&[])));

const fn scalar(name: &'static str) -> Field {
    Field::new(name, FieldKind::Text { capacity: 0 })
}

/// The members of the top level by which a receiver of webhook requests tells what a body is, `header` and `event` apart: a
/// bit for each of [`FIELDS`].
#[cfg(feature = "webhook")]
pub(crate) const TELLING: u32 = 1 << TYPE | 1 << TOKEN | 1 << CHALLENGE | 1 << ENCRYPT;

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
    /// The top-level strings, by [`place`].
    scalars: [Scalar<'a>; FIELDS.len() - 2],
    header: Option<HeaderFound>,
    event: Option<EventFound>,
    /// The tag of the event that the target has been given.
    decoded: u32,
    /// Which members of the top level there are: a bit for each of [`FIELDS`].
    members: u32,
    /// Where the closing brace of the document is.
    end: usize,
    findings: Findings<'a>,
}

#[derive(Clone, Copy)]
struct HeaderFound {
    /// The tag that the event type stands for; `None` if there is no event type.
    tag: Option<u32>,
    /// Where the closing brace is; `usize::MAX` if it is no object.
    end: usize,
}

#[derive(Clone, Copy, Default)]
struct EventFound {
    span: Span,
    is_object: bool,
}

impl<'a> Walk<'a, '_> {
    /// Reads all of it; `false` if it is no object, which is a fault.
    fn read_document(&mut self, cursor: &mut Cursor<'a>) -> Result<bool, Fault> {
        if cursor.peek()? != b'{' {
            self.findings.add(cursor.field_error(ErrorKind::TYPE, cursor.pos(), Path::NONE));
            cursor.skip_value()?;
            return cursor.finish().map(|()| false);
        }
        let mut object = cursor.enter(b'{')?;
        let mut expected = 0;
        if VECTORS && let Some(last) = self.read_usual_members(cursor)? {
            object.set_first(false);
            (self.members, expected) = ((2 << last) - 1, last + 1);
        }
        while cursor.next_in(&mut object, b'}')? {
            let start = cursor.at_name()?;
            let Some((index, _)) = record::find(cursor, &FIELDS, expected)? else {
                cursor.skip_value()?;
                continue;
            };
            expected = index + 1;
            let path = Path::envelope(index);
            let read = if self.members & 1 << index == 0 {
                self.members |= 1 << index;
                self.read_member(cursor, index)
            } else {
                self.findings.add(cursor.field_error(ErrorKind::DUPLICATE, start, path));
                cursor.skip_value()
            };
            read.map_err(|fault| cursor.within(path, fault))?;
        }
        self.end = cursor.pos() - 1;
        cursor.finish().map(|()| true)
    }

    /// Reads `schema`, `header` and `event` as far as they come as the platform writes them. Returns which was the last one.
    fn read_usual_members(&mut self, cursor: &mut Cursor<'a>) -> Result<Option<usize>, Fault> {
        const START: Key = Key::of(&[br#""schema":"2.0","header":"#]);
        const NEXT: Key = Key::of(&[br#","event":"#]);
        const VERSION: usize = br#""schema":""#.len();
        let start = cursor.pos();
        let Some(header) = START.find(self.body, start) else { return Ok(None) };
        let version = Str::of(self.body.get(start + VERSION..).unwrap_or_default(), Schema::V2.as_str().len());
        if let Some(place) = self.scalars.get_mut(place(SCHEMA)) {
            *place = Scalar::Text(version, start + VERSION - 1);
        }
        cursor.set_pos(header);
        self.read_header(cursor).map_err(|fault| cursor.within(Path::envelope(HEADER), fault))?;
        let Some(event) = NEXT.find(self.body, cursor.pos()) else { return Ok(Some(HEADER)) };
        cursor.set_pos(event);
        self.read_event(cursor).map_err(|fault| cursor.within(Path::envelope(EVENT), fault))?;
        Ok(Some(EVENT))
    }

    fn read_member(&mut self, cursor: &mut Cursor<'a>, index: usize) -> Result<(), Fault> {
        match index {
            HEADER => self.read_header(cursor),
            EVENT => self.read_event(cursor),
            _ => {
                let scalar = record::read_scalar(cursor)?;
                if let Some(place) = self.scalars.get_mut(place(index)) {
                    *place = scalar;
                }
                Ok(())
            }
        }
    }

    fn read_header(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Fault> {
        match cursor.peek()? {
            b'{' => {
                self.findings.watched = EVENT_TYPE + 1;
                let (target, path) = (self.target.header(), Path::envelope(HEADER));
                let end = record::read(cursor, Header::FIELDS, path, target, &mut self.findings)?;
                self.findings.watched = 0;
                self.header = Some(HeaderFound { tag: self.findings.text.map(tag_of), end });
            }
            b'n' => drop(cursor.literal()?),
            _ => {
                self.findings.add(cursor.field_error(ErrorKind::TYPE, cursor.pos(), Path::envelope(HEADER)));
                cursor.skip_value()?;
                // The shape is told all the same; that the event type is missing is not worth a second fault.
                self.header = Some(HeaderFound { tag: None, end: usize::MAX });
            }
        }
        Ok(())
    }

    fn read_event(&mut self, cursor: &mut Cursor<'a>) -> Result<(), Fault> {
        let first = cursor.peek()?;
        let start = cursor.pos();
        let tag = self.header.map_or(Event::NONE, |header| header.tag.unwrap_or(self.assumed));
        match first {
            b'n' => return cursor.literal().map(drop),
            b'{' => self.decode_event(cursor, tag)?,
            _ => {
                self.findings.add(cursor.field_error(ErrorKind::TYPE, start, Path::envelope(EVENT)));
                cursor.skip_value()?;
            }
        }
        let span = Span { offset: start as u32, len: (cursor.pos() - start) as u32 };
        self.event = Some(EventFound { span, is_object: first == b'{' });
        Ok(())
    }

    /// Reads the event's object: into the target if its type is in the registry, else to check it.
    fn decode_event(&mut self, cursor: &mut Cursor<'a>, tag: u32) -> Result<(), Fault> {
        if tag <= Event::UNKNOWN {
            return cursor.skip_value();
        }
        self.decoded = tag;
        match self.target.event(tag) {
            Some(target) => {
                record::read(cursor, event::fields(tag), Path::event(tag), target, &mut self.findings).map(drop)
            }
            None => cursor.skip_value(),
        }
    }

    /// Tells the shape and the tag of the event, and reads what could not be read before the shape was known.
    fn conclude(&mut self) -> (Schema, u32) {
        if self.header.is_none_or(|header| header.end == usize::MAX) {
            record::clear(self.target.header(), Header::FIELDS.len(), 0);
        }
        match self.scalar(ENCRYPT) {
            Scalar::Text(_, start) => {
                self.findings = Findings::default();
                self.fault(ErrorKind::ENCRYPTED, start, Path::envelope(ENCRYPT));
                self.event = None;
                return (Schema::ENCRYPTED, Event::NONE);
            }
            Scalar::Mistyped(start) => self.fault(ErrorKind::TYPE, start, Path::envelope(ENCRYPT)),
            Scalar::Absent => {}
        }
        if let Some(header) = self.header {
            return self.conclude_v2(header);
        }
        let is_type = |name| matches!(self.scalar(TYPE), Scalar::Text(text, _) if text.is(name));
        if is_type(Schema::URL_VERIFICATION.as_str()) {
            return self.conclude_url_verification();
        }
        if is_type("event_callback") || !matches!(self.scalar(UUID), Scalar::Absent) {
            return self.conclude_v1();
        }
        self.fault(ErrorKind::MISSING, self.end, Path::envelope(HEADER));
        if self.event.is_none() {
            return (Schema::NONE, Event::NONE);
        }
        (Schema::HEADLESS, self.conclude_event(self.assumed))
    }

    fn conclude_v2(&mut self, header: HeaderFound) -> (Schema, u32) {
        match self.scalar(SCHEMA) {
            Scalar::Text(text, start) if !text.is(Schema::V2.as_str()) => {
                self.fault(ErrorKind::UNKNOWN_SCHEMA, start, Path::envelope(SCHEMA));
            }
            Scalar::Mistyped(start) => self.fault(ErrorKind::TYPE, start, Path::envelope(SCHEMA)),
            _ => {}
        }
        if header.tag.is_none() && self.assumed == Event::NONE && header.end < self.end {
            self.fault(ErrorKind::MISSING, header.end, Path::envelope(HEADER).child(EVENT_TYPE));
        }
        let schema = if header.tag.is_some() { Schema::V2 } else { Schema::HEADLESS };
        (schema, self.conclude_event(header.tag.unwrap_or(self.assumed)))
    }

    /// Decodes the event if it stood before the header, and returns the tag of what there is.
    fn conclude_event(&mut self, tag: u32) -> u32 {
        match self.event {
            None => {
                self.fault(ErrorKind::MISSING, self.end, Path::envelope(EVENT));
                Event::NONE
            }
            Some(EventFound { is_object: false, .. }) => Event::NONE,
            Some(EventFound { span, .. }) => {
                if self.decoded != tag && tag > Event::UNKNOWN {
                    // It has been found to be valid JSON when it was skipped.
                    let _ = self.decode_event(&mut Cursor::resume(self.body, span.offset as usize), tag);
                }
                tag.max(Event::UNKNOWN)
            }
        }
    }

    // Apart, as the one below: their room on the stack is not to be there while an event is read.
    #[inline(never)]
    fn conclude_v1(&mut self) -> (Schema, u32) {
        for (index, header) in [(UUID, EVENT_ID), (TOKEN, HEADER_TOKEN), (TS, HEADER_TS)] {
            self.put_scalar(index, header);
        }
        let tag = self.conclude_event(Event::UNKNOWN);
        if let (Event::UNKNOWN, Some(event)) = (tag, self.event) {
            let mut cursor = Cursor::resume(self.body, event.span.offset as usize);
            let mut target = V1Target { header: self.target.header(), has_type: false };
            let path = Path::envelope(EVENT);
            let end = record::read(&mut cursor, &V1_FIELDS, path, &mut target, &mut self.findings);
            if let (false, Ok(end)) = (target.has_type, end) {
                self.fault(ErrorKind::MISSING, end, path.child(0));
            }
        }
        (Schema::V1, tag)
    }

    #[inline(never)]
    fn conclude_url_verification(&mut self) -> (Schema, u32) {
        self.put_scalar(TOKEN, HEADER_TOKEN);
        let tag = UrlVerification::TAG;
        let challenge = self.scalar(CHALLENGE);
        let fault = self.target.event(tag).and_then(|target| put_scalar(challenge, target, 0, self.body));
        if let Some(fault) = fault {
            self.findings.add(fault.within(Path::envelope(CHALLENGE)));
        }
        if let Scalar::Absent = challenge {
            self.fault(ErrorKind::MISSING, self.end, Path::envelope(CHALLENGE));
        }
        (Schema::URL_VERIFICATION, tag)
    }

    fn scalar(&self, index: usize) -> Scalar<'a> {
        self.scalars.get(place(index)).copied().unwrap_or(Scalar::Absent)
    }

    /// Passes on a top-level string to a field of the header.
    fn put_scalar(&mut self, index: usize, field: usize) {
        if let Some(fault) = put_scalar(self.scalar(index), self.target.header(), field, self.body) {
            self.findings.add(fault.within(Path::envelope(index)));
        }
    }

    fn fault(&mut self, kind: ErrorKind, offset: usize, field: Path) {
        self.findings.add(Error::at(kind, self.body, offset).within(field));
    }
}

/// The tag of the event type that a header names. A function of its own, for the room to be free while the event is read.
#[inline(never)]
fn tag_of(name: Str<'_>) -> u32 {
    name.bytes_in(&mut [0; event::LONGEST_NAME]).map_or(Event::UNKNOWN, event::find)
}

/// Passes on a top-level string to a field of a target, and returns what is wrong with it.
fn put_scalar(scalar: Scalar<'_>, target: &mut dyn Target, field: usize, body: &[u8]) -> Option<Error> {
    let (value, fault) = match scalar {
        Scalar::Absent => (Value::Absent, None),
        Scalar::Text(text, _) => (Value::Text(text), None),
        Scalar::Mistyped(start) => (Value::Absent, Some(Error::at(ErrorKind::TYPE, body, start))),
    };
    match (target.put(field, value), scalar) {
        (Err(overflow), Scalar::Text(_, start)) => Some(Error::overflow(overflow, start)),
        _ => fault,
    }
}

/// Passes on what a schema 1.0 event says of itself to the header.
struct V1Target<'t> {
    header: &'t mut dyn Target,
    has_type: bool,
}

impl Target for V1Target<'_> {
    fn put(&mut self, index: usize, value: Value<'_>) -> Result<(), Overflow> {
        self.has_type |= index == 0 && !matches!(value, Value::Absent);
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
