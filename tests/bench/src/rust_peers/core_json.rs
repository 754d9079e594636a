//! `serde-json-core`: it keeps no value as it stands there, so it reads each body twice, the first time for the type.

use super::{EventReader, OwnedSchema, Str, Whole, borrowed, finish, owned, tag_of, values::Fixed};
use crate::{contender::Fields, inputs::Document};
use serde::{Deserialize, Serialize};
use serde_json_core::{de::Error, from_slice_escaped};
use std::marker::PhantomData;

/// What is read the first time.
#[derive(Deserialize)]
struct Peek {
    header: PeekHeader,
}

#[derive(Deserialize)]
struct PeekHeader {
    event_type: Option<Fixed<95>>,
}

struct Reader<'a, 's, 'f, S, H> {
    document: &'a [u8],
    /// Where escapes are undone.
    scratch: &'s mut [u8],
    fields: Option<&'f mut Fields>,
    form: PhantomData<(S, H)>,
}

impl<'a, S: Deserialize<'a> + Serialize, H: Deserialize<'a> + Serialize> EventReader<'a> for Reader<'a, '_, '_, S, H> {
    type Error = Error;

    fn read<E: Deserialize<'a> + Serialize>(self) -> Result<(), Error> {
        let (body, _) = from_slice_escaped::<Whole<S, H, E>>(self.document, self.scratch)?;
        finish(&body.schema, &body.header, &body.event, self.fields);
        Ok(())
    }
}

/// Defines a contender of one form.
macro_rules! read {
    ($name:ident, $form:ident, $schema:ty, $header:ty) => {
        pub(crate) fn $name(document: &Document, scratch: &mut [u8], fields: Option<&mut Fields>) -> Result<(), Error> {
            let (peek, _) = from_slice_escaped::<Peek>(document, scratch)?;
            let tag = peek.header.event_type.map_or(document.assumed_tag(), |name| tag_of(&name));
            $form::read(tag, Reader::<$schema, $header> { document, scratch, fields, form: PhantomData })
        }
    };
}

read!(read_owned, owned, OwnedSchema, owned::Header);
read!(read_borrowed, borrowed, Str<'_>, borrowed::Header<'_>);
