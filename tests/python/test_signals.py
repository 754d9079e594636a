"""Signals to `lark-event serve`, and its sudden end: nothing is lost that was answered with 200."""

import contextlib
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from deliveries import delivery, post
from served import free_port, serve

# More than a pipe holds: printing it waits for somebody to read.
LONG = {"biz_type": "x" * 300_000}
SECONDS = 30


@contextlib.contextmanager
def in_the_middle_of_a_handler(event_id="1", **options):
    """Yield a server whose handler waits for the output to be read, and what the platform will have been answered."""
    with serve("--json", **options) as served, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(status_of, served.address, *delivery(event_id, **LONG))
        # The first byte of the event is there: the rest is being written.
        assert os.read(served.process.stdout.fileno(), 1) == b"{"
        yield served, answer


def status_of(address, headers, body):
    try:
        return post(address, headers, body)[0]
    except (OSError, http.client.HTTPException):
        return None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_handler_ends_what_it_does(number):
    with in_the_middle_of_a_handler() as (served, answer):
        served.process.send_signal(number)
        time.sleep(0.3)
        assert served.process.poll() is None
        assert not answer.done()
        out, err = served.process.communicate(timeout=SECONDS)
        assert (served.process.returncode, answer.result()) == (0, 200)
    assert json.loads(b"{" + out)["header"]["event_id"] == "1"
    assert err == b"lark-event: ended: 1 handled\n"


def test_a_second_signal_ends_it_at_once():
    with in_the_middle_of_a_handler() as (served, answer):
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(SECONDS) == 1
        assert answer.result() != 200
        assert served.process.stderr.read() == b"lark-event: ended by a second signal: what was under way comes again\n"


def test_a_signal_is_never_too_early():
    for _ in range(5):
        with serve() as served:
            status, _, err = served.end()
        assert (status, err) == (0, "lark-event: ended: no requests\n")


def test_signals_that_are_ignored():
    """SIGPIPE always, SIGHUP as `nohup` wants it."""
    with serve("--json", before=("sh", "-c", 'trap "" HUP; exec "$@"', "sh")) as served:
        for number in (signal.SIGPIPE, signal.SIGHUP):
            served.process.send_signal(number)
            assert post(served.address, *delivery(f"{number}"))[0] == 200
        assert served.end()[0] == 0


def test_killed_in_the_middle_of_a_handler():
    """The event was not answered, and comes again: at least once."""
    port = free_port()
    with in_the_middle_of_a_handler(port=port) as (served, answer):
        served.process.kill()
        assert answer.result() != 200
    with serve("--json", port=port) as served:
        assert post(served.address, *delivery("1"))[0] == 200
        status, out, _ = served.end()
    assert (status, json.loads(out)["header"]["event_id"]) == (0, "1")


def test_killed_again_and_again_nothing_is_lost(tmp_path):
    """Under load, at any moment; the platform delivers until it is answered with 200."""
    out, port, kills, events = tmp_path / "out", free_port(), 4, 2000
    chance = random.Random(8)
    accepted, over = [], threading.Event()

    def deliver(event_id):
        headers, body = delivery(event_id)
        while status_of(("127.0.0.1", port), headers, body) != 200:
            if over.is_set():
                return
            time.sleep(0.05)
        accepted.append(event_id)

    with ThreadPoolExecutor(8) as pool:
        try:
            tasks = [pool.submit(deliver, f"{number}") for number in range(events)]
            for kill in range(1, kills + 1):
                with out.open("ab") as file, serve("--json", stdout=file, port=port) as served:
                    while len(accepted) < events * kill // (kills + 1):
                        time.sleep(0.005)
                    time.sleep(chance.random() * 0.05)
                    served.process.kill()
            with out.open("ab") as file, serve("--json", stdout=file, port=port) as served:
                for task in tasks:
                    task.result(timeout=120)
                status, _, _ = served.end()
        finally:
            over.set()
    printed = Counter(json.loads(line)["header"]["event_id"] for line in out.read_bytes().splitlines())
    assert status == 0
    assert len(accepted) == events
    assert printed.keys() == set(accepted)
    # Twice is only what was under way when it was killed.
    twice = sum(printed.values()) - events
    print(f"\n{events} events, killed {kills} times: {twice} printed twice, none lost")
    assert twice <= 8 * kills


def test_an_output_that_nobody_reads_does_not_hold_up_the_end():
    with in_the_middle_of_a_handler() as (served, answer):
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(SECONDS) == 1
        assert answer.result() != 200
        assert b"nobody reads the output" in served.process.stderr.read()


def test_nor_do_logs_that_nobody_reads():
    """Standard error is a pipe that is full: what it would say is not worth staying for."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, bytes(4096))
    os.set_blocking(writing, True)
    program = "import signal, time\nfrom lark_event import _serve\nend = _serve.ender(lambda: None)\nend()\nend()\n"
    command = [sys.executable, "-c", program]
    try:
        with subprocess.Popen(command, stderr=writing) as process:
            try:
                assert process.wait(SECONDS) == 1
            finally:
                process.kill()
    finally:
        os.close(reading)
        os.close(writing)
