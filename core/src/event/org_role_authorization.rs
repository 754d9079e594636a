//! Authorizations of organization roles (组织角色授权): who has which role for which part of the organization.
//!
//! Source of fields and values: the page "corehr-v1" > "org_role_authorization" > "events" of open.feishu.cn.

use crate::{ObjectList, Text, TextList};
use lark_event_derive::{Record, open_text};

/// The authorization of an organization role has changed (组织角色授权变更).
///
/// Sent on the day from which the change is valid. It covers the organization that was changed, not those below it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.org_role_authorization.updated_v1")]
pub struct OrgRoleAuthorizationUpdated {
    /// Role id.
    pub role_id: Text<64>,
    /// What the role is for; no bound is stated.
    pub management_scope_list: ObjectList<OrgRoleAuthorizationManagementScope>,
    /// Employment ids of those who have the role. No bound is stated; a struct holds 100 texts, of 3200 bytes together.
    /// The platform's example has two ids in one text, with a comma between them.
    pub employment_id_list: TextList<101, 3200>,
}

/// A part of the organization for which a role is authorized.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct OrgRoleAuthorizationManagementScope {
    /// What kind of thing `obj_id` is.
    #[values(OrgRoleAuthorizationManagementDimension)]
    pub management_dimension: Text<128>,
    /// Id of the department, work location, company or social security location.
    pub obj_id: Text<64>,
}

/// What kind of thing a role is authorized for.
pub struct OrgRoleAuthorizationManagementDimension;

#[open_text]
impl OrgRoleAuthorizationManagementDimension {
    /// Department.
    pub const DEPARTMENT: &'static str = "department";
    /// Work location.
    pub const WORK_LOCATION: &'static str = "work_location";
    /// Company.
    pub const COMPANY: &'static str = "company";
    /// Location (city) of social security.
    pub const SOCIAL_SECURITY_LOCATION: &'static str = "social_security_location";
}
