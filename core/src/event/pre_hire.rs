//! Pre-hires (待入职): people who are to join, and their onboarding flow (入职流程).
//!
//! Source of fields and values: the pages "corehr-v2" > "pre_hire" > "events" and "corehr-v1" > "pre_hire" > "events"
//! of open.feishu.cn.

use crate::{Object, ObjectList, Text, TextList};
use lark_event_derive::{Record, open_text};

/// The onboarding flow of a pre-hire, or tasks of it, have changed their status (入职流程状态变更).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.pre_hire.onboarding_task_changed_v2")]
pub struct PreHireOnboardingTaskChanged {
    /// The tenant's number in CoreHR (not the header's `tenant_key`).
    pub tenant_id: Text<64>,
    /// Pre-hire id.
    pub pre_hire_id: Text<64>,
    /// The tasks whose status has changed; 0 to 1000.
    pub onboarding_task_changes: ObjectList<PreHireOnboardingTaskChange>,
    /// What has become of the flow; empty where only tasks have changed.
    pub onboarding_flow_change: Object<PreHireOnboardingFlowChange>,
    /// Id of the pre-hire's onboarding flow, such as `65c245b7859c6e77d2290e00`.
    pub onboarding_flow_id: Text<64>,
    /// The flow.
    pub flow_info: Object<PreHireFlowInfo>,
}

/// The information of a pre-hire has changed (入职信息变更).
///
/// Sent when a pre-hire is created or updated through the API, and when HR completes the job information. The platform
/// asks to wait 10 seconds after a creation before updating the pre-hire.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.pre_hire.updated_v1")]
pub struct PreHireUpdated {
    /// Pre-hire id.
    pub pre_hire_id: Text<64>,
    /// Names of the fields that have changed, such as `work_station`; `wk_updated_at` stands for some that are not
    /// named, personal information among them. No bound is stated; a struct holds 100 names, of 3200 bytes together.
    pub field_changes: TextList<101, 3200>,
}

/// A change of the status of an onboarding task.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct PreHireOnboardingTaskChange {
    /// Status of the task after the change.
    #[values(PreHireOnboardingTaskStatus)]
    pub after_status: Text<64>,
    /// Code of the task: `1` job information, `2` personal information, `3` creation of the SSO account (hidden, runs
    /// before `2`), `4` check-in, `9` signing of onboarding files; a UUID for a custom task.
    pub task_code: Text<128>,
}

/// A change of the status of an onboarding flow.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct PreHireOnboardingFlowChange {
    /// Status of the flow after the change.
    #[values(PreHireOnboardingFlowStatus)]
    pub after_status: Text<64>,
}

/// An onboarding flow.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct PreHireFlowInfo {
    /// Flow id, such as `628caefb0eb4ac9c806982ee`.
    pub id: Text<64>,
    /// Name of the flow.
    pub name: Object<PreHireFlowName>,
}

/// The name of an onboarding flow, by language.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct PreHireFlowName {
    /// In Chinese; no bound is stated, a struct holds 255 bytes.
    pub zh_cn: Text<256>,
    /// In English; no bound is stated, a struct holds 255 bytes.
    pub en_us: Text<256>,
}

/// Status of an onboarding task.
pub struct PreHireOnboardingTaskStatus;

#[open_text]
impl PreHireOnboardingTaskStatus {
    /// Not initialized: internal to the platform, to be ignored.
    pub const UNINITIALIZED: &'static str = "uninitialized";
    /// Not started.
    pub const NOT_STARTED: &'static str = "not_started";
    /// In progress.
    pub const IN_PROGRESS: &'static str = "in_progress";
    /// In review or in approval.
    pub const IN_REVIEW: &'static str = "in_review";
    /// Rejected.
    pub const REJECTED: &'static str = "rejected";
    /// Failed.
    pub const FAILED: &'static str = "failed";
    /// Skipped by the platform.
    pub const SKIPPED: &'static str = "skipped";
    /// Completed.
    pub const COMPLETED: &'static str = "completed";
    /// Terminated.
    pub const TERMINATED: &'static str = "terminated";
    /// Being initialized.
    pub const INITIATING: &'static str = "initiating";
    /// In an exceptional state.
    pub const EXCEPTION: &'static str = "exception";
    /// Skipped by hand.
    pub const MANUAL_SKIPPED: &'static str = "manual_skipped";
}

/// Status of an onboarding flow.
pub struct PreHireOnboardingFlowStatus;

#[open_text]
impl PreHireOnboardingFlowStatus {
    /// Not started.
    pub const NOT_STARTED: &'static str = "not_started";
    /// In progress.
    pub const IN_PROGRESS: &'static str = "in_progress";
    /// Completed: the person has joined.
    pub const COMPLETED: &'static str = "completed";
    /// Withdrawn: the person will not join.
    pub const WITHDRAWN: &'static str = "withdrawn";
    /// Another, exceptional state.
    pub const OTHERS: &'static str = "others";
    /// Expired: back to the negotiation of the offer.
    pub const EXPIRED: &'static str = "expired";
}
