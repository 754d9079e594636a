//! SHA-256 over parts, and ids of any length in fixed room.
//!
//! The function that does the work is that of the crate `sha2`. What stands around it there keeps more, which has to be
//! wiped where secrets are hashed, and takes a tenth of the time that a request takes; here it is one small struct.

use sha2::block_api::compress256;

/// Bytes of a block.
const BLOCK: usize = 64;
/// What the state is before the first block (FIPS 180-4, 5.3.3).
const START: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// The SHA-256 of what has been added so far. No copy of the block is made: it may hold a secret, and only this is wiped.
pub(crate) struct Sha256 {
    state: [u32; 8],
    /// What does not yet make a block.
    block: [u8; BLOCK],
    /// How many bytes have been added.
    len: u64,
}

impl Sha256 {
    pub(crate) const fn new() -> Self {
        Self { state: START, block: [0; BLOCK], len: 0 }
    }

    pub(crate) fn add(&mut self, mut bytes: &[u8]) {
        let filled = (self.len % BLOCK as u64) as usize;
        self.len += bytes.len() as u64;
        if filled > 0 {
            let room = self.block.get_mut(filled..).unwrap_or_default();
            let Some((head, tail)) = bytes.split_at_checked(room.len()) else { return start_with(bytes, room) };
            start_with(head, room);
            compress256(&mut self.state, core::slice::from_ref(&self.block));
            bytes = tail;
        }
        let (blocks, rest) = bytes.as_chunks();
        compress256(&mut self.state, blocks);
        start_with(rest, &mut self.block);
    }

    /// The hash; nothing can be added any more.
    pub(crate) fn finish(&mut self) -> [u8; 32] {
        // A one and zeros behind the text, up to where its length in bits ends a block.
        let bits = self.len * 8;
        self.fill_up(0x80);
        if self.len % BLOCK as u64 >= BLOCK as u64 - 8 {
            compress256(&mut self.state, core::slice::from_ref(&self.block));
            self.block = [0; BLOCK];
        }
        if let Some(end) = self.block.last_chunk_mut() {
            *end = bits.to_be_bytes();
        }
        compress256(&mut self.state, core::slice::from_ref(&self.block));
        let mut hash = [0; 32];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        hash
    }

    /// Puts a byte behind what is in the block, and zeros behind that.
    fn fill_up(&mut self, byte: u8) {
        let filled = (self.len % BLOCK as u64) as usize;
        if let Some((first, rest)) = self.block.get_mut(filled..).and_then(<[u8]>::split_first_mut) {
            *first = byte;
            rest.fill(0);
        }
    }

    /// Leaves nothing of it in memory.
    #[cfg(feature = "webhook")]
    pub(crate) fn wipe(&mut self) {
        *self = Self { state: [0; 8], block: [0; BLOCK], len: 0 };
        zeroize::optimization_barrier(self);
    }
}

/// Puts bytes to the front of a room that is not shorter.
fn start_with(bytes: &[u8], room: &mut [u8]) {
    if let Some(front) = room.get_mut(..bytes.len()) {
        front.copy_from_slice(bytes);
    }
}

/// The first half of the SHA-256 of an id: ids of any length take the same room, and no two have met with one hash.
#[cfg(any(feature = "connection", feature = "dedup"))]
pub(crate) fn digest(id: &str) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.add(id.as_bytes());
    hasher.finish().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
#[cfg(feature = "webhook")]
mod published;
#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use sha2::Digest;
    use std::vec::Vec;

    #[test]
    fn hashes_are_those_of_another_implementation() {
        let text: Vec<u8> = (0..=255).collect();
        for len in 0..text.len() {
            let text = &text[..len];
            let expected: [u8; 32] = sha2::Sha256::digest(text).into();
            // In one, two and three parts, at every place.
            for split in 0..=len {
                let (front, back) = text.split_at(split);
                for parts in [&[front, back][..], &[&front[..split / 2], &front[split / 2..], &[], back]] {
                    let mut hasher = Sha256::new();
                    parts.iter().for_each(|part| hasher.add(part));
                    assert_eq!(hasher.finish(), expected, "{len} {split}");
                }
            }
        }
    }

    #[test]
    #[cfg(feature = "webhook")]
    fn nothing_is_left() {
        let mut hasher = Sha256::new();
        hasher.add(b"secret");
        hasher.finish();
        hasher.wipe();
        assert!(hasher.state == [0; 8] && hasher.block == [0; BLOCK] && hasher.len == 0);
    }
}
