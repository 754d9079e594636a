"""The receiver: verifies and decrypts webhook requests, runs handlers, and says what to answer."""

from __future__ import annotations

import asyncio
import inspect
import logging
import math
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, overload

from lark_event import ErrorKind, _native
from lark_event._adapters import Asgi, Wsgi
from lark_event._model import DecodeError, WebhookError
from lark_event._record import Event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from typing_extensions import Self

    import lark_event
    from lark_event import Envelope

    _Headers = Mapping[str, str] | Mapping[bytes, bytes] | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]
    _E = TypeVar("_E", bound=lark_event.Event)
    _H = TypeVar("_H", bound=Callable[..., Any])
    # The handlers of an event, and its envelope.
    _Begun = tuple[list[Callable[..., Any]], Envelope[Any]]
    # What a handler returns is ignored, and awaited first if it can be.
    _Handler = TypeVar("_Handler", bound=Callable[[Envelope[Any]], Any])

logger = logging.getLogger("lark_event")

CAPACITY = 100_000


@dataclass(frozen=True)
class Response:
    """What to send back to the platform."""

    status: int
    """The HTTP status; the platform delivers an event again for every status but 200."""
    headers: dict[str, str] = field(default_factory=dict)
    """The headers."""
    body: bytes = b""
    """The body, JSON."""
    outcome: str = field(default="", compare=False)
    """What has come of the delivery, as `Receiver.counts` calls it."""


class Deduplicator(Protocol):
    """Remembers which events were seen, as `Dedup` does; bring your own to share it between processes.

    `ahandle` calls it in the event loop: it should answer at once. If it raises, the answer is 500.
    """

    def begin(self, event_id: str) -> Literal["new", "duplicate", "in_progress"]:
        """Take note that an event is about to be handled, unless it has been or is being."""

    def commit(self, event_id: str) -> None:
        """Remember the event as handled."""

    def abort(self, event_id: str) -> None:
        """Forget the event, which could not be handled: its next delivery is new."""


class Dedup:
    """Remembers the events of this process: the last `capacity` ones, each for `ttl` seconds.

    When it is full, the event that was begun first is forgotten. It takes 40 bytes of memory for each event of its
    capacity, from the start on. Threads can share it.
    """

    def __init__(self, capacity: int = CAPACITY, ttl: float = _native.TTL_MS / 1000) -> None:
        """Make an empty window."""
        self._window = _native.Dedup(capacity, int(ttl * 1000))

    def begin(self, event_id: str) -> Literal["new", "duplicate", "in_progress"]:
        """Take note that an event is about to be handled, unless it has been or is being."""
        return self._window.begin(event_id)

    def commit(self, event_id: str) -> None:
        """Remember the event as handled."""
        self._window.commit(event_id)

    def abort(self, event_id: str) -> None:
        """Forget the event, which could not be handled: its next delivery is new."""
        self._window.abort(event_id)


