"""An event on its way from the simulated platform to a client: its frames, and what comes back."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lark_event._native import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from lark_event._simulated.faults import Plan

CONTROL, DATA = 0, 1
ACCEPTED = 200


@dataclass(frozen=True)
class Ack:
    """What a client has answered to an event."""

    code: int
    """200 if the event has been handled, 500 if not."""
    biz_rt: int | None
    """The milliseconds that it took, as the client says."""
    seconds: float
    """The time from the last frame of the event to the ack."""


@dataclass
class Attempt:
    """An event that has been sent."""

    number: int
    """Counts from 1."""
    message_id: str
    frames: list[Frame]
    """One for each part."""
    plan: Plan
    acked: asyncio.Future[Ack]
    sent_at: float
    outcome: str = "under way"
    """`acked`, `failed` (another code than 200), `unanswered` in time, or `lost` (with the connection)."""


@dataclass
class Delivery:
    """An event that is delivered until it is acked, as often as the platform does."""

    number: int
    """Counts from 0."""
    payload: bytes
    event_id: str | None
    event_type: str | None
    asked: dict[str, Any]
    """What was asked for instead of what comes at random: `parts`, and of the first attempt members of its `Plan`."""
    accepted: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    """Those that were understood, late ones too."""
    sent: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after the first attempt, when what is to come is an ack."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it has been acked or given up."""

    @classmethod
    def of(cls, number: int, event: object, asked: dict[str, Any]) -> Delivery:
        """Return the delivery of an event: its JSON, or what is to become JSON."""
        if isinstance(event, bytes):
            payload, content = event, _json_or_none(event)
        else:
            payload, content = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(), event
        header = content.get("header") if isinstance(content, dict) else None
        header = header if isinstance(header, dict) else {}
        return cls(number, payload, header.get("event_id"), header.get("event_type"), asked)

    @property
    def names(self) -> dict[str, str | None]:
        """What the event is called where something is told about it."""
        return {"event_id": self.event_id, "event_type": self.event_type}


def event_frames(
    payload: bytes, cuts: tuple[int, ...], service: int, next_ids: Callable[[], tuple[int, int]]
) -> list[Frame]:
    """Return the frames of an event or of a card, one for each part; all have the same message id, which is new."""
    message_id, trace_id = uuid.uuid4().hex, uuid.uuid4().hex
    bounds = [0, *cuts, len(payload)]
    frames = []
    for seq, (start, end) in enumerate(pairwise(bounds)):
        seq_id, log_id = next_ids()
        headers = [
            ("type", "event"),
            ("message_id", message_id),
            ("sum", str(len(cuts) + 1)),
            ("seq", str(seq)),
            ("trace_id", trace_id),
            ("timestamp", str(time.time_ns() // 1_000_000)),
        ]
        frames.append(
            Frame(
                seq_id=seq_id, log_id=log_id, service=service, method=DATA, headers=headers, payload=payload[start:end]
            )
        )
    return frames


def read_ack(sent: Frame, found: Frame) -> tuple[int, int | None]:
    """Return code and `biz_rt` of the ack of a frame; raise `ValueError` if the platform would not understand it."""
    for name in ("log_id", "service", "method"):
        if getattr(found, name) != getattr(sent, name):
            raise ValueError(f"expected {name} {getattr(sent, name)}, found {getattr(found, name)}")
    count = len(sent.headers)
    if found.headers[:count] != sent.headers:
        raise ValueError(f"expected the headers {sent.headers}, found {found.headers}")
    code = _ack_code(found.payload)
    biz_rt = _biz_rt(found.headers[count:])
    if biz_rt is None and code == ACCEPTED:
        raise ValueError("expected the header biz_rt, found none")
    return code, biz_rt


def _ack_code(payload: bytes | None) -> int:
    content = _json_or_none(payload or b"")
    code = content.get("code") if isinstance(content, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        raise ValueError(f"expected JSON with a code such as {{'code': 200}}, found {payload!r}")  # noqa: TRY004
    return code


def _biz_rt(added: tuple[tuple[str, str], ...]) -> int | None:
    # The Python SDK leaves it out where a handler has failed; the Node SDK counts it below 0.
    if not added:
        return None
    try:
        ((name, value),) = added
        if name != "biz_rt":
            raise ValueError  # noqa: TRY301 - as the other two
        return int(value)
    except ValueError:
        raise ValueError(f"expected the header biz_rt with milliseconds after the others, found {added}") from None


def _json_or_none(text: bytes) -> object:
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content
