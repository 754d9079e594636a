//! The C functions that keep nothing from one call to the next, with any arguments that the header allows: blocks of just the
//! size that is said, null with and without a length, addresses that are not aligned, numbers that no enum has, structs that
//! C code has broken.

#![no_main]

use lark_event::connection::{Endpoint, EndpointCode};
use lark_event::webhook::Receiver;
use lark_event::{Envelope, Error, ErrorKind, Event, Item, ListPlace, Path, Schema};
use lark_event_fuzz::memory::{Block, Place};
use lark_event_fuzz::{Input, body};
use lark_event_fuzz_ffi as ffi;
use lark_event_fuzz_ffi::{DeliveryKind, HttpHeader, JsonKind, JsonValue, WebhookDelivery};
use std::ffi::CStr;
use std::ffi::c_char;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    while !input.is_empty() {
        match input.below(9) {
            0 => decode(&mut input),
            1 => write_broken(&mut input),
            2 => items(&mut input),
            3 => pointer(&mut input),
            4 => message(&mut input),
            5 => names(&mut input),
            6 => webhook(&mut input),
            7 => endpoint(&mut input),
            _ => reply(&mut input),
        }
    }
});

/// What a function returned is what it has written, if there was room for that.
fn is_reported(kind: ErrorKind, error: &Place<Error>) {
    // SAFETY: every function writes the error, whose bytes all are values.
    let written = unsafe { error.read() };
    assert!(written.is_none_or(|error| error.kind == kind), "{kind:?}, but {written:?}");
}

/// Room for an error, or none.
fn error(input: &mut Input<'_>) -> Place<Error> {
    // SAFETY: an error is made of integers.
    unsafe { Place::filled(input, &[0xa5]) }
}

fn decode(input: &mut Input<'_>) {
    let (fill, names_type) = (input.bytes(), input.flag());
    let event_type = input.one_of(&body::types()).name();
    let event_type = if input.below(8) == 0 { input.text() } else { event_type.to_owned() };
    let text = input.bytes();
    let (body, event_type) = (Block::new(input, text), Block::string(input, event_type.as_bytes()));
    // SAFETY: an envelope is made of integers, and the functions look at its tag themselves.
    let envelope = unsafe { Place::<Envelope>::filled(input, fill) };
    let error = error(input);
    // SAFETY: the blocks are as long as they say, the envelope is initialised, and nothing overlaps.
    let kind = unsafe {
        if names_type {
            ffi::lark_decode_as(body.as_ptr(), body.len(), event_type.as_ptr(), envelope.as_ptr(), error.as_ptr())
        } else {
            ffi::lark_decode(body.as_ptr(), body.len(), envelope.as_ptr(), error.as_ptr())
        }
    };
    is_reported(kind, &error);
    let is_named = !names_type || !event_type.is_null();
    if !envelope.is_good() || !body.is_good() || !is_named {
        assert_eq!(kind, ErrorKind::INVALID_ARGUMENT);
    }
    if !envelope.is_good() {
        return;
    }
    // SAFETY: the function has left a whole envelope there.
    let found = unsafe { &*envelope.as_ptr() };
    if kind == ErrorKind::INVALID_ARGUMENT {
        return assert_eq!(*found, Envelope::EMPTY);
    }
    let mut expected = body::empty();
    let name = str::from_utf8(event_type.text()).unwrap_or_default();
    let result = match names_type {
        true => lark_event::decode_as(body.get(), name, &mut expected),
        false => lark_event::decode(body.get(), &mut expected),
    };
    assert_eq!((kind, found), (result.err().map_or(ErrorKind(0), |error| error.kind), &*expected));
    write(input, &envelope);
}

