"""The C interface of the long connection, driven in memory: by what comes over it, and by careless callers."""

import pytest
from conftest import ROOT, SANITIZE, run, tool

VALGRIND = ["-q", "--error-exitcode=9", "--leak-check=full"]
SOURCES = [ROOT / "tests" / "c" / name for name in ("session.c", "session.cpp")]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@pytest.mark.parametrize("options", [["-O2"], SANITIZE], ids=["plain", "sanitizers"])
def test_every_function(library, tmp_path, source, options):
    run(library.build(source, tmp_path / "session", *options))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_function_under_valgrind(library, tmp_path, source):
    run(tool("valgrind"), *VALGRIND, library.build(source, tmp_path / "session", "-g"))
