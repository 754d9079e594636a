//! The frames: protobuf 2, package `pbbp2`.

use crate::{
    error::{Error, ErrorKind},
    json::Digits,
};
use lark_event_derive::open_enum;
use micropb::{DecodeError, PbDecoder, PbEncoder, PbWrite, Tag, WIRE_TYPE_LEN, WIRE_TYPE_VARINT};

/// What a frame is about. Others than these are data, and nothing is to be done about them.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Method(pub i32);

#[open_enum]
impl Method {
    /// The connection itself: the header `type` is `ping` or `pong`.
    pub const CONTROL: Self = Self(0);
    /// An event or a card: the header `type` is `event` or `card`.
    pub const DATA: Self = Self(1);
}

// The numbers of the fields.
const SEQ_ID: u32 = 1;
const LOG_ID: u32 = 2;
const SERVICE: u32 = 3;
const METHOD: u32 = 4;
const HEADERS: u32 = 5;
const PAYLOAD_ENCODING: u32 = 6;
const PAYLOAD_TYPE: u32 = 7;
const PAYLOAD: u32 = 8;
const LOG_ID_NEW: u32 = 9;
/// Those that every frame must have.
const REQUIRED: [u32; 4] = [SEQ_ID, LOG_ID, SERVICE, METHOD];
// The numbers of the fields of a header, both of which it must have.
const KEY: u32 = 1;
const VALUE: u32 = 2;

/// How many bytes an answer is longer, at most, than the message that it answers.
pub const ANSWER_ROOM: usize = 64;

/// A frame. Its texts and its payload are borrowed: from the message it was read from, or from what is to be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frame<'a> {
    /// The number of the frame; 0 in pings.
    pub seq_id: u64,
    /// The platform's number for its logs; 0 in pings.
    pub log_id: u64,
    /// The `service_id` of the connection, from the address that it was opened with.
    pub service: i32,
    /// What it is about.
    pub method: Method,
    /// The headers, by which an event is told from a card and one part of an event from the other.
    pub headers: Headers<'a>,
    /// How the payload is encoded. No other than the empty one has been seen, and no SDK looks at it.
    pub payload_encoding: Option<&'a str>,
    /// What the payload is. No SDK looks at it.
    pub payload_type: Option<&'a str>,
    /// The payload: JSON.
    pub payload: Option<&'a [u8]>,
    /// Another number for the platform's logs.
    pub log_id_new: Option<&'a str>,
}

/// The headers of a frame, in their order.
#[derive(Clone, Copy, Debug)]
pub struct Headers<'a>(Source<'a>);

#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    /// A message that has been read; other fields are between them.
    Message(&'a [u8]),
    Pairs(&'a [(&'a str, &'a str)]),
}

impl<'a> Headers<'a> {
    /// The headers of a frame that is to be written.
    pub const fn new(pairs: &'a [(&'a str, &'a str)]) -> Self {
        Self(Source::Pairs(pairs))
    }

    /// Keys and values.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let (mut fields, pairs) = match self.0 {
            Source::Message(message) => (Fields::new(message), &[][..]),
            Source::Pairs(pairs) => (Fields::new(&[]), pairs),
        };
        let read = core::iter::from_fn(move || {
            loop {
                if let (HEADERS, Value::Bytes(header)) = fields.next().ok()?? {
                    return read_header(header).ok();
                }
            }
        });
        read.chain(pairs.iter().copied())
    }

    /// The value of the first header `key`.
    pub fn get(self, key: &str) -> Option<&'a str> {
        self.iter().find(|(known, _)| *known == key).map(|(_, value)| value)
    }
}

/// Equal if keys and values are, in the same order.
impl PartialEq for Headers<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers<'_> {}