/// Writes an envelope, which may be broken.
fn write(input: &mut Input<'_>, envelope: &Place<Envelope>) {
    let mut out = Block::room(input, 4096);
    // SAFETY: the length is made of bytes.
    let (len, error) = (unsafe { Place::<usize>::filled(input, &[0xff]) }, error(input));
    // SAFETY: the block is as long as it says, the envelope is initialised, and nothing overlaps.
    let kind =
        unsafe { ffi::lark_to_json(envelope.as_ptr(), out.as_mut_ptr(), out.len(), len.as_ptr(), error.as_ptr()) };
    is_reported(kind, &error);
    let text = out.text();
    // SAFETY: the function writes it.
    let len = unsafe { len.read() };
    assert!(kind.0 != 0 || serde_json::from_slice::<serde_json::Value>(text).is_ok(), "{}", text.escape_ascii());
    assert!(kind.0 == 0 || text.is_empty(), "nothing looks whole that is not");
    assert!(len.is_none_or(|len| len == text.len()));
}

/// Writes an envelope of which any byte may be anything.
fn write_broken(input: &mut Input<'_>) {
    let (text, fill) = (input.bytes(), input.bytes());
    let tag = input.number() as u32;
    // SAFETY: an envelope is made of integers, and the function looks at the tag itself.
    let envelope = unsafe { Place::<Envelope>::good(fill) };
    let body = Block::of(text);
    if input.flag() {
        // SAFETY: the block is as long as it says, the envelope is initialised, and there need be no error.
        let _ = unsafe { ffi::lark_decode(body.as_ptr(), body.len(), envelope.as_ptr(), std::ptr::null_mut()) };
        for _ in 0..input.below(8) {
            let (at, byte) = (input.below(1 << 16) % size_of::<Envelope>(), input.byte());
            // SAFETY: `at` is within the envelope, of which every byte may be anything.
            unsafe { envelope.as_ptr().cast::<u8>().add(at).write(byte) };
        }
    } else {
        // SAFETY: the address of a member of the envelope, which is not read as an `Event` here.
        unsafe { (&raw mut (*envelope.as_ptr()).event).cast::<u32>().write(tag % 80) };
        // SAFETY: as above; any number may be there.
        unsafe { (*envelope.as_ptr()).schema = Schema(input.below(7) as i32) };
    }
    write(input, &envelope);
}

/// Takes the objects off a list of an event, with the body that it was found in or another.
fn items(input: &mut Input<'_>) {
    let (text, fill) = (input.bytes(), input.bytes());
    let mut envelope = body::empty();
    let _ = lark_event::decode(text, &mut envelope);
    let found = match &envelope.event {
        Event::CompanyUpdated(event) => event.sub_events.place(),
        _ => ListPlace::default(),
    };
    let same = Block::new(input, text);
    let other = if input.below(4) == 0 { Block::of(input.bytes()) } else { same };
    // SAFETY: a list is made of integers, and so is an item, whose tag the function looks at itself.
    let (list, item) = unsafe { (Place::<ListPlace>::filled(input, fill), Place::<Item>::filled(input, fill)) };
    if list.is_good() && input.below(4) > 0 {
        // SAFETY: a good address with room for it.
        unsafe { list.as_ptr().write(found) };
    }
    let error = error(input);
    for _ in 0..20 {
        // SAFETY: the block is as long as it says, list and item are initialised, and nothing overlaps.
        let is_there =
            unsafe { ffi::lark_next_item(other.as_ptr(), other.len(), list.as_ptr(), item.as_ptr(), error.as_ptr()) };
        assert!(!is_there || list.is_good() && item.is_good() && other.is_good());
        if !is_there {
            break;
        }
    }
}

fn pointer(input: &mut Input<'_>) {
    let (path, text) = (input.bytes(), input.bytes());
    let (json, path) = (Block::new(input, text), Block::string(input, path));
    // SAFETY: the place is only written to.
    let value = unsafe { Place::<JsonValue>::filled(input, &[0xa5]) };
    let error = error(input);
    // SAFETY: the blocks are as long as they say, and nothing overlaps.
    let kind =
        unsafe { ffi::lark_json_pointer(json.as_ptr(), json.len(), path.as_ptr(), value.as_ptr(), error.as_ptr()) };
    is_reported(kind, &error);
    if !value.is_good() || path.is_null() || !json.is_good() {
        assert_eq!(kind, ErrorKind::INVALID_ARGUMENT);
    }
    if !value.is_good() {
        return;
    }
    // SAFETY: the function has written a value there.
    let mut found = unsafe { value.as_ptr().read() };
    assert!(kind.0 == 0 || found.kind == JsonKind::NONE);
    if input.below(8) == 0 && found.kind != JsonKind::NONE {
        found.kind = JsonKind(input.number() as i32);
    }
    if let Some(less) = found.len.checked_sub(input.below(4)) {
        found.len = less;
    }
    json_text(input, &found);
}

