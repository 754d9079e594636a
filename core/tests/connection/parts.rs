//! Messages that come in parts, against a model with a heap.

use crate::Random;
use lark_event::ErrorKind;
use lark_event::connection::{PART_TTL_MS, Part, Reassembly, Taken};
use std::collections::{BTreeMap, BTreeSet};

type Small = Reassembly<[u8; 64], [Part; 8]>;

fn small() -> Small {
    Reassembly::new([0; 64], [Part::EMPTY; 8])
}

fn kind(result: Result<Taken<'_>, lark_event::Error>) -> ErrorKind {
    result.unwrap_err().kind
}

#[test]
fn parts_come_in_any_order() {
    let parts = ["zero ", "", "two", " and three"];
    let mut orders = vec![vec![]];
    for seq in 0..4 {
        let insert = |order: Vec<u32>| (0..=order.len()).map(move |at| [&order[..at], &[seq], &order[at..]].concat());
        orders = orders.into_iter().flat_map(insert).collect();
    }
    assert_eq!(orders.len(), 24);
    // From just enough room, in which they are moved about, to enough for a copy of all of them.
    for (order, room) in orders.iter().flat_map(|order| (24..=44).map(move |room| (order, room))) {
        let mut reassembly = Reassembly::new(vec![0; room], [Part::EMPTY; 8]);
        assert_eq!(reassembly.take("other", 2, 1, b"behind", 0), Ok(Taken::Waiting));
        for (count, seq) in order.iter().enumerate() {
            let taken = reassembly.take("m", 4, *seq, parts[*seq as usize].as_bytes(), 1).unwrap();
            let whole = Taken::Whole(b"zero two and three");
            assert_eq!(taken, if count == 3 { whole } else { Taken::Waiting }, "{order:?} in {room}");
        }
        assert_eq!(reassembly.take("m", 4, 0, b"zero ", 2), Ok(Taken::Late));
        assert_eq!(reassembly.take("other", 2, 0, b"before ", 3), Ok(Taken::Whole(b"before behind")));
        assert_eq!(reassembly.pending(), 0);
    }
}

#[test]
fn a_part_alone_is_whole() {
    assert_eq!(small().take("m", 1, 0, b"all of it", 0), Ok(Taken::Whole(b"all of it")));
    assert_eq!(small().take("", 1, 0, b"", 0), Ok(Taken::Whole(b"")));
}

#[test]
fn what_there_cannot_be_is_refused() {
    let mut reassembly = small();
    for (sum, seq) in [(0, 0), (0, 1), (1, 1), (2, 2), (2, u32::MAX), (0x8000_0000, 0x8000_0000), (u32::MAX, u32::MAX)]
    {
        assert_eq!(kind(reassembly.take("m", sum, seq, b"x", 0)), ErrorKind::PART, "{seq} of {sum}");
    }
    assert_eq!(reassembly.take("m", 3, 0, b"a", 0), Ok(Taken::Waiting));
    assert_eq!(reassembly.take("m", 3, 0, b"a", 0), Ok(Taken::Waiting), "the same again");
    assert_eq!(kind(reassembly.take("m", 3, 0, b"b", 0)), ErrorKind::PART, "another for the same");
    assert_eq!(kind(reassembly.take("m", 2, 1, b"b", 0)), ErrorKind::PART, "another sum");
    let error = reassembly.take("m", 2, 1, b"b", 0).unwrap_err();
    assert_eq!(error.to_string(), "expected one of 2 parts that agree with each other, found part 1");
    assert_eq!(reassembly.take("m", 3, 2, b"c", 0), Ok(Taken::Waiting));
    assert_eq!(reassembly.take("m", 3, 1, b"b", 0), Ok(Taken::Whole(b"abc")), "none of that has harmed it");
}

