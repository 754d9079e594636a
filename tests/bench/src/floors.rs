//! What no decoder can do without, or would like to be near to: single passes over the bytes.

use crate::{contender::{Contender, Group}, inputs::Document};
use std::hint::black_box;

pub(crate) fn all() -> [Contender; 4] {
    let mut copy = Vec::new();
    [
        floor("memcpy", move |document| {
            copy.clear();
            copy.extend_from_slice(document);
            black_box(&mut copy);
            true
        }),
        floor("core::str::from_utf8", |document| black_box(str::from_utf8(document)).is_ok()),
        floor("simdutf8", |document| black_box(simdutf8::basic::from_utf8(document)).is_ok()),
        floor("one SSE2 pass", |document| black_box(special_bytes(document)) > 0),
    ]
}

fn floor(name: &'static str, mut pass: impl FnMut(&[u8]) -> bool + 'static) -> Contender {
    let read = move |document: &Document, _: Option<&mut _>| {
        if pass(black_box(document)) { Ok(()) } else { Err("it refuses the document".into()) }
    };
    Contender { name, group: Group::Floor, owned: false, read: Box::new(read) }
}

/// How many quotes, backslashes, control characters and bytes beyond ASCII there are: what a reader of strings looks for.
#[cfg(target_arch = "x86_64")]
fn special_bytes(bytes: &[u8]) -> u32 {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };
    let (chunks, rest) = bytes.as_chunks::<16>();
    let mut count = rest.iter().filter(|byte| matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..)).count() as u32;
    for chunk in chunks {
        // SAFETY: SSE2 belongs to the architecture, and there are 16 bytes.
        let mask = unsafe {
            let bytes = _mm_loadu_si128(chunk.as_ptr().cast());
            let quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
            let backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
            // As signed numbers, bytes beyond ASCII are below all others.
            let others = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), others))
        };
        count += mask.count_ones();
    }
    count
}

/// The same without SSE2.
#[cfg(not(target_arch = "x86_64"))]
fn special_bytes(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|byte| matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..)).count() as u32
}
