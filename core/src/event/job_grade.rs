//! Job grades (职等).
//!
//! Source of fields: the pages "corehr-v2" > "job_grade" > "events" of open.feishu.cn. Lists of field names
//! hold 32 bytes a name on average.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// A job grade has been created (职等创建).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_grade.created_v2")]
pub struct JobGradeCreated {
    /// Job grade id.
    pub job_grade_id: Text<64>,
}

/// A job grade has been deleted (职等删除).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_grade.deleted_v2")]
pub struct JobGradeDeleted {
    /// Id of the job grade that is gone.
    pub job_grade_id: Text<64>,
}

/// A job grade has been updated (职等更新).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_grade.updated_v2")]
pub struct JobGradeUpdated {
    /// Job grade id.
    pub job_grade_id: Text<64>,
    /// Names of the fields that have changed; 0 to 200.
    pub field_changes: TextList<201, 6400>,
}
