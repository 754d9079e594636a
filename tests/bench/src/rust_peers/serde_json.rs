//! `serde_json`: the event as a `RawValue` first.

use super::{AnyHeader, EventReader, OwnedSchema, Str, Undecided, borrowed, finish, owned};
use crate::{contender::Fields, inputs::Document};
use serde::{Deserialize, Serialize};
use serde_json::{Error, value::RawValue};

struct Reader<'a, 'f, S, H> {
    body: Undecided<S, H, &'a RawValue>,
    fields: Option<&'f mut Fields>,
}

impl<'a, S: Serialize, H: AnyHeader> EventReader<'a> for Reader<'a, '_, S, H> {
    type Error = Error;

    fn read<E: Deserialize<'a> + Serialize>(self) -> Result<(), Error> {
        let event: E = serde_json::from_str(self.body.event.get())?;
        finish(&self.body.schema, &self.body.header, &event, self.fields);
        Ok(())
    }
}

pub(crate) fn read_owned(document: &Document, fields: Option<&mut Fields>) -> Result<(), Error> {
    let body: Undecided<OwnedSchema, owned::Header, &RawValue> = serde_json::from_slice(document)?;
    owned::read(body.header.tag(document), Reader { body, fields })
}

pub(crate) fn read_borrowed(document: &Document, fields: Option<&mut Fields>) -> Result<(), Error> {
    let body: Undecided<Str<'_>, borrowed::Header<'_>, &RawValue> = serde_json::from_slice(document)?;
    borrowed::read(body.header.tag(document), Reader { body, fields })
}
