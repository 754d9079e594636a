//! Base64, AES-256-CBC and PKCS#7 against what has been published, and against the same done a block at a time.

extern crate std;

use super::*;
use crate::published::{Numbers, bytes, cases, published};
use aes::cipher::{BlockCipherDecrypt, KeyInit};
use std::{string::String, vec, vec::Vec};

/// Decrypts the Base64 of vector and ciphertext, once with round keys at hand and once without. Returns all that came
/// out, and the text if the padding is good; `None` if it was no ciphertext.
fn open(key: &CipherKey, vector: &[u8], sealed: &[u8]) -> Option<(Vec<u8>, Option<Vec<u8>>)> {
    let ready = key.ready();
    let [ready, not_ready] = [Some(&ready), None].map(|ready| {
        let (mut room, whole) = (vec![0; 4 * (vector.len() + sealed.len()) / 3 + 4], [vector, sealed].concat());
        let len = Base64::encode(&whole, &mut room).unwrap().len();
        let mut sealed = decode(&mut room[..len])?;
        let (len, good) = sealed.decrypt(Key { bytes: key, ready });
        let decrypted = sealed.text().to_vec();
        let text = bool::from(good).then(|| decrypted[..len].to_vec());
        // What is done can be undone, whatever the padding.
        sealed.encrypt(Key { bytes: key, ready });
        assert_eq!(sealed.text(), &whole[BLOCK..]);
        Some((decrypted, text))
    });
    assert_eq!(ready, not_ready);
    ready
}

/// What stands before the padding, by the words of PKCS#7.
fn text_of(padded: &[u8]) -> Option<&[u8]> {
    let pad = usize::from(*padded.last()?);
    let (text, padding) = padded.split_at_checked(padded.len().checked_sub(pad)?)?;
    ((1..=16).contains(&pad) && padding.iter().all(|byte| usize::from(*byte) == pad)).then_some(text)
}

#[test]
fn published_ciphertexts_have_their_texts() {
    let cases = cases("aes_256_cbc");
    assert!(cases.len() >= 420, "{}", cases.len());
    for (source, case) in cases {
        let [key, vector, text, sealed] = [0, 1, 2, 3].map(|part| bytes(&case[part]));
        let (decrypted, unpadded) = open(&CipherKey::new(key.try_into().unwrap()), &vector, &sealed).unwrap();
        assert_eq!(decrypted, text, "{source}: {case}");
        assert_eq!(unpadded.as_deref(), text_of(&text), "{source}: {case}");
    }
}

#[test]
fn padding_is_what_pkcs7_says_and_nothing_else() {
    let published = published("padding");
    let key = CipherKey::of(published["encrypt_key"].as_str().unwrap().as_bytes());
    let (vector, mut good) = (bytes(&published["vector"]), 0);
    let cases = published["cases"].as_array().unwrap();
    for case in cases {
        let found = open(&key, &vector, &bytes(&case[1])).and_then(|(_, text)| text);
        let expected = case[2].as_str().map(|_| bytes(&case[2]));
        assert_eq!(found, expected, "{}", case[0]);
        good += usize::from(expected.is_some());
    }
    assert!(good >= 33 && cases.len() - good >= 700, "{good} of {}", cases.len());
}

#[test]
fn base64_is_what_rfc_4648_says() {
    let cases = cases("base64");
    assert!(cases.len() >= 50, "{}", cases.len());
    for (source, case) in cases {
        let text: String = case[0].as_str().unwrap().into();
        let expected = case[1].as_str().map(|_| bytes(&case[1]));
        // Here, and on processors without 64 bits.
        assert_eq!(
            undo_base64(&mut text.clone().into_bytes()).map(|bytes| bytes.to_vec()),
            expected,
            "{source}: {text:?}"
        );
        let small = Base64::decode_in_place(&mut text.clone().into_bytes()).map(<[u8]>::to_vec);
        assert_eq!(small.ok(), expected, "{source}: {text:?}");
    }
}

#[test]
fn any_number_of_blocks_is_decrypted_as_one_after_the_other() {
    let mut numbers = Numbers(3);
    for round in 0..10 {
        for count in 0..=40 {
            let key: [u8; 32] = numbers.bytes(32).try_into().unwrap();
            let vector: [u8; BLOCK] = numbers.bytes(BLOCK).try_into().unwrap();
            let mut blocks: Vec<[u8; BLOCK]> = (0..count).map(|_| numbers.bytes(BLOCK).try_into().unwrap()).collect();
            let (sealed, mut expected, mut before) = (blocks.clone(), blocks.clone(), vector);
            let cipher = Aes256Dec::new(&key.into());
            for block in &mut expected {
                let kept = core::mem::replace(&mut before, *block);
                cipher.decrypt_block(block.into());
                block.iter_mut().zip(kept).for_each(|(byte, kept)| *byte ^= kept);
            }
            let key = CipherKey::new(key);
            let mut opened = Sealed { vector, blocks: &mut blocks };
            let (len, good) = opened.decrypt(Key { bytes: &key, ready: None });
            assert_eq!(opened.text(), expected.as_flattened(), "round {round}, {count} blocks");
            let text = text_of(expected.as_flattened());
            assert_eq!((len, bool::from(good)), (text.map_or(BLOCK * count, <[u8]>::len), text.is_some()));
            opened.encrypt(Key { bytes: &key, ready: None });
            assert_eq!(blocks, sealed, "round {round}, {count} blocks");
        }
    }
}
