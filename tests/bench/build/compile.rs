//! Compiles the C and C++ libraries, and what reads events with them: as fast as their authors mean them to be, for any
//! processor of the architecture.

use crate::sources::Sources;
use std::{env, fs, path::Path};

pub(crate) fn all(here: &Path, out: &Path, sources: &Sources) {
    let (yyjson, simdjson) = (&sources.yyjson, &sources.simdjson);
    let peers = here.join("peers");
    let include = here.join("../../include");
    let reader = |mut build: cc::Build, library: &Path| {
        build.include(out).include(&include).include(library);
        build
    };
    reader(c(), yyjson).file(peers.join("read_yyjson.c")).compile("bench_read_yyjson");
    reader(cpp(), simdjson).file(peers.join("read_simdjson.cpp")).compile("bench_read_simdjson");
    library(c(), out, &yyjson.join("yyjson.c"), "bench_yyjson");
    library(cpp(), out, &simdjson.join("simdjson.cpp"), "bench_simdjson");
    println!("cargo:rustc-link-search=native={}", out.display());
    for library in ["bench_read_yyjson", "bench_yyjson", "bench_read_simdjson", "bench_simdjson"] {
        println!("cargo:rustc-link-lib=static={library}");
    }
    println!("cargo:rustc-link-lib=stdc++");
}

/// Compiles a library unless that has been done: its source is that of one version, and takes long.
fn library(mut build: cc::Build, out: &Path, source: &Path, name: &str) {
    let (note, wanted) = (out.join(name).with_extension("source"), source.to_string_lossy());
    if fs::read_to_string(&note).is_ok_and(|done| done == wanted) && out.join(format!("lib{name}.a")).exists() {
        return;
    }
    build.file(source).compile(name);
    fs::write(note, &*wanted).expect("OUT_DIR can be written to");
}

fn c() -> cc::Build {
    let mut build = cc::Build::new();
    // Nobody measures what is made for looking at: a debug build only shows that it can be built.
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    build.opt_level(if is_release { 3 } else { 0 }).debug(true).define("NDEBUG", None);
    build.warnings(false).cargo_metadata(false);
    build
}

fn cpp() -> cc::Build {
    let mut build = c();
    build.cpp(true).std("c++17");
    build
}
