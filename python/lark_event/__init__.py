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

from lark_event import _model, _native
from lark_event._model import DecodeError, Envelope, ErrorKind, Event, Header, OpenEnum, Record, WebhookError
from lark_event._native import decode

__version__ = _native.VERSION

# One class for each event type of the registry and one for each enum; the stub beside this file lists them.
globals().update(_model.EVENTS)
globals().update(_model.ENUMS)

__all__ = [  # noqa: PLE0604 - the names come from the registry
    "DecodeError",
    "Dedup",
    "Envelope",
    "ErrorKind",
    "Event",
    "Header",
    "LongConnection",
    "LongConnectionCounts",
    "LongConnectionError",
    "OpenEnum",
    "Receiver",
    "Record",
    "Response",
    "WebhookError",
    "__version__",
    "decode",
    *_model.EVENTS,
    *_model.ENUMS,
]


# What is imported when it is first asked for: asyncio takes longer than all the rest together, and what the long
# connection needs is not there for everybody.
_LATER = {
    "Dedup": "_receiver",
    "LongConnection": "_connection",
    "LongConnectionCounts": "_connection",
    "LongConnectionError": "_connection",
    "Receiver": "_receiver",
    "Response": "_receiver",
}


def __getattr__(name: str) -> object:
    """Import what is not there from the start."""
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
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List what is not yet imported too."""
    return sorted({*globals(), *__all__})
