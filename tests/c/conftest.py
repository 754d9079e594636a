"""The library as `ffi/install.sh` installs it, and the compilers."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic"]
SANITIZE = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


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


@dataclass
class Library:
    """An installed library."""

    prefix: Path

    def build(self, source, program, *options, shared=False):
        """Compile and link a program, as C99 or C++17 by its name."""
        cpp = Path(source).suffix == ".cpp"
        compiler = [tool("c++"), "-std=c++17"] if cpp else [tool("cc"), "-std=c99"]
        lib = self.prefix / "lib"
        link = [f"-L{lib}", "-llark_event", f"-Wl,-rpath,{lib}"] if shared else [lib / "liblark_event.a"]
        run(*compiler, *STRICT, *options, f"-I{self.prefix / 'include'}", source, "-o", program, *link)
        return program


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    run("sh", ROOT / "ffi" / "install.sh", prefix, cwd=prefix)
    return Library(prefix)


def example_builder(library, source, needed, header, tmp_path_factory):
    """Return a function that builds an example with the library that it needs, and returns the program."""
    command = [tool("cc"), "-E", "-include", header, "-xc", "/dev/null"]
    found = subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert found, f"missing: {header} (Debian: apt-get install lib{needed}-dev)"

    def build(*options):
        program = tmp_path_factory.mktemp(source.stem) / source.stem
        command = [tool("cc"), "-std=c99", *STRICT, "-Wshadow", "-Wconversion", "-pthread", *options]
        include, lib = f"-I{library.prefix / 'include'}", library.prefix / "lib" / "liblark_event.a"
        run(*command, include, source, lib, f"-l{needed}", "-o", program)
        return program

    return build
