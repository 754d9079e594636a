"""The command `lark-event serve`: a receiver that prints events."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import select
import signal
import socket
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lark_event import _limits, _native, _secrets
from lark_event._output import OutputError
from lark_event._terminal import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lark_event import Receiver

    # What makes of the options what prints an event.
    _Printer = Callable[[argparse.Namespace], Callable[[Any], None]]

DESCRIPTION = f"""\
Receives events over HTTP and prints each one to standard output, once. Events are verified with the Encrypt Key, the
verification token, or both.

{_secrets.HELP}
"""
EPILOG = """\
An event is answered with 200 only when it has been printed. While a file that it is printed to has no room, the answer
is 500, and the platform delivers it again. Behind a proxy that ends TLS, the request's URL is that of the proxy; the
platform must be able to reach it.

SIGINT, SIGTERM or SIGHUP ends the server after the requests under way, which have 5 seconds; a second one at once.

A request must have all its headers, 100 at most, within 10 seconds and then all its body within 10 more. There are up
to 10,000 connections, fewer if fewer files may be open (ulimit -n): for another one the one that has waited longest is
closed.

Exit status: 0 if it was ended by a signal, 1 if it could not start or print or end in time, 2 if the command line was
wrong.
"""
# How long requests under way may take after a signal.
GRACE_SECONDS = 5
BACKLOG = 1024
SEND_BYTES = 16 << 10
# How many lines of one kind are told, and in how many seconds: who sends what is refused shall not fill a disk with it.
CALM_LINES, CALM_SECONDS = 10, 10
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def add_parser(commands: Any, printer: _Printer) -> None:
    """Add the command to the command line; `printer` makes what prints an event."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "serve",
        help="receive events over HTTP and print them",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=number(0, 65535), default=8000, help="port to listen on; 0 picks one (default: %(default)s)"
    )
    parser.add_argument("--path", type=_path, default="/", help="path of the URL (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON Lines instead of tables")
    _secrets.add_options(
        parser,
        _secrets.ENCRYPT_KEY,
        _secrets.VERIFICATION_TOKEN,
        _secrets.PREVIOUS_ENCRYPT_KEY,
        _secrets.PREVIOUS_VERIFICATION_TOKEN,
    )
    parser.add_argument("--insecure", action="store_true", help="accept every request, without any secret")
    parser.add_argument(
        "--max-body",
        type=number(1, 2**32 - 1),
        default=_native.MAX_BODY,
        metavar="BYTES",
        help="largest body (default: %(default)s)",
    )
    parser.set_defaults(run=lambda options: _run(parser, options, printer))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, printer: _Printer) -> int:
    """Serve until a signal comes; return the exit status."""
    receiver = _receiver(parser, options)
    try:
        import httptools  # noqa: F401, PLC0415 - only this command needs it, by uvicorn
        import uvicorn  # noqa: PLC0415 - likewise
    except ImportError:
        return _fail("serve needs a server: pip install 'lark-event[serve]'")
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        # A name that cannot be resolved has a number of its own, below 0.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or error
        return _fail(f"{options.host}:{options.port} cannot be listened on: {reason}")
    log_calmly()
    files = _limits.open_files()
    backlog = min(BACKLOG, files // 4)
    app = _AtPath(receiver.asgi, options.path)
    limits = _limits.Limits(app, options.max_body, _limits.max_connections(files, backlog))
    config = uvicorn.Config(
        limits,
        interface="asgi3",
        http="httptools",
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        backlog=backlog,
        timeout_keep_alive=_limits.WAIT_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    config.load()
    http = _limits.watched(config.http_protocol_class)
    config.http_protocol_class = lambda **options: _limits.Connection(limits, http, options)  # type: ignore[assignment]
    server = uvicorn.Server(config)
    stop = lambda: setattr(server, "should_exit", True)  # noqa: E731 - called from two places
    end = ender(stop)
    # uvicorn would raise the signals again when it has ended.
    server.handle_exit = end  # type: ignore[method-assign]
    failure = print_events(receiver, stop, printer(options))
    with on_signals(end):
        report(f"lark-event: listening on http://{_authority(listener)}{options.path}")
        server.run(sockets=[listener])
    end_in_any_case(0)
    if failure:
        raise failure[0]
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(receiver.counts.items()))
    report(f"lark-event: ended: {counts or 'no requests'}")
    return 0


def print_events(receiver: Receiver, stop: Callable[[], object], show: Callable[[Any], None]) -> list[Exception]:
    """Have events printed, and `stop` called when that fails for good; return where the failure will be."""
    failure: list[Exception] = []
    logger = logging.getLogger("lark_event")
    has_room = True

    @receiver.on()
    async def _(envelope: Any) -> None:
        nonlocal has_room
        try:
            # The token has done its work; it is a secret that must not get around with the event.
            header = envelope.header.__replace__(token=None)
            show(envelope.__replace__(header=header))
        except Exception as error:
            if isinstance(error, OutputError) and error.is_passing:
                if has_room:
                    logger.error("the output cannot be written: %s: until it can, events are refused", error)  # noqa: TRY400 - a traceback tells nobody more
                has_room = False
                raise
            # Nobody would see what comes in from now on. The platform delivers it again, as it does this event.
            failure.append(error)
            stop()
            logger.disabled = True
            raise
        if not has_room:
            logger.warning("the output can be written again")
        has_room = True

    return failure


class _Calm(logging.Filter):
    """Lets through so many messages from one place in the code in a time, and counts the others."""

    def __init__(self) -> None:
        super().__init__()
        # Of each place: since when, how many, and how many were left out before.
        self._places: dict[tuple[str, int], tuple[float, int, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        # The one has been told once; of the other, what is left of requests at the end, their number is told.
        if record.exc_info and isinstance(record.exc_info[1], (OutputError, asyncio.CancelledError)):
            return False
        place, now = (record.pathname, record.lineno), time.monotonic()
        since, count, left_out = self._places.get(place, (now, 0, 0))
        if now - since >= CALM_SECONDS:
            since, count = now, 0
        if count >= CALM_LINES:
            self._places[place] = since, count, left_out + 1
            return False
        self._places[place] = since, count + 1, 0
        if left_out:
            record.msg = f"{record.msg} (and {left_out} more like it before)"
        return True


def log_calmly() -> None:
    """Log what is worth knowing to standard error, but only so much of it."""
    logging.basicConfig(format="lark-event: %(message)s", level=logging.WARNING)
    logging.raiseExceptions = False  # where there is no room, nobody is told
    for handler in logging.getLogger().handlers:
        handler.addFilter(_Calm())


def ender(stop: Callable[[], object]) -> Callable[..., None]:
    """Return the handler of signals that end a command: in good order, and at once if there is a second one."""
    is_ending = False

    def end(*_: object) -> None:
        nonlocal is_ending
        if is_ending:
            _end_now("ended by a second signal: what was under way comes again")
        is_ending = True
        end_in_any_case(2 * GRACE_SECONDS)
        stop()

    return end


def end_in_any_case(seconds: int) -> None:
    """Have the process end then, even where it is stuck in writing what nobody reads; with 0, not any more."""

    def end(*_: object) -> None:
        _end_now("ended without printing everything: nobody reads the output; what is missing comes again")

    if hasattr(signal, "SIGALRM"):  # not on Windows
        signal.signal(signal.SIGALRM, end)
        signal.alarm(seconds)


def _end_now(why: str) -> None:
    # Not even why may be read by anybody.
    if sys.stderr is not None and (sys.platform == "win32" or select.select([], [sys.stderr], [], 0)[1]):
        report(f"lark-event: {why}")
    os._exit(1)


@contextmanager
def on_signals(end: Callable[..., None]) -> Iterator[None]:
    """Have signals that end a process call `end`, but not what it was started to ignore, as by `nohup`."""
    before = {number: signal.getsignal(number) for number in ENDING}
    numbers = [number for number, handler in before.items() if handler != signal.SIG_IGN]
    for number in numbers:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, before[number])


class _AtPath:
    """An ASGI application at one path; there is nothing at others."""

    def __init__(self, app: Any, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == self._path:
            await self._app(scope, receive, send)
            return
        headers = [(b"content-length", b"0"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body"})


def _receiver(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Receiver:
    """Make the receiver that the options ask for."""
    from lark_event import Receiver  # noqa: PLC0415 - other commands need none of what it imports

    secrets: dict[str, Any] = {
        "encrypt_key": _secrets.of(options, _secrets.ENCRYPT_KEY),
        "verification_token": _secrets.of(options, _secrets.VERIFICATION_TOKEN),
        "previous_encrypt_key": _secrets.of(options, _secrets.PREVIOUS_ENCRYPT_KEY),
        "previous_verification_token": _secrets.of(options, _secrets.PREVIOUS_VERIFICATION_TOKEN),
    }
    if options.insecure:
        if any(secrets.values()):
            parser.error("--insecure goes without secrets, but there are some in files or in the environment")
        return Receiver.insecure(max_body=options.max_body)
    if not secrets["encrypt_key"] and not secrets["verification_token"]:
        parser.error(
            "an Encrypt Key or a verification token is needed, from a file or from the environment: see --help"
        )
    try:
        return Receiver(**secrets, max_body=options.max_body)
    except ValueError as error:
        parser.error(str(error))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    # Its connections take this over. asyncio sets it only on sockets that name their protocol, which these do not;
    # without it the body of an answer waits for the client's acknowledgement of the head, 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Replies are short; what a client leaves unread should not be megabytes of the memory of the system.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
    return listener


def _authority(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return what reads a whole number from the command line."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"expected a number from {lowest} to {highest}, found {text!r}")
        return int(text)

    return parse


def _path(text: str) -> str:
    if not text.startswith("/"):
        raise argparse.ArgumentTypeError(f"expected a path that starts with /, found {text!r}")
    return text


def _fail(message: str) -> int:
    report(f"lark-event: {message}")
    return 1