fn json_text(input: &mut Input<'_>, found: &JsonValue) {
    let mut out = Block::room(input, 256);
    // SAFETY: the length is made of bytes.
    let (len, error) = (unsafe { Place::<usize>::filled(input, &[0xff]) }, error(input));
    // SAFETY: the block is as long as it says, the value's document is still there, and nothing overlaps.
    let kind = unsafe { ffi::lark_json_text(found, out.as_mut_ptr(), out.len(), len.as_ptr(), error.as_ptr()) };
    is_reported(kind, &error);
    // SAFETY: the function writes it.
    if let (0, Some(len)) = (kind.0, unsafe { len.read() }) {
        assert_eq!(out.get()[len], 0);
        assert!(str::from_utf8(&out.get()[..len]).is_ok() && len < found.len);
    }
}

fn message(input: &mut Input<'_>) {
    let mut number = || input.number() as u32;
    let what = Error {
        kind: ErrorKind(number() as i32),
        field: Path(number().to_le_bytes()),
        offset: number(),
        found: number(),
        limit: number(),
    };
    let field = input.flag();
    let given = if input.below(16) == 0 { std::ptr::null() } else { &raw const what };
    let mut out = Block::room(input, 200);
    // SAFETY: the error is there or null, and the block is as long as it says, or null.
    let needed = unsafe {
        match field {
            true => ffi::lark_error_field(given, out.as_mut_ptr(), out.len()),
            false => ffi::lark_error_message(given, out.as_mut_ptr(), out.len()),
        }
    };
    let expected = match (given.is_null() || what.kind.0 == 0, field) {
        (true, _) => String::new(),
        (_, true) => what.field.to_string(),
        (_, false) => what.message().to_string(),
    };
    assert_eq!(needed, expected.len());
    if !out.is_null() && !out.is_empty() {
        let fits = expected.floor_char_boundary(out.len() - 1);
        assert_eq!(out.text(), &expected.as_bytes()[..fits]);
    }
}

fn names(input: &mut Input<'_>) {
    let (tag, value, index) = (input.number() as u32, input.number() as i32, input.below(64));
    let (name, path) = (input.bytes(), input.bytes());
    let (name, path) = (Block::string(input, name), Block::string(input, path));
    // SAFETY: the place is only written to.
    let field = unsafe { Place::<ffi::FieldInfo>::filled(input, &[0xa5]) };
    // SAFETY: the strings end with a NUL or are null, and nothing overlaps.
    let (found, is_there, named) = unsafe {
        (
            ffi::lark_event_type_tag(name.as_ptr()),
            ffi::lark_event_type_field(tag, path.as_ptr(), index, field.as_ptr()),
            ffi::lark_value_name(tag, path.as_ptr(), value),
        )
    };
    assert!(!is_there || field.is_good());
    if found > 1 {
        assert_eq!(c_text(ffi::lark_event_type_name(found)), Some(name.text().to_vec()));
    }
    let texts = [
        named,
        ffi::lark_event_type_name(tag),
        ffi::lark_event_type_family(tag),
        ffi::lark_event_type_doc(tag),
        ffi::lark_error_kind_name(ErrorKind(value)),
        ffi::lark_schema_name(Schema(value)),
        ffi::lark_endpoint_code_name(EndpointCode(value)),
        ffi::lark_version(),
    ];
    for text in texts {
        assert!(c_text(text).is_none_or(|text| !text.is_empty()));
    }
    let next = ffi::lark_event_type_next(tag);
    assert!(next == 0 || next > tag && Event::is_tag(next));
    assert_eq!(ffi::lark_http_status(ErrorKind(value)) == 200, value == 0);
    assert_eq!((ffi::lark_envelope_size(), ffi::lark_item_size()), (size_of::<Envelope>(), size_of::<Item>()));
    let _ = ffi::lark_endpoint_code_is_fatal(EndpointCode(value));
}

