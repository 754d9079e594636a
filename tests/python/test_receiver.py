"""The receiver: handlers, answers, repeated deliveries, and what it keeps to itself."""

import asyncio
import copy
import logging
import pickle
import threading
import time
import traceback
from email.message import Message

import lark_event
import pytest
from deliveries import CC, KEY, SUCCESS, TOKEN, challenge, delivery, encrypted, event, signed
from lark_event import Dedup, ErrorKind, ProcessCcUpdated, Receiver, WebhookError


def test_handlers_by_class_by_name_and_for_all(receiver):
    calls = []

    @receiver.on(ProcessCcUpdated)
    def by_class(envelope):
        calls.append(("class", envelope.event.process_id))

    @receiver.on(CC)
    def by_name(envelope):
        calls.append(("name", envelope.header.event_type))

    @receiver.on("corehr.process.updated_v2")
    def by_other_name(envelope):
        calls.append(("other", envelope.header.event_type))

    @receiver.on()
    def by_nothing(envelope):
        calls.append(("all", envelope.header.event_id))

    assert by_class.__name__ == "by_class"
    assert receiver.handle(*delivery("1")) == SUCCESS
    assert calls == [("class", "7072"), ("name", CC), ("all", "1")]
    calls.clear()
    assert receiver.handle(*delivery("2", "corehr.process.updated_v2")).status == 200
    assert calls == [("other", "corehr.process.updated_v2"), ("all", "2")]
    assert receiver.counts == {"handled": 2}


def test_what_a_handler_can_be_registered_for(receiver):
    for wrong in (lark_event.Event, lark_event.Envelope, "", 5, b"x", lambda envelope: None):
        with pytest.raises(TypeError, match="on\\(\\) takes a class of events"):
            receiver.on(wrong)
    with pytest.raises(ValueError, match="challenges are answered by the receiver"):
        receiver.on(lark_event.UrlVerification)
    with pytest.raises(TypeError, match="must be callable"):
        receiver.on()(None)


def test_a_receiver_needs_a_secret():
    with pytest.raises(ValueError, match="insecure"):
        Receiver()
    for options in ({"encrypt_key": ""}, {"verification_token": ""}, {"encrypt_key": "x" * 129}):
        with pytest.raises(ValueError, match="1 to 128 bytes"):
            Receiver(**options)
    with pytest.raises(ValueError, match="a previous one a current one"):
        Receiver(KEY, previous_verification_token=TOKEN)
    with pytest.raises(TypeError):
        Receiver(5)
    Receiver("x" * 128)


def test_without_secrets_everything_is_taken():
    receiver = Receiver.insecure()
    assert receiver.handle({}, event()).status == 200
    assert receiver.handle({}, challenge("c")).body == b'{"challenge":"c"}'


def test_with_a_token_alone(seen):
    receiver = Receiver(verification_token=TOKEN)
    receiver.on()(lambda envelope: seen.append(envelope.header.event_id))
    assert receiver.handle({}, event("1")).status == 200
    assert receiver.handle({}, event("2", token="another")).status == 401
    assert receiver.handle({}, encrypted(event("3"))).status == 400
    assert receiver.handle({}, b"[1").status == 400
    assert seen == ["1"]


def test_challenges(receiver):
    text = 'quotes " \\ \n\x00 \U0001f600 </script>'
    for body in (encrypted(challenge(text)),):
        response = receiver.handle({}, body)
        assert response.status == 200
        assert __import__("json").loads(response.body) == {"challenge": text}
    assert receiver.handle({}, challenge()).status == 401
    assert receiver.handle({}, encrypted(challenge(token="another"))).status == 401
    assert receiver.handle({}, encrypted(event())).status == 401
    assert receiver.counts == {"challenge": 1, "refused": 3}
    assert receiver.open({}, encrypted(challenge(text))) == text


