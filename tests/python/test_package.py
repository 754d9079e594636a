"""The stub, its types, and the samples of the README."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lark_event._simulated.platform import SimulatedPlatform

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

TYPED = """
import lark_event
from typing_extensions import assert_type

envelope = lark_event.decode(b"{}", event_type=None)
assert_type(envelope, lark_event.Envelope)
assert_type(envelope.header.create_time, int | None)
match envelope.event:
    case lark_event.ProcessUpdated() as updated:
        assert_type(updated.process_id, str | None)
        assert_type(updated.status, lark_event.ProcessStatus | None)
    case lark_event.JobChangeUpdated(updated_fields=names):
        assert_type(names, tuple[str, ...] | None)
try:
    lark_event.decode("")
except lark_event.DecodeError as error:
    assert_type(error.kind, lark_event.ErrorKind)
    assert_type(error.envelope, lark_event.Envelope | None)
lark_event.ProcessUpdated(process_id="1", status=9)
lark_event.ProcessUpdated(process_id=1)  # EXPECTED: arg-type
lark_event.ProcessUpdated(nope=1)  # EXPECTED: call-arg
lark_event.ProcessUpdated().process_id = "1"  # EXPECTED: misc
lark_event.decode(5)  # EXPECTED: arg-type

receiver = lark_event.Receiver("key", previous_encrypt_key="old")


@receiver.on(lark_event.ProcessUpdated)
def typed(envelope: lark_event.Envelope[lark_event.ProcessUpdated]) -> None:
    assert_type(envelope.event, lark_event.ProcessUpdated)


@receiver.on()
async def everything(envelope: lark_event.Envelope) -> None:
    assert_type(envelope.event, lark_event.Event | None)


@receiver.on(lark_event.JobChangeUpdated)  # EXPECTED: arg-type
def other(envelope: lark_event.Envelope[lark_event.ProcessUpdated]) -> None:
    pass


receiver.on(5)  # EXPECTED: call-overload
assert_type(receiver.handle({"a": "b"}, b"").status, int)
lark_event.Receiver(5)  # EXPECTED: arg-type
"""


def test_type_checkers_understand_the_stub(tmp_path):
    file = tmp_path / "typed.py"
    file.write_text(TYPED, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", tmp_path / "cache", file]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=tmp_path)
    found = re.findall(r"typed.py:(\d+): error: .*\[([a-z-]+)\]", completed.stdout)
    expected = [
        (str(number), line.partition("EXPECTED: ")[2])
        for number, line in enumerate(TYPED.splitlines(), 1)
        if "EXPECTED: " in line
    ]
    assert found == expected, completed.stdout


def samples(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_readme_has_a_sample_for_each_language():
    # Rust's are run by `cargo test`, C's and C++'s by tests/c.
    assert all(samples(language) for language in ("rust", "c", "cpp", "python"))


@pytest.mark.parametrize("sample", [it for it in samples("python") if "LongConnection" not in it])
def test_readme_python(sample):
    completed = subprocess.run(
        [sys.executable, "-c", sample], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert completed.returncode == 0, completed.stderr
    expected = "".join(f"{text}\n" for text in re.findall(r"# prints (.*)", sample))
    assert completed.stdout == expected


def test_readme_python_of_the_long_connection():
    (sample,) = (it for it in samples("python") if "LongConnection" in it)

    async def main():
        async with SimulatedPlatform("cli_1", "secret") as platform:
            secrets = {"LARK_APP_ID": "cli_1", "LARK_APP_SECRET": "secret", "LARK_DOMAIN": platform.domain}
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", sample, stdout=subprocess.PIPE, env={**os.environ, **secrets}
            )
            try:
                delivery = await asyncio.wait_for(platform.deliver(platform.sample(), parts=3), 30)
                return delivery, await process.stdout.readline()
            finally:
                process.kill()
                await process.wait()

    delivery, line = asyncio.run(main())
    assert delivery.accepted
    assert line.decode().split()[0] == delivery.event_id


def test_docstring_examples():
    command = [sys.executable, "-c", "import doctest, lark_event; print(doctest.testmod(lark_event))"]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    assert re.fullmatch(r"TestResults\(failed=0, attempted=[1-9]\d*\)\n", completed.stdout)


def test_a_second_import_makes_objects_of_its_own_classes():
    program = """
import sys, lark_event
first = lark_event
for name in [name for name in sys.modules if name.startswith("lark_event")]:
    del sys.modules[name]
import lark_event
assert lark_event is not first and lark_event.Envelope is not first.Envelope
body = b'{"header": {"event_type": "corehr.process.updated_v2"}, "event": {"status": %b}}'
envelope = lark_event.decode(body % b"9")
assert type(envelope) is lark_event.Envelope and type(envelope.header) is lark_event.Header
assert envelope.event == lark_event.ProcessUpdated(status=lark_event.ProcessStatus.COMPLETED)
assert type(envelope.event.status) is lark_event.ProcessStatus
try:
    lark_event.decode(body % b"[]")
except lark_event.DecodeError as error:
    assert type(error.envelope) is lark_event.Envelope
"""
    subprocess.run([sys.executable, "-c", program], timeout=60, check=True)


def test_import_leaves_out_what_decoding_does_not_need():
    code = "import sys, lark_event; assert 'Receiver' in dir(lark_event); print('asyncio' in sys.modules)"
    code += "; lark_event.Receiver; print('asyncio' in sys.modules); from lark_event import *; print(Dedup.__name__)"
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert completed.stdout.split() == ["False", "True", "Dedup"]
