//! The registry of event types: one line each in [`Event`], one struct each in the module of its family, which is the
//! second word of the event type. A struct is called as its event type, of the last version; that of an older one has the
//! version behind its name.
//!
//! A new event is a struct with `#[derive(Record)]` and `#[event("its.event_type")]`, and a variant here with the next
//! free number. Its reader, its C struct, its Python class, its stub and its line in the README follow from those.

#[cfg(feature = "approval_groups")]
pub mod approval_groups;
#[cfg(feature = "common_data")]
pub mod common_data;
#[cfg(feature = "company")]
pub mod company;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "cost_center")]
pub mod cost_center;
#[cfg(feature = "custom_org")]
pub mod custom_org;
#[cfg(feature = "department")]
pub mod department;
#[cfg(feature = "employee")]
pub mod employee;
#[cfg(feature = "employment")]
pub mod employment;
mod event_type;
mod find;
mod item;
#[cfg(feature = "job")]
pub mod job;
#[cfg(feature = "job_change")]
pub mod job_change;
#[cfg(feature = "job_data")]
pub mod job_data;
#[cfg(feature = "job_family")]
pub mod job_family;
#[cfg(feature = "job_grade")]
pub mod job_grade;
#[cfg(feature = "job_level")]
pub mod job_level;
#[cfg(feature = "location")]
pub mod location;
#[cfg(feature = "offboarding")]
pub mod offboarding;
#[cfg(feature = "onboarding_qr_code")]
pub mod onboarding_qr_code;
#[cfg(feature = "org_role_authorization")]
pub mod org_role_authorization;
#[cfg(feature = "pathway")]
pub mod pathway;
#[cfg(feature = "person")]
pub mod person;
#[cfg(feature = "position")]
pub mod position;
#[cfg(feature = "pre_hire")]
pub mod pre_hire;
#[cfg(feature = "probation")]
pub mod probation;
#[cfg(feature = "process")]
pub mod process;
#[cfg(feature = "process_comment_info")]
pub mod process_comment_info;
pub mod shared;
#[cfg(feature = "signature_file")]
pub mod signature_file;
pub mod url_verification;

#[cfg(feature = "approval_groups")]
pub use approval_groups::*;
#[cfg(feature = "common_data")]
pub use common_data::*;
#[cfg(feature = "company")]
pub use company::*;
#[cfg(feature = "contract")]
pub use contract::*;
#[cfg(feature = "cost_center")]
pub use cost_center::*;
#[cfg(feature = "custom_org")]
pub use custom_org::*;
#[cfg(feature = "department")]
pub use department::*;
#[cfg(feature = "employee")]
pub use employee::*;
#[cfg(feature = "employment")]
pub use employment::*;
pub use event_type::{EventRecord, EventType, Tagged};
pub(crate) use find::{LONGEST_NAME, find};
pub use item::*;
#[cfg(feature = "job")]
pub use job::*;
#[cfg(feature = "job_change")]
pub use job_change::*;
#[cfg(feature = "job_data")]
pub use job_data::*;
#[cfg(feature = "job_family")]
pub use job_family::*;
#[cfg(feature = "job_grade")]
pub use job_grade::*;
#[cfg(feature = "job_level")]
pub use job_level::*;
#[cfg(feature = "location")]
pub use location::*;
#[cfg(feature = "offboarding")]
pub use offboarding::*;
#[cfg(feature = "onboarding_qr_code")]
pub use onboarding_qr_code::*;
#[cfg(feature = "org_role_authorization")]
pub use org_role_authorization::*;
#[cfg(feature = "pathway")]
pub use pathway::*;
#[cfg(feature = "person")]
pub use person::*;
#[cfg(feature = "position")]
pub use position::*;
#[cfg(feature = "pre_hire")]
pub use pre_hire::*;
#[cfg(feature = "probation")]
pub use probation::*;
#[cfg(feature = "process")]
pub use process::*;
#[cfg(feature = "process_comment_info")]
pub use process_comment_info::*;
pub use shared::*;
#[cfg(feature = "signature_file")]
pub use signature_file::*;
pub use url_verification::*;

use crate::record::{Field, ObjectRef, Record, RecordType, Target, ValueNames};
use lark_event_derive::Registry;

