"""The command `lark-event events`: which event types there are, and what is in them."""

from __future__ import annotations

import argparse
import difflib
import json
from typing import TYPE_CHECKING, Any

from lark_event import _native
from lark_event._model import event_row
from lark_event._platform import sample_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DESCRIPTION = """\
Lists the event types that have a class: event type, class, family, and the first sentence of what is known of each.

With the NAME of an event type or of a class, it tells everything about that one: its fields with their kinds and
documented values, and an example of the body that the platform sends.
"""
EPILOG = """\
The kinds of fields: text; enum, a number with a documented meaning; decimal, a time or another number from 0 on, which
the platform writes as a string; text_list; object; object_list. Values that are not documented may come too.

examples:
  lark-event events --family process
  lark-event events ProcessUpdated
  lark-event events --json corehr.process.updated_v2

Exit status: 0, or 2 if the command line was wrong or there is no such event.
"""


def add_parser(commands: Any, show: Callable[[str], None]) -> None:
    """Add the command to the command line; `show` prints a line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "events",
        help="list the event types, or show the fields of one",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("name", nargs="?", type=_class_name, metavar="NAME", help="an event type or a class")
    what.add_argument("--family", type=_family, metavar="NAME", help="list only this family of event types")
    parser.add_argument("--json", action="store_true", help="print JSON Lines: everything about each event type")
    parser.set_defaults(run=lambda options: _run(options, show))


def event_type(name: str) -> str:
    """Return the event type that the command line names, one that a body can have."""
    known = [row[1] for row in _native.event_types() if row[3] != "url_verification"]
    if name in known:
        return name
    raise argparse.ArgumentTypeError(f"there is no event type {name!r}{_like(name, known)}")


def _class_name(name: str) -> str:
    """Return the class that is meant by its own name or by its event type."""
    classes = {row[1]: row[2] for row in _native.event_types()}
    if name in classes or name in classes.values():
        return classes.get(name, name)
    raise argparse.ArgumentTypeError(f"there is no event type or class {name!r}{_like(name, classes | _own(classes))}")


def _own(classes: dict[str, str]) -> dict[str, str]:
    return {name: name for name in classes.values()}


def _like(name: str, known: Any) -> str:
    """Say which names are much like this one, or where they all are."""
    folded = {known_name.casefold(): known_name for known_name in known}
    close = difflib.get_close_matches(name.casefold(), folded)
    found = ", ".join(folded[it] for it in close)
    return f"; did you mean {found}?" if found else "; lark-event events lists them all"


def _family(name: str) -> str:
    known = dict.fromkeys(family for *_, family in _native.event_types())
    if name not in known:
        raise argparse.ArgumentTypeError(f"there is no family {name!r}{_like(name, known)}")
    return name


def _run(options: argparse.Namespace, show: Callable[[str], None]) -> int:
    if options.name is None:
        types = [row for row in _native.event_types() if options.family in {None, row[3]}]
        lines = (_json(event_row(row[2])) for row in types) if options.json else _list(types)
    else:
        row = event_row(options.name)
        lines = iter([_json(row)]) if options.json else _event(row)
    for line in lines:
        show(line)
    return 0


def _list(types: list[tuple[int, str, str, str]]) -> Iterator[str]:
    """Return a line for each event type."""
    cells = [(name, class_name, family) for _, name, class_name, family in types]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        start = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield f"{start}  {_sentence(event_row(row[1])['doc'])}".rstrip()


def _sentence(doc: str) -> str:
    """Return the first sentence of a text, in one line."""
    line = " ".join(doc.partition("\n\n")[0].split())
    sentence, end, _ = line.partition(". ")
    return sentence + end.rstrip()


def _event(row: _native.EventRow) -> Iterator[str]:
    """Return what there is to be said about one event type, line by line."""
    yield f"{row['type']}  {row['class_name']}  (family {row['family']})"
    yield from _indented(row["doc"], 1)
    yield ""
    yield "fields:" if row["fields"] else "no fields"
    yield from _fields(row["fields"], 1)
    yield ""
    yield "example:"
    yield from _indented(json.dumps(_example(row), ensure_ascii=False, indent=2), 1)


def _fields(rows: tuple[_native.FieldRow, ...], depth: int) -> Iterator[str]:
    for row in rows:
        name = row["enum"] or (row["record"] and row["record"]["class_name"])
        yield from _indented(f"{row['name']}: {row['kind']}" + (f", {name}" if name else ""), depth)
        yield from _indented(row["doc"], depth + 1)
        for value in _native.enum_values(row["enum"]) if row["enum"] else ():
            yield from _indented(f"{value['value']} {value['name']}: {value['doc']}", depth + 1)
        if row["record"]:
            yield from _fields(row["record"]["fields"], depth + 1)


def _indented(text: str, depth: int) -> Iterator[str]:
    return (f"{'  ' * depth}{line}".rstrip() for line in text.splitlines())


def _example(row: _native.EventRow) -> dict[str, Any]:
    """Return a body as the platform sends it, with a value for each field."""
    fields = sample_fields(row["fields"])
    if row["family"] == "url_verification":
        return {**fields, "token": "the verification token", "type": row["type"]}
    header = {
        "event_id": "5e3702a84e847582be8db7fb73283c02",
        "event_type": row["type"],
        "create_time": "1700000000000",
        "token": "the verification token",
        "app_id": "cli_0000000000000000",
        "tenant_key": "0000000000000000",
    }
    return {"schema": "2.0", "header": header, "event": fields}


def _json(row: _native.EventRow) -> str:
    """Return everything about one event type as JSON in one line."""
    names = {"name": row["type"], "class_name": row["class_name"], "family": row["family"], "doc": row["doc"]}
    whole = {**names, "fields": _json_fields(row["fields"]), "example": _example(row)}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def _json_fields(rows: tuple[_native.FieldRow, ...]) -> list[dict[str, Any]]:
    """Return fields as JSON; only those that have documented values, or fields of their own, have a member for them."""
    fields = []
    for row in rows:
        field: dict[str, Any] = {"name": row["name"], "kind": row["kind"], "doc": row["doc"]}
        if row["enum"] is not None:
            field["enum"] = {"class_name": row["enum"], "values": _native.enum_values(row["enum"])}
        if row["record"] is not None:
            field["class_name"], field["fields"] = row["record"]["class_name"], _json_fields(row["record"]["fields"])
        fields.append(field)
    return fields
