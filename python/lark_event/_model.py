"""Events, headers, envelopes and errors: what decoding gives."""

from __future__ import annotations

from lark_event import _native
from lark_event._record import ENUMS, RECORDS, Event, Field, Lazy, Record, dumps, in_one_line, make_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

# The shapes of bodies.
SCHEMAS = ("2.0", "1.0", "headless", "url_verification")
# The tag of events of a type that has no class of its own.
UNKNOWN = 1

_TAGS = {class_name: tag for tag, _, class_name, _ in _native.event_types()}
_NAMES = {tag: class_name for class_name, tag in _TAGS.items()}
# The class names of the events that an app can subscribe to, by event type.
CLASS_NAMES = {
    name: class_name for _, name, class_name, family in _native.event_types() if family != "url_verification"
}


def event_row(class_name: str) -> _native.EventRow:
    """Return what the registry knows of an event."""
    return _native.event_type(_TAGS[class_name])


def _make_event(class_name: str) -> Any:
    row = event_row(class_name)
    doc = f"{row['doc']}\n\nEvent type `{row['type']}`."
    return make_class(class_name, Event, doc, row["fields"], EVENT_TYPE=row["type"], FAMILY=row["family"])


EVENTS = Lazy(_TAGS, _make_event)


def _create_time_ms(header: Any) -> int | None:
    """Return `create_time` in milliseconds, whichever unit it was sent in."""
    time: int | None = header.create_time
    # 16 digits of milliseconds would be in the year 33658.
    return time if time is None or time < 10**15 else time // 1000


Header = make_class(
    "Header",
    Record,
    "What the platform says about an event.",
    _native.header_fields(),
    create_time_ms=property(_create_time_ms),
)


class Envelope(Record, _native.Envelope):
    """A decoded body.

    Two envelopes are equal if schema, header and event are; `raw_event` counts where there is no typed event.
    """

    __slots__ = ()
    __module__ = "lark_event"
    __match_args__ = ("schema", "header", "event", "raw_event")

    schema = Field(0, "schema", "The shape: `2.0`, `1.0`, `headless` or `url_verification`.")
    header = Field(1, "header", "The header.")
    event = Field(2, "event", "The event; an `UnknownEvent` if its type has no class, `None` if there is none.")
    raw_event = Field(3, "raw_event", "The JSON of the event as it came; `None` if there is none.")

    @classmethod
    def _by_hand(  # type: ignore[override] # called with the arguments of the class itself
        cls,
        *,
        schema: str = "2.0",
        header: Any = None,
        event: Event | None = None,
        raw_event: bytes | None = None,
        **others: object,
    ) -> tuple[Any, ...]:
        """Return the values of an envelope made by hand, as for a test.

        `raw_event` alone makes an `UnknownEvent`, and that alone its `raw_event`.
        """
        if others:
            msg = f"{cls.__name__} has no field {next(iter(others))!r}"
            raise TypeError(msg)
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
        event, raw_event = _with_raw(event, raw_event)
        event_type = "" if event is None else event.EVENT_TYPE
        if (event_type == "url_verification") != (schema == "url_verification") or (schema == "1.0" and event_type):
            msg = f"no body of schema {schema!r} has the event {event!r}"
            raise ValueError(msg)
        return schema, header, event, raw_event

    def __replace__(self, **changes: object) -> Any:
        """Make a copy with some fields changed; another event has not the bytes of this one."""
        if "event" in changes:
            changes = {"raw_event": None, **changes}
        elif "raw_event" in changes and _is_unknown(self.event):
            changes["event"] = None
        return super().__replace__(**changes)

    # `Envelope[ProcessUpdated]` is for type checkers.
    __class_getitem__: ClassVar[Any] = classmethod(type(list[int]))

    def _key(self) -> tuple[object, ...]:
        return self.schema, self.header, self.event, self.raw_event if self.event is None else None

    def __eq__(self, other: object) -> bool:
        """Compare schema, header and event."""
        return self._key() == other._key() if isinstance(other, Envelope) else NotImplemented

    def __hash__(self) -> int:
        """Hash schema, header and event."""
        return hash(self._key())

    def to_dict(self) -> dict[str, Any]:
        """Return the envelope as the platform writes it."""
        members = self._members()
        if "event" in members and self.event is not None:
            members["event"] = self.event.to_dict()
        elif "event" in members and self.raw_event is not None:
            from lark_event._unknown import parse  # noqa: PLC0415 - most events have a class

            members["event"] = parse(self.raw_event)
        return members

    def to_json(self) -> str:
        """Return the envelope as the platform writes it, in one line; decoding that gives an equal envelope.

        In an `UnknownEvent`, a space stands for each of its line breaks.
        """
        members = self._members()
        if "event" not in members:
            return dumps(members)
        del members["event"]
        # What stands in the place of an event and is none has come with a fault, and does not get lost.
        line = "null" if self.raw_event is None else in_one_line(self.raw_event)
        event = line if self.event is None else self.event.to_json()
        return f'{dumps(members)[:-1]},"event":{event}}}'

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
        self.kind = ENUMS["ErrorKind"](kind)
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
        self.kind = ENUMS["ErrorKind"](kind)
        self.status = status

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all attributes."""
        return type(self), (self.message, int(self.kind), self.status)


DecodeError.__module__ = WebhookError.__module__ = "lark_event"


def _is_unknown(event: Event | None) -> bool:
    return event is not None and not event.EVENT_TYPE


def check_raw(what: str, raw: bytes) -> None:
    """Refuse bytes that are not the JSON of one value."""
    try:
        found = _native.decode(b'{"header":{"event_type":"unknown"},"event":%b}' % raw).raw_event
    except DecodeError as error:
        found = None if error.envelope is None else error.envelope.raw_event
    if found != raw.strip(b" \t\r\n"):
        msg = f"{what} is the JSON of one value, not {raw!r}"
        raise ValueError(msg)


def _with_raw(event: Event | None, raw_event: bytes | None) -> tuple[Event | None, bytes | None]:
    """Return event and bytes of an envelope, one of which may follow from the other."""
    if event is None and raw_event is not None and raw_event.lstrip().startswith(b"{"):
        from lark_event._unknown import UnknownEvent  # noqa: PLC0415 - most events have a class

        unknown: Any = UnknownEvent(raw_event)
    elif _is_unknown(event):
        unknown = event
        if raw_event not in {None, unknown.raw}:
            msg = f"Envelope.raw_event is that of the event, not {raw_event!r}"
            raise ValueError(msg)
    else:
        if raw_event is not None:
            check_raw("Envelope.raw_event", raw_event)
        return event, raw_event
    return unknown, unknown.raw


def _classes(record: Any) -> tuple[Any, list[Any]]:
    """Return a class of records, and for each of its fields the enum, this pair for the objects in it, or `None`."""

    def one(row: _native.FieldRow) -> Any:
        if row["record"] is not None:
            return _classes(RECORDS[row["record"]["class_name"]])
        return row["enum"] and ENUMS[row["enum"]]

    return record, [one(row) for row in record._fields]


def _of_tag(tag: int) -> tuple[Any, list[Any]] | None:
    """Return the class of the events with this tag, and the classes of its fields."""
    if tag == UNKNOWN:
        from lark_event._unknown import UnknownEvent  # noqa: PLC0415 - most events have a class

        return UnknownEvent, []
    if tag not in _NAMES:
        return None
    return _classes(EVENTS[_NAMES[tag]])


_native.register(Envelope, _classes(Header), _of_tag, DecodeError, WebhookError)
