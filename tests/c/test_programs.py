"""The programs that check a part of the interface themselves: what is found, what is wrong, and careless callers."""

import pytest
from conftest import ROOT, SANITIZE, run, tool

VALGRIND = ["-q", "--error-exitcode=9", "--leak-check=full"]
# Memory to its last byte; objects of lists, lookups by JSON Pointer, webhook requests opened and decoded in one, and
# the long connection, driven in memory, each in C and in C++.
NAMES = ["edges.c"]
NAMES += [f"{part}.{language}" for part in ("items", "json", "receive", "session") for language in ("c", "cpp")]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("options", [["-O2"], SANITIZE], ids=["plain", "sanitizers"])
def test_every_function(library, tmp_path, name, options):
    run(library.build(ROOT / "tests" / "c" / name, tmp_path / "program", *options))


@pytest.mark.parametrize("name", NAMES)
def test_every_function_under_valgrind(library, tmp_path, name):
    run(tool("valgrind"), *VALGRIND, library.build(ROOT / "tests" / "c" / name, tmp_path / "program", "-g"))
