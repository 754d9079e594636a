"""The receiver in an event loop: async handlers, sync ones beside them, and cancelled callers."""

import asyncio
import threading

import pytest
from deliveries import SUCCESS, delivery


def test_async_and_sync_handlers_in_a_loop(receiver):
    calls = []

    @receiver.on()
    async def in_the_loop(envelope):
        await asyncio.sleep(0)
        calls.append(threading.current_thread() is threading.main_thread())

    @receiver.on()
    def in_a_thread(envelope):
        calls.append(threading.current_thread() is threading.main_thread())

    class Callable:
        async def __call__(self, envelope):
            await asyncio.sleep(0)
            calls.append("object")

    receiver.on()(Callable())
    assert asyncio.run(receiver.ahandle(*delivery("1"))) == SUCCESS
    assert calls == [True, False, "object"]
    assert asyncio.run(receiver.ahandle(*delivery("1"))) == SUCCESS
    assert asyncio.run(receiver.ahandle({}, b"")).status == 401
    assert len(calls) == 3
    # And without a loop.
    assert receiver.handle(*delivery("2")) == SUCCESS
    assert calls[3:] == [True, True, "object"]


def test_a_sync_handler_does_not_hold_up_the_loop(receiver):
    release = threading.Event()
    receiver.on()(lambda envelope: release.wait(10) and None)

    async def main():
        slow = asyncio.ensure_future(receiver.ahandle(*delivery("1")))
        await asyncio.sleep(0.05)
        busy = await receiver.ahandle(*delivery("1"))
        release.set()
        return busy, await slow

    busy, slow = asyncio.run(main())
    assert (busy.status, slow.status) == (503, 200)


def test_async_failures_are_delivered_again(receiver):
    attempts = []

    @receiver.on()
    async def handle(envelope):
        attempts.append(1)
        await asyncio.sleep(0)
        if len(attempts) == 1:
            raise RuntimeError

    async def main():
        return [(await receiver.ahandle(*delivery("1"))).status for _ in range(3)]

    assert asyncio.run(main()) == [500, 200, 200]
    assert len(attempts) == 2


def test_a_sync_handler_that_raises_stop_iteration_has_failed(receiver):
    receiver.on()(lambda envelope: next(iter(())))

    async def main():
        return [(await receiver.ahandle(*delivery("1"))).status for _ in range(2)]

    assert asyncio.run(asyncio.wait_for(main(), 10)) == [500, 500]
    assert receiver.counts == {"failed": 2}


def test_what_has_begun_is_ended_though_the_caller_is_cancelled(receiver):
    done = []

    @receiver.on()
    async def handle(envelope):
        await asyncio.sleep(0.1)
        done.append(envelope.header.event_id)

    async def main():
        task = asyncio.ensure_future(receiver.ahandle(*delivery("1")))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.2)
        return await receiver.ahandle(*delivery("1"))

    assert asyncio.run(main()) == SUCCESS
    assert done == ["1"]
    assert receiver.counts == {"handled": 1, "duplicate": 1}


def test_what_is_cancelled_before_it_has_started_comes_again(receiver, seen):
    async def main():
        waiting = receiver.ahandle(*delivery("1"))
        waiting.send(None)
        (task,) = receiver._running
        task.cancel()
        waiting.close()

    asyncio.run(main())
    assert seen == []
    assert receiver.handle(*delivery("1")) == SUCCESS
    assert seen == ["1"]


def test_an_async_handler_cannot_be_waited_for_in_a_running_loop(receiver, caplog):
    @receiver.on()
    async def handle(envelope):
        pass

    async def main():
        return receiver.handle(*delivery("1"))

    assert asyncio.run(main()).status == 500
    assert "use `await receiver.ahandle" in caplog.text
