//! Adjustments of the organization (组织架构调整) and the approval groups they are divided into.
//!
//! Source of fields and values: the page "corehr-v2" > "approval_groups" > "events" > "updated" of open.feishu.cn.

use crate::{Opt, Text};
use lark_event_derive::{Record, open_enum};

/// An approval of an adjustment of the organization has changed its status (组织架构调整状态变更).
///
/// One adjustment may take several approvals. Queries may lag up to 2 s behind.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.approval_groups.updated_v2")]
pub struct ApprovalGroupsUpdated {
    /// Approval group id.
    pub approval_group_id: Text<64>,
    /// Process instance id of the approval.
    pub process_id: Text<64>,
    /// Status of the approval; the platform deprecates it in favour of `approval_group_status_v2`, because it does not
    /// tell approved from failed and waiting.
    pub approval_group_status: Opt<ApprovalGroupsStatus>,
    /// Subject of the adjustment, as free text; no bound is stated, a struct holds 2047 bytes.
    pub topic: Text<2048>,
    /// Reason of the adjustment, as free text; no bound is stated, a struct holds 2047 bytes.
    pub adjust_reason: Text<2048>,
    /// Date on which it takes effect, as `YYYY-MM-DD`; from 1900-01-01 to 9999-12-31.
    pub effective_date: Text<64>,
    /// Id of who started the adjustment, such as `6974641477444060708`.
    pub created_by: Text<64>,
    /// Id of the adjustment.
    pub draft_id: Text<64>,
    /// Status of the whole adjustment.
    pub draft_status: Opt<ApprovalGroupsDraftStatus>,
    /// Status of the approval.
    pub approval_group_status_v2: Opt<ApprovalGroupsStatusV2>,
}

/// Status of an approval of an adjustment, as `approval_group_status` has it.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ApprovalGroupsStatus(pub i32);

#[open_enum]
impl ApprovalGroupsStatus {
    /// In approval.
    pub const IN_APPROVAL: Self = Self(1);
    /// Approved; its records are still to be written, which may need other approvals first.
    pub const APPROVED: Self = Self(2);
    /// Completed: its records are written, though they may take effect later.
    pub const COMPLETED: Self = Self(3);
    /// Rejected.
    pub const REJECTED: Self = Self(4);
    /// Revoked by the user.
    pub const REVOKED: Self = Self(5);
}

/// Status of a whole adjustment.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ApprovalGroupsDraftStatus(pub i32);

#[open_enum]
impl ApprovalGroupsDraftStatus {
    /// In approval.
    pub const IN_APPROVAL: Self = Self(1);
    /// Completed, though its records may take effect later.
    pub const COMPLETED: Self = Self(2);
    /// Revoked by the user.
    pub const REVOKED: Self = Self(3);
}

/// Status of an approval of an adjustment, as `approval_group_status_v2` has it.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ApprovalGroupsStatusV2(pub i32);

#[open_enum]
impl ApprovalGroupsStatusV2 {
    /// In approval.
    pub const IN_APPROVAL: Self = Self(1);
    /// Approved; its records are still to be written.
    pub const APPROVED: Self = Self(2);
    /// Completed: its records are written, though they may take effect later.
    pub const COMPLETED: Self = Self(3);
    /// Rejected.
    pub const REJECTED: Self = Self(4);
    /// Revoked by the user.
    pub const REVOKED: Self = Self(5);
    /// A record could not be written, or the approval waits for another one or for its date.
    pub const FAILED_OR_WAITING: Self = Self(6);
}
