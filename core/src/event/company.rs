//! Companies (公司).
//!
//! Source of fields and values: the pages "corehr-v2" > "company" > "events" of open.feishu.cn. Lists of field names
//! hold 32 bytes a name on average.

use super::shared::SubEvent;
use crate::{ObjectList, Text, TextList};
use lark_event_derive::Record;

/// A company has been created (创建公司). Queries may lag up to 2 s behind.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.company.created_v2")]
pub struct CompanyCreated {
    /// Company id.
    pub company_id: Text<64>,
}

/// A company has been deleted (删除公司). Queries no longer find it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.company.deleted_v2")]
pub struct CompanyDeleted {
    /// Id of the company that is gone.
    pub company_id: Text<64>,
}

/// A company has been updated (更新公司). Queries may lag up to 2 s behind.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.company.updated_v2")]
pub struct CompanyUpdated {
    /// Company id.
    pub company_id: Text<64>,
    /// Names of the fields that have changed, such as `registered_office_address`; 0 to 200.
    pub field_changes: TextList<201, 6400>,
    /// Changes of what belongs to the company, such as its addresses and telephones. No bound is stated.
    pub sub_events: ObjectList<SubEvent>,
}
