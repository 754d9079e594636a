"""The texts of rfc8259.json in all places, and what must come of each document, for the tests in Python and of C."""

import json
from dataclasses import dataclass
from pathlib import Path

from corpus import join

SUITE = json.loads((Path(__file__).parent / "rfc8259.json").read_text(encoding="utf-8"))
OURS = {name for row in SUITE["differences"] if row["reader"] == "lark-event" for name in row["texts"]}
MARK = "\u2038"
MAX_DEPTH = 64
# How far before the first wrong byte a fault may be: at the start of the character, or of the pair of escapes.
BEFORE = {"INVALID_UTF8": 3, "LONE_SURROGATE": 11}
# Longer texts are put into places in one spelling only.
LONG = 10_000


@dataclass
class Document:
    """A text in a place."""

    name: str
    body: bytes
    # Where a fault of the document must be, first and last possible byte; `None` if there must be none.
    fault: tuple | None
    # The error of a single field, kind and offset, that there must be; `None` for none.
    error: tuple | None = None
    # Header and event as there must be; `None` where that is not said.
    header: dict | None = None
    event: dict | None = None
    # Whether any error of a single field is as good.
    is_any: bool = False


def filled(template, value):
    """Put a value in the place of the mark; without one, what holds it is absent."""
    if isinstance(template, dict):
        members = {name: filled(item, value) for name, item in template.items()}
        return {name: item for name, item in members.items() if item is not None}
    if isinstance(template, list):
        items = [filled(item, value) for item in template]
        return None if None in items else items
    return value if template == MARK else template


def overflow(place, value):
    """Return the error of a value that is too large for its struct."""
    room = place["room"]
    if "capacity" in room and len(value.encode()) > room["capacity"]:
        return "CAPACITY"
    if "items" in room:
        items = value if place["kind"] == "list" else ["x", value, "y"]
        if len(items) > room["items"]:
            return "TOO_MANY_ITEMS"
        if sum(len(item.encode()) + 1 for item in items) > room["bytes"]:
            return "CAPACITY"
    return None


def whole_number(value, place):
    """Return a value as the corpus writes it."""
    return int(value) if place["kind"] in {"enum", "decimal"} and value is not None else value


def document(place, text, *, bounded):
    """Return one text in one place; `bounded` for a struct with capacities."""
    data, before = join(text["text"]), place["before"].encode()
    body, start = before + data + place["after"].encode(), len(before)
    made = Document(f"{text['name']} as {place['name']}", body, None, is_any=place["kind"] == "any")
    is_name = place["kind"] == "name"
    if not text["valid"] or (is_name and data.strip()[:1] != b'"'):
        stop = text.get("offset", len(data))
        # What ends the text too early may go on with what follows it.
        is_exact = not is_name and stop < len(data) and data[stop : stop + 1] not in {b",", b"]", b"}"}
        # So many levels that they are a fault of their own.
        is_deep = text["section"] == "9"
        made.fault = (start if is_name or is_deep else start + stop, start + stop if is_exact else len(body))
    elif text["name"] in OURS or place["depth"] + text["depth"] > MAX_DEPTH:
        made.fault = (start, start + len(data))
    elif not is_name and not made.is_any:
        expect(made, place, text, bounded=bounded)
    else:
        made.header, made.event = (None, None) if made.is_any else (place["header"], place["event"])
    return made


def expect(made, place, text, *, bounded):
    """Say what must come of a valid text."""
    found, start = {"error": "TYPE", "at": text["start"]}, len(place["before"].encode())
    if place["kind"] == "unknown":
        found = {"value": None}
    elif place["kind"] in text.get("as", {}):
        found = text["as"][place["kind"]]
    value = found.get("value")
    if "error" in found:
        made.error = (found["error"], start + found["at"])
    elif bounded and value is not None and (kind := overflow(place, value)):
        at = place["before"].rindex("[") if place["kind"] == "item" else start + text["start"]
        made.error, value = (kind, at), None
    made.header = filled(place["header"], whole_number(value, place))
    made.event = filled(place["event"], whole_number(value, place)) if place["event"] is not None else None


def documents(*, bounded):
    """Return all texts in all places."""
    return [
        document(place, text, bounded=bounded)
        for text in SUITE["texts"]
        for place in SUITE["places"]
        if len(join(text["text"])) < LONG or place["name"].endswith(", compact")
    ]


def is_fault(kind, offset, document):
    """Whether an error is the fault that the document must have."""
    first, last = document.fault
    return first - BEFORE.get(kind, 0) <= offset <= last
