//! Positions (岗位).
//!
//! Source of fields: the pages "corehr-v2" > "position" > "events" of open.feishu.cn. Lists of field names
//! hold 32 bytes a name on average.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// A position has been created (创建岗位).
///
/// Sent on the day from which the position is valid, not on the day on which it was entered.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.position.created_v2")]
pub struct PositionCreated {
    /// Position id.
    pub position_id: Text<64>,
}

/// A position has been deleted (删除岗位).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.position.deleted_v2")]
pub struct PositionDeleted {
    /// Id of the position that is gone.
    pub position_id: Text<64>,
}

/// A position has been updated (更新岗位).
///
/// Sent on the day from which the update is valid, not on the day on which it was entered.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.position.updated_v2")]
pub struct PositionUpdated {
    /// Position id.
    pub position_id: Text<64>,
    /// Names of the fields that have changed, custom ones too; 0 to 200. The platform's own are `name`, `code`,
    /// `active`, `department`, `cost_center`, `job`, `job_family`, `job_level`, `job_grade`, `work_location`,
    /// `employee_type`, `working_hours_type`, `direct_leader`, `dotted_line_leader`, `is_key_position`,
    /// `description`, `effective_time` and `expiration_time`.
    pub field_changes: TextList<201, 6400>,
}
