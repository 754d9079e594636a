//! A webhook request as the host sends it.

use crate::host::{self, File};
use lark_event::webhook::{Credentials, Receiver};

/// Headers and time of a request.
pub struct Request<'a> {
    headers: [(&'a str, &'a str); 8],
    count: usize,
    /// When it has come.
    pub now_ms: u64,
}

impl<'a> Request<'a> {
    /// Reads a request up to its body, with `room` for the texts, and sets up the receiver for it.
    pub fn read(file: &mut File, room: &mut &'a mut [u8], receiver: &mut Receiver) -> Self {
        set_up(file, room, receiver);
        let mut request = Self { headers: [("", ""); 8], count: 0, now_ms: file.long() };
        let Some(count) = file.number() else { host::unreadable() };
        request.count = count as usize;
        if request.count > request.headers.len() {
            host::unreadable()
        }
        for header in request.headers.iter_mut().take(request.count) {
            let (Some(name), Some(value)) = (file.text(room), file.text(room)) else { host::unreadable() };
            *header = (name, value);
        }
        request
    }

    /// The headers.
    pub fn headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.headers.iter().take(self.count).copied()
    }
}

fn set_up(file: &mut File, room: &mut &mut [u8], receiver: &mut Receiver) {
    let mut credentials = || Credentials { encrypt_key: file.text(room), verification_token: file.text(room) };
    let (current, previous) = (credentials(), credentials());
    let (Some(max_body), tolerance_ms) = (file.number(), file.long()) else { host::unreadable() };
    if current.encrypt_key.is_none() && current.verification_token.is_none() {
        *receiver = Receiver::insecure();
    } else if receiver.set_credentials(current).and_then(|()| receiver.set_previous(previous)).is_err() {
        host::unreadable()
    }
    receiver.set_max_body(max_body);
    receiver.set_tolerance_ms(tolerance_ms);
}
