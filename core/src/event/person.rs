//! Personal information (个人信息) of employees.
//!
//! Source of fields: the pages "corehr-v1" > "person" > "events" of open.feishu.cn.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// Personal information has been created (个人信息创建), with or without an employee.
///
/// Fields that are computed from others may change with it and send a [`PersonUpdated`]; the order is not guaranteed.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.person.created_v1")]
pub struct PersonCreated {
    /// Id of the personal information.
    pub person_id: Text<64>,
}

/// Personal information has been deleted (个人信息删除).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.person.deleted_v1")]
pub struct PersonDeleted {
    /// Id of the personal information that is gone.
    pub person_id: Text<64>,
}

/// Personal information has been updated (更新个人信息).
///
/// Sent often, for computed fields too. Changes of native place, political affiliation and household registration
/// (hukou) do not send it. The platform recommends `corehr.employee.domain_event_v2` instead.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.person.updated_v1")]
pub struct PersonUpdated {
    /// Id of the personal information.
    pub person_id: Text<64>,
    /// Names of the fields that have changed, such as `working_years`. No bound is stated; a struct holds 100 names, of
    /// 3200 bytes together.
    pub field_changes: TextList<101, 3200>,
}
