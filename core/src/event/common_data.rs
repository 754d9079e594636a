//! Data that all of CoreHR uses (公共数据): how users' ids map to each other, and the definitions of objects and fields.
//!
//! Source of fields and values: the pages "corehr-v1" > "common_data-id" > "events" and "corehr-v1" >
//! "common_data-meta_data" > "events" of open.feishu.cn.

use super::shared::UserId;
use crate::{Object, Opt, Text, TextList};
use lark_event_derive::{Record, open_enum, open_text};

/// A mapping between ids of one user has changed (用户ID映射变更).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.common_data.id.user_mapping_changed_v1")]
pub struct CommonDataIdUserMappingChanged {
    /// What has happened to the mapping.
    #[values(CommonDataIdUserMappingChangeType)]
    pub change_type: Text<64>,
    /// Which ids it maps.
    pub id_transform_type: Opt<CommonDataIdUserMappingIdTransformType>,
    /// Id in CoreHR; only where `id_transform_type` is 1 or 2.
    pub corehr_id: Text<64>,
    /// Id in People Admin; only where `id_transform_type` is 2 or 3.
    pub people_admin_id: Text<64>,
    /// Ids in Lark; only where `id_transform_type` is 1 or 3.
    pub feishu_id: Object<UserId>,
}

/// The definition of an object or of an enumeration has changed (元数据信息变更), such as a field that was added.
///
/// The order is not guaranteed, and changes of all objects are sent: look at `api_name` first.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.common_data.meta_data.updated_v1")]
pub struct CommonDataMetaDataUpdated {
    /// API name of the object that has changed, such as `person`.
    pub api_name: Text<128>,
    /// Names of the fields that have changed, such as `address`. No bound is stated; a struct holds 100 names, of 3200
    /// bytes together.
    pub field_changes: TextList<101, 3200>,
    /// Kind of definition, an object or an enumeration; the platform spells out only `Enum`.
    pub metadata_type: Text<128>,
    /// Values of enumerations that have changed, such as `other`. No bound is stated; a struct holds 100, of 3200 bytes
    /// together.
    pub enum_value_changes: TextList<101, 3200>,
}

/// What has happened to a mapping between ids.
pub struct CommonDataIdUserMappingChangeType;

#[open_text]
impl CommonDataIdUserMappingChangeType {
    /// The mapping was added.
    pub const INSERT: &'static str = "insert";
    /// The mapping was deleted.
    pub const DELETE: &'static str = "delete";
}

/// Which ids a mapping maps.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct CommonDataIdUserMappingIdTransformType(pub i32);

#[open_enum]
impl CommonDataIdUserMappingIdTransformType {
    /// CoreHR and Lark.
    pub const COREHR_FEISHU: Self = Self(1);
    /// CoreHR and People Admin.
    pub const COREHR_PEOPLE_ADMIN: Self = Self(2);
    /// People Admin and Lark.
    pub const PEOPLE_ADMIN_FEISHU: Self = Self(3);
}
