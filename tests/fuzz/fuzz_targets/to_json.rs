//! What is decoded is written, what is written is JSON, and what is read from that is what was there.

#![no_main]

use lark_event::{decode, decode_as};
use lark_event_fuzz::{Input, body};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    // The first byte chooses a type for bodies that name none, or none.
    let assumed = body::types().get(input.below(256)).copied();
    let (body, mut envelope) = (input.rest(), body::empty());
    let result = match assumed {
        None => decode(body, &mut envelope),
        Some(event_type) => decode_as(body, event_type.name(), &mut envelope),
    };
    body::written_and_read(&envelope, result, assumed);
});
