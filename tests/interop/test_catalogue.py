"""Random events of every CoreHR type: read by us and by the official Python SDK, they have the same values.

The events are made from the platform's catalogue (`tests/corpus/corehr_events.json`), not from our registry.
"""

import json
import logging
import random
from typing import get_args

import lark_event
import lark_oapi
import pytest
from corpus import HERE
from lark_oapi.core.model import RawRequest
from lark_oapi.event.dispatcher_handler import EventDispatcherHandler
from python_client import NOT_IN_THE_SDK

CATALOGUE = json.loads((HERE / "corehr_events.json").read_text(encoding="utf-8"))
EVENTS_OF_A_TYPE = 1000
# What the SDK's model says otherwise than all other sources (and than the platform's page). It does not matter when
# the SDK runs: it takes what there is.
WRONG_IN_THE_SDK = {("corehr.process_comment_info.updated_v2", "process_id"): int}
ALPHABET = 'aZ09 _-./"\\\b\n\t\x1f\x7fé中文😀\u2028\ufffd\U0010ffff'


@pytest.fixture(autouse=True)
def _quiet():
    lark_oapi.logger.setLevel(logging.CRITICAL)


def text(rng):
    if rng.random() < 0.5:
        return str(rng.randrange(10**18, 10**19))
    return "".join(rng.choices(ALPHABET, k=rng.choice((0, 1, 3, 20, 60))))


def value(rng, field):
    """Make a value of a field; `None` for one that is absent."""
    if rng.random() < 0.1:
        return None
    kind = field["type"]
    if kind == "string":
        return text(rng)
    if kind == "int":
        return rng.choice((rng.randrange(1, 20), rng.randrange(-(2**31), 2**31)))
    count = rng.choice((0, 1, 2, 7))
    if kind == "string[]":
        return [text(rng) for _ in range(count)]
    if kind == "object":
        return members(rng, field["fields"])
    assert kind == "object[]"
    return [members(rng, field["fields"]) for _ in range(count)]


def members(rng, fields):
    """Make an object: its members in any order, some not there, some `null`, some that nobody knows."""
    made = {name: value(rng, field) for name, field in fields.items()}
    made = {name: it for name, it in made.items() if it is not None or rng.random() < 0.5}
    if rng.random() < 0.2:
        made["unknown to all"] = [1.5, {"id": True}]
    names = rng.sample(sorted(made), len(made))
    return {name: made[name] for name in names}


def bodies(event_type):
    rng = random.Random(event_type)  # the same ones in each run
    for number in range(EVENTS_OF_A_TYPE):
        header = {"event_id": str(number), "event_type": event_type, "create_time": "1608725989000", "token": ""}
        event = members(rng, CATALOGUE[event_type]["fields"])
        whole = {"schema": "2.0", "header": header, "event": event}
        yield event, json.dumps(whole, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 4)))


def sdk(event_type):
    """Return a function that has the SDK read a body, and returns its event."""
    builder, seen = EventDispatcherHandler.builder("", ""), []
    getattr(builder, f"register_p2_{event_type.replace('.', '_')}")(seen.append)
    handler = builder.build()

    def read(body):
        request = RawRequest()
        request.uri, request.headers, request.body = "/", {}, body.encode()
        response = handler.do(request)
        assert response.status_code == 200, response.content
        return seen.pop().event

    return read


def plain(event, fields, of=getattr):
    """Return the values of an event, or an object in it, as JSON has them; `of` reads a member."""
    found = {}
    for name, field in fields.items():
        it = of(event, name)
        if it is not None and "fields" in field:
            inner = field["fields"]
            it = [plain(item, inner, of) for item in it] if field["type"] == "object[]" else plain(it, inner, of)
        found[name] = list(it) if isinstance(it, tuple) else it
    return found


@pytest.mark.parametrize("event_type", CATALOGUE)
def test_a_thousand_events_have_the_values_that_the_sdk_reads(event_type):
    fields = CATALOGUE[event_type]["fields"]
    theirs = None if event_type in NOT_IN_THE_SDK else sdk(event_type)
    classes = set()
    for sent, body in bodies(event_type):
        event = lark_event.decode(body).event
        classes.add(type(event))
        ours = plain(event, fields)
        # What has been sent is the second opinion on both.
        assert ours == plain(sent, fields, dict.get)
        assert theirs is None or ours == plain(theirs(body), fields)
        assert (
            lark_event.decode(json.dumps({"header": {"event_type": event_type}, "event": event.to_dict()})).event
            == event
        )
    assert [it.EVENT_TYPE for it in classes] == [event_type]


@pytest.mark.parametrize("event_type", sorted(NOT_IN_THE_SDK))
def test_no_version_of_the_sdk_knows_it(event_type):
    assert not hasattr(EventDispatcherHandler.builder("", ""), f"register_p2_{event_type.replace('.', '_')}")


@pytest.mark.parametrize(("event_type", "name"), list(WRONG_IN_THE_SDK))
def test_where_the_sdk_is_wrong(event_type, name):
    number = 2**53 + 1
    event = json.dumps({"schema": "2.0", "header": {"event_type": event_type}, "event": {name: number}})
    # The platform sends the digits as text; should an integer come, they are kept.
    assert getattr(lark_event.decode(event).event, name) == str(number)
    theirs = sdk(event_type)(event)
    assert type(theirs)._types[name] is WRONG_IN_THE_SDK[event_type, name]
    assert getattr(theirs, name) == number


@pytest.mark.parametrize("event_type", [name for name in CATALOGUE if name not in NOT_IN_THE_SDK])
def test_the_types_of_the_sdk_are_those_of_the_catalogue(event_type):
    model = type(sdk(event_type)(json.dumps({"schema": "2.0", "header": {"event_type": event_type}, "event": {}})))
    expected = types(CATALOGUE[event_type]["fields"])
    expected.update({name: wrong for (of, name), wrong in WRONG_IN_THE_SDK.items() if of == event_type})
    assert types_of(model) == expected


def types(fields):
    """Return the types of fields in Python: a list in a list, an object as its own types."""
    simple = {"string": str, "int": int, "string[]": [str]}

    def one(field):
        if field["type"] in simple:
            return simple[field["type"]]
        inner = types(field["fields"])
        return [inner] if field["type"] == "object[]" else inner

    return {name: one(field) for name, field in fields.items()}


def types_of(model):
    """Return the types of a model of the SDK, written in the same way."""

    def one(hint):
        if get_args(hint):
            return [one(get_args(hint)[0])]
        return types_of(hint) if hasattr(hint, "_types") else hint

    return {name: one(hint) for name, hint in model._types.items()}
