//! Employees (员工): one event for everything that is known of them.
//!
//! Source of fields and values: the page "corehr-v2" > "employee" > "events" > "domain_event" of open.feishu.cn.

use super::shared::SubEventOptType;
use crate::{ObjectList, Opt, Text, TextList};
use lark_event_derive::{Record, open_enum};

/// What is known of an employee has changed (人员信息变更): the person, the employment, job data, part-time jobs.
///
/// One operation may send several, and retries may repeat one. Those of part-time jobs come 10 s late. Queries lag
/// behind: wait 5 to 10 s. Changes of computed fields do not send it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.employee.domain_event_v2")]
pub struct EmployeeDomainEvent {
    /// What it is about (not the header's `event_type`).
    pub event_type: Opt<EmployeeDomainEventType>,
    /// What it is about, in detail.
    pub sub_event_type: Opt<EmployeeDomainEventSubType>,
    /// User id of who did it, such as `7216228370772919852`.
    pub operator_user_id: Text<64>,
    /// Where it was done, on a page or through an interface, such as `OpenAPIAddEmployee`.
    pub opt_scene: Text<128>,
    /// What was done, as free text; no bound is stated, a struct holds 2047 bytes.
    pub opt_desc: Text<2048>,
    /// When it was done, in seconds since 1970, as text (other events count milliseconds).
    pub opt_time: Text<64>,
    /// Id of the operation.
    pub opt_id: Text<64>,
    /// Employment id of the employee.
    pub employment_id: Text<64>,
    /// What has changed; 0 to 1000 items.
    pub data: ObjectList<EmployeeDomainEventData>,
}

/// One of the things that have changed.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct EmployeeDomainEventData {
    /// Id of what has changed; for job data the id of its version.
    pub id: Text<64>,
    /// Name of the object that has changed, such as `job_data`, `person`, `employment`, `email` or `person_name`.
    pub entity: Text<128>,
    /// Name of the object that it belongs to, such as `job_data`, `person` or `employment`.
    pub agg_entity: Text<128>,
    /// Id of what it belongs to, such as that of the person or of the employment.
    pub agg_entity_id: Text<64>,
    /// What has happened to it.
    pub opt_type: Opt<SubEventOptType>,
    /// API names of the fields that have changed; 0 to 1000. A struct holds 4096 bytes of them, which is 128 names of
    /// 32 bytes.
    pub fields: TextList<1001, 4096>,
}

/// What an event about an employee is about.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct EmployeeDomainEventType(pub i32);

#[open_enum]
impl EmployeeDomainEventType {
    /// The employee was hired.
    pub const ONBOARDING: Self = Self(1);
    /// Information was updated.
    pub const INFO_UPDATE: Self = Self(2);
    /// A part-time job changed.
    pub const PART_TIME_JOB: Self = Self(4);
    /// The main job changed.
    pub const MAIN_JOB: Self = Self(5);
    /// The employee leaves.
    pub const OFFBOARDING: Self = Self(7);
    /// A record of a custom organization changed.
    pub const CUSTOM_ORG_RECORD: Self = Self(8);
}

/// What an event about an employee is about, in detail.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct EmployeeDomainEventSubType(pub i32);

#[open_enum]
impl EmployeeDomainEventSubType {
    /// The employee was hired.
    pub const HIRED: Self = Self(1001);
    /// Information was updated.
    pub const INFO_UPDATED: Self = Self(2001);
    /// A part-time job was added.
    pub const PART_TIME_JOB_ADDED: Self = Self(4001);
    /// A field of a part-time job was edited, be it the end date.
    pub const PART_TIME_JOB_EDITED: Self = Self(4002);
    /// A part-time job was revoked; no longer in use.
    pub const PART_TIME_JOB_REVOKED: Self = Self(4003);
    /// A part-time job was given its end date for the first time.
    pub const PART_TIME_JOB_ENDED: Self = Self(4004);
    /// A part-time job was deleted.
    pub const PART_TIME_JOB_DELETED: Self = Self(4005);
    /// A job change was added.
    pub const JOB_CHANGE_ADDED: Self = Self(5001);
    /// A job change was edited.
    pub const JOB_CHANGE_EDITED: Self = Self(5002);
    /// A job change was revoked.
    pub const JOB_CHANGE_REVOKED: Self = Self(5003);
    /// Leaving was approved.
    pub const OFFBOARDING_APPROVED: Self = Self(7001);
    /// Leaving was revoked.
    pub const OFFBOARDING_REVOKED: Self = Self(7002);
    /// The first record of a custom organization was added.
    pub const CUSTOM_ORG_FIRST_RECORD: Self = Self(8001);
    /// A later record of a custom organization was added.
    pub const CUSTOM_ORG_LATER_RECORD: Self = Self(8002);
    /// A record of a custom organization was edited.
    pub const CUSTOM_ORG_RECORD_EDITED: Self = Self(8003);
}
