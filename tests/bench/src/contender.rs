//! Who takes part.

use crate::{
    inputs::Document,
    ours,
    row::{Group, Kind},
    peers::{c, core_json, serde_json as serde, simd_json, sonic},
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

const LARK_EVENT: &str = "lark-event";
const LARK_DECODE: &str = "lark_decode";

impl Contender {
    fn new(name: &'static str, group: Group, owned: bool, read: Read) -> Self {
        let reference = match group {
            // In C all are called from outside.
            Group::C | Group::Cpp => LARK_DECODE,
            _ => LARK_EVENT,
        };
        Self { kind: Kind { name, group, owned, dispatch: group != Group::Floor, reference }, read }
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
    let mut all = vec![of_ours(), of_ours_in_c()];
    all.extend(of_rust());
    all.extend(of_c(longest));
    all.extend(crate::floors::all());
    all
}

fn of_ours() -> Contender {
    let mut envelope = Box::new(Envelope::EMPTY);
    let read = move |document: &Document, fields: Option<&mut Fields>| {
        ours::read(document, black_box(&mut envelope)).map_err(|error| error.to_string())?;
        tell(&envelope, fields);
        Ok(())
    };
    Contender::new(LARK_EVENT, Group::Ours, true, Box::new(read))
}

fn of_ours_in_c() -> Contender {
    let mut envelope = Box::new(Envelope::EMPTY);
    let read = move |document: &Document, fields: Option<&mut Fields>| {
        let assumed = ours::c_name(document.assumed);
        let kind = ours::read_from_c(document, assumed.as_ref(), black_box(&mut envelope));
        if kind.0 != 0 {
            return Err(format!("{kind:?}"));
        }
        tell(&envelope, fields);
        Ok(())
    };
    Contender::new(LARK_DECODE, Group::Ours, true, Box::new(read))
}

fn tell(envelope: &Envelope, fields: Option<&mut Fields>) {
    if let Some(fields) = fields {
        *fields = ours::fields(envelope);
    }
}

fn of_rust() -> [Contender; 8] {
    let (mut owned_room, mut borrowed_room) = (simd_json::Room::new(), simd_json::Room::new());
    let (mut owned_scratch, mut borrowed_scratch) = ([0; _], [0; _]);
    [
        rust("sonic-rs, owned", true, sonic::read_owned),
        rust("sonic-rs, borrowed", false, sonic::read_borrowed),
        rust("serde_json, owned", true, serde::read_owned),
        rust("serde_json, borrowed", false, serde::read_borrowed),
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

fn of_c(longest: usize) -> [Contender; 2] {
    c::prepare_yyjson(longest);
    [in_c("yyjson", Group::C, c::yyjson), in_c("simdjson On-Demand", Group::Cpp, c::simdjson)]
}

fn in_c(
    name: &'static str,
    group: Group,
    function: fn(&Document, &mut Envelope) -> Result<(), &'static str>,
) -> Contender {
    let mut envelope = Box::new(Envelope::EMPTY);
    let read = move |document: &Document, fields: Option<&mut Fields>| {
        function(document, black_box(&mut envelope))?;
        tell(&envelope, fields);
        Ok(())
    };
    Contender::new(name, group, true, Box::new(read))
}
