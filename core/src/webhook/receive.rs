//! The receiver that decodes as it verifies: one pass over the plain JSON of an event in place of two.

use super::{
    Receiver,
    receiver::{Ciphers, Delivery, Verified},
};
use crate::{
    envelope::{self, Envelope, EnvelopeTarget, Outcome, Schema, TELLING},
    error::Error,
    event::Event,
};
use subtle::Choice;

/// What a request has brought, decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Received<'b, D = Result<(), Error>> {
    /// The platform asks whether the address is ours: send this text back within one second ([`Reply::challenge`]).
    ///
    /// [`Reply::challenge`]: super::Reply::challenge
    Challenge(&'b str),
    /// An event.
    Event {
        /// Its plain JSON, in which lists of objects have their places.
        json: &'b [u8],
        /// What [`decode`](crate::decode) says of it; [`Receiver::receive_into`] tells more. The request is genuine in any
        /// case.
        decoded: D,
    },
}

impl Receiver {
    /// Does what [`Receiver::open`] and [`decode`](crate::decode) do, with the same results, in less time: what is in an
    /// event is looked at once.
    ///
    /// The envelope is empty after a challenge and after an error: of a request that is not genuine nothing is in it.
    ///
    /// # Errors
    ///
    /// Those of [`Receiver::open`]. What is wrong with an event from the platform is said in [`Received::Event`].
    pub fn receive<'h, 'b, N, V>(
        &self,
        headers: impl IntoIterator<Item = (N, &'h V)>,
        body: &'b mut [u8],
        now_ms: u64,
        envelope: &mut Envelope,
    ) -> Result<Received<'b>, Error>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        self.receive_with(None, headers, body, now_ms, envelope)
    }

    pub(super) fn receive_with<'h, 'b, N, V>(
        &self,
        ciphers: Option<&Ciphers>,
        headers: impl IntoIterator<Item = (N, &'h V)>,
        body: &'b mut [u8],
        now_ms: u64,
        envelope: &mut Envelope,
    ) -> Result<Received<'b>, Error>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        match self.receive_into_with(ciphers, headers, body, now_ms, envelope) {
            Ok(Received::Event { json, decoded }) => Ok(Received::Event { json, decoded: envelope.settle(&decoded) }),
            Ok(Received::Challenge(text)) => {
                envelope.clear();
                Ok(Received::Challenge(text))
            }
            Err(error) => {
                envelope.clear();
                Err(error)
            }
        }
    }

    /// As [`Receiver::receive`], for a target of any kind. One pass is all that it takes for a target that tells the token
    /// ([`EnvelopeTarget::token`]).
    ///
    /// What the target was given counts only with [`Received::Event`], and then only what it was given last: unless the
    /// event is as the platform sends them, it is read again from the start.
    ///
    /// # Errors
    ///
    /// Those of [`Receiver::open`]. What is wrong with an event from the platform is said in the [`Outcome`].
    pub fn receive_into<'h, 'b, N, V>(
        &self,
        headers: impl IntoIterator<Item = (N, &'h V)>,
        body: &'b mut [u8],
        now_ms: u64,
        target: &mut impl EnvelopeTarget,
    ) -> Result<Received<'b, Outcome>, Error>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        self.receive_into_with(None, headers, body, now_ms, target)
    }

    pub(super) fn receive_into_with<'h, 'b, N, V>(
        &self,
        ciphers: Option<&Ciphers>,
        headers: impl IntoIterator<Item = (N, &'h V)>,
        body: &'b mut [u8],
        now_ms: u64,
        target: &mut impl EnvelopeTarget,
    ) -> Result<Received<'b, Outcome>, Error>
    where
        N: AsRef<[u8]>,
        V: AsRef<[u8]> + ?Sized + 'h,
    {
        let verified = self.verify(ciphers, headers, body, now_ms)?;
        if let Verified::Decrypted(span) | Verified::Plain(span) = &verified
            && let Some(decoded) = self.read(body.get(span.clone()).unwrap_or_default(), target)
        {
            return Ok(Received::Event { json: body.get(span.clone()).unwrap_or_default(), decoded });
        }
        Ok(match self.look(body, verified)? {
            Delivery::Challenge(text) => Received::Challenge(text),
            Delivery::Event(json) => Received::Event { json, decoded: envelope::read(json, Event::NONE, target) },
        })
    }

    /// Reads an event that is as the platform sends them: of schema 2.0, without any fault, with the right token in its
    /// header and nothing beside the header that would have to be looked at. `None` if it is not, whatever it is.
    ///
    /// What [`Receiver::look`] would say of it is known then: it finds an event where there is no other token than that in
    /// the header, no challenge and no `encrypt`, and none of the members that it knows stands twice, which is a fault here
    /// too.
    fn read(&self, json: &[u8], target: &mut impl EnvelopeTarget) -> Option<Outcome> {
        let (outcome, members) = envelope::read_all(json, Event::NONE, target);
        let is_usual = outcome.result.is_ok() && outcome.schema == Schema::V2 && members & TELLING == 0;
        (is_usual && self.is_right(target.token())).then_some(outcome)
    }

    /// Whether the token in a header is right without doubt.
    fn is_right(&self, token: Option<&str>) -> bool {
        // An integer is as good as a text to those who read a header, but not as a token.
        let text =
            token.map(str::as_bytes).filter(|token| !token.iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9')));
        text.map_or(!self.has_token(), |token| (self.accepts(token) | Choice::from(u8::from(!self.has_token()))).into())
    }
}
