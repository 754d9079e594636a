//! What a receiver leaves where it was when it is dropped: no secret, and nothing that was made of one.

#![allow(clippy::expect_used, reason = "tests fail by panicking")]

use lark_event::webhook::{Credentials, ReadyReceiver, Receiver};
use std::mem::{MaybeUninit, size_of};

const KEY: &str = "9f3c1de75ab84c02b6e0d41f7a8853cb";
const TOKEN: &str = "Zq8vKx2LrT0mWc5NhY7pBd4GsF9aJe1u";

fn receiver() -> Receiver {
    let credentials = Credentials { encrypt_key: Some(KEY), verification_token: Some(TOKEN) };
    let mut receiver = Receiver::new(credentials).expect("the secrets are good");
    receiver.set_previous(credentials).expect("the secrets are good");
    receiver
}

/// The bytes of a value, or where one was.
fn bytes_of<T>(place: &MaybeUninit<T>) -> Vec<u8> {
    let start = place.as_ptr().cast::<u8>();
    // SAFETY: all of `size_of::<T>()` bytes belong to the place; read one at a time, and volatile, so that the compiler
    // takes nothing for granted of them.
    (0..size_of::<T>()).map(|at| unsafe { start.add(at).read_volatile() }).collect()
}

/// The bytes at which a value is, before it is dropped and after.
fn before_and_after<T>(value: T) -> (Vec<u8>, Vec<u8>) {
    let mut place = Box::new(MaybeUninit::<T>::zeroed());
    place.write(value);
    let before = bytes_of(&place);
    // SAFETY: a value has been written there, and it is neither used nor dropped again.
    unsafe { place.assume_init_drop() };
    (before, bytes_of(&place))
}

fn has(memory: &[u8], secret: &str) -> bool {
    secret.as_bytes().windows(8).any(|piece| memory.windows(8).any(|found| found == piece))
}

/// How many bytes are not zero: of round keys and hashes nearly all are not.
fn used(memory: &[u8]) -> usize {
    memory.iter().filter(|byte| **byte != 0).count()
}

#[test]
fn a_receiver_is_wiped_when_it_is_dropped() {
    let (before, after) = before_and_after(receiver());
    assert!(has(&before, KEY) && has(&before, TOKEN));
    assert!(!has(&after, KEY) && !has(&after, TOKEN));
    // Two secrets, and the key of the cipher, each twice; what is left is no secret: the limit on bodies.
    assert!(used(&before) > 180, "{}", used(&before));
    assert!(used(&after) < 8, "{}", used(&after));
}

#[test]
fn a_receiver_is_wiped_when_it_is_cleared() {
    let mut place = Box::new(MaybeUninit::<Receiver>::zeroed());
    place.write(receiver()).clear();
    // What is made of the secrets too; what may be left is between the members.
    assert!(used(&bytes_of(&place)) < 8, "{}", used(&bytes_of(&place)));
}

#[test]
fn round_keys_are_wiped_when_they_are_dropped() {
    let (before, after) = before_and_after::<ReadyReceiver>(receiver().ready());
    assert!(has(&before, KEY) && has(&before, TOKEN));
    assert!(!has(&after, KEY) && !has(&after, TOKEN));
    // Fifteen round keys of sixteen bytes more for each key; what is left says that there are some.
    assert!(used(&before) > 180 + 400, "{}", used(&before));
    assert!(used(&after) < 16, "{}", used(&after));
}
