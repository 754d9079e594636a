//! The text forms of an error, into the caller's buffer.

use crate::arguments;
use core::{
    ffi::c_char,
    fmt::{self, Write},
    mem::MaybeUninit,
};
use lark_event::Error;

/// Writes what was expected and what was found, in English, naming the field but not the offset, and returns its length.
///
/// As `snprintf`: at most `cap - 1` bytes and a NUL are written, the text is cut between two characters if it is longer,
/// and the length returned, without the NUL, is that of the whole text. `out` may be NULL if `cap` is 0, to ask for the
/// length. For a NULL error, or one of kind 0, the text is empty.
///
/// # Safety
///
/// Unless NULL, `error` points to an initialised `LarkError`, and `out` to `cap` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_error_message(error: *const Error, out: *mut c_char, cap: usize) -> usize {
    // SAFETY: the caller promises what `write` asks for.
    unsafe { write(error, out, cap, |error, text| write!(text, "{}", error.message())) }
}

/// Writes the path of the field that an error concerns, such as `event.operate_reason`, and returns its length.
///
/// Empty where no field in particular is concerned. Length, `out` and `cap` are as for `lark_error_message`.
///
/// # Safety
///
/// Unless NULL, `error` points to an initialised `LarkError`, and `out` to `cap` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lark_error_field(error: *const Error, out: *mut c_char, cap: usize) -> usize {
    // SAFETY: the caller promises what `write` asks for.
    unsafe { write(error, out, cap, |error, text| write!(text, "{}", error.field)) }
}

/// # Safety
///
/// Unless null, `error` must point to an initialised `Error`, and `out` to `cap` bytes that nothing else uses.
unsafe fn write(
    error: *const Error,
    out: *mut c_char,
    cap: usize,
    form: impl Fn(&Error, &mut Cut<'_>) -> fmt::Result,
) -> usize {
    // SAFETY: the caller promises what `output` asks for.
    let out = unsafe { arguments::output(out, cap) };
    let mut text = Cut { out: out.unwrap_or_default(), written: 0, needed: 0, is_cut: false };
    // SAFETY: the caller promises what `load` asks for.
    if let Some(error) = unsafe { arguments::load(error) }.filter(|error| error.kind.0 != 0) {
        // `Cut` takes whatever it is given, so there is no error.
        let _ = form(&error, &mut text);
    }
    text.finish()
}

/// Takes text as `snprintf` does: all of it is counted, what fits is kept.
struct Cut<'a> {
    out: &'a mut [MaybeUninit<u8>],
    written: usize,
    needed: usize,
    /// Whether something has been left out, so that nothing may follow.
    is_cut: bool,
}

impl Cut<'_> {
    /// Writes the NUL.
    fn finish(self) -> usize {
        if let Some(end) = self.out.get_mut(self.written) {
            end.write(0);
        }
        self.needed
    }
}

impl fmt::Write for Cut<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.needed += text.len();
        if self.is_cut {
            return Ok(());
        }
        let room = self.out.len().saturating_sub(self.written + 1);
        let fits = text.floor_char_boundary(room);
        self.is_cut = fits < text.len();
        let places = self.out.iter_mut().skip(self.written);
        for (place, byte) in places.zip(text.bytes().take(fits)) {
            place.write(byte);
        }
        self.written += fits;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        // Parts, capacity, what is kept with its NUL.
        let table: [(&[&str], usize, &[u8]); 8] = [
            (&["ab", "c"], 5, b"abc\0"),
            (&["ab", "c"], 4, b"abc\0"),
            (&["ab", "c"], 3, b"ab\0"),
            (&["ab", "c"], 1, b"\0"),
            (&["ab", "c"], 0, b""),
            (&["a\u{e4}", "c"], 4, b"a\xc3\xa4\0"),
            (&["a\u{e4}", "c"], 3, b"a\0"),
            (&["\u{6d41}", "c"], 3, b"\0"),
        ];
        for (parts, cap, expected) in table {
            let mut out = [MaybeUninit::new(b'?'); 8];
            let mut text = Cut { out: out.get_mut(..cap).unwrap_or_default(), written: 0, needed: 0, is_cut: false };
            assert!(parts.iter().all(|part| text.write_str(part).is_ok()));
            assert_eq!(text.finish(), parts.concat().len(), "{parts:?} in {cap}");
            // SAFETY: all of it has been initialised above.
            let kept = out.map(|byte| unsafe { byte.assume_init() });
            assert!(kept.starts_with(expected), "{parts:?} in {cap}: {kept:?}");
            assert!(kept.iter().skip(expected.len()).all(|byte| *byte == b'?'), "{parts:?} in {cap}: {kept:?}");
        }
    }
}
