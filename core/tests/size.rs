//! The size of every public struct: the README's table is the list, and this compares it.

#![cfg(target_pointer_width = "64")]
#![allow(clippy::expect_used, reason = "tests fail by panicking")]

use lark_event::{Envelope, Error, Event, EventType, Header, Opt, ProcessStatus, Span, Text, TextList};
use std::collections::BTreeMap;

const README: &str = include_str!("../../README.md");

#[test]
fn sizes_are_those_of_the_readme() {
    let mut sizes: BTreeMap<_, _> = [
        ("Envelope", size_of::<Envelope>()),
        ("Header", size_of::<Header>()),
        ("Event", size_of::<Event>()),
        ("Error", size_of::<Error>()),
        ("Span", size_of::<Span>()),
        ("Text<64>", size_of::<Text<64>>()),
        ("TextList<201, 6400>", size_of::<TextList<201, 6400>>()),
        ("Opt<ProcessStatus>", size_of::<Opt<ProcessStatus>>()),
        ("Opt<u64>", size_of::<Opt<u64>>()),
    ]
    .into();
    sizes.extend(EventType::all().iter().map(|event_type| (event_type.record.class, event_type.record.size)));
    let (_, table) = README.split_once("| struct | bytes |\n|---|---|\n").expect("the table of sizes");
    let rows = table.lines().map_while(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "));
    let expected: BTreeMap<_, _> = rows.map(|(name, size)| (name, size.parse().expect("a number"))).collect();
    let table: String = sizes.iter().map(|(name, size)| format!("| `{name}` | {size} |\n")).collect();
    assert_eq!(sizes, expected, "README.md should have:\n{table}");
}
