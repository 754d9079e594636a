//! `simd-json`: a tape of the whole body, in which the type is looked up, and from which the structs are filled.
//!
//! It parses in place, so each run has a fresh copy of the body; what that copy costs is measured as a row of its own.

use super::{EventReader, OwnedSchema, Str, Whole, borrowed, finish, owned, tag_of};
use crate::{contender::Fields, inputs::Document};
use serde::{Deserialize, Serialize};
use simd_json::{Buffers, Deserializer, Error, Node, Tape, fill_tape_padded, prelude::*};
use std::marker::PhantomData;

/// Memory that is used again for each document.
pub(crate) struct Room {
    copy: Vec<u8>,
    buffers: Buffers,
    tape: Vec<Node<'static>>,
}

impl Room {
    pub(crate) fn new() -> Self {
        Self { copy: Vec::new(), buffers: Buffers::default(), tape: Vec::new() }
    }

    /// Copies a document, with the bytes behind it that the library wants.
    pub(crate) fn fill(&mut self, document: &Document) {
        self.copy.clear();
        self.copy.extend_from_slice(document.padded());
    }
}

struct Reader<'t, 'a, 'f, S, H> {
    tape: &'t mut Deserializer<'a>,
    fields: Option<&'f mut Fields>,
    form: PhantomData<(S, H)>,
}

impl<'a, S: Deserialize<'a> + Serialize, H: Deserialize<'a> + Serialize> EventReader<'a> for Reader<'_, 'a, '_, S, H> {
    type Error = Error;

    fn read<E: Deserialize<'a> + Serialize>(self) -> Result<(), Error> {
        let body = Whole::<S, H, E>::deserialize(self.tape)?;
        finish(&body.schema, &body.header, &body.event, self.fields);
        Ok(())
    }
}

/// Defines a contender of one form.
macro_rules! read {
    ($name:ident, $form:ident, $schema:ty, $header:ty) => {
        pub(crate) fn $name(document: &Document, room: &mut Room, fields: Option<&mut Fields>) -> Result<(), Error> {
            room.fill(document);
            let mut tape = Tape(std::mem::take(&mut room.tape)).reset();
            fill_tape_padded(&mut room.copy, document.len(), &mut room.buffers, &mut tape)?;
            let mut tape = Deserializer::from_tape(tape);
            let tag = tag(&tape, document);
            let reader = Reader::<$schema, $header> { tape: &mut tape, fields, form: PhantomData };
            let read = $form::read(tag, reader);
            room.tape = tape.into_tape().reset().0;
            read
        }
    };
}

read!(read_owned, owned, OwnedSchema, owned::Header);
read!(read_borrowed, borrowed, Str<'_>, borrowed::Header<'_>);

fn tag(tape: &Deserializer<'_>, document: &Document) -> u32 {
    let body = tape.as_value();
    let name =
        body.get("header").and_then(|header| header.get("event_type")).and_then(|name| name.as_str().map(tag_of));
    name.unwrap_or_else(|| document.assumed_tag())
}
