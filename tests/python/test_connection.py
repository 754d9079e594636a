"""The long connection against the simulated platform: events, failures, and how it ends."""

import asyncio
import gzip
import json
import logging
import re
import socket
import subprocess
import sys
import threading
import time
import tracemalloc

import lark_event
import pytest
from deliveries import KEY, SUCCESS, delivery, until
from lark_event import LongConnection, LongConnectionError, Receiver, _connection
from lark_event._simulated import SimulatedPlatform

SOON = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 1}
FATAL = [403, 514, 1000040344, 1000040345, 1000040350, 1000040351, 99999, -7]
# Nothing here takes as long.
SECONDS = 40


def platform(**options):
    return SimulatedPlatform(**{"config": SOON, "time_scale": 150, **options})


def connection(of, receiver, **options):
    return LongConnection("cli_1", "app-secret", receiver, domain=of.domain, **options)


def run(main):
    return asyncio.run(asyncio.wait_for(main(), SECONDS))


@pytest.fixture
def receiver():
    return Receiver.for_long_connection()


@pytest.fixture
def seen(receiver):
    """Return the ids of the events that a handler has seen."""
    ids = []

    @receiver.on()
    async def handle(envelope):
        ids.append(envelope.header.event_id)

    return ids


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


# Connections that are lost


@pytest.mark.parametrize("how", ["close", "abort", "cut"])
def test_a_lost_connection_is_made_again(receiver, seen, how):
    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            for _ in range(2):
                await feishu.deliver(feishu.sample())
                await feishu.disconnect(how)
            half = feishu.start(feishu.sample(), parts=5, lost_after=3, lost_how=how)
            await half.done.wait()
            return half, client.counts

    half, counts = run(main)
    assert half.accepted
    assert [attempt.outcome for attempt in half.attempts][-2:] == ["lost", "acked"]
    assert len(seen) == len(set(seen)) == 3
    assert counts.reconnects >= 3


def test_a_silent_platform_is_left(receiver, seen, caplog):
    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            await feishu.deliver(feishu.sample())
            start = time.monotonic()
            feishu.silence()
            feishu.silence(on=False)
            await until(lambda: client.counts.reconnects)
            await feishu.deliver(feishu.sample())
            return time.monotonic() - start, client.counts

    seconds, counts = run(main)
    # The ping interval of 1 s, 15 s, and up to 1 s before it connects again.
    assert 14 < seconds < 25
    assert counts.reconnects == 1
    assert "dropped, because the platform is silent" in caplog.text


def test_an_interval_of_nothing_does_not_make_it_ask_without_a_pause(receiver):
    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            await feishu.connected()
            for feishu.pong in (b"{}", b"", b'{"PingInterval":0}', b'{"PingInterval":-1}', b"[]", b"{", b"\xff"):
                await asyncio.sleep(0.3)
            return feishu.counts["pings"]

    assert run(main) <= 4


def test_a_configuration_changes_in_flight(receiver):
    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            await feishu.connected()
            feishu.configure(PingInterval=60)
            await asyncio.sleep(2.5)
            return feishu.counts["pings"]

    assert run(main) == 2


# Connections that are refused


@pytest.mark.parametrize("code", FATAL)
def test_a_fatal_code_ends_it(receiver, code):
    async def main():
        async with platform() as feishu:
            feishu.refuse(code, "made up")
            with pytest.raises(LongConnectionError, match=rf"refuses the connection: .*\({code}\): made up") as error:
                await connection(feishu, receiver).run()
            return error.value.code, feishu.counts["discoveries"]

    assert run(main) == (code, 1)


@pytest.mark.parametrize(("headers", "code"), [({"status": 403}, 403), ({"auth_error_code": 1000040350}, 1000040350)])
def test_a_fatal_handshake_ends_it(receiver, headers, code):
    async def main():
        async with platform() as feishu:
            feishu.refuse_handshake(**headers, msg="made up")
            with pytest.raises(LongConnectionError, match="made up") as error:
                await connection(feishu, receiver).run()
            return error.value.code

    assert run(main) == code


def test_what_the_platform_says_looks_like_nothing_else(receiver, caplog):
    async def main():
        async with platform() as feishu:
            feishu.refuse(1, "繁忙\nERROR \x1b[2J")
            feishu.refuse(403, "禁止\n")
            with pytest.raises(LongConnectionError) as error:
                await connection(feishu, receiver).run()
            return str(error.value)

    assert run(main).endswith(": 禁止\\n")
    assert "繁忙\\nERROR \\x1b[2J" in caplog.messages[0]


