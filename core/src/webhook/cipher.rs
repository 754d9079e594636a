//! The cipher of a body: Base64 of an initialisation vector and AES-256-CBC with PKCS#7.

use super::secret::CipherKey;
use aes::{Aes256Dec, Aes256Enc};
#[cfg(any(test, not(target_pointer_width = "64")))]
use base64ct::{Base64, Encoding};
use cbc::{
    Decryptor, Encryptor,
    cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyIvInit},
};
use core::ops::Range;
use subtle::{Choice, ConstantTimeEq, ConstantTimeLess};

/// Bytes of a block and of an initialisation vector.
pub(super) const BLOCK: usize = 16;

/// Initialisation vector and ciphertext.
pub(super) struct Sealed<'b> {
    vector: [u8; BLOCK],
    blocks: &'b mut [[u8; BLOCK]],
}

/// What decrypts the bodies of one Encrypt Key.
#[derive(Clone, Copy)]
pub(super) struct Key<'k> {
    pub(super) bytes: &'k CipherKey,
    /// Its round keys, if they are at hand.
    pub(super) ready: Option<&'k Aes256Dec>,
}

/// Undoes the Base64 in place; `None` if it is none, or not the Base64 of a vector and at least one whole block.
pub(super) fn decode(base64: &mut [u8]) -> Option<Sealed<'_>> {
    let (vector, text) = undo_base64(base64)?.split_first_chunk_mut::<BLOCK>()?;
    match text.as_chunks_mut::<BLOCK>() {
        ([], _) => None,
        (blocks, []) => Some(Sealed { vector: *vector, blocks }),
        _ => None,
    }
}

/// The characters of Base64.
#[cfg(target_pointer_width = "64")]
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Undoes Base64 in place. It must have its padding, and no character that is none of its own.
///
/// What is decoded came over the line as it is, so this need not take the same time for all of it. On processors of 64 bits
/// a crate for speed does it; which instructions it may use it finds out where there is a standard library to ask. It wants
/// the bits to be zero of which there is no byte, unlike the crate that does it elsewhere: they are made so.
#[cfg(target_pointer_width = "64")]
fn undo_base64(base64: &mut [u8]) -> Option<&mut [u8]> {
    match base64 {
        [.., last, b'=', b'='] => *last = without(0x0F, *last),
        [.., last, b'='] => *last = without(0x03, *last),
        _ => {}
    }
    base64_simd::STANDARD.decode_inplace(base64).ok()
}

/// The character that stands for the same number without those bits; what stands for none stays as it is.
#[cfg(target_pointer_width = "64")]
fn without(bits: u8, character: u8) -> u8 {
    let number = match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return character,
    };
    ALPHABET.get(usize::from(number & !bits)).copied().unwrap_or(character)
}

/// Whether these are characters of Base64 only, without padding; that there are none others does not mean yet that it can
/// be undone.
#[cfg(target_pointer_width = "64")]
pub(super) fn is_base64(characters: &[u8]) -> bool {
    base64_simd::STANDARD_NO_PAD.check(characters).is_ok()
}

/// Undoes Base64 in place. Where there is little flash, by the crate that encodes for [`platform`](super::platform): it has
/// no tables.
#[cfg(not(target_pointer_width = "64"))]
fn undo_base64(base64: &mut [u8]) -> Option<&mut [u8]> {
    let len = Base64::decode_in_place(base64).ok()?.len();
    base64.get_mut(..len)
}

impl Sealed<'_> {
    /// Decrypts in place. Returns how long the text is, which takes the same time for every text, and whether its padding
    /// is good; the whole of it counts as text where it is not.
    pub(super) fn decrypt(&mut self, key: Key<'_>) -> (usize, Choice) {
        match key.ready {
            Some(cipher) => self.decrypt_blocks(cipher),
            None => self.decrypt_blocks(&key.bytes.ready()),
        }
        let len = self.blocks.len() * BLOCK;
        let (pad, good) = self.blocks.last().map_or((0, Choice::from(0)), padding);
        (len - usize::from(pad) * usize::from(good.unwrap_u8()), good)
    }

    fn decrypt_blocks(&mut self, cipher: &Aes256Dec) {
        let mut mode = Decryptor::<&Aes256Dec>::inner_iv_init(cipher, &self.vector.into());
        mode.decrypt_blocks(Array::cast_slice_from_core_mut(self.blocks));
    }

    /// Undoes [`Sealed::decrypt`], for another key to be tried.
    pub(super) fn encrypt(&mut self, key: Key<'_>) {
        let mut cipher = Encryptor::<Aes256Enc>::new(key.bytes.get().into(), &self.vector.into());
        cipher.encrypt_blocks(Array::cast_slice_from_core_mut(self.blocks));
    }

    /// The bytes behind the vector.
    pub(super) fn text(&self) -> &[u8] {
        self.blocks.as_flattened()
    }
}

