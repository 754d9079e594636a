//! Looking at many bytes at a time: with vectors on processors that are known to have them, with machine words elsewhere.

#[cfg(vectors)]
mod vectors;
#[cfg(vectors)]
pub(crate) use vectors::*;

#[cfg(any(test, not(vectors)))]
#[cfg_attr(test, allow(dead_code, reason = "compared with the other one, as far as they do the same"))]
mod words;
#[cfg(not(vectors))]
pub(crate) use words::*;

/// Whether there are vectors. What is only worth its while with them is not part of a program without.
pub(crate) const VECTORS: bool = cfg!(vectors);

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    /// Compares a way of skipping with looking at one byte after the other: each byte in each place of inputs of many lengths,
    /// from each position on.
    fn skips_as(skip: impl Fn(&[u8], usize) -> usize, ordinary: u8, passes: impl Fn(u8) -> bool) {
        for len in (0..=34).chain([63, 64, 65, 100]) {
            for at in 0..len {
                for byte in [0, 9, 10, 13, 0x1f, b' ', b'!', b'"', b'#', b'[', b'\\', b']', b'a', 0x7f, 0x80, 0xff] {
                    let mut input = std::vec![ordinary; len];
                    input[at] = byte;
                    for pos in [0, 1, at / 2, at, at + 1, len] {
                        let rest = input.get(pos..).unwrap_or_default();
                        let expected = pos + rest.iter().take_while(|byte| passes(**byte)).count();
                        assert_eq!(skip(&input, pos), expected, "{byte:#x} at {at} of {len}, from {pos}");
                    }
                }
            }
        }
        let all: Vec<u8> = (0..=u8::MAX).collect();
        for pos in 0..all.len() {
            assert_eq!(skip(&all, pos), pos + all[pos..].iter().take_while(|byte| passes(**byte)).count());
        }
    }

    fn is_plain(byte: u8) -> bool {
        is_inside(byte) && byte < 0x80
    }

    fn is_inside(byte: u8) -> bool {
        byte >= 0x20 && byte != b'"' && byte != b'\\'
    }

    fn is_space(byte: u8) -> bool {
        matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
    }

    #[test]
    fn bytes_are_skipped_as_one_after_the_other_would_be() {
        skips_as(super::skip_plain, b'a', is_plain);
        skips_as(super::skip_non_ascii, 0xe4, is_inside);
        skips_as(super::skip_space, b' ', is_space);
        skips_as(super::words::skip_plain, b'a', is_plain);
        skips_as(super::words::skip_non_ascii, 0xe4, is_inside);
        skips_as(super::words::skip_space, b' ', is_space);
    }

    #[test]
    fn slices_are_the_same_if_every_byte_is() {
        for len in 0..70 {
            let a: Vec<u8> = (0..len).collect();
            assert!(super::same(&a, &a.clone()));
            assert!(!super::same(&a, &[&a[..], &[0]].concat()));
            for at in 0..a.len() {
                let mut b = a.clone();
                b[at] ^= 0x80;
                assert!(!super::same(&a, &b), "{at} of {len}");
            }
        }
    }

    #[cfg(vectors)]
    #[test]
    fn keys_are_found_where_they_are_and_nowhere_else() {
        for len in 0..40 {
            let name: std::string::String = (0..len).map(|at| char::from(b'a' + at)).collect();
            let (key, member) = (super::Key::new(&name), std::format!("\"{name}\":"));
            let is_short = member.len() <= 32;
            for behind in [0, 1, 40] {
                let input = std::format!("{{{member}{}", "1".repeat(behind));
                assert_eq!(key.find(input.as_bytes(), 1), is_short.then_some(1 + member.len()), "{input}");
                assert_eq!(key.find(input.as_bytes(), 0), None);
                for at in 1..=member.len() {
                    let mut input = input.clone().into_bytes();
                    input[at] ^= 1;
                    assert_eq!(key.find(&input, 1), None, "{at} of {member}");
                    input.truncate(at);
                    assert_eq!(key.find(&input, 1), None, "the first {at} bytes of {member}");
                }
            }
        }
        assert_eq!(super::Key::new(&"a".repeat(40)).find(&[0; 64], 0), None);
    }

    #[cfg(vectors)]
    #[test]
    fn copies_are_whole_end_with_a_nul_and_leave_what_is_behind_their_blocks() {
        let input: Vec<u8> = (1..=200).collect();
        for len in 0..150 {
            for room in 0..=200 {
                let mut place = std::vec![0xff; room];
                match super::Bytes::of(&input, len).copy_with_nul(&mut place) {
                    Some(copied) => {
                        let blocks = (len / 32 + 1) * 32;
                        assert_eq!((copied, &place[..len]), (len, &input[..len]));
                        assert!(place[len..blocks].iter().all(|byte| *byte == 0), "{len} in {room}");
                        assert!(place[blocks..].iter().all(|byte| *byte == 0xff), "{len} in {room}");
                    }
                    None => {
                        assert!(room < (len / 32 + 1) * 32, "{len} in {room}");
                        assert!(place.iter().all(|byte| *byte == 0xff), "{len} in {room}");
                    }
                }
            }
        }
    }

    #[cfg(vectors)]
    #[test]
    fn bytes_do_not_show_what_follows_them() {
        assert_eq!(std::format!("{:?}", super::Bytes::of(b"abc", 2)), "[97, 98]");
    }

    #[cfg(vectors)]
    #[test]
    fn decimals_are_read_as_the_standard_library_reads_them() {
        let values = (0..16).flat_map(|digits| [10_u64.pow(digits), 10_u64.pow(digits) + 7, 9 * 10_u64.pow(digits)]);
        for value in values.chain([1_608_725_989_000, 9_999_999_999_999_999, 1234567890123456]) {
            let text = std::format!("{value}\",                ");
            let len = text.find('"').unwrap_or_default();
            let expected = (value > 0 && len <= 16).then_some(value);
            assert_eq!(super::decimal(text.as_bytes(), len), expected, "{value}");
            for at in 0..len.min(16) {
                for wrong in [b'/', b':', b'"', b' ', b'a', 0, 0x80, 0xb0, 0xff] {
                    let mut text = text.clone().into_bytes();
                    text[at] = wrong;
                    assert_eq!(super::decimal(&text, len), None, "{wrong:#x} at {at} of {value}");
                }
            }
        }
        assert_eq!(super::decimal(b"0123456789abcdef", 4), None, "a zero in front");
        assert_eq!(super::decimal(b"1234", 4), None, "too few bytes to look at");
        assert_eq!(super::decimal(&[b'1'; 32], 0), None);
    }
}
