//! Approval processes (流程): the process itself, its nodes, its approvers and who gets copies.
//!
//! Source of fields and values: the CoreHR pages "process" > "events" of open.feishu.cn. Where an id is said to be a
//! number of 19 digits, 63 are held; `biz_type` is documented as 1 to 200 characters, which take up to 800 bytes.

use crate::{Opt, Text};
use lark_event_derive::{Record, open_enum};

/// A process has changed (流程信息变更): a status transition, an approver's action, or its data.
///
/// One step with several approvers can send several.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.process.updated_v2")]
pub struct ProcessUpdated {
    /// Process instance id.
    pub process_id: Text<64>,
    /// Status of the process.
    pub status: Opt<ProcessStatus>,
    /// Business type, an open set such as `renewal_record`; 1 to 200 characters.
    pub biz_type: Text<801>,
    /// Process definition id, such as `people_7023711013443944467_7379576600867884844`.
    pub flow_definition_id: Text<128>,
    /// What kind of flow it is.
    pub properties: Opt<ProcessProperties>,
}

/// The status of a process has changed (流程状态变更). Sent on status transitions only.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.process.status.update_v2")]
pub struct ProcessStatusUpdate {
    /// Process instance id.
    pub process_id: Text<64>,
    /// Status of the process.
    pub status: Opt<ProcessStatus>,
    /// Business type, an open set such as `renewal_record`; 1 to 200 characters.
    pub biz_type: Text<801>,
    /// Process definition id, such as `people_7023711013443944467_7379576600867884844`.
    pub flow_definition_id: Text<128>,
    /// What kind of flow it is.
    pub properties: Opt<ProcessProperties>,
}

/// A node of a process has changed (流程节点变更).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.process.node.updated_v2")]
pub struct ProcessNodeUpdated {
    /// Process definition id, such as `people_7023711013443944467_7382148112896872236`.
    pub flow_definition_id: Text<128>,
    /// Node definition id, such as `approval_7c7d9c4d25b`.
    pub node_definition_id: Text<128>,
    /// Process instance id.
    pub process_id: Text<64>,
    /// Node instance id.
    pub process_node_id: Text<64>,
    /// What kind of node it is.
    pub node_type: Opt<ProcessNodeType>,
    /// Status of the node.
    pub node_status: Opt<ProcessNodeStatus>,
    /// Business type, an open set such as `renewal_record`; 1 to 200 characters.
    pub biz_type: Text<801>,
}

/// An approval task has changed (流程审批人变更).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.process.approver.updated_v2")]
pub struct ProcessApproverUpdated {
    /// Process instance id.
    pub process_id: Text<64>,
    /// Approval task id (not a person's).
    pub approver_id: Text<64>,
    /// What kind of task it is.
    pub r#type: Opt<ProcessApproverType>,
    /// Status of the task.
    pub status: Opt<ProcessApproverStatus>,
    /// Business type, an open set such as `renewal_record`; 1 to 200 characters.
    pub biz_type: Text<801>,
    /// Process definition id, such as `people_7182520625066475540_7222929439175839532`.
    pub flow_definition_id: Text<128>,
    /// Node definition id, such as `approval_7c7d9c4d25b`.
    pub node_definition_id: Text<128>,
    /// Node instance id; the platform deprecates it in favour of `node_id_str`.
    pub node_id: Text<64>,
    /// Node instance id.
    pub node_id_str: Text<64>,
}

/// Someone has been sent a copy of a process (流程抄送变更).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.process.cc.updated_v2")]
pub struct ProcessCcUpdated {
    /// Process instance id.
    pub process_id: Text<64>,
    /// Copy task id (not a person's).
    pub approver_id: Text<64>,
    /// Status of the task.
    pub status: Opt<ProcessCcStatus>,
    /// Business type, an open set such as `renewal_record`; 1 to 200 characters.
    pub biz_type: Text<801>,
}

/// Status of a process.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProcessStatus(pub i32);

#[open_enum]
impl ProcessStatus {
    /// Started, in progress.
    pub const IN_PROGRESS: Self = Self(1);
    /// Rejected.
    pub const REJECTED: Self = Self(2);
    /// Withdrawn by the initiator.
    pub const WITHDRAWN: Self = Self(4);
    /// Revoked after it was approved.
    pub const REVOKED: Self = Self(8);
    /// Completed.
    pub const COMPLETED: Self = Self(9);
    /// Being revoked.
    pub const REVOKING: Self = Self(15);
}

/// What kind of flow a process is.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProcessProperties(pub i32);

#[open_enum]
impl ProcessProperties {
    /// An ordinary flow.
    pub const NORMAL: Self = Self(1);
    /// A flow that revokes another one.
    pub const REVOCATION: Self = Self(2);
    /// A flow that corrects another one.
    pub const CORRECTION: Self = Self(3);
}

/// What kind of node a node of a process is.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProcessNodeType(pub i32);

#[open_enum]
impl ProcessNodeType {
    /// Approval.
    pub const APPROVAL: Self = Self(1);
    /// Sending of copies.
    pub const CC: Self = Self(2);
    /// Form to fill in.
    pub const FORM: Self = Self(5);
    /// Electronic signature.
    pub const E_SIGNATURE: Self = Self(6);
}

/// Status of a node of a process.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProcessNodeStatus(pub i32);

#[open_enum]
impl ProcessNodeStatus {
    /// In progress.
    pub const IN_PROGRESS: Self = Self(1);
    /// Rejected.
    pub const REJECTED: Self = Self(2);
    /// Passed.
    pub const PASSED: Self = Self(3);
    /// Withdrawn.
    pub const WITHDRAWN: Self = Self(4);
    /// Sent back.
    pub const SENT_BACK: Self = Self(5);
    /// Skipped.
    pub const SKIPPED: Self = Self(6);
    /// Changed by an administrator's intervention.
    pub const INTERVENED: Self = Self(7);
}

/// What kind of task an approver has.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProcessApproverType(pub i32);

#[open_enum]
impl ProcessApproverType {
    /// Approval task.
    pub const APPROVAL: Self = Self(1);
    /// Form to fill in.
    pub const FORM: Self = Self(5);
}

/// Status of an approver's task.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProcessApproverStatus(pub i32);

#[open_enum]
impl ProcessApproverStatus {
    /// To do.
    pub const TO_DO: Self = Self(1);
    /// Rejected.
    pub const REJECTED: Self = Self(2);
    /// Done.
    pub const DONE: Self = Self(3);
    /// Cancelled.
    pub const CANCELLED: Self = Self(4);
    /// Changed by an administrator's intervention.
    pub const INTERVENED: Self = Self(18);
}

/// Status of a copy.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ProcessCcStatus(pub i32);

#[open_enum]
impl ProcessCcStatus {
    /// The copy has been delivered.
    pub const DELIVERED: Self = Self(5);
}
