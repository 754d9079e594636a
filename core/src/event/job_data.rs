//! Job data (任职信息): the records of what position, department and so on an employee holds.
//!
//! Source of fields: the pages "corehr-v1" > "job_data" > "events" of open.feishu.cn.

use super::shared::UserId;
use crate::{Object, Text};
use lark_event_derive::Record;

/// A job change of an employee has taken effect (员工完成异动).
///
/// That is at 0:00 of its date; the event may come up to 6 hours later.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_data.changed_v1")]
pub struct JobDataChanged {
    /// Job data id.
    pub job_data_id: Text<64>,
    /// Employment id of the employee.
    pub employment_id: Text<64>,
    /// User ids of the employee.
    pub target_user_id: Object<UserId>,
    /// Job change id.
    pub job_change_id: Text<64>,
}

/// Job data has been created (任职信息创建).
///
/// Hiring, a job change, an import or a part-time job does so, and so does the open platform. The order is not
/// guaranteed.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_data.created_v1")]
pub struct JobDataCreated {
    /// Job data id.
    pub job_data_id: Text<64>,
}

/// Job data has been deleted (任职信息删除), also that of a part-time job.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_data.deleted_v1")]
pub struct JobDataDeleted {
    /// Id of the job data that is gone.
    pub job_data_id: Text<64>,
}

/// An employee has been hired (员工完成入职), from onboarding or by being added or imported.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_data.employed_v1")]
pub struct JobDataEmployed {
    /// Job data id.
    pub job_data_id: Text<64>,
    /// Employment id of the employee.
    pub employment_id: Text<64>,
    /// User ids of the employee. The account is opened meanwhile, so they may be missing.
    pub target_user_id: Object<UserId>,
}

/// Job data has been updated (任职信息更新).
///
/// Sent often and in no particular order. The platform recommends `corehr.employee.domain_event_v2` instead.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_data.updated_v1")]
pub struct JobDataUpdated {
    /// Job data id.
    pub job_data_id: Text<64>,
}
