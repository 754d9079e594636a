//! Says to the library as `cfg(vectors)` whether the processor is one that is known to have vectors.

use std::env;

/// Set to anything, the library is as on other processors: for tests.
const WITHOUT: &str = "LARK_EVENT_WITHOUT_VECTORS";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(vectors)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed={WITHOUT}");
    let processor = env::var("CARGO_CFG_TARGET_ARCH");
    if matches!(processor.as_deref(), Ok("x86_64" | "aarch64")) && env::var_os(WITHOUT).is_none() {
        println!("cargo::rustc-cfg=vectors");
    }
}
