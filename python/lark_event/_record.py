"""What decoded objects are made of: their base classes, and the classes that are made from the registry of the core.

A class takes longer to make than an event to decode, and nobody uses all of them: each is made when it is asked for.
"""

from __future__ import annotations

from lark_event import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, ClassVar

# What a field of each kind takes from a caller, and which integers.
ARGUMENTS = {
    "text": "a str",
    "enum": "an int",
    "decimal": "an int",
    "text_list": "an iterable of {}",
    "object": "a {}",
    "object_list": "an iterable of {}",
}
RANGES = {"enum": range(-(2**31), 2**31), "decimal": range(2**64)}


class Lazy:
    """Classes by name, each made when it is first asked for: a mapping, but for what would take longer to import."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Any]) -> None:
        """Know the names, and how to make a class of one."""
        self._names = dict.fromkeys(names)
        self._make = make
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """Return the class of that name, which is the same for all threads."""
        made = self._made.get(name)
        if made is not None:
            return made
        if name not in self._names:
            raise KeyError(name)
        return self._made.setdefault(name, self._make(name))

    def __contains__(self, name: object) -> bool:
        """Whether there is a class of that name."""
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return how many classes there are."""
        return len(self._names)

    def values(self) -> Iterator[Any]:
        """Iterate over all classes."""
        return (self[name] for name in self)

    def items(self) -> Iterator[tuple[str, Any]]:
        """Iterate over all names and classes."""
        return ((name, self[name]) for name in self)


class OpenEnum:
    """What the enums of events have in common: an undocumented value is a value too, without a documented name."""

    __slots__ = ()

    @classmethod
    def _missing_(cls: Any, value: object) -> Any:
        if isinstance(value, str) and issubclass(cls, str):
            member = str.__new__(cls, value)
            # Any text may be one, and a name is shown as it is.
            member._name_, member._value_ = "UNKNOWN", str.__str__(value)
            return member
        if not (isinstance(value, int) and issubclass(cls, int)) or int(value) not in RANGES["enum"]:
            return None
        member = int.__new__(cls, value)
        member._name_ = f"UNKNOWN_{int(value)}".replace("-", "MINUS_")
        member._value_ = int(value)
        return member

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        """Pickle the value: some versions of Python go by the name, which an undocumented value has not got."""
        return type(self), (self._value_,)

    def __str__(self: Any) -> str:
        """Return the value as text, as newer versions of Python do for some enums."""
        return str(self._value_)

    def __format__(self: Any, spec: str) -> str:
        """Format the value: versions of Python differ here too."""
        return format(self._value_, spec)

    @property
    def is_known(self: Any) -> bool:
        """Whether the value is a documented one."""
        return self._value_ in type(self)._value2member_map_


class Field(_native.Field):
    """A field of a record, as an attribute of its class."""

    __slots__ = ()

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        """What the field means, for `help()`."""
        return self._doc


class Record(_native.Record):
    """An immutable object with named fields; a field that was not in the JSON is `None`."""

    __slots__ = ()
    _fields: ClassVar[tuple[_native.FieldRow, ...]] = ()

    @classmethod
    def _by_hand(cls, **fields: object) -> tuple[Any, ...]:
        """Return the values of an object made by hand, as for a test. A field that is not given is `None`."""
        values = tuple(_checked(cls, row, fields.pop(row["name"], None)) for row in cls._fields)
        if fields:
            msg = f"{cls.__name__} has no field {next(iter(fields))!r}"
            raise TypeError(msg)
        return values

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
        return restore, (type(self), self._values)

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
        return dumps(self.to_dict())

    __match_args__: ClassVar[tuple[str, ...]] = ()


class Event(Record):
    """Base class of all events."""

    __slots__ = ()
    EVENT_TYPE: ClassVar[str] = ""
    FAMILY: ClassVar[str] = ""


Record.__module__ = Event.__module__ = OpenEnum.__module__ = "lark_event"


def _checked(cls: type[Record], row: _native.FieldRow, value: Any) -> Any:
    """Check (and where it is harmless convert) the value that a caller gives to a field."""
    if value is None:
        return None
    kind, record = row["kind"], str if row["record"] is None else RECORDS[row["record"]["class_name"]]
    if kind == "text" and isinstance(value, str):
        return value if row["enum"] is None else ENUMS[row["enum"]](value)
    if kind == "object" and isinstance(value, record):
        return value
    if kind in RANGES and isinstance(value, int) and not isinstance(value, bool):
        numbers = RANGES[kind]
        if int(value) not in numbers:
            msg = f"{cls.__name__}.{row['name']} is an int from {numbers[0]} to {numbers[-1]}, not {int(value)}"
            raise ValueError(msg)
        return int(value) if row["enum"] is None else ENUMS[row["enum"]](value)
    if kind.endswith("_list") and hasattr(value, "__iter__") and not isinstance(value, str):
        items = tuple(value)
        if all(isinstance(item, record) for item in items):
            return items
    argument = ARGUMENTS[kind].format(record.__name__)
    msg = f"{cls.__name__}.{row['name']} is {argument}, not {value!r}"
    raise TypeError(msg)


def _plain(kind: str, value: Any) -> Any:
    """Return the value of a field as the platform writes it."""
    if kind == "enum":
        return int(value)
    if kind == "object":
        return value.to_dict()
    if kind == "object_list":
        return [item.to_dict() for item in value]
    # Times are written as strings, and so is what a text of an open set stands for.
    return list(value) if kind == "text_list" else str(value)


def in_one_line(raw: bytes) -> str:
    """Return JSON as it came, but for its line breaks: a space stands for each, which inside of a string is escaped."""
    return raw.decode().replace("\r", " ").replace("\n", " ")


def dumps(value: object) -> str:
    """Return a value as JSON in one line."""
    import json  # noqa: PLC0415 - decoding does without it

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def restore(cls: type[Record], values: tuple[Any, ...]) -> Any:
    """Make an object of values that have been checked before."""
    return _native.restore(cls, values)


def make_class(name: str, base: type[Record], doc: str, fields: tuple[_native.FieldRow, ...], **extra: object) -> Any:
    """Make the class of records with these fields."""
    attributes = {row["name"]: Field(index, row["name"], row["doc"]) for index, row in enumerate(fields)}
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


def make_enum(name: str, values: Iterable[_native.EnumValue]) -> Any:
    """Make the enum of these values, which are all integers or all texts."""
    from enum import Enum, IntEnum  # noqa: PLC0415 - it takes as long as all the rest together
    from types import new_class  # noqa: PLC0415 - likewise

    def fill(body: dict[str, Any]) -> None:
        body["__module__"] = "lark_event"
        body["__doc__"] = f"Documented values of `{name}`: " + " ".join(
            f"{row['value']} {row['name']}: {row['doc']}" for row in values
        )
        for row in values:
            body[row["name"]] = row["value"]

    has_texts = any(isinstance(row["value"], str) for row in values)
    return new_class(name, (OpenEnum, str, Enum) if has_texts else (OpenEnum, IntEnum), exec_body=fill)


def _make_record(name: str) -> Any:
    row = _native.record(name)
    return make_class(name, Record, row["doc"], row["fields"])


ENUMS = Lazy(("ErrorKind", *_native.enum_names()), lambda name: make_enum(name, _native.enum_values(name)))
# The classes of objects inside of events, which several events may share.
RECORDS = Lazy(_native.record_names(), _make_record)
