"""Where the simulated platform is asked where to connect to: a small HTTP server in a thread of its own."""

from __future__ import annotations

import asyncio
import json
import socket
import socketserver
import threading
from concurrent.futures import CancelledError
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from lark_event._loopback import is_loopback
from lark_event._native import ENDPOINT_PATH

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    # From the body of a request to status and body of the reply, in the event loop.
    _Answer = Callable[[bytes], Awaitable[tuple[int, bytes]]]

REQUEST_SECONDS = 10
REQUEST_BYTES = 1 << 16


class EndpointServer:
    """Takes requests in threads, and has them answered in the event loop in which it was made."""

    def __init__(self, host: str, port: int, answer: _Answer) -> None:
        """Listen on `host` and `port`; 0 picks one. Raises `OSError`."""
        loop = asyncio.get_running_loop()

        def answer_in_loop(body: bytes) -> tuple[int, bytes]:
            async def run() -> tuple[int, bytes]:
                return await answer(body)

            return asyncio.run_coroutine_threadsafe(run(), loop).result()

        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer_in_loop)})
        server = _ServerOf6 if ":" in host else _Server
        self._server = server((host, port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """The address and port that it listens on."""
        host, port, *_ = self._server.server_address
        return str(host), int(port)

    async def close(self) -> None:
        """Take no more requests."""
        await asyncio.to_thread(self._server.shutdown)
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    # A client that hangs in the middle of its request must not hold up the end.
    daemon_threads = True
    block_on_close = False

    def server_bind(self) -> None:
        # That of HTTPServer looks the name of the host up.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, *_: Any) -> None:
        """Say nothing of clients that hang up."""


class _ServerOf6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    answer: Callable[[bytes], tuple[int, bytes]]
    timeout = REQUEST_SECONDS

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != ENDPOINT_PATH:
            self._reply(HTTPStatus.NOT_FOUND, b"404 page not found")
        elif not length.isascii() or not length.isdigit() or int(length) > REQUEST_BYTES:
            self._reply(
                HTTPStatus.BAD_REQUEST, refusal(HTTPStatus.BAD_REQUEST, "the request has no length, or a large one")
            )
        else:
            body = self.rfile.read(int(length))
            try:
                status, reply = self.answer(body)
            except (CancelledError, RuntimeError):  # the event loop has ended
                return
            self._reply(status, reply)

    def _reply(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing: the platform tells what happens."""


def refusal(code: int, msg: str) -> bytes:
    """Return the body of a reply that names no address.

    It has `data` all the same: without it the Node SDK asks again for ever, whatever the code says.
    """
    return json.dumps({"code": code, "msg": msg, "data": {}}, ensure_ascii=False).encode()


def loopback(host: str) -> str:
    """Return an address of loopback; raise `ValueError` for all others, which others could reach."""
    if not is_loopback(host):
        raise ValueError(f"expected an address of loopback such as 127.0.0.1, found {host!r}")
    return "127.0.0.1" if host == "localhost" else host