impl<'a> Frame<'a> {
    /// The frame that asks the platform whether it is still there. To be sent at once after connecting, and then in the
    /// interval that the platform names.
    pub const fn ping(service: i32) -> Frame<'static> {
        Frame { service, headers: Headers::new(&[("type", "ping")]), ..Frame::EMPTY }
    }

    const EMPTY: Frame<'static> = Frame {
        seq_id: 0,
        log_id: 0,
        service: 0,
        method: Method::CONTROL,
        headers: Headers::new(&[]),
        payload_encoding: None,
        payload_type: None,
        payload: None,
        log_id_new: None,
    };

    /// Reads the binary message that came over the WebSocket: fields in any order, of one that is there twice the last
    /// counts, unknown ones are passed over.
    ///
    /// # Errors
    ///
    /// * `FRAME` with the byte of `message` where it is no frame: cut off, a field of another type, a text that is not
    ///   UTF-8, a header without key or value.
    /// * `FRAME_FIELD` with the number of the field in `limit`, if one is missing that every frame must have. The platform
    ///   could not read an answer without it.
    pub fn read(message: &'a [u8]) -> Result<Self, Error> {
        let mut frame = Self { headers: Headers(Source::Message(message)), ..Self::EMPTY };
        let (mut fields, mut seen) = (Fields::new(message), 0_u32);
        loop {
            let start = fields.pos();
            let wrong = || Error::at(ErrorKind::FRAME, message, start);
            let Some((number, value)) = fields.next().map_err(|at| Error::at(ErrorKind::FRAME, message, at))? else {
                break;
            };
            frame.take(number, value).map_err(|Mistyped| wrong())?;
            seen |= 1_u32.checked_shl(number).unwrap_or(0);
        }
        match REQUIRED.iter().find(|number| seen & 1 << **number == 0) {
            None => Ok(frame),
            Some(missing) => Err(Error { limit: *missing, ..Error::of_call(ErrorKind::FRAME_FIELD) }),
        }
    }

    fn take(&mut self, number: u32, value: Value<'a>) -> Result<(), Mistyped> {
        match number {
            SEQ_ID => self.seq_id = value.varint()?,
            LOG_ID => self.log_id = value.varint()?,
            // A negative number has ten bytes on the line, of which 32 bits count.
            SERVICE => self.service = value.varint()? as i32,
            METHOD => self.method = Method(value.varint()? as i32),
            HEADERS => drop(read_header(value.bytes()?)?),
            PAYLOAD_ENCODING => self.payload_encoding = Some(value.text()?),
            PAYLOAD_TYPE => self.payload_type = Some(value.text()?),
            PAYLOAD => self.payload = Some(value.bytes()?),
            LOG_ID_NEW => self.log_id_new = Some(value.text()?),
            _ => {}
        }
        Ok(())
    }

    /// The value of the first header `key`.
    pub fn header(&self, key: &str) -> Option<&'a str> {
        self.headers.get(key)
    }

    /// Writes the frame to the front of `out`, and returns it. The fields that every frame must have are there even when
    /// they are 0.
    ///
    /// # Errors
    ///
    /// `BUFFER_FULL` if `out` is too small.
    pub fn write<'b>(&self, out: &'b mut [u8]) -> Result<&'b [u8], Error> {
        self.write_with(None, out)
    }

    /// Writes the answer to this frame: the same with the header `biz_rt`, the milliseconds that it took to handle it, and
    /// with what has come of it as payload.
    ///
    /// The platform delivers an event again unless it gets an answer with `handled` within three seconds.
    ///
    /// # Errors
    ///
    /// `BUFFER_FULL` if `out` is too small: [`ANSWER_ROOM`] more than the message that came, without its payload, are enough.
    pub fn write_ack<'b>(&self, handled: bool, handling_ms: u64, out: &'b mut [u8]) -> Result<&'b [u8], Error> {
        let payload: &[u8] = if handled { br#"{"code":200}"# } else { br#"{"code":500}"# };
        Frame { payload: Some(payload), ..*self }.write_with(Some(handling_ms), out)
    }

    fn write_with<'b>(&self, handling_ms: Option<u64>, out: &'b mut [u8]) -> Result<&'b [u8], Error> {
        let mut room = Room { out, len: 0 };
        let written = self.encode(handling_ms, &mut PbEncoder::new(&mut room));
        let Room { out, len } = room;
        written.ok().and_then(|()| out.get(..len)).ok_or(Error::of_call(ErrorKind::BUFFER_FULL))
    }

    fn encode(&self, handling_ms: Option<u64>, out: &mut PbEncoder<&mut Room<'_>>) -> Result<(), Full> {
        for (number, value) in [(SEQ_ID, self.seq_id), (LOG_ID, self.log_id)] {
            out.encode_tag(Tag::from_parts(number, WIRE_TYPE_VARINT))?;
            out.encode_varint64(value)?;
        }
        for (number, value) in [(SERVICE, self.service), (METHOD, self.method.0)] {
            out.encode_tag(Tag::from_parts(number, WIRE_TYPE_VARINT))?;
            out.encode_int32(value)?;
        }
        for (key, value) in self.headers.iter() {
            encode_header(key, value, out)?;
        }
        if let Some(handling_ms) = handling_ms {
            encode_header("biz_rt", Digits::of(handling_ms).as_str(), out)?;
        }
        let (encoding, kind) = (self.payload_encoding.map(str::as_bytes), self.payload_type.map(str::as_bytes));
        let log_id_new = self.log_id_new.map(str::as_bytes);
        let optional =
            [(PAYLOAD_ENCODING, encoding), (PAYLOAD_TYPE, kind), (PAYLOAD, self.payload), (LOG_ID_NEW, log_id_new)];
        for (number, bytes) in optional {
            let Some(bytes) = bytes else { continue };
            out.encode_tag(Tag::from_parts(number, WIRE_TYPE_LEN))?;
            out.encode_bytes(bytes)?;
        }
        Ok(())
    }
}

