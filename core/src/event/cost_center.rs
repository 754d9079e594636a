//! Cost centres (成本中心).
//!
//! Source of fields: the pages "corehr-v2" > "cost_center" > "events" of open.feishu.cn. Lists of field names hold 32
//! bytes a name on average. A version that takes effect later is sent early on the day when it does.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// A cost centre has been created (创建成本中心). Queries may lag up to 2 s behind.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.cost_center.created_v2")]
pub struct CostCenterCreated {
    /// Cost centre id.
    pub cost_center_id: Text<64>,
}

/// A cost centre has been deleted (删除成本中心). Queries no longer find it.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.cost_center.deleted_v2")]
pub struct CostCenterDeleted {
    /// Id of the cost centre that is gone.
    pub cost_center_id: Text<64>,
}

/// A cost centre has been updated (更新成本中心). Queries may lag up to 2 s behind.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.cost_center.updated_v2")]
pub struct CostCenterUpdated {
    /// Cost centre id.
    pub cost_center_id: Text<64>,
    /// Names of the fields that have changed, such as `organization_id`; 0 to 200.
    pub field_changes: TextList<201, 6400>,
}
