from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypedDict, final, type_check_only

from typing_extensions import Self, disjoint_base

CONNECT_TIMEOUT_MS: int
ENDPOINT_PATH: str
MAX_BODY: int
TTL_MS: int
VERSION: str

__all__ = [
    "CONNECT_TIMEOUT_MS",
    "ENDPOINT_PATH",
    "MAX_BODY",
    "TTL_MS",
    "VERSION",
    "Dedup",
    "Delivery",
    "Envelope",
    "Field",
    "Frame",
    "Record",
    "Session",
    "Webhook",
    "challenge_reply",
    "decode",
    "encrypt",
    "endpoint_code_name",
    "endpoint_request",
    "enum_names",
    "enum_values",
    "event_type",
    "event_types",
    "header_fields",
    "record",
    "record_names",
    "register",
    "reply",
    "restore",
    "sign",
    "sizes",
]

@type_check_only
class EnumValue(TypedDict):
    name: str
    value: int | str
    doc: str

@type_check_only
class RecordRow(TypedDict):
    class_name: str
    doc: str
    fields: tuple[FieldRow, ...]

@type_check_only
class FieldRow(TypedDict):
    name: str
    kind: str
    doc: str
    enum: str | None
    record: RecordRow | None

@type_check_only
class EventRow(TypedDict):
    tag: int
    type: str
    class_name: str
    family: str
    doc: str
    fields: tuple[FieldRow, ...]

def event_types() -> tuple[tuple[int, str, str, str], ...]: ...
def event_type(tag: int) -> EventRow: ...
def record_names() -> tuple[str, ...]: ...
def record(name: str) -> RecordRow: ...
def header_fields() -> tuple[FieldRow, ...]: ...
def enum_names() -> tuple[str, ...]: ...
def enum_values(name: str) -> tuple[EnumValue, ...]: ...
def sizes() -> dict[str, int]: ...
def decode(body: bytes | bytearray | memoryview | str, *, event_type: str | None = None) -> Any: ...
def register(
    envelope: type[Any],
    header: tuple[type[Any], list[Any]],
    make: Callable[[int], tuple[type[Any], list[Any]] | None],
    error: Callable[..., Any],
    refusal: Callable[..., Any],
) -> None: ...
def reply(kind: int) -> tuple[int, str]: ...
def challenge_reply(challenge: str) -> str: ...
def encrypt(encrypt_key: str, plaintext: bytes, vector: bytes) -> str: ...
def sign(encrypt_key: str, timestamp: str, nonce: str, body: bytes) -> str: ...

@final
class Webhook:
    def __new__(
        cls,
        *,
        encrypt_key: str | None = None,
        verification_token: str | None = None,
        previous_encrypt_key: str | None = None,
        previous_verification_token: str | None = None,
        insecure: bool = False,
        max_body: int,
        tolerance_ms: int = 0,
    ) -> Webhook: ...
    def open(
        self,
        headers: Mapping[Any, Any] | Iterable[tuple[Any, Any]],
        body: bytes | bytearray | memoryview,
        now_ms: int,
    ) -> Any: ...

@final
class Dedup:
    def __new__(cls, capacity: int, ttl_ms: int) -> Dedup: ...
    def begin(self, event_id: str, now_ms: int) -> Literal["new", "duplicate", "in_progress"]: ...
    def commit(self, event_id: str, now_ms: int) -> None: ...
    def abort(self, event_id: str) -> None: ...

@final
class Delivery:
    @property
    def json(self) -> bytes | None: ...

@final
class Session:
    def __new__(cls, max_bytes: int, max_parts: int, seed: int) -> Session: ...
    def poll(self, now_ms: int) -> tuple[str, bytes | None, int]: ...
    def handle_endpoint(self, body: bytes, now_ms: int) -> tuple[int, str, str | None]: ...
    def handle_open(self, now_ms: int) -> None: ...
    def handle_refusal(self, status: str | None, auth_error_code: str | None, now_ms: int) -> None: ...
    def handle_disconnect(self, now_ms: int) -> None: ...
    def handle_message(self, message: bytes, now_ms: int) -> Delivery | None: ...
    def answer(self, delivery: Delivery, handled: bool, now_ms: int) -> bytes | None: ...
    def close(self) -> None: ...
    @property
    def connections(self) -> int: ...
    @property
    def last_pong_ms(self) -> int | None: ...

def endpoint_request(app_id: str, app_secret: str) -> str: ...
def endpoint_code_name(code: int) -> str | None: ...

@final
class Frame:
    __hash__: ClassVar[None]  # type: ignore[assignment]
    def __new__(
        cls,
        *,
        seq_id: int = 0,
        log_id: int = 0,
        service: int = 0,
        method: int = 0,
        headers: Sequence[tuple[str, str]] = ...,
        payload: bytes | None = None,
        payload_encoding: str | None = None,
        payload_type: str | None = None,
        log_id_new: str | None = None,
    ) -> Frame: ...
    @staticmethod
    def read(message: bytes) -> Frame: ...
    def write(self) -> bytes: ...
    def header(self, key: str) -> str | None: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    @property
    def seq_id(self) -> int: ...
    @property
    def log_id(self) -> int: ...
    @property
    def service(self) -> int: ...
    @property
    def method(self) -> int: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def payload(self) -> bytes | None: ...
    @property
    def payload_encoding(self) -> str | None: ...
    @property
    def payload_type(self) -> str | None: ...
    @property
    def log_id_new(self) -> str | None: ...

def restore(class_: type[Any], values: tuple[Any, ...], /) -> Any: ...

@disjoint_base
class Record:
    def __new__(cls, **fields: Any) -> Any: ...
    @property
    def _values(self) -> tuple[Any, ...]: ...

@disjoint_base
class Envelope(Record):
    def __new__(cls, *, schema: str = "2.0", header: Any = None, event: Any = None, raw_event: Any = None) -> Any: ...

@disjoint_base
class Field:
    def __new__(cls, index: int, name: str, doc: str) -> Self: ...
    @property
    def _doc(self) -> str: ...
    def __get__(self, record: Any, _class: type[Any] | None = None, /) -> Any: ...
    def __set__(self, _record: Any, _value: Any, /) -> None: ...
    def __delete__(self, _record: Any, /) -> None: ...
