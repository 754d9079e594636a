"""The command `lark-event listen`: a long connection that prints events."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lark_event import _secrets
from lark_event._serve import GRACE_SECONDS, end_in_any_case, ender, log_calmly, on_signals, print_events
from lark_event._terminal import report

if TYPE_CHECKING:
    from collections.abc import Callable

    from lark_event import LongConnection

    # What makes of the options what prints an event.
    _Printer = Callable[[argparse.Namespace], Callable[[Any], None]]

DESCRIPTION = f"""\
Receives events over the long connection, which needs no public address, and prints each one to standard output, once.
The app's settings must say that events come over the long connection (使用长连接接收事件).

The secret stands in the first line of a file, or in the environment: {_secrets.APP_SECRET}.
"""
EPILOG = f"""\
An event is answered with 200 only when it has been printed. While a file that it is printed to has no room, the answer
is 500, and the platform delivers it again. A connection that is lost is made again, and so is one over which nothing
comes any more: that is noticed within 40 seconds.

SIGINT, SIGTERM or SIGHUP ends it after the events under way, which have 5 seconds; a second one at once.

example:
  {_secrets.APP_SECRET}=... lark-event listen --app-id cli_... --json

Exit status: 0 if it was ended by a signal, 1 if the platform refuses the connection or it could not print or end in
time, 2 if the command line was wrong.
"""


def add_parser(commands: Any, printer: _Printer) -> None:
    """Add the command to the command line; `printer` makes what prints an event."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "listen",
        help="receive events over the long connection and print them",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--domain",
        default="feishu",
        help="feishu, lark, or the URL of what plays the platform (default: %(default)s)",
    )
    parser.add_argument("--app-id", metavar="ID", help=f"the app (else {_secrets.APP_ID} in the environment)")
    _secrets.add_options(parser, _secrets.APP_SECRET)
    parser.add_argument("--json", action="store_true", help="print JSON Lines instead of tables")
    parser.set_defaults(run=lambda options: _run(parser, options, printer))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, printer: _Printer) -> int:
    """Receive until a signal comes; return the exit status."""
    app_id = options.app_id or os.environ.get(_secrets.APP_ID)
    app_secret = _secrets.of(options, _secrets.APP_SECRET)
    if not app_id or not app_secret:
        parser.error(
            f"an app id and a secret are needed: --app-id or {_secrets.APP_ID}, and --app-secret-file or "
            f"{_secrets.APP_SECRET}"
        )
    try:
        from lark_event import LongConnection, LongConnectionError, Receiver, _connector  # noqa: PLC0415 - only here
    except ImportError as error:
        report(f"lark-event: {error}")
        return 1
    log_calmly()
    logging.getLogger("lark_event").setLevel(logging.INFO)
    receiver = Receiver.for_long_connection()
    domain = {"feishu": _connector.FEISHU, "lark": _connector.LARK}.get(options.domain, options.domain)
    try:
        connection = LongConnection(app_id, app_secret, receiver, domain=domain)
    except ValueError as error:
        parser.error(str(error))
    stop = asyncio.Event()
    failure = print_events(receiver, stop.set, printer(options))
    try:
        asyncio.run(_listen(connection, stop))
    except (LongConnectionError, ImportError) as error:  # a proxy of the environment may need another library
        report(f"lark-event: {error}")
        return 1
    if failure:
        raise failure[0]
    counts = connection.counts
    report(
        f"lark-event: ended: {counts.received} received, {counts.handled} handled, {counts.failed} failed, "
        f"{counts.duplicates} duplicates, {counts.reconnects} reconnects"
    )
    return 0


async def _listen(connection: LongConnection, stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def close() -> None:
        with suppress(RuntimeError):  # it has ended already
            loop.call_soon_threadsafe(stop.set)

    # Handlers of the event loop would wait until what is being printed has been.
    with on_signals(ender(close)):
        running, stopped = asyncio.ensure_future(connection.run()), asyncio.ensure_future(stop.wait())
        await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        await connection.close(GRACE_SECONDS)
        await running
    end_in_any_case(0)
