//! The size of every public struct: the README's table is the list, and this compares it.

#![cfg(target_pointer_width = "64")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use lark_event::{
    Envelope, Error, Event, EventType, Header, Item, ListPlace, Object, Opt, ProcessStatus, Span, Text, TextList,
    UserId, record::RecordType,
};
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
        ("Object<UserId>", size_of::<Object<UserId>>()),
        ("ListPlace", size_of::<ListPlace>()),
        ("Item", size_of::<Item>()),
    ]
    .into();
    for event_type in EventType::all() {
        add(&mut sizes, &event_type.record);
    }
    let expected: BTreeMap<_, _> =
        rows("| struct | bytes |").chain(rows("| event type | struct, class | bytes | fields |")).collect();
    assert_eq!(sizes, expected, "run `make header`");
}

/// A struct, and those of the objects in it.
fn add(sizes: &mut BTreeMap<&str, usize>, record: &RecordType) {
    sizes.insert(record.class, record.size);
    record.details.iter().filter_map(|details| details.record).for_each(|nested| add(sizes, nested));
}

/// The rows of the README's table with these heads: the name of the struct, and the number behind it.
fn rows(heads: &str) -> impl Iterator<Item = (&'static str, usize)> {
    let (_, table) = README.split_once(&format!("{heads}\n")).expect("the table");
    table.lines().skip(1).map_while(|line| {
        let cells: Vec<_> = line.strip_prefix("| ")?.split(" | ").collect();
        let at = cells.iter().position(|cell| !cell.starts_with('`')).expect("a number");
        let number = cells[at].trim_end_matches(" |").parse().expect("a number");
        Some((cells[at - 1].trim_matches('`'), number))
    })
}
