"""Plays the platform: makes events, encrypts and signs them, and delivers them to an endpoint."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lark_event import _native
from lark_event._model import event_row

TIMESTAMP, NONCE, SIGNATURE = "X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Lark-Signature"
# The platform's limits: for the connection, the reply to an event, and the reply to a challenge.
CONNECT_SECONDS = 2.0
EVENT_SECONDS = 3.0
CHALLENGE_SECONDS = 1.0
# How long after a failed delivery the next one comes.
RETRY_GAPS = (15, 5 * 60, 60 * 60, 6 * 60 * 60)
# What to divide these by unless something else is said: all of them then take about ten seconds.
TIME_SCALE = 2500
# As much of a reply as is looked at.
REPLY_BYTES = 1 << 16


@dataclass(frozen=True)
class Reply:
    """What an endpoint has answered, if it has."""

    status: int | None
    body: bytes
    seconds: float
    error: str | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the platform would not deliver again."""
        return self.status == http.HTTPStatus.OK and self.error is None

    @property
    def is_refused(self) -> bool:
        """Whether the endpoint has said no, be it by hanging up."""
        return self.error == HUNG_UP or self.status not in {None, http.HTTPStatus.OK}

    def __str__(self) -> str:
        """Tell status or error, the time it took, and the body."""
        took = f"{self.seconds * 1000:.0f} ms"
        if self.error is not None:
            return f"{self.error} after {took}"
        return f"{self.status} in {took} {self.body[:100].decode('utf-8', 'backslashreplace')}".rstrip()


HUNG_UP = "the connection was closed"


class UnreachableError(Exception):
    """Nothing answers at the endpoint."""


class Platform:
    """The platform, as far as one endpoint sees it."""

    def __init__(self, url: str, encrypt_key: str | None, verification_token: str | None, time_scale: float) -> None:
        """Deliver to `url`, which is http or https; waits between deliveries are `time_scale` times shorter."""
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.encrypt_key = encrypt_key
        self.verification_token = verification_token
        self.time_scale = time_scale

    def event(self, event_type: str, fields: dict[str, Any], *, token: str | None = None) -> dict[str, Any]:
        """Return a new event of schema 2.0."""
        header = {
            "event_id": uuid.uuid4().hex,
            "event_type": event_type,
            "create_time": str(time.time_ns() // 1_000_000),
            "token": self.token if token is None else token,
            "app_id": "cli_0000000000000000",
            "tenant_key": "0000000000000000",
        }
        return {"schema": "2.0", "header": header, "event": fields}

    def sample(self, name: str = "ProcessUpdated") -> dict[str, Any]:
        """Return a new event of a class, with a value for each of its fields."""
        row = event_row(name)
        return self.event(row["type"], sample_fields(row["fields"]))

    @property
    def token(self) -> str:
        """The verification token, or what stands in its place where there is none."""
        return self.verification_token or "0" * 32

    def body(self, content: object, key: str | None = None) -> bytes:
        """Return a body as it goes over the line: encrypted if there is a key."""
        plain = content if isinstance(content, bytes) else _compact(content)
        key = key or self.encrypt_key
        if key is None:
            return plain
        return _compact({"encrypt": _native.encrypt(key, plain, os.urandom(16))})

    def signature(self, body: bytes, key: str | None = None) -> dict[str, str]:
        """Return the headers that sign a body; none without a key."""
        key = key or self.encrypt_key
        if key is None:
            return {}
        timestamp, nonce = str(int(time.time())), uuid.uuid4().hex
        return {TIMESTAMP: timestamp, NONCE: nonce, SIGNATURE: _native.sign(key, timestamp, nonce, body)}

    def deliver(self, content: object) -> Reply:
        """Deliver an event as the platform does."""
        body = self.body(content)
        return self.send(body, self.signature(body))

    def challenge(self, text: str, token: str | None = None, *, plain: bool = False) -> Reply:
        """Ask for a challenge, which is not signed."""
        content = {"challenge": text, "token": self.token if token is None else token, "type": "url_verification"}
        body = _compact(content) if plain else self.body(content)
        return self.send(body, {}, CHALLENGE_SECONDS)

    def deliver_until_accepted(self, content: object) -> list[Reply]:
        """Deliver an event as often as the platform does, with its waits made shorter."""
        replies = [self.deliver(content)]
        for gap in RETRY_GAPS:
            if replies[-1].is_accepted:
                break
            time.sleep(gap / self.time_scale)
            replies.append(self.deliver(content))
        return replies

    def send(
        self, body: bytes, headers: dict[str, str], seconds: float = EVENT_SECONDS, *, length: int | None = None
    ) -> Reply:
        """Send a request and wait for the reply. With a `length` that is not the body's, hang up after the body."""
        connection = self._connect()
        start = time.monotonic()
        # A timeout of the socket alone would begin anew with every byte of a reply that drips in.
        end = threading.Timer(seconds, _hang_up, [connection.sock])
        end.start()
        try:
            status, reply = self._exchange(connection, body, headers, length)
        except (OSError, http.client.HTTPException):
            took = time.monotonic() - start
            return Reply(None, b"", took, HUNG_UP if took < seconds else "no reply")
        finally:
            end.cancel()
            connection.close()
        took = time.monotonic() - start
        return Reply(status, reply, took, None if took <= seconds else "too late a reply")

    def _connect(self) -> http.client.HTTPConnection:
        make = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = make(self._host, self._port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
            connection.sock.settimeout(None)
        except OSError as error:
            raise UnreachableError(f"no connection to {self._host}:{connection.port}: {error}") from error
        return connection

    def _exchange(
        self, connection: http.client.HTTPConnection, body: bytes, headers: dict[str, str], length: int | None
    ) -> tuple[int, bytes]:
        connection.putrequest("POST", self._path)
        fixed = {"Content-Type": "application/json;charset=utf-8", "X-Request-Id": uuid.uuid4().hex}
        for name, value in {**fixed, "Content-Length": str(len(body) if length is None else length), **headers}.items():
            connection.putheader(name, value)
        try:
            connection.endheaders(body)
            if length is not None:
                connection.sock.shutdown(socket.SHUT_WR)
        except ConnectionError:
            pass  # an endpoint may answer before it has read everything
        response = connection.getresponse()
        return response.status, response.read(REPLY_BYTES)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _compact(content: object) -> bytes:
    """Return JSON without white space, as the platform sends it: some endpoints verify what they have written again."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def sample_fields(fields: tuple[_native.FieldRow, ...]) -> dict[str, Any]:
    """Return a value for each field, as the platform writes them."""
    return {row["name"]: _sample(row) for row in fields}


def _sample(row: _native.FieldRow) -> object:
    kind = row["kind"]
    if row["enum"] is not None:
        return _native.enum_values(row["enum"])[0]["value"]
    if row["record"] is not None:
        sample = sample_fields(row["record"]["fields"])
        return [sample] if kind == "object_list" else sample
    if kind == "enum":
        return 1
    if kind == "decimal":
        return "1700000000000"
    samples = {"id": "7072306364927985196", "date": "2026-01-31", "time": "1700000000000"}
    text = next((it for end, it in samples.items() if row["name"].endswith(end)), f"sample of {row['name']}")
    return [text] if kind == "text_list" else text
