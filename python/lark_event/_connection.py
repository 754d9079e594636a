"""The long connection: events over a WebSocket that this side opens."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import httpx
import websockets

from lark_event import _native
from lark_event._connector import FEISHU, MAX_EVENT_BYTES, OK, AttemptError, Connector, header, reason
from lark_event._printable import printable

if TYPE_CHECKING:
    import ssl as tls
    from collections.abc import Coroutine
    from types import TracebackType

    from typing_extensions import Self
    from websockets.asyncio.client import ClientConnection

    from lark_event import Receiver

logger = logging.getLogger("lark_event")
# Room to put parts in order, too. Memory is taken only as far as events come in parts.
MAX_PART_BYTES = 2 * MAX_EVENT_BYTES
MAX_PARTS = 1024
CONNECT_SECONDS = _native.CONNECT_TIMEOUT_MS / 1000
# An event that is answered after 3 s is delivered again; so many are never waiting where handlers keep up.
MAX_HANDLING = 1000
# The connection whose event is being handled.
_handling: ContextVar[LongConnection | None] = ContextVar("lark_event_handling", default=None)


class LongConnectionError(Exception):
    """The platform has refused the connection for good, or more attempts have failed in a row than it allows."""

    def __init__(self, message: str, code: int | None = None) -> None:
        """Take what is said, and the platform's code if there is one."""
        super().__init__(message)
        self.code = code
        """The platform's code, such as 1000040345 for a wrong app secret; `None` if attempts have failed."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle all attributes."""
        return type(self), (str(self), self.code)


@dataclass(frozen=True)
class LongConnectionCounts:
    """What a long connection has done so far."""

    received: int
    """Events that have come in, each as often as it came."""
    handled: int
    """Events whose handlers have run, or in which none is interested: 200, where their connection was still there."""
    failed: int
    """Events that come again: a handler has raised, they could not be read, or too many were being handled. 500."""
    duplicates: int
    """Events that had been handled before, and were answered with 200 again, or were still being handled: 500."""
    reconnects: int
    """How often it has connected again, or tried to."""
    last_pong_age: float | None
    """How many seconds ago the platform last answered a ping, if it has."""


