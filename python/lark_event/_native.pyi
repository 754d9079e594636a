from collections.abc import Callable
from typing import Any, TypedDict, final, type_check_only

from typing_extensions import disjoint_base

VERSION: str

__all__ = ["VERSION", "Field", "Record", "decode", "register", "schema"]

@type_check_only
class EnumValue(TypedDict):
    name: str
    value: int
    doc: str

@type_check_only
class FieldRow(TypedDict):
    name: str
    kind: str
    doc: str
    enum: str | None

@type_check_only
class EventRow(TypedDict):
    tag: int
    type: str
    class_name: str
    family: str
    doc: str
    fields: tuple[FieldRow, ...]

@type_check_only
class Schema(TypedDict):
    header: tuple[FieldRow, ...]
    events: list[EventRow]
    enums: dict[str, tuple[EnumValue, ...]]
    errors: tuple[EnumValue, ...]
    sizes: dict[str, int]

def schema() -> Schema: ...
def decode(body: bytes | bytearray | memoryview | str, /, *, event_type: str | None = None) -> Any: ...
def register(
    new: Callable[..., Any],
    envelope: type[Any],
    header: tuple[type[Any], list[type[Any] | None]],
    events: list[tuple[int, tuple[type[Any], list[type[Any] | None]]]],
    error: Callable[..., Any],
) -> None: ...

@disjoint_base
class Record:
    def __new__(cls, values: tuple[Any, ...], /) -> Any: ...
    @property
    def _values(self) -> tuple[Any, ...]: ...

@final
class Field:
    def __new__(cls, index: int, name: str, doc: str) -> Field: ...
    def __get__(self, record: Any, _class: type[Any] | None = None, /) -> Any: ...
    def __set__(self, _record: Any, _value: Any, /) -> None: ...
    def __delete__(self, _record: Any, /) -> None: ...
