"""The library as `ffi/install.sh` installs it, and the compilers.

With `--sanitize=address` (of `make sanitize`) all programs, and the library itself, are instrumented for
AddressSanitizer, and the library checks for overflows and its own assumptions. With `--sanitize=valgrind` all programs
run under memcheck.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from instrumented import ENVIRONMENT

ROOT = Path(__file__).parents[2]
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic"]
SANITIZE = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
# Leaks that only the end of the program brings about are none.
VALGRIND = ["-q", "--error-exitcode=9", "--leak-check=full", "--errors-for-leak-kinds=definite"]
# Tests that bring a tool of their own say so in their names.
TOOLS = ("valgrind", "sanitizers", "threads")


def pytest_addoption(parser):
    parser.addoption("--sanitize", choices=["address", "valgrind"], help="run everything with this tool")


def pytest_configure(config):
    config.addinivalue_line("markers", "shipped: looks at the library as it is shipped, not at what it does")
    config.addinivalue_line("markers", "in_python: loads the library into this process")
    if config.getoption("sanitize") == "address":
        # This process has it, if it needs it; compilers do not.
        os.environ.pop("LD_PRELOAD", None)
        os.environ["ASAN_OPTIONS"] = "detect_stack_use_after_return=1:strict_string_checks=1"
        os.environ["UBSAN_OPTIONS"] = "print_stacktrace=1"


def pytest_collection_modifyitems(config, items):
    """Leave out what is no test of the tool that all is run with."""
    sanitize = config.getoption("sanitize")
    if sanitize is None:
        return
    # What loads the library into this process needs the runtime in it (LD_PRELOAD), which not everything else bears.
    preloaded = "libasan" in Path("/proc/self/maps").read_text(encoding="utf-8")

    def fits(item):
        if any(tool in item.name for tool in TOOLS) or item.get_closest_marker("shipped"):
            return False
        return bool(item.get_closest_marker("in_python")) == preloaded

    config.hook.pytest_deselected(items=[item for item in items if not fits(item)])
    items[:] = filter(fits, items)


def tool(name):
    """Find a program, in the virtual environment first."""
    path = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert path, f"missing: {name}"
    return path


def run(*command, **options):
    """Run a program that must succeed, and return what it printed."""
    completed = subprocess.run(command, capture_output=True, timeout=600, check=False, **options)
    assert completed.returncode == 0, f"{command}\n{completed.stdout.decode()}\n{completed.stderr.decode()}"
    return completed.stdout


def install(prefix, *options, sanitize=None):
    """Build and install the library."""
    environment = os.environ | (ENVIRONMENT if sanitize == "address" else {})
    run("sh", ROOT / "ffi" / "install.sh", *options, prefix, cwd=prefix, env=environment)


@dataclass
class Library:
    """An installed library, and the tool that programs with it are run with."""

    prefix: Path
    sanitize: str | None = None

    def install(self, prefix, *options):
        """Install the library once more, in another way."""
        install(prefix, *options, sanitize=self.sanitize)
        return Library(prefix, self.sanitize)

    def build(self, source, program, *options, shared=False):
        """Compile and link a program, as C99 or C++17 by its name."""
        lib = self.prefix / "lib"
        link = [f"-L{lib}", "-llark_event", f"-Wl,-rpath,{lib}"] if shared else [lib / "liblark_event.a"]
        return self.compile(source, program, *options, link=link)

    def compile(self, source, program, *options, link):
        """Compile a program and link it with what is given."""
        cpp = Path(source).suffix == ".cpp"
        compiler = [tool("c++"), "-std=c++17"] if cpp else [tool("cc"), "-std=c99"]
        include = f"-I{self.prefix / 'include'}"
        instrumented = SANITIZE if self.sanitize == "address" else []
        if self.sanitize != "valgrind":
            run(*compiler, *STRICT, *options, *instrumented, include, source, "-o", program, *link)
            return program
        binary = Path(program).with_name(f"{Path(program).name}.checked")
        plain = [option for option in options if option not in SANITIZE]
        run(*compiler, *STRICT, "-g", *plain, include, source, "-o", binary, *link)
        script = f'#!/bin/sh\nexec {tool("valgrind")} {" ".join(VALGRIND)} "{binary}" "$@"\n'
        Path(program).write_text(script, encoding="utf-8")
        Path(program).chmod(0o755)
        return program


@pytest.fixture(scope="session")
def library(tmp_path_factory, pytestconfig):
    return Library(Path(), pytestconfig.getoption("sanitize")).install(tmp_path_factory.mktemp("prefix"))


def example_builder(library, source, needed, header, tmp_path_factory):
    """Return a function that builds an example with the library that it needs, and returns the program."""
    command = [tool("cc"), "-E", "-include", header, "-xc", "/dev/null"]
    found = subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert found, f"missing: {header} (Debian: apt-get install lib{needed}-dev)"
    strict = ["-Wshadow", "-Wconversion", "-pthread"]

    def build(*options):
        program = tmp_path_factory.mktemp(source.stem) / source.stem
        lib = library.prefix / "lib" / "liblark_event.a"
        return library.compile(source, program, *strict, *options, link=[lib, f"-l{needed}"])

    return build
