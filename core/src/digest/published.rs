//! SHA-256 against what NIST has published, and with texts of any length in any pieces.

extern crate std;

use super::hash_into;
use crate::published::{Numbers, bytes, cases, published};
use sha2::Digest;
use std::{vec, vec::Vec};

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash_into(parts, &mut hash);
    hash
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
        let (unit, rest) = (1 << 20, times % (1 << 20));
        let many = piece.repeat(if times < unit { rest } else { unit });
        let mut parts = vec![&*many; times / unit];
        parts.push(&many[..piece.len() * rest]);
        assert_eq!(hash(&parts).to_vec(), expected, "{what}");
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
fn the_pieces_of_a_text_do_not_matter() {
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
