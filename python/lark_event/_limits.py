"""What those who connect to `lark-event serve` may take of it: time, memory and connections."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    _App = Callable[[Any, Any, Any], Awaitable[None]]
    _Http = Any
else:
    # uvicorn's, which is not always there.
    _Http = object

# How long a connection may wait for the headers of its next request to be whole, and then for its end.
WAIT_SECONDS = 10
# How long a client may leave replies unread that are more than what fits on the way to it.
UNREAD_SECONDS = 10
HEADER_BYTES = 64 << 10
# The shortest header takes thirty times its bytes of memory, and each some time: a few hundred thousand at once would
# hold up everybody else. Those at the end of chunks count too.
MAX_HEADERS = 100
# Chunks take time as well. These, and one for each so many bytes of the largest body, are more than anybody needs.
MAX_CHUNKS, CHUNK_BYTES = 1024, 1024
# The most connections at once. Each takes a few kilobytes.
MAX_CONNECTIONS = 10_000
# How many requests a client may send ahead of the replies to them. All that have come are read in one go, and would
# hold up everybody else.
MAX_AHEAD = 8
# So much of replies may be on the way to a client, besides what the system holds.
UNREAD_BYTES = 4 << 10
# What requests that are not answered yet may take of memory, besides the largest one.
PENDING_BYTES = 64 << 20
# Open files besides connections: the output, the event loop, the modules that are imported late, ...
OTHER_FILES = 64
_STATE = "lark_event.connection"
TOO_LARGE = b"431 Request Header Fields Too Large"
_RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Limits:
    """The limits of one server, and the connections that there are."""

    def __init__(self, app: _App, max_body: int, max_connections: int) -> None:
        """Let requests of limited size come through to `app`, over at most so many connections."""
        self._app = app
        # The framing of chunks may take as much again as what is in them.
        self.request_bytes = HEADER_BYTES + 2 * max_body
        self.chunks = MAX_CHUNKS + max_body // CHUNK_BYTES
        self._max_connections = max_connections
        self._connections = 0
        self._pending_bytes = 0
        # Those over which no request has come in whole, the one that has waited longest first.
        self._waiting: dict[Connection, None] = {}

    async def __call__(self, scope: Any, receive: Callable[[], Awaitable[Any]], send: Any) -> None:
        """Answer one request: the ASGI application."""
        connection: Connection = scope["state"][_STATE]

        async def watched() -> Any:
            message = await receive()
            if not message.get("more_body", False):
                self._waiting.pop(connection, None)
            return message

        connection.begin()
        try:
            if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES:
                await send({"type": "http.response.start", "status": 431, "headers": [(b"connection", b"close")]})
                await send({"type": "http.response.body"})
            else:
                await self._app(scope, watched, send)
        finally:
            connection.end()

    def enter(self, connection: Connection) -> None:
        """Take a new connection, in the place of the one that has waited longest if there are too many."""
        self._connections += 1
        self.await_request(connection)
        if self._connections > self._max_connections:
            self._drop_oldest()

    def take(self, count: int) -> None:
        """Count bytes of requests that are not answered yet; if there are too many, drop what has waited longest."""
        self._pending_bytes += count
        most = PENDING_BYTES + self.request_bytes
        if count > 0 and self._pending_bytes > most:
            while self._waiting and self._pending_bytes > most:
                self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = next(iter(self._waiting))
        del self._waiting[oldest]
        oldest.drop()

    def await_request(self, connection: Connection) -> None:
        """Take note that a connection has begun to wait."""
        self._waiting.pop(connection, None)
        self._waiting[connection] = None

    def leave(self, connection: Connection) -> None:
        """Forget a connection."""
        self._connections -= 1
        self._waiting.pop(connection, None)


class Connection(asyncio.Protocol):
    """One connection: passes everything on to what reads requests, but only so much of it, and for so long.

    A client that is gone without a word, one that is slow on purpose and one that has nothing to say are the same: none
    of them is waited for any longer.
    """

    def __init__(self, limits: Limits, http: Callable[..., asyncio.Protocol], options: dict[str, Any]) -> None:
        """Pass on to what `http` makes of `options`, those of uvicorn."""
        self._limits = limits
        # What uvicorn hands to the application with each request.
        options["app_state"] = {**(options.get("app_state") or {}), _STATE: self}
        self._inner = http(**options)
        self._inner._lark_event = self  # type: ignore[attr-defined]  # noqa: SLF001 - for `watched`
        self._loop = asyncio.get_running_loop()
        self._begun = 0
        self._under_way = 0
        # Requests that have come in whole and are not answered yet.
        self._whole = 0
        self._is_at_end = False
        self._headers = self._chunks = 0
        self._is_in_body = self._is_too_much = False
        # What has come since a request was answered, and what is held of it in memory: with requests that were sent
        # ahead, the last of which began in a piece of so many bytes, it is more.
        self._received = self._held = self._last = self._piece = 0
        self._is_lost = self._is_refused = self._is_unread = False
        self._deadline: asyncio.TimerHandle | None = None

    # From what reads requests

    def begin_message(self) -> None:
        """Take note that a request has come, or the start of one. Raises `ValueError` if there are too many at once."""
        self._begun += 1
        self._headers = self._chunks = 0
        self._is_in_body = False
        self._last = self._piece
        if self._begun > MAX_AHEAD:
            raise ValueError("too many requests")

    def take_header(self) -> None:
        """Count a header, or what stands behind the body as one. Raises `ValueError` if there are too many."""
        self._headers += 1
        if self._headers > MAX_HEADERS:
            self._is_too_much = True
            raise ValueError("too many headers")

    def end_headers(self) -> None:
        """Take note that what comes now is the body."""
        self._is_in_body = True

    def take_chunk(self) -> None:
        """Count a chunk. Raises `ValueError` if there are too many."""
        self._chunks += 1
        if self._chunks > self._limits.chunks:
            self._is_too_much = True
            raise ValueError("too many chunks")

    def end_message(self) -> None:
        """Take note that a request has come in whole."""
        self._whole += 1

    def refuse_too_much(self) -> bool:
        """Leave if what cannot be read is what there was too much of; return whether."""
        if self._is_too_much:
            if self._is_in_body:
                self.drop()
            else:
                self._refuse(TOO_LARGE)
        return self._is_too_much

    # From the application

    def begin(self) -> None:
        """Take note that the headers of a request are whole. For its body the application has a limit of its own."""
        self._under_way += 1
        if not self._is_unread:
            self._set_deadline(None)

    def end(self) -> None:
        """Take note that a request has been answered, as far as we can."""
        self._under_way -= 1
        self._begun -= 1
        self._whole = max(self._whole - 1, 0)
        if self._is_at_end and not self._whole:
            self._transport.close()
        if not self._under_way and not self._is_lost:
            # What has come ahead is still there.
            self._forget_received(self._last if self._begun > 0 else 0)
            self._limits.await_request(self)
            if not self._is_unread:
                self._set_deadline(WAIT_SECONDS)

    # From the transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(UNREAD_BYTES)
        self._inner.connection_made(transport)
        self._set_deadline(WAIT_SECONDS)
        self._limits.enter(self)

    def data_received(self, data: bytes) -> None:
        """Pass on what has come, and count it."""
        if self._is_refused:
            return
        self._piece = len(data)
        self._received += self._piece
        self._held += self._piece
        self._last += self._piece
        self._limits.take(self._piece)
        self._inner.data_received(data)
        if self._received > HEADER_BYTES:
            # When a request that is complete by now has begun.
            self._loop.call_soon(self._check_size)

    def eof_received(self) -> bool | None:
        """Take note that nothing more comes; but who has sent something whole may still read. Return whether."""
        self._is_at_end = True
        self._inner.eof_received()
        return self._whole > 0

    def connection_lost(self, error: Exception | None) -> None:
        """End what there is to it."""
        self._is_lost = True
        self._forget_received()
        self._set_deadline(None)
        self._limits.leave(self)
        self._inner.connection_lost(error)

    def pause_writing(self) -> None:
        """Give the client some time to read, unless its place is needed."""
        self._inner.pause_writing()
        self._is_unread = True
        self._limits.await_request(self)
        self._set_deadline(UNREAD_SECONDS)

    def resume_writing(self) -> None:
        """Take note that it reads again."""
        self._inner.resume_writing()
        self._is_unread = False
        self._set_deadline(None if self._under_way else WAIT_SECONDS)

    # Limits

    def drop(self) -> None:
        """Leave without a word."""
        self._forget_received()
        self._is_refused = True
        if self._transport.get_write_buffer_size():
            # What nobody takes goes with it. The system would keep its part for minutes.
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()

    def _forget_received(self, held: int = 0) -> None:
        self._limits.take(held - self._held)
        self._received, self._held = 0, held

    def _set_deadline(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None if seconds is None else self._loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        if self._under_way or self._transport.is_closing():
            self.drop()
        elif self._received:
            self._refuse(b"408 Request Timeout")
        else:
            self._close()

    def _check_size(self) -> None:
        if self._is_lost or self._is_refused:
            return
        if not self._under_way:
            if self._received > HEADER_BYTES:
                self._refuse(TOO_LARGE)
        elif self._received > self._limits.request_bytes:
            self.drop()

    def _refuse(self, status: bytes) -> None:
        """Say why, but only to who listens: whoever is being left already has had a reply."""
        if self._transport.is_closing():
            self.drop()
            return
        self._is_refused = True
        self._transport.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        self._close()

    def _close(self) -> None:
        """Close it when all has been sent, or if nobody takes that, without."""
        self._transport.close()
        self._set_deadline(UNREAD_SECONDS)


class _Watched(_Http):  # type: ignore[misc]
    """Tells its connection of what is in each request: the callbacks of httptools, before uvicorn's."""

    _lark_event: Connection

    # What these raise is a fault of the request to httptools.

    def on_message_begin(self) -> None:
        self._lark_event.begin_message()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._lark_event.take_header()
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._lark_event.end_headers()
        super().on_headers_complete()

    def on_chunk_header(self) -> None:
        self._lark_event.take_chunk()

    def on_message_complete(self) -> None:
        self._lark_event.end_message()
        super().on_message_complete()

    def send_400_response(self, message: str) -> None:
        if not self._lark_event.refuse_too_much():
            super().send_400_response(message)


def watched(http: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """Return a class that reads requests as uvicorn's for httptools does, and tells its connection of each."""
    return type(http.__name__, (_Watched, http), {})


def open_files() -> int:
    """Allow this process as many open files as connections and all else need, as far as it may; return how many."""
    wanted = 2 * MAX_CONNECTIONS
    if sys.platform == "win32":  # where sockets are no files
        return wanted
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if most > soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):  # some systems have a limit above that they do not tell
            return soft
    return max(most, soft)


def max_connections(files: int, backlog: int) -> int:
    """Return how many connections there may be, of which `backlog` may have come before the first of them is seen."""
    return max(min(MAX_CONNECTIONS, files - backlog - OTHER_FILES), 1)
