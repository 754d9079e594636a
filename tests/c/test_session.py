"""The C interface of the long connection, driven in memory: by what comes over it, and by careless callers."""

import re

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


def test_sizes_are_those_of_the_readme(library, tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"`(LarkSession|LarkPart|LarkEndpoint)`(?: has)? (\d+)", text)
    assert len(rows) == 3
    checks = "".join(f"typedef char {name}_size[sizeof({name}) == {size} ? 1 : -1];\n" for name, size in rows)
    (tmp_path / "sizes.c").write_text(f"#include <lark_event.h>\n{checks}int main(void) {{ return 0; }}\n")
    run(library.build(tmp_path / "sizes.c", tmp_path / "sizes"))
