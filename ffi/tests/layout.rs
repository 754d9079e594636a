//! Writes what Rust knows of sizes and offsets as assertions in C, and has a C and a C++ compiler check them.

#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod common;
#[path = "../src/types.rs"]
pub mod types;

use common::c_member;
use lark_event::{
    Envelope, Error, Event, EventType, Header, Item, ListPlace, Span,
    connection::{ClientConfig, Endpoint, EndpointCode, Part, Reassembly, Session},
    dedup::{Dedup, Slot},
    record::{Details, Field, FieldKind, Record, RecordType},
    webhook::{Receiver, Secret},
};
use std::{
    env, fs,
    mem::{align_of, offset_of},
    path::Path,
    process::Command,
};
use types::{
    ActionKind, DedupSeen, DedupSlots, DeliveryKind, FieldInfo, FieldInfoKind, HttpHeader, JsonKind, JsonValue,
    ReceivedKind, SessionAck, SessionAction, SessionBytes, SessionEnd, SessionParts, SessionReceived, WebhookDelivery,
};

fn size(c: &str, bytes: usize) -> String {
    format!("LARK_ASSERT(sizeof({c}) == {bytes}, \"size of {c}\");\n")
}

fn offset(class: &str, member: &str, bytes: usize) -> String {
    format!("LARK_ASSERT(offsetof({class}, {member}) == {bytes}, \"offset of {class}.{member}\");\n")
}

fn fields(class: &str, fields: &[Field], details: &[Details]) -> String {
    members(class, "", 0, fields, details)
}

/// The fields of the record at `path` and `base` in a struct, and what is in them.
fn members(class: &str, path: &str, base: usize, fields: &[Field], details: &[Details]) -> String {
    let rows = fields.iter().zip(details).map(|(field, details)| {
        let (name, start) = (path.to_owned() + &c_member(field.name), base + details.offset);
        let mut text = offset(class, &name, start) + &size(&format!("(({class} *)0)->{name}"), details.size);
        for (member, at) in details.members {
            text += &offset(class, &format!("{name}.{member}"), start + at);
            // An object lies in its struct; those of a list do not.
            if let (FieldKind::Object(_), Some(record), "value") = (field.kind, details.record, *member) {
                text += &size(&format!("(({class} *)0)->{name}.value"), record.size);
                text += &members(class, &format!("{name}.value."), start + at, record.fields, record.details);
            }
        }
        text
    });
    rows.collect()
}

/// A tagged union and the structs in it.
fn union(name: &str, bytes: usize, alignment: usize, records: impl Iterator<Item = &'static RecordType>) -> String {
    let mut text = size(name, bytes) + &offset(name, "tag", 0);
    for record in records {
        let class = format!("Lark{}", record.class);
        text += &size(&class, record.size);
        text += &fields(&class, record.fields, record.details);
        // The union comes behind the tag, where the most demanding of its members can be.
        text += &offset(name, &member(record.class), size_of::<u32>().max(alignment));
    }
    text
}

/// The name of a variant's member in the union.
fn member(class: &str) -> String {
    let words = class.chars().map(|c| if c.is_uppercase() { format!("_{}", c.to_lowercase()) } else { c.to_string() });
    words.collect::<String>().trim_start_matches('_').to_owned()
}

fn assertions() -> String {
    let mut text = String::from(
        "#include <lark_event.h>\n#ifdef __cplusplus\n#define LARK_ASSERT static_assert\n#elif __STDC_VERSION__ >= 201112L\n\
         #define LARK_ASSERT _Static_assert\n#else\n#define LARK_ASSERT(condition, text) extern char lark_assert[(condition) ? 1 : -1]\n\
         #endif\n",
    );
    text += &size("LarkEnvelope", size_of::<Envelope>());
    for (name, at) in [
        ("schema", offset_of!(Envelope, schema)),
        ("raw_event", offset_of!(Envelope, raw_event)),
        ("header", offset_of!(Envelope, header)),
        ("event", offset_of!(Envelope, event)),
    ] {
        text += &offset("LarkEnvelope", name, at);
    }
    text += &size("LarkError", size_of::<Error>());
    for (name, at) in [
        ("kind", offset_of!(Error, kind)),
        ("field", offset_of!(Error, field)),
        ("offset", offset_of!(Error, offset)),
        ("found", offset_of!(Error, found)),
        ("limit", offset_of!(Error, limit)),
    ] {
        text += &offset("LarkError", name, at);
    }
    text += &json();
    text += &webhook();
    text += &connection();
    text += &size("LarkSpan", size_of::<Span>());
    text += &size("LarkHeader", size_of::<Header>());
    text += &fields("LarkHeader", Header::FIELDS, Header::DETAILS);
    let events = EventType::all().iter().map(|event_type| &event_type.record);
    text += &union("LarkEvent", size_of::<Event>(), align_of::<Event>(), events);
    let items = Item::types().iter().map(|(_, record)| *record);
    text += &union("LarkItem", size_of::<Item>(), align_of::<Item>(), items);
    text += &size("LarkObjectList", size_of::<ListPlace>());
    text + &catalogue()
}

