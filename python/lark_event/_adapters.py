"""The receiver as an application: for ASGI servers and frameworks, and for WSGI ones."""

from __future__ import annotations

import asyncio
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping

    from lark_event._receiver import Receiver, Response

    _Message = MutableMapping[str, Any]

CHUNK = 64 * 1024


class _BodyError(Exception):
    """The body of a request cannot be had; the status says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class Asgi:
    """An ASGI application: `uvicorn module:receiver.asgi`, or mounted as a route of FastAPI or Starlette."""

    def __init__(self, receiver: Receiver) -> None:
        """Serve what `receiver` handles."""
        self._receiver = receiver

    async def __call__(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        """Answer one request, whatever its path."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["method"] != "POST":
            await _send(send, *_failure(HTTPStatus.METHOD_NOT_ALLOWED))
        else:
            await self._post(scope["headers"], receive, send)

    async def _post(
        self,
        headers: Iterable[tuple[bytes, bytes]],
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        headers = list(headers)
        try:
            body = await _within(self._receiver.body_timeout, self._read(headers, receive))
        except ConnectionError:
            return  # nobody is there to be answered
        except asyncio.TimeoutError:
            await _send(send, *_failure(HTTPStatus.REQUEST_TIMEOUT))
        except _BodyError as error:
            await _send(send, *_failure(error.status))
        else:
            response = await self._receiver.ahandle(headers, body)
            await _send(send, response.status, response.headers, response.body)

    async def _read(self, headers: list[tuple[bytes, bytes]], receive: Callable[[], Awaitable[_Message]]) -> bytearray:
        lengths = {value.decode("latin-1") for name, value in headers if name.lower() == b"content-length"}
        limit = self._receiver.max_body
        if len(lengths) > 1:
            raise _BodyError(HTTPStatus.BAD_REQUEST)
        length = _check_length(lengths.pop() if lengths else None, limit)
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError
            body += message.get("body", b"")
            if len(body) > limit:
                raise _BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if length is not None and len(body) > length:
                raise _BodyError(HTTPStatus.BAD_REQUEST)
            if not message.get("more_body", False):
                break
        if length is not None and len(body) != length:
            raise _BodyError(HTTPStatus.BAD_REQUEST)
        return body


class Wsgi:
    """A WSGI application: `app = receiver.wsgi` for gunicorn, or mounted beside Flask or Django."""

    def __init__(self, receiver: Receiver) -> None:
        """Serve what `receiver` handles."""
        self._receiver = receiver

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        """Answer one request, whatever its path."""
        if environ["REQUEST_METHOD"] != "POST":
            return _start(start_response, *_failure(HTTPStatus.METHOD_NOT_ALLOWED))
        try:
            body = self._read(environ)
        except _BodyError as error:
            return _start(start_response, *_failure(error.status))
        headers = {
            name[len("HTTP_") :].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        response: Response = self._receiver.handle(headers, body)
        return _start(start_response, response.status, response.headers, response.body)

    def _read(self, environ: dict[str, Any]) -> bytes:
        limit = self._receiver.max_body
        length = _check_length(environ.get("CONTENT_LENGTH") or None, limit)
        if length is None and not environ.get("wsgi.input_terminated"):
            raise _BodyError(HTTPStatus.LENGTH_REQUIRED)
        body = bytearray()
        while len(body) < (limit + 1 if length is None else length):
            wanted = (limit + 1 if length is None else length) - len(body)
            try:
                chunk = environ["wsgi.input"].read(min(wanted, CHUNK))
            except OSError as error:
                raise _BodyError(HTTPStatus.BAD_REQUEST) from error
            if not chunk:
                break
            body += chunk
        if len(body) > limit:
            raise _BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if length is not None and len(body) < length:
            raise _BodyError(HTTPStatus.BAD_REQUEST)
        return bytes(body)


def _check_length(text: str | None, limit: int) -> int | None:
    """Return the length that a request says its body has."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise _BodyError(HTTPStatus.BAD_REQUEST)
    # Compared by digits first: Python refuses to read numbers of thousands of them.
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(limit)) or int(digits) > limit:
        raise _BodyError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return int(digits)


def _failure(status: HTTPStatus) -> tuple[int, dict[str, str], bytes]:
    """Return the parts of a response to a request whose body is left unread."""
    headers = {"content-type": "application/json; charset=utf-8", "connection": "close"}
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["allow"] = "POST"
    # What is called so differs between versions of Python.
    phrase = "Content Too Large" if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else status.phrase
    return int(status), headers, f'{{"msg":"{phrase}"}}'.encode()


if sys.version_info >= (3, 11):

    async def _within(seconds: float, reading: Coroutine[Any, Any, bytearray]) -> bytearray:
        async with asyncio.timeout(seconds):
            return await reading

else:  # which costs a task

    async def _within(seconds: float, reading: Coroutine[Any, Any, bytearray]) -> bytearray:
        return await asyncio.wait_for(reading, seconds)


async def _send(send: Callable[[_Message], Awaitable[None]], status: int, headers: dict[str, str], body: bytes) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    pairs.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


def _start(start_response: Callable[..., object], status: int, headers: dict[str, str], body: bytes) -> list[bytes]:
    # `Connection` is for the server to say, not for a WSGI application.
    pairs = [(name.title(), value) for name, value in headers.items() if name != "connection"]
    start_response(f"{status} {HTTPStatus(status).phrase}", [*pairs, ("Content-Length", str(len(body)))])
    return [body]


async def _lifespan(receive: Callable[[], Awaitable[_Message]], send: Callable[[_Message], Awaitable[None]]) -> None:
    """Tell a server that nothing needs to be started or stopped."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
