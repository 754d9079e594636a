"""The command `lark-event simulate platform`: the platform's side of the long connection, on loopback."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from contextlib import suppress
from itertools import count, cycle
from typing import TYPE_CHECKING, Any

from lark_event import _secrets
from lark_event._model import CLASS_NAMES
from lark_event._platform import Platform
from lark_event._printable import printable
from lark_event._serve import number
from lark_event._simulated.endpoint import loopback
from lark_event._simulated.faults import RATES, Faults
from lark_event._simulated.script import HELP, ScriptError, Step, read_script
from lark_event._terminal import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lark_event._simulated.platform import SimulatedPlatform

    _Print = Callable[[str], None]

DESCRIPTION = f"""\
Plays the platform for clients of the long connection, whatever they are written with: tells them where to connect to,
delivers events to them, whole and in parts, and understands their acks. Prints everything that happens.

A client is pointed to it by the domain that is printed, instead of https://open.feishu.cn. It listens on loopback only.
With an app id, it refuses clients with another one or another secret; without, it takes any.

The secret stands in the first line of a file, or in the environment: {_secrets.APP_SECRET}.
"""
EPILOG = f"""\
{HELP}

examples:
  lark-event simulate platform --interval 5
  lark-event simulate platform --count 100 --interval 0 --faults split=0.5,duplicate=0.2,disconnect=0.05 --seed 7

Without --count and --script it goes on until a signal.
Exit status: 0 if every event was acked, 1 if one was not or if it cannot listen, 2 if the command line was wrong.
"""
# How many events may be on their way at once.
MAX_PENDING = 1000


def add_parser(
    kinds: Any, show: _Print, event: Callable[[str], Any], add_time_scale: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add the command to those of `simulate`; `show` prints a line, `event` reads an option."""
    parser: argparse.ArgumentParser = kinds.add_parser(
        "platform",
        help="deliver events to clients of the long connection",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--host", type=_loopback, default="127.0.0.1", help="address of loopback to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--port", type=number(0, 65535), default=9000, help="port to listen on; 0 picks one (default: %(default)s)"
    )
    parser.add_argument("--app-id", metavar="ID", help=f"the app that may connect (else {_secrets.APP_ID})")
    _secrets.add_options(parser, _secrets.APP_SECRET)
    parser.add_argument(
        "--event", action="append", default=[], type=event, metavar="FILE", help="deliver the events in these files"
    )
    parser.add_argument("--count", type=number(1, 10**9), metavar="N", help="deliver so many events and end")
    parser.add_argument(
        "--interval", type=_seconds, default=1.0, metavar="SECONDS", help="between two events (default: %(default)s)"
    )
    parser.add_argument(
        "--faults",
        type=_faults,
        default={},
        metavar="NAME=RATE,...",
        help=f"what goes wrong how often, from 0 to 1: {', '.join(RATES)}, or all",
    )
    parser.add_argument("--seed", type=number(0, 2**63), default=0, metavar="N", help="of the faults: the same again")
    parser.add_argument("--script", type=_script, metavar="FILE", help="take the steps in this file and end")
    parser.add_argument("--json", action="store_true", help="print JSON Lines")
    add_time_scale(parser)
    parser.set_defaults(run=lambda options: _run(parser, options, show))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, show: _Print) -> int:
    """Play the platform; return the exit status."""
    app_id = options.app_id or os.environ.get(_secrets.APP_ID) or None
    app_secret = _secrets.of(options, _secrets.APP_SECRET)
    if (app_id is None) != (app_secret is None):
        parser.error(f"an app id and a secret are needed, or none of them: {_secrets.APP_ID}, {_secrets.APP_SECRET}")
    if options.script and (options.count or options.event):
        parser.error("--script tells which events there are: it goes without --count and --event")
    try:
        from lark_event._simulated.platform import SimulatedPlatform  # noqa: PLC0415 - only this command needs its library
    except ImportError:
        report("lark-event: simulate platform needs a library: pip install 'lark-event[connection]'")
        return 1
    play = _Play(options, show)
    try:
        platform = SimulatedPlatform(
            app_id,
            app_secret,
            host=options.host,
            port=options.port,
            faults=Faults(seed=options.seed, **options.faults),
            time_scale=options.time_scale,
            observe=play.tell,
        )
        return asyncio.run(play.run(platform))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        report(f"lark-event: {options.host}:{options.port} cannot be listened on: {reason}")
        return 1


