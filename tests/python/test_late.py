"""Envelopes whose values are made when they are looked at: nobody can tell, but for the time it takes."""

import asyncio
import dataclasses
import gc
import inspect
import json
import pickle
import sys
import threading
import weakref

import lark_event
import pytest
from deliveries import KEY, TOKEN, delivery, event
from lark_event import Envelope, Header, ProcessUpdated, Receiver

TYPE = "corehr.process.updated_v2"
HEADER = {"event_id": "5e37", "event_type": TYPE, "create_time": "1608725989000", "token": "t", "app_id": "cli_1"}


def body(event=None, **more):
    return json.dumps({"schema": "2.0", "header": HEADER, "event": event or {"process_id": "7072"}, **more}).encode()


def test_every_part_is_made_once():
    envelope = lark_event.decode(body())
    for name in Envelope.__match_args__:
        assert getattr(envelope, name) is getattr(envelope, name)
    assert envelope._values == (envelope.schema, envelope.header, envelope.event, envelope.raw_event)
    assert envelope.header == Header(**{**HEADER, "create_time": 1608725989000})


def test_threads_that_look_at_once_see_the_same():
    for _ in range(50):
        envelope, start, seen = lark_event.decode(body()), threading.Barrier(4), []

        def look(envelope=envelope, start=start, seen=seen):
            start.wait()
            seen.append((id(envelope.event), id(envelope.header), id(envelope.raw_event)))

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(seen) == 4
        assert len(set(seen)) == 1


@pytest.mark.parametrize("looked", [False, True])
def test_it_makes_no_difference_whether_it_was_looked_at(looked):
    envelope = lark_event.decode(body())
    if looked:
        assert (envelope.event.process_id, envelope.header.event_id) == ("7072", "5e37")
    again = lark_event.decode(body())
    assert pickle.loads(pickle.dumps(envelope)) == envelope == again
    assert hash(envelope) == hash(again)
    assert repr(envelope) == repr(again)
    assert envelope.to_json() == again.to_json()


def test_what_happens_to_the_body_does_not_matter():
    given = bytearray(body())
    envelope, viewed = lark_event.decode(given), lark_event.decode(memoryview(given))
    given[:] = b"x" * len(given)
    assert envelope == viewed == lark_event.decode(body())
    assert envelope.raw_event == b'{"process_id": "7072"}'


def test_a_body_with_something_of_its_own_is_not_kept():
    class Body(bytes):
        pass

    class Note:
        pass

    given = Body(body())
    given.note, given.envelope = Note(), lark_event.decode(given)
    envelope, gone = given.envelope, weakref.ref(given.note)
    del given
    gc.collect()
    assert gone() is None
    assert envelope == lark_event.decode(body())


@pytest.mark.parametrize("size", [1000, 16 << 10, (16 << 10) + 1, 100_000])
@pytest.mark.parametrize("inside", [False, True])
def test_bodies_of_any_size(size, inside):
    def of(padding):
        more = {"more": "x" * padding}
        return body({"process_id": "7072", **more}) if inside else body(**more)

    given = of(size - len(of(0)))
    assert len(given) == size
    before = sys.getrefcount(given)
    envelope = lark_event.decode(given)
    # Of a large body nothing is kept but the event.
    assert sys.getrefcount(given) - before == (size <= 16 << 10)
    assert (envelope.event, envelope.header.app_id) == (ProcessUpdated(process_id="7072"), "cli_1")
    assert json.loads(envelope.raw_event) == json.loads(given)["event"]


def test_escapes_in_a_header():
    for name in ("event_id", "event_type", "token", "app_id"):
        given = body().replace(b'"%s": "' % name.encode(), b'"%s": "\\u4e00\\"' % name.encode())
        envelope = lark_event.decode(given)
        assert getattr(envelope.header, name) == '一"' + HEADER[name]
        assert envelope.to_dict() == json.loads(given)


def test_what_records_do_not_take():
    for arguments in ((None,), ("a",), (("a",),), (None, None)):
        for make in (ProcessUpdated, Header, Envelope):
            with pytest.raises(TypeError, match="positional"):
                make(*arguments)
    for make in (ProcessUpdated, Header, Envelope):
        with pytest.raises(TypeError, match=f"^{make.__name__} has no field 'more'$"):
            make(more=1)
    assert str(inspect.signature(ProcessUpdated)) == "(**fields)"
    assert list(inspect.signature(Envelope).parameters) == list(Envelope.__match_args__)


