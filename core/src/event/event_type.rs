//! What is known of an event type besides how to decode it.

use super::{NAMES, TYPES, family_nul, fields, find, value_names_of};
use crate::record::{Record, RecordType, name_nul, value_names, with_nul, without_nul};

/// What the registry knows of an event type.
///
/// ```
/// use lark_event::EventType;
///
/// let event_type = EventType::by_name("corehr.probation.updated_v2").unwrap();
/// assert_eq!((event_type.family(), event_type.record.class), ("probation", "ProbationUpdated"));
/// for (field, details) in event_type.record.fields.iter().zip(event_type.record.details) {
///     println!("{} ({:?}): {}", field.name, field.kind, details.doc());
///     for value in details.values.map_or(&[][..], |values| values.values) {
///         println!("    {} {}", value.name(), value.doc);
///     }
/// }
/// # assert_eq!(event_type.record.fields.len(), 3);
/// ```
#[derive(Debug)]
pub struct EventType {
    /// The number of its variant of [`Event`](super::Event).
    pub tag: u32,
    pub(crate) name_nul: &'static str,
    /// What its struct is called, what it says, and its members.
    pub record: RecordType,
}

impl EventType {
    /// The name in `header.event_type`; `url_verification` for the one that has no header.
    pub fn name(&self) -> &'static str {
        without_nul(self.name_nul)
    }

    /// The family of events it belongs to, which is the module of its struct and the second word of its name.
    pub fn family(&self) -> &'static str {
        without_nul(family_nul(self.tag))
    }

    /// The family of the type `tag`, with a NUL behind it, for C; `None` if there is no such type. It brings no documentation
    /// into a program.
    pub fn family_nul(tag: u32) -> Option<&'static str> {
        Some(with_nul(family_nul(tag))).filter(|family| !family.is_empty())
    }

    /// All of the registry, in the order of their tags.
    pub const fn all() -> &'static [&'static EventType] {
        TYPES
    }

    /// The one that `header.event_type` calls `name`; not `url_verification`, which no header has.
    pub fn by_name(name: &str) -> Option<&'static EventType> {
        Self::by_tag(find(name.as_bytes()))
    }

    /// The one whose tag is `tag`.
    pub fn by_tag(tag: u32) -> Option<&'static EventType> {
        TYPES.iter().copied().find(|event_type| event_type.tag == tag)
    }

    /// The tag and the name with a NUL of each type, in no order in particular: less than [`EventType::all`], which brings
    /// all documentation into a program.
    pub const fn names_nul() -> &'static [(u32, &'static str)] {
        &NAMES
    }

    /// The name and a NUL of a documented value of the field at `path`, such as `sub_events.opt_type`, of the type `tag`.
    /// It brings less into a program than a search in [`EventType::by_tag`].
    pub fn value_name_nul(tag: u32, path: &str, value: i32) -> Option<&'static str> {
        name_nul(value_names(fields(tag), value_names_of(tag), path)?, value)
    }
}

/// The struct of an event type. `#[derive(Record)]` with `#[event("...")]` implements it.
pub trait EventRecord: Record + Sized + 'static {
    /// The name in `header.event_type`, and a NUL.
    #[doc(hidden)]
    const NAME_NUL: &'static str;
    /// The path of its module, and a NUL.
    #[doc(hidden)]
    const MODULE_NUL: &'static str;
    /// The last word of that path.
    #[doc(hidden)]
    const FAMILY_NUL: &'static str = last_word(Self::MODULE_NUL);
}

/// The number of a struct in the registry. `#[derive(Registry)]` implements it.
pub trait Tagged: EventRecord {
    /// The number of the variant of [`Event`](super::Event).
    const TAG: u32;
    #[doc(hidden)]
    const TYPE: &'static EventType =
        &EventType { tag: Self::TAG, name_nul: Self::NAME_NUL, record: RecordType::of::<Self>() };
}

/// What is behind the last colon.
#[allow(clippy::indexing_slicing, reason = "an index out of bounds would end the compilation")]
const fn last_word(path: &'static str) -> &'static str {
    let mut start = path.len();
    while start > 0 && path.as_bytes()[start - 1] != b':' {
        start -= 1;
    }
    path.split_at(start).1
}
