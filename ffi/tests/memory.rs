//! What C relies on: all bytes zero is the empty value, and alignments stay what they are.

#![cfg(target_pointer_width = "64")]

use lark_event::{
    Envelope, Error, Event, Header, Item, JobChangeUpdated, Object, ObjectList, Opt, ProcessApproverUpdated,
    ProcessCcUpdated, ProcessNodeUpdated, ProcessStatus, ProcessStatusUpdate, ProcessUpdated, Schema, Span, SubEvent,
    Text, TextList, UrlVerification, UserId,
};
use std::mem::MaybeUninit;

/// A value of which all bytes are zero.
///
/// # Safety
///
/// All bytes zero must be a value of the type.
unsafe fn zeroed<T>() -> Box<T> {
    let memory = Box::new(MaybeUninit::<T>::zeroed());
    // SAFETY: the caller's.
    unsafe { memory.assume_init() }
}

#[test]
fn all_bytes_zero_is_the_empty_value() {
    // SAFETY: the types are integers and arrays of them; the enum's variant 0 has no data.
    unsafe {
        assert!(*zeroed::<Envelope>() == Envelope::EMPTY);
        assert_eq!(zeroed::<Envelope>().schema, Schema::NONE);
        assert_eq!(zeroed::<Envelope>().raw_event, Span::default());
        assert_eq!(zeroed::<Event>().tag(), 0);
        assert!(*zeroed::<Header>() == Header::default());
        assert!(*zeroed::<JobChangeUpdated>() == JobChangeUpdated::default());
        assert!(*zeroed::<ProcessApproverUpdated>() == ProcessApproverUpdated::default());
        assert_eq!(zeroed::<Text<64>>().get(), None);
        assert!(!zeroed::<TextList<201, 6400>>().is_present());
        assert_eq!(zeroed::<TextList<201, 6400>>().iter().count(), 0);
        assert_eq!(zeroed::<Opt<ProcessStatus>>().get(), None);
        assert_eq!(zeroed::<Opt<u64>>().get(), None);
        assert_eq!(zeroed::<Object<UserId>>().get(), None);
        assert!(!zeroed::<ObjectList<SubEvent>>().is_present());
        assert_eq!(zeroed::<Item>().tag(), 0);
    }
}

#[test]
fn alignments_are_pinned() {
    let alignments = [
        ("Envelope", align_of::<Envelope>(), 8),
        ("Header", align_of::<Header>(), 8),
        ("Event", align_of::<Event>(), 4),
        ("UrlVerification", align_of::<UrlVerification>(), 2),
        ("ProcessUpdated", align_of::<ProcessUpdated>(), 4),
        ("ProcessStatusUpdate", align_of::<ProcessStatusUpdate>(), 4),
        ("ProcessNodeUpdated", align_of::<ProcessNodeUpdated>(), 4),
        ("ProcessApproverUpdated", align_of::<ProcessApproverUpdated>(), 4),
        ("ProcessCcUpdated", align_of::<ProcessCcUpdated>(), 4),
        ("JobChangeUpdated", align_of::<JobChangeUpdated>(), 4),
        ("Error", align_of::<Error>(), 4),
        ("Span", align_of::<Span>(), 4),
        ("Text<64>", align_of::<Text<64>>(), 2),
        ("TextList<201, 6400>", align_of::<TextList<201, 6400>>(), 2),
        ("Opt<ProcessStatus>", align_of::<Opt<ProcessStatus>>(), 4),
        ("Opt<u64>", align_of::<Opt<u64>>(), 8),
        ("Object<UserId>", align_of::<Object<UserId>>(), 2),
        ("ObjectList<SubEvent>", align_of::<ObjectList<SubEvent>>(), 4),
        ("Item", align_of::<Item>(), 4),
    ];
    for (name, found, expected) in alignments {
        assert_eq!(found, expected, "{name}");
    }
}
