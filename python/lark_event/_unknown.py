"""Events of types that have no class."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from lark_event._model import check_raw
from lark_event._record import Event, Field, in_one_line, restore

# How much of an event its `repr` shows.
SHOWN = 100


class UnknownEvent(Event, Mapping[str, Any]):
    """An event whose type has no class: its JSON, and a read-only mapping of its members.

    `event["sender"]["sender_id"]["open_id"]` and `event.get("sender")` parse the JSON when they are first used. Objects
    in it are dictionaries that cannot be changed, and arrays are tuples; `to_dict()` gives dictionaries and lists of
    your own. Of a member that stands twice the last one counts, as for the `json` module, and an integer of more digits
    than Python reads is a `str` of them. Two are equal if their `to_json()` is.
    """

    __slots__ = ("_parsed",)
    _parsed: dict[str, Any]
    __module__ = "lark_event"
    __match_args__ = ("raw",)

    raw = Field(0, "raw", "The JSON of the event as it came.")

    def __new__(cls, raw: bytes | str) -> Any:
        """Make an event by hand, as for a test, of the JSON of an object."""
        value: Any = raw
        if not isinstance(value, (bytes, str)):
            msg = f"UnknownEvent.raw is bytes or a str, not {value!r}"
            raise TypeError(msg)
        raw = (value.encode() if isinstance(value, str) else value).strip(b" \t\r\n")
        check_raw("UnknownEvent.raw", raw)
        if not raw.startswith(b"{"):
            msg = f"UnknownEvent.raw is the JSON of an object, not {raw!r}"
            raise ValueError(msg)
        return restore(cls, (raw,))

    def _members(self) -> dict[str, Any]:
        try:
            return self._parsed
        except AttributeError:
            members: dict[str, Any] = _unchanging(self.to_dict())
            _PARSED.__set__(self, members)
            return members

    def __getitem__(self, name: str) -> Any:
        """Return the value of a member."""
        return self._members()[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the members."""
        return iter(self._members())

    def __len__(self) -> int:
        """Return how many members there are."""
        return len(self._members())

    def __eq__(self, other: object) -> bool:
        """Compare the JSON."""
        return self.to_json() == other.to_json() if isinstance(other, UnknownEvent) else NotImplemented

    def __hash__(self) -> int:
        """Hash the JSON."""
        return hash((UnknownEvent, self.to_json()))

    def __repr__(self) -> str:
        """Show how the JSON begins."""
        text = self.raw.decode()
        more = f"... {len(self.raw)} bytes" if len(text) > SHOWN else ""
        return f"UnknownEvent({text[:SHOWN]!r}{more})"

    def to_dict(self) -> dict[str, Any]:
        """Return the members as a dictionary of your own."""
        members: dict[str, Any] = parse(self.raw)
        return members

    def to_json(self) -> str:
        """Return the JSON as it came, in one line: a space stands for each of its line breaks."""
        return in_one_line(self.raw)


# `setattr` is refused.
_PARSED: Any = UnknownEvent.__dict__["_parsed"]


class _Object(dict[str, Any]):
    """A JSON object that cannot be changed, and is a dictionary for everybody else."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        msg = "the event cannot be changed: to_dict() gives a dictionary of your own"
        raise TypeError(msg)

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what is in it: by default it would be filled after it has been made."""
        return type(self), (dict(self),)

    def __copy__(self) -> Any:
        """Return the object itself: it cannot change."""
        return self

    def __deepcopy__(self, _memo: object) -> Any:
        """Return the object itself: neither it nor what it holds can change."""
        return self


def parse(raw: bytes) -> Any:
    """Return the value of JSON that has been checked."""
    return json.loads(raw, parse_int=_integer)


def _integer(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:
        # Python has a limit, so that nobody keeps it busy with long ones. The event is not to be lost for it.
        return digits


def _unchanging(value: Any) -> Any:
    """Return a parsed value as one that cannot be changed; it is nested no deeper than the reader allows."""
    if isinstance(value, dict):
        return _Object((name, _unchanging(member)) for name, member in value.items())
    return tuple(map(_unchanging, value)) if isinstance(value, list) else value
