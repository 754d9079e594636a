//! Makes what the peers need: their structs for all event types, in Rust, C and C++, from the registry; and the C and C++
//! libraries.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a program for developers may stop with a message"
)]

mod c;
mod compile;
mod registry;
mod rust;
mod sources;

use std::{env, fs, path::PathBuf};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("Cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("Cargo sets it"));
    let write = |name: &str, text: String| fs::write(out.join(name), text).expect("OUT_DIR can be written to");
    write("serde_peers.rs", rust::module());
    write("records.h", c::records());
    write("yyjson_records.h", c::yyjson());
    write("simdjson_records.h", c::simdjson());
    let sources = sources::find();
    compile::all(&here, &out, &sources);
    println!("cargo:rustc-env=BENCH_PEERS={}", sources.versions);
    for path in ["build", "peers", "../../include/lark_event.h", "../../Cargo.lock"] {
        println!("cargo:rerun-if-changed={}", here.join(path).display());
    }
}
