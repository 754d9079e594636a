//! Departments (部门).
//!
//! Source of fields: the pages "corehr-v1" > "department" > "events" of open.feishu.cn for version 1, and "corehr-v2" >
//! "department" > "events" for version 2. A version of a department that takes effect later is sent early on the day
//! when it does.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// A department has been created (创建部门). In no particular order.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.department.created_v1")]
pub struct DepartmentCreatedV1 {
    /// Department id.
    pub department_id: Text<64>,
}

/// A department has been created (创建部门V2).
///
/// The creation of a parent is meant to come before that of its children, without a guarantee; in return it comes
/// later than version 1.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.department.created_v2")]
pub struct DepartmentCreated {
    /// Department id.
    pub department_id: Text<64>,
}

/// A department has been deleted (删除部门). Queries no longer find it. There is no version 2 of it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.department.deleted_v1")]
pub struct DepartmentDeleted {
    /// Id of the department that is gone.
    pub department_id: Text<64>,
    /// Code of the department, such as `A0001`.
    pub code: Text<128>,
}

/// A department has been updated (更新部门). In no particular order.
///
/// Changes of `list_order` and `tree_order` do not send it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.department.updated_v1")]
pub struct DepartmentUpdatedV1 {
    /// Department id.
    pub department_id: Text<64>,
    /// Names of the fields that have changed, such as `subtype`. No bound is stated; a struct holds 100 names, of 3200
    /// bytes together.
    pub field_changes: TextList<101, 3200>,
}

/// A department has been updated (更新部门V2).
///
/// The creation of a parent is meant to come before updates of its children, without a guarantee; in return it comes
/// later than version 1. Changes of `list_order` and `tree_order` do not send it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.department.updated_v2")]
pub struct DepartmentUpdated {
    /// Department id.
    pub department_id: Text<64>,
    /// Names of the fields that have changed, such as `manager`; 0 to 1000. A struct holds 7000 bytes of them, which is
    /// 7 a name if all 1000 come, so that the list does not make the struct the largest of all.
    pub field_changes: TextList<1001, 7000>,
}
