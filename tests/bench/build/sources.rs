//! Where the C and C++ libraries are.

use serde_json::Value;
use std::{env, path::PathBuf, process::Command};

/// The folders with their sources.
pub(crate) struct Sources {
    pub(crate) yyjson: PathBuf,
    pub(crate) simdjson: PathBuf,
}

/// Finds the crates that have them, and has Cargo fetch those if it has to: they are not built, so it may not have yet.
pub(crate) fn find() -> Sources {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it")).join("Cargo.toml");
    let cargo = env::var_os("CARGO").expect("Cargo sets it");
    let arguments = ["metadata", "--format-version", "1", "--locked", "--manifest-path"];
    let told = Command::new(cargo).args(arguments).arg(manifest).output().expect("Cargo runs");
    assert!(told.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).expect("cargo metadata is JSON");
    Sources { yyjson: folder(&told, "yyjson-sys", "yyjson/src"), simdjson: folder(&told, "simdjson-sys", "vendor/simdjson") }
}

fn folder(told: &Value, package: &str, within: &str) -> PathBuf {
    let packages = told["packages"].as_array().expect("cargo metadata lists packages");
    let found = packages.iter().find(|it| it["name"] == package);
    let manifest = found.and_then(|it| it["manifest_path"].as_str());
    let manifest = PathBuf::from(manifest.unwrap_or_else(|| panic!("{package} is not in Cargo.lock")));
    let folder = manifest.parent().expect("a manifest is in a folder").join(within);
    assert!(folder.is_dir(), "{package} has no folder {within}");
    folder
}
