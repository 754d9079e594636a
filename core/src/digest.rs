//! SHA-256 over parts, and ids of any length in fixed room.

use sha2::Digest;

/// Writes the SHA-256 of the parts in a row to its place. The hasher, which holds the last of them, is wiped where it is:
/// the forms of the crate that take it by value may leave a copy of it elsewhere.
pub(crate) fn hash_into(parts: &[&[u8]], hash: &mut [u8; 32]) {
    let mut hasher = sha2::Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize_into_reset(hash.into());
}

/// The first half of the SHA-256 of an id: ids of any length take the same room, and no two have met with one hash.
#[cfg(any(feature = "connection", feature = "dedup"))]
pub(crate) fn digest(id: &str) -> [u8; 16] {
    let mut hash = [0; 32];
    hash_into(&[id.as_bytes()], &mut hash);
    hash.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
#[cfg(feature = "webhook")]
mod published;
