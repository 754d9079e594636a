"""How a long connection ends, and what it is told wrong."""

import asyncio
import logging
import socket
import subprocess
import sys
import time

import pytest
from connections import connection, platform, run
from deliveries import until
from lark_event import LongConnection, LongConnectionError, Receiver, _connection

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


def test_what_has_ended_cannot_be_run_again(receiver):
    async def main():
        async with platform() as feishu:
            client = connection(feishu, receiver)
            running = asyncio.ensure_future(client.run())
            await feishu.connected()
            await client.close()
            await running
            with pytest.raises(RuntimeError, match="make another one"):
                await client.run()

    run(main)


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
        (("id", "secret"), {"domain": "https://user:password@open.feishu.cn"}, "must be a URL"),
        (("id", "secret"), {"domain": "https://open.feishu.cn?x"}, "must be a URL"),
        (("id", "secret"), {"connect_timeout": 0}, "more than 0"),
        (("id", "secret"), {"read_timeout": -1}, "more than 0"),
        (("id", "secret"), {"connect_timeout": float("nan")}, "more than 0"),
        (("id", "secret"), {"read_timeout": float("nan")}, "more than 0"),
    ],
)
def test_wrong_arguments(receiver, arguments, options, message):
    with pytest.raises(ValueError, match=message):
        LongConnection(*arguments, receiver, **options)


def test_a_receiver_for_the_long_connection_refuses_requests():
    receiver, seen = Receiver.for_long_connection(), []
    receiver.on()(seen.append)
    assert receiver.handle({}, b'{"schema":"2.0","header":{"event_id":"1","event_type":"x","token":""}}').status == 401
    assert seen == []


def test_what_is_missing_is_said():
    program = "import sys; sys.modules['websockets'] = None; import lark_event; lark_event.LongConnection"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert "LongConnection needs websockets: pip install 'lark-event[connection]'" in done.stderr
