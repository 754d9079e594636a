//! What the targets share: how an input is cut into choices, and what must hold for everything that is decoded.
//!
//! A target fails by panicking. So nothing here returns an error that somebody could forget to look at.

#![allow(missing_docs, reason = "the names say it, and nobody else uses them")]

pub mod body;
pub mod frames;
pub mod input;
pub mod memory;
pub mod requests;
pub mod tree;

#[path = "../../../core/tests/common/record.rs"]
mod record;
#[path = "../../../core/tests/common/unbounded.rs"]
mod unbounded;

pub use input::Input;
