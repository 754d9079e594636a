"""What clients see of the simulated platform before the first event: where to connect to, handshakes, and pongs."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import uuid
from abc import ABC, abstractmethod
from collections import Counter, deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response

from lark_event._native import Frame
from lark_event._simulated.delivery import CONTROL, DATA
from lark_event._simulated.endpoint import EndpointServer, loopback, refusal
from lark_event._simulated.faults import HOWS, Faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from typing_extensions import Self
    from websockets.http11 import Request


# What the real platform sends.
CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30, "PingInterval": 120}
SERVICE_ID = 33554678
MAX_CONNECTIONS = 50
WEBSOCKET_PATH = "/ws/v2"
FORBIDDEN, AUTH_FAILED = 403, 514
NO_CREDENTIAL, INVALID_CREDENTIAL, CONNECTION_LIMIT = 1_000_040_344, 1_000_040_345, 1_000_040_350
# The start of a WebSocket frame of 256 bytes.
HALF_A_FRAME = b"\x82\x7e\x01\x00" + bytes(100)

# Clients break connections, which is what this is for: nothing to report.
_logger = logging.getLogger("lark_event._simulated")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False


class Link(ServerConnection):
    """One connection of a client."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.device_id = ""
        self.is_silent = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # One event after the other, unless they are to be mixed.
        self.sending = asyncio.Lock()

    def data_received(self, data: bytes) -> None:
        # Also what the library would answer by itself: pings of the WebSocket, and close frames.
        if not self.is_silent:
            super().data_received(data)

    async def send_frame(self, message: bytes) -> None:
        """Send a message; into the void where nobody is any more."""
        if not self.is_silent and not self.transport.is_closing():
            with suppress(ConnectionClosed):
                await self.send(message)

    async def lose(self, how: str) -> None:
        """End the connection in one of the ways of `HOWS`."""
        if how == "close" and not self.is_silent:
            await self.close()
            return
        if how == "cut" and not self.transport.is_closing():
            self.transport.write(HALF_A_FRAME)
            self.transport.close()
        else:
            self.transport.abort()
        await self.gone


