//! Job families (序列).
//!
//! Source of fields: the pages "corehr-v2" > "job_family" > "events" of open.feishu.cn. Lists of field names
//! hold 32 bytes a name on average.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// A job family has been created (序列创建).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_family.created_v2")]
pub struct JobFamilyCreated {
    /// Job family id.
    pub job_family_id: Text<64>,
}

/// A job family has been deleted (序列删除).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_family.deleted_v2")]
pub struct JobFamilyDeleted {
    /// Id of the job family that is gone.
    pub job_family_id: Text<64>,
}

/// A job family has been updated (序列更新).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_family.updated_v2")]
pub struct JobFamilyUpdated {
    /// Job family id.
    pub job_family_id: Text<64>,
    /// Names of the fields that have changed; 0 to 200.
    pub field_changes: TextList<201, 6400>,
}
