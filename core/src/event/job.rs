//! Jobs (职务).
//!
//! Source of fields: the pages "corehr-v1" > "job" > "events" of open.feishu.cn. A version of a job that takes effect
//! later is sent early on the day when it does.

use crate::Text;
use lark_event_derive::Record;

/// A job has been created (创建职务).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job.created_v1")]
pub struct JobCreated {
    /// Job id.
    pub job_id: Text<64>,
}

/// A job has been deleted (删除职务). Queries no longer find it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job.deleted_v1")]
pub struct JobDeleted {
    /// Id of the job that is gone.
    pub job_id: Text<64>,
}

/// A job has been updated (更新职务).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job.updated_v1")]
pub struct JobUpdated {
    /// Job id.
    pub job_id: Text<64>,
}
