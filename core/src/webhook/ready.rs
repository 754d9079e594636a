//! The receiver of a server: with all that does not change from one request to the next made beforehand.

use super::{Delivery, Received, Receiver, receiver::Ciphers};
use crate::{
    envelope::{Envelope, EnvelopeTarget, Outcome},
    error::Error,
};
use core::{fmt, ops::Deref};

/// A [`Receiver`] with the round keys of its ciphers, which others make anew for each request: [`Receiver::ready`].
///
/// It takes up to two kilobytes more, wipes that too when it is dropped, and does not change: threads can share it.
pub struct ReadyReceiver {
    receiver: Receiver,
    ciphers: Ciphers,
}

impl Receiver {
    /// Makes it ready for many requests: it needs less time for each then, and more memory.
    ///
    /// As with [`Receiver::new`], what is moved may leave copies of the secrets behind: see
    /// [`Receiver::set_credentials`].
    pub fn ready(self) -> ReadyReceiver {
        ReadyReceiver { ciphers: self.ciphers(), receiver: self }
    }
}

impl ReadyReceiver {
    /// As [`Receiver::open`].
    ///
    /// # Errors
    ///
    /// As [`Receiver::open`].
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
        let verified = self.receiver.verify(Some(&self.ciphers), headers, body, now_ms)?;
        self.receiver.look(body, verified)
    }

    /// As [`Receiver::receive`].
    ///
    /// # Errors
    ///
    /// As [`Receiver::receive`].
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
        self.receiver.receive_with(Some(&self.ciphers), headers, body, now_ms, envelope)
    }

    /// As [`Receiver::receive_into`].
    ///
    /// # Errors
    ///
    /// As [`Receiver::receive_into`].
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
        self.receiver.receive_into_with(Some(&self.ciphers), headers, body, now_ms, target)
    }
}

impl Deref for ReadyReceiver {
    type Target = Receiver;

    fn deref(&self) -> &Receiver {
        &self.receiver
    }
}

impl fmt::Debug for ReadyReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.receiver.fmt(f)
    }
}
