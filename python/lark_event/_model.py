"""The classes of decoded objects, made from the registry of the core."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import IntEnum
from types import GenericAlias
from typing import TYPE_CHECKING, Any, ClassVar

from lark_event import _native

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a field of each kind takes from a caller, and which integers.
ARGUMENTS = {"text": "a str", "enum": "an int", "decimal": "an int", "text_list": "an iterable of str"}
RANGES = {"enum": range(-(2**31), 2**31), "decimal": range(2**64)}
# The shapes of bodies.
SCHEMAS = ("2.0", "1.0", "headless", "url_verification")


class OpenEnum:
    """What the enums of events have in common: an undocumented integer is a value too, without a documented name."""

    __slots__ = ()

    @classmethod
    def _missing_(cls: Any, value: object) -> Any:
        if not isinstance(value, int) or int(value) not in RANGES["enum"]:
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{int(value)}".replace("-", "MINUS_")
        member._value_ = int(value)
        return member

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        """Pickle the value: some versions of Python go by the name, which an undocumented value has not got."""
        return type(self), (self._value_,)

    @property
    def is_known(self: Any) -> bool:
        """Whether the value is a documented one."""
        return self._value_ in type(self)._value2member_map_


class Record(_native.Record):
    """An immutable object with named fields; a field that was not in the JSON is `None`."""

    __slots__ = ()
    _fields: ClassVar[tuple[_native.FieldRow, ...]] = ()

    def __new__(cls, **fields: object) -> Any:
        """Make an object by hand, as for a test. A field that is not given is `None`."""
        values = tuple(_checked(cls, row, fields.pop(row["name"], None)) for row in cls._fields)
        if fields:
            msg = f"{cls.__name__} has no field {next(iter(fields))!r}"
            raise TypeError(msg)
        return _native.Record.__new__(cls, values)

    def _items(self) -> Iterator[tuple[str, Any]]:
        """Names and values of the fields that are there."""
        rows = zip(self.__match_args__, self._values, strict=True)
        return ((name, value) for name, value in rows if value is not None)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: the object is immutable, its class too."""
        self.__delattr__(name)

    def __delattr__(self, name: str) -> None:
        """Refuse: the object is immutable."""
        msg = f"{name!r} cannot be changed: the object is immutable"
        raise AttributeError(msg)

    def __eq__(self, other: object) -> bool:
        """Compare class and fields."""
        if type(self) is not type(other) or not isinstance(other, Record):
            return NotImplemented
        return self._values == other._values

    def __hash__(self) -> int:
        """Hash class and fields."""
        return hash((type(self), self._values))

    def __repr__(self) -> str:
        """Show the fields that are there."""
        # The verification token is a secret, which has no place in logs and tracebacks.
        shown = ((name, "..." if name == "token" else repr(value)) for name, value in self._items())
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in shown)})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by class and values."""
        return _restore, (type(self), self._values)

    def __copy__(self) -> Any:
        """Return the object itself: it cannot change."""
        return self

    def __deepcopy__(self, _memo: object) -> Any:
        """Return the object itself: neither it nor what it holds can change."""
        return self

    def __replace__(self, **changes: object) -> Any:
        """Make a copy with some fields changed: `copy.replace()` of Python 3.13."""
        return type(self)(**{**dict(self._items()), **changes})

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are there as the platform writes them: numbers for enums, strings for times."""
        kinds = {row["name"]: row["kind"] for row in self._fields}
        return {name: _plain(kinds[name], value) for name, value in self._items()}

    def to_json(self) -> str:
        """Return `to_dict()` as JSON in one line."""
        return _dumps(self.to_dict())

    __match_args__: ClassVar[tuple[str, ...]] = ()


class Event(Record):
    """Base class of all events."""

    __slots__ = ()
    EVENT_TYPE: ClassVar[str] = ""
    FAMILY: ClassVar[str] = ""


