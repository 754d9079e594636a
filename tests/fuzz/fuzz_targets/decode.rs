//! Any bytes as a body: in an envelope that was used before and in a new one, as the platform writes it and in other words,
//! with capacities and without.

#![no_main]

use lark_event_fuzz::body;

libfuzzer_sys::fuzz_target!(|body: &[u8]| {
    drop(body::decoded(body, None));
});
