//! The receiver: the order in which a request is checked.

use super::{
    cipher, content,
    secret::{CipherKey, Secret},
    signature::Headers,
};
use crate::{
    error::{Error, ErrorKind},
    json,
    text::Flag,
};
use aes::Aes256Dec;
use core::ops::Range;
use subtle::Choice;
use zeroize::Zeroize;

/// The secrets of an app, from its settings ("Encryption strategy", 加密策略). At most 128 bytes each.
#[derive(Clone, Copy, Default)]
pub struct Credentials<'a> {
    /// The Encrypt Key: with it the platform encrypts and signs every event.
    pub encrypt_key: Option<&'a str>,
    /// The Verification Token, which stands in every event.
    pub verification_token: Option<&'a str>,
}

/// Decides whether a request comes from the platform, and gives its plain JSON.
///
/// It keeps copies of the secrets, wipes them when it is dropped, and does not change: threads can share it. All bytes
/// zero is a receiver that accepts nothing.
#[repr(C)]
#[derive(Debug)]
pub struct Receiver {
    /// The Encrypt Keys, the current one first.
    encrypt_keys: [Secret; 2],
    /// The verification tokens, the current one first.
    verification_tokens: [Secret; 2],
    /// The key of the cipher for each Encrypt Key, for no request to wait for its hash.
    cipher_keys: [CipherKey; 2],
    /// Whether nothing is verified.
    insecure: Flag,
    /// How many bytes a body may have.
    max_body: u32,
    /// How far from now the timestamp of a signature may be; 0 for any age.
    tolerance_ms: u64,
}

