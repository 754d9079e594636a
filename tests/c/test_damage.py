"""Bodies that something has happened to, as a C program has them in its memory; and how much stack deep ones take."""

import struct
import subprocess

import catalogue
import pytest
from conftest import ROOT, SANITIZE, run
from corpus import CASES, NODE, SAMPLES, join
from test_memory import parts

HERE = ROOT / "tests" / "c"
CHECKS = """{printers}
static void header(void) {{
{header}}}
static void event(void) {{
switch (e.event.tag) {{
{cases}default:
return;
}}
}}
"""
# One body with objects, and one with lists of them.
FULL = ["full task", "full company", "full job_change"]


def bodies():
    """Return the samples in compact form, and some events in which everything is, with the type that is named."""
    compact = [sample.read_bytes() for sample in SAMPLES]
    pairs = [(body, NODE if b"event_type" not in body else "") for body in compact]
    found = [(body, name) for body, name in pairs if b" " not in body]
    assert len(found) == 7
    full = [join(case["input"]) for case in CASES if case["name"] in FULL]
    assert len(full) == len(FULL)
    return found + [(body, "") for body in full if len(body) < 4096]


def test_whatever_happens_to_a_body_the_envelope_is_sound(library, tmp_path):
    printers, cases, header = parts(catalogue.read(library, tmp_path))
    checks = CHECKS.format(printers=printers, cases=cases, header=header)
    (tmp_path / "checks.h").write_text(checks, encoding="utf-8")
    options = [*SANITIZE, "-O1", "-Wno-unused-function", f"-I{tmp_path}", f"-I{HERE}"]
    program = library.build(HERE / "damage.c", tmp_path / "damage", *options)
    stdin = b"".join(struct.pack("<II", len(body), len(name)) + name.encode() + body for body, name in bodies())
    completed = subprocess.run([program], input=stdin, capture_output=True, timeout=600, check=False)
    assert completed.returncode == 0, completed.stderr.decode()[:4000]
    errors, events = (int(word) for word in completed.stdout.split() if word.isdigit())
    assert errors > 100_000
    assert events > 300_000


@pytest.mark.parametrize("shared", [False, True], ids=["static", "shared"])
def test_the_stack_does_not_grow_with_the_nesting(library, tmp_path, shared):
    program = library.build(HERE / "stack.c", tmp_path / "stack", "-O2", "-pthread", shared=shared)
    taken = {}
    for line in run(program).decode().splitlines():
        call, depth, size = line.split()
        taken.setdefault(call, {})[int(depth)] = int(size)
    assert list(taken) == ["decode", "pointer", "deep_pointer", "decode_and_more"]
    for sizes in taken.values():
        assert list(sizes) == [1, 10, 25, 100, 100_000, 1_000_000]
        # What is too deep is known at level 65: no byte more is needed for all the others.
        assert sizes[100] == sizes[100_000] == sizes[1_000_000]
        assert max(sizes.values()) - min(sizes.values()) < 1024, taken
        assert max(sizes.values()) < 8192, taken