#[test]
fn what_has_waited_too_long_is_given_up() {
    let mut reassembly = small();
    assert_eq!(reassembly.take("m", 3, 0, b"a", 0), Ok(Taken::Waiting));
    assert_eq!(reassembly.take("m", 3, 1, b"b", PART_TTL_MS), Ok(Taken::Waiting), "which renews both");
    assert_eq!(reassembly.take("m", 3, 2, b"c", 2 * PART_TTL_MS), Ok(Taken::Whole(b"abc")));
    assert_eq!(reassembly.take("m", 3, 2, b"c", 3 * PART_TTL_MS), Ok(Taken::Late));
    assert_eq!(reassembly.take("m", 3, 2, b"c", 3 * PART_TTL_MS + 1), Ok(Taken::Waiting), "forgotten");
    reassembly.expire(4 * PART_TTL_MS + 1);
    assert_eq!(reassembly.pending(), 1);
    reassembly.expire(4 * PART_TTL_MS + 2);
    assert_eq!(reassembly.pending(), 0);
    // A clock that goes back all the same gives nothing up.
    assert_eq!(reassembly.take("n", 2, 0, b"a", 100), Ok(Taken::Waiting));
    assert_eq!(reassembly.take("n", 2, 1, b"b", 50), Ok(Taken::Whole(b"ab")));
}

#[test]
fn what_does_not_fit_gives_up_its_message_only() {
    let mut reassembly = small();
    let error = reassembly.take("many", 9, 0, b"", 0).unwrap_err();
    assert_eq!((error.kind, error.found, error.limit), (ErrorKind::PARTS_FULL, 9, 8));
    assert_eq!(reassembly.take("many", 9, 1, b"", 0), Ok(Taken::Late));
    assert_eq!(kind(reassembly.take("huge", u32::MAX, 0, b"", 0)), ErrorKind::PARTS_FULL);
    assert_eq!(reassembly.take("first", 2, 0, &[1; 40], 0), Ok(Taken::Waiting));
    assert_eq!(reassembly.take("second", 2, 0, &[2; 10], 0), Ok(Taken::Waiting));
    let error = reassembly.take("second", 2, 1, &[2; 15], 0).unwrap_err();
    assert_eq!((error.kind, error.found, error.limit), (ErrorKind::PARTS_FULL, 65, 64));
    assert_eq!(error.to_string(), "expected at most 64 bytes or parts that wait, found 65");
    assert_eq!(reassembly.take("second", 2, 1, b"", 0), Ok(Taken::Late));
    assert_eq!(reassembly.take("first", 2, 1, &[1; 24], 0), Ok(Taken::Whole(&[1; 64])), "its room was free again");
    // Messages that are over make way for parts.
    for seq in 0..7 {
        assert_eq!(reassembly.take("seven", 8, seq, b"7", 0), Ok(Taken::Waiting));
    }
    assert_eq!(reassembly.take("seven", 8, 7, b"!", 0), Ok(Taken::Whole(b"7777777!")));
}

#[test]
fn what_was_in_the_memory_does_not_matter() {
    let mut parts = [Part::EMPTY; 8];
    let mut reassembly = Reassembly::new([0; 64], &mut parts);
    assert_eq!(reassembly.take("m", 2, 0, b"before", 0), Ok(Taken::Waiting));
    let mut reassembly = Reassembly::new([0; 64], &mut parts);
    assert_eq!(reassembly.pending(), 0);
    assert_eq!(reassembly.take("m", 2, 0, &[1; 60], 0), Ok(Taken::Waiting));
    // Nothing is left after it has been cleared either.
    reassembly.clear();
    assert_eq!(reassembly.pending(), 0);
    assert_eq!(reassembly.take("m", 2, 1, &[3; 4], 0), Ok(Taken::Waiting));
    assert_eq!(reassembly.take("m", 2, 0, &[2; 60], 0), Ok(Taken::Whole(&[&[2; 60][..], &[3; 4]].concat())));
}

