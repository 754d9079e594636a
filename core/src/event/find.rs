//! From the name of an event type to its tag.

use super::{Event, NAMES, Tagged, UrlVerification};
use crate::record::without_nul;

/// How many bytes the longest name has.
pub(crate) const LONGEST_NAME: usize = 64;

/// The tag of the event type that a header names, [`Event::UNKNOWN`] if it is not in the registry.
pub(crate) fn find(name: &[u8]) -> u32 {
    let Some(mut place) = hash(name) else { return Event::UNKNOWN };
    // There are more places than names, so that one of them is empty.
    loop {
        let known = PLACES.get(place % PLACES.len()).and_then(|at| NAMES.get(usize::from(*at)));
        let Some((tag, known)) = known else { return Event::UNKNOWN };
        if without_nul(known).as_bytes() == name {
            return if *tag == UrlVerification::TAG { Event::UNKNOWN } else { *tag };
        }
        place += 1;
    }
}

/// Where a name is in [`NAMES`], by its hash: in that place, or in the next one if another name has it. A place that no
/// name has says [`FREE`].
static PLACES: [u8; PLACE_COUNT] = places();

const PLACE_COUNT: usize = (NAMES.len() * 2).next_power_of_two();
const FREE: u8 = u8::MAX;

/// A number for the name: of what stands behind `corehr.`, and of what stands before the version. `None` if it is shorter
/// than any name.
const fn hash(name: &[u8]) -> Option<usize> {
    if name.len() < 16 {
        return None;
    }
    let (mut hash, mut at) = (name.len() as u32, 0);
    while at < 2 {
        let (front, back) = (7 + 4 * at, name.len() - 12 + 4 * at);
        hash = (hash ^ word(name, front)).wrapping_mul(0x9E37_79B1);
        hash = (hash.rotate_left(15) ^ word(name, back)).wrapping_mul(0x85EB_CA77);
        at += 1;
    }
    Some((hash >> 16) as usize)
}

const fn word(name: &[u8], at: usize) -> u32 {
    match name.split_at_checked(at) {
        Some((_, [a, b, c, d, ..])) => u32::from_le_bytes([*a, *b, *c, *d]),
        _ => 0,
    }
}

#[allow(clippy::indexing_slicing, reason = "an index out of bounds would end the compilation")]
const fn places() -> [u8; PLACE_COUNT] {
    assert!(NAMES.len() < FREE as usize);
    let (mut places, mut index) = ([FREE; PLACE_COUNT], 0);
    while index < NAMES.len() {
        let name = without_nul(NAMES[index].1).as_bytes();
        assert!(name.len() < LONGEST_NAME && hash(name).is_some(), "a longer or a shorter name than any before");
        let Some(mut place) = hash(name) else { break };
        while places[place % PLACE_COUNT] != FREE {
            let other = NAMES[places[place % PLACE_COUNT] as usize].1;
            assert!(!is_same(name, without_nul(other).as_bytes()), "two events of the same name");
            place += 1;
        }
        places[place % PLACE_COUNT] = index as u8;
        index += 1;
    }
    places
}

#[allow(clippy::indexing_slicing, reason = "lengths have been compared")]
const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while a.len() == b.len() && at < a.len() && a[at] == b[at] {
        at += 1;
    }
    a.len() == b.len() && at == a.len()
}
