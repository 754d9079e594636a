"""The C interface of lookups by JSON Pointer: what is found, what is wrong, and careless callers."""

import pytest
from conftest import ROOT, SANITIZE, run, tool

VALGRIND = ["-q", "--error-exitcode=9", "--leak-check=full"]
SOURCES = [ROOT / "tests" / "c" / name for name in ("json.c", "json.cpp")]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@pytest.mark.parametrize("options", [["-O2"], SANITIZE], ids=["plain", "sanitizers"])
def test_every_function(library, tmp_path, source, options):
    run(library.build(source, tmp_path / "json", *options))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_function_under_valgrind(library, tmp_path, source):
    run(tool("valgrind"), *VALGRIND, library.build(source, tmp_path / "json", "-g"))