/// What a request has brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Delivery<'b> {
    /// The platform asks whether the address is ours: send this text back within one second ([`Reply::challenge`]).
    ///
    /// [`Reply::challenge`]: super::Reply::challenge
    Challenge(&'b str),
    /// The plain JSON of an event, for [`decode`](crate::decode).
    Event(&'b [u8]),
}

/// The round keys that belong to the Encrypt Keys of a receiver.
pub(super) type Ciphers = [Option<Aes256Dec>; 2];

/// A body from which all that was done to it has been taken off.
pub(super) enum Verified {
    /// It asks whether the address is ours; the text to send back is there.
    Challenge(Range<usize>),
    /// It was encrypted and signed, and its JSON is there.
    Decrypted(Range<usize>),
    /// It is plain JSON: only its token can tell from where it comes.
    Plain(Range<usize>),
}

/// Where in the body what is.
enum Found {
    Challenge(Range<usize>),
    Event(Range<usize>),
}

impl Receiver {
    /// How many bytes a body may have if nothing else is said: 1 MiB. The platform states no limit.
    pub const MAX_BODY: u32 = 1 << 20;

    /// A receiver with an Encrypt Key, a verification token, or both. With the token alone, whoever has seen one event can
    /// make others: set the key.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` if there is neither, or one is empty or longer than 128 bytes.
    pub fn new(credentials: Credentials<'_>) -> Result<Self, Error> {
        let mut receiver = Self { insecure: 0, ..Self::insecure() };
        receiver.set_credentials(credentials)?;
        Ok(receiver)
    }

    /// A receiver without any secret: it takes every request for genuine. For tests, and behind something that verifies.
    pub const fn insecure() -> Self {
        Self {
            encrypt_keys: [Secret::NONE; 2],
            verification_tokens: [Secret::NONE; 2],
            cipher_keys: [CipherKey::NONE; 2],
            insecure: 1,
            max_body: Self::MAX_BODY,
            tolerance_ms: 0,
        }
    }

    /// Takes these secrets in place of all that it has. Unlike [`Receiver::new`], whose result may be moved, it leaves no
    /// copy of them elsewhere in memory.
    ///
    /// # Errors
    ///
    /// As for [`Receiver::new`]; it accepts nothing then.
    pub fn set_credentials(&mut self, credentials: Credentials<'_>) -> Result<(), Error> {
        self.insecure = 0;
        self.set(1, Credentials::default())?;
        self.set(0, credentials)?;
        if self.is_ready() { Ok(()) } else { Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)) }
    }

    /// Accepts these secrets beside the current ones, while the platform goes over from one to the other; without any, it
    /// accepts the current ones only.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` if one is empty or longer than 128 bytes, or there is no current one beside it. It accepts the
    /// current ones only then.
    pub fn set_previous(&mut self, credentials: Credentials<'_>) -> Result<(), Error> {
        self.set(1, credentials)?;
        let is_alone = |[current, previous]: &[Secret; 2]| previous.get().is_some() && current.get().is_none();
        if is_alone(&self.encrypt_keys) || is_alone(&self.verification_tokens) {
            self.set(1, Credentials::default())?;
            return Err(Error::of_call(ErrorKind::INVALID_ARGUMENT));
        }
        Ok(())
    }

    /// Refuses bodies of more than this many bytes; [`Receiver::MAX_BODY`] if nothing is said.
    pub const fn set_max_body(&mut self, bytes: u32) {
        self.max_body = bytes;
    }

    /// Refuses requests that were signed longer ago, or further in the future, than this; 0 accepts any age.
    ///
    /// Off by default, and to be used with care: the platform delivers an event again up to 7 h 5 min after the first
    /// time, and does not say whether it signs it anew. Repeated deliveries are for [`dedup`](crate::dedup).
    pub const fn set_tolerance_ms(&mut self, tolerance_ms: u64) {
        self.tolerance_ms = tolerance_ms;
    }

    /// Wipes the secrets. It accepts nothing from then on: all its bytes are zero.
    pub fn clear(&mut self) {
        self.encrypt_keys.zeroize();
        self.verification_tokens.zeroize();
        self.cipher_keys.zeroize();
        (self.insecure, self.max_body, self.tolerance_ms) = (0, 0, 0);
    }

    /// How many bytes a body may have: for servers that stop reading there.
    pub const fn max_body(&self) -> u32 {
        self.max_body
    }

    /// Verifies a request, decrypts its body in place, and gives the plain JSON. See the [module](super) for what is
    /// checked in what order.
    ///
    /// `headers` are all the headers of the request, in any order, or at least those that begin with `X-Lark-`. `body` is
    /// the raw body, to the byte. `now_ms` is the time in milliseconds since 1970; it matters only with
    /// [`Receiver::set_tolerance_ms`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::http_status`] is the status to answer with, [`Reply::failure`](super::Reply::failure) the answer. Of a
    /// body that had been decrypted nothing is left then. Offsets are those of the plain JSON, or of the body if the fault
    /// is `NOT_ENCRYPTED` or it has not been decrypted.
    pub fn open<'h, 'b, N, V>(
        &self,
        headers: impl IntoIterator<Item = (N, &'h V)>,
        body: &'b mut [u8],
        now_ms: u64,
    ) -> Result<Delivery<'b>, Error>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        let verified = self.verify(None, headers, body, now_ms)?;
        self.look(body, verified)
    }

    /// Verifies and decrypts, in place, and does not look at what has come out but for a challenge that is not signed.
    ///
    /// `ciphers` are those of [`Receiver::ciphers`], if they are at hand.
    pub(super) fn verify<'h, N, V>(
        &self,
        ciphers: Option<&Ciphers>,
        headers: impl IntoIterator<Item = (N, &'h V)>,
        body: &mut [u8],
        now_ms: u64,
    ) -> Result<Verified, Error>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        if !self.is_ready() {
            return Err(Error::of_call(ErrorKind::INVALID_ARGUMENT));
        }
        let (len, max) = (body.len(), self.max_body);
        if len > max as usize {
            let found = u32::try_from(len).unwrap_or(u32::MAX);
            return Err(Error { found, limit: max, ..Error::of_call(ErrorKind::TOO_LARGE) });
        }
        if self.has(&self.encrypt_keys) {
            return self.verify_encrypted(ciphers, &Headers::of(headers), body, now_ms);
        }
        Ok(Verified::Plain(0..len))
    }

    fn verify_encrypted(
        &self,
        ciphers: Option<&Ciphers>,
        headers: &Headers<'_>,
        body: &mut [u8],
        now_ms: u64,
    ) -> Result<Verified, Error> {
        if headers.is_unsigned() {
            let challenge = self.open_unsigned(ciphers, body);
            if challenge.is_none() {
                wipe(body);
            }
            return challenge.map(Verified::Challenge).ok_or(Error::of_call(ErrorKind::UNVERIFIED));
        }
        let signed = headers.read()?;
        let fitting = self.keys(ciphers).fold(
            None,
            |fitting, (key, cipher)| {
                if signed.fits(key, body).into() { Some(cipher) } else { fitting }
            },
        );
        let key = fitting.ok_or(Error::of_call(ErrorKind::SIGNATURE))?;
        if self.tolerance_ms > 0 && now_ms.abs_diff(signed.time_ms()) > self.tolerance_ms {
            return Err(Error::of_call(ErrorKind::STALE));
        }
        let base64 = content::encrypt(body)?;
        let text = decrypt(body, base64, key).ok_or(Error::of_call(ErrorKind::DECRYPTION));
        text.map(Verified::Decrypted).inspect_err(|_| wipe(body))
    }

    /// What is in a verified body. Of one that had been decrypted nothing is left if that is not acceptable.
    pub(super) fn look<'b>(&self, body: &'b mut [u8], verified: Verified) -> Result<Delivery<'b>, Error> {
        let found = match verified {
            Verified::Challenge(span) => Found::Challenge(span),
            Verified::Plain(span) => self.look_at(body, span)?,
            Verified::Decrypted(span) => self.look_at(body, span).inspect_err(|_| wipe(body))?,
        };
        Ok(match found {
            Found::Event(span) => Delivery::Event(body.get(span).unwrap_or_default()),
            Found::Challenge(span) => {
                let text = json::unescape_in_place(body.get_mut(span).unwrap_or_default());
                Delivery::Challenge(core::str::from_utf8(text).unwrap_or_default())
            }
        })
    }

    /// What the JSON in `span` of the body is, which is known to come from the platform or will be by its token.
    fn look_at(&self, body: &[u8], span: Range<usize>) -> Result<Found, Error> {
        let content = content::read(body.get(span.clone()).unwrap_or_default(), |token| self.accepts(token))?;
        if content.is_encrypted {
            return Err(Error::of_call(ErrorKind::ENCRYPTED));
        }
        if !bool::from(content.token.are_right()) && self.has_token() {
            return Err(Error::of_call(ErrorKind::TOKEN));
        }
        Ok(match content.challenge {
            Some(challenge) => Found::Challenge(within(&span, challenge)),
            None => Found::Event(span),
        })
    }

    /// The challenge in a body that nothing vouches for but the fact that it can be decrypted.
    ///
    /// What the sender knows by himself (that the body is no JSON, no Base64) ends it at once; from there on, every key is
    /// tried, and padding, JSON and token are looked at whatever was found before.
    fn open_unsigned(&self, ciphers: Option<&Ciphers>, body: &mut [u8]) -> Option<Range<usize>> {
        let base64 = content::encrypt(body).ok()?;
        let start = base64.span.start;
        let mut sealed = sealed(body, base64)?;
        for (_, key) in self.keys(ciphers) {
            let (len, padding) = sealed.decrypt(key);
            let content = content::read(sealed.text().get(..len)?, |token| self.accepts(token));
            let token =
                |content: &content::Content| content.token.are_right() | Choice::from(u8::from(!self.has_token()));
            let is_right = padding & content.as_ref().map_or(Choice::from(0), token);
            if let (true, Some(challenge)) = (is_right.into(), content.ok().and_then(|content| content.challenge)) {
                return Some(within(&cipher::text_range(start, len), challenge));
            }
            sealed.encrypt(key);
        }
        None
    }

    /// The secrets of one place; none of them if one is wrong.
    fn set(&mut self, place: usize, credentials: Credentials<'_>) -> Result<(), Error> {
        let Credentials { encrypt_key, verification_token } = credentials;
        let keys = self.encrypt_keys.iter_mut().zip(&mut self.cipher_keys);
        let rooms = keys.zip(&mut self.verification_tokens).nth(place);
        let ((key, cipher_key), token) = rooms.ok_or(Error::of_call(ErrorKind::INVALID_ARGUMENT))?;
        let result = key.set(encrypt_key).and_then(|()| token.set(verification_token)).inspect_err(|_| {
            key.zeroize();
            token.zeroize();
        });
        cipher_key.set(key);
        result
    }

    /// Whether there is something to verify with, or the caller wants nothing to be verified; and the secrets are whole.
    fn is_ready(&self) -> bool {
        let any = self.has(&self.encrypt_keys) || self.has(&self.verification_tokens);
        let mut secrets = self.encrypt_keys.iter().chain(&self.verification_tokens);
        secrets.all(Secret::is_whole) && (any || self.insecure == 1)
    }

    /// Whether there is a verification token to compare with.
    pub(super) fn has_token(&self) -> bool {
        self.has(&self.verification_tokens)
    }

    fn has(&self, secrets: &[Secret]) -> bool {
        secrets.iter().any(|secret| secret.get().is_some())
    }

    /// The Encrypt Keys that there are, each with the key of its cipher.
    fn keys<'k>(&'k self, ciphers: Option<&'k Ciphers>) -> impl Iterator<Item = (&'k [u8], cipher::Key<'k>)> {
        let ready = ciphers.map_or([None, None], |ciphers| ciphers.each_ref().map(Option::as_ref));
        let keys = self.encrypt_keys.iter().zip(&self.cipher_keys).zip(ready);
        keys.filter_map(|((key, bytes), ready)| Some((key.get()?, cipher::Key { bytes, ready })))
    }

    /// The round keys that belong to the Encrypt Keys.
    pub(super) fn ciphers(&self) -> Ciphers {
        let mut ciphers = [None, None];
        for (cipher, (key, bytes)) in ciphers.iter_mut().zip(self.encrypt_keys.iter().zip(&self.cipher_keys)) {
            *cipher = key.get().map(|_| bytes.ready());
        }
        ciphers
    }

    /// Whether a verification token is one of ours.
    pub(super) fn accepts(&self, token: &[u8]) -> Choice {
        self.verification_tokens.iter().fold(Choice::from(0), |any, known| any | known.is(token))
    }
}

/// Decrypts the Base64 in the body in place, and returns where the text is.
fn decrypt(body: &mut [u8], base64: content::Encrypted, key: cipher::Key<'_>) -> Option<Range<usize>> {
    let start = base64.span.start;
    let (len, padding) = sealed(body, base64)?.decrypt(key);
    bool::from(padding).then(|| cipher::text_range(start, len))
}

/// What the Base64 in the body stands for.
fn sealed(body: &mut [u8], base64: content::Encrypted) -> Option<cipher::Sealed<'_>> {
    let text = body.get_mut(base64.span)?;
    cipher::decode(if base64.is_escaped { json::unescape_in_place(text) } else { text })
}

/// Leaves nothing of a body in memory; a byte at a time, as `zeroize` does it, takes as long as the cipher.
fn wipe(body: &mut [u8]) {
    body.fill(0);
    zeroize::optimization_barrier(body);
}

/// A span of the text at `outer`, as a span of what the text is in.
fn within(outer: &Range<usize>, inner: Range<usize>) -> Range<usize> {
    outer.start + inner.start..outer.start + inner.end
}
