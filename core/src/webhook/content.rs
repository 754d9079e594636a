//! What of a body's JSON a receiver looks at: whether it is encrypted, a challenge, and which tokens are in it.

#[cfg(target_pointer_width = "64")]
use super::cipher;
use super::secret;
use crate::{
    error::{Error, ErrorKind},
    json::{Reader, Str},
};
use core::ops::Range;
use subtle::Choice;

/// The members of a plain body that matter here. All spans are of the bytes between the quotes.
pub(super) struct Content {
    /// The `challenge`, if the body is a `url_verification`.
    pub(super) challenge: Option<Range<usize>>,
    /// Whether there is a token, and whether all that there are were accepted.
    pub(super) token: Tokens,
    /// Whether the body has an `encrypt` and so is none yet.
    pub(super) is_encrypted: bool,
}

#[derive(Clone, Copy)]
pub(super) struct Tokens {
    any: Choice,
    all: Choice,
}

impl Tokens {
    pub(super) fn are_right(self) -> Choice {
        self.any & self.all
    }

    fn check(&mut self, reader: &mut Reader<'_>, accept: impl Fn(&[u8]) -> Choice) -> Result<(), Error> {
        match reader.peek()? {
            b'"' => {
                self.any = Choice::from(1);
                self.all &= is_accepted(reader.string()?, accept);
            }
            b'n' => reader.skip_value()?,
            _ => {
                (self.any, self.all) = (Choice::from(1), Choice::from(0));
                reader.skip_value()?;
            }
        }
        Ok(())
    }
}

/// How a body begins that the platform has encrypted.
#[cfg(target_pointer_width = "64")]
const START: &[u8] = b"{\"encrypt\":\"";

/// Whether a text is a token that is accepted.
pub(super) fn is_accepted(text: Str<'_>, accept: impl Fn(&[u8]) -> Choice) -> Choice {
    if !text.is_escaped() {
        return accept(text.raw());
    }
    let mut room = zeroize::Zeroizing::new([0; secret::CAPACITY + 1]);
    // One that does not fit is longer than any secret: as `room` then is too.
    let len = text.copy_to(&mut *room).unwrap_or(room.len());
    accept(room.get(..len).unwrap_or_default())
}

/// The value of `encrypt`.
#[cfg_attr(test, derive(PartialEq, Debug))]
pub(super) struct Encrypted {
    /// Where it is, without its quotes.
    pub(super) span: Range<usize>,
    /// Whether there are escapes in it: every slash may be one.
    pub(super) is_escaped: bool,
}

/// The value of `encrypt` in a body that has been signed; all of the body is validated.
pub(super) fn encrypt(body: &[u8]) -> Result<Encrypted, Error> {
    #[cfg(target_pointer_width = "64")]
    if let Some(encrypted) = encrypted(body) {
        return Ok(encrypted);
    }
    read_encrypted(body)
}

fn read_encrypted(body: &[u8]) -> Result<Encrypted, Error> {
    let mut reader = Reader::new(body);
    let mut found = None;
    object(&mut reader, |reader, name| {
        if !name.is("encrypt") {
            return reader.skip_value();
        }
        once(found.is_none(), reader)?;
        match reader.peek()? {
            b'"' => {
                let text = reader.string()?;
                found = Some(Encrypted { span: span_of(reader, text), is_escaped: text.is_escaped() });
            }
            _ => return Err(at(reader, ErrorKind::NOT_ENCRYPTED)),
        }
        Ok(())
    })?;
    found.ok_or(Error::of_call(ErrorKind::NOT_ENCRYPTED))
}

/// The value of `encrypt` in a body as the platform writes it, to the byte; `None` if it is another, whatever it is.
#[cfg(target_pointer_width = "64")]
fn encrypted(body: &[u8]) -> Option<Encrypted> {
    let base64 = body.strip_prefix(START)?.strip_suffix(b"\"}")?;
    // Characters of Base64 are all that a JSON string needs to be one.
    let (front, last) = base64.split_last_chunk::<4>()?;
    let is_plain = last.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'='));
    let span = START.len()..START.len() + base64.len();
    (is_plain && cipher::is_base64(front)).then_some(Encrypted { span, is_escaped: false })
}

