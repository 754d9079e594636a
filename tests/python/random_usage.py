"""Random use of the whole public interface, the same for the same seed: a program, and what its rounds are made of.

`python random_usage.py OPERATIONS ROUNDS SEED` does a round of so many operations again and again. All rounds are the
same, so that what is there after them must be the same too: see growth.py.
"""

import asyncio
import contextlib
import copy
import gc
import json
import pickle
import random
import sys
import types
import weakref
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "corpus"))

import lark_event
from corpus import CASES, NODE, SAMPLES, join
from deliveries import KEY, TOKEN, challenge, delivery, encrypted, event, signed
from growth import Growth
from lark_event import DecodeError, Dedup, Envelope, Record, UnknownEvent, WebhookError, _native
from random_long import LongConnections

REFUSED = (DecodeError, WebhookError, TypeError, ValueError, AttributeError, KeyError, IndexError, OverflowError)
BODIES = [(sample.read_bytes(), NODE) for sample in SAMPLES]
BODIES += [(body, case["event_type"]) for case in CASES if len(body := join(case["input"])) < 20_000]
UNKNOWN = (
    b'{"schema":"2.0","header":{"event_type":"a.b_v1"},"event":{"a":[1,{"b":"\\u6d41"}],"n":12345678901234567890}}'
)
CLASSES = [vars(lark_event).get(name) or getattr(lark_event, name) for name in lark_event.__all__]
RECORDS = [it for it in CLASSES if isinstance(it, type) and issubclass(it, Record) and it._fields]
ENUMS = [
    it
    for it in CLASSES
    if isinstance(it, type) and issubclass(it, lark_event.OpenEnum) and getattr(it, "__members__", None)
]
# What nobody should pass anywhere.
WRONG = [
    None,
    5,
    -1,
    2**70,
    1.5,
    "",
    "x\udcff",
    b"",
    bytearray(),
    object(),
    [],
    {},
    lambda: None,
    lark_event.Header,
    NotImplemented,
]


class HandlerError(Exception):
    """What handlers raise."""


