"""The threats of SECURITY.md: each line names tests, and they are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def threats():
    """Return who, what and the tests of every line of the tables of threats."""
    lines = []
    for part in TEXT.split("\n### ")[1:]:
        who, *rest = part.split("\n## ")[0].splitlines()
        rows = [line.strip("|").split(" | ") for line in rest if line.startswith("| ")]
        assert rows[0][-1].strip() == "shown by", who
        lines += [(who, row[0].strip(), row[-1]) for row in rows[1:]]
    return lines


def is_there(name):
    """Whether a test is where it is said to be: `make target`, `path`, or `path::function`."""
    if name.startswith("make "):
        return re.search(rf"^{name[5:]}:", MAKEFILE, re.MULTILINE) is not None
    path, _, function = name.partition("::")
    if not (ROOT / path).is_file():
        return False
    text = (ROOT / path).read_text(encoding="utf-8")
    return re.search(rf"\b(fn|def|void) {function}\(" if function else "", text) is not None


@pytest.mark.parametrize(("who", "what", "tests"), threats())
def test_every_threat_names_tests_that_are_there(who, what, tests):
    names = re.findall("`([^`]*)`", tests)
    assert names, f"{who}: {what}: expected a test, found none"
    assert [name for name in names if not is_there(name)] == []


def test_what_is_not_there_is_noticed():
    assert is_there("make test")
    assert is_there("tests/python/test_security.py::test_what_is_not_there_is_noticed")
    for name in ("make tea", "tests/python/test_security.py::test_nothing", "tests/nothing.py::test_nothing"):
        assert not is_there(name)
    assert len(threats()) > 20
