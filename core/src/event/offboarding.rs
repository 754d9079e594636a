//! Offboarding (离职): the application to leave, and the checklist flow (离职流转) that follows its approval.
//!
//! Source of fields and values: the pages "corehr-v2" > "offboarding" > "events" of open.feishu.cn, and "corehr-v1" >
//! "offboarding" > "events" for version 1. The two versions number the same states differently, so each has a type.

use super::shared::UserId;
use crate::{Object, Opt, Text, TextList};
use lark_event_derive::{Record, open_enum};

/// The checklist flow of an offboarding has changed its status (离职流转状态变更).
///
/// Sent when the flow is started and when its approval has a result.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.offboarding.checklist_updated_v2")]
pub struct OffboardingChecklistUpdated {
    /// Employment id of who leaves.
    pub employment_id: Text<64>,
    /// User ids of who leaves.
    pub target_user_id: Object<UserId>,
    /// Id of the offboarding record.
    pub offboarding_id: Text<64>,
    /// Process instance id of the checklist flow.
    pub checklist_process_id: Text<64>,
    /// Status of the checklist flow.
    pub checklist_status: Opt<OffboardingChecklistStatus>,
}

/// An application to leave has changed its status (离职申请状态变更).
///
/// Sent when approval starts, when it has a result (approved, rejected, revoked), when the offboarding takes effect,
/// also where it was entered without an application, and when its status goes back.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.offboarding.status_updated_v2")]
pub struct OffboardingStatusUpdated {
    /// Employment id of who leaves.
    pub employment_id: Text<64>,
    /// User ids of who leaves.
    pub target_user_id: Object<UserId>,
    /// Id of the offboarding record.
    pub offboarding_id: Text<64>,
    /// Process instance id of the application.
    pub process_id: Text<64>,
    /// Status of the offboarding.
    pub status: Opt<OffboardingStatus>,
}

/// An application to leave has changed its status (离职申请状态变更), in version 1, which the platform advises against.
///
/// Its successor is [`OffboardingStatusUpdated`], not the event of the same name in version 2.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.offboarding.updated_v1")]
pub struct OffboardingUpdatedV1 {
    /// Employment id of who leaves.
    pub employment_id: Text<64>,
    /// User ids of who leaves.
    pub target_user_id: Object<UserId>,
    /// Id of the offboarding record.
    pub offboarding_id: Text<64>,
    /// Process instance id of the application.
    pub process_id: Text<64>,
    /// Status of the offboarding, numbered as in version 1.
    pub status: Opt<OffboardingStatusV1>,
}

/// The information of an offboarding has changed (离职信息变更), for instance because someone has edited it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.offboarding.updated_v2")]
pub struct OffboardingUpdated {
    /// The tenant's number in CoreHR (not the header's `tenant_key`).
    pub tenant_id: Text<64>,
    /// Id of the offboarding record; the other events call it `offboarding_id`.
    pub offboarding_info_id: Text<64>,
    /// Process instance id of the application.
    pub process_id: Text<64>,
    /// Process instance id of the checklist flow.
    pub checklist_process_id: Text<64>,
    /// Employment id of who leaves.
    pub employment_id: Text<64>,
    /// Employment id of who did this step.
    pub operator: Text<64>,
    /// Status of the offboarding after the change.
    pub status: Opt<OffboardingStatus>,
    /// Status of the checklist flow after the change.
    pub checklist_status: Opt<OffboardingChecklistStatus>,
    /// When it changed, in milliseconds since 1970, as text.
    pub updated_time: Text<64>,
    /// Names of the fields that have changed, such as `offboarding_date`; 0 to 200. A struct holds 32 bytes each on
    /// average.
    pub updated_fields: TextList<201, 6400>,
    /// User ids of who leaves.
    pub target_user_id: Object<UserId>,
}

/// Status of an offboarding.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct OffboardingStatus(pub i32);

#[open_enum]
impl OffboardingStatus {
    /// Started, in approval.
    pub const IN_APPROVAL: Self = Self(1);
    /// Approved.
    pub const APPROVED: Self = Self(2);
    /// The employee has left.
    pub const EFFECTIVE: Self = Self(3);
    /// Rejected.
    pub const REJECTED: Self = Self(4);
    /// Revoked.
    pub const REVOKED: Self = Self(5);
    /// No approval needed.
    pub const NO_APPROVAL_NEEDED: Self = Self(6);
}

/// Status of an offboarding, as version 1 numbers it.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct OffboardingStatusV1(pub i32);

#[open_enum]
impl OffboardingStatusV1 {
    /// Started, in approval.
    pub const IN_APPROVAL: Self = Self(1);
    /// Revoked.
    pub const REVOKED: Self = Self(2);
    /// Rejected.
    pub const REJECTED: Self = Self(3);
    /// Approved.
    pub const APPROVED: Self = Self(4);
    /// In effect.
    pub const EFFECTIVE: Self = Self(5);
}

/// Status of the checklist flow of an offboarding.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct OffboardingChecklistStatus(pub i32);

#[open_enum]
impl OffboardingChecklistStatus {
    /// Not started.
    pub const NOT_STARTED: Self = Self(1);
    /// In progress.
    pub const IN_PROGRESS: Self = Self(2);
    /// Completed.
    pub const COMPLETED: Self = Self(3);
    /// Rejected.
    pub const REJECTED: Self = Self(4);
    /// Revoked.
    pub const REVOKED: Self = Self(5);
}