class Receiver:
    """Receives events: `handle` or `ahandle` in any server, `asgi` and `wsgi` as applications.

    Without a server, `LongConnection` does.

    With an Encrypt Key, the signature of every request is verified and its body decrypted; with a verification token,
    the token of every event is compared. One of the two is needed: see `insecure` for neither. While a secret is being
    replaced, the previous one is accepted too.

    A handler is called with the `Envelope`. Events that come in again are handled once; if a handler raises, the answer
    is 500, and the platform delivers the event again.
    """

    def __init__(
        self,
        encrypt_key: str | None = None,
        verification_token: str | None = None,
        *,
        previous_encrypt_key: str | None = None,
        previous_verification_token: str | None = None,
        max_body: int = _native.MAX_BODY,
        body_timeout: float = 10.0,
        tolerance: float | None = None,
        dedup: Deduplicator | None = None,
    ) -> None:
        """Make a receiver with the secrets of an app.

        `max_body` is in bytes, `body_timeout` and `tolerance` in seconds. `body_timeout` is how long the ASGI
        application waits for a whole body. `tolerance` refuses requests whose timestamp is older or newer; it is off by
        default, because the platform may deliver an event again after hours with the timestamp of its first delivery.
        `dedup` remembers events; `Dedup()`, in this process, if not given.
        """
        if encrypt_key is None and verification_token is None:
            raise ValueError(
                "a receiver needs an Encrypt Key or a verification token; Receiver.insecure() goes without them"
            )
        if tolerance is not None and not tolerance > 0:
            raise ValueError(f"tolerance must be more than 0 seconds, or None for any age, not {tolerance!r}")
        webhook = _native.Webhook(
            encrypt_key=encrypt_key,
            verification_token=verification_token,
            previous_encrypt_key=previous_encrypt_key,
            previous_verification_token=previous_verification_token,
            max_body=max_body,
            tolerance_ms=math.ceil((tolerance or 0) * 1000),
        )
        self._set_up(webhook, max_body, body_timeout, dedup)

    @classmethod
    def insecure(
        cls, *, max_body: int = _native.MAX_BODY, body_timeout: float = 10.0, dedup: Deduplicator | None = None
    ) -> Self:
        """Make a receiver without any secret: it takes every request for genuine. For tests."""
        receiver = cls.__new__(cls)
        webhook = _native.Webhook(insecure=True, max_body=max_body)
        receiver._set_up(webhook, max_body, body_timeout, dedup)  # noqa: SLF001 - this is its class
        return receiver

    @classmethod
    def for_long_connection(cls, *, dedup: Deduplicator | None = None) -> Self:
        """Make a receiver for `LongConnection` alone, which needs no secret here. It refuses every webhook request."""
        # Nobody knows the token.
        return cls(verification_token=secrets.token_hex(), dedup=dedup)

    def _set_up(self, webhook: _native.Webhook, max_body: int, body_timeout: float, dedup: Deduplicator | None) -> None:
        self._webhook = webhook
        self._dedup = Dedup() if dedup is None else dedup
        self._handlers = _native.Handlers()
        self._intake = _native.Intake(Response, webhook, _OPEN, self._handlers, _window(self._dedup))
        self._running: set[asyncio.Task[Response]] = set()
        self.max_body = max_body
        self.body_timeout = body_timeout

    # Handlers

    @overload
    def on(self, event: type[_E]) -> Callable[[Callable[[Envelope[_E]], Any]], Callable[[Envelope[_E]], Any]]: ...
    @overload
    def on(self, event: str | None = None) -> Callable[[_Handler], _Handler]: ...
    def on(self, event: Any = None) -> Any:
        """Register a handler, sync or async, for a class of events, an event type, or (with nothing) all events.

        An event goes to all handlers that it fits, in the order in which they were registered, until one raises. A sync
        handler is run in a thread by `ahandle` and `asgi`, so that it does not hold up others.

        A delivery of which only a part can be read goes to its handlers too, with what there is: `event` is `None` if
        the body has none, and `counts` counts it as `faulty`.
        """
        event_type = _event_type(event)

        def register(handler: _H) -> _H:
            if not callable(handler):
                raise TypeError(f"a handler must be callable, not {handler!r}")
            self._handlers.append((event_type, handler))
            return handler

        return register

    @property
    def counts(self) -> dict[str, int]:
        """How many deliveries have ended how.

        `handled`; `unhandled` (no handler is interested: answered with 200); `duplicate` and `in_progress`; `failed` (a
        handler raised); `faulty` (one field could not be read; handled all the same); `challenge`; `refused`.
        """
        return self._intake.counts()

    # Requests

    def open(self, headers: _Headers, body: bytes | bytearray | memoryview) -> Envelope[Any] | str:
        """Verify, decrypt and decode a request: return an event, or the text of a challenge.

        The building block of `handle`, without handlers. Raises `WebhookError` for a request that is to be refused, and
        `DecodeError` for an event that cannot be decoded, or only but for one field.
        """
        opened: Envelope[Any] | str = self._webhook.open(headers, body)
        return opened

    def handle(self, headers: _Headers, body: bytes | bytearray | memoryview) -> Response:
        """Handle a request and return what to answer. Async handlers are run in an event loop of their own."""
        response: Response = self._intake.handle(self, headers, body)
        return response

    async def ahandle(self, headers: _Headers, body: bytes | bytearray | memoryview) -> Response:
        """Handle a request and return what to answer. Sync handlers are run in a thread.

        What has been begun is ended even if the caller is cancelled, as when the platform hangs up after its 3 seconds.
        """
        return await self._to_end(self._intake.accept(self, headers, body))

    async def ahandle_event(self, event: bytes) -> Response:
        """Handle the JSON of an event that is known to be genuine, such as one that came over the long connection.

        As `ahandle`, but nothing is verified: whoever can call this can make up events.
        """
        return await self._to_end(self._intake.accept_event(self, event))

    async def _to_end(self, accepted: Response | _Begun) -> Response:
        if isinstance(accepted, Response):
            return accepted
        handlers, envelope = accepted
        task = asyncio.ensure_future(self._run(handlers, envelope))
        self._running.add(task)
        task.add_done_callback(lambda task: self._ended(task, envelope))
        return await asyncio.shield(task)

    @cached_property
    def asgi(self) -> Asgi:
        """The receiver as an ASGI application."""
        return Asgi(self)

    @cached_property
    def wsgi(self) -> Wsgi:
        """The receiver as a WSGI application."""
        return Wsgi(self)

    def __repr__(self) -> str:
        """Show no secrets."""
        return f"<{type(self).__name__} with {len(self._handlers)} handlers>"

    # What the intake calls where a request does not take the usual way

    def _not_opened(self, error: Exception) -> Response | Envelope[Any]:
        """Return what to answer to what could not be opened, or the envelope where only a field is wrong."""
        if isinstance(error, WebhookError):
            return self._refuse(error.kind, error.message)
        if not isinstance(error, DecodeError):
            raise error
        # Where only a field is wrong, everything else is there.
        envelope: Envelope[Any] | None = error.envelope
        if envelope is None or envelope.header.event_type is None:
            return self._refuse(error.kind, str(error))
        self._intake.count_faulty()
        logger.error("event %r lacks a field: %s", envelope.header.event_id, error)
        return envelope

    def _challenged(self, text: str) -> Response:
        self._intake.count_challenge()
        return _response(200, _native.challenge_reply(text), "challenge")

    def _begin(self, event_id: str) -> str | None:
        """Ask a store of events for one; `None` if it cannot be asked."""
        try:
            return self._dedup.begin(event_id)
        except Exception:
            logger.exception("event %r cannot be looked up", event_id)
            return None

    def _commit(self, event_id: str) -> None:
        self._dedup.commit(event_id)

    def _wait(self, result: object) -> None:
        """Wait for what a handler has returned if it can be waited for."""
        if inspect.isawaitable(result):
            _run_to_end(result)

    def _failed(self, envelope: Envelope[Any], error: BaseException) -> Response:
        """See to it that an event whose handler has failed can come in again, and return what to answer."""
        header = envelope.header
        logger.error("event %r (%s) could not be handled", header.event_id, header.event_type, exc_info=error)
        response: Response = self._intake.failed()
        self._forget(header.event_id)
        return response

    def _forget(self, event_id: str | None) -> None:
        try:
            if event_id is not None:
                self._dedup.abort(event_id)
        except Exception:
            logger.exception("event %r cannot be forgotten", event_id)

    def _ended(self, task: asyncio.Task[Response], envelope: Envelope[Any]) -> None:
        self._running.discard(task)
        # A loop that is closed cancels what it has not even started.
        if task.cancelled():
            self._forget(envelope.header.event_id)

    async def _run(self, handlers: list[Callable[..., Any]], envelope: Envelope[Any]) -> Response:
        try:
            for handler in handlers:
                if inspect.iscoroutinefunction(handler):
                    await handler(envelope)
                    continue
                result = await asyncio.to_thread(_call, handler, envelope)
                if inspect.isawaitable(result):
                    await result
            if envelope.header.event_id is not None:
                self._dedup.commit(envelope.header.event_id)
        except BaseException as error:
            response = self._failed(envelope, error)
            if not isinstance(error, Exception):
                raise
        else:
            response = self._intake.handled()
        return response

    def _refuse(self, kind: int, message: str) -> Response:
        logger.warning("delivery refused: %s: %s", ErrorKind(kind).name, message)
        self._intake.count_refused()
        return _response(*_native.reply(kind), "refused")


