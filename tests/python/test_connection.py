"""The long connection against the simulated platform: events, failures, and how it ends."""

import asyncio
import json
import threading

import lark_event
from connections import SECONDS, connection, platform, run
from deliveries import KEY, SUCCESS, delivery
from lark_event import Receiver


def ids(deliveries):
    return [json.loads(delivery.payload)["header"]["event_id"] for delivery in deliveries]


def test_events_whole_and_in_parts(receiver, seen):
    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            done = [await feishu.deliver(feishu.sample(), parts=parts) for parts in (1, 2, 9)]
            done += await feishu.deliver_together([feishu.sample() for _ in range(3)])
            assert client.is_connected
        return done, client

    done, client = run(main)
    assert [len(it.attempts) for it in done] == [1] * 6
    assert all(it.accepted for it in done)
    assert sorted(seen) == sorted(ids(done))
    counts = client.counts
    assert (counts.received, counts.handled, counts.failed, counts.duplicates, counts.reconnects) == (6, 6, 0, 0, 0)
    assert 0 <= counts.last_pong_age < SECONDS
    assert not client.is_connected


def test_a_large_event_in_many_parts(receiver, seen):
    event = platform().sample()
    event["event"]["more"] = "人" * 1_000_000

    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            return await feishu.deliver(event, parts=1000)

    assert run(main).accepted
    assert seen == [event["header"]["event_id"]]


def test_sync_and_async_handlers_get_typed_events(receiver):
    found = []

    @receiver.on(lark_event.ProcessUpdated)
    def in_a_thread(envelope):
        found.append((threading.current_thread() is threading.main_thread(), type(envelope.event)))

    @receiver.on("corehr.process.updated_v2")
    async def in_the_loop(envelope):
        found.append((threading.current_thread() is threading.main_thread(), type(envelope.event)))

    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            return await feishu.deliver(feishu.sample())

    assert run(main).accepted
    assert found == [(False, lark_event.ProcessUpdated), (True, lark_event.ProcessUpdated)]


def test_an_event_that_comes_both_ways_is_handled_once():
    receiver, seen = Receiver(KEY), []
    receiver.on()(lambda envelope: seen.append(envelope.header.event_id))

    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            event = feishu.sample()
            header = {**event["header"], "event_id": "1"}
            assert await receiver.ahandle(*delivery("1")) == SUCCESS
            assert (await feishu.deliver({**event, "header": header})).accepted
            return client.counts

    counts = run(main)
    assert seen == ["1"]
    assert (counts.handled, counts.duplicates) == (0, 1)


def test_repeated_events_are_handled_once(receiver, seen):
    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            done = await feishu.deliver(feishu.sample())
            again = [await feishu.repeat(done) for _ in range(3)]
            return again, client.counts

    again, counts = run(main)
    assert [attempt.outcome for attempt in again] == ["acked"] * 3
    assert len(seen) == 1
    assert (counts.received, counts.handled, counts.duplicates) == (4, 1, 3)


def test_a_handler_that_raises_gets_the_event_again(receiver):
    attempts = []

    @receiver.on()
    async def handle(envelope):
        attempts.append(1)
        if len(attempts) < 3:
            raise RuntimeError("made up")

    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            return await feishu.deliver(feishu.sample()), client.counts

    done, counts = run(main)
    assert [attempt.outcome for attempt in done.attempts] == ["failed", "failed", "acked"]
    assert [ack.code for ack in done.acks] == [500, 500, 200]
    assert (counts.received, counts.handled, counts.failed) == (3, 1, 2)


def test_what_is_unknown_or_broken_does_not_end_the_connection(receiver, seen, caplog):
    answered = []

    def observe(row):
        if row["what"] == "other frames answered":
            answered.append(row["code"])

    async def main():
        async with platform(time_scale=50_000, observe=observe) as feishu, connection(feishu, receiver) as client:
            await feishu.connected()
            for kind in ("card", "unknown type", "unknown method", "ping", "corrupt"):
                await feishu.send_other(kind)
            for broken in (b"", b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"x" * 100_000):
                await feishu.send_raw(broken)
            (link,) = feishu._links
            await link.send("a text")
            unknown = await feishu.deliver(feishu.sample("corehr.not_yet_known.created_v9", {"id": "1"}))
            bad = [await feishu.deliver(payload) for payload in (b"no json", b"[]", b'"\xff"')]
            good = await feishu.deliver(feishu.sample())
            assert (feishu.counts["other frames answered"], answered) == (2, [500, 500])
            assert "misunderstood" not in feishu.counts
            return unknown, bad, good, client.counts

    unknown, bad, good, counts = run(main)
    assert (unknown.accepted, len(unknown.attempts), good.accepted) == (True, 1, True)
    assert [(it.accepted, len(it.attempts), {ack.code for ack in it.acks}) for it in bad] == [(False, 5, {500})] * 3
    assert len(seen) == 2
    assert (counts.reconnects, counts.failed) == (0, 15)
    for words in ("a card, or something unknown", "a message is of no use", "a text message"):
        assert words in caplog.text


def test_an_event_that_nobody_wants_is_not_delivered_again(receiver):
    receiver.on(lark_event.JobChangeUpdated)(lambda _: None)

    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            return await feishu.deliver(feishu.sample())

    done = run(main)
    assert (done.accepted, len(done.attempts)) == (True, 1)


def test_a_slow_sync_handler_holds_up_neither_pings_nor_events(receiver):
    release = threading.Event()

    @receiver.on()
    def handle(envelope):
        if envelope.header.event_type == "corehr.process.updated_v2":
            release.wait(SECONDS)

    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            slow = feishu.start(feishu.sample())
            quick = [await feishu.deliver(feishu.sample("corehr.process.cc.updated_v2")) for _ in range(5)]
            pings = feishu.counts["pings"]
            await asyncio.sleep(2.2)
            pings = feishu.counts["pings"] - pings
            release.set()
            await slow.done.wait()
            return quick, slow, pings, client.counts

    quick, slow, pings, counts = run(main)
    assert all(it.accepted for it in [*quick, slow])
    assert pings >= 2
    assert counts.reconnects == 0


def test_large_log_ids_come_back_as_they_were(receiver, seen):
    async def main():
        async with platform(first_ids=(2**63, 2**64 - 2)) as feishu, connection(feishu, receiver):
            return await feishu.deliver(feishu.sample())

    assert run(main).accepted
