//! Inputs that something has happened to: cut off, changed by a byte, nested without end.

use crate::case;
use crate::record;
use crate::sound;
use lark_event::json::{Reader, pointer};
use lark_event::{Envelope, Error, ErrorKind};
use std::thread;

/// How large a document may be to be cut at every byte.
const SMALL: usize = 2048;
/// Whether each byte is tried in each place: where the compiler optimises, there is time for it.
const EVERY_BYTE: bool = !cfg!(debug_assertions);

fn is_fatal(kind: ErrorKind) -> bool {
    (1..100).contains(&kind.0)
}

fn is_cut(result: Result<(), Error>, len: usize) -> bool {
    result.is_err_and(|error| error.kind == ErrorKind::UNEXPECTED_END && error.offset as usize == len)
}

/// A document that is cut off ends where it ends. Where it has a fault, that is found as soon as it is there, and what
/// follows it makes no difference.
#[test]
fn every_prefix_ends_in_the_error_it_must() {
    let mut cases = case::all();
    cases.retain(|case| case.input.len() < SMALL && case.expected["error"]["kind"] != "UNKNOWN_EVENT_TYPE");
    cases.extend(case::samples());
    case::on_all_processors(&cases, |case, envelope| {
        let whole = case.decode(envelope);
        let input = &case.input;
        let is_container = matches!(input.trim_ascii_start().first(), Some(b'{' | b'['));
        for len in 0..input.len() {
            let cut = case.decode_bytes(&input[..len], envelope);
            let context = || format!("{}, cut to {len}: {cut:?}, whole: {whole:?}", case.name);
            match whole {
                // The root may be a scalar, of which a part can be one too.
                _ if !is_container => assert!(cut.is_err(), "{}", context()),
                Err(whole) if whole.kind == ErrorKind::TRAILING_BYTES => {
                    let complete = cut.map_or_else(|error| !is_fatal(error.kind), |()| true);
                    assert!(complete || is_cut(cut, len) || cut == Err(whole), "{}", context());
                }
                Err(whole) if is_fatal(whole.kind) => {
                    let may_end = is_cut(cut, len);
                    let found = len > whole.offset as usize && cut == Err(whole);
                    assert!(may_end || found, "{}", context());
                }
                _ if len < input.trim_ascii_end().len() => assert!(is_cut(cut, len), "{}", context()),
                _ => assert_eq!(cut, whole, "{}", context()),
            }
        }
    });
}

#[test]
fn every_changed_byte_gives_what_serde_json_agrees_with() {
    const BYTES: &[u8] = b"\"\\{}[]:,0-.e+ntu \n\0\x1f\x7f\x80\xc3\xe2\xed\xf0\xff";
    let every_byte: Vec<u8> = (0..=u8::MAX).collect();
    case::on_all_processors(&case::contents(), |case, envelope| {
        let (mut input, mut again, mut out) = (case.input.clone(), case::fresh(), vec![0; sound::ROOM]);
        let bytes = if EVERY_BYTE && input.len() < SMALL { &every_byte } else { BYTES };
        for at in 0..input.len() {
            for &byte in bytes {
                let original = std::mem::replace(&mut input[at], byte);
                let result = case.decode_bytes(&input, envelope);
                let valid = case::is_json(&input);
                let fatal = result.is_err_and(|error| is_fatal(error.kind));
                // serde_json looks at surrogates only in strings that it hands out.
                let is_lone = result.is_err_and(|error| error.kind == ErrorKind::LONE_SURROGATE)
                    && serde_json::from_slice::<serde_json::Value>(&input).is_err();
                assert!(fatal != valid || is_lone, "{}, byte {byte:#x} at {at}: {result:?}", case.name);
                if let Err(error) = result {
                    assert!(error.offset as usize <= input.len(), "{}, byte {byte:#x} at {at}: {error:?}", case.name);
                }
                record::event(envelope, &input, result);
                if fatal {
                    assert!(*envelope == Envelope::EMPTY, "{}, byte {byte:#x} at {at}", case.name);
                } else {
                    sound::check(envelope, &input, &mut out, &mut again);
                }
                input[at] = original;
            }
        }
    });
}

/// What comes of a document by every way to read one.
fn read_all_ways(input: &[u8], envelope: &mut Envelope) -> [Result<(), (ErrorKind, u32)>; 4] {
    let mut reader = Reader::new(input);
    let results = [
        lark_event::decode(input, envelope),
        reader.skip_value().and_then(|()| reader.finish()),
        pointer(input, "/unknown/0/a/0").map(drop),
        pointer(input, "/none").map(drop),
    ];
    results.map(|result| result.map_err(|error| (error.kind, error.offset)))
}

/// The stack that reading takes does not grow with the nesting of the input; `tests/c/stack.c` measures it.
#[test]
fn deep_nesting_needs_no_stack() {
    for (opening, depth) in
        ["[", "{\"a\":"].into_iter().flat_map(|opening| [100, 100_000, 1_000_000].map(|d| (opening, d)))
    {
        let nested = format!("{{\"unknown\":{}", opening.repeat(depth));
        let whole = format!("{{\"unknown\":{}1{}}}", "[".repeat(63), "]".repeat(63));
        let mut envelope = case::fresh();
        let small = thread::Builder::new().stack_size(64 * 1024);
        thread::scope(|scope| {
            let envelope = &mut envelope;
            let run = small.spawn_scoped(scope, move || {
                let too_deep = Err((ErrorKind::TOO_DEEP, (11 + 63 * opening.len()) as u32));
                assert_eq!(read_all_ways(nested.as_bytes(), envelope), [too_deep; 4]);
                let missing = Err((ErrorKind::MISSING, whole.len() as u32 - 1));
                assert_eq!(read_all_ways(whole.as_bytes(), envelope), [missing, Ok(()), Ok(()), Ok(())]);
            });
            run.expect("a thread of 64 KiB").join().expect("enough stack");
        });
    }
}