/// The event of an [`Envelope`](crate::Envelope), by type. Numbered once, never renumbered.
#[repr(C, u32)]
#[derive(Clone, PartialEq, Eq, Debug, Registry)]
#[allow(clippy::large_enum_variant, reason = "the variants share the memory that the caller sets aside once")]
pub enum Event {
    /// No event: nothing has been decoded, or the document has no `event` object.
    None = 0,
    /// An event of a type that is not in this registry; the envelope's `raw_event` tells where its bytes are.
    Unknown = 1,
    /// The platform asks whether the address of a webhook is ours.
    UrlVerification(UrlVerification) = 2,
    /// `corehr.process.updated_v2`.
    #[cfg(feature = "process")]
    ProcessUpdated(ProcessUpdated) = 3,
    /// `corehr.process.status.update_v2`.
    #[cfg(feature = "process")]
    ProcessStatusUpdate(ProcessStatusUpdate) = 4,
    /// `corehr.process.node.updated_v2`.
    #[cfg(feature = "process")]
    ProcessNodeUpdated(ProcessNodeUpdated) = 5,
    /// `corehr.process.approver.updated_v2`.
    #[cfg(feature = "process")]
    ProcessApproverUpdated(ProcessApproverUpdated) = 6,
    /// `corehr.process.cc.updated_v2`.
    #[cfg(feature = "process")]
    ProcessCcUpdated(ProcessCcUpdated) = 7,
    /// `corehr.job_change.updated_v2`.
    #[cfg(feature = "job_change")]
    JobChangeUpdated(JobChangeUpdated) = 8,
    /// `corehr.approval_groups.updated_v2`.
    #[cfg(feature = "approval_groups")]
    ApprovalGroupsUpdated(ApprovalGroupsUpdated) = 9,
    /// `corehr.common_data.id.user_mapping_changed_v1`.
    #[cfg(feature = "common_data")]
    CommonDataIdUserMappingChanged(CommonDataIdUserMappingChanged) = 10,
    /// `corehr.common_data.meta_data.updated_v1`.
    #[cfg(feature = "common_data")]
    CommonDataMetaDataUpdated(CommonDataMetaDataUpdated) = 11,
    /// `corehr.company.created_v2`.
    #[cfg(feature = "company")]
    CompanyCreated(CompanyCreated) = 12,
    /// `corehr.company.deleted_v2`.
    #[cfg(feature = "company")]
    CompanyDeleted(CompanyDeleted) = 13,
    /// `corehr.company.updated_v2`.
    #[cfg(feature = "company")]
    CompanyUpdated(CompanyUpdated) = 14,
    /// `corehr.contract.created_v1`.
    #[cfg(feature = "contract")]
    ContractCreated(ContractCreated) = 15,
    /// `corehr.contract.deleted_v1`.
    #[cfg(feature = "contract")]
    ContractDeleted(ContractDeleted) = 16,
    /// `corehr.contract.updated_v1`.
    #[cfg(feature = "contract")]
    ContractUpdated(ContractUpdated) = 17,
    /// `corehr.cost_center.created_v2`.
    #[cfg(feature = "cost_center")]
    CostCenterCreated(CostCenterCreated) = 18,
    /// `corehr.cost_center.deleted_v2`.
    #[cfg(feature = "cost_center")]
    CostCenterDeleted(CostCenterDeleted) = 19,
    /// `corehr.cost_center.updated_v2`.
    #[cfg(feature = "cost_center")]
    CostCenterUpdated(CostCenterUpdated) = 20,
    /// `corehr.custom_org.created_v2`.
    #[cfg(feature = "custom_org")]
    CustomOrgCreated(CustomOrgCreated) = 21,
    /// `corehr.custom_org.deleted_v2`.
    #[cfg(feature = "custom_org")]
    CustomOrgDeleted(CustomOrgDeleted) = 22,
    /// `corehr.custom_org.updated_v2`.
    #[cfg(feature = "custom_org")]
    CustomOrgUpdated(CustomOrgUpdated) = 23,
    /// `corehr.department.created_v1`.
    #[cfg(feature = "department")]
    DepartmentCreatedV1(DepartmentCreatedV1) = 24,
    /// `corehr.department.created_v2`.
    #[cfg(feature = "department")]
    DepartmentCreated(DepartmentCreated) = 25,
    /// `corehr.department.deleted_v1`.
    #[cfg(feature = "department")]
    DepartmentDeleted(DepartmentDeleted) = 26,
    /// `corehr.department.updated_v1`.
    #[cfg(feature = "department")]
    DepartmentUpdatedV1(DepartmentUpdatedV1) = 27,
    /// `corehr.department.updated_v2`.
    #[cfg(feature = "department")]
    DepartmentUpdated(DepartmentUpdated) = 28,
    /// `corehr.employee.domain_event_v2`.
    #[cfg(feature = "employee")]
    EmployeeDomainEvent(EmployeeDomainEvent) = 29,
    /// `corehr.employment.converted_v1`.
    #[cfg(feature = "employment")]
    EmploymentConverted(EmploymentConverted) = 30,
    /// `corehr.employment.created_v1`.
    #[cfg(feature = "employment")]
    EmploymentCreated(EmploymentCreated) = 31,
    /// `corehr.employment.deleted_v1`.
    #[cfg(feature = "employment")]
    EmploymentDeleted(EmploymentDeleted) = 32,
    /// `corehr.employment.resigned_v1`.
    #[cfg(feature = "employment")]
    EmploymentResigned(EmploymentResigned) = 33,
    /// `corehr.employment.updated_v1`.
    #[cfg(feature = "employment")]
    EmploymentUpdated(EmploymentUpdated) = 34,
    /// `corehr.job.created_v1`.
    #[cfg(feature = "job")]
    JobCreated(JobCreated) = 35,
    /// `corehr.job.deleted_v1`.
    #[cfg(feature = "job")]
    JobDeleted(JobDeleted) = 36,
    /// `corehr.job.updated_v1`.
    #[cfg(feature = "job")]
    JobUpdated(JobUpdated) = 37,
    /// `corehr.job_change.status_updated_v2`.
    #[cfg(feature = "job_change")]
    JobChangeStatusUpdated(JobChangeStatusUpdated) = 38,
    /// `corehr.job_change.updated_v1`.
    #[cfg(feature = "job_change")]
    JobChangeUpdatedV1(JobChangeUpdatedV1) = 39,
    /// `corehr.job_data.changed_v1`.
    #[cfg(feature = "job_data")]
    JobDataChanged(JobDataChanged) = 40,
    /// `corehr.job_data.created_v1`.
    #[cfg(feature = "job_data")]
    JobDataCreated(JobDataCreated) = 41,
    /// `corehr.job_data.deleted_v1`.
    #[cfg(feature = "job_data")]
    JobDataDeleted(JobDataDeleted) = 42,
    /// `corehr.job_data.employed_v1`.
    #[cfg(feature = "job_data")]
    JobDataEmployed(JobDataEmployed) = 43,
    /// `corehr.job_data.updated_v1`.
    #[cfg(feature = "job_data")]
    JobDataUpdated(JobDataUpdated) = 44,
    /// `corehr.job_family.created_v2`.
    #[cfg(feature = "job_family")]
    JobFamilyCreated(JobFamilyCreated) = 45,
    /// `corehr.job_family.deleted_v2`.
    #[cfg(feature = "job_family")]
    JobFamilyDeleted(JobFamilyDeleted) = 46,
    /// `corehr.job_family.updated_v2`.
    #[cfg(feature = "job_family")]
    JobFamilyUpdated(JobFamilyUpdated) = 47,
    /// `corehr.job_grade.created_v2`.
    #[cfg(feature = "job_grade")]
    JobGradeCreated(JobGradeCreated) = 48,
    /// `corehr.job_grade.deleted_v2`.
    #[cfg(feature = "job_grade")]
    JobGradeDeleted(JobGradeDeleted) = 49,
    /// `corehr.job_grade.updated_v2`.
    #[cfg(feature = "job_grade")]
    JobGradeUpdated(JobGradeUpdated) = 50,
    /// `corehr.job_level.created_v2`.
    #[cfg(feature = "job_level")]
    JobLevelCreated(JobLevelCreated) = 51,
    /// `corehr.job_level.deleted_v2`.
    #[cfg(feature = "job_level")]
    JobLevelDeleted(JobLevelDeleted) = 52,
    /// `corehr.job_level.updated_v2`.
    #[cfg(feature = "job_level")]
    JobLevelUpdated(JobLevelUpdated) = 53,
    /// `corehr.location.created_v2`.
    #[cfg(feature = "location")]
    LocationCreated(LocationCreated) = 54,
    /// `corehr.location.deleted_v2`.
    #[cfg(feature = "location")]
    LocationDeleted(LocationDeleted) = 55,
    /// `corehr.location.updated_v2`.
    #[cfg(feature = "location")]
    LocationUpdated(LocationUpdated) = 56,
    /// `corehr.offboarding.checklist_updated_v2`.
    #[cfg(feature = "offboarding")]
    OffboardingChecklistUpdated(OffboardingChecklistUpdated) = 57,
    /// `corehr.offboarding.status_updated_v2`.
    #[cfg(feature = "offboarding")]
    OffboardingStatusUpdated(OffboardingStatusUpdated) = 58,
    /// `corehr.offboarding.updated_v1`.
    #[cfg(feature = "offboarding")]
    OffboardingUpdatedV1(OffboardingUpdatedV1) = 59,
    /// `corehr.offboarding.updated_v2`.
    #[cfg(feature = "offboarding")]
    OffboardingUpdated(OffboardingUpdated) = 60,
    /// `corehr.org_role_authorization.updated_v1`.
    #[cfg(feature = "org_role_authorization")]
    OrgRoleAuthorizationUpdated(OrgRoleAuthorizationUpdated) = 61,
    /// `corehr.pathway.created_v2`.
    #[cfg(feature = "pathway")]
    PathwayCreated(PathwayCreated) = 62,
    /// `corehr.pathway.deleted_v2`.
    #[cfg(feature = "pathway")]
    PathwayDeleted(PathwayDeleted) = 63,
    /// `corehr.pathway.updated_v2`.
    #[cfg(feature = "pathway")]
    PathwayUpdated(PathwayUpdated) = 64,
    /// `corehr.person.created_v1`.
    #[cfg(feature = "person")]
    PersonCreated(PersonCreated) = 65,
    /// `corehr.person.deleted_v1`.
    #[cfg(feature = "person")]
    PersonDeleted(PersonDeleted) = 66,
    /// `corehr.person.updated_v1`.
    #[cfg(feature = "person")]
    PersonUpdated(PersonUpdated) = 67,
    /// `corehr.position.created_v2`.
    #[cfg(feature = "position")]
    PositionCreated(PositionCreated) = 68,
    /// `corehr.position.deleted_v2`.
    #[cfg(feature = "position")]
    PositionDeleted(PositionDeleted) = 69,
    /// `corehr.position.updated_v2`.
    #[cfg(feature = "position")]
    PositionUpdated(PositionUpdated) = 70,
    /// `corehr.pre_hire.onboarding_task_changed_v2`.
    #[cfg(feature = "pre_hire")]
    PreHireOnboardingTaskChanged(PreHireOnboardingTaskChanged) = 71,
    /// `corehr.pre_hire.updated_v1`.
    #[cfg(feature = "pre_hire")]
    PreHireUpdated(PreHireUpdated) = 72,
    /// `corehr.probation.updated_v2`.
    #[cfg(feature = "probation")]
    ProbationUpdated(ProbationUpdated) = 73,
    /// `corehr.process_comment_info.updated_v2`.
    #[cfg(feature = "process_comment_info")]
    ProcessCommentInfoUpdated(ProcessCommentInfoUpdated) = 74,
    /// `corehr.signature_file.status_updated_v2`.
    #[cfg(feature = "signature_file")]
    SignatureFileStatusUpdated(SignatureFileStatusUpdated) = 75,
    /// `corehr.onboarding_qr_code.inactive_v2`.
    #[cfg(feature = "onboarding_qr_code")]
    OnboardingQrCodeInactive(OnboardingQrCodeInactive) = 76,
}

impl Event {
    /// The tag of [`Event::None`].
    pub(crate) const NONE: u32 = 0;
    /// The tag of [`Event::Unknown`].
    pub(crate) const UNKNOWN: u32 = 1;
}
