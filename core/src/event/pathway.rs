//! Career pathways (通道).
//!
//! Source of fields: the pages "corehr-v2" > "pathway" > "events" of open.feishu.cn. Lists of field names
//! hold 32 bytes a name on average.

use crate::{Text, TextList};
use lark_event_derive::Record;

/// A pathway has been created (通道创建).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.pathway.created_v2")]
pub struct PathwayCreated {
    /// Pathway id.
    pub pathway_id: Text<64>,
}

/// A pathway has been deleted (通道删除).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.pathway.deleted_v2")]
pub struct PathwayDeleted {
    /// Id of the pathway that is gone.
    pub pathway_id: Text<64>,
}

/// A pathway has been updated (通道更新).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.pathway.updated_v2")]
pub struct PathwayUpdated {
    /// Pathway id.
    pub pathway_id: Text<64>,
    /// Names of the fields that have changed, such as `code`; 0 to 200.
    pub field_changes: TextList<201, 6400>,
}