/// A struct by size and alignment: with the order of the members, which is the declaration's, there is no other place for
/// any, be they private.
fn whole((class, bytes, alignment): (&str, usize, usize)) -> String {
    format!("struct {class}_aligned {{ char first; {class} value; }};\n")
        + &size(class, bytes)
        + &offset(&format!("struct {class}_aligned"), "value", alignment)
}

/// The structs of the catalogue.
fn catalogue() -> String {
    let mut text = size("LarkFieldKind", size_of::<FieldInfoKind>());
    text += &whole(("LarkField", size_of::<FieldInfo>(), align_of::<FieldInfo>()));
    for (member, at) in [
        ("name", offset_of!(FieldInfo, name)),
        ("kind", offset_of!(FieldInfo, kind)),
        ("doc", offset_of!(FieldInfo, doc)),
        ("max_bytes", offset_of!(FieldInfo, max_bytes)),
        ("max_items", offset_of!(FieldInfo, max_items)),
        ("type_name", offset_of!(FieldInfo, type_name)),
    ] {
        text += &offset("LarkField", member, at);
    }
    text
}

/// The structs of lookups.
fn json() -> String {
    let mut text = size("LarkJsonKind", size_of::<JsonKind>());
    text += &whole(("LarkJson", size_of::<JsonValue>(), align_of::<JsonValue>()));
    for (member, at) in [
        ("kind", offset_of!(JsonValue, kind)),
        ("boolean", offset_of!(JsonValue, boolean)),
        ("is_integer", offset_of!(JsonValue, is_integer)),
        ("integer", offset_of!(JsonValue, integer)),
        ("data", offset_of!(JsonValue, data)),
        ("len", offset_of!(JsonValue, len)),
    ] {
        text += &offset("LarkJson", member, at);
    }
    text
}

/// The structs of the webhook.
fn webhook() -> String {
    let mut text = size("LarkDeliveryKind", size_of::<DeliveryKind>()) + &size("LarkSeen", size_of::<DedupSeen>());
    for class in [
        ("LarkWebhook", size_of::<Receiver>(), align_of::<Receiver>()),
        ("LarkSecret", size_of::<Secret>(), align_of::<Secret>()),
        ("LarkDedup", size_of::<Dedup<DedupSlots>>(), align_of::<Dedup<DedupSlots>>()),
        ("LarkDedupSlots", size_of::<DedupSlots>(), align_of::<DedupSlots>()),
        ("LarkDedupSlot", size_of::<Slot>(), align_of::<Slot>()),
        ("LarkHttpHeader", size_of::<HttpHeader>(), align_of::<HttpHeader>()),
        ("LarkDelivery", size_of::<WebhookDelivery>(), align_of::<WebhookDelivery>()),
    ] {
        text += &whole(class);
    }
    for (class, member, at) in [
        ("LarkHttpHeader", "name", offset_of!(HttpHeader, name)),
        ("LarkHttpHeader", "name_len", offset_of!(HttpHeader, name_len)),
        ("LarkHttpHeader", "value", offset_of!(HttpHeader, value)),
        ("LarkHttpHeader", "value_len", offset_of!(HttpHeader, value_len)),
        ("LarkDelivery", "kind", offset_of!(WebhookDelivery, kind)),
        ("LarkDelivery", "data", offset_of!(WebhookDelivery, data)),
        ("LarkDelivery", "len", offset_of!(WebhookDelivery, len)),
        ("LarkDedupSlots", "data", offset_of!(DedupSlots, data)),
        ("LarkDedupSlots", "count", offset_of!(DedupSlots, count)),
    ] {
        text += &offset(class, member, at);
    }
    text
}

