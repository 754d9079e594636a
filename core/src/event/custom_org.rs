//! Custom organizations (自定义组织): units of a kind that the tenant has defined.
//!
//! Source of fields: the pages "corehr-v2" > "custom_org" > "events" of open.feishu.cn. Lists of field names hold 32
//! bytes a name on average. A version that takes effect later is sent early on the day when it does.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// A custom organization has been created (自定义组织被创建). Queries may lag up to 2 s behind.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.custom_org.created_v2")]
pub struct CustomOrgCreated {
    /// Custom organization id.
    pub org_id: Text<64>,
    /// Code of the kind of organization, such as `custom_org_01`; it stands in CoreHR's organization settings.
    pub object_api_name: Text<128>,
}

/// A custom organization has been deleted (自定义组织被删除). Queries no longer find it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.custom_org.deleted_v2")]
pub struct CustomOrgDeleted {
    /// Id of the custom organization that is gone.
    pub org_id: Text<64>,
    /// Code of the kind of organization, such as `custom_org_01`; it stands in CoreHR's organization settings.
    pub object_api_name: Text<128>,
}

/// A custom organization has been updated (自定义组织被更新). Queries may lag up to 2 s behind.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.custom_org.updated_v2")]
pub struct CustomOrgUpdated {
    /// Custom organization id.
    pub org_id: Text<64>,
    /// Names of the fields that have changed, such as `name`; 0 to 200.
    pub field_changes: TextList<201, 6400>,
    /// Code of the kind of organization, such as `custom_org_01`; it stands in CoreHR's organization settings.
    pub object_api_name: Text<128>,
}
