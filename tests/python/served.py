"""`lark-event serve` as a process, for its tests."""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from deliveries import KEY, TOKEN, delivery

SECRETS = {"LARK_ENCRYPT_KEY": KEY, "LARK_VERIFICATION_TOKEN": TOKEN}


def environment(**variables):
    return {name: value for name, value in os.environ.items() if not name.startswith("LARK_")} | variables


@dataclass
class Served:
    process: subprocess.Popen
    url: str

    @property
    def address(self):
        host, port = self.url.removeprefix("http://").partition("/")[0].rsplit(":", 1)
        return host.strip("[]"), int(port)

    def end(self, number=signal.SIGTERM):
        """End it; return the exit status and what it has printed."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, (out or b"").decode(), (err or b"").decode()


@contextlib.contextmanager
def serve(*arguments, port=0, stdout=subprocess.PIPE, stderr=subprocess.PIPE, before=(), **variables):
    """Run the command while the block lasts; `before` is what starts it, if it is not started as it is.

    Where `stderr` goes elsewhere, the port must be known.
    """
    command = [*before, sys.executable, "-m", "lark_event", "serve", "--port", str(port), *arguments]
    with subprocess.Popen(command, stdout=stdout, stderr=stderr, env=environment(**(variables or SECRETS))) as process:
        try:
            if process.stderr is None:
                wait_for(port)
                yield Served(process, f"http://127.0.0.1:{port}/")
            else:
                line = process.stderr.readline().decode()
                assert line.startswith("lark-event: listening on http://"), line
                yield Served(process, line.split()[-1])
        finally:
            process.kill()


def wait_for(port):
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on port {port}")


def free_port():
    """Return a port on which nobody listens; it is none of those that systems give to clients, as ours are."""
    while True:
        port = random.randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def request(*arguments, head=(), version="1.1", **options):
    """Return the bytes of a request that delivers an event, with more lines in its head."""
    headers, body = delivery(*arguments, **options)
    lines = [f"POST / HTTP/{version}", "Host: x", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", *head, "", ""]).encode() + body


def read_to_end(connection):
    """Return what comes until the other side closes, in whatever way."""
    reply = b""
    with contextlib.suppress(ConnectionResetError):
        while data := connection.recv(1 << 16):
            reply += data
    return reply


def talk(address, data, *, seconds=60):
    """Send something and return what comes until the other side closes."""
    with socket.create_connection(address, timeout=seconds) as connection:
        with contextlib.suppress(ConnectionError):  # it may have seen enough
            connection.sendall(data)
        return read_to_end(connection)


def statuses(reply):
    """Return the statuses of all replies in what has come."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", reply)]
