//! Gives the shared library its soname: without one, a program would look for the file it was linked with.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let variable = |name| std::env::var(name).unwrap_or_default();
    let (major, minor) = (variable("CARGO_PKG_VERSION_MAJOR"), variable("CARGO_PKG_VERSION_MINOR"));
    // A minor version may add events and so enlarge `LarkEnvelope`, which is the caller's memory: another binary interface.
    match variable("CARGO_CFG_TARGET_OS").as_str() {
        "linux" | "android" | "freebsd" | "netbsd" | "openbsd" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,liblark_event.so.{major}.{minor}");
        }
        "macos" => println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/liblark_event.{major}.{minor}.dylib"),
        _ => {}
    }
}
