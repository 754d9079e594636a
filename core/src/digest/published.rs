//! SHA-256 against what NIST has published, and against another framing of the same function.

extern crate std;

use super::Sha256;
use crate::vectors::{Numbers, bytes, cases, published};
use sha2::Digest;
use std::vec::Vec;

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.add(part));
    hasher.finish()
}

#[test]
fn published_messages_have_their_hashes() {
    let cases = cases("sha256");
    assert!(cases.len() >= 90, "{}", cases.len());
    let mut numbers = Numbers(1);
    for (source, case) in cases {
        let (expected, what) = (bytes(&case[1]), std::format!("{source}: {}", case[0]));
        let Some(repeated) = case[0].as_array() else {
            let message = bytes(&case[0]);
            assert_eq!(hash(&[&message]).to_vec(), expected, "{what}");
            for _ in 0..8 {
                assert_eq!(hash(&numbers.pieces(&message)).to_vec(), expected, "{what}, in pieces");
            }
            continue;
        };
        // Up to half a gigabyte, whose length in bits needs more than 32 of them.
        let (piece, times) = (bytes(&repeated[0]), repeated[1].as_u64().unwrap() as usize);
        let many = piece.repeat(times.min(1 << 20));
        let mut hasher = Sha256::new();
        (0..times >> 20).for_each(|_| hasher.add(&many));
        hasher.add(&many[..piece.len() * if times >> 20 > 0 { times % (1 << 20) } else { times }]);
        assert_eq!(hasher.finish().to_vec(), expected, "{what}");
    }
}

#[test]
fn hashes_of_hashes_are_those_of_the_monte_carlo_test() {
    let published = published("sha256_monte_carlo");
    let mut seed: [u8; 32] = bytes(&published["seed"]).try_into().unwrap();
    let rounds = published["hashes"].as_array().unwrap();
    assert_eq!(rounds.len(), 100);
    for expected in rounds {
        let mut last = [seed; 3];
        for _ in 0..1000 {
            let [first, second, third] = last;
            last = [second, third, hash(&[&first, &second, &third])];
        }
        [_, _, seed] = last;
        assert_eq!(seed.to_vec(), bytes(expected));
    }
}

#[test]
fn any_text_in_any_pieces_has_the_hash_that_another_framing_gives() {
    let mut numbers = Numbers(2);
    for round in 0..20 {
        for len in 0..300 {
            let text = numbers.bytes(len);
            let pieces = numbers.pieces(&text);
            let expected: [u8; 32] = sha2::Sha256::digest(&text).into();
            let lens: Vec<usize> = pieces.iter().map(|piece| piece.len()).collect();
            assert_eq!(hash(&pieces), expected, "round {round}, {len} bytes in {lens:?}");
        }
    }
}
