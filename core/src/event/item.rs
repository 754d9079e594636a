//! The objects that lists of events hold: one line each in [`Item`].

use super::*;
use crate::{
    error::{Error, ErrorKind},
    object::ListPlace,
};
use lark_event_derive::ItemRegistry;

/// One object of a list, by type: for C, where a list does not know what its objects are. Numbered once, never renumbered.
#[repr(C, u32)]
#[derive(Clone, PartialEq, Eq, Debug, ItemRegistry)]
#[allow(clippy::large_enum_variant, reason = "the variants share the memory that the caller sets aside once")]
pub enum Item {
    /// None: the end of the list.
    None = 0,
    /// Of `sub_events`: what has changed of a company or a location.
    SubEvent(SubEvent) = 1,
    /// Of `management_scope_list`: what a person with a role may manage.
    #[cfg(feature = "org_role_authorization")]
    OrgRoleAuthorizationManagementScope(OrgRoleAuthorizationManagementScope) = 2,
    /// Of `onboarding_task_changes`: a task of an onboarding that has changed.
    #[cfg(feature = "pre_hire")]
    PreHireOnboardingTaskChange(PreHireOnboardingTaskChange) = 3,
    /// Of `code_lists`: a QR code that is no longer valid.
    #[cfg(feature = "onboarding_qr_code")]
    OnboardingQrCode(OnboardingQrCode) = 4,
    /// Of `data`: what has changed of an employee.
    #[cfg(feature = "employee")]
    EmployeeDomainEventData(EmployeeDomainEventData) = 5,
}

/// The number of an object that is an item of lists. `#[derive(ItemRegistry)]` implements it.
pub trait ItemRecord: Record + Sized + 'static {
    /// The number of the variant of [`Item`].
    const ITEM: u32;
}

impl Item {
    /// What the structs of the items are: the tag of each, and its struct.
    pub const fn types() -> &'static [(u32, &'static RecordType)] {
        ITEM_TYPES
    }

    /// Takes the first object off a list, whatever was in `self` before; [`Item::None`] if there is none. `body` must be
    /// the one that the list was found in.
    ///
    /// # Errors
    ///
    /// A kind from 100 to 199: one field of the object is wrong, and absent. Any other: the body is not the one that the
    /// list was found in, or C code has broken the list; there is no object, and the list ends there.
    pub fn take_first(&mut self, body: &[u8], list: &mut ListPlace) -> Result<(), Error> {
        let tag = list.item();
        let taken = match self.select(tag) {
            Some(target) => list.take_first(body, item_fields(tag), target),
            None if list.is_empty() => None,
            None => {
                *list = ListPlace::default();
                Some(Err(Error::of_call(ErrorKind::INVALID_ARGUMENT)))
            }
        };
        match taken {
            Some(Err(error)) if !error.kind.is_field() => {
                *self = Self::None;
                Err(error)
            }
            Some(result) => result,
            None => {
                *self = Self::None;
                Ok(())
            }
        }
    }
}