def test_why_the_platform_closes_it_looks_like_nothing_else(receiver, caplog):
    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            await feishu.connected()
            (link,) = feishu._links
            await link.close(4000, "再见\nERROR \x1b[2J")
            await until(lambda: caplog.records)

    run(main)
    assert "再见\\nERROR \\x1b[2J" in caplog.messages[0]


@pytest.mark.parametrize(
    ("headers", "code", "message"),
    [
        (["Handshake-Status: 403", "Handshake-Msg: 请稍后再试"], 403, "请稍后再试"),
        (["Handshake-Status: 403", "Handshake-Status: 514", "Handshake-Msg: a", "Handshake-Msg: b"], 403, "a"),
        (["Handshake-Status: 514"] + ["Handshake-Autherrcode: 1000040350"] * 2, 1000040350, "CONNECTION_LIMIT"),
    ],
)
def test_headers_of_a_handshake_in_chinese_or_twice(receiver, headers, code, message):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write("\r\n".join(["HTTP/1.1 403 Forbidden", "Content-Length: 0", *headers, "", ""]).encode())
        writer.close()

    async def main():
        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server, platform() as feishu:
            address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            feishu.refuse(body=json.dumps({"code": 0, "data": {"URL": address}}).encode())
            with pytest.raises(LongConnectionError, match=message) as error:
                await connection(feishu, receiver).run()
            return error.value.code

    assert run(main) == code


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ({"code": 1}, r"SYSTEM_BUSY \(1\): system busy"),
        ({"code": 1000040343}, "INTERNAL_ERROR"),
        ({"status": 500}, "expected HTTP status 200, found 500"),
        ({"status": 403}, "expected HTTP status 200, found 403"),
        ({"body": b"<html>"}, "expected a JSON value"),
        ({"body": b"[]"}, "expected an object"),
        ({"body": b" "}, "the end of the input"),
        ({"body": b'{"code":0,"msg":""}'}, "expected"),
        ({"body": b'{"code":0,"data":null}'}, "expected"),
        ({"body": b'{"code":0,"data":{"URL":"http://localhost/?ticket=t1cket"}}'}, "begins with wss://"),
        ({"body": b'{"code":0,"data":{"URL":"ws://[/?ticket=t1cket"}}'}, "."),
        ({"body": b'{"code":0,"data":{"URL":"ws://localhost:99999/?ticket=t1cket"}}'}, "."),
        ({"body": b'{"code":0,"data":{"URL":"ws://\\u0000/?ticket=t1cket"}}'}, "."),
        ({"body": b" " * 100_000}, "at most 65536 bytes"),
    ],
)
def test_after_a_passing_refusal_it_tries_again(receiver, seen, caplog, refusal, reason):
    async def main():
        async with platform() as feishu:
            feishu.refuse(**refusal)
            async with connection(feishu, receiver) as client:
                return await feishu.deliver(feishu.sample()), client.counts

    done, counts = run(main)
    assert done.accepted
    assert counts.reconnects == 1
    caplog.handler.setFormatter(logging.Formatter("%(message)s"))
    assert [record for record in caplog.records if record.levelno == logging.WARNING]
    assert re.search(reason, caplog.text), caplog.text
    assert "t1cket" not in caplog.text


def test_a_compressed_reply_is_not_unfolded(receiver, caplog):
    bomb = gzip.compress(bytes(30_000_000))
    asked = []

    async def reply(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb) + bomb)
        await writer.drain()
        writer.close()

    async def main():
        async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
            domain = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            tracemalloc.start()
            async with LongConnection("a", "b", receiver, domain=domain):
                await until(lambda: caplog.records)
            return tracemalloc.get_traced_memory()[1]

    try:
        assert run(main) < 25 << 20
    finally:
        tracemalloc.stop()
    assert b"accept-encoding: identity" in asked[0].lower()
    assert "expected a JSON value" in caplog.text


@pytest.mark.parametrize("status", [514, None])
def test_after_a_passing_refusal_of_the_handshake_it_tries_again(receiver, status):
    async def main():
        async with platform() as feishu:
            feishu.refuse_handshake(status)
            async with connection(feishu, receiver):
                return await feishu.deliver(feishu.sample())

    assert run(main).accepted