def test_headers_of_any_kind(receiver, seen):
    headers, body = delivery("1")
    names = [name.lower() for name in headers]
    values = list(headers.values())
    pairs = [("Host", "x"), *zip(names, values, strict=True)]
    raw = [(name.encode(), value.encode()) for name, value in pairs]
    message = Message()
    for name, value in pairs:
        message[name] = value
    assert receiver.open(message, body).header.event_id == "1"
    for given in (headers, {k.upper(): v for k, v in headers.items()}, pairs, iter(pairs), raw, dict(raw), tuple(raw)):
        assert receiver.open(given, body).header.event_id == "1"
    repeated = [*pairs, (names[2], values[2])]
    for bad in ({}, pairs[:-1], repeated, [*pairs[:-1], (names[2], values[2] + "é")]):
        assert receiver.handle(bad, body).status == 401
    # Headers that are none of our business may be anything.
    assert receiver.handle([*pairs, ("X-List", ["a", 5]), ("X-\udcff", "\udcff")], body).status == 200
    with pytest.raises(TypeError, match="str or bytes, not list"):
        receiver.handle({**headers, "X-Lark-Signature": ["a"]}, body)
    with pytest.raises(TypeError, match="body must be bytes, bytearray or memoryview, not str"):
        receiver.handle(headers, body.decode())


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bodies_of_any_kind_stay_as_they_are(receiver, seen, kind):
    headers, body = delivery("1")
    given = kind(body)
    assert receiver.handle(headers, given).status == 200
    assert bytes(given) == body


def test_a_repeated_delivery_is_handled_once(receiver, seen):
    for _ in range(3):
        assert receiver.handle(*delivery("1")) == SUCCESS
    assert seen == ["1"]
    assert receiver.counts == {"handled": 1, "duplicate": 2}


def test_an_event_without_id_is_always_handled():
    receiver, calls = Receiver.insecure(), []
    receiver.on()(calls.append)
    for _ in range(2):
        assert receiver.handle({}, b'{"schema":"2.0","header":{"event_type":"a.b"},"event":{}}').status == 200
        assert receiver.handle({}, event("")).status == 200
    assert len(calls) == 4


def test_a_failed_handler_gets_its_event_again(receiver, caplog):
    attempts = []

    @receiver.on()
    def handle(envelope):
        attempts.append(envelope.header.event_id)
        if len(attempts) < 3:
            raise RuntimeError("the database is away")

    responses = [receiver.handle(*delivery("1")) for _ in range(4)]
    assert [response.status for response in responses] == [500, 500, 200, 200]
    assert responses[0].body == b'{"msg":"Internal Server Error"}'
    assert attempts == ["1", "1", "1"]
    assert receiver.counts == {"failed": 2, "handled": 1, "duplicate": 1}
    assert caplog.messages[0] == f"event '1' ({CC}) could not be handled"
    assert "the database is away" in caplog.text


def test_of_several_handlers_the_first_failure_ends_it(receiver):
    calls = []
    for name, fails in (("a", False), ("b", True), ("c", False)):

        @receiver.on()
        def handle(envelope, name=name, fails=fails):
            calls.append(name)
            if fails and calls.count(name) == 1:
                raise ValueError

    assert receiver.handle(*delivery("1")).status == 500
    assert receiver.handle(*delivery("1")).status == 200
    assert calls == ["a", "b", "a", "b", "c"]


def test_an_interrupt_passes_and_the_event_comes_again(receiver, seen):
    def interrupted(envelope):
        raise KeyboardInterrupt

    receiver._handlers.insert(0, (None, interrupted))
    with pytest.raises(KeyboardInterrupt):
        receiver.handle(*delivery("1"))
    receiver._handlers.pop(0)
    assert receiver.handle(*delivery("1")).status == 200
    assert seen == ["1"]


def test_two_deliveries_at_once_do_not_both_run(receiver):
    entered, release = threading.Event(), threading.Event()
    runs = []

    @receiver.on()
    def handle(envelope):
        runs.append(1)
        entered.set()
        assert release.wait(10)

    first = []
    thread = threading.Thread(target=lambda: first.append(receiver.handle(*delivery("1"))))
    thread.start()
    assert entered.wait(10)
    assert receiver.handle(*delivery("1")).status == 503
    release.set()
    thread.join(10)
    assert first == [SUCCESS]
    assert receiver.handle(*delivery("1")) == SUCCESS
    assert runs == [1]
    assert receiver.counts == {"handled": 1, "in_progress": 1, "duplicate": 1}