/// Where in the Base64's place the text of `len` bytes is.
pub(super) const fn text_range(start: usize, len: usize) -> Range<usize> {
    start + BLOCK..start + BLOCK + len
}

/// How many bytes of padding a last block has, and whether all of them say so. Takes the same time for every block.
fn padding(block: &[u8; BLOCK]) -> (u8, Choice) {
    let [.., pad] = *block;
    let mut wrong = 0;
    for (byte, place) in block.iter().zip(0_u16..) {
        // All ones where the padding is: the top bit of the difference says that the place is not before it.
        let is_padding =
            0_u16.wrapping_sub(((BLOCK as u16 - 1).wrapping_sub(place).wrapping_sub(u16::from(pad))) >> 15);
        wrong |= u16::from(byte ^ pad) & is_padding;
    }
    (pad, wrong.ct_eq(&0) & !pad.ct_eq(&0) & pad.ct_lt(&(BLOCK as u8 + 1)))
}

#[cfg(test)]
mod published;
#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    /// As the decoder that small processors have.
    fn agrees(base64: &[u8]) {
        let mut expected = base64.to_vec();
        let expected = Base64::decode_in_place(&mut expected).ok().filter(|bytes| !bytes.is_empty());
        let mut read = base64.to_vec();
        let read = undo_base64(&mut read).filter(|bytes| !bytes.is_empty());
        assert_eq!(read.as_deref(), expected, "{}", base64.escape_ascii());
    }

    #[test]
    fn base64_is_read_as_elsewhere() {
        // Every length, and every wrong character at every place of it.
        let text: Vec<u8> =
            b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3ODkrLw==".repeat(3);
        let whole = [&text[..84], &text[88..172], b"++//"].concat();
        for len in 0..whole.len() {
            agrees(&whole[..len]);
            agrees(&[&whole[..len], b"="].concat());
            agrees(&[&whole[..len], b"=="].concat());
        }
        for place in 0..whole.len() {
            for byte in 0..=u8::MAX {
                let mut wrong = whole.clone();
                wrong[place] = byte;
                agrees(&wrong);
            }
        }
        // Every end: with bits that no byte has, with padding in all places.
        let ends = b"AQgwBCEP+/9=";
        for (first, second) in ends.iter().flat_map(|first| ends.iter().map(move |second| (*first, *second))) {
            for (third, fourth) in ends.iter().flat_map(|third| ends.iter().map(move |fourth| (*third, *fourth))) {
                for before in [0, 4, 28, 32, 60, 64] {
                    agrees(&[&whole[..before], &[first, second, third, fourth]].concat());
                }
            }
        }
    }

    #[test]
    fn padding_is_good_only_as_pkcs7_says() {
        for last in 0..=u8::MAX {
            for count in 1..=BLOCK {
                // `count` bytes at the end that are all `last`, before them others.
                let mut block = [last ^ 0x55; BLOCK];
                block[BLOCK - count..].fill(last);
                let (pad, good) = padding(&block);
                let expected = (1..=16).contains(&last) && usize::from(last) <= count;
                assert_eq!(bool::from(good), expected, "{count} times {last}");
                assert!(!expected || pad == last);
            }
        }
        // One wrong byte anywhere in the padding.
        for pad in 2..=16_u8 {
            for wrong in 1..usize::from(pad) {
                let mut block = [pad; BLOCK];
                block[BLOCK - 1 - wrong] ^= 1;
                assert!(!bool::from(padding(&block).1), "{pad}, {wrong}");
            }
        }
    }
}
