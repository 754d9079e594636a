//! The cipher of a body: Base64 of an initialisation vector and AES-256-CBC with PKCS#7.

use super::secret;
use aes::Aes256;
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
    let len = Base64::decode_in_place(base64).ok()?.len();
    let (vector, text) = base64.get_mut(..len)?.split_first_chunk_mut::<BLOCK>()?;
    match text.as_chunks_mut::<BLOCK>() {
        ([], _) => None,
        (blocks, []) => Some(Sealed { vector: *vector, blocks }),
        _ => None,
    }
}

impl Sealed<'_> {
    /// Decrypts in place. Returns how long the text is, which takes the same time for every text, and whether its padding
    /// is good; the whole of it counts as text where it is not.
    pub(super) fn decrypt(&mut self, encrypt_key: &[u8]) -> (usize, Choice) {
        let mut cipher = Decryptor::<Aes256>::new(&(*secret::cipher_key(encrypt_key)).into(), &self.vector.into());
        cipher.decrypt_blocks(Array::cast_slice_from_core_mut(self.blocks));
        let len = self.blocks.len() * BLOCK;
        let (pad, good) = self.blocks.last().map_or((0, Choice::from(0)), padding);
        (len - usize::from(pad) * usize::from(good.unwrap_u8()), good)
    }

    /// Undoes [`Sealed::decrypt`], for another key to be tried.
    pub(super) fn encrypt(&mut self, encrypt_key: &[u8]) {
        let mut cipher = Encryptor::<Aes256>::new(&(*secret::cipher_key(encrypt_key)).into(), &self.vector.into());
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
    use super::*;

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
