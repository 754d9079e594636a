//! `sonic-rs`: the event as a `LazyValue` first.

use super::{AnyHeader, EventReader, OwnedSchema, Str, Undecided, borrowed, finish, owned};
use crate::{contender::Fields, inputs::Document};
use serde::{Deserialize, Serialize};
use sonic_rs::{Error, LazyValue};
use std::borrow::Cow;

struct Reader<'a, 'f, S, H> {
    body: Undecided<S, H, LazyValue<'a>>,
    fields: Option<&'f mut Fields>,
}

impl<'a, S: Serialize, H: AnyHeader> EventReader<'a> for Reader<'a, '_, S, H> {
    type Error = Error;

    fn read<E: Deserialize<'a> + Serialize>(self) -> Result<(), Error> {
        let Cow::Borrowed(raw) = self.body.event.as_raw_cow() else { panic!("sonic-rs has copied the event") };
        let event: E = sonic_rs::from_str(raw)?;
        finish(&self.body.schema, &self.body.header, &event, self.fields);
        Ok(())
    }
}

pub(crate) fn read_owned(document: &Document, fields: Option<&mut Fields>) -> Result<(), Error> {
    let body: Undecided<OwnedSchema, owned::Header, LazyValue<'_>> = sonic_rs::from_slice(document)?;
    owned::read(body.header.tag(document), Reader { body, fields })
}

pub(crate) fn read_borrowed(document: &Document, fields: Option<&mut Fields>) -> Result<(), Error> {
    let body: Undecided<Str<'_>, borrowed::Header<'_>, LazyValue<'_>> = sonic_rs::from_slice(document)?;
    borrowed::read(body.header.tag(document), Reader { body, fields })
}
