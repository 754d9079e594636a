//! Runs the corpus, compares every result with what the case expects, and says how many were as expected.

#![no_std]
#![no_main]

use core::{
    cell::RefCell,
    fmt::{self, Write},
};
use cortex_m::singleton;
use cortex_m_rt::entry;
use lark_event::webhook::{Delivery, Receiver};
use lark_event::{
    Envelope, Error, Header, Item, ListPlace, Path,
    record::{ObjectRef, Slot},
};
use lark_event_firmware::{
    host::{self, File},
    request::Request,
};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeSeq, SerializeStruct},
};

/// Room for an input, and behind it for what has come of it.
const ROOM: usize = 40 * 1024;

#[entry]
fn main() -> ! {
    let (Some(envelope), Some(item), Some(receiver), Some(room)) = (
        singleton!(: Envelope = Envelope::EMPTY),
        singleton!(: RefCell<Item> = RefCell::new(Item::None)),
        singleton!(: Receiver = Receiver::insecure()),
        singleton!(: [u8; ROOM] = [0; ROOM]),
    ) else {
        host::fail("main is called again")
    };
    let (mut cases, mut out) = (File::open(c"cases.bin"), Out);
    let (mut passed, mut failed) = (0, 0);
    while let Some(what) = cases.number() {
        let mut name = [0; 512];
        let Some(name) = cases.text(&mut &mut name[..]) else { host::unreadable() };
        let is_good = match what {
            host::DECODE => decode(&mut cases, room, envelope, item),
            host::OPEN => open(&mut cases, room, receiver),
            _ => host::unreadable(),
        };
        match is_good {
            Ok(()) => passed += 1,
            Err(Differs { at }) => {
                failed += 1;
                out.line(format_args!("{name}: not as expected from byte {at} on"));
            }
        }
    }
    out.line(format_args!("{passed} passed, {failed} failed"));
    host::exit(u32::from(failed > 0 || passed == 0))
}

/// The debugger's console.
struct Out;

impl Out {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        let _ = writeln!(self, "{text}");
    }
}

impl Write for Out {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        host::log(text);
        Ok(())
    }
}

/// A result is not the one that its case expects.
struct Differs {
    at: usize,
}

/// Compares with the part that comes next, a little of it at a time.
fn compare(cases: &mut File, found: &[u8]) -> Result<(), Differs> {
    let Some(len) = cases.number() else { host::unreadable() };
    let (len, mut at, mut differs) = (len as usize, 0, None);
    while at < len {
        let mut expected = [0; 128];
        let Some(expected) = expected.get_mut(..(len - at).min(128)) else { host::unreadable() };
        if cases.read(expected) != expected.len() {
            host::unreadable()
        }
        let found = found.get(at..).unwrap_or_default().iter().map(Some).chain(core::iter::repeat(None));
        let same = expected.iter().zip(found).take_while(|(expected, found)| *found == Some(*expected)).count();
        if same < expected.len() {
            differs.get_or_insert(Differs { at: at + same });
        }
        at += expected.len();
    }
    match differs {
        Some(differs) => Err(differs),
        None if found.len() > len => Err(Differs { at: len }),
        None => Ok(()),
    }
}

/// A result in the words of the corpus.
#[derive(Serialize)]
struct Outcome<'a> {
    schema: &'a str,
    header: &'a Header,
    event_tag: u32,
    event: Option<Found<'a>>,
    raw_event: [u32; 2],
    error: Option<Fault>,
}

#[derive(Serialize)]
struct Fault {
    kind: &'static str,
    #[serde(serialize_with = "as_text")]
    field: Path,
    offset: u32,
}

fn as_text<S: Serializer>(field: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(field)
}

fn fault(error: Error) -> Fault {
    Fault { kind: error.kind.name().unwrap_or_default(), field: error.field, offset: error.offset }
}

/// A record with what its lists hold.
struct Found<'a> {
    record: ObjectRef<'a>,
    body: &'a [u8],
    /// Where the objects of lists are read.
    item: &'a RefCell<Item>,
}

impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let &Self { record, body, item } = self;
        let mut object = serializer.serialize_struct("", record.fields.len())?;
        for (index, field) in record.fields.iter().enumerate() {
            match record.slot(index) {
                Slot::Absent => object.skip_field(field.name)?,
                Slot::Text(text) => object.serialize_field(field.name, text)?,
                Slot::Enum(value) => object.serialize_field(field.name, &value)?,
                Slot::Decimal(value) => object.serialize_field(field.name, &value)?,
                Slot::TextList(list) => object.serialize_field(field.name, &list)?,
                Slot::Object(record) => object.serialize_field(field.name, &Found { record, body, item })?,
                Slot::ObjectList(list) => object.serialize_field(field.name, &Objects { list, body, item })?,
            }
        }
        object.end()
    }
}

/// A list of objects.
struct Objects<'a> {
    list: ListPlace,
    body: &'a [u8],
    item: &'a RefCell<Item>,
}

impl Serialize for Objects<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = self.list;
        let mut objects = serializer.serialize_seq(Some(list.len()))?;
        while !list.is_empty() {
            let read = self.item.try_borrow_mut().map(|mut item| item.take_first(self.body, &mut list));
            // That of a single field has been reported by decoding.
            if read.is_ok_and(|read| read.is_err_and(|error| !error.kind.is_field())) {
                return Err(S::Error::custom("a list ends early"));
            }
            let Ok(item) = self.item.try_borrow() else { return Err(S::Error::custom("a list in a list")) };
            let Some(record) = item.struct_of() else { return Err(S::Error::custom("a list ends early")) };
            // An object of a list has no list.
            objects.serialize_element(&record)?;
        }
        objects.end()
    }
}

fn decode(cases: &mut File, room: &mut [u8], envelope: &mut Envelope, item: &RefCell<Item>) -> Result<(), Differs> {
    let mut rest = &mut *room;
    let event_type = cases.text(&mut rest);
    let Some(body) = cases.part(&mut rest) else { host::unreadable() };
    let result = lark_event_firmware::decode(body, event_type, envelope);
    let outcome = Outcome {
        schema: envelope.schema.as_str(),
        header: &envelope.header,
        event_tag: envelope.event.tag(),
        event: envelope.event.struct_of().map(|record| Found { record, body, item }),
        raw_event: [envelope.raw_event.offset, envelope.raw_event.len],
        error: result.err().map(fault),
    };
    let Ok(len) = serde_json_core::to_slice(&outcome, rest) else { host::fail("a result is too large") };
    compare(cases, rest.get(..len).unwrap_or_default())
}

/// Opens a request; the result is the word for what it is, a space, and the text or the name of the error.
fn open(cases: &mut File, room: &mut [u8], receiver: &mut Receiver) -> Result<(), Differs> {
    let mut rest = room;
    let request = Request::read(cases, &mut rest, receiver);
    let Some(body) = cases.part(&mut rest) else { host::unreadable() };
    let (word, found): (&[u8], &[u8]) = match receiver.open(request.headers(), body, request.now_ms) {
        Ok(Delivery::Challenge(text)) => (b"challenge", text.as_bytes()),
        Ok(Delivery::Event(json)) => (b"event", json),
        Err(error) => (b"error", error.kind.name().unwrap_or_default().as_bytes()),
    };
    let word = compare(cases, word);
    let found = compare(cases, found);
    word.and(found)
}
