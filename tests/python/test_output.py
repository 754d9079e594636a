"""Outputs and logs of `lark-event serve` and `listen` that have no room: nothing is acked that was not written."""

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from deliveries import delivery, post
from lark_event._output import EventOutput, OutputError
from listening import Listening, platform, run
from served import free_port, serve, talk


def limit(pid, size):
    """Let a process write files of so many bytes, as if the disk were full then; with `None`, of any size."""
    size = resource.RLIM_INFINITY if size is None else size
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def ids(path):
    """Return the ids of events in a file in which every line is whole."""
    text = path.read_bytes()
    assert text.endswith(b"\n") or not text
    return [json.loads(line)["header"]["event_id"] for line in text.splitlines()]


@pytest.mark.parametrize("mode", ["wb", "ab"])
@pytest.mark.parametrize("room", [0, 1, 100])
def test_a_file_without_room_is_waited_for(tmp_path, mode, room):
    out = tmp_path / "out"
    with out.open(mode) as file, serve("--json", stdout=file) as served:
        assert post(served.address, *delivery("1"))[0] == 200
        size = out.stat().st_size
        limit(served.process.pid, size + room)
        for number in range(20):
            assert post(served.address, *delivery(f"lost {number}"))[0] == 500
        # A start of a line is never left behind.
        assert out.stat().st_size == size
        limit(served.process.pid, None)
        assert post(served.address, *delivery("lost 7"))[0] == 200
        assert post(served.address, *delivery("lost 7"))[0] == 200
        status, _, err = served.end()
    assert (status, ids(out)) == (0, ["1", "lost 7"])
    assert err.splitlines() == [
        "lark-event: the output cannot be written: File too large: until it can, events are refused",
        "lark-event: the output can be written again",
        "lark-event: ended: 1 duplicate, 20 failed, 2 handled",
    ]


def test_tables_are_whole_or_not_there(tmp_path):
    out = tmp_path / "out"
    with out.open("wb") as file, serve(stdout=file) as served:
        assert post(served.address, *delivery("1"))[0] == 200
        table = out.read_bytes()
        for room in range(0, len(table), 7):
            limit(served.process.pid, len(table) + room)
            assert post(served.address, *delivery("2"))[0] == 500
            assert out.read_bytes() == table
        limit(served.process.pid, None)
        assert post(served.address, *delivery("2"))[0] == 200
        assert served.end()[0] == 0
    assert out.read_bytes() == table + table.replace(b"event:1", b"event:2").replace(b" 1\n", b" 2\n")


def test_where_a_line_was_cut_off_the_next_one_begins_anew(tmp_path):
    """As after a power failure, or a `kill -9` in the middle of a long line."""
    out = tmp_path / "out"
    for start, expected in [(b'{"a":1}\n', b'{"a":1}\n'), (b'{"a":1}\n{"b', b'{"a":1}\n{"b\n'), (b"", b"")]:
        out.write_bytes(start)
        with out.open("ab") as file, serve("--json", stdout=file) as served:
            assert post(served.address, *delivery("1"))[0] == 200
            assert post(served.address, *delivery("2"))[0] == 200
            assert served.end()[0] == 0
        written = out.read_bytes()
        assert written.startswith(expected)
        assert [json.loads(line)["header"]["event_id"] for line in written[len(expected) :].splitlines()] == ["1", "2"]


def test_an_output_that_others_write_to(tmp_path):
    """What they have written after the start of a line is not taken away with it."""
    path = tmp_path / "out"
    with path.open("ab") as file:
        output = EventOutput(file.fileno())
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4, hard))
            # The other one comes between the start of the line and the failure.
            write = output._write
            output._write = lambda text: write(text) if os.fstat(file.fileno()).st_size < 4 else fail(path)
            with pytest.raises(OutputError) as error:
                output.write(b"a long line\n")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, before)
        assert error.value.is_passing
        del output._write
        output.write(b"next\n")
    assert path.read_bytes() == b"a loother\n\nnext\n"


