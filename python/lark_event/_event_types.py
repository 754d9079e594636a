"""The catalogue: every event type, with its fields and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from lark_event import _native
from lark_event._model import EVENTS, event_row
from lark_event._record import ENUMS

if TYPE_CHECKING:
    from enum import Enum

    from lark_event import Event


@dataclass(frozen=True)
class FieldType:
    """A field of an event, or of an object in one."""

    name: str
    """Its name, in the JSON and in Python."""
    kind: str
    """What it holds: `text`, `enum`, `decimal`, `text_list`, `object` or `object_list`."""
    doc: str
    """What it means."""
    enum: type[Enum] | None
    """The enum of its documented values, if it has any."""
    fields: tuple[FieldType, ...]
    """The fields of the object, or of the objects of the list."""


@dataclass(frozen=True)
class EventType:
    """An event type of the catalogue."""

    name: str
    """What `header.event_type` says, such as `corehr.process.updated_v2`."""
    class_name: str
    """The name of its class, such as `ProcessUpdated`."""
    family: str
    """The family of events it belongs to, such as `process`."""

    @cached_property
    def doc(self) -> str:
        """What the event says."""
        return event_row(self.class_name)["doc"]

    @cached_property
    def fields(self) -> tuple[FieldType, ...]:
        """Its fields."""
        return _fields(event_row(self.class_name)["fields"])

    @cached_property
    def event_class(self) -> type[Event]:
        """Its class."""
        event: type[Event] = EVENTS[self.class_name]
        return event


_TYPES = tuple(EventType(name, class_name, family) for _, name, class_name, family in _native.event_types())


def event_types() -> tuple[EventType, ...]:
    """Return the catalogue: every event type that has a class, `url_verification` among them, which is no event proper.

    `{it.name: it for it in event_types()}` finds one by its name.
    """
    return _TYPES


def _fields(rows: tuple[_native.FieldRow, ...]) -> tuple[FieldType, ...]:
    return tuple(
        FieldType(
            name=row["name"],
            kind=row["kind"],
            doc=row["doc"],
            enum=None if row["enum"] is None else ENUMS[row["enum"]],
            fields=() if row["record"] is None else _fields(row["record"]["fields"]),
        )
        for row in rows
    )


EventType.__module__ = FieldType.__module__ = event_types.__module__ = "lark_event"
