//! Job changes (异动).
//!
//! Source of fields and values: the pages "corehr-v2" > "job_change" > "events" of open.feishu.cn, and "corehr-v1" >
//! "job_change" > "events" for version 1.

use super::shared::UserId;
use crate::{Object, Opt, Text, TextList};
use lark_event_derive::{Record, open_enum};

/// A job change has changed its status (异动状态变更): an approval's result (approved, rejected, revoked), or its effect.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_change.status_updated_v2")]
pub struct JobChangeStatusUpdated {
    /// Employment id of the employee.
    pub employment_id: Text<64>,
    /// User ids of the employee.
    pub target_user_id: Object<UserId>,
    /// Job change id.
    pub job_change_id: Text<64>,
    /// Whether the job change takes an approval.
    pub transfer_mode: Opt<JobChangeTransferMode>,
    /// Unique identifier of the type of the job change, such as `internal_transfer`.
    pub transfer_type_unique_identifier: Text<128>,
    /// Unique identifier of the reason of the job change, such as `internal_transfer`.
    pub transfer_reason_unique_identifier: Text<128>,
    /// Process instance id; a direct job change has none.
    pub process_id: Text<64>,
    /// Date on which it takes effect, as `YYYY-MM-DD`.
    pub effective_date: Text<64>,
    /// Status of the job change.
    pub status: Opt<JobChangeStatus>,
    /// Original status of the job change. The SDKs have it, the page does not.
    pub original_status: Opt<JobChangeStatus>,
    /// Key of the job change's record, such as `transfer_3627531`.
    pub transfer_key: Text<128>,
    /// Details of the change of status. The SDKs have it, the page does not; no bound is known, a struct holds 100
    /// texts, of 3200 bytes together.
    pub details_of_job_status_change: TextList<101, 3200>,
}

/// A job change has changed its status (异动状态变更). The platform recommends [`JobChangeStatusUpdated`] instead.
///
/// Whose data it is about is not checked against the range of data that the application may see.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_change.updated_v1")]
pub struct JobChangeUpdatedV1 {
    /// Employment id of the employee.
    pub employment_id: Text<64>,
    /// User ids of the employee.
    pub target_user_id: Object<UserId>,
    /// Job change id.
    pub job_change_id: Text<64>,
    /// Whether the job change takes an approval.
    pub transfer_mode: Opt<JobChangeTransferMode>,
    /// Unique identifier of the type of the job change, such as `internal_transfer`.
    pub transfer_type_unique_identifier: Text<128>,
    /// Unique identifier of the reason of the job change, such as `internal_transfer`.
    pub transfer_reason_unique_identifier: Text<128>,
    /// Process instance id; a direct job change has none.
    pub process_id: Text<64>,
    /// Date on which it takes effect, as `YYYY-MM-DD`.
    pub effective_date: Text<64>,
    /// Status of the job change.
    pub status: Opt<JobChangeStatus>,
    /// Key of the job change's record, such as `transfer_3627531`.
    pub transfer_key: Text<128>,
}

/// A job change has changed (异动信息变更).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.job_change.updated_v2")]
pub struct JobChangeUpdated {
    /// Employment id of the employee.
    pub employment_id: Text<64>,
    /// The tenant's number in CoreHR (not the header's `tenant_key`).
    pub tenant_id: Text<64>,
    /// Process instance id.
    pub process_id: Text<64>,
    /// Employment id of who started the job change.
    pub initiator: Text<64>,
    /// Employment id of who did this step.
    pub operator: Text<64>,
    /// When it changed, in milliseconds since 1970, as text.
    pub updated_time: Text<64>,
    /// Job change id.
    pub job_change_id: Text<64>,
    /// Status of the job change.
    pub status: Opt<JobChangeStatus>,
    /// Reason, as free text; the platform states no bound, a struct holds 2047 bytes.
    pub operate_reason: Text<2048>,
    /// Where the job change comes from.
    pub transfer_type: Opt<JobChangeTransferType>,
    /// Names of the fields that have changed; 0 to 200.
    pub updated_fields: TextList<201, 6400>,
    /// Type of the job change (not `transfer_type`), such as `assignment_start_reason_option1`.
    pub transform_type: Text<128>,
    /// Reason of the job change, such as `reason_for_job_change_option1`.
    pub transform_reason: Text<128>,
}

/// Status of a job change.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct JobChangeStatus(pub i32);

#[open_enum]
impl JobChangeStatus {
    /// In approval.
    pub const IN_APPROVAL: Self = Self(1);
    /// Revoked.
    pub const REVOKED: Self = Self(2);
    /// Rejected.
    pub const REJECTED: Self = Self(3);
    /// Approved.
    pub const APPROVED: Self = Self(4);
    /// In effect.
    pub const EFFECTIVE: Self = Self(5);
    /// No approval needed.
    pub const NO_APPROVAL_NEEDED: Self = Self(6);
}

/// Whether a job change takes an approval.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct JobChangeTransferMode(pub i32);

#[open_enum]
impl JobChangeTransferMode {
    /// Direct: without an approval.
    pub const DIRECT: Self = Self(1);
    /// Initiated: through a job change flow.
    pub const INITIATED: Self = Self(2);
}

/// Where a job change comes from.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct JobChangeTransferType(pub i32);

#[open_enum]
impl JobChangeTransferType {
    /// The job change page.
    pub const JOB_CHANGE_PAGE: Self = Self(1);
    /// A job record.
    pub const JOB_RECORD: Self = Self(2);
    /// An import of the roster.
    pub const ROSTER_IMPORT: Self = Self(3);
    /// The probation page.
    pub const PROBATION_PAGE: Self = Self(4);
    /// Handling of an exception.
    pub const EXCEPTION_HANDLING: Self = Self(5);
    /// A job change flow.
    pub const JOB_CHANGE_FLOW: Self = Self(6);
    /// A contract.
    pub const CONTRACT: Self = Self(7);
}