def test_a_record_of_a_subclass():
    class Mine(ProcessUpdated):
        def __new__(cls, number):
            return super().__new__(cls, process_id=str(number))

    mine = Mine(5)
    assert (type(mine), mine.process_id) == (Mine, "5")
    with pytest.raises(TypeError, match="not safe"):
        lark_event.Record.__new__(Envelope)


def test_each_response_is_ones_own(receiver, seen):
    first = receiver.handle(*delivery("1"))
    first.headers["x"] = "y"
    assert receiver.handle(*delivery("2")).headers == {"content-type": "application/json; charset=utf-8"}
    assert (first.outcome, first.status) == ("handled", 200)
    assert dataclasses.asdict(first) | {"outcome": ""} == dataclasses.asdict(
        lark_event.Response(200, {"content-type": "application/json; charset=utf-8", "x": "y"}, b'{"msg":"success"}')
    )
    assert pickle.loads(pickle.dumps(first)) == first
    assert dataclasses.replace(first, status=201) == lark_event.Response(201, headers=first.headers, body=first.body)
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.status = 201


@pytest.mark.parametrize("body", [event("1"), b"{"])
def test_a_receiver_that_opens_requests_in_a_way_of_its_own(body):
    class Mine(Receiver):
        def open(self, headers, body):
            assert headers == {"a": "b"}
            return lark_event.decode(body)

    receiver, handled = Mine(KEY, TOKEN), []
    receiver.on()(handled.append)
    response = receiver.handle({"a": "b"}, body)
    assert (response.status, len(handled)) == ((400, 0) if body == b"{" else (200, 1))


@pytest.mark.parametrize("place", ["instance", "class"])
def test_a_way_to_open_requests_that_is_put_in_later(receiver, seen, monkeypatch, place):
    assert receiver.handle(*delivery("1")).status == 200
    with monkeypatch.context() as patch:
        if place == "instance":
            patch.setattr(receiver, "open", lambda _headers, body: lark_event.decode(body))
        else:
            patch.setattr(Receiver, "open", lambda _receiver, _headers, body: lark_event.decode(body))
        assert receiver.handle({}, event("2")).status == 200
        assert asyncio.run(receiver.ahandle({}, event("3"))).status == 200
    assert receiver.handle({}, event("4")).status == 401
    assert seen == ["1", "2", "3"]


@pytest.mark.parametrize("place", ["instance", "class"])
def test_a_store_of_events_with_methods_of_others(monkeypatch, place):
    dedup, asked = lark_event.Dedup(), []
    if place == "instance":
        monkeypatch.setattr(dedup, "begin", lambda event_id: asked.append(event_id) or "duplicate")
    else:
        monkeypatch.setattr(lark_event.Dedup, "begin", lambda _dedup, event_id: asked.append(event_id) or "duplicate")
    receiver = Receiver(KEY, TOKEN, dedup=dedup)
    receiver.on()(lambda _envelope: None)
    assert receiver.handle(*delivery("1")).outcome == "duplicate"
    assert asked == ["1"]


def test_what_a_handler_returns_does_not_matter(receiver):
    for value in (None, 0, "text", object(), lark_event.Response(500)):
        receiver.on()(lambda _envelope, value=value: value)
    assert receiver.handle(*delivery("1")).status == 200
    assert receiver.counts == {"handled": 1}


def test_a_receiver_whose_handlers_know_it_is_garbage_in_the_end():
    def made():
        receiver = Receiver(KEY, TOKEN)
        receiver.on()(lambda _envelope: receiver.counts)
        assert receiver.handle(*delivery("1")).status == 200
        return weakref.ref(receiver)

    gone = made()
    gc.collect()
    assert gone() is None


def test_a_handler_may_add_handlers(receiver):
    calls = []

    @receiver.on()
    def first(envelope):
        calls.append("first")
        receiver.on()(lambda _envelope: calls.append("later"))

    assert receiver.handle(*delivery("1")).status == 200
    assert calls == ["first"]
    assert receiver.handle(*delivery("2")).status == 200
    assert calls == ["first", "first", "later"]
