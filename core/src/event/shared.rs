//! Shapes that events of several families share.
//!
//! Source of fields and values: the pages of those events on open.feishu.cn; `SubEvent` is on "corehr-v2" > "company" >
//! "events" > "updated".

use crate::{Opt, Text, TextList};
use lark_event_derive::{Record, open_enum};

/// The ids of one user of Lark.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct UserId {
    /// Id in the tenant, such as `e33ggbyz`; only with the permission `contact:user.employee_id:readonly`.
    pub user_id: Text<64>,
    /// Id for this application, such as `ou_84aad35d084aa403a838cf73ee18467`.
    pub open_id: Text<64>,
    /// Id for all applications of one developer, such as `on_8ed6aa67826108097d9ee143816345`.
    pub union_id: Text<64>,
}

/// A change (子变更事件) of something that belongs to what an event is about.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct SubEvent {
    /// Id of what has changed.
    pub id: Text<64>,
    /// API name of the object that has changed, such as `address`.
    pub entity: Text<128>,
    /// API name of the object that it belongs to, such as `company`.
    pub agg_entity: Text<128>,
    /// Id of what it belongs to.
    pub agg_entity_id: Text<64>,
    /// API name of the field it is in there, such as `registered_office_address`.
    pub agg_entity_field: Text<128>,
    /// What has happened to it.
    pub opt_type: Opt<SubEventOptType>,
    /// Names of the fields that have changed, such as `active`; 0 to 1000. A struct holds 4096 bytes of them, which is
    /// 128 names of 32 bytes.
    pub field_changes: TextList<1001, 4096>,
}

/// What has happened to something that belongs to what an event is about.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct SubEventOptType(pub i32);

#[open_enum]
impl SubEventOptType {
    /// It was added.
    pub const ADDED: Self = Self(1);
    /// It was modified.
    pub const MODIFIED: Self = Self(2);
    /// It was deleted.
    pub const DELETED: Self = Self(3);
}
