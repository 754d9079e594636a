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
from typing import Any

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


@receiver.on("im.message.receive_v1")
def unknown(envelope: lark_event.Envelope[lark_event.UnknownEvent]) -> None:
    assert_type(envelope.event["sender"], Any)
    assert_type(envelope.event.raw, bytes)
    envelope.event["sender"] = 5  # EXPECTED: index


assert_type(lark_event.event_types()[0].fields[0].fields, tuple[lark_event.FieldType, ...])
assert_type(lark_event.event_types()[0].event_class, type[lark_event.Event])
lark_event.event_types()[0].name = "x"  # EXPECTED: misc

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


def run(program):
    completed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert completed.returncode == 0, completed.stderr
    return completed.stdout.split()


COSTLY = ("asyncio", "collections", "concurrent", "dataclasses", "enum", "httpx", "inspect", "json", "logging", "re")
COSTLY += ("socket", "tqdm", "typing", "uvicorn", "websockets")
LAZY = f"""
import sys
before = set(sys.modules)
import lark_event
print(*({set(COSTLY)} & (set(sys.modules) - before)), "-")
from lark_event import Event, _model, _record
print(*Event.__subclasses__(), *_model.EVENTS._made, *_record.ENUMS._made, *_record.RECORDS._made, "-")
lark_event.decode(b'{{"header":{{"event_type":"corehr.process.updated_v2"}},"event":{{"status":9}}}}')
print(*(event.__name__ for event in Event.__subclasses__()), *sorted(_record.ENUMS._made))
"""


def test_import_makes_no_class_and_imports_nothing_costly():
    assert run(LAZY) == ["-", "-", "ProcessUpdated", "ProcessProperties", "ProcessStatus"]


def test_import_leaves_out_what_decoding_does_not_need():
    code = "import sys, lark_event; assert 'Receiver' in dir(lark_event); print('asyncio' in sys.modules)"
    code += "; lark_event.Receiver; print('asyncio' in sys.modules); from lark_event import *; print(Dedup.__name__)"
    assert run(code) == ["False", "True", "Dedup"]


def test_classes_are_found_however_they_are_asked_for():
    assert (
        run(
            """
import pickle, sys, threading, lark_event
assert "ProcessUpdated" in dir(lark_event) and "ProcessUpdated" in lark_event.__all__
assert "ProcessUpdated" not in vars(lark_event)
found = []
threads = [threading.Thread(target=lambda: found.append(lark_event.ProcessStatus)) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert set(found) == {lark_event.ProcessStatus}
from lark_event import JobChangeUpdated
assert lark_event.JobChangeUpdated is JobChangeUpdated is vars(lark_event)["JobChangeUpdated"]
names = {}
exec("from lark_event import *", names)
assert set(lark_event.__all__) <= set(names)
assert names["JobChangeUpdated"] is JobChangeUpdated
try:
    lark_event.NoSuchName
except AttributeError as error:
    assert str(error) == "module 'lark_event' has no attribute 'NoSuchName'"
else:
    sys.exit("no error")
assert not hasattr(lark_event, "_no_such_name")
"""
        )
        == []
    )


def test_a_class_is_made_by_what_is_pickled(tmp_path):
    file = tmp_path / "pickled"
    event = "lark_event.ProcessUpdated(process_id='1', status=9)"
    run(f"import pickle, lark_event; open({str(file)!r}, 'wb').write(pickle.dumps({event}))")
    found = run(
        f"import pickle; found = pickle.load(open({str(file)!r}, 'rb')); import lark_event; print(found == {event})"
    )
    assert found == ["True"]


def test_threads_that_decode_first_at_once_are_given_the_same_classes():
    assert run(
        """
import threading, lark_event
body = b'{"header":{"event_type":"corehr.process.updated_v2"},"event":{"status":%d}}'
found, barrier = [], threading.Barrier(16)
def decode(number):
    barrier.wait()
    found.append(lark_event.decode(body % (number % 2 * 9)).event)
threads = [threading.Thread(target=decode, args=[number]) for number in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert {type(event) for event in found} == {lark_event.ProcessUpdated}
assert {type(event.status) for event in found} == {lark_event.ProcessStatus}
print(len(found))
"""
    ) == ["16"]


def test_help_shows_every_class():
    found = run("import lark_event; help(lark_event)")
    assert {"ProcessUpdated", "ProcessStatus", "UnknownEvent", "Receiver"} <= set(found)


def test_what_making_a_class_raises_is_not_lost():
    program = """
import lark_event
from lark_event import _model
body = b'{"header":{"event_type":"corehr.process.updated_v2"},"event":{"status":9}}'
make = _model.EVENTS._make
def interrupted(name): raise KeyboardInterrupt
_model.EVENTS._make = interrupted
try:
    lark_event.decode(body)
except KeyboardInterrupt:
    print("interrupted")
_model.EVENTS._make = make
print(lark_event.decode(body).event.status.name)
"""
    assert run(program) == ["interrupted", "COMPLETED"]


def test_everything_is_for_everybody_without_the_extras():
    program = "import sys; sys.modules.update(httpx=None, websockets=None)\nfrom lark_event import *\n"
    program += (
        "import lark_event; help(lark_event); assert not {'httpx', 'LongConnection'} & {*dir(), *lark_event.__all__}"
    )
    subprocess.run([sys.executable, "-c", program], timeout=60, check=True, stdout=subprocess.DEVNULL)


def test_what_making_a_value_in_a_list_raises_is_not_lost():
    program = """
import lark_event
from lark_event import _record
body = b'{"header":{"event_type":"corehr.company.updated_v2"},"event":{"sub_events":[{"opt_type":99}%b]}}'
def interrupted(value): raise KeyboardInterrupt
_record.ENUMS["SubEventOptType"]._missing_ = interrupted
for more in (b"", b",{}", b",5"):
    try:
        lark_event.decode(body % more)
    except KeyboardInterrupt:
        print("interrupted")
"""
    assert run(program) == ["interrupted"] * 3


@pytest.mark.parametrize("folder", ["tests", "tests/bench"])
def test_what_is_asked_for_is_what_is_pinned(folder):
    asked = (ROOT / folder / "requirements.in").read_text(encoding="utf-8")
    pinned = (ROOT / folder / "requirements.txt").read_text(encoding="utf-8")
    lines = [line.lower().replace("_", "-") for line in asked.splitlines() if not line.startswith("#")]
    names = re.findall(r"^([a-z][^ ]*)", pinned, re.MULTILINE)
    assert lines
    assert [line for line in lines if line not in names and "==" in line] == []
    assert [line for line in lines if "==" not in line] == []
    assert all("==" in name for name in names)
    assert len(re.findall(r"^\S.* \\\n    --hash=sha256:[0-9a-f]{64}", pinned, re.MULTILINE)) == len(names)
