"""The clients of this project against the simulated platform: they get the same events as the official one."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from hashlib import sha1
from itertools import cycle
from pathlib import Path

import pytest
from python_client import TYPES
from test_python_connection import APP, Client, everything_handled, playing

ROOT = Path(__file__).parents[2]
SECRETS = {"LARK_APP_ID": APP[0], "LARK_APP_SECRET": APP[1]}


@pytest.fixture(scope="session")
def rust_example():
    """Build the example outside of what is bounded in time; return its path."""
    build = ["cargo", "build", "--quiet", "--locked", "-p", "lark-event", "--example", "long_connection"]
    done = subprocess.run([*build, "--message-format", "json"], cwd=ROOT, stdout=subprocess.PIPE, check=True)
    rows = map(json.loads, done.stdout.splitlines())
    return next(row["executable"] for row in rows if row.get("executable"))


@pytest.fixture(params=["python", "rust"])
def command(request):
    """Return the command that begins a client; the domain is to be put behind it."""
    if request.param == "rust":
        return [request.getfixturevalue("rust_example")]
    return [sys.executable, "-m", "lark_event", "listen", "--json", "--domain"]


class Printing:
    """A client that prints the events that it has handled as JSON Lines."""

    def __init__(self, process):
        self.handled = []
        """The ids of the events in the order in which they were handled."""
        self.fields = {}
        """The fields of each, by its id."""
        self.process = process
        self.reading = asyncio.ensure_future(self._read())

    async def _read(self):
        async for line in self.process.stdout:
            row = json.loads(line)
            self.fields[row["header"]["event_id"]] = row["event"]
            self.handled.append(row["header"]["event_id"])

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, command, platform):
        process = await asyncio.create_subprocess_exec(
            *command,
            platform.domain,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **SECRETS},
        )
        client = cls(process)
        try:
            yield client
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()
            await client.reading

    has_handled = Client.has_handled

    async def end(self):
        """End it as a service manager does; return the exit status and what it has said."""
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()

    async def ended(self):
        err = await self.process.stderr.read()
        return await self.process.wait(), err.decode()


def run(work):
    return asyncio.run(asyncio.wait_for(work, 40))


def test_the_same_events_as_the_official_client(command):
    async def work():
        async with playing() as platform:
            parts_of_each = [parts for parts, _ in zip(cycle([1, 2, 1, 3, 1, 7, 1, 50]), TYPES, strict=False)]
            events = [platform.sample(event_type) for event_type in TYPES]
            handled, fields = [], []
            for client in (Client.running(platform), Printing.running(command, platform)):
                async with client as running:
                    await platform.connected()
                    # The second client gets the same events, as if the first had never been.
                    platform.deliveries = []
                    for event, parts in zip(events, parts_of_each, strict=True):
                        platform.start(event, parts=parts)
                    await everything_handled(platform, running)
                    handled.append(sorted(running.handled))
                    fields.append(running.fields)
                while platform.connections:  # noqa: ASYNC110 - it has no event of its own
                    await asyncio.sleep(0.01)
            assert handled[0] == handled[1]
            assert fields[0] == fields[1]
            assert "misunderstood" not in platform.counts
            assert "unreadable" not in platform.counts

    run(work())


def test_parts_in_any_order_and_mixed(command):
    async def work():
        async with playing() as platform, Printing.running(command, platform) as client:
            assert (await platform.deliver(platform.sample(), parts=3, order=(2, 0, 1))).accepted
            assert (await platform.deliver(platform.sample(), parts=3, order=(0, 0, 1, 1, 2))).accepted
            await platform.deliver_together([platform.sample() for _ in range(3)], parts=4)
            await platform.settled()
            await client.has_handled(5)
            assert max(Counter(client.handled).values()) == 1
            assert platform.counts["attempts"] == 5

    run(work())


def test_what_comes_twice_is_handled_once(command):
    async def work():
        async with playing() as platform, Printing.running(command, platform) as client:
            delivery = await platform.deliver(platform.sample(), order=(0, 0))
            assert (await platform.repeat(delivery)).outcome == "acked"
            await client.has_handled(1)

    run(work())


def test_an_unknown_event_type_is_not_sent_again_and_what_is_no_event_does_no_harm(command):
    async def work():
        async with playing() as platform, Printing.running(command, platform) as client:
            await platform.connected()
            for kind in ("card", "unknown type", "unknown method", "ping", "corrupt"):
                await platform.send_other(kind)
            unknown = await platform.deliver(platform.sample("corehr.not_yet_known.created_v9", {"id": "1"}))
            assert (unknown.accepted, len(unknown.attempts)) == (True, 1)
            platform.set_next_ids(2**53 + 1, 2**64 - 99)
            assert (await platform.deliver(platform.sample())).accepted
            await client.has_handled(2)
            counts = platform.counts
            assert (counts["connected"], counts["other frames answered"]) == (1, 2)
            assert "misunderstood" not in counts

    run(work())


@pytest.mark.parametrize("how", ["close", "abort", "cut"])
def test_it_connects_again(command, how):
    async def work():
        async with playing() as platform, Printing.running(command, platform) as client:
            assert (await platform.deliver(platform.sample())).accepted
            platform.refuse(1000040343)
            platform.refuse_handshake(514, auth_error_code=1)
            platform.start(platform.sample(), parts=3, order=(0, 1, 2), lost_after=2, lost_how=how)
            await platform.settled()
            await client.has_handled(2)
            assert platform.counts["connected"] == 2

    run(work())


def test_it_ends_cleanly(command):
    async def work():
        async with playing() as platform, Printing.running(command, platform) as client:
            assert (await platform.deliver(platform.sample())).accepted
            status, err = await client.end()
            assert status == 0, err
            assert platform.counts.get("lost", 0) == 0
            assert "ticket" not in err

    run(work())


def test_signals_do_not_lose_the_connection(command):
    async def work():
        async with playing() as platform, Printing.running(command, platform) as client:
            assert (await platform.deliver(platform.sample())).accepted
            for number in [signal.SIGSTOP, signal.SIGCONT] * 5:
                client.process.send_signal(number)
                await asyncio.sleep(0.05)
            assert (await platform.deliver(platform.sample())).accepted
            status, err = await client.end()
            assert status == 0, err
            assert "lost" not in err
            assert platform.counts["connected"] == 1

    run(work())


def address(port):
    return json.dumps({"code": 0, "data": {"URL": f"ws://127.0.0.1:{port}/?service_id=1"}}).encode()


def test_an_address_counts_with_http_status_200_only(command):
    async def work():
        async with playing() as platform:
            platform.refuse(status=201, body=address(1))
            async with Printing.running(command, platform) as client:
                await platform.connected()
                _, err = await client.end()
            assert "201" in err

    run(work())


def test_a_peer_that_does_not_stop_talking_does_not_hold_up_the_end(command):
    connected = asyncio.Event()

    async def talk(reader, writer):
        request = await reader.readuntil(b"\r\n\r\n")
        key = next(line.split()[1] for line in request.splitlines() if line.lower().startswith(b"sec-websocket-key:"))
        accept = b64encode(sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", usedforsecurity=False).digest())
        upgrade = b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write(b"HTTP/1.1 101 ok\r\n" + upgrade + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        connected.set()
        with contextlib.suppress(OSError):
            while not writer.is_closing():
                writer.write(b"\x82\x01x")
                await writer.drain()
                await asyncio.sleep(0.01)

    async def work():
        async with playing() as platform, await asyncio.start_server(talk, "127.0.0.1", 0) as server:
            platform.refuse(body=address(server.sockets[0].getsockname()[1]))
            async with Printing.running(command, platform) as client:
                await connected.wait()
                await asyncio.sleep(0.2)
                status, err = await asyncio.wait_for(client.end(), 20)
            assert status == 0, err

    run(work())


@pytest.mark.parametrize("refusal", ["app", "handshake"])
def test_what_makes_it_give_up(command, refusal):
    async def work():
        async with playing() as platform:
            if refusal == "handshake":
                platform.refuse_handshake(514, auth_error_code=1000040350)
            else:
                platform.refuse(1000040345)
            async with Printing.running(command, platform) as client:
                status, err = await client.ended()
            assert status == 1
            assert "refuses the connection" in err
            assert ("CONNECTION_LIMIT" if refusal == "handshake" else "INVALID_CREDENTIAL") in err

    run(work())