def test_an_unknown_event_type_is_answered_with_200_and_counted(receiver):
    known = []
    receiver.on(ProcessCcUpdated)(known.append)
    assert receiver.handle(*delivery("1", "corehr.something.new_v9")) == SUCCESS
    assert receiver.handle(*delivery("2", "corehr.process.updated_v2")) == SUCCESS
    assert (known, receiver.counts) == ([], {"unhandled": 2})
    # It has not been handled, so that a handler that comes later gets it.
    receiver.on("corehr.something.new_v9")(known.append)
    assert receiver.handle(*delivery("1", "corehr.something.new_v9")) == SUCCESS
    assert (known[0].event["process_id"], known[0].event["status"]) == ("7072", 5)
    assert known[0].raw_event == b'{"process_id": "7072", "status": 5}'


def test_one_bad_field_does_not_cost_the_event(receiver, caplog):
    events = []
    receiver.on()(events.append)
    assert receiver.handle(*delivery("1", status=[])) == SUCCESS
    assert (events[0].event.process_id, events[0].event.status) == ("7072", None)
    assert receiver.counts == {"faulty": 1, "handled": 1}
    assert caplog.messages == [
        "event '1' lacks a field: event.status: expected an integer, found an array at byte "
        + str(event("1", status=[]).index(b"[]"))
    ]


def test_a_body_that_is_no_event(receiver):
    for text in (b"", b"{", b"[]", b'"x"', b"{}", b'{"token":"' + TOKEN.encode() + b'"}'):
        body = encrypted(text)
        assert receiver.handle(signed(body), body).status in {400, 401}, text
    assert set(receiver.counts) == {"refused"}


def test_refusals_have_a_kind_and_a_status(receiver):
    headers, body = delivery("1")
    cases = [
        ({}, body, ErrorKind.UNVERIFIED, 401),
        ({**headers, "X-Lark-Signature": "0"}, body, ErrorKind.SIGNATURE_HEADER, 401),
        (headers, body + b" ", ErrorKind.SIGNATURE, 401),
        (*delivery("1", key="another"), ErrorKind.SIGNATURE, 401),
        (*delivery("1", token="another"), ErrorKind.TOKEN, 401),
        (signed(event()), event(), ErrorKind.NOT_ENCRYPTED, 400),
        (signed(b"{}x"), b"{}x", ErrorKind.TRAILING_BYTES, 400),
        (signed(b'{"encrypt":"AAAA"}'), b'{"encrypt":"AAAA"}', ErrorKind.DECRYPTION, 400),
        (headers, b" " * ((1 << 20) + 1), ErrorKind.TOO_LARGE, 413),
    ]
    for given, content, kind, status in cases:
        with pytest.raises(WebhookError) as caught:
            receiver.open(given, content)
        assert (caught.value.kind, caught.value.status) == (kind, status)
        assert receiver.handle(given, content).status == status
        again = pickle.loads(pickle.dumps(caught.value))
        assert (again.kind, again.status, str(again)) == (kind, status, caught.value.message)


def test_replaced_secrets():
    receiver = Receiver("new", "new token", previous_encrypt_key="old", previous_verification_token="old token")
    receiver.on()(lambda envelope: None)
    for number, (key, token) in enumerate([("new", "new token"), ("old", "old token"), ("new", "old token")]):
        assert receiver.handle(*delivery(f"{number}", key=key, token=token)).status == 200
        assert receiver.handle({}, encrypted(challenge("c", token), key)).body == b'{"challenge":"c"}'
    assert receiver.handle(*delivery("x", key="older", token="new token")).status == 401
    assert receiver.handle(*delivery("x", key="new", token="older token")).status == 401


def test_the_age_of_a_request_matters_only_if_asked_for():
    body = encrypted(event())
    for age, allowed in ((0, True), (200, True), (-200, True), (400, False), (-400, False)):
        headers = signed(body, timestamp=str(int(time.time()) - age))
        assert Receiver(KEY).handle(headers, body).status == 200
        assert Receiver(KEY, tolerance=300).handle(headers, body).status == (200 if allowed else 401)
    old = signed(body, timestamp=str(int(time.time()) - 2))
    assert Receiver(KEY, tolerance=0.0001).handle(old, body).status == 401
    for wrong in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="tolerance must be more than 0 seconds"):
            Receiver(KEY, tolerance=wrong)


