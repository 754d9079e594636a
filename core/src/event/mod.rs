//! The registry of event types: one line each in [`Event`], one struct each in the module of its family.
//!
//! A new event is a struct with `#[derive(Record)]` and `#[event("its.event_type")]`, and a variant here with the next
//! free number. Its reader, its C struct, its Python class, its stub and its line in the README follow from those.

#[cfg(feature = "job_change")]
pub mod job_change;
#[cfg(feature = "process")]
pub mod process;
pub mod url_verification;

#[cfg(feature = "job_change")]
pub use job_change::*;
#[cfg(feature = "process")]
pub use process::*;
pub use url_verification::*;

use crate::{
    json::Writer,
    record::{Details, Field, Record, Target, without_nul, write_json},
};
use lark_event_derive::Registry;

/// The event of an [`Envelope`](crate::Envelope), by type. Numbered once, never renumbered.
#[repr(C, u32)]
#[derive(Clone, PartialEq, Eq, Debug, Registry)]
#[allow(clippy::large_enum_variant, reason = "the variants share the memory that the caller sets aside once")]
pub enum Event {
    /// No event: nothing has been decoded, or the document has no `event` object.
    None = 0,
    /// An event of a type that is not in this registry; the envelope's `raw_event` tells where its bytes are.
    Unknown = 1,
    /// The platform asks whether the address of a webhook is ours.
    UrlVerification(UrlVerification) = 2,
    /// `corehr.process.updated_v2`.
    #[cfg(feature = "process")]
    ProcessUpdated(ProcessUpdated) = 3,
    /// `corehr.process.status.update_v2`.
    #[cfg(feature = "process")]
    ProcessStatusUpdate(ProcessStatusUpdate) = 4,
    /// `corehr.process.node.updated_v2`.
    #[cfg(feature = "process")]
    ProcessNodeUpdated(ProcessNodeUpdated) = 5,
    /// `corehr.process.approver.updated_v2`.
    #[cfg(feature = "process")]
    ProcessApproverUpdated(ProcessApproverUpdated) = 6,
    /// `corehr.process.cc.updated_v2`.
    #[cfg(feature = "process")]
    ProcessCcUpdated(ProcessCcUpdated) = 7,
    /// `corehr.job_change.updated_v2`.
    #[cfg(feature = "job_change")]
    JobChangeUpdated(JobChangeUpdated) = 8,
}

/// What the registry knows of an event type.
#[derive(Debug)]
pub struct EventType {
    /// The number of its variant of [`Event`].
    pub tag: u32,
    /// Its name and a NUL, for C.
    pub(crate) name_nul: &'static str,
    /// The name of its struct; C has `Lark` before it.
    pub class: &'static str,
    pub(crate) module: &'static str,
    /// What it says.
    pub doc: &'static str,
    /// Its members.
    pub fields: &'static [Field],
    /// What they mean, in the same order.
    pub details: &'static [Details],
    /// The number of bytes its struct takes.
    pub size: usize,
}

impl EventType {
    /// The name in `header.event_type`; `url_verification` for the one that has no header.
    pub fn name(&self) -> &'static str {
        without_nul(self.name_nul)
    }

    /// The name with a NUL behind it, for C.
    pub const fn name_nul(&self) -> &'static str {
        self.name_nul
    }

    /// The family of events it belongs to, which is the module of its struct.
    pub fn family(&self) -> &'static str {
        self.module.rsplit("::").next().unwrap_or_default()
    }

    /// All of the registry, in the order of their tags.
    pub const fn all() -> &'static [&'static EventType] {
        TYPES
    }

    /// The one that `header.event_type` calls `name`.
    pub fn by_name(name: &str) -> Option<&'static EventType> {
        Self::by_tag(find(|known| known == name))
    }

    /// The one whose tag is `tag`.
    pub fn by_tag(tag: u32) -> Option<&'static EventType> {
        TYPES.iter().copied().find(|event_type| event_type.tag == tag)
    }
}

/// The struct of an event type. `#[derive(Record)]` with `#[event("...")]` implements it.
pub trait EventRecord: Record + Sized + 'static {
    /// The name in `header.event_type`, and a NUL.
    #[doc(hidden)]
    const NAME_NUL: &'static str;
    #[doc(hidden)]
    const CLASS: &'static str;
    #[doc(hidden)]
    const MODULE: &'static str;
    #[doc(hidden)]
    const DOC: &'static str;
}

/// The number of a struct in the registry. `#[derive(Registry)]` implements it.
pub trait Tagged: EventRecord {
    /// The number of the variant of [`Event`].
    const TAG: u32;
    #[doc(hidden)]
    const TYPE: &'static EventType = &EventType {
        tag: Self::TAG,
        name_nul: Self::NAME_NUL,
        class: Self::CLASS,
        module: Self::MODULE,
        doc: Self::DOC,
        fields: Self::FIELDS,
        details: Self::DETAILS,
        size: size_of::<Self>(),
    };
}

impl Event {
    /// The tag of [`Event::None`].
    pub(crate) const NONE: u32 = 0;
    /// The tag of [`Event::Unknown`].
    pub(crate) const UNKNOWN: u32 = 1;

    /// Makes it an empty event of the type `tag`, keeping the memory as it is if it is one already, and returns what
    /// takes its fields; `None` if the registry has no such struct.
    pub(crate) fn select(&mut self, tag: u32) -> Option<&mut dyn Target> {
        if self.tag() == tag {
            self.clear();
        } else {
            self.switch(tag);
        }
        self.target()
    }
}

/// The tag of the event type that a header names, [`Event::UNKNOWN`] if it is not in the registry.
pub(crate) fn find(is: impl Fn(&str) -> bool) -> u32 {
    let found = NAMES.iter().find(|(tag, name)| *tag != UrlVerification::TAG && is(name));
    found.map_or(Event::UNKNOWN, |(tag, _)| *tag)
}
