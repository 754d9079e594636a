//! What of a body's JSON a receiver looks at: whether it is encrypted, a challenge, and which tokens are in it.

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
                let mut room = zeroize::Zeroizing::new([0; secret::CAPACITY + 1]);
                // One that does not fit is longer than any secret: as `room` then is too.
                let len = reader.string()?.copy_to(&mut *room).unwrap_or(room.len());
                self.any = Choice::from(1);
                self.all &= accept(room.get(..len).unwrap_or_default());
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

/// The span of the value of `encrypt` in a body that has been signed; all of the body is validated.
pub(super) fn encrypt(body: &[u8]) -> Result<Range<usize>, Error> {
    let mut reader = Reader::new(body);
    let mut found = None;
    object(&mut reader, |reader, name| {
        if !name.is("encrypt") {
            return reader.skip_value();
        }
        once(found.is_none(), reader)?;
        match reader.peek()? {
            b'"' => found = Some(string_span(reader)?),
            _ => return Err(at(reader, ErrorKind::NOT_ENCRYPTED)),
        }
        Ok(())
    })?;
    found.ok_or(Error::of_call(ErrorKind::NOT_ENCRYPTED))
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
                challenge = Some(string_span(reader)?);
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

/// Where the string that comes next stands.
fn string_span(reader: &mut Reader<'_>) -> Result<Range<usize>, Error> {
    let len = reader.string()?.raw().len();
    let end = reader.offset() - 1;
    Ok(end - len..end)
}

fn once(is_first: bool, reader: &Reader<'_>) -> Result<(), Error> {
    if is_first { Ok(()) } else { Err(at(reader, ErrorKind::DUPLICATE)) }
}

fn at(reader: &Reader<'_>, kind: ErrorKind) -> Error {
    Error::at(kind, reader.input(), reader.offset())
}