def _checked(cls: type[Record], row: _native.FieldRow, value: Any) -> Any:
    """Check (and where it is harmless convert) the value that a caller gives to a field."""
    if value is None:
        return None
    kind = row["kind"]
    if kind == "text" and isinstance(value, str):
        return value
    if kind in RANGES and isinstance(value, int) and not isinstance(value, bool):
        numbers = RANGES[kind]
        if int(value) not in numbers:
            msg = f"{cls.__name__}.{row['name']} is an int from {numbers[0]} to {numbers[-1]}, not {int(value)}"
            raise ValueError(msg)
        return int(value) if row["enum"] is None else ENUMS[row["enum"]](value)
    if kind == "text_list" and isinstance(value, Iterable) and not isinstance(value, str):
        items = tuple(value)
        if all(isinstance(item, str) for item in items):
            return items
    msg = f"{cls.__name__}.{row['name']} is {ARGUMENTS[kind]}, not {value!r}"
    raise TypeError(msg)


def _plain(kind: str, value: Any) -> Any:
    """Return the value of a field as the platform writes it."""
    if kind == "enum":
        return int(value)
    if kind == "decimal":
        return str(value)
    return list(value) if kind == "text_list" else value


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _restore(cls: type[Record], values: tuple[Any, ...]) -> Any:
    """Make an object of values that have been checked before."""
    return _native.Record.__new__(cls, values)


def _make_class(name: str, base: type[Record], doc: str, fields: tuple[_native.FieldRow, ...], **extra: object) -> Any:
    attributes = {row["name"]: _native.Field(index, row["name"], row["doc"]) for index, row in enumerate(fields)}
    body = {
        "__slots__": (),
        "__module__": "lark_event",
        "__doc__": doc,
        "__match_args__": tuple(attributes),
        "_fields": fields,
        **extra,
        **attributes,
    }
    return type(name, (base,), body)


def _make_enum(name: str, values: Iterable[_native.EnumValue]) -> Any:
    members = {row["name"]: row["value"] for row in values}
    make: Any = IntEnum  # calling it with members makes a class, which a type checker cannot follow
    enum = make(name, members, module="lark_event", type=OpenEnum)
    enum.__doc__ = f"Documented values of `{name}`: " + " ".join(
        f"{row['value']} {row['name']}: {row['doc']}" for row in values
    )
    return enum


_SCHEMA = _native.schema()
ENUMS = {name: _make_enum(name, values) for name, values in _SCHEMA["enums"].items()}
ErrorKind = _make_enum("ErrorKind", _SCHEMA["errors"])
EVENTS = {
    row["class_name"]: _make_class(
        row["class_name"],
        Event,
        f"{row['doc']}\n\nEvent type `{row['type']}`.",
        row["fields"],
        EVENT_TYPE=row["type"],
        FAMILY=row["family"],
    )
    for row in _SCHEMA["events"]
}


def _create_time_ms(header: Any) -> int | None:
    """Return `create_time` in milliseconds, whichever unit it was sent in."""
    time: int | None = header.create_time
    # 16 digits of milliseconds would be in the year 33658.
    return time if time is None or time < 10**15 else time // 1000


Header = _make_class(
    "Header",
    Record,
    "What the platform says about an event.",
    _SCHEMA["header"],
    create_time_ms=property(_create_time_ms),
)


