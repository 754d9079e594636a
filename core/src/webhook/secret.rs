//! Secrets: kept in fixed memory, compared in constant time, wiped when they are dropped, never shown.

use crate::{
    digest::hash_into,
    error::{Error, ErrorKind},
    text::Flag,
};
use aes::{Aes256Dec, cipher::KeyInit};
use core::fmt;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

/// How many bytes a secret may have. The platform's have 16 to 32; it states no limit.
pub(super) const CAPACITY: usize = 128;

/// An Encrypt Key or a verification token of at most 128 bytes.
#[repr(C)]
pub struct Secret {
    /// Whether there is one.
    present: Flag,
    /// Bytes of it.
    len: u8,
    /// The secret, and zeros.
    bytes: [u8; 128],
}

impl Secret {
    pub(super) const NONE: Self = Self { present: 0, len: 0, bytes: [0; CAPACITY] };

    /// Takes a secret in place of the one that is here, or none. Nothing of either is left anywhere else.
    ///
    /// There is none afterwards if it is empty or too long, which is `INVALID_ARGUMENT`.
    pub(super) fn set(&mut self, text: Option<&str>) -> Result<(), Error> {
        self.zeroize();
        let Some(text) = text else { return Ok(()) };
        let room = self.bytes.get_mut(..text.len()).filter(|room| !room.is_empty());
        room.ok_or(Error::of_call(ErrorKind::INVALID_ARGUMENT))?.copy_from_slice(text.as_bytes());
        (self.present, self.len) = (1, text.len() as u8);
        Ok(())
    }

    /// Whether this is a secret or none, and not what something has written over one.
    pub(super) fn is_whole(&self) -> bool {
        matches!((self.present, usize::from(self.len)), (0, 0) | (1, 1..=CAPACITY))
    }

    /// The bytes, if there is a secret.
    pub(super) fn get(&self) -> Option<&[u8]> {
        let bytes = self.bytes.get(..usize::from(self.len)).filter(|bytes| !bytes.is_empty())?;
        (self.present != 0).then_some(bytes)
    }

    /// Whether this is a secret and `other` is the same. Takes as long for every `other` of one length.
    pub(super) fn is(&self, other: &[u8]) -> Choice {
        self.get().map_or(Choice::from(0), |secret| secret.ct_eq(other))
    }
}

impl Zeroize for Secret {
    fn zeroize(&mut self) {
        self.present.zeroize();
        self.len.zeroize();
        self.bytes.zeroize();
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.get().is_some() { "(secret)" } else { "(none)" })
    }
}

/// The key of the cipher, the SHA-256 of an Encrypt Key; all zero if there is none.
#[repr(C)]
pub struct CipherKey {
    /// The key.
    bytes: [u8; 32],
}

impl CipherKey {
    pub(super) const NONE: Self = Self { bytes: [0; 32] };

    #[cfg(test)]
    pub(super) const fn new(bytes: [u8; 32]) -> Self {
        Self { bytes }
    }

    /// The one that belongs to an Encrypt Key.
    pub(super) fn of(encrypt_key: &[u8]) -> Self {
        let mut key = Self::NONE;
        hash_into(&[encrypt_key], &mut key.bytes);
        key
    }

    /// Takes the one that belongs to a secret in place of the one that is here.
    pub(super) fn set(&mut self, encrypt_key: &Secret) {
        match encrypt_key.get() {
            Some(key) => hash_into(&[key], &mut self.bytes),
            None => self.zeroize(),
        }
    }

    pub(super) const fn get(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Its round keys for decryption, which are wiped when they are dropped.
    pub(super) fn ready(&self) -> Aes256Dec {
        Aes256Dec::new(self.get().into())
    }
}

impl Zeroize for CipherKey {
    fn zeroize(&mut self) {
        self.bytes.zeroize();
    }
}

impl Drop for CipherKey {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_the_cipher_goes_with_its_secret() {
        let (mut secret, mut key) = (Secret::NONE, CipherKey::NONE);
        secret.set(Some("key")).unwrap();
        key.set(&secret);
        assert_eq!((key.get(), key.get() == &[0; 32]), (CipherKey::of(b"key").get(), false));
        secret.set(None).unwrap();
        key.set(&secret);
        assert_eq!(key.get(), &[0; 32]);
    }
}
