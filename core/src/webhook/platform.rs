//! What the platform does to a body before it sends it: for tests, and for programs that play the platform.

use super::{cipher::BLOCK, secret::CipherKey, signature};
use crate::error::{Error, ErrorKind};
use aes::Aes256Enc;
use base64ct::{Base64, Encoding};
use cbc::{
    Encryptor,
    cipher::{Array, BlockModeEncrypt, KeyIvInit},
};

/// A signature as it stands in the header `X-Lark-Signature`: 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signature([u8; 64]);

impl Signature {
    /// The digits.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Signs a raw body, as it goes over the line.
pub fn sign(encrypt_key: &str, timestamp: &str, nonce: &str, body: &[u8]) -> Signature {
    let hash = signature::hash(timestamp.as_bytes(), nonce.as_bytes(), encrypt_key.as_bytes(), body);
    let mut digits = [0; 64];
    // There is room for two digits of every byte.
    let _ = base16ct::lower::encode(&hash, &mut digits);
    Signature(digits)
}

/// How many bytes [`encrypt`] writes for a text of `len` bytes.
pub const fn encrypted_len(len: usize) -> usize {
    (BLOCK + (len / BLOCK + 1) * BLOCK).div_ceil(3) * 4
}

/// Encrypts a text, and writes what belongs into `{"encrypt": "..."}` to the front of `out`: the Base64 of `vector` and
/// ciphertext. A vector must be random, and must not be used twice with one key.
///
/// # Errors
///
/// `BUFFER_FULL` if `out` has fewer than [`encrypted_len`] bytes.
pub fn encrypt<'a>(encrypt_key: &str, vector: [u8; 16], text: &[u8], out: &'a mut [u8]) -> Result<&'a str, Error> {
    let full = Error::of_call(ErrorKind::BUFFER_FULL);
    let out = out.get_mut(..encrypted_len(text.len())).ok_or(full)?;
    let key = CipherKey::of(encrypt_key.as_bytes());
    let mut cipher = Encryptor::<Aes256Enc>::new(key.get().into(), &vector.into());
    let mut sealed = Padded { text, pad: (BLOCK - text.len() % BLOCK) as u8 };
    let mut next = || {
        let mut block = Array(sealed.next()?);
        cipher.encrypt_block(&mut block);
        Some(block.0)
    };
    // Three blocks, which Base64 has in 64 characters without any left over.
    let (mut group, mut first) = ([[0; BLOCK]; 3], Some(vector));
    for place in out.chunks_mut(group.len() * BLOCK / 3 * 4) {
        let mut count = 0;
        for (room, block) in group.iter_mut().zip(core::iter::from_fn(|| first.take().or_else(&mut next))) {
            (*room, count) = (block, count + 1);
        }
        let bytes = group.get(..count).unwrap_or_default().as_flattened();
        Base64::encode(bytes, place).map_err(|_| full)?;
    }
    core::str::from_utf8(out).map_err(|_| full)
}

/// The blocks of a text with its padding behind it.
struct Padded<'a> {
    text: &'a [u8],
    /// How many bytes of padding there are, and their value; 0 when all has been taken.
    pad: u8,
}

impl Iterator for Padded<'_> {
    type Item = [u8; BLOCK];

    fn next(&mut self) -> Option<[u8; BLOCK]> {
        if let Some((block, rest)) = self.text.split_first_chunk() {
            self.text = rest;
            return Some(*block);
        }
        let mut block = [core::mem::take(&mut self.pad); BLOCK];
        block.get_mut(..self.text.len())?.copy_from_slice(self.text);
        self.text = &[];
        // Of a block that is all padding and zero, nothing is left.
        (block[BLOCK - 1] != 0).then_some(block)
    }
}
