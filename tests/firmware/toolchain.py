"""What building for a microcontroller needs: finds it, and installs what is missing. Runs on Python alone."""

import contextlib
import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
TARGET = "thumbv7em-none-eabi"

# Built to see that it can be: processors without compare-and-swap, and of another make.
OTHER_TARGETS = ("thumbv6m-none-eabi", "riscv32imc-unknown-none-elf")

# Programs and files, and the Debian packages that bring them.
PACKAGES = {
    "qemu-system-arm": "qemu-system-arm",
    "arm-none-eabi-gcc": "gcc-arm-none-eabi",
    "/usr/lib/arm-none-eabi/newlib/libc.a": "libnewlib-arm-none-eabi",
    "/usr/lib/arm-none-eabi/newlib/libstdc++.a": "libstdc++-arm-none-eabi-newlib",
    # For what is compiled for this machine on the way.
    "cc": "gcc libc6-dev",
    "c++": "g++",
    "/etc/ssl/certs/ca-certificates.crt": "ca-certificates",
}
# Rust, where rustup has none for the target; the library is there as sources only. The Debian must be one that has it
# as new as `rust-version` in Cargo.toml.
RUST_PACKAGES = {
    "/usr/bin/rustc": "rustc-web",
    "/usr/bin/cargo": "cargo-web",
    "/usr/lib/rustlib/src/rust/library/Cargo.lock": "rust-web-src",
}


class FirmwareError(Exception):
    """Something that is needed is not there and cannot be installed, or a step has failed."""


def check(good, message):
    """Raise unless something holds."""
    if not good:
        raise FirmwareError(message)


def run(*command, **options):
    """Run a command; its output is shown only if it fails."""
    done = subprocess.run([str(word) for word in command], check=False, capture_output=True, text=True, **options)
    if done.returncode:
        raise FirmwareError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def is_there(what):
    return Path(what).exists() if what.startswith("/") else shutil.which(what) is not None


def install(packages):
    """Install the Debian packages that are missing."""
    missing = " ".join(names for what, names in packages.items() if not is_there(what)).split()
    if not missing:
        return
    if os.geteuid() != 0 or not is_there("apt-get"):
        raise FirmwareError(f"missing, and only root of a Debian can install them: apt-get install {' '.join(missing)}")
    print(f"installing {' '.join(missing)}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", env=environment)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, env=environment)


def has_target(target):
    """Whether the Rust on the path has the library of a target."""
    if not (is_there("cargo") and is_there("rustc")):
        return False
    with tempfile.TemporaryDirectory() as folder:
        command = ["rustc", "--target", target, "--crate-type", "rlib", "--emit", "metadata", "--out-dir", folder, "-"]
        return subprocess.run(command, check=False, input=b"#![no_std]", capture_output=True).returncode == 0


@functools.cache
def rust(target):
    """Return the environment in which Cargo builds for a target; `CARGO` in it is which Cargo.

    That is the Rust on the path if it has the target or rustup can add it, else Debian's, which compiles the target's
    library too.
    """
    if not has_target(target) and is_there("rustup"):
        print(f"rustup target add {target}", flush=True)
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(["rustup", "target", "add", target], check=False, capture_output=True, timeout=120)
    if has_target(target):
        return os.environ | {"CARGO": "cargo"}
    install(RUST_PACKAGES)
    unstable = {"RUSTC_BOOTSTRAP": "1", "CARGO_UNSTABLE_BUILD_STD": "core"}
    # Debian's Rust has no linker for it; that of GCC does as well.
    linker = f"CARGO_TARGET_{target.upper().replace('-', '_')}_LINKER"
    return os.environ | unstable | {"CARGO": "/usr/bin/cargo", "RUSTC": "/usr/bin/rustc", linker: "arm-none-eabi-ld"}


def firmware(name, features, kind="--bin"):
    """Build an image of this folder and return it."""
    environment, place = rust(TARGET), ROOT / "target" / "firmware"
    arguments = ["--manifest-path", HERE / "Cargo.toml", "--target-dir", place, kind, name, "--features", features]
    build = [environment["CARGO"], "build", "--quiet", "--locked", "--release", "--target", TARGET]
    run(*build, "--config", ROOT / "ffi" / "device.toml", *arguments, env=environment)
    built = place / TARGET / "release" / ("examples" if kind == "--example" else "") / name
    kept = place / "images" / features / name
    kept.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy2(built, kept))


def lint():
    """Have clippy look at the images; false if there is no clippy."""
    environment = rust(TARGET)
    if subprocess.run([environment["CARGO"], "clippy", "--version"], check=False, capture_output=True).returncode:
        return False
    what = ["--target", TARGET, "--target-dir", ROOT / "target" / "firmware", "--lib", "--bins", "--examples"]
    command = [
        environment["CARGO"],
        "clippy",
        "--quiet",
        "--locked",
        "--release",
        "--features",
        "corpus,gateway,connection",
        *what,
    ]
    run(*command, "--", "-D", "warnings", cwd=HERE, env=environment)
    return True


def library(target, events="events"):
    """Install the C library for a target as people do, and return it."""
    prefix = ROOT / "target" / "firmware" / "installed" / target
    run("sh", ROOT / "ffi" / "install.sh", "--target", target, "--events", events, prefix, env=rust(target))
    return prefix / "lib" / "liblark_event.a"


def main():
    install(PACKAGES)
    # The virtual environment of the Python that runs this.
    if importlib.util.find_spec("ensurepip") is None:
        install({"no such program": "python3-venv"})
    for target in (TARGET, *OTHER_TARGETS):
        rust(target)


if __name__ == "__main__":
    try:
        main()
    except FirmwareError as error:
        sys.exit(str(error))