class Usage(LongConnections):
    """The operations: every method whose name begins with `do_`."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kept = [None] * 100
        self.loop = asyncio.new_event_loop()
        self.numbers = count()
        self.receivers = [self.made_receiver() for _ in range(4)]
        self.dedup = Dedup(capacity=50)
        super().__init__()
        self.operations = sorted(name for name in dir(self) if name.startswith("do_"))

    def run(self, operations):
        """Do so many things, with the collector at work all the time."""
        for _ in range(operations):
            found = getattr(self, self.random.choice(self.operations))()
            self.kept[self.random.randrange(len(self.kept))] = found
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def body(self):
        return self.random.choice(BODIES)

    def damaged(self):
        body = bytearray(self.body()[0])
        for _ in range(self.random.randrange(1, 4)):
            if body and self.random.random() < 0.7:
                body[self.random.randrange(len(body))] = self.random.randrange(256)
            else:
                del body[self.random.randrange(len(body) + 1) :]
        return bytes(body)

    def form(self, body):
        """Return a body as one of the types that it may have."""
        kind = self.random.randrange(6)
        if kind == 0:
            return bytearray(body)
        if kind == 1:
            return memoryview(body)
        if kind == 2:
            return memoryview(bytes(byte for byte in body for _ in range(2)))[::2]
        if kind == 3:
            return type("Body", (bytes,), {})(body)
        if kind == 4:
            with contextlib.suppress(UnicodeDecodeError):
                return body.decode()
        return body

    def refused(self, call, *arguments, **options):
        """Call what may be refused, and return what comes of it: an exception lives on, with its traceback."""
        try:
            return call(*arguments, **options)
        except REFUSED as error:
            return error

    def decoded(self):
        body, event_type = self.body()
        found = self.refused(lark_event.decode, self.form(body), event_type=event_type)
        return found if isinstance(found, Envelope) else getattr(found, "envelope", None)

    # Decoding

    def do_decode(self):
        return self.decoded()

    def do_decode_damaged(self):
        return self.refused(lark_event.decode, self.form(self.damaged()))

    def do_decode_an_unknown_type(self):
        event = lark_event.decode(self.form(UNKNOWN)).event
        assert isinstance(event, UnknownEvent)
        assert (event["a"][1]["b"], len(event), list(event)) == ("流", 2, ["a", "n"])
        for change in (event["a"][1].clear, lambda: event["a"][1].update(b=1), lambda: setattr(event, "a", 1)):
            assert isinstance(self.refused(change), (TypeError, AttributeError))
        assert event.to_dict() == dict(event, a=[1, {"b": "流"}])
        return event, self.refused(UnknownEvent, self.random.choice(WRONG))

    def do_decode_nonsense(self):
        wrong, body = self.random.choice(WRONG), self.body()[0]
        view = memoryview(bytearray(body))
        view.release()
        errors = [self.refused(lark_event.decode, view), self.refused(lark_event.decode, body, wrong)]
        assert all(isinstance(error, Exception) for error in errors)
        return errors, self.refused(lark_event.decode, wrong), self.refused(lark_event.decode, body, event_type=wrong)

    def do_decode_what_changes(self):
        given = bytearray(self.body()[0])
        view = memoryview(given)
        found = self.refused(lark_event.decode, view), self.refused(lark_event.decode, given)
        given[:] = b"\xff" * len(given)
        view.release()
        given.clear()
        texts = [repr(getattr(it, "event", it)) for it in found]
        assert "\\xff" not in texts[0]
        return found

    def do_decode_in_another_type(self):
        name = self.random.choice([it.name for it in lark_event.event_types()])
        return self.refused(lark_event.decode, self.body()[0], event_type=type("Name", (str,), {})(name))

    # What has been decoded

    def do_look_at_everything(self):
        return self.everything(self.decoded())

    def everything(self, value):
        if isinstance(value, tuple):
            return [self.everything(item) for item in value]
        if not isinstance(value, Record):
            return repr(value), str(value), hash(value), value == value  # noqa: PLR0124 - it is what is tested
        names = list(value.__match_args__)
        self.random.shuffle(names)
        found = [self.everything(getattr(value, name)) for name in names]
        assert [getattr(value, name) for name in value.__match_args__] == list(value._values)
        return found

    def do_compare_and_copy(self):
        value = self.decoded()
        if self.random.random() < 0.5:
            value = getattr(value, "event", None)
        again = pickle.loads(pickle.dumps(value, self.random.randrange(2, 6)))
        assert again == value == copy.copy(value) == copy.deepcopy(value)
        assert (hash(again), repr(again)) == (hash(value), repr(value))
        assert (value == 5, value != again, value == self.kept[0]) == (False, False, value is self.kept[0])
        return again

    def do_write_again(self):
        value = self.decoded()
        if value is None or value.event is None:
            return None
        text = value.to_json()
        assert json.loads(text) == value.to_dict() or isinstance(value.event, UnknownEvent)
        again = self.refused(lark_event.decode, text, event_type=value.event.EVENT_TYPE or None)
        return again, value.event.to_json()

    def do_change(self):
        value = self.random.choice([self.decoded(), lark_event.Header(event_id="1")])
        names = [*getattr(value, "__match_args__", ()), "other", "__class__", "_values"]
        name = self.random.choice(names)
        changes = (lambda: setattr(value, name, 1), lambda: delattr(value, name))
        errors = [self.refused(change) for change in changes]
        assert all(isinstance(error, (AttributeError, TypeError)) for error in errors), (value, name, errors)
        return errors

    def do_make_by_hand(self):
        value = getattr(self.decoded(), "event", None) or lark_event.Header(ts="1")
        if isinstance(value, UnknownEvent):
            return UnknownEvent(value.raw)
        fields = {name: getattr(value, name) for name in value.__match_args__}
        assert type(value)(**fields) == value
        fields[self.random.choice([*fields, "other"])] = self.random.choice(WRONG)
        return self.refused(type(value), **fields), self.refused(Envelope, event=value)

    def do_use_classes_wrongly(self):
        record, wrong = self.random.choice(RECORDS), self.random.choice(WRONG)
        field = vars(record)[record.__match_args__[0]]
        calls = (
            (field.__get__, wrong, record),
            (field.__set__, wrong, wrong),
            (field.__delete__, wrong),
            (_native.restore, wrong, ()),
            (_native.restore, record, wrong),
            (_native.Field, wrong, wrong, wrong),
            (_native.Record, wrong),
            (record, wrong),
            (Envelope, wrong),
            (weakref.ref, record()),
        )
        empty = _native.restore(record, ())
        errors = [self.refused(*call) for call in calls]
        return errors, self.refused(getattr, empty, record.__match_args__[0]), self.refused(_native.Envelope)

    def do_subclass(self):
        base = self.random.choice([*RECORDS, Envelope, lark_event.Event, _native.Record, _native.Field])
        slots = self.random.choice([(), ("__weakref__",), ("more",)])
        derived = type("Derived", (base,), {"__slots__": slots})
        value = self.refused(derived) if base is not _native.Field else derived(0, "x", "y")
        if slots == ("__weakref__",) and not isinstance(value, Exception):
            reference = weakref.ref(value)
            assert reference() is value
            value = None
            assert reference() is None
        finals = [_native.Webhook, _native.Dedup, _native.Frame, _native.Session, self.random.choice(ENUMS)]
        assert all(isinstance(self.refused(types.new_class, "No", (final,)), TypeError) for final in finals)
        return derived, value

    def do_enums(self):
        enum = self.random.choice(ENUMS)
        known = self.random.choice(list(enum))
        value = self.refused(enum, self.random.choice([known.value, 7777, "other"]))
        if not isinstance(value, Exception):
            assert pickle.loads(pickle.dumps(value)) == value
        return value, f"{value}", self.refused(enum, self.random.choice(WRONG[:7]))

    def do_registry(self):
        tag, name, wrong = (
            self.random.randrange(-1, 90),
            self.random.choice(_native.enum_names()),
            self.random.choice(WRONG),
        )
        calls = (_native.event_type, _native.record, _native.enum_values, _native.endpoint_code_name, _native.reply)
        found = [self.refused(call, wrong) for call in calls]
        return found, self.refused(_native.event_type, tag), _native.enum_values(name), _native.sizes()

    # Receiving

    def made_receiver(self):
        secrets = self.random.choice([(KEY, TOKEN), (KEY, None), ("new", TOKEN)])
        previous = {"previous_encrypt_key": KEY} if secrets[0] == "new" else {}
        receiver = lark_event.Receiver(*secrets, **previous, dedup=Dedup(capacity=20))

        @receiver.on()
        def handle(envelope):
            self.kept[self.random.randrange(len(self.kept))] = envelope
            choice = self.random.randrange(12)
            if choice == 0:
                raise HandlerError(envelope)
            if choice == 1:
                receiver.handle(*delivery("nested"))
            if choice == 2:
                gc.collect(self.random.randrange(3))
            return repr(receiver) if choice == 3 else None  # which makes a cycle too

        @receiver.on(lark_event.ProcessUpdated)
        async def wait(envelope):
            await asyncio.sleep(0)

        return receiver

    def request(self):
        """Return a request: genuine or not, seen before or not."""
        number, kind = str(self.random.randrange(40)), self.random.randrange(10)
        if kind < 5:
            event_type = self.random.choice([it.name for it in lark_event.event_types()])
            return delivery(number, self.random.choice([event_type, "a.b_v1"]))
        if kind == 5:
            return delivery(number, key="another")
        if kind == 6:
            return {}, encrypted(challenge(number))
        body = encrypted(self.damaged() if kind == 7 else event(number, token="another"))
        return signed(body), body[: len(body) - (kind == 9)]

    def headers(self, headers):
        """Return headers as one of the types that they may have."""
        pairs = list(headers.items())
        forms = (
            headers,
            pairs,
            [(name.encode(), value.encode()) for name, value in pairs],
            iter(pairs),
            [list(pair) for pair in pairs],
            type("Headers", (), {"items": lambda _self: pairs})(),
        )
        return self.random.choice(forms)

    def do_handle(self):
        headers, body = self.request()
        form = self.random.choice([bytes, bytearray, memoryview])
        response = self.random.choice(self.receivers).handle(self.headers(headers), form(body))
        assert response.status in {200, 400, 401, 413, 500, 503}
        response.headers["more"] = "x"
        return response

    def do_handle_in_a_loop(self):
        receiver, requests = self.random.choice(self.receivers), [self.request() for _ in range(3)]

        async def main():
            return await asyncio.gather(*(receiver.ahandle(*request) for request in requests), return_exceptions=True)

        found = self.loop.run_until_complete(main())
        assert not any(isinstance(it, BaseException) for it in found), found
        return found

    def do_open(self):
        return self.refused(self.random.choice(self.receivers).open, *self.request())

    def do_handle_nonsense(self):
        receiver, (headers, body) = self.random.choice(self.receivers), self.request()
        changing = bytearray(body)

        def pairs():
            yield from headers.items()
            changing.clear()
            gc.collect(0)
            if self.random.random() < 0.5:
                raise HandlerError

        found = [self.refused(receiver.handle, self.random.choice(WRONG), body)]
        found += [self.refused(receiver.handle, headers, self.random.choice(WRONG))]
        found += [self.refused(receiver.open, [(self.random.choice(WRONG), self.random.choice(WRONG))], body)]
        with contextlib.suppress(HandlerError):
            found.append(receiver.handle(pairs(), changing))
        return found, self.refused(receiver.on, self.random.choice(WRONG[3:]))

    def do_replace_a_receiver(self):
        index = self.random.randrange(len(self.receivers))
        old, self.receivers[index] = self.receivers[index], self.made_receiver()
        wrong = self.random.choice(WRONG)
        return old.counts, self.refused(lark_event.Receiver, wrong), self.refused(_native.Webhook, encrypt_key=wrong)

    def do_handlers(self):
        handlers = _native.Handlers()
        for number in range(self.random.randrange(5)):
            handlers.insert(self.random.randrange(9), (str(number), handlers))  # a cycle
        found = [self.refused(handlers.pop, self.random.randrange(6)), self.refused(handlers.append, WRONG[-1])]
        return found if self.random.random() < 0.5 else len(handlers)

    def do_dedup(self):
        name = str(self.random.randrange(80))
        found = self.dedup.begin(name)
        assert found in {"new", "duplicate", "in_progress"}
        getattr(self.dedup, self.random.choice(["commit", "abort"]))(name)
        return self.refused(self.dedup.begin, self.random.choice(WRONG)), self.refused(
            Dedup, self.random.choice(WRONG[1:4])
        )

    # And the collector

    def do_collect(self):
        for _ in range(self.random.randrange(20)):
            self.kept[self.random.randrange(len(self.kept))] = None
        gc.collect(self.random.randrange(2))

    def do_pickle_errors(self):
        error = self.refused(lark_event.decode, self.damaged())
        if isinstance(error, DecodeError):
            again = pickle.loads(pickle.dumps(error))
            assert (str(again), again.kind, again.envelope) == (str(error), error.kind, error.envelope)
        return error


def main(operations, rounds, seed):
    growth = Growth([*RECORDS, *ENUMS, *CLASSES, *vars(_native).values()], rounds)
    gc.set_threshold(200, 5, 5)
    for _ in range(rounds):
        usage = Usage(seed)
        usage.run(operations)
        del usage
        growth.note()
    return growth.problems()


if __name__ == "__main__":
    import logging

    logging.disable()
    problems = main(*map(int, sys.argv[1:]))
    sys.exit("\n".join(problems) or 0)
