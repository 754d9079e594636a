"""`lark-event listen` when the platform is killed, falls silent, or when it is killed itself."""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from listening import Listening, environment, platform, run
from served import free_port

APP = {"LARK_APP_ID": "cli_1", "LARK_APP_SECRET": "secret"}
PATIENCE = 60


# A platform that delivers as fast as it can, some at once, and has lost connections made again soon; with the seconds
# between its pings.
PLATFORM = """
import asyncio, json, sys
from lark_event._simulated.faults import Faults
from lark_event._simulated.platform import SimulatedPlatform

CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": int(sys.argv[2])}

async def main():
    tell = lambda row: print(json.dumps(row), flush=True)
    options = {"config": CONFIG, "faults": Faults(split=0.5), "observe": tell}
    async with SimulatedPlatform(port=int(sys.argv[1]), **options) as platform:
        while True:
            await asyncio.gather(*(platform.deliver(platform.sample()) for _ in range(10)))

asyncio.run(main())
"""


class Command:
    """A program whose lines are there to be waited for."""

    def __init__(self, *arguments):
        command = [sys.executable, *arguments]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment(**APP))
        self.lines = []
        self.news = threading.Condition()
        self.readers = [
            threading.Thread(target=self.read, args=(stream,)) for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self.readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()

    def read(self, stream):
        with stream:
            for line in stream:
                with self.news:
                    self.lines.append(line.decode().rstrip("\n"))
                    self.news.notify_all()

    def wait(self, condition, seconds=PATIENCE):
        """Wait until `condition` is true of the lines; return how many seconds that has taken."""
        start = time.monotonic()
        with self.news:
            assert self.news.wait_for(lambda: condition(self.lines), seconds), "\n".join(self.lines[-20:])
        return time.monotonic() - start

    def wait_for(self, text, seconds=PATIENCE):
        return self.wait(lambda lines: any(text in line for line in lines), seconds)


def listen(port):
    return Command("-m", "lark_event", "listen", "--json", "--domain", f"http://127.0.0.1:{port}")


def acked(command):
    """Return the ids of events that a platform was told were handled."""
    rows = [json.loads(line) for line in command.lines if line.startswith("{")]
    return {row["event_id"] for row in rows if row.get("what") == "acked"}


def printed(command):
    return [json.loads(line)["header"]["event_id"] for line in command.lines if line.startswith("{")]


@pytest.fixture(scope="module", autouse=True)
def half_open():
    """A connection to a platform that says nothing any more, though it is there: seen from here, the cable is cut.

    It is noticed by the pings of the WebSocket, since those of the platform are 2 minutes apart. That takes 40 seconds,
    in which the other tests have their turn.
    """
    port = free_port()
    with (
        Command("-c", PLATFORM, str(port), "120") as feishu,
        listen(port) as listening,
    ):
        listening.wait(lambda lines: sum(line.startswith("{") for line in lines) > 2)
        feishu.process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        noticed = threading.Event()

        def watch():
            with contextlib.suppress(AssertionError):
                listening.wait_for("long connection: lost: ", 40 + PATIENCE)
                noticed.seconds = time.monotonic() - stopped
                noticed.set()

        watching = threading.Thread(target=watch)
        watching.start()
        yield feishu, listening, noticed
        watching.join()


def test_a_platform_that_is_killed_in_the_middle_of_events():
    """Killed, and started again: everything that was acked was printed, and events come again."""
    port = free_port()
    with listen(port) as listening:
        for number in range(3):
            before = len(printed(listening))
            with Command("-c", PLATFORM, str(port), "1") as feishu:
                listening.wait(lambda lines, before=before: sum(it.startswith("{") for it in lines) > before + 100)
                feishu.process.kill()
                feishu.process.wait()
                for reader in feishu.readers:
                    reader.join()
            listening.wait(lambda lines, number=number: sum("lost: " in line for line in lines) > number)
            known = acked(feishu)
            assert len(known) > 50
            assert known <= set(printed(listening))
        listening.process.send_signal(signal.SIGTERM)
        assert listening.process.wait(PATIENCE) == 0
    assert set(Counter(printed(listening)).values()) == {1}


def test_killed_in_the_middle_of_a_handler(tmp_path):
    """The event was not acked, and comes again, to whoever connects then."""

    async def main():
        out = tmp_path / "out"
        reading, writing = os.pipe()
        try:
            async with platform(time_scale=100, ack_seconds=2) as feishu:
                event = feishu.sample()
                event["event"]["biz_type"] = "x" * 300_000
                async with Listening(feishu, "--json", stdout=writing) as first:
                    delivery = feishu.start(event)
                    # The first byte is there: the rest is being written.
                    assert await asyncio.to_thread(os.read, reading, 1) == b"{"
                    first.process.kill()
                    await first.process.wait()
                assert not delivery.acks
                with out.open("wb") as file:
                    async with Listening(feishu, "--json", stdout=file) as second:
                        await delivery.done.wait()
                        return delivery, await second.end(), out.read_text()
        finally:
            os.close(reading)
            os.close(writing)

    delivery, (status, _, _), out = run(main)
    assert (status, delivery.accepted) == (0, True)
    assert json.loads(out)["header"]["event_id"] == delivery.event_id


def test_killed_again_and_again_nothing_is_lost(tmp_path):
    out, kills, events = tmp_path / "out", 3, 600

    async def main():
        chance, slots = random.Random(8), asyncio.Semaphore(50)
        async with platform(time_scale=200, ack_seconds=1) as feishu:

            async def deliver():
                async with slots:
                    return await feishu.deliver(feishu.sample())

            running = [asyncio.ensure_future(deliver()) for _ in range(events)]
            for kill in range(1, kills + 1):
                with out.open("ab") as file:
                    async with Listening(feishu, "--json", stdout=file) as listening:
                        while sum(it.done() for it in running) < events * kill // (kills + 2):  # noqa: ASYNC110 - nobody tells
                            await asyncio.sleep(0.001)
                        await asyncio.sleep(chance.random() * 0.02)
                        listening.process.kill()
                        await listening.process.wait()
            with out.open("ab") as file:
                async with Listening(feishu, "--json", stdout=file) as listening:
                    return await asyncio.gather(*running), await listening.end()

    running, (status, _, _) = run(main)
    found = Counter(json.loads(line)["header"]["event_id"] for line in out.read_bytes().splitlines())
    accepted = {it.event_id for it in running if it.accepted}
    print(f"\n{len(accepted)} acked, killed {kills} times: {sum(found.values()) - len(found)} printed twice, none lost")
    assert status == 0
    assert len(accepted) == events
    assert accepted <= found.keys()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_handler_ends_what_it_does(number):
    async def main():
        reading, writing = os.pipe()
        try:
            async with platform() as feishu, Listening(feishu, "--json", stdout=writing) as listening:
                os.close(writing)
                event = feishu.sample()
                event["event"]["biz_type"] = "x" * 300_000
                delivery = feishu.start(event)
                out = await asyncio.to_thread(os.read, reading, 1)
                listening.process.send_signal(number)
                await asyncio.sleep(0.3)
                assert listening.process.returncode is None
                while data := await asyncio.to_thread(os.read, reading, 1 << 16):
                    out += data
                await delivery.done.wait()
                return delivery, out, await listening.ended()
        finally:
            os.close(reading)

    delivery, out, (status, _, err) = run(main)
    assert (status, delivery.accepted, len(delivery.attempts)) == (0, True, 1), err
    assert json.loads(out)["header"]["event_id"] == delivery.event_id


def test_a_second_signal_ends_it_at_once():
    async def main():
        reading, writing = os.pipe()
        try:
            async with platform() as feishu, Listening(feishu, "--json", stdout=writing) as listening:
                event = feishu.sample()
                event["event"]["biz_type"] = "x" * 300_000
                delivery = feishu.start(event)
                await asyncio.to_thread(os.read, reading, 1)
                listening.process.send_signal(signal.SIGTERM)
                await asyncio.sleep(0.3)
                listening.process.send_signal(signal.SIGTERM)
                return delivery, await listening.ended()
        finally:
            os.close(reading)
            os.close(writing)

    delivery, (status, _, err) = run(main)
    assert (status, delivery.acks) == (1, [])
    assert err.splitlines()[-1] == "lark-event: ended by a second signal: what was under way comes again"


def test_a_silent_platform_is_noticed(half_open):
    feishu, listening, noticed = half_open
    assert noticed.wait(40 + 2 * PATIENCE)
    print(f"\nnoticed after {noticed.seconds:.1f} s")
    assert 15 < noticed.seconds < 40 + PATIENCE
    before = len(printed(listening))
    feishu.process.send_signal(signal.SIGCONT)
    listening.wait(lambda _: len(printed(listening)) > before)
    listening.process.send_signal(signal.SIGTERM)
    assert listening.process.wait(PATIENCE) == 0
