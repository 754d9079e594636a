//! The cipher of a body: Base64 of an initialisation vector and AES-256-CBC with PKCS#7.

use super::secret::CipherKey;
use aes::{Aes256Dec, Aes256Enc};
use base64ct::{Base64, Encoding};
use cbc::{
    Decryptor, Encryptor,
    cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit},
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

/// Undoes the Base64 in place; `None` if it is none, or not the Base64 of a vector and at least one whole block.
pub(super) fn decode(base64: &mut [u8]) -> Option<Sealed<'_>> {
    let (vector, text) = undo_base64(base64)?.split_first_chunk_mut::<BLOCK>()?;
    match text.as_chunks_mut::<BLOCK>() {
        ([], _) => None,
        (blocks, []) => Some(Sealed { vector: *vector, blocks }),
        _ => None,
    }
}

/// Undoes Base64 in place. It must have its padding, and no character that is none of its own.
///
/// What is decoded came over the line as it is, so this need not take the same time for all of it. On processors of 64 bits
/// a crate for speed does it; which instructions it may use it finds out where there is a standard library to ask. The last
/// four characters, where decoders differ in what they put up with, are left to the crate that does it all elsewhere.
#[cfg(target_pointer_width = "64")]
fn undo_base64(base64: &mut [u8]) -> Option<&mut [u8]> {
    let (front, last) = base64.split_last_chunk_mut::<4>()?;
    let mut room = *last;
    let last = Base64::decode_in_place(&mut room).ok().filter(|_| front.len().is_multiple_of(4))?;
    let end = base64_simd::STANDARD_NO_PAD.decode_inplace(front).ok()?.len();
    base64.get_mut(end..end + last.len())?.copy_from_slice(last);
    base64.get_mut(..end + last.len())
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
    pub(super) fn decrypt(&mut self, key: &CipherKey) -> (usize, Choice) {
        let mut cipher = Decryptor::<Aes256Dec>::new(key.get().into(), &self.vector.into());
        cipher.decrypt_blocks(Array::cast_slice_from_core_mut(self.blocks));
        let len = self.blocks.len() * BLOCK;
        let (pad, good) = self.blocks.last().map_or((0, Choice::from(0)), padding);
        (len - usize::from(pad) * usize::from(good.unwrap_u8()), good)
    }

    /// Undoes [`Sealed::decrypt`], for another key to be tried.
    pub(super) fn encrypt(&mut self, key: &CipherKey) {
        let mut cipher = Encryptor::<Aes256Enc>::new(key.get().into(), &self.vector.into());
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
    let mut good = !pad.ct_eq(&0) & pad.ct_lt(&(BLOCK as u8 + 1));
    for (byte, from_end) in block.iter().rev().zip(0_u8..) {
        good &= !from_end.ct_lt(&pad) | byte.ct_eq(&pad);
    }
    (pad, good)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    /// As the decoder that small processors have.
    fn agrees(base64: &[u8]) {
        let mut expected = base64.to_vec();
        let expected = Base64::decode_in_place(&mut expected).ok().filter(|bytes| !bytes.is_empty());
        assert_eq!(undo_base64(&mut base64.to_vec()).as_deref(), expected, "{}", base64.escape_ascii());
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
