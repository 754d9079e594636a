//! Where the C and C++ libraries are, and of which versions the peers are.

use serde_json::Value;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) struct Sources {
    /// The folder with `yyjson.c` and `yyjson.h`.
    pub(crate) yyjson: PathBuf,
    /// The folder with `simdjson.cpp` and `simdjson.h`.
    pub(crate) simdjson: PathBuf,
    /// The names and versions of all peers.
    pub(crate) versions: String,
}

/// Finds the crates that have them, and has Cargo fetch those if it has to: they are not built, so it may not have yet.
pub(crate) fn find() -> Sources {
    let told = metadata();
    let yyjson = package(&told, "yyjson-sys").1.join("yyjson/src");
    let simdjson = package(&told, "simdjson-sys").1.join("vendor/simdjson");
    let rust = ["sonic-rs", "serde_json", "simd-json", "serde-json-core", "arrayvec"];
    let mut versions: Vec<String> = rust.iter().map(|name| format!("{name} {}", package(&told, name).0)).collect();
    versions.push(format!("yyjson {}", defined(&yyjson.join("yyjson.h"), "YYJSON_VERSION_STRING")));
    versions.push(format!("simdjson {}", defined(&simdjson.join("simdjson.h"), "SIMDJSON_VERSION")));
    Sources { yyjson, simdjson, versions: versions.join(", ") }
}

fn metadata() -> Value {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it")).join("Cargo.toml");
    let cargo = env::var_os("CARGO").expect("Cargo sets it");
    let arguments = ["metadata", "--format-version", "1", "--locked", "--manifest-path"];
    let told = Command::new(cargo).args(arguments).arg(manifest).output().expect("Cargo runs");
    assert!(told.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).expect("cargo metadata is JSON")
}

/// The version and the folder of a package.
fn package(told: &Value, name: &str) -> (String, PathBuf) {
    let packages = told["packages"].as_array().expect("cargo metadata lists packages");
    let found = packages.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name} is not in Cargo.lock"));
    let text = |key: &str| found[key].as_str().unwrap_or_else(|| panic!("cargo metadata tells the {key} of {name}"));
    let folder = Path::new(text("manifest_path")).parent().expect("a manifest is in a folder");
    (text("version").to_owned(), folder.to_owned())
}

/// The text that a C header defines.
fn defined(header: &Path, name: &str) -> String {
    let text = fs::read_to_string(header).unwrap_or_else(|error| panic!("{}: {error}", header.display()));
    let value = text.lines().find_map(|line| line.strip_prefix("#define ")?.trim_start().strip_prefix(name));
    value.unwrap_or_else(|| panic!("{} defines no {name}", header.display())).trim().trim_matches('"').to_owned()
}
