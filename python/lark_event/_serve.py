"""The command `lark-event serve`: a receiver that prints events."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lark_event import _native, _secrets
from lark_event._terminal import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lark_event import Receiver

    _Show = Callable[[Any, argparse.Namespace], None]

DESCRIPTION = f"""\
Receives events over HTTP and prints each one to standard output, once. Events are verified with the Encrypt Key, the
verification token, or both.

{_secrets.HELP}
"""
EPILOG = """\
An event is answered with 200 only when it has been printed. Behind a proxy that ends TLS, the request's URL is that of
the proxy; the platform must be able to reach it. SIGINT or SIGTERM ends the server after the requests under way.

Exit status: 0 if it was ended by a signal, 1 if it could not start or print, 2 if the command line was wrong.
"""
# How long requests under way may take after a signal.
GRACE_SECONDS = 5
BACKLOG = 1024


def add_parser(commands: Any, show: _Show) -> None:
    """Add the command to the command line; `show` prints an event."""
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
    parser.set_defaults(run=lambda options: _run(parser, options, show))


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace, show: _Show) -> int:
    """Serve until a signal comes; return the exit status."""
    receiver = _receiver(parser, options)
    try:
        import uvicorn  # noqa: PLC0415 - only this command needs it
    except ImportError:
        return _fail("serve needs a server: pip install 'lark-event[serve]'")
    try:
        listener = _listen(options.host, options.port)
    except OSError as error:
        # A name that cannot be resolved has a number of its own, below 0.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or error
        return _fail(f"{options.host}:{options.port} cannot be listened on: {reason}")
    logging.basicConfig(format="lark-event: %(message)s", level=logging.WARNING)
    app = _AtPath(receiver.asgi, options.path)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    handle_exit = server.handle_exit

    def end(number: int, frame: Any) -> None:
        end_in_any_case(2 * GRACE_SECONDS)
        handle_exit(number, frame)

    server.handle_exit = end  # type: ignore[assignment, method-assign]
    failure = print_events(
        receiver, lambda: setattr(server, "should_exit", True), lambda envelope: show(envelope, options)
    )
    report(f"lark-event: listening on http://{_authority(listener)}{options.path}")
    with _ended_by_signals():
        server.run(sockets=[listener])
    end_in_any_case(0)
    if failure:
        raise failure[0]
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(receiver.counts.items()))
    report(f"lark-event: ended: {counts or 'no requests'}")
    return 0


def print_events(receiver: Receiver, stop: Callable[[], object], show: Callable[[Any], None]) -> list[Exception]:
    """Have events printed, and `stop` called when that fails; return where the failure will be."""
    failure: list[Exception] = []

    @receiver.on()
    async def _(envelope: Any) -> None:
        try:
            # The token has done its work; it is a secret that must not get around with the event.
            header = envelope.header.__replace__(token=None)
            show(envelope.__replace__(header=header))
        except Exception as error:
            # Nobody would see what comes in from now on. The platform delivers it again, as it does this event.
            failure.append(error)
            stop()
            logging.getLogger("lark_event").disabled = True
            raise

    return failure


def end_in_any_case(seconds: int) -> None:
    """Have the process end then, even where it is stuck in writing what nobody reads; with 0, not any more."""

    def end(*_: object) -> None:
        report("lark-event: ended without printing everything: nobody reads the output; what is missing comes again")
        os._exit(1)

    if hasattr(signal, "SIGALRM"):  # not on Windows
        signal.signal(signal.SIGALRM, end)
        signal.alarm(seconds)


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let uvicorn, which ends on these signals and then sends them to itself again, end without dying of them."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


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