class LongConnection:
    """Receives events over a WebSocket that it opens itself, so that no public address is needed.

    ```python
    receiver = Receiver.for_long_connection()

    @receiver.on(ProcessUpdated)
    async def handle(envelope): ...

    asyncio.run(LongConnection("cli_...", "...", receiver).run())
    ```

    Events go to the same handlers as those of webhooks: sync ones in threads, so that none holds up the connection, and
    several at once. An event is answered with 200 when its handlers have run; if one raises, the platform delivers it
    again. The connection is made again for ever, at pauses that grow, unless the platform says that it is of no use.

    `async with` runs it in the background, and closes it at the end.
    """

    def __init__(
        self,
        app_id: str,
        app_secret: str,
        receiver: Receiver,
        *,
        domain: str = FEISHU,
        proxy: str | Literal[True] | None = True,
        ssl: tls.SSLContext | None = None,
        connect_timeout: float = 10.0,
        read_timeout: float = 10.0,
    ) -> None:
        """Prepare a connection for an app, whose events go to the handlers of `receiver`.

        `domain` is `https://open.feishu.cn`, or `https://open.larksuite.com` for Lark. `proxy` is the URL of one,
        `True` for that of the environment (`HTTPS_PROXY`; not for a domain with `http://`, which is on this machine),
        `None` for none. `ssl` is for certificates of one's own.
        `connect_timeout` is how many seconds each of the two handshakes may take, `read_timeout` how many the reply to
        the question where to connect to.
        """
        if not app_id or not app_secret:
            raise ValueError("a long connection needs an app id and an app secret")
        self._request = _native.endpoint_request(app_id, app_secret)
        self._receiver = receiver
        self._connector = Connector(domain, proxy, ssl, connect_timeout, read_timeout)
        self._session = _native.Session(MAX_PART_BYTES, MAX_PARTS, secrets.randbits(64))
        self._socket: ClientConnection | None = None
        self._listening: asyncio.Task[None] | None = None
        self._running: asyncio.Task[None] | None = None
        self._handling: set[asyncio.Task[None]] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._closing = self._over = self._is_awaited = False
        self._refusal = ""
        self._received = self._handled = self._failed = self._duplicates = 0

    async def run(self) -> None:
        """Receive events until `close` is called. Raises `LongConnectionError` if it cannot go on.

        If it is cancelled, the connection is dropped. Handlers that are running go on, but their events are not
        answered and come again. When it has ended, make another `LongConnection` to begin anew.
        """
        if self._is_awaited and self._running is not None and self._running.done():
            raise RuntimeError("this long connection has ended: make another one")
        self._is_awaited = True
        await self._in_background()

    async def close(self, grace: float = 30.0) -> None:
        """End it: take no more events, answer those that are being handled, and close the WebSocket.

        Handlers that take longer than `grace` seconds go on, but their events are not answered. What was not answered
        comes again, to the next connection. When a handler calls this, it does not wait.

        As all else here, it is for the thread of the event loop: from another, use `asyncio.run_coroutine_threadsafe`.
        """
        self._session.close()
        self._closing = True
        self._news.set()
        running = self._running
        if running is None or running.done():
            return
        if _handling.get() is self:
            self._start(self._end(running, grace), self._ending)
        else:
            await self._end(running, grace)

    async def _end(self, running: asyncio.Task[None], grace: float) -> None:
        await asyncio.wait({running}, timeout=grace)
        if not running.done():
            if self._handling:
                logger.warning("long connection: %d handlers are still running after %g s", len(self._handling), grace)
            self._session.handle_disconnect(_now_ms())
            self._cancel()
            self._news.set()
            await asyncio.wait({running})

    async def __aenter__(self) -> Self:
        """Begin to receive events in the background."""
        self._in_background()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close it. Raises `LongConnectionError` if it could not go on, unless `run` or the block has raised."""
        await self.close()
        if error is None and not self._is_awaited:
            await self.run()
        elif self._running is not None and not self._running.cancelled():
            self._running.exception()  # so that asyncio does not miss somebody who takes it

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection right now."""
        return self._socket is not None

    @property
    def counts(self) -> LongConnectionCounts:
        """What it has done so far."""
        last_pong_ms = self._session.last_pong_ms
        return LongConnectionCounts(
            received=self._received,
            handled=self._handled,
            failed=self._failed,
            duplicates=self._duplicates,
            reconnects=max(self._session.connections - 1, 0),
            last_pong_age=None if last_pong_ms is None else max(_now_ms() - last_pong_ms, 0) / 1000,
        )

    def __repr__(self) -> str:
        """Show no secrets."""
        state = "connected" if self.is_connected else "not connected"
        return f"<{type(self).__name__} to {self._connector.domain}, {state}>"

    # The loop

    def _in_background(self) -> asyncio.Task[None]:
        if self._running is None:
            self._running = asyncio.ensure_future(self._run())
        return self._running

    async def _run(self) -> None:
        try:
            step, code = await self._do_what_is_due()
            if step == "closed":
                # Those who are done have only to be sent; those of an earlier connection are to end too.
                while tasks := {*self._handling, *self._sending}:
                    await asyncio.wait(tasks)
                await self._hang_up()
        finally:
            self._cancel()
        if step == "gave_up":
            raise LongConnectionError("as many attempts to connect have failed in a row as the platform allows")
        if step == "refused":
            reason = f": {self._refusal}" if self._refusal else ""
            raise LongConnectionError(f"the platform refuses the connection: {_code(code)}{reason}", code)

    async def _do_what_is_due(self) -> tuple[str, int]:
        """Do what the session says until it is over; return why."""
        while True:
            step, message, number = self._session.poll(_now_ms())
            if step == "connect":
                await self._unless_closed(self._connect())
            elif step == "send" and message is not None:
                # Not waited for: a peer that reads nothing must not keep the session from noticing it.
                self._start(self._send(self._socket, message), self._sending)
            elif step == "disconnect":
                logger.warning("long connection: dropped, because the platform is silent")
                self._drop()
            elif step == "wait":
                await self._wait(number)
            else:
                return step, number

    async def _wait(self, until_ms: int) -> None:
        """Wait until then, or until something has come or is to be done."""
        # What has come meanwhile gets the chance to be read in any case.
        await self._until_news(timeout=max(until_ms - _now_ms(), 10) / 1000)

    async def _until_news(self, *tasks: asyncio.Task[None], timeout: float | None = None) -> None:
        """Wait until something has come or is to be done, or one of the tasks has ended."""
        news = asyncio.ensure_future(self._news.wait())
        try:
            # `asyncio.wait_for` would be shorter, but before Python 3.12 it may overlook that this is cancelled.
            await asyncio.wait({news, *tasks}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        self._news.clear()

    async def _unless_closed(self, connecting: Coroutine[Any, Any, None]) -> None:
        """Run something, but not on when the connection is to be closed."""
        task = asyncio.ensure_future(connecting)
        try:
            while not (task.done() or self._closing):
                await self._until_news(task)
            if task.done():
                task.result()
        finally:
            task.cancel()
            await asyncio.wait({task})

    def _cancel(self) -> None:
        """Leave nothing behind but handlers that are running."""
        self._over = True
        self._drop()
        for task in {*self._handling, *self._sending}:
            task.cancel()

    # Connecting

    async def _connect(self) -> None:
        """Make a connection, or tell the session that there is none."""
        try:
            await asyncio.wait_for(self._open(), CONNECT_SECONDS)
        except websockets.InvalidStatus as error:
            self._refusal = header(error, "Handshake-Msg") or ""
            logger.warning("long connection: the handshake was refused: %s", self._refusal or error)
            status, auth_error_code = header(error, "Handshake-Status"), header(error, "Handshake-Autherrcode")
            self._session.handle_refusal(status, auth_error_code, _now_ms())
        except (
            AttemptError,
            asyncio.TimeoutError,
            OSError,
            ValueError,
            httpx.HTTPError,
            websockets.WebSocketException,
        ) as error:
            logger.warning("long connection: no connection: %s", reason(error))
            self._session.handle_disconnect(_now_ms())

    async def _open(self) -> None:
        reply = await self._connector.ask(self._request)
        code, refusal, url = self._session.handle_endpoint(reply, _now_ms())
        self._refusal = printable(refusal)
        if url is None:
            logger.warning("long connection: no connection: the platform says %s: %s", _code(code), self._refusal)
            return
        socket = await self._connector.open(url)
        self._socket = socket
        self._session.handle_open(_now_ms())
        self._listening = asyncio.create_task(self._listen(socket))
        logger.info("long connection: connected")

    # Being connected

    async def _listen(self, socket: ClientConnection) -> None:
        """Take messages until the connection is lost."""
        try:
            async for message in socket:
                if isinstance(message, bytes):
                    self._take(socket, message)
                else:
                    logger.warning("long connection: a text message is of no use")
                self._news.set()
        except websockets.ConnectionClosed as error:
            reason = printable(str(error))
        else:
            reason = "the platform has closed it"
        if self._socket is socket:
            logger.warning("long connection: lost: %s", reason)
            self._drop()
            self._session.handle_disconnect(_now_ms())
            self._news.set()

    def _take(self, socket: ClientConnection, message: bytes) -> None:
        try:
            delivery = self._session.handle_message(message, _now_ms())
        except ValueError as error:
            logger.warning("long connection: a message is of no use: %s", error)
            return
        if delivery is None:
            return
        if delivery.json is None:
            logger.warning("long connection: a card, or something unknown, is not handled")
            self._start(self._answer(socket, delivery, handled=False), self._sending)
            return
        self._received += 1
        if len(self._handling) >= MAX_HANDLING:
            self._failed += 1
            logger.error("long connection: %d events are being handled, another is refused", MAX_HANDLING)
            self._start(self._answer(socket, delivery, handled=False), self._sending)
            return
        self._start(self._handle(socket, delivery, delivery.json), self._handling)

    async def _handle(self, socket: ClientConnection, delivery: _native.Delivery, event: bytes) -> None:
        _handling.set(self)
        handled, outcome = False, "failed"
        try:
            response = await self._receiver.ahandle_event(event)
            handled, outcome = response.status == OK, response.outcome
        except asyncio.CancelledError:
            if self._over:
                raise
            # Otherwise it was the handler that was cancelled.
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            # An answer is owed in any case: closing waits for it.
            logger.exception("long connection: an event could not be handled")
        if outcome in {"duplicate", "in_progress"}:
            self._duplicates += 1
        elif handled:
            self._handled += 1
        else:
            self._failed += 1
        await self._answer(socket, delivery, handled=handled)

    async def _answer(self, socket: ClientConnection, delivery: _native.Delivery, *, handled: bool) -> None:
        answer = self._session.answer(delivery, handled, _now_ms())
        if answer is not None:
            await self._send(socket, answer)
        self._news.set()

    async def _send(self, socket: ClientConnection | None, message: bytes) -> None:
        # What could not be sent is lost with its connection, which the listener notices.
        with suppress(websockets.ConnectionClosed):
            if socket is not None:
                await socket.send(message)

    async def _hang_up(self) -> None:
        """Close the connection as the peer expects it."""
        socket, self._socket = self._socket, None
        if socket is not None:
            try:
                await socket.close()
            finally:
                socket.transport.abort()

    def _drop(self) -> None:
        """Leave the connection without waiting for the peer."""
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.transport.abort()

    def _start(self, work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)


def _code(code: int) -> str:
    return f"{_native.endpoint_code_name(code) or 'a code that is not known'} ({code})"


def _now_ms() -> int:
    return time.monotonic_ns() // 1_000_000


LongConnection.__module__ = LongConnectionCounts.__module__ = LongConnectionError.__module__ = "lark_event"