/// Reads a plain body, all of it. `accept` tells whether a verification token is right.
pub(super) fn read(body: &[u8], accept: impl Fn(&[u8]) -> Choice) -> Result<Content, Error> {
    let mut reader = Reader::new(body);
    let (mut verification, mut challenge, mut is_encrypted) = (None, None, false);
    let (mut header_seen, mut token_seen) = (false, false);
    let mut token = Tokens { any: Choice::from(0), all: Choice::from(1) };
    object(&mut reader, |reader, name| {
        if name.is("token") {
            once(!core::mem::replace(&mut token_seen, true), reader)?;
            return token.check(reader, &accept);
        }
        if name.is("header") {
            once(!core::mem::replace(&mut header_seen, true), reader)?;
            return header(reader, &mut token, &accept);
        }
        match reader.peek()? {
            b'"' if name.is("type") => {
                once(verification.is_none(), reader)?;
                verification = Some(reader.string()?.is("url_verification"));
                return Ok(());
            }
            b'"' if name.is("challenge") => {
                once(challenge.is_none(), reader)?;
                let text = reader.string()?;
                challenge = Some(span_of(reader, text));
                return Ok(());
            }
            _ => is_encrypted |= name.is("encrypt"),
        }
        reader.skip_value()
    })?;
    if verification != Some(true) {
        challenge = None;
    } else if challenge.is_none() {
        return Err(Error::of_call(ErrorKind::MISSING));
    }
    Ok(Content { challenge, token, is_encrypted })
}

fn header(reader: &mut Reader<'_>, token: &mut Tokens, accept: impl Fn(&[u8]) -> Choice) -> Result<(), Error> {
    if reader.peek()? != b'{' {
        return reader.skip_value();
    }
    let mut seen = false;
    members(reader, |reader, name| {
        if !name.is("token") {
            return reader.skip_value();
        }
        once(!core::mem::replace(&mut seen, true), reader)?;
        token.check(reader, &accept)
    })
}

/// Reads a document that must be an object.
fn object<'a>(
    reader: &mut Reader<'a>,
    member: impl FnMut(&mut Reader<'a>, Str<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    if reader.peek()? != b'{' {
        let error = at(reader, ErrorKind::TYPE);
        reader.skip_value()?;
        return reader.finish().and(Err(error));
    }
    members(reader, member)?;
    reader.finish()
}

fn members<'a>(
    reader: &mut Reader<'a>,
    mut member: impl FnMut(&mut Reader<'a>, Str<'a>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut object = reader.enter_object()?;
    while let Some(name) = reader.next_member(&mut object)? {
        member(reader, name)?;
    }
    Ok(())
}

/// Where the string stands that has just been read.
fn span_of(reader: &Reader<'_>, text: Str<'_>) -> Range<usize> {
    let end = reader.offset() - 1;
    end - text.raw().len()..end
}

fn once(is_first: bool, reader: &Reader<'_>) -> Result<(), Error> {
    if is_first { Ok(()) } else { Err(at(reader, ErrorKind::DUPLICATE)) }
}

fn at(reader: &Reader<'_>, kind: ErrorKind) -> Error {
    Error::at(kind, reader.input(), reader.offset())
}

#[cfg(all(test, target_pointer_width = "64"))]
mod tests {
    extern crate std;
    use super::*;
    use std::format;

    #[test]
    fn a_body_as_the_platform_writes_it_is_what_a_reader_finds_in_it() {
        let mut count = 0;
        for len in 0..200 {
            let body = format!(
                "{{\"encrypt\":\"{}\"}}",
                "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9w+/12".repeat(4).get(..len).unwrap()
            );
            for at in 0..body.len() {
                for byte in [b'"', b'\\', b'=', b'/', b'{', b' ', b'A', 0, 0x1F, 0x7F, 0x80, 0xC3, 0xFF] {
                    let mut body = body.clone().into_bytes();
                    body[at] = byte;
                    if let Some(found) = encrypted(&body) {
                        count += 1;
                        assert_eq!(read_encrypted(&body), Ok(found), "{}", body.escape_ascii());
                    }
                }
            }
        }
        assert!(count > 1000, "{count}");
    }
}
