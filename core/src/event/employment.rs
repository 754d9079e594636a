//! Employments (雇佣信息) of employees.
//!
//! Source of fields: the pages "corehr-v1" > "employment" > "events" of open.feishu.cn.

use super::shared::UserId;
use crate::{Object, Text, TextList};
use lark_event_derive::Record;

/// An employee has passed probation (员工完成转正): the conversion has taken effect.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.employment.converted_v1")]
pub struct EmploymentConverted {
    /// Employment id of the employee.
    pub employment_id: Text<64>,
}

/// An employment has been created (创建雇佣信息).
///
/// Fields that are computed from others may change with it and send an [`EmploymentUpdated`]; the order is not
/// guaranteed.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.employment.created_v1")]
pub struct EmploymentCreated {
    /// Employment id.
    pub employment_id: Text<64>,
    /// User ids of the employee.
    pub target_user_id: Object<UserId>,
}

/// An employment has been deleted (删除雇佣信息).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.employment.deleted_v1")]
pub struct EmploymentDeleted {
    /// Id of the employment that is gone.
    pub employment_id: Text<64>,
    /// User ids of the employee.
    pub target_user_id: Object<UserId>,
}

/// An employee has left (员工完成离职): sent early on the day after the last one, when the status has changed.
///
/// A search for the offboarding may lag behind. The platform recommends `corehr.offboarding.status_updated_v2` instead.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.employment.resigned_v1")]
pub struct EmploymentResigned {
    /// Employment id of who has left.
    pub employment_id: Text<64>,
}

/// An employment has been updated (更新雇佣信息).
///
/// Sent often, for computed fields too, and in no particular order. The platform recommends
/// `corehr.employee.domain_event_v2` instead.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.employment.updated_v1")]
pub struct EmploymentUpdated {
    /// Employment id.
    pub employment_id: Text<64>,
    /// User ids of the employee.
    pub target_user_id: Object<UserId>,
    /// Names of the fields that have changed, such as `tenure`. No bound is stated; a struct holds 100 names, of 3200
    /// bytes together.
    pub field_changes: TextList<101, 3200>,
}