/// A text that a function returned.
fn c_text(text: *const c_char) -> Option<Vec<u8>> {
    // SAFETY: not null, and by the header all names are static and end with a NUL.
    (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }.to_bytes().to_vec())
}

fn webhook(input: &mut Input<'_>) {
    let secrets: [&[u8]; 4] = std::array::from_fn(|_| input.bytes());
    let [key, token, old_key, old_token] = secrets.map(|secret| Block::new(input, secret));
    let fill = input.bytes();
    // SAFETY: a receiver is made of integers, and no function drops it.
    let receiver = unsafe { Place::<Receiver>::filled(input, fill) };
    let webhook = receiver.as_ptr();
    // SAFETY: the blocks are as long as they say, and there is a receiver or room for one.
    unsafe {
        let made = match input.below(4) {
            0 => None,
            1 => Some(ffi::lark_webhook_init_insecure(webhook)),
            _ => Some(ffi::lark_webhook_init(webhook, key.as_ptr(), key.len(), token.as_ptr(), token.len())),
        };
        assert!(made.is_none_or(|kind| receiver.is_good() || kind == ErrorKind::INVALID_ARGUMENT));
        if input.flag() {
            let _ = ffi::lark_webhook_set_previous(
                webhook,
                old_key.as_ptr(),
                old_key.len(),
                old_token.as_ptr(),
                old_token.len(),
            );
        }
        if input.below(4) == 0 {
            let _ = ffi::lark_webhook_set_max_body(webhook, input.number() as u32);
            let _ = ffi::lark_webhook_set_tolerance_ms(webhook, input.number());
        }
    }
    let request = Request::new(input);
    let mut body = Block::new(input, request.body);
    receive(input, webhook, &request, &mut body);
    // SAFETY: there is a receiver or null.
    unsafe { ffi::lark_webhook_clear(webhook) };
}

/// Headers, and a body.
struct Request<'a> {
    texts: Vec<(Block, Block)>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    fn new(input: &mut Input<'a>) -> Self {
        const NAMES: [&str; 3] = ["X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Lark-Signature"];
        let mut text = |at: usize| {
            let (name, value) = (if at < 3 { NAMES[at].as_bytes() } else { input.bytes() }, input.bytes());
            (Block::new(input, name), Block::new(input, value))
        };
        let texts = (0..5).map(&mut text).collect();
        Self { texts, body: input.bytes() }
    }

    fn headers(&self) -> Vec<HttpHeader> {
        let header = |(name, value): &(Block, Block)| HttpHeader {
            name: name.as_ptr(),
            name_len: name.len(),
            value: value.as_ptr(),
            value_len: value.len(),
        };
        self.texts.iter().map(header).collect()
    }
}

