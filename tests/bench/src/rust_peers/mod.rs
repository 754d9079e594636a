//! The other libraries, told to do the same: the type first, and then every field of that type.

mod core_json;
mod serde_json;
mod simd_json;
mod sonic;
mod values;

use self::values::{Count, Decimal, Fixed, FixedList, Str, Unknown};
use crate::{
    contender::{Contender, Fields},
    inputs::Document,
    row::Group,
};
use ::serde_json::json;
use serde::{Deserialize, Serialize};
use std::{fmt::Display, hint::black_box};

include!(concat!(env!("OUT_DIR"), "/serde_peers.rs"));

/// The contenders, for documents of at most that many bytes.
pub(crate) fn contenders(longest: usize) -> [Contender; 8] {
    let (mut owned_room, mut borrowed_room) = (simd_json::Room::new(), simd_json::Room::new());
    let (mut owned_scratch, mut borrowed_scratch) = (vec![0; longest], vec![0; longest]);
    [
        rust("sonic-rs, owned", true, sonic::read_owned),
        rust("sonic-rs, borrowed", false, sonic::read_borrowed),
        rust("serde_json, owned", true, serde_json::read_owned),
        rust("serde_json, borrowed", false, serde_json::read_borrowed),
        rust("simd-json, owned", true, move |document, fields| {
            simd_json::read_owned(document, &mut owned_room, fields)
        }),
        rust("simd-json, borrowed", false, move |document, fields| {
            simd_json::read_borrowed(document, &mut borrowed_room, fields)
        }),
        rust("serde-json-core, owned", true, move |document, fields| {
            core_json::read_owned(document, &mut owned_scratch, fields)
        }),
        rust("serde-json-core, borrowed", false, move |document, fields| {
            core_json::read_borrowed(document, &mut borrowed_scratch, fields)
        }),
    ]
}

fn rust<E: Display>(
    name: &'static str,
    owned: bool,
    mut read: impl FnMut(&Document, Option<&mut Fields>) -> Result<(), E> + 'static,
) -> Contender {
    let read = move |document: &Document, fields: Option<&mut Fields>| {
        read(document, fields).map_err(|error| error.to_string())
    };
    Contender::new(name, Group::Rust, owned, Box::new(read))
}

/// What reads an event once it is known into which struct.
pub(crate) trait EventReader<'a>: Sized {
    type Error;

    fn read<E: Deserialize<'a> + Serialize>(self) -> Result<(), Self::Error>;
}

/// A header of either form.
pub(crate) trait AnyHeader: Serialize {
    fn event_type(&self) -> Option<&str>;

    /// The tag of its event.
    fn tag(&self, document: &Document) -> u32 {
        self.event_type().map_or(document.assumed_tag(), tag_of)
    }
}

impl AnyHeader for owned::Header {
    fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }
}

impl AnyHeader for borrowed::Header<'_> {
    fn event_type(&self) -> Option<&str> {
        self.event_type.as_ref().map(Str::as_str)
    }
}

/// The text of `schema`.
pub(crate) type OwnedSchema = Fixed<15>;

/// A body with its event as it stands there, for reading the type first.
#[derive(Deserialize)]
pub(crate) struct Undecided<S, H, R> {
    schema: Option<S>,
    header: H,
    event: R,
}

/// A body whose event is of a type that is known.
#[derive(Deserialize)]
pub(crate) struct Whole<S, H, E> {
    schema: Option<S>,
    header: H,
    event: E,
}

/// Takes what has been read: by reference, since a large value would be copied once more.
fn finish<S: Serialize, H: Serialize, E: Serialize>(
    schema: &Option<S>,
    header: &H,
    event: &E,
    fields: Option<&mut Fields>,
) {
    black_box(schema);
    black_box(header);
    black_box(event);
    if let Some(fields) = fields {
        keep(schema, header, event, fields);
    }
}

#[cold]
#[inline(never)]
fn keep<S: Serialize, H: Serialize, E: Serialize>(schema: &Option<S>, header: &H, event: &E, fields: &mut Fields) {
    *fields = json!({ "header": header, "event": event });
    if let Some(schema) = schema {
        fields["schema"] = json!(schema);
    }
}