class _Play:
    """One run of the command."""

    def __init__(self, options: argparse.Namespace, show: _Print) -> None:
        self._options = options
        self._show = show
        self._stop = asyncio.Event()
        self._failure: Exception | None = None

    def tell(self, row: dict[str, Any]) -> None:
        """Print something that has happened; end if that fails."""
        if self._failure is not None:
            return
        try:
            self._show(json.dumps(row, ensure_ascii=False) if self._options.json else _line(row))
        except Exception as error:  # noqa: BLE001 - raised again at the end
            self._failure = error
            self._stop.set()

    async def run(self, platform: SimulatedPlatform) -> int:
        """Play until the end of the events or a signal; return the exit status."""
        async with platform:
            for ending in (signal.SIGINT, signal.SIGTERM):
                with suppress(NotImplementedError):  # on Windows
                    asyncio.get_running_loop().add_signal_handler(ending, self._stop.set)
            report(f"lark-event: listening on {platform.domain}")
            await self._until_stopped(self._events(platform))
            # After a signal, what has been sent may still be acked.
            if platform.connections and not self._failure:
                with suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(platform.settled(), platform.ack_seconds if self._stop.is_set() else None)
            missing = len(platform.pending)
        if self._failure is not None:
            raise self._failure
        self._tell_counts(platform.counts)
        return 1 if missing or platform.counts.get("given up") else 0

    async def _until_stopped(self, work: Any) -> None:
        """Do it to the end, or until a signal comes."""
        working, stopped = asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())
        await asyncio.wait([working, stopped], return_when=asyncio.FIRST_COMPLETED)
        for task in (working, stopped):
            if not task.done():
                task.cancel()
        await asyncio.gather(working, stopped, return_exceptions=True)
        if not working.cancelled():
            working.result()

    async def _events(self, platform: SimulatedPlatform) -> None:
        if self._options.script:
            for step in self._options.script:
                await step.run(platform)
        else:
            await self._made_up(platform)
        await platform.settled()

    async def _made_up(self, platform: SimulatedPlatform) -> None:
        """Deliver events in the interval that was asked for, to whoever is there."""
        numbers = range(self._options.count) if self._options.count else count()
        for at, event in zip(numbers, self._contents(), strict=False):
            if at:
                await asyncio.sleep(self._options.interval)
            await platform.connected()
            if len(platform.deliveries) > MAX_PENDING:
                platform.forget()
            if len(platform.deliveries) > MAX_PENDING:
                await platform.deliveries[0].done.wait()
            platform.start(event)

    def _contents(self) -> Iterator[dict[str, Any]]:
        """Return events without end: those of the user's files, or one of each type."""
        platform = Platform("", None, None, 1)
        if not self._options.event:
            yield from (platform.sample(class_name) for class_name in cycle(CLASS_NAMES.values()))
        for content in cycle(self._options.event):
            fresh = platform.event("", {})["header"]["event_id"]
            yield {**content, "header": {**content["header"], "event_id": fresh}}

    def _tell_counts(self, counts: dict[str, int]) -> None:
        counts = {name: number for name, number in sorted(counts.items()) if number}
        if self._options.json:
            self._show(json.dumps({"what": "ended", "counts": counts}))
        else:
            self._show("ended: " + (", ".join(f"{number} {name}" for name, number in counts.items()) or "nothing"))


def _line(row: dict[str, Any]) -> str:
    what, *more = row.items()
    return printable(" ".join([f"{what[1]}:", *(f"{name}={value}" for name, value in more if value is not None)]))


def _loopback(text: str) -> str:
    try:
        return loopback(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds from 0 on, found {text!r}")
    return seconds


def _faults(text: str) -> dict[str, float]:
    rates: dict[str, float] = {}
    for item in text.split(","):
        name, _, number_text = item.partition("=")
        try:
            rate = float(number_text)
        except ValueError:
            rate = -1.0
        if name.strip() not in {*RATES, "all"} or not 0 <= rate <= 1:
            raise argparse.ArgumentTypeError(
                f"expected NAME=RATE with one of {', '.join(RATES)}, all and a rate from 0 to 1, found {item!r}"
            )
        rates.update(dict.fromkeys(RATES, rate) if name.strip() == "all" else {name.strip(): rate})
    return rates


def _script(name: str) -> list[Step]:
    try:
        return read_script(name)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{name}: {error.strerror}") from error
    except ScriptError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
