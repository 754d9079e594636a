//! QR codes for onboarding (入职二维码), which new employees scan.
//!
//! Source of fields: the page "corehr-v1" > "pre_hire" > "onboarding-qr-code" > "event" of open.feishu.cn. No official
//! SDK knows this event.

use crate::{ObjectList, Text};
use lark_event_derive::Record;

/// QR codes for onboarding have become invalid (入职二维码失效).
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
#[event("corehr.onboarding_qr_code.inactive_v2")]
pub struct OnboardingQrCodeInactive {
    /// The QR codes; 0 to 10000.
    pub code_lists: ObjectList<OnboardingQrCode>,
}

/// A QR code for onboarding.
#[repr(C)]
#[derive(Clone, PartialEq, Eq, Debug, Record)]
pub struct OnboardingQrCode {
    /// QR code id.
    pub id: Text<64>,
    /// Link to the picture of the code. No bound is stated, the example has 133 bytes; a struct holds 1023.
    pub png: Text<1024>,
    /// Link that the code stands for. No bound is stated, the example has 115 bytes; a struct holds 1023.
    pub url: Text<1024>,
}
