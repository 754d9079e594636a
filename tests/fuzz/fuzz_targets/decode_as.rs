//! Any bytes as a body, or as the content alone, of an event of a type that is named: the first two bytes choose.

#![no_main]

use lark_event_fuzz::{Input, body};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let event_type = input.one_of(&body::types());
    match input.flag() {
        true => body::content(input.rest(), event_type),
        false => drop(body::decoded(input.rest(), Some(event_type))),
    }
});