def test_it_gives_up_where_the_platform_says_so(receiver):
    async def main():
        async with platform(config={**SOON, "ReconnectCount": 1}) as feishu:
            client = connection(feishu, receiver)
            running = asyncio.ensure_future(client.run())
            await feishu.deliver(feishu.sample())
            feishu.refuse(times=5)
            await feishu.disconnect()
            with pytest.raises(LongConnectionError, match="as the platform allows") as error:
                await running
            return error.value.code, client.counts.reconnects

    assert run(main) == (None, 1)


def test_wrong_secrets_are_refused(receiver):
    async def main():
        async with platform(app_id="cli_1", app_secret="another") as feishu:
            await connection(feishu, receiver).run()

    with pytest.raises(LongConnectionError, match="INVALID_CREDENTIAL") as error:
        run(main)
    assert error.value.code == 1000040345


@pytest.mark.parametrize("behaves", ["says nothing", "hangs up", "is not there"])
def test_a_server_that_does_not_answer(receiver, caplog, behaves):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        if behaves == "is not there":
            listener.close()
        if behaves == "hangs up":

            def hang_up():
                listener.accept()[0].close()

            threading.Thread(target=hang_up, daemon=True).start()

        async def main():
            client = LongConnection("a", "b", receiver, domain=f"http://{host}:{port}", read_timeout=0.2)
            async with client:
                await until(lambda: caplog.records)
            return client.counts

        assert run(main).received == 0
    assert "no connection: " in caplog.text


def test_a_websocket_that_is_never_opened(receiver, caplog):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"

        async def main():
            async with platform() as feishu:
                feishu.refuse(body=json.dumps({"code": 0, "data": {"URL": url}}).encode())
                async with connection(feishu, receiver, connect_timeout=0.2):
                    return await feishu.deliver(feishu.sample())

        assert run(main).accepted
    assert "timed out" in caplog.text