class Connections(ABC):
    """The connections of clients, and all that goes on in them but events."""

    def __init__(
        self,
        app_id: str | None = None,
        app_secret: str | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        config: Mapping[str, Any] = CONFIG,
        faults: Faults | None = None,
        service_id: int = SERVICE_ID,
        observe: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        """Know one app, or take any app id and secret.

        `host` is an address of loopback, `port` that of the question where to connect to; 0 picks one. `observe` is
        called with everything that happens: `what`, and more.
        """
        if (app_id is None) != (app_secret is None):
            raise ValueError("an app id and a secret are needed, or none of them")
        self._app = None if app_id is None or app_secret is None else (app_id, app_secret)
        self._host, self._port = loopback(host), port
        self.config: dict[str, Any] = dict(config)
        """What clients are told with the address, and in pongs."""
        self.pong: bytes | None = None
        """The payload of pongs, if it is another than `config`."""
        self.faults = faults or Faults()
        self.service_id = service_id
        self.domain = ""
        """What a client takes for `https://open.feishu.cn`."""
        self._counts: Counter[str] = Counter()
        self._observe = observe
        self._links: list[Link] = []
        self._open = asyncio.Event()
        self._is_silent = False
        self._tickets: dict[str, str] = {}
        self._refusals: deque[tuple[int, bytes]] = deque()
        self._refused_handshakes: deque[Response] = deque()

    async def __aenter__(self) -> Self:
        """Listen. Raises `OSError`."""
        self._server = await serve(
            self._connected,
            self._host,
            0,
            process_request=self._handshake,
            create_connection=Link,
            compression=None,
            ping_interval=None,
            close_timeout=1,
            logger=_logger,
        )
        try:
            self._endpoint = EndpointServer(self._host, self._port, self._answer)
        except OSError:
            self._server.close()
            await self._server.wait_closed()
            raise
        self.domain = f"http://{_authority(*self._endpoint.address)}"
        return self

    async def __aexit__(self, *_: object) -> None:
        """End all connections."""
        await self._endpoint.close()
        for link in self._links:
            if link.is_silent:
                link.transport.abort()
        self._server.close()
        await self._server.wait_closed()

    @property
    def counts(self) -> dict[str, int]:
        """How often what has happened, such as `connected`, `attempts`, `acked` and `given up`."""
        return dict(self._counts)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._links)

    async def connected(self) -> None:
        """Wait until a connection is open."""
        await self._open.wait()

    # Faults on demand

    async def disconnect(self, how: str = "close") -> None:
        """Lose all connections: by a close frame, by `abort` without one, or by `cut` in the middle of a frame."""
        if how not in HOWS:
            raise ValueError(f"expected one of {', '.join(HOWS)}, found {how!r}")
        await asyncio.gather(*(link.lose(how) for link in self._links))

    def refuse(
        self, code: int = 1, msg: str = "system busy", *, status: int = 200, body: bytes | None = None, times: int = 1
    ) -> None:
        """Refuse the next questions where to connect to, by a code, an HTTP status, or any body."""
        self._refusals.extend([(status, refusal(code, msg) if body is None else body)] * times)

    def refuse_handshake(
        self,
        status: int | None = AUTH_FAILED,
        msg: str = "refused",
        *,
        auth_error_code: int | None = None,
        http_status: int = FORBIDDEN,
        times: int = 1,
    ) -> None:
        """Refuse the next handshakes, with the headers `Handshake-Status`, ...; without them if `status` is `None`."""
        for _ in range(times):
            self._refused_handshakes.append(_handshake_refusal(status, msg, auth_error_code, http_status))

    def silence(self, *, on: bool = True) -> None:
        """Keep connections open, and the ones to come, but send nothing and answer nothing.

        Turned off, it holds for new connections: those that were silenced have missed too much.
        """
        self._is_silent = on
        if on:
            self._count("silenced")
            for link in self._links:
                link.is_silent = True

    def configure(self, **values: Any) -> None:
        """Change the configuration from the next pong on: `PingInterval=5`, ..."""
        self.config.update(values)
        self.pong = None
        self._count("configured", **values)

    # Connecting

    async def _answer(self, body: bytes) -> tuple[int, bytes]:
        """Answer the question where to connect to."""
        question = self._counts["discoveries"]
        self._counts["discoveries"] += 1
        status, reply = self._refusal(question, body) or (200, b"")
        if reply or status != 200:  # noqa: PLR2004 - the status of HTTP
            self._count("refused discoveries", status=status, body=reply.decode("utf-8", "backslashreplace"))
            return status, reply
        ticket, device_id = uuid.uuid4().hex, str(uuid.uuid4().int % 10**19)
        self._tickets[ticket] = device_id
        parameters = {
            "fpid": 493,
            "aid": 552564,
            "device_id": device_id,
            "access_key": uuid.uuid4().hex,
            "service_id": self.service_id,
            "ticket": ticket,
        }
        address = _authority(*next(iter(self._server.sockets)).getsockname()[:2])
        data = {"URL": f"ws://{address}{WEBSOCKET_PATH}?{urlencode(parameters)}", "ClientConfig": self.config}
        return 200, json.dumps({"code": 0, "msg": "", "data": data}).encode()

    def _refusal(self, question: int, body: bytes) -> tuple[int, bytes] | None:
        if self._refusals:
            return self._refusals.popleft()
        chance = self.faults.refusal(question)
        if chance is not None:
            return chance[0], refusal(chance[1], "system busy")
        return self._credential_refusal(body) or self._limit_refusal()

    def _credential_refusal(self, body: bytes) -> tuple[int, bytes] | None:
        try:
            content = json.loads(body)
            found = [content.get(name) for name in ("AppID", "AppSecret")]
        except (ValueError, AttributeError, RecursionError):
            return 400, refusal(400, "the request is no JSON object")
        if not all(isinstance(text, str) and text for text in found):
            return 200, refusal(NO_CREDENTIAL, "the request has no AppID or no AppSecret")
        if self._app and not all(map(_same, found, self._app)):
            return 200, refusal(INVALID_CREDENTIAL, "AppID or AppSecret is wrong")
        return None

    def _limit_refusal(self) -> tuple[int, bytes] | None:
        if len(self._links) < MAX_CONNECTIONS:
            return None
        return 200, refusal(CONNECTION_LIMIT, f"the app has {MAX_CONNECTIONS} connections")

    def _handshake(self, link: ServerConnection, request: Request) -> Response | None:
        """Return the refusal of a handshake, if it is refused."""
        handshake = self._counts["handshakes"]
        self._counts["handshakes"] += 1
        parts = urlsplit(request.path)
        ticket = parse_qs(parts.query).get("ticket", [""])[0]
        response = None
        if self._refused_handshakes:
            response = self._refused_handshakes.popleft()
        elif self.faults.refuses_handshake(handshake):
            response = _handshake_refusal(AUTH_FAILED, "try again", None, FORBIDDEN)
        elif parts.path != WEBSOCKET_PATH or ticket not in self._tickets:
            response = _handshake_refusal(FORBIDDEN, "the ticket is unknown or has been used", None, FORBIDDEN)
        elif len(self._links) >= MAX_CONNECTIONS:
            response = _handshake_refusal(AUTH_FAILED, "too many connections", CONNECTION_LIMIT, FORBIDDEN)
        if response is not None:
            self._count("refused handshakes", headers=dict(response.headers.raw_items()))
        elif isinstance(link, Link):
            link.device_id = self._tickets.pop(ticket)
        return response

    async def _connected(self, link: ServerConnection) -> None:
        """Take what comes over a connection until it ends."""
        if not isinstance(link, Link):
            return
        link.is_silent = self._is_silent
        self._links.append(link)
        self._open.set()
        self._count("connected", device_id=link.device_id)
        try:
            async for message in link:
                await self._received(link, message)
        except ConnectionClosed:
            pass
        finally:
            self._links.remove(link)
            if not self._links:
                self._open.clear()
            link.gone.set_result(None)
            self._count("disconnected", device_id=link.device_id)

    async def _link(self, choice: float) -> Link:
        """Return one of the open connections; wait for one if there is none."""
        while not self._links:
            await self._open.wait()
        return self._links[min(int(choice * len(self._links)), len(self._links) - 1)]

    # What comes

    async def _received(self, link: Link, message: str | bytes) -> None:
        if isinstance(message, str):
            self._count("unreadable", error="expected a binary message, found text")
            return
        try:
            frame = Frame.read(message)
        except ValueError as error:
            self._count("unreadable", error=str(error))
            return
        if frame.method == CONTROL and frame.header("type") == "ping":
            await self._pong(link, frame)
        elif frame.method == DATA:
            self._take_ack(frame)
        else:
            self._count("unexpected frames", method=frame.method, headers=frame.headers)

    async def _pong(self, link: Link, ping: Frame) -> None:
        payload = self.faults.pong(self._counts["pings"])
        self._counts["pings"] += 1
        if ping.service != self.service_id:
            self._count("misunderstood", error=f"expected service {self.service_id}, found {ping.service}")
            return
        if payload is None:
            payload = json.dumps(self.config).encode() if self.pong is None else self.pong
        pong = Frame(service=self.service_id, method=CONTROL, headers=[("type", "pong")], payload=payload)
        await link.send_frame(pong.write())

    @abstractmethod
    def _take_ack(self, frame: Frame) -> None:
        """Take what answers an event."""

    # Telling

    def _count(self, what: str, **more: Any) -> None:
        self._counts[what] += 1
        self._tell(what, **more)

    def _tell(self, what: str, **more: Any) -> None:
        if self._observe is not None:
            self._observe({"what": what, **more})


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _same(found: str, known: str) -> bool:
    return hmac.compare_digest(found.encode("utf-8", "surrogatepass"), known.encode())


def _handshake_refusal(status: int | None, msg: str, auth_error_code: int | None, http_status: int) -> Response:
    headers = Headers({"Content-Length": "0", "Connection": "close"})
    for name, value in (("Status", status), ("Msg", None if status is None else msg), ("Autherrcode", auth_error_code)):
        if value is not None:
            headers[f"Handshake-{name}"] = str(value)
    return Response(http_status, "Refused", headers, b"")
