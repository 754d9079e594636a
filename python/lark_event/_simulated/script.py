"""Scripts for the simulated platform: JSON Lines, one step a line."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from lark_event._simulated.faults import HOWS, NOISES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from lark_event._simulated.platform import SimulatedPlatform

    _Run = Callable[[SimulatedPlatform, dict[str, Any]], Awaitable[None]]

HELP = """\
A script has one step a line, such as
  {"do": "event", "type": "corehr.process.updated_v2", "parts": 3}
and ends after the last one, when every event has been acked or given up. The steps, with what they may name:
  event             type, fields, count, parts, order, lost_after, lost_how, delay
  together          type, count, parts: events whose parts are mixed
  repeat            delivers the last event again
  wait              seconds, or for: acks, connection
  disconnect        how: close, abort, cut
  refuse            code, msg, status, body, times: questions where to connect to
  refuse-handshake  status, msg, auth_error_code, http_status, times
  silence           on
  config            PingInterval, ReconnectCount, ReconnectInterval, ReconnectNonce
  pong              payload
  send              what: card, unknown type, unknown method, ping, corrupt; or hex
  ids               SeqID, LogID"""


class ScriptError(Exception):
    """A script that cannot be run, with file and line."""


@dataclass(frozen=True)
class _Kind:
    """What the value of a member must be."""

    expected: str
    fits: Callable[[object], bool]


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and value >= 0


def _from(lowest: int, highest: int | None = None) -> _Kind:
    text = f"a number from {lowest} on" if highest is None else f"a number from {lowest} to {highest}"
    return _Kind(
        text,
        lambda value: _is_int(value) and value >= lowest and (highest is None or value <= highest),
    )


def _one_of(*texts: str) -> _Kind:
    return _Kind(" or ".join(json.dumps(text) for text in texts), lambda value: value in texts)


def _is_order(value: object) -> bool:
    return isinstance(value, list) and all(_is_int(part) and part >= 0 for part in value)


def _is_hex(value: object) -> bool:
    try:
        bytes.fromhex(value if isinstance(value, str) else "?")
    except ValueError:
        return False
    return True


_TEXT = _Kind("a text", lambda value: isinstance(value, str))
_ANY = _Kind("a value", lambda _: True)
_SECONDS = _Kind("seconds", _is_number)
_TIMES = _from(1)
_HOW = _one_of(*HOWS)
_CODE = _Kind("a whole number", _is_int)
_ID = _from(0, 2**64 - 1)
_NOISE = _one_of(*NOISES)
_OBJECT = _Kind("an object", lambda value: isinstance(value, dict))
_ORDER = _Kind("a list of parts, which count from 0", _is_order)
_CONFIG = ("PingInterval", "ReconnectCount", "ReconnectInterval", "ReconnectNonce")


@dataclass(frozen=True)
class Step:
    """One step of a script."""

    do: str
    options: dict[str, Any]

    async def run(self, platform: SimulatedPlatform) -> None:
        """Take the step; one that is about connections waits for one."""
        await _STEPS[self.do][1](platform, self.options)


def read_script(name: str) -> list[Step]:
    """Read a script; raise `ScriptError` with FILE:LINE, or `OSError`."""
    steps = []
    for number, line in enumerate(Path(name).read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            steps.append(_step(line))
        except ValueError as error:
            raise ScriptError(f"{name}:{number}: {error}") from error
    if not steps:
        raise ScriptError(f"{name}:1: expected a step such as {{'do': 'event'}}, found nothing")
    return steps


def _step(line: bytes) -> Step:
    try:
        content = json.loads(line)
    except ValueError as error:
        raise ValueError(f"expected a JSON object, found what is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"expected a JSON object, found {_shown(content)}")  # noqa: TRY004 - all are faults of the line
    do = content.pop("do", None)
    if not isinstance(do, str) or do not in _STEPS:
        raise ValueError(f'expected "do" with one of {", ".join(_STEPS)}, found {_shown(do)}')
    members, _ = _STEPS[do]
    for name, value in content.items():
        if name not in members:
            raise ValueError(f"expected one of {', '.join(members) or 'no members'} in {do}, found {_shown(name)}")
        if not members[name].fits(value):
            raise ValueError(f"expected {members[name].expected} as {name} in {do}, found {_shown(value)}")
    _check_together(do, content)
    return Step(do, content)


def _check_together(do: str, content: dict[str, Any]) -> None:
    """Check what members of a step have to do with each other."""
    if do == "wait" and len(content) != 1:
        raise ValueError(f"expected seconds or for in wait, found {_shown(content)}")
    if do == "send" and len(content) != 1:
        raise ValueError(f"expected what or hex in send, found {_shown(content)}")
    if do == "ids" and len(content) != 2:  # noqa: PLR2004 - SeqID and LogID
        raise ValueError(f"expected SeqID and LogID in ids, found {_shown(content)}")
    if do == "event" and any(part >= content.get("parts", 1) for part in content.get("order", [])):
        raise ValueError(f"expected an order of {content.get('parts', 1)} parts in event, found {content['order']}")


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


async def _event(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    asked: dict[str, Any] = {
        name: options[name] for name in ("parts", "lost_after", "lost_how", "delay") if name in options
    }
    if "order" in options:
        asked["order"] = tuple(options["order"])
    for event in _events(platform, options, 1):
        await platform.start(event, **asked).sent.wait()


async def _together(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    await platform.deliver_together(_events(platform, options, 2), options.get("parts", 3))


def _events(platform: SimulatedPlatform, options: dict[str, Any], count: int) -> list[dict[str, Any]]:
    event_type = options.get("type", "corehr.process.updated_v2")
    return [platform.sample(event_type, options.get("fields")) for _ in range(options.get("count", count))]


async def _repeat(platform: SimulatedPlatform, _: dict[str, Any]) -> None:
    if platform.deliveries:
        await platform.repeat(platform.deliveries[-1])


async def _wait(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    if "seconds" in options:
        await asyncio.sleep(options["seconds"])
    elif options["for"] == "acks":
        await platform.settled()
    else:
        await platform.connected()


async def _disconnect(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    await platform.connected()
    await platform.disconnect(options.get("how", "close"))


async def _refuse(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    body = {"body": options["body"].encode()} if "body" in options else {}
    platform.refuse(**{**options, **body})


async def _refuse_handshake(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    platform.refuse_handshake(**options)


async def _silence(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    platform.silence(on=options.get("on", True))


async def _config(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    platform.configure(**options)


async def _pong(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    platform.pong = options.get("payload", "").encode()


async def _send(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    await platform.connected()
    if "hex" in options:
        await platform.send_raw(bytes.fromhex(options["hex"]))
    else:
        await platform.send_other(options["what"])


async def _ids(platform: SimulatedPlatform, options: dict[str, Any]) -> None:
    platform.set_next_ids(options["SeqID"], options["LogID"])


_STEPS: dict[str, tuple[dict[str, _Kind], _Run]] = {
    "event": (
        {
            "type": _TEXT,
            "fields": _OBJECT,
            "count": _TIMES,
            "parts": _TIMES,
            "order": _ORDER,
            "lost_after": _from(0),
            "lost_how": _HOW,
            "delay": _SECONDS,
        },
        _event,
    ),
    "together": ({"type": _TEXT, "count": _TIMES, "parts": _TIMES}, _together),
    "repeat": ({}, _repeat),
    "wait": ({"seconds": _SECONDS, "for": _one_of("acks", "connection")}, _wait),
    "disconnect": ({"how": _HOW}, _disconnect),
    "refuse": ({"code": _CODE, "msg": _TEXT, "status": _from(100, 599), "body": _TEXT, "times": _TIMES}, _refuse),
    "refuse-handshake": (
        {"status": _CODE, "msg": _TEXT, "auth_error_code": _CODE, "http_status": _from(200, 599), "times": _TIMES},
        _refuse_handshake,
    ),
    "silence": ({"on": _Kind("true or false", lambda value: isinstance(value, bool))}, _silence),
    "config": (dict.fromkeys(_CONFIG, _ANY), _config),
    "pong": ({"payload": _TEXT}, _pong),
    "send": ({"what": _NOISE, "hex": _Kind("hexadecimal digits", _is_hex)}, _send),
    "ids": ({"SeqID": _ID, "LogID": _ID}, _ids),
}
