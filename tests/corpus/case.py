"""How a case is written, and what it becomes in cases.json.

In an input, three marks are taken out before it is written: U+2038 is where the error is, U+27E6 and U+27E7 enclose the
value of `event`. `raw("ff")` are bytes that are not UTF-8.
"""

import re

from model import Model, parse
from structs import EVENTS, FULL, FULL_HEADER, NO_EVENT, UPDATED

HERE_IS, OPEN, CLOSE = "\u2038", "\u27e6", "\u27e7"
FATAL = {
    "UNEXPECTED_END",
    "EXPECTED_VALUE",
    "EXPECTED_NAME",
    "EXPECTED_COLON",
    "EXPECTED_COMMA",
    "INVALID_NUMBER",
    "INVALID_LITERAL",
    "INVALID_ESCAPE",
    "LONE_SURROGATE",
    "CONTROL_CHARACTER",
    "INVALID_UTF8",
    "TOO_DEEP",
    "TRAILING_BYTES",
}
CASES = {}
UNSAID = object()


def raw(digits):
    return bytes.fromhex(digits).decode("utf-8", "surrogateescape")


def size(marked):
    """How many bytes a piece of input has, marks taken out."""
    return len(re.sub(f"[{HERE_IS}{OPEN}{CLOSE}]", "", marked).encode("utf-8", "surrogateescape"))


def case(name, marked, error=None, *, event_type=None, schema=UNSAID, header=UNSAID, event=UNSAID, tag=UNSAID, free=None):
    """Adds a case. `error` is (kind, field) and needs a mark, except at the end of the input. Where a reader without
    capacities finds another fault, `free` is that one, and there is a mark for it too, behind the first."""
    kind, field = error or (None, None)
    places = [size(marked[: mark.start()]) for mark in re.finditer(HERE_IS, marked)]
    data = re.sub(f"[{HERE_IS}{OPEN}{CLOSE}]", "", marked).encode("utf-8", "surrogateescape")
    if kind == "UNEXPECTED_END" and not places:
        places = [len(data)]
    elif kind == "UNKNOWN_EVENT_TYPE":
        places = [0]
    assert len(places) == (1 if error else 0) + (1 if free else 0), f"{name}: {len(places)} marks"
    new = {"name": name, "input": parts(data), "event_type": event_type}
    values = {"schema": "", "header": {}, "event_tag": NO_EVENT, "event": None, "raw_event": [0, 0]}
    said_error = {"kind": kind, "field": field, "offset": places[0]} if error else None
    unbounded = None
    if kind in FATAL:
        if kind not in ("TOO_DEEP", "LONE_SURROGATE"):
            try:
                parse(data)
            except ValueError:
                pass
            else:
                raise AssertionError(f"{name}: Python accepts it")
    elif kind != "UNKNOWN_EVENT_TYPE":
        model = Model(data, event_type, True)
        assert bool(model.faults) == bool(error), f"{name}: {error} against {model.faults}"
        assert not error or error in model.faults, f"{name}: {error} against {model.faults}"
        assert model.has_event == (OPEN in marked) or model.schema == "encrypt", f"{name}: mark the event"
        span = [0, 0]
        if model.has_event:
            start, end = (size(marked.partition(mark)[0]) for mark in (OPEN, CLOSE))
            span = [start, end - start]
            parse(data[start:end])
        values = {
            "schema": model.schema,
            "header": model.header,
            "event_tag": model.tag,
            "event": model.event,
            "raw_event": span,
        }
        unlimited = Model(data, event_type, False)
        if (unlimited.header, unlimited.event, unlimited.faults) != (model.header, model.event, model.faults):
            free_error = None if kind in ("CAPACITY", "TOO_MANY_ITEMS") else said_error
            if free:
                assert free in unlimited.faults, f"{name}: {free} against {unlimited.faults}"
                free_error = {"kind": free[0], "field": free[1], "offset": places[1]}
            assert bool(unlimited.faults) == bool(free_error), f"{name}: {unlimited.faults} without limits"
            unbounded = {"header": unlimited.header, "event": unlimited.event, "error": free_error}
        assert free is None or unbounded is not None, name
        assert (kind in ("CAPACITY", "TOO_MANY_ITEMS")) <= (unbounded is not None), name
    for key, said in (("schema", schema), ("header", header), ("event", event), ("event_tag", tag)):
        assert said is UNSAID or said == values[key], f"{name}: {key} {said!r} against {values[key]!r}"
    assert name not in CASES, name
    CASES[name] = new | values | {"error": said_error, "unbounded": unbounded}


def parts(data):
    """An input as its parts: text, repetitions, and bytes that are not UTF-8."""
    found = []
    for plain, other in re.findall("([^\udc80-\udcff]*)([\udc80-\udcff]*)", data.decode("utf-8", "surrogateescape")):
        end = 0
        for many in re.finditer(r"(.{1,10}?)\1{99,}", plain, re.DOTALL):
            found.append(plain[end : many.start()])
            found.append({"repeat": many[1], "times": len(many[0]) // len(many[1])})
            end = many.end()
        found.append(plain[end:])
        if other:
            found.append({"hex": other.encode("utf-8", "surrogateescape").hex()})
    return [part for part in found if part]


def obj(members):
    return "{" + ",".join(f'"{name}":{value}' for name, value in members.items() if value is not None) + "}"


def v2(event_type=UPDATED, event=None, header=None, *, more="", event_first=False):
    """A body of schema 2.0. `event` is the text of the value; `more` stands before the last brace."""
    header = obj({"event_id": '"e1"', "event_type": f'"{event_type}"'} | (header or {}))
    event = "{}" if event is None else event
    head, body = f'"header":{header}', f'"event":{OPEN}{event}{CLOSE}'
    first, second = (body, head) if event_first else (head, body)
    return f'{{"schema":"2.0",{first},{second}{more}}}'


HEADER_OF = {name: {"event_id": "e1", "event_type": name} for name in EVENTS}


def full(event_type, event=None, header=None, **options):
    """A body with every field; `event` and `header` replace some of the texts."""
    header = FULL_HEADER | {"event_type": f'"{event_type}"'} | (header or {})
    return v2(event_type, obj(FULL[event_type] | (event or {})), header, **options)


def quoted(content):
    return f'"{content}"'


def shorten(values):
    """A long text that repeats one character, or a long list that repeats one object, is written as a part of an input is."""

    def value(v):
        if isinstance(v, dict):
            return shorten(v)
        if isinstance(v, str) and len(v) > 10_000 and set(v) == {v[0]}:
            return {"repeat": v[0], "times": len(v)}
        if isinstance(v, list) and len(v) > 1000 and isinstance(v[0], dict) and v.count(v[0]) == len(v):
            return {"repeat": v[:1], "times": len(v)}
        return [value(item) for item in v] if isinstance(v, list) else v

    return values and {name: value(v) for name, v in values.items()}