def _call(handler: Callable[..., Any], envelope: Envelope[Any]) -> Any:
    """Call a sync handler in a thread."""
    try:
        return handler(envelope)
    except StopIteration as error:
        # No future takes it: before Python 3.12 whoever waits for the thread would wait for ever.
        raise RuntimeError("the handler raised StopIteration") from error


def _run_to_end(result: Awaitable[object]) -> None:
    """Run what an async handler has returned, in an event loop of its own."""

    async def wait() -> None:
        await result

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(wait())
        return
    if inspect.iscoroutine(result):
        result.close()
    raise RuntimeError(
        "an async handler cannot be waited for inside of an event loop: use `await receiver.ahandle(...)`"
    )


def _window(dedup: Deduplicator) -> _native.Dedup | None:
    """Return what a `Dedup` remembers by; `None` for what others have written, whose methods are called."""
    if type(dedup) is not Dedup or (Dedup.begin, Dedup.commit, Dedup.abort) != _REMEMBER or len(vars(dedup)) != 1:
        return None
    return dedup._window  # noqa: SLF001 - it is in this module


def _event_type(event: Any) -> str | None:
    """Return the event type that is meant by the argument of `Receiver.on`."""
    if event is None or (isinstance(event, str) and event):
        return event
    if isinstance(event, type) and issubclass(event, Event) and event.EVENT_TYPE:
        if event.FAMILY == "url_verification":
            raise ValueError("challenges are answered by the receiver itself")
        return event.EVENT_TYPE
    raise TypeError(f"on() takes a class of events such as ProcessUpdated, an event type, or nothing, not {event!r}")


def _response(status: int, body: str, outcome: str) -> Response:
    return Response(status, {"content-type": "application/json; charset=utf-8"}, body.encode(), outcome)


# Methods that need not be called as long as nobody has put others in their places.
_OPEN = Receiver.open
_REMEMBER = (Dedup.begin, Dedup.commit, Dedup.abort)

Dedup.__module__ = Receiver.__module__ = Response.__module__ = "lark_event"