#[test]
fn what_has_been_over_for_the_longest_makes_way_first() {
    let mut reassembly = Reassembly::new([0; 64], [Part::EMPTY; 3]);
    for (id, now_ms) in [("newer", 1), ("older", 0)] {
        assert_eq!(reassembly.take(id, 1, 0, b"x", now_ms), Ok(Taken::Whole(b"x")));
    }
    // There is a free place yet,
    assert_eq!(reassembly.take("m", 3, 0, b"x", 1), Ok(Taken::Waiting));
    assert_eq!(reassembly.take("older", 1, 0, b"x", 1), Ok(Taken::Late));
    // and then that of the older one.
    assert_eq!(reassembly.take("m", 3, 1, b"x", 1), Ok(Taken::Waiting));
    assert_eq!(reassembly.take("newer", 1, 0, b"x", 1), Ok(Taken::Late));
}

/// The number of parts of a message, those that are there, and when one came last.
type Incomplete = (u32, BTreeMap<u32, Vec<u8>>, u64);

/// What a reassembly with all the room that there is would do.
#[derive(Default)]
struct Model {
    waiting: BTreeMap<u32, Incomplete>,
    over: BTreeMap<u32, u64>,
}

impl Model {
    fn take(&mut self, id: u32, sum: u32, seq: u32, payload: &[u8], now_ms: u64) -> Result<Option<Vec<u8>>, bool> {
        self.waiting.retain(|_, (_, _, renewed)| now_ms - *renewed <= PART_TTL_MS);
        self.over.retain(|_, since| now_ms - *since <= PART_TTL_MS);
        if seq >= sum {
            return Err(true);
        }
        if self.over.contains_key(&id) {
            return Err(false);
        }
        let (known_sum, parts, renewed) = self.waiting.entry(id).or_insert((sum, BTreeMap::new(), now_ms));
        if *known_sum != sum {
            return Err(true);
        }
        *renewed = now_ms;
        if parts.get(&seq).is_some_and(|known| known != payload) {
            return Err(true);
        }
        parts.insert(seq, payload.to_vec());
        if parts.len() < sum as usize {
            return Ok(None);
        }
        self.over.insert(id, now_ms);
        let (_, parts, _) = self.waiting.remove(&id).unwrap();
        Ok(Some(parts.into_values().flatten().collect()))
    }
}

#[test]
fn it_does_what_a_model_with_a_heap_does() {
    let mut completed = BTreeSet::new();
    for seed in 0..200 {
        let mut random = Random(seed);
        let mut reassembly = Reassembly::new(vec![0; 1 << 16], vec![Part::EMPTY; 256]);
        let (mut model, mut now_ms) = (Model::default(), 0);
        for _ in 0..400 {
            now_ms += random.below(400);
            let id = u32::try_from(random.below(6)).unwrap();
            // Mostly the same number of parts for one message, and mostly the same bytes for one part.
            let sum = if random.below(30) == 0 { u32::try_from(random.below(6)).unwrap() } else { 1 + id };
            let seq = u32::try_from(random.below(u64::from(sum) + 1)).unwrap();
            let variant = u64::from(random.below(30) == 0);
            let payload = format!("{id}.{seq}.{variant};").repeat(usize::try_from((seq * 7 + id) % 5).unwrap());
            let expected = model.take(id, sum, seq, payload.as_bytes(), now_ms);
            let found = reassembly.take(&format!("message {id}"), sum, seq, payload.as_bytes(), now_ms);
            match (expected, found) {
                (Ok(Some(whole)), Ok(Taken::Whole(found))) => {
                    assert_eq!(whole, found);
                    completed.insert(id);
                }
                (Ok(None), Ok(Taken::Waiting)) | (Err(false), Ok(Taken::Late)) => {}
                (Err(true), Err(error)) => assert_eq!(error.kind, ErrorKind::PART),
                (expected, found) => panic!("{seed}: expected {expected:?}, found {found:?}"),
            }
            assert_eq!(reassembly.pending(), model.waiting.len());
        }
    }
    assert_eq!(completed.len(), 6);
}
