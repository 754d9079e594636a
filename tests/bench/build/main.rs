//! Makes what the peers need: their structs for all event types, in Rust, C and C++, from the registry; and the C and C++
//! libraries, compiled for the same target as everything else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a program for developers may stop with a message"
)]

mod c;
mod registry;
mod rust;
mod sources;

use std::{env, fs, path::Path, path::PathBuf};

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it"));
    let write = |name: &str, text: String| fs::write(out.join(name), text).expect("OUT_DIR can be written to");
    write("serde_peers.rs", rust::module());
    write("records.h", c::records());
    write("yyjson_records.h", c::yyjson());
    write("simdjson_records.h", c::simdjson());
    compile(&out, &sources::find());
}

/// Compiles the libraries and what reads events with them: as fast as their authors mean them to be, for any processor of
/// the architecture, and whatever the profile.
fn compile(out: &Path, sources: &sources::Sources) {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it"));
    let peers = here.join("peers");
    let common = |build: &mut cc::Build| {
        build.opt_level(3).debug(true).define("NDEBUG", None).include(out).include(here.join("../../include"));
        build.warnings(false);
    };
    let mut c = cc::Build::new();
    common(&mut c);
    c.include(&sources.yyjson).file(sources.yyjson.join("yyjson.c")).file(peers.join("read_yyjson.c")).compile("bench_yyjson");
    let mut cpp = cc::Build::new();
    common(&mut cpp);
    cpp.cpp(true).std("c++17").include(&sources.simdjson);
    cpp.file(sources.simdjson.join("simdjson.cpp")).file(peers.join("read_simdjson.cpp")).compile("bench_simdjson");
    for path in [peers, here.join("build"), here.join("../../include/lark_event.h")] {
        println!("cargo:rerun-if-changed={}", path.display());
    }
}