class Envelope(Record):
    """A decoded body.

    Two envelopes are equal if schema, header and event are; `raw_event` counts where there is no typed event.
    """

    __slots__ = ()
    __module__ = "lark_event"
    __match_args__ = ("schema", "header", "event", "raw_event")

    schema = _native.Field(0, "schema", "The shape: `2.0`, `1.0`, `headless` or `url_verification`.")
    header = _native.Field(1, "header", "The header.")
    event = _native.Field(2, "event", "The event; `None` if its type has no class (see `raw_event`).")
    raw_event = _native.Field(3, "raw_event", "The JSON of the event as it came; `None` if there is none.")

    def __new__(
        cls, *, schema: str = "2.0", header: Any = None, event: Event | None = None, raw_event: bytes | None = None
    ) -> Any:
        """Make an envelope by hand, as for a test."""
        header = Header() if header is None else header
        wanted = (("schema", schema, str), ("header", header, Header))
        optional = (("event", event, Event), ("raw_event", raw_event, bytes))
        for name, value, type_ in (*wanted, *(row for row in optional if row[1] is not None)):
            if not isinstance(value, type_):
                msg = f"Envelope.{name} is a {type_.__name__}, not {value!r}"
                raise TypeError(msg)
        if schema not in SCHEMAS:
            msg = f"Envelope.schema is one of {', '.join(SCHEMAS)}, not {schema!r}"
            raise ValueError(msg)
        is_challenge = event is not None and event.EVENT_TYPE == "url_verification"
        if is_challenge != (schema == "url_verification") or (schema == "1.0" and event is not None):
            msg = f"no body of schema {schema!r} has the event {event!r}"
            raise ValueError(msg)
        return _restore(cls, (schema, header, event, raw_event))

    # `Envelope[ProcessUpdated]` is for type checkers.
    __class_getitem__: ClassVar[Any] = classmethod(GenericAlias)

    def _key(self) -> tuple[object, ...]:
        return self.schema, self.header, self.event, self.raw_event if self.event is None else None

    def __eq__(self, other: object) -> bool:
        """Compare schema, header and event."""
        return self._key() == other._key() if isinstance(other, Envelope) else NotImplemented

    def __hash__(self) -> int:
        """Hash schema, header and event."""
        return hash(self._key())

    def to_dict(self) -> dict[str, Any]:
        """Return the envelope as the platform writes it. An event without a class is parsed from `raw_event`."""
        members = self._members()
        if "event" in members:
            raw: bytes | None = self.raw_event
            members["event"] = json.loads(raw) if self.event is None and raw else self.event and self.event.to_dict()
        return members

    def to_json(self) -> str:
        """Return the envelope as the platform writes it, in one line; decoding that gives an equal envelope.

        Only the white space in `raw_event` may differ: a space stands for each of its line breaks.
        """
        members = self._members()
        if "event" not in members:
            return _dumps(members)
        del members["event"]
        raw: bytes | None = self.raw_event
        # In JSON a line break is white space: inside of a string it would be escaped.
        line = raw.decode().replace("\r", " ").replace("\n", " ") if raw else "null"
        event = self.event.to_json() if self.event is not None else line
        return f'{_dumps(members)[:-1]},"event":{event}}}'

    def _members(self) -> dict[str, Any]:
        """Return the members of the body, `event` yet to be filled in."""
        header = self.header.to_dict()
        if self.schema == "url_verification":
            return {**self.event.to_dict(), **header, "type": "url_verification"}
        if self.schema == "1.0":
            names = (("uuid", "event_id"), ("ts", "ts"), ("token", "token"))
            members = {name: header[field] for name, field in names if field in header}
            return {**members, "type": "event_callback", "event": None}
        schema = {} if self.schema == "headless" else {"schema": self.schema}
        return {**schema, "header": header, "event": None}


class DecodeError(ValueError):
    """A body that cannot be decoded, or a field in it.

    If a single field of an event is at fault, `envelope` has everything else; otherwise it is `None`.
    """

    def __init__(self, text: str, message: str, kind: int, field: str, offset: int, envelope: Any = None) -> None:
        """Take what the core reports: see the attributes."""
        super().__init__(text)
        self.message = message
        self.kind = ErrorKind(kind)
        self.field = field
        self.offset = offset
        self.envelope = envelope

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all attributes."""
        return type(self), (str(self), self.message, int(self.kind), self.field, self.offset, self.envelope)


class WebhookError(ValueError):
    """A webhook request that is refused."""

    def __init__(self, message: str, kind: int, status: int) -> None:
        """Take what the core reports: see the attributes."""
        super().__init__(message)
        self.message = message
        self.kind = ErrorKind(kind)
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all attributes."""
        return type(self), (self.message, int(self.kind), self.status)


DecodeError.__module__ = WebhookError.__module__ = OpenEnum.__module__ = Record.__module__ = Event.__module__ = (
    "lark_event"
)


def _enums(fields: tuple[_native.FieldRow, ...]) -> list[Any]:
    return [row["enum"] and ENUMS[row["enum"]] for row in fields]


_native.register(
    _native.Record.__new__,
    Envelope,
    (Header, _enums(_SCHEMA["header"])),
    [(row["tag"], (EVENTS[row["class_name"]], _enums(row["fields"]))) for row in _SCHEMA["events"]],
    DecodeError,
    WebhookError,
)
