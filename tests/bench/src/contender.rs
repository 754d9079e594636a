//! Who takes part.

#[cfg(feature = "rust-peers")]
use crate::rust_peers;
use crate::{
    c_peers, floors,
    inputs::Document,
    ours,
    row::{Group, Kind},
};
use lark_event::Envelope;
use std::{fmt::Display, hint::black_box};

/// Every field of a body, by name.
pub(crate) type Fields = serde_json::Value;

/// Reads a document; and tells what it has read, if there is a place for that.
pub(crate) type Read = Box<dyn FnMut(&Document, Option<&mut Fields>) -> Result<(), String>>;

/// A library that decodes, or a floor.
pub(crate) struct Contender {
    pub(crate) kind: Kind,
    /// A floor reads nothing, so it has nothing to tell.
    pub(crate) read: Read,
}

pub(crate) const LARK_EVENT: &str = "lark-event";
pub(crate) const LARK_DECODE: &str = "lark_decode";

impl Contender {
    pub(crate) fn new(name: &'static str, group: Group, owned: bool, read: Read) -> Self {
        let reference = match group {
            // In C all are called from outside.
            Group::C | Group::Cpp => LARK_DECODE,
            _ => LARK_EVENT,
        };
        Self { kind: Kind { name, group, owned, dispatch: group != Group::Floor, reference }, read }
    }

    /// One that fills an envelope, and says in some way if it cannot.
    pub(crate) fn of_envelope<E: Display>(
        name: &'static str,
        group: Group,
        mut read: impl FnMut(&Document, &mut Envelope) -> Result<(), E> + 'static,
    ) -> Self {
        let mut envelope = Box::new(Envelope::EMPTY);
        let read = move |document: &Document, fields: Option<&mut Fields>| {
            read(document, black_box(&mut envelope)).map_err(|error| error.to_string())?;
            if let Some(fields) = fields {
                *fields = ours::fields(&envelope);
            }
            Ok(())
        };
        Self::new(name, group, true, Box::new(read))
    }

    /// A floor, that finds a document good or not.
    pub(crate) fn floor(name: &'static str, mut pass: impl FnMut(&[u8]) -> bool + 'static) -> Self {
        let read = move |document: &Document, _: Option<&mut Fields>| {
            if pass(black_box(document)) { Ok(()) } else { Err("it refuses the document".into()) }
        };
        Self::new(name, Group::Floor, false, Box::new(read))
    }
}

/// All of them, for documents of at most that many bytes. Ours are first.
pub(crate) fn all(longest: usize) -> Vec<Contender> {
    let mut all = Vec::from(ours::contenders());
    #[cfg(feature = "rust-peers")]
    all.extend(rust_peers::contenders(longest));
    all.extend(c_peers::contenders(longest));
    all.extend(floors::contenders());
    all
}
