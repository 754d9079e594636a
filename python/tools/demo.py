"""Shows events on their way: over HTTP, and over HTTP and the long connection into the same handler.

Run by `make demo`. Everything talks over loopback and has ended when this ends.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
from typing import IO, Any

import uvicorn
from lark_event import LongConnection, Receiver
from lark_event._platform import Platform
from lark_event._simulated.platform import SimulatedPlatform

COMMAND = [sys.executable, "-m", "lark_event"]
CHECKS = "challenge-encrypted,event-corehr.job_change.updated_v2,duplicate,signature-wrong,token"
TIMEOUT_SECONDS = 60


def main() -> int:
    """Show both; return the exit status."""
    return webhook() or asyncio.run(asyncio.wait_for(both_transports(), TIMEOUT_SECONDS))


def webhook() -> int:
    """Run `lark-event simulate webhook` against `lark-event serve`, and show what both print."""
    made_up = {"LARK_ENCRYPT_KEY": secrets.token_hex(16), "LARK_VERIFICATION_TOKEN": secrets.token_hex(16)}
    environment = {**os.environ, **made_up}
    print("\n$ lark-event serve --port 0 &", flush=True)
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as server:
        try:
            url = _url(server.stderr)
            print(f"\n$ lark-event simulate webhook {url} --checks {CHECKS}", flush=True)
            command = [*COMMAND, "simulate", "webhook", url, "--checks", CHECKS]
            status = subprocess.run(command, env=environment, timeout=TIMEOUT_SECONDS, check=False).returncode
            server.terminate()
            out, err = server.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            server.kill()
    print(f"\n$ kill %1\n{out}{err}", end="", flush=True)
    return status or server.returncode


def _url(lines: IO[str] | None) -> str:
    line = "" if lines is None else lines.readline()
    print(line, end="", flush=True)
    if "listening on " not in line:
        raise SystemExit("demo: the server has not started")
    return line.split()[-1]


async def both_transports() -> int:
    """Deliver an event by a webhook request and over the long connection, to one receiver; return the exit status."""
    print("\nThe same event by a webhook request and over the long connection, into the same handler:")
    key = secrets.token_hex(16)
    receiver, handled = Receiver(key), []

    @receiver.on("corehr.process.updated_v2")
    async def handle(envelope: Any) -> None:
        handled.append(envelope.event)
        print(f"  handled  {envelope.header.event_id}  {envelope.event}")

    server = uvicorn.Server(uvicorn.Config(receiver.asgi, port=0, lifespan="off", ws="none", log_level="warning"))
    serving = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    http = Platform(f"http://127.0.0.1:{port}/", key, None, 1)
    async with SimulatedPlatform() as feishu, LongConnection("cli_demo", "secret", receiver, domain=feishu.domain):
        first = feishu.sample()
        again = {**first, "header": {**first["header"], "event_id": secrets.token_hex(16)}}
        print("webhook, encrypted and signed:")
        replies = [await asyncio.to_thread(http.deliver, first)]
        print(f"  answered {replies[0].status}\nlong connection, in three parts, with another event id:")
        deliveries = [await feishu.deliver(again, parts=3)]
        print(f"  answered {deliveries[0].acks[-1].code}\nlong connection, with the id of the first:")
        deliveries.append(await feishu.deliver(first))
        print(f"  answered {deliveries[1].acks[-1].code}, and not handled again")
    server.should_exit = True
    await serving
    is_good = replies[0].is_accepted and all(it.accepted for it in deliveries)
    return 0 if is_good and len(handled) == 2 and handled[0] == handled[1] else 1  # noqa: PLR2004 - one by each way


if __name__ == "__main__":
    sys.exit(main())
