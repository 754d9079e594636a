//! The other libraries, told to do the same: the type first, and then every field of that type.

pub(crate) mod c;
pub(crate) mod core_json;
pub(crate) mod serde_json;
pub(crate) mod simd_json;
pub(crate) mod sonic;
mod values;

use self::values::{Count, Decimal, Fixed, FixedList, Str, Unknown};
use crate::{contender::Fields, inputs::Document};
use ::serde_json::json;
use serde::{Deserialize, Serialize};
use std::hint::black_box;

include!(concat!(env!("OUT_DIR"), "/serde_peers.rs"));

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
    *fields = json!({ "schema": schema, "header": header, "event": event });
}
