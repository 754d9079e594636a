//! Looking at many bytes at a time: with vectors on processors that are known to have them, with machine words elsewhere.

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod vectors;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(crate) use vectors::*;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod words;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(crate) use words::*;

/// Whether there are vectors. What is only worth its while with them is not part of a program without.
pub(crate) const VECTORS: bool = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));