def test_nothing_secret_is_shown(receiver, caplog):
    caplog.set_level(logging.DEBUG)
    secrets = (KEY, TOKEN)

    @receiver.on()
    def handle(envelope):
        raise RuntimeError(repr(envelope), str(envelope.header))

    texts = [repr(receiver), repr(receiver._webhook), str(vars(receiver))]
    cases = [delivery("1"), delivery("2", token="another"), ({}, challenge()), ({}, b"")]
    for headers, body in cases:
        texts += [str(receiver.handle(headers, body))]
        try:
            receiver.open(headers, body)
        except WebhookError as error:
            texts += ["".join(traceback.format_exception(error)), repr(error), str(vars(error))]
    texts.append(caplog.text)
    assert "RuntimeError" in caplog.text
    for text in texts:
        assert not any(secret in text for secret in secrets), text
    with pytest.raises(TypeError):
        pickle.dumps(receiver._webhook)
    with pytest.raises(TypeError):
        copy.copy(receiver._webhook)


def test_another_store_can_remember_events():
    class Store:
        def __init__(self):
            self.calls = []
            self.answer = "new"

        def begin(self, event_id):
            self.calls.append(("begin", event_id))
            if self.answer is None:
                raise ConnectionError("the store is away")
            return self.answer

        def commit(self, event_id):
            self.calls.append(("commit", event_id))

        def abort(self, event_id):
            self.calls.append(("abort", event_id))

    store, fail = Store(), []
    receiver = Receiver(KEY, dedup=store)

    @receiver.on()
    def handle(envelope):
        if fail:
            raise ValueError

    assert receiver.handle(*delivery("1")).status == 200
    store.answer = "duplicate"
    assert receiver.handle(*delivery("2")).status == 200
    store.answer = "in_progress"
    assert receiver.handle(*delivery("3")).status == 503
    store.answer = None
    assert receiver.handle(*delivery("4")).status == 500
    store.answer = "new"
    fail.append(1)
    assert receiver.handle(*delivery("5")).status == 500
    assert store.calls == [
        *[("begin", "1"), ("commit", "1"), ("begin", "2"), ("begin", "3"), ("begin", "4")],
        *[("begin", "5"), ("abort", "5")],
    ]


def test_a_store_that_fails_at_the_end(caplog):
    class Store(Dedup):
        def commit(self, event_id):
            raise ConnectionError("the store is away")

        def abort(self, event_id):
            raise ConnectionError("the store is still away")

    receiver = Receiver(KEY, dedup=Store())
    receiver.on()(lambda envelope: None)
    assert receiver.handle(*delivery("1")).status == 500
    assert receiver.handle(*delivery("1")).status == 503
    assert asyncio.run(receiver.ahandle(*delivery("2"))).status == 500
    assert "event '1' cannot be forgotten" in caplog.text


def test_dedup_forgets_the_oldest_and_the_old():
    dedup = Dedup(capacity=2)
    for name in "abc":
        assert dedup.begin(name) == "new"
        dedup.commit(name)
    assert [dedup.begin(name) for name in "cba"] == ["duplicate", "duplicate", "new"]
    dedup = Dedup(ttl=0.05)
    assert dedup.begin("a") == "new"
    dedup.commit("a")
    time.sleep(0.1)
    assert dedup.begin("a") == "new"
    with pytest.raises(OverflowError):
        Dedup(capacity=-1)


def test_many_threads_and_every_event_once(receiver, seen):
    requests = [delivery(str(number % 500)) for number in range(2000)]
    statuses = []

    def work(part):
        for headers, body in part:
            statuses.append(receiver.handle(headers, body).status)

    threads = [threading.Thread(target=work, args=(requests[start::8],)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(seen, key=int) == [str(number) for number in range(500)]
    assert set(statuses) <= {200, 503}
    assert receiver.counts["handled"] == 500
