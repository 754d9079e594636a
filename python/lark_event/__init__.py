"""Lark / Feishu CoreHR events as typed, immutable Python objects.

>>> import lark_event
>>> envelope = lark_event.decode(
...     b'{"schema": "2.0", "header": {"event_id": "5e37", "event_type": "corehr.process.updated_v2"},'
...     b' "event": {"process_id": "7072306364927985196", "status": 9}}'
... )
>>> envelope.event.process_id, envelope.event.status.name
('7072306364927985196', 'COMPLETED')
>>> match envelope.event:
...     case lark_event.ProcessUpdated(status=lark_event.ProcessStatus.COMPLETED):
...         print("done")
done
"""

from lark_event import _model, _native, _record
from lark_event._model import DecodeError, Envelope, Header, WebhookError
from lark_event._native import decode
from lark_event._record import Event, OpenEnum, Record

__version__ = _native.VERSION

# What is made when it is first asked for: one class for each event type of the registry, one for each kind of object in
# them, and one for each enum. The stub beside this file lists them.
_CLASSES = (_model.EVENTS, _record.RECORDS, _record.ENUMS)

# What is imported when it is first asked for: asyncio takes longer than all the rest together, and what the long
# connection needs is not there for everybody.
_LATER = {
    "Dedup": "_receiver",
    "EventType": "_event_types",
    "FieldType": "_event_types",
    "LongConnection": "_connection",
    "LongConnectionCounts": "_connection",
    "LongConnectionError": "_connection",
    "Receiver": "_receiver",
    "Response": "_receiver",
    "UnknownEvent": "_unknown",
    "event_types": "_event_types",
}

__all__ = [  # noqa: PLE0604 - the names come from the registry
    "DecodeError",
    "Envelope",
    "Event",
    "Header",
    "OpenEnum",
    "Record",
    "WebhookError",
    "__version__",
    "decode",
    # Not everybody has what the long connection needs, and `import *` is for everybody.
    *(name for name, module in _LATER.items() if module != "_connection"),
    *(name for classes in _CLASSES for name in classes),
]


def __getattr__(name: str) -> object:
    """Make or import what is not there from the start."""
    value = next((classes[name] for classes in _CLASSES if name in classes), None)
    if value is None:
        value = _imported(name)
    globals()[name] = value
    return value


def _imported(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    try:
        module = import_module(f"lark_event.{_LATER[name]}")
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{name} needs {error.name}: pip install 'lark-event[connection]'", name=error.name
        ) from error
    value: object = getattr(module, name)
    return value


def __dir__() -> list[str]:
    """List what is not yet there too."""
    return sorted({*globals(), *__all__})
