"""Many threads at one receiver, one window and one session: every event is handled once, and nobody waits for ever."""

import asyncio
import faulthandler
import os
import random
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager

import lark_event
import pytest
from deliveries import challenge, delivery, encrypted, event, signed
from lark_event import Dedup, Receiver, _native

THREADS = 16
# Far longer than anything here takes.
SECONDS = 120


@pytest.fixture(autouse=True)
def _often(capfd):
    """Let threads take turns a thousand times as often as usual, and end where one waits with the lock of Python."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    with capfd.disabled():
        stderr = os.dup(2)
    faulthandler.dump_traceback_later(2 * SECONDS, exit=True, file=stderr)
    yield
    faulthandler.cancel_dump_traceback_later()
    os.close(stderr)
    sys.setswitchinterval(interval)


def at_once(work, threads=THREADS):
    """Run `work(number)` in so many threads that start together; what one raises is raised here."""
    failures, barrier = [], threading.Barrier(threads)

    def run(number):
        barrier.wait()
        try:
            work(number)
        except BaseException as failure:  # noqa: BLE001 - it is raised again
            failures.append(failure)

    started = [threading.Thread(target=run, args=[number], daemon=True) for number in range(threads)]
    for thread in started:
        thread.start()
    end = time.monotonic() + SECONDS
    for thread in started:
        thread.join(max(0, end - time.monotonic()))
    assert not any(thread.is_alive() for thread in started), "a thread waits for ever"
    if failures:
        raise failures[0]


def forgeries(number):
    """Return requests that nobody may take for genuine, with the ids of genuine ones."""
    headers, body = delivery(str(number))
    other = encrypted(event(str(number), token="another"))
    return [
        delivery(str(number), key="another"),
        ({}, body),
        (headers, body + b" "),
        (headers, body.replace(b"A", b"B", 1) + b"x"),
        (signed(other), other),
        ({}, encrypted(challenge("x", token="another"))),
        (headers, b""),
    ]


class Handled:
    """A handler that fails at first for some events, and takes its time for others."""

    def __init__(self):
        self.begun, self.succeeded, self.running = Counter(), Counter(), set()
        self.together = []

    def __call__(self, envelope):
        event_id = envelope.header.event_id
        if event_id in self.running:
            self.together.append(event_id)
        self.running.add(event_id)
        self.begun[event_id] += 1
        try:
            if int(event_id) % 7 == 0:
                time.sleep(0.002)
            if int(event_id) % 5 == 0 and self.begun[event_id] < 3:
                raise RuntimeError(envelope)
        finally:
            self.running.discard(event_id)
        assert envelope.event.status == 5
        self.succeeded[event_id] += 1


@contextmanager
def checked(receiver, count, refused):
    """Check that each event was handled once, and that the counts of the receiver say the same."""
    handled = Handled()
    receiver.on()(handled)
    answered = []  # appending is one step; counting is not
    yield answered
    statuses = Counter(answered)
    assert handled.succeeded == {str(number): 1 for number in range(count)}
    assert handled.begun == {str(number): 3 if number % 5 == 0 else 1 for number in range(count)}
    assert handled.together == []
    counts = receiver.counts
    assert counts["handled"] == count
    assert counts.get("refused", 0) == refused == statuses[400] + statuses[401]
    assert counts["failed"] == statuses[500] == 2 * len(range(0, count, 5))
    assert counts.get("in_progress", 0) == statuses[503]
    assert sum(counts.values()) == sum(statuses.values())


def test_every_event_once_with_forgeries_between(receiver, caplog):
    caplog.set_level("CRITICAL")
    count = 600
    genuine = [delivery(str(number)) for number in range(count)]
    forged = [forgeries(number) for number in range(0, count, 30)]
    with checked(receiver, count, THREADS * sum(map(len, forged))) as answered:

        def work(number):
            own = random.Random(number)
            wanted = [*range(count), *range(count)]
            own.shuffle(wanted)
            for place, wish in enumerate(wanted):
                # As the platform does: again until it is told that it is done.
                while True:
                    status = receiver.handle(*genuine[wish]).status
                    answered.append(status)
                    if status == 200:
                        break
                if place % 60 == 0:
                    answered.extend(receiver.handle(*request).status for request in forged[place // 60])

        at_once(work)


def test_loops_in_several_threads_share_a_receiver(receiver, caplog):
    caplog.set_level("CRITICAL")
    count = 60
    genuine = [delivery(str(number)) for number in range(count)]
    with checked(receiver, count, 0) as answered:

        async def deliver(request):
            while True:
                status = (await receiver.ahandle(*request)).status
                answered.append(status)
                if status == 200:
                    return
                await asyncio.sleep(0.001)  # what was begun before in this loop has to go on

        async def main():
            await asyncio.gather(*map(deliver, genuine))

        at_once(lambda _number: asyncio.run(asyncio.wait_for(main(), SECONDS)), 6)


def test_a_handler_that_blocks_holds_up_nobody(receiver):
    entered, release = threading.Event(), threading.Event()

    @receiver.on()
    def handle(envelope):
        if envelope.header.event_id == "slow":
            entered.set()
            assert release.wait(SECONDS)

    slow = []
    thread = threading.Thread(target=lambda: slow.append(receiver.handle(*delivery("slow")).status), daemon=True)
    thread.start()
    assert entered.wait(SECONDS)
    at_once(lambda number: [receiver.handle(*delivery(f"{number}-{index}")) for index in range(50)])
    assert receiver.handle(*delivery("slow")).status == 503
    assert receiver.counts["handled"] == THREADS * 50
    release.set()
    thread.join(SECONDS)
    assert slow == [200]


def test_handlers_come_and_go_while_requests_do(receiver):
    calls = []
    receiver.on()(lambda _envelope: calls.append(1))

    def work(number):
        for index in range(200):
            if number % 4 == 0:
                receiver.on("a.b_v1" if index % 2 else None)(lambda _envelope: None)
                if len(receiver._handlers) > 20:
                    receiver._handlers.pop(1)
            else:
                assert receiver.handle(*delivery(f"{number}-{index}")).status == 200

    at_once(work)
    assert len(calls) == THREADS * 3 // 4 * 200


@pytest.mark.parametrize("capacity", [5000, 16])
def test_a_window_says_new_to_one(capacity):
    for _ in range(5):
        dedup, found = Dedup(capacity), [[] for _ in range(THREADS)]

        def work(number, dedup=dedup, found=found):
            for index in range(300):
                name = str(index if capacity == 5000 else number * 1000 + index)
                said = dedup.begin(name)
                assert said in {"new", "duplicate", "in_progress"}
                if said == "new":
                    found[number].append(name)
                    dedup.commit(name)

        at_once(work)
        every = [name for names in found for name in names]
        assert len(every) == len(set(every)) == (300 if capacity == 5000 else 300 * THREADS)


def test_a_window_says_new_again_to_one_who_comes_after_a_failure():
    dedup, failed, done = Dedup(), Counter(), Counter()

    def work(number):
        for index in range(200):
            name = str(index)
            while (said := dedup.begin(name)) != "duplicate":
                if said == "new" and failed[name] < 3:
                    failed[name] += 1
                    dedup.abort(name)
                elif said == "new":
                    done[name] += 1
                    dedup.commit(name)

    at_once(work)
    assert set(failed.values()) == {3}
    assert set(done.values()) == {1}


def test_threads_that_use_one_session():
    session = _native.Session(1 << 16, 64, 1)
    url = b'{"code":0,"data":{"URL":"wss://localhost/?service_id=7"}}'
    assert session.poll(0)[0] == "connect"
    session.handle_endpoint(url, 0)
    session.handle_open(0)
    found = [Counter() for _ in range(THREADS)]

    def work(number):
        for index in range(200):
            name = f"{number}-{index}"
            for seq in range(2):
                headers = [("type", "event"), ("message_id", name), ("sum", "2"), ("seq", str(seq))]
                frame = _native.Frame(method=1, service=7, headers=headers, payload=b"%d" % seq)
                delivery = session.handle_message(frame.write(), 1)
            assert delivery is not None
            found[number][delivery.json] += 1
            assert _native.Frame.read(session.answer(delivery, handled=True, now_ms=1)).header("message_id") == name
            session.poll(1)

    at_once(work)
    assert sum(found, Counter()) == {b"01": THREADS * 200}


def test_threads_that_look_at_shared_envelopes():
    envelopes = [lark_event.decode(event(str(number))) for number in range(500)]
    seen = [[] for _ in range(THREADS)]

    def work(number):
        order = list(range(500))
        random.Random(number).shuffle(order)
        seen[number] = [None] * 500
        for index in order:
            it = envelopes[index]
            assert it.event.process_id == "7072"
            seen[number][index] = (id(it.event), id(it.header), id(it.raw_event), hash(it), repr(it.header))

    at_once(work)
    assert all(row == seen[0] for row in seen)


def test_receivers_are_made_and_dropped_in_threads():
    def work(number):
        for index in range(100):
            receiver = Receiver("key", dedup=Dedup(8))
            receiver.on()(lambda _envelope, receiver=receiver: receiver.counts)
            assert receiver.handle(*delivery(f"{number}-{index}", key="key")).status == 200

    at_once(work)