def test_a_name_that_is_not_known(receiver, caplog, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def main():
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
        async with LongConnection("a", "b", receiver, domain="https://open.feishu.invalid", proxy=None):
            await until(lambda: caplog.records)

    run(main)
    assert "Name or service not known" in caplog.text


# How it ends


def test_closing_answers_what_is_being_handled(receiver):
    begun = asyncio.Event()

    @receiver.on()
    async def handle(envelope):
        begun.set()
        await asyncio.sleep(0.3)

    async def main():
        async with platform() as feishu:
            client = connection(feishu, receiver)
            running = asyncio.ensure_future(client.run())
            done = feishu.start(feishu.sample())
            await begun.wait()
            await client.close()
            await running
            await done.done.wait()
            return done, client

    done, client = run(main)
    assert [attempt.outcome for attempt in done.attempts] == ["acked"]
    assert client.counts.handled == 1


def test_closing_does_not_wait_for_ever(receiver, caplog):
    begun, ended = asyncio.Event(), []

    @receiver.on()
    async def handle(envelope):
        begun.set()
        await asyncio.sleep(1)
        ended.append(envelope.header.event_id)

    async def main():
        async with platform() as feishu:
            client = connection(feishu, receiver)
            running = asyncio.ensure_future(client.run())
            feishu.start(feishu.sample())
            await begun.wait()
            start = time.monotonic()
            await client.close(grace=0.2)
            seconds = time.monotonic() - start
            await running
            await asyncio.sleep(1)
            return seconds

    assert run(main) < 0.9
    assert len(ended) == 1
    assert "1 handlers are still running after 0.2 s" in caplog.text


def test_a_handler_may_close_it(receiver):
    async def main():
        async with platform() as feishu:
            client = connection(feishu, receiver)

            @receiver.on()
            async def handle(envelope):
                await client.close()

            running = asyncio.ensure_future(client.run())
            done = await feishu.deliver(feishu.sample())
            await running
            return done

    start = time.monotonic()
    assert run(main).accepted
    assert time.monotonic() - start < 10


def test_a_handler_that_closes_it_does_not_make_it_wait_for_ever_for_others(receiver, caplog):
    release = asyncio.Event()

    async def main():
        async with platform() as feishu:
            client = connection(feishu, receiver)

            @receiver.on("corehr.process.updated_v2")
            async def stuck(envelope):
                await release.wait()

            @receiver.on("corehr.process.cc.updated_v2")
            async def handle(envelope):
                await client.close(grace=0.3)

            running = asyncio.ensure_future(client.run())
            await feishu.start(feishu.sample()).sent.wait()
            done = await feishu.deliver(feishu.sample("corehr.process.cc.updated_v2"))
            await asyncio.wait_for(running, 10)
            release.set()
            return done

    assert run(main).accepted
    assert "1 handlers are still running after 0.3 s" in caplog.text


def test_it_can_be_closed_at_any_time(receiver):
    async def main():
        async with platform() as feishu:
            for delay in (0, 0.001, 0.005, 0.02, 0.1):
                client = connection(feishu, receiver)
                running = asyncio.ensure_future(client.run())
                await asyncio.sleep(delay)
                await client.close()
                await running
            never = connection(feishu, receiver)
            await never.close()
            await never.run()
        # And while it waits to try again, or for an answer.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            domain = f"http://127.0.0.1:{listener.getsockname()[1]}"
            for wait in (0.1, 0.5):
                async with LongConnection("a", "b", receiver, domain=domain, read_timeout=0.3):
                    await asyncio.sleep(wait)
        return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    start = time.monotonic()
    left = run(main)
    assert len(left) <= 1  # that of wait_for
    assert time.monotonic() - start < 10


def test_it_can_be_cancelled(receiver):
    begun, ended = asyncio.Event(), asyncio.Event()

    @receiver.on()
    async def handle(envelope):
        begun.set()
        await asyncio.sleep(0.3)
        ended.set()

    async def main():
        async with platform() as feishu:
            client = connection(feishu, receiver)
            running = asyncio.ensure_future(client.run())
            first = feishu.start(feishu.sample())
            await begun.wait()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert not client.is_connected
            await ended.wait()
            # What was not answered comes again, to another connection, and has been handled.
            async with connection(feishu, receiver) as other:
                await first.done.wait()
                return first, other.counts

    first, counts = run(main)
    assert [attempt.outcome for attempt in first.attempts] == ["lost", "acked"]
    assert (counts.handled, counts.duplicates) == (0, 1)


class Unusual(BaseException):
    """As some libraries raise, which `except Exception` does not catch."""


@pytest.mark.parametrize("raised", [Unusual, GeneratorExit, StopIteration, StopAsyncIteration])
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_whatever_a_handler_raises_is_answered(receiver, kind, raised):
    attempts = []

    def fail_once():
        attempts.append(1)
        if len(attempts) == 1:
            raise raised

    @receiver.on()
    def in_a_thread(envelope):
        if kind == "sync":
            fail_once()

    @receiver.on()
    async def in_the_loop(envelope):
        if kind == "async":
            fail_once()

    async def main():
        async with platform() as feishu:
            client = connection(feishu, receiver)
            running = asyncio.ensure_future(client.run())
            done = await feishu.deliver(feishu.sample())
            start = time.monotonic()
            await client.close()
            await running
            return done, client.counts, time.monotonic() - start

    done, counts, seconds = run(main)
    assert [attempt.outcome for attempt in done.attempts] == ["failed", "acked"]
    assert (counts.received, counts.handled, counts.failed) == (2, 1, 1)
    assert seconds < 5


def test_being_cancelled_is_not_overlooked_when_something_comes_in_the_same_moment(receiver, seen):
    async def main():
        async with platform() as feishu:
            for moment in range(6):
                client = connection(feishu, receiver)
                running = asyncio.ensure_future(client.run())
                assert (await feishu.deliver(feishu.sample())).accepted
                client._news.set()
                for _ in range(moment):
                    await asyncio.sleep(0)
                running.cancel()
                await asyncio.wait({running}, timeout=2)
                assert running.cancelled()
                await until(lambda: not feishu.connections)

    run(main)


def test_being_cancelled_while_connecting_leaves_nothing_behind(receiver):
    async def main():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            domain = f"http://127.0.0.1:{listener.getsockname()[1]}"
            before = asyncio.all_tasks()
            running = asyncio.ensure_future(LongConnection("a", "b", receiver, domain=domain).run())
            await asyncio.sleep(0.3)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            await asyncio.sleep(0.1)
            return asyncio.all_tasks() - before

    assert run(main) == set()


def test_a_handler_that_is_cancelled_has_failed(receiver):
    attempts = []

    @receiver.on()
    async def handle(envelope):
        attempts.append(1)
        if len(attempts) == 1:
            raise asyncio.CancelledError

    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            return await feishu.deliver(feishu.sample())

    done = run(main)
    assert [attempt.outcome for attempt in done.attempts] == ["failed", "acked"]


def test_the_block_ends_with_what_has_gone_wrong(receiver):
    async def refused():
        async with platform() as feishu:
            feishu.refuse(403)
            async with connection(feishu, receiver):
                await asyncio.sleep(0.3)

    with pytest.raises(LongConnectionError, match="FORBIDDEN"):
        run(refused)

    async def caught():
        async with platform() as feishu:
            feishu.refuse(403)
            async with connection(feishu, receiver) as client:
                with pytest.raises(LongConnectionError):
                    await client.run()

    run(caught)

    async def other():
        async with platform() as feishu:
            feishu.refuse(403)
            async with connection(feishu, receiver):
                raise KeyError

    with pytest.raises(KeyError):
        run(other)


def test_more_events_than_can_be_handled_come_again(receiver, monkeypatch):
    monkeypatch.setattr(_connection, "MAX_HANDLING", 2)
    release = asyncio.Event()

    @receiver.on()
    async def handle(envelope):
        await release.wait()

    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            done = [feishu.start(feishu.sample()) for _ in range(5)]
            await until(lambda: client.counts.failed == 3)
            release.set()
            for it in done:
                await it.done.wait()
            return done, client.counts

    done, counts = run(main)
    assert all(it.accepted for it in done)
    assert counts.handled == 5


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_secrets_are_not_told(receiver, caplog, level):
    caplog.set_level(level)
    caplog.set_level(logging.WARNING, "lark_event._simulated")

    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            await feishu.deliver(feishu.sample())
            await feishu.disconnect("abort")
            await feishu.deliver(feishu.sample())
            return repr(client)

    shown = run(main) + caplog.text
    assert "connected" in shown
    assert "app-secret" not in shown
    assert "ticket" not in shown
    assert "event_id" not in shown


def test_a_secret_for_this_machine_goes_to_no_proxy_of_the_environment(receiver, seen, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)  # noqa: FBT003 - it is not ours
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")

        async def main():
            async with platform() as feishu, connection(feishu, receiver, read_timeout=1):
                return await asyncio.wait_for(feishu.deliver(feishu.sample()), 5)

        assert run(main).accepted
        with pytest.raises(BlockingIOError):
            proxy.accept()


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("", "secret"), {}, "app id"),
        (("id", ""), {}, "secret"),
        (("id", "secret"), {"domain": "open.feishu.cn"}, "must be a URL"),
        (("id", "secret"), {"domain": "ftp://open.feishu.cn"}, "must be a URL"),
        (("id", "secret"), {"domain": " https://open.feishu.cn"}, "must be a URL"),
        (("id", "secret"), {"domain": "https://open.feishu.cn\n"}, "must be a URL"),
        (("id", "secret"), {"domain": "https://open.feishu.cn:0"}, "must be a URL"),
        (("id", "secret"), {"domain": "https://open.feishu.cn:99999"}, "[Pp]ort"),
        (("id", "secret"), {"domain": "https://open.feishu.cn:x"}, "[Pp]ort"),
        (("id", "secret"), {"domain": "http://open.feishu.cn"}, "must begin with https://"),
        (("id", "secret"), {"connect_timeout": 0}, "more than 0"),
        (("id", "secret"), {"read_timeout": -1}, "more than 0"),
        (("id", "secret"), {"connect_timeout": float("nan")}, "more than 0"),
        (("id", "secret"), {"read_timeout": float("nan")}, "more than 0"),
    ],
)
def test_wrong_arguments(receiver, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        LongConnection(*arguments, receiver, **options)


def test_a_receiver_for_the_long_connection_refuses_requests(receiver, seen):
    assert receiver.handle({}, b'{"schema":"2.0","header":{"event_id":"1","event_type":"x","token":""}}').status == 401
    assert seen == []


def test_what_is_missing_is_said():
    program = "import sys; sys.modules['websockets'] = None; import lark_event; lark_event.LongConnection"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert "LongConnection needs websockets: pip install 'lark-event[connection]'" in done.stderr
