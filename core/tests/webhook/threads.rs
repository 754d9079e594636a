//! What threads may share, and threads that share it.

use super::{EVENT, KEY, NOW, TOKEN, delivery, encrypted, open, receiver, signed};
use lark_event::webhook::{Credentials, Delivery, ReadyReceiver, Received, Receiver, Reply};
use lark_event::{Envelope, Error, ErrorKind};
use std::sync::Barrier;

const fn is_shared<T: Send + Sync>() {}

/// Shared, or plain data that every thread may have and look at.
const _: () = {
    is_shared::<Receiver>();
    is_shared::<ReadyReceiver>();
    is_shared::<Credentials<'_>>();
    is_shared::<Delivery<'_>>();
    is_shared::<Received<'_>>();
    is_shared::<Reply<'_>>();
    is_shared::<Envelope>();
    is_shared::<Error>();
};

#[test]
fn threads_can_share_a_receiver() {
    let challenge = format!(r#"{{"challenge":"abc","token":"{TOKEN}","type":"url_verification"}}"#);
    let (mut forged, unsigned) = (delivery(), (Vec::new(), encrypted(KEY, &challenge)));
    let other = if forged.0[2].1.starts_with('0') { "1" } else { "0" };
    forged.0[2].1.replace_range(..1, other);
    let (token, plain) = (signed(KEY, encrypted(KEY, &EVENT.replace("tok", "tik"))), signed(KEY, EVENT.into()));
    // Each request with what it must come to: a text, or a refusal.
    let requests = [
        (delivery(), Ok(EVENT)),
        (forged, Err(ErrorKind::SIGNATURE)),
        (unsigned, Ok("abc")),
        ((Vec::new(), delivery().1), Err(ErrorKind::UNVERIFIED)),
        (token, Err(ErrorKind::TOKEN)),
        (plain, Err(ErrorKind::NOT_ENCRYPTED)),
    ];
    let (plain, ready) = (receiver(Some(KEY), Some(TOKEN)), receiver(Some(KEY), Some(TOKEN)).ready());
    let start = Barrier::new(8);
    let text = |result: Result<Delivery<'_>, Error>| match result {
        Ok(Delivery::Event(json)) => Ok(String::from_utf8(json.to_vec()).unwrap()),
        Ok(Delivery::Challenge(text)) => Ok(text.to_owned()),
        Err(error) => Err(error.kind),
    };
    let work = |number: usize| {
        start.wait();
        for round in 0..200 * requests.len() {
            let ((headers, body), expected) = &requests[(round + number) % requests.len()];
            let (expected, mut body) = (expected.map(str::to_owned), body.clone());
            // By turns the one that makes its round keys anew, and the one that has them.
            let found = if (round / requests.len()).is_multiple_of(2) {
                text(open(&plain, headers, &mut body))
            } else {
                text(ready.open(headers.iter().map(|(name, value)| (name, value)), &mut body, NOW))
            };
            assert_eq!(found, expected, "thread {number}, round {round}");
        }
    };
    std::thread::scope(|scope| {
        (0..8).for_each(|number| {
            _ = scope.spawn({
                let work = &work;
                move || work(number)
            })
        })
    });
}
