//! Probation (试用期) of employees.
//!
//! Source of fields and values: the page "corehr-v2" > "probation" > "events" of open.feishu.cn.

use crate::Text;
use lark_event_derive::{Record, open_text};

/// The status of a probation has changed (试用期状态变更).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.probation.updated_v2")]
pub struct ProbationUpdated {
    /// Employment id of the employee.
    pub employment_id: Text<64>,
    /// Status of the probation.
    #[values(ProbationStatus)]
    pub probation_status: Text<64>,
    /// On which day the probation really ends, as `YYYY-MM-DD`.
    pub actual_probation_end_date: Text<64>,
}

/// Status of a probation.
pub struct ProbationStatus;

#[open_text]
impl ProbationStatus {
    /// In approval.
    pub const PENDING: &'static str = "pending";
    /// Rejected.
    pub const REJECTED: &'static str = "rejected";
    /// Waiting for the conversion to regular employment to be started.
    pub const WAITING: &'static str = "waiting";
    /// Approved.
    pub const APPROVED: &'static str = "approved";
    /// Converted to regular employment.
    pub const CONVERTED: &'static str = "converted";
    /// The employee has left.
    pub const OFFBOARDED: &'static str = "offboarded";
}
