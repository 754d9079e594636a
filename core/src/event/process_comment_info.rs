//! Comments on processes (流程评论).
//!
//! Source of fields and values: the page "corehr-v2" > "process_comment_info" > "events" of open.feishu.cn. Its ids are
//! documented as 0 to 64 characters, which take up to 256 bytes; those seen are numbers of 19 digits.

use crate::{Opt, Text};
use lark_event_derive::{Record, open_enum};

/// Someone has commented on a process (流程下评论).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.process_comment_info.updated_v2")]
pub struct ProcessCommentInfoUpdated {
    /// Process instance id; 0 to 64 characters. One official SDK declares an integer: it is accepted and keeps its
    /// digits.
    pub process_id: Text<257>,
    /// Comment id; 0 to 64 characters.
    pub comment_id: Text<257>,
    /// What has happened to the comment.
    pub r#type: Opt<ProcessCommentInfoType>,
}

/// What has happened to a comment on a process; documented as 1 to 100, of which one has a meaning.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProcessCommentInfoType(pub i32);

#[open_enum]
impl ProcessCommentInfoType {
    /// The comment has been added.
    pub const ADDED: Self = Self(1);
}
