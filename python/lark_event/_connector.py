"""Connecting: the question where to connect to, and the WebSocket."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import httpx
import websockets
from websockets.asyncio.client import connect

from lark_event import _native
from lark_event._loopback import is_loopback
from lark_event._printable import printable

if TYPE_CHECKING:
    import ssl as tls

    from websockets.asyncio.client import ClientConnection

# At the level DEBUG it tells the address and the beginnings of events: only to who asks for this one by its name.
_websocket_logger = logging.getLogger("lark_event.websocket")
_websocket_logger.setLevel(logging.INFO)

FEISHU = "https://open.feishu.cn"
LARK = "https://open.larksuite.com"
# An event has kilobytes.
MAX_EVENT_BYTES = 16 << 20
# A reply that says where to connect to has less than a kilobyte.
MAX_REPLY_BYTES = 64 << 10
OK = 200


class AttemptError(Exception):
    """An attempt to connect has failed; another may not."""


class Connector:
    """Asks the platform where to connect to, and opens a WebSocket there."""

    def __init__(
        self,
        domain: str,
        proxy: str | Literal[True] | None,
        ssl: tls.SSLContext | None,
        connect_timeout: float,
        read_timeout: float,
    ) -> None:
        """Take what `LongConnection` takes. Raises `ValueError` for a domain or a time-out that cannot be."""
        parts = urlsplit(domain)
        is_url = parts.scheme in {"https", "http"} and parts.hostname and parts.port != 0  # raises ValueError too
        if parts.username or parts.password or parts.query or parts.fragment:  # the first two are not to be shown
            raise ValueError(f"domain must be a URL such as {FEISHU}, without user, query or fragment")
        if not is_url or not domain.isprintable() or " " in domain:
            raise ValueError(f"domain must be a URL such as {FEISHU}, not {domain!r}")
        self._is_private = parts.scheme == "https"
        if not self._is_private and not is_loopback(parts.hostname or ""):
            raise ValueError(f"domain must begin with https://, since the app secret goes there, not {domain!r}")
        if not (connect_timeout > 0 and read_timeout > 0):  # nor what is no number
            raise ValueError("connect_timeout and read_timeout must be more than 0 seconds")
        self.domain = domain.rstrip("/")
        # To a proxy the secret would go as it is.
        self._proxy = None if proxy is True and not self._is_private else proxy
        self._ssl = ssl
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout

    async def ask(self, request: str) -> bytes:
        """Ask the platform where to connect to; return its reply."""
        proxy = self._proxy if isinstance(self._proxy, str) else None
        timeout = httpx.Timeout(self._read_timeout, connect=self._connect_timeout)
        headers = {
            # A compressed reply could unfold to gigabytes before anybody counts.
            "accept-encoding": "identity",
            "content-type": "application/json",
            "locale": "zh",
            "user-agent": f"lark-event/{_native.VERSION}",
        }
        body = bytearray()
        async with (
            httpx.AsyncClient(
                verify=self._context(), proxy=proxy, trust_env=self._proxy is True, timeout=timeout
            ) as client,
            client.stream("POST", self.domain + _native.ENDPOINT_PATH, content=request, headers=headers) as reply,
        ):
            if reply.status_code != OK:
                raise AttemptError(f"expected HTTP status 200, found {reply.status_code}")
            async for chunk in reply.aiter_raw():
                body += chunk
                if len(body) > MAX_REPLY_BYTES:
                    raise AttemptError(f"expected a reply of at most {MAX_REPLY_BYTES} bytes, found more")
        return bytes(body)

    async def open(self, url: str) -> ClientConnection:
        """Open the WebSocket at an address that the platform has named."""
        return await connect(
            url,
            ssl=self._context() if self._is_tls(url) else None,
            proxy=self._proxy,
            open_timeout=self._connect_timeout,
            # The platform answers pings of the WebSocket too. They keep the way open where the platform's own are
            # minutes apart; a platform that is gone without a word is noticed by the sum of all three.
            ping_interval=20,
            ping_timeout=15,
            close_timeout=5,
            max_size=MAX_EVENT_BYTES,
            compression=None,
            logger=_websocket_logger,
        )

    def _context(self) -> tls.SSLContext:
        """Return what says which certificates are good; reading those of all authorities takes a while."""
        self._ssl = self._ssl or httpx.create_ssl_context()
        return self._ssl

    def _is_tls(self, url: str) -> bool:
        """Whether an address is to be connected to with TLS. It must be if the platform was asked so."""
        parts = urlsplit(url)
        if parts.scheme not in {"wss", "ws"} or not parts.hostname:
            raise AttemptError("expected an address that begins with wss://, found another")  # it is a secret
        if parts.scheme == "ws" and self._is_private:
            raise AttemptError("expected an address that begins with wss://, found ws://")
        return parts.scheme == "wss"


def reason(error: Exception) -> str:
    """Return what is known of a failed attempt, but no address, which is a secret."""
    if isinstance(error, websockets.InvalidURI):
        return "expected the address of a WebSocket, found another"
    if isinstance(error, websockets.SecurityError):
        return "the handshake was passed on to an address without TLS, or too often"
    return printable(str(error)) or type(error).__name__


def header(error: websockets.InvalidStatus, name: str) -> str | None:
    """Return the first header of a refused handshake that has this name, as text that can be shown."""
    values = error.response.headers.get_all(name)
    if not values:
        return None
    try:
        value = values[0].encode("latin-1")
    except UnicodeEncodeError:
        value = values[0].encode(errors="surrogateescape")  # what websockets 15 makes of bytes that are not ASCII
    return printable(value.decode(errors="replace"))