fn receive(input: &mut Input<'_>, webhook: *const Receiver, request: &Request<'_>, body: &mut Block) {
    let headers = request.headers();
    let count = input.below(headers.len() + 1);
    let given: Box<[HttpHeader]> = headers[..count].into();
    let (data, count) = match input.below(16) {
        0 => (std::ptr::null(), input.below(3)),
        _ => (given.as_ptr(), given.len()),
    };
    // SAFETY: the place is only written to.
    let delivery = unsafe { Place::<WebhookDelivery>::filled(input, &[0xa5]) };
    // SAFETY: an envelope is made of integers, and the function looks at its tag itself.
    let envelope = unsafe { Place::<Envelope>::filled(input, &[0]) };
    let (error, now_ms) = (error(input), input.number());
    let (place, len, both) = (body.as_mut_ptr(), body.len(), input.flag());
    // SAFETY: the blocks are as long as they say, all else is initialised or null, and nothing overlaps.
    let kind = unsafe {
        if both {
            let (envelope, delivery) = (envelope.as_ptr(), delivery.as_ptr());
            ffi::lark_webhook_receive(webhook, data, count, place, len, now_ms, envelope, delivery, error.as_ptr())
        } else {
            ffi::lark_webhook_open(webhook, data, count, place, len, now_ms, delivery.as_ptr(), error.as_ptr())
        }
    };
    is_reported(kind, &error);
    if !delivery.is_there() {
        return;
    }
    // SAFETY: the function has written one, which holds for every address but null.
    let found = unsafe { delivery.as_ptr().read_unaligned() };
    assert!(found.kind == DeliveryKind::NONE || kind.0 == 0 || both && (1..200).contains(&kind.0), "{kind:?}");
    let mut out = Block::room(input, 128);
    // SAFETY: the body that the delivery points into is still there, and the block is as long as it says.
    let status = unsafe { ffi::lark_webhook_reply(kind, &found, out.as_mut_ptr(), out.len(), std::ptr::null_mut()) };
    assert!(status == 200 || kind.0 != 0 || out.len() < 128 || found.len > 18 || found.kind == DeliveryKind::NONE);
}

/// A reply to what was found by nobody.
fn reply(input: &mut Input<'_>) {
    let (kind, what) = (ErrorKind(input.number() as i32), DeliveryKind(input.below(5) as i32));
    let data = input.bytes();
    let data = Block::new(input, data);
    let found = WebhookDelivery { kind: what, data: data.as_ptr(), len: data.len() };
    let given = if input.below(16) == 0 { std::ptr::null() } else { &raw const found };
    let mut out = Block::room(input, 900);
    // SAFETY: the length is made of bytes.
    let len = unsafe { Place::<usize>::filled(input, &[0xff]) };
    // SAFETY: the blocks are as long as they say, and nothing overlaps.
    let status = unsafe { ffi::lark_webhook_reply(kind, given, out.as_mut_ptr(), out.len(), len.as_ptr()) };
    let text = out.text();
    // SAFETY: the function writes it.
    assert!(unsafe { len.read() }.is_none_or(|len| len == text.len()));
    assert!(text.is_empty() || serde_json::from_slice::<serde_json::Value>(text).is_ok());
    assert!(kind.0 == 0 || status == ffi::lark_http_status(kind));
}

fn endpoint(input: &mut Input<'_>) {
    let (text, fill) = (input.bytes(), input.bytes());
    let body = Block::new(input, text);
    // SAFETY: an endpoint is made of integers.
    let endpoint = unsafe { Place::<Endpoint>::filled(input, fill) };
    let error = error(input);
    // SAFETY: the blocks are as long as they say, and nothing overlaps.
    let kind = unsafe { ffi::lark_endpoint_read(endpoint.as_ptr(), body.as_ptr(), body.len(), error.as_ptr()) };
    is_reported(kind, &error);
    assert!(endpoint.is_good() && body.is_good() || kind == ErrorKind::INVALID_ARGUMENT);
    let (id, secret) = (input.bytes(), input.bytes());
    let (id, secret) = (Block::new(input, id), Block::new(input, secret));
    let mut out = Block::room(input, 300);
    // SAFETY: the length is made of bytes.
    let len = unsafe { Place::<usize>::filled(input, &[0xff]) };
    // SAFETY: as above.
    let kind = unsafe {
        let (out, cap) = (out.as_mut_ptr(), out.len());
        ffi::lark_endpoint_request(id.as_ptr(), id.len(), secret.as_ptr(), secret.len(), out, cap, len.as_ptr())
    };
    let text = out.text();
    assert_eq!(kind.0 == 0, !text.is_empty());
    assert!(text.is_empty() || serde_json::from_slice::<serde_json::Value>(text).is_ok());
    // SAFETY: the function writes it.
    assert!(unsafe { len.read() }.is_none_or(|len| len == text.len()));
}
