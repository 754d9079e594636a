//! Locations (地点).
//!
//! Source of fields and values: the pages "corehr-v2" > "location" > "events" of open.feishu.cn. Lists of field names
//! hold 32 bytes a name on average.

use super::shared::SubEvent;
use crate::{ObjectList, Text, TextList};
use lark_event_derive::Record;

/// A location has been created (创建地点).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.location.created_v2")]
pub struct LocationCreated {
    /// Location id.
    pub location_id: Text<64>,
}

/// A location has been deleted (删除地点).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.location.deleted_v2")]
pub struct LocationDeleted {
    /// Id of the location that is gone.
    pub location_id: Text<64>,
}

/// A location has been updated (更新地点).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.location.updated_v2")]
pub struct LocationUpdated {
    /// Location id.
    pub location_id: Text<64>,
    /// Names of the fields that have changed, such as `address`; 0 to 200.
    pub field_changes: TextList<201, 6400>,
    /// Changes of what belongs to the location, such as its address.
    pub sub_events: ObjectList<SubEvent>,
}
