"""How the library and the extension of Python are built for AddressSanitizer; as a program, builds the extension.

Stable Rust can, and hides the option; the runtime is that of the C compiler. Of `core` and `std` only what is compiled
with our code is instrumented: the generic and the inlined, which is most of what we call.
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Named, so that what runs while building is not instrumented.
TARGET = f"{platform.machine()}-unknown-linux-gnu"
ENVIRONMENT = {
    "RUSTC_BOOTSTRAP": "1",
    "RUSTFLAGS": "-Zsanitizer=address",
    "CARGO_BUILD_TARGET": TARGET,
    "CARGO_TARGET_DIR": str(ROOT / "target" / "address"),
    "CARGO_PROFILE_RELEASE_DEBUG": "line-tables-only",
    "CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS": "true",
    "CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS": "true",
}
# The extension is built in half the time so. The library would need more of Rust than it is linked with.
FASTER = {
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1",
}


def build_extension(folder):
    """Build the package with an instrumented extension, for PYTHONPATH."""
    # As maturin says it: what loads an extension has the symbols of Python, and there may be no library of it.
    python = {"PYO3_PYTHON": sys.executable, "PYO3_BUILD_EXTENSION_MODULE": "1"}
    environment = os.environ | ENVIRONMENT | FASTER | python
    command = ["cargo", "build", "--quiet", "--locked", "--release", "-p", "lark-event-python"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    package = folder / "lark_event"
    shutil.rmtree(package, ignore_errors=True)
    shutil.copytree(ROOT / "python" / "lark_event", package)
    built = Path(ENVIRONMENT["CARGO_TARGET_DIR"]) / TARGET / "release" / "lib_native.so"
    shutil.copy(built, package / "_native.abi3.so")


if __name__ == "__main__":
    build_extension(Path(sys.argv[1]))