/// The structs of the long connection.
fn connection() -> String {
    let mut text = String::new();
    for (class, bytes) in [
        ("LarkEndpointCode", size_of::<EndpointCode>()),
        ("LarkActionKind", size_of::<ActionKind>()),
        ("LarkEnd", size_of::<SessionEnd>()),
        ("LarkReceivedKind", size_of::<ReceivedKind>()),
    ] {
        text += &size(class, bytes);
    }
    type CReassembly = Reassembly<SessionBytes, SessionParts>;
    type CSession = Session<SessionBytes, SessionParts>;
    for class in [
        ("LarkSession", size_of::<CSession>(), align_of::<CSession>()),
        ("LarkReassembly", size_of::<CReassembly>(), align_of::<CReassembly>()),
        ("LarkPart", size_of::<Part>(), align_of::<Part>()),
        ("LarkEndpoint", size_of::<Endpoint>(), align_of::<Endpoint>()),
        ("LarkClientConfig", size_of::<ClientConfig>(), align_of::<ClientConfig>()),
        ("LarkSessionBytes", size_of::<SessionBytes>(), align_of::<SessionBytes>()),
        ("LarkSessionParts", size_of::<SessionParts>(), align_of::<SessionParts>()),
        ("LarkAction", size_of::<SessionAction>(), align_of::<SessionAction>()),
        ("LarkReceived", size_of::<SessionReceived>(), align_of::<SessionReceived>()),
        ("LarkAck", size_of::<SessionAck>(), align_of::<SessionAck>()),
    ] {
        text += &whole(class);
    }
    for (class, member, at) in [
        ("LarkEndpoint", "code", offset_of!(Endpoint, code)),
        ("LarkEndpoint", "msg", offset_of!(Endpoint, msg)),
        ("LarkEndpoint", "url", offset_of!(Endpoint, url)),
        ("LarkEndpoint", "config", offset_of!(Endpoint, config)),
        ("LarkClientConfig", "reconnect_count", offset_of!(ClientConfig, reconnect_count)),
        ("LarkClientConfig", "reconnect_interval_s", offset_of!(ClientConfig, reconnect_interval_s)),
        ("LarkClientConfig", "reconnect_nonce_s", offset_of!(ClientConfig, reconnect_nonce_s)),
        ("LarkClientConfig", "ping_interval_s", offset_of!(ClientConfig, ping_interval_s)),
        ("LarkSessionBytes", "data", offset_of!(SessionBytes, data)),
        ("LarkSessionBytes", "count", offset_of!(SessionBytes, count)),
        ("LarkSessionParts", "data", offset_of!(SessionParts, data)),
        ("LarkSessionParts", "count", offset_of!(SessionParts, count)),
        ("LarkAction", "kind", offset_of!(SessionAction, kind)),
        ("LarkAction", "message", offset_of!(SessionAction, message)),
        ("LarkAction", "len", offset_of!(SessionAction, len)),
        ("LarkAction", "until_ms", offset_of!(SessionAction, until_ms)),
        ("LarkAction", "end", offset_of!(SessionAction, end)),
        ("LarkAction", "code", offset_of!(SessionAction, code)),
        ("LarkReceived", "kind", offset_of!(SessionReceived, kind)),
        ("LarkReceived", "json", offset_of!(SessionReceived, json)),
        ("LarkReceived", "json_len", offset_of!(SessionReceived, json_len)),
        ("LarkReceived", "ack", offset_of!(SessionReceived, ack)),
        ("LarkAck", "message", offset_of!(SessionAck, message)),
        ("LarkAck", "len", offset_of!(SessionAck, len)),
        ("LarkAck", "received_ms", offset_of!(SessionAck, received_ms)),
        ("LarkAck", "connection", offset_of!(SessionAck, connection)),
    ] {
        text += &offset(class, member, at);
    }
    text
}

fn compile(compiler: &str, fallback: &str, source: &Path, options: &[&str]) {
    let include = concat!(env!("CARGO_MANIFEST_DIR"), "/../include");
    let compiler = env::var(compiler).unwrap_or_else(|_| fallback.to_owned());
    let output = Command::new(&compiler)
        .args(options)
        .args(["-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I", include])
        .arg(source)
        .output()
        .unwrap_or_else(|error| panic!("{compiler}: {error}"));
    assert!(output.status.success(), "{compiler} {options:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn structs_lie_in_c_as_in_rust() {
    let text = assertions();
    assert!(text.matches("LARK_ASSERT(").count() > 1500);
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout.c");
    fs::write(&source, text).expect("the temporary folder can be written to");
    compile("CC", "cc", &source, &["-std=c99", "-include", "stddef.h"]);
    compile("CC", "cc", &source, &["-std=c11", "-include", "stddef.h"]);
    // offsetof of a member of a member is a thing of C that every C++ compiler has too.
    compile("CXX", "c++", &source, &["-x", "c++", "-std=c++17", "-include", "cstddef"]);
}
