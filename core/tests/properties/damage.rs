//! Any event that something has happened to: it is refused as serde_json refuses it, or a sound envelope.

use crate::made::made;
use crate::sound::{self, ROOM};
use crate::{cases, fresh, record};
use lark_event::json::pointer;
use lark_event::{Envelope, ErrorKind, decode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What happens to a document in some place.
#[derive(Clone, Debug)]
enum Damage {
    Changed(Index, u8),
    Removed(Index),
    Inserted(Index, u8),
    Repeated(Index, Index),
    Cut(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let odd = b"\"\\{}[]:,0-.e+ntu \n\0\x1f\x7f\x80\xc3\xe2\xed\xf0\xff".to_vec();
    let byte = || prop_oneof![any::<u8>(), select(odd.clone())];
    prop_oneof![
        6 => (any::<Index>(), byte()).prop_map(|(at, byte)| Damage::Changed(at, byte)),
        1 => any::<Index>().prop_map(Damage::Removed),
        2 => (any::<Index>(), byte()).prop_map(|(at, byte)| Damage::Inserted(at, byte)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Damage::Repeated(from, to)),
        1 => any::<Index>().prop_map(Damage::Cut),
    ]
}

impl Damage {
    fn happen(self, input: &mut Vec<u8>) {
        if input.is_empty() {
            return;
        }
        let len = input.len();
        match self {
            Self::Changed(at, byte) => input[at.index(len)] = byte,
            Self::Removed(at) => drop(input.remove(at.index(len))),
            Self::Inserted(at, byte) => input.insert(at.index(len), byte),
            Self::Repeated(from, to) => {
                let (from, to) = (from.index(len), to.index(len));
                let part = input[from.min(to)..from.max(to)].to_vec();
                input.splice(from..from, part);
            }
            Self::Cut(at) => input.truncate(at.index(len)),
        }
    }
}

/// Decodes whatever it is, and checks what comes of it.
fn decode_any(input: &[u8]) {
    let mut envelope = fresh();
    let result = decode(input, &mut envelope);
    let fault = result.err().filter(|error| !error.kind.is_field());
    let text = std::str::from_utf8(input);
    let theirs = text.is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
    // serde_json looks at surrogates only in strings that it hands out.
    let is_lone = fault.is_some_and(|error| error.kind == ErrorKind::LONE_SURROGATE);
    assert!(theirs == fault.is_none() || is_lone, "{fault:?}");
    assert!(result.err().is_none_or(|error| error.offset as usize <= input.len()), "{result:?}");
    let found = pointer(input, "/event").err().filter(|error| error.kind != ErrorKind::DUPLICATE);
    assert_eq!(found.map(|error| (error.kind, error.offset)), fault.map(|error| (error.kind, error.offset)));
    record::event(&envelope, input, result);
    if fault.is_some() {
        assert!(*envelope == Envelope::EMPTY);
    } else {
        sound::check(&envelope, input, &mut vec![0; ROOM], &mut fresh());
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_damaged_event_is_refused_or_sound(made in made(), damages in vec(damage(), 1..4)) {
        let mut input = made.body;
        for damage in damages {
            damage.happen(&mut input);
        }
        decode_any(&input);
    }
}
