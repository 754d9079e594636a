//! What no decoder can do without, or would like to be near to: single passes over the bytes.

use crate::contender::Contender;
use std::hint::black_box;

pub(crate) fn contenders() -> [Contender; 4] {
    let mut copy = Vec::new();
    [
        Contender::floor("memcpy", move |document| {
            copy.clear();
            copy.extend_from_slice(document);
            black_box(&mut copy);
            true
        }),
        Contender::floor("core::str::from_utf8", |document| black_box(str::from_utf8(document)).is_ok()),
        Contender::floor("simdutf8", |document| black_box(simdutf8::basic::from_utf8(document)).is_ok()),
        Contender::floor("one SSE2 pass", |document| black_box(special_bytes(document)) >= 0),
    ]
}

/// Looks for what a reader of strings looks for: quotes, backslashes, control characters and bytes beyond ASCII.
#[cfg(target_arch = "x86_64")]
fn special_bytes(bytes: &[u8]) -> i32 {
    use std::arch::x86_64::{
        _mm_cmpeq_epi8, _mm_cmplt_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
    };
    let (chunks, rest) = bytes.as_chunks::<16>();
    let mut found = rest.iter().map(|byte| i32::from(is_special(*byte))).fold(0, |all, found| all ^ found);
    for chunk in chunks {
        // SAFETY: SSE2 belongs to the architecture, and there are 16 bytes.
        found ^= unsafe {
            let bytes = _mm_loadu_si128(chunk.as_ptr().cast());
            let quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'"' as i8));
            let backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\\' as i8));
            // As signed numbers, bytes beyond ASCII are below all others.
            let others = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
            _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), others))
        };
    }
    found
}

/// The same without SSE2.
#[cfg(not(target_arch = "x86_64"))]
fn special_bytes(bytes: &[u8]) -> i32 {
    bytes.iter().map(|byte| i32::from(is_special(*byte))).fold(0, |all, found| all ^ found)
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..0x20 | 0x80..)
}
