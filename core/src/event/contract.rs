//! Contracts (合同) of employees.
//!
//! Source of fields: the pages "corehr-v1" > "contract" > "events" of open.feishu.cn.

use crate::Text;
use lark_event_derive::Record;

/// A contract has been created (合同创建), through the open platform or by signing in CoreHR.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.contract.created_v1")]
pub struct ContractCreated {
    /// Contract id.
    pub contract_id: Text<64>,
}

/// A contract has been deleted (合同删除) through the open platform. It can no longer be searched for.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.contract.deleted_v1")]
pub struct ContractDeleted {
    /// Id of the contract that is gone.
    pub contract_id: Text<64>,
}

/// A contract has been updated (合同更新), through the open platform or by a change or renewal in CoreHR.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.contract.updated_v1")]
pub struct ContractUpdated {
    /// Contract id.
    pub contract_id: Text<64>,
}
