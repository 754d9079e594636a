"""`lark-event listen` when the platform is killed, falls silent, or when it is killed itself."""

import asyncio
import json
import os
import random
import signal
from collections import Counter

import pytest
from listening import PATIENCE, PLATFORM, Command, Listening, listen, platform, printed, run
from served import free_port


def acked(command):
    """Return the ids of events that a platform was told were handled."""
    rows = [json.loads(line) for line in command.lines if line.startswith("{")]
    return {row["event_id"] for row in rows if row.get("what") == "acked"}


@pytest.fixture(autouse=True, scope="module")
def begun(half_open):
    """Let it begin here what is looked at in `test_silence.py`."""


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