def test_an_output_that_others_were_started_with(tmp_path):
    """They share the place where it is written to, as in `{ lark-event serve & lark-event listen & } > out`."""
    path = tmp_path / "out"
    with path.open("wb") as file, os.fdopen(os.dup(file.fileno()), "wb") as other:
        output = EventOutput(file.fileno())

        def write(text):
            if path.stat().st_size:
                other.write(b"other\n")
                other.flush()
                raise OSError(28, "No space left on device")
            return os.write(file.fileno(), text[:4])

        output._write = write
        with pytest.raises(OutputError):
            output.write(b"a long line\n")
        del output._write
        output.write(b"next\n")
    assert path.read_bytes() == b"a loother\n\nnext\n"


def test_two_that_print_to_one_file(tmp_path):
    """Each has opened it for itself, and not for appending."""
    out = tmp_path / "out"
    with (
        out.open("wb") as one,
        out.open("wb") as two,
        serve("--json", stdout=one) as first,
        serve("--json", stdout=two) as second,
    ):
        for number in range(10):
            for served in first, second:
                assert post(served.address, *delivery(f"{served.address[1]} {number}"))[0] == 200
        assert (first.end()[0], second.end()[0]) == (0, 0)
    assert len(set(ids(out))) == 20


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_a_file_that_somebody_empties(tmp_path, mode):
    """As `logrotate` does with `copytruncate`."""
    out = tmp_path / "out"
    with out.open(mode) as file, serve("--json", stdout=file) as served:
        assert post(served.address, *delivery("1"))[0] == 200
        os.truncate(out, 0)
        assert post(served.address, *delivery("2"))[0] == 200
        assert served.end()[0] == 0
    assert ids(out) == ["2"]


def fail(path):
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    with path.open("ab") as other:
        other.write(b"other\n")
    raise OSError(28, "No space left on device")


def test_a_device_without_room_ends_it():
    """A device gets none later: see `test_serve.py`. What is not a file is not waited for."""
    with Path("/dev/full").open("wb") as full:
        output = EventOutput(full.fileno())
        with pytest.raises(OutputError, match="No space left on device") as error:
            output.write(b"a line\n")
    assert not error.value.is_passing


def test_an_output_that_does_not_wait():
    """Whoever has made the pipe may have made it so; every line comes whole all the same."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    program = "import sys, time; time.sleep(0.5); sys.stdout.buffer.write(sys.stdin.buffer.read())"
    with subprocess.Popen([sys.executable, "-c", program], stdin=reading, stdout=subprocess.PIPE) as process:
        os.close(reading)
        try:
            output = EventOutput(writing)
            for _ in range(4):
                output.write(b"x" * 100_000 + b"\n")
        finally:
            os.close(writing)
        assert process.stdout.read() == (b"x" * 100_000 + b"\n") * 4


# Logs


def test_logs_without_room_change_nothing():
    """Standard error is full from the start; the port must be one that is known, since nobody is told."""
    with Path("/dev/full").open("wb") as full, serve("--json", stderr=full, port=free_port()) as served:
        assert post(served.address, *delivery("0", key="another"))[0] == 401
        talk(served.address, b"garbage\r\n\r\n")
        assert post(served.address, *delivery("1"))[0] == 200
        status, out, _ = served.end()
    assert (status, len(out.splitlines())) == (0, 1)


def test_logs_are_no_flood():
    with serve("--json") as served:
        for _ in range(500):
            assert post(served.address, *delivery("0", key="another"))[0] == 401
        status, _, err = served.end()
    assert status == 0
    assert 1 < err.count("delivery refused") <= 100
    assert err.splitlines()[-1] == "lark-event: ended: 500 refused"


# The long connection


def test_listen_waits_for_a_file_to_have_room(tmp_path):
    out = tmp_path / "out"

    async def main():
        with out.open("ab") as file:
            async with platform(time_scale=100) as feishu, Listening(feishu, "--json", stdout=file) as listening:
                first = await feishu.deliver(feishu.sample())
                size = out.stat().st_size
                limit(listening.process.pid, size + 50)
                second = feishu.start(feishu.sample())
                while not second.acks:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
                assert out.stat().st_size == size
                limit(listening.process.pid, None)
                await second.done.wait()
                return first, second, await listening.end()

    first, second, (status, _, err) = run(main)
    assert (status, first.accepted, second.accepted) == (0, True, True)
    assert [ack.code for ack in second.acks][:1] == [500]
    assert [ack.code for ack in second.acks][-1] == 200
    assert ids(out) == [first.event_id, second.event_id]
    assert err.count("the output cannot be written: File too large") == 1
    assert "Traceback" not in err
