//! Files for electronic signature (电子签文件).
//!
//! Source of fields: the page "corehr-v2" > "signature_file" > "events" of open.feishu.cn. Source of
//! values: `signature_file_state` on the page "corehr-v1" > "feishu-people-enum-constant".

use crate::Text;
use lark_event_derive::{Record, open_text};

/// The status of a file for electronic signature has changed (电子签文件状态变更).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.signature_file.status_updated_v2")]
pub struct SignatureFileStatusUpdated {
    /// Signature file id.
    pub signature_file_id: Text<64>,
    /// Status before the change.
    #[values(SignatureFileStatus)]
    pub before_status: Text<64>,
    /// Status after the change.
    #[values(SignatureFileStatus)]
    pub after_status: Text<64>,
    /// Id that the business which uses the file has given, such as `1c339287-7c6a-43b3-b924-d56118185dcc`. It finds all
    /// files of one flow. No bound is stated, a struct holds 127 bytes.
    pub biz_process_id: Text<128>,
}

/// Status of a file for electronic signature.
pub struct SignatureFileStatus;

#[open_text]
impl SignatureFileStatus {
    /// Being started.
    pub const INITIATING: &'static str = "initiating";
    /// Waiting to be signed.
    pub const PENDING_SIGN: &'static str = "pending_sign";
    /// Waiting to be sealed.
    pub const PENDING_SEAL: &'static str = "pending_seal";
    /// Completed.
    pub const SIGN_FINISHED: &'static str = "sign_finished";
    /// Terminated.
    pub const TERMINATED: &'static str = "terminated";
    /// Voided.
    pub const VOIDED: &'static str = "voided";
    /// Being sealed.
    pub const SEALING: &'static str = "sealing";
    /// Failed.
    pub const FAILED: &'static str = "failed";
    /// Waiting to be reviewed.
    pub const PENDING_REVIEW: &'static str = "pending_review";
    /// In review.
    pub const REVIEWING: &'static str = "reviewing";
}
