//! Job levels (职级).
//!
//! Source of fields: the pages "corehr-v2" > "job_level" > "events" of open.feishu.cn. Lists of field names
//! hold 32 bytes a name on average.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// A job level has been created (职级创建).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_level.created_v2")]
pub struct JobLevelCreated {
    /// Job level id.
    pub job_level_id: Text<64>,
}

/// A job level has been deleted (职级删除).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_level.deleted_v2")]
pub struct JobLevelDeleted {
    /// Id of the job level that is gone.
    pub job_level_id: Text<64>,
}

/// A job level has been updated (职级更新).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_level.updated_v2")]
pub struct JobLevelUpdated {
    /// Job level id.
    pub job_level_id: Text<64>,
    /// Names of the fields that have changed; 0 to 200.
    pub field_changes: TextList<201, 6400>,
}