fn encode_header(key: &str, value: &str, out: &mut PbEncoder<&mut Room<'_>>) -> Result<(), Full> {
    let len = [key, value].map(|text| 1 + micropb::size::sizeof_len_record(text.len()));
    out.encode_tag(Tag::from_parts(HEADERS, WIRE_TYPE_LEN))?;
    out.encode_varint32(u32::try_from(len.iter().sum::<usize>()).map_err(|_| Full)?)?;
    for (number, text) in [(KEY, key), (VALUE, value)] {
        out.encode_tag(Tag::from_parts(number, WIRE_TYPE_LEN))?;
        out.encode_string(text)?;
    }
    Ok(())
}

fn read_header(header: &[u8]) -> Result<(&str, &str), Mistyped> {
    let (mut fields, mut key, mut value) = (Fields::new(header), None, None);
    while let Some((number, found)) = fields.next().map_err(|_| Mistyped)? {
        match number {
            KEY => key = Some(found.text()?),
            VALUE => value = Some(found.text()?),
            _ => {}
        }
    }
    key.zip(value).ok_or(Mistyped)
}

/// The room that a frame is written to.
struct Room<'b> {
    out: &'b mut [u8],
    len: usize,
}

/// There is no more room.
struct Full;

impl PbWrite for Room<'_> {
    type Error = Full;

    fn pb_write(&mut self, data: &[u8]) -> Result<(), Full> {
        let room = self.out.get_mut(self.len..).and_then(|room| room.get_mut(..data.len())).ok_or(Full)?;
        room.copy_from_slice(data);
        self.len += data.len();
        Ok(())
    }
}

/// A field of another type than it should be.
struct Mistyped;

/// The value of a field.
#[derive(Clone, Copy)]
enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    /// Of four or eight bytes, which no known field has.
    Fixed,
}

impl<'a> Value<'a> {
    const fn varint(self) -> Result<u64, Mistyped> {
        if let Self::Varint(value) = self { Ok(value) } else { Err(Mistyped) }
    }

    const fn bytes(self) -> Result<&'a [u8], Mistyped> {
        if let Self::Bytes(bytes) = self { Ok(bytes) } else { Err(Mistyped) }
    }

    fn text(self) -> Result<&'a str, Mistyped> {
        core::str::from_utf8(self.bytes()?).map_err(|_| Mistyped)
    }
}

/// The fields of a message, one after the other.
struct Fields<'a> {
    message: &'a [u8],
    decoder: PbDecoder<&'a [u8]>,
}

impl<'a> Fields<'a> {
    fn new(message: &'a [u8]) -> Self {
        Self { message, decoder: PbDecoder::new(message) }
    }

    fn pos(&self) -> usize {
        self.decoder.bytes_read()
    }

    /// Number and value of the next field, `None` at the end; or where the message is wrong.
    fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, usize> {
        if self.pos() == self.message.len() {
            return Ok(None);
        }
        let start = self.pos();
        self.field().map(Some).map_err(|error| match error {
            DecodeError::UnexpectedEof => self.message.len(),
            _ => start,
        })
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), DecodeError<core::convert::Infallible>> {
        // The decoder would cut off what is beyond 32 bits, and take a number that there cannot be for another.
        let tag = u32::try_from(self.decoder.decode_varint64()?).map_err(|_| DecodeError::UnknownWireType)?;
        let (number, wire_type) = (tag >> 3, (tag & 7) as u8);
        if number == 0 {
            return Err(DecodeError::ZeroField);
        }
        let value = match wire_type {
            WIRE_TYPE_VARINT => Value::Varint(self.decoder.decode_varint64()?),
            WIRE_TYPE_LEN => {
                let len = self.decoder.decode_varint64()?;
                let start = self.pos();
                self.decoder.skip_bytes(usize::try_from(len).map_err(|_| DecodeError::UnexpectedEof)?)?;
                Value::Bytes(self.message.get(start..self.pos()).unwrap_or_default())
            }
            other => {
                self.decoder.skip_wire_value(other)?;
                Value::Fixed
            }
        };
        Ok((number, value))
    }
}
