"""The example of the long connection, over loopback: built plainly, with sanitizers, and under valgrind."""

import asyncio
import fcntl
import json
import os
import signal
import ssl
import subprocess
import threading
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import trustme
from conftest import ROOT, SANITIZE, VALGRIND, example_builder, tool
from lark_event._simulated.platform import SimulatedPlatform
from websockets.asyncio.server import serve

SOURCE = ROOT / "ffi" / "examples" / "long_connection.c"
APP = {"LARK_APP_ID": "cli_1", "LARK_APP_SECRET": 'a"secret'}
# As the platform has it, but for tests that wait for seconds and not for minutes.
CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 1, "PingInterval": 1}
SECONDS = 60
CONNECTION_LIMIT = 1_000_040_350


@pytest.fixture(scope="session")
def build(library, tmp_path_factory):
    """Return a function that builds the example."""
    return example_builder(library, SOURCE, "websockets", "libwebsockets.h", tmp_path_factory)


@pytest.fixture(scope="session")
def plain(build):
    return [build("-O2")]


@pytest.fixture(scope="session", params=["plain", "sanitizers", "valgrind"])
def variant(request, build, plain):
    """Return the command that starts the client."""
    if request.param == "plain":
        return plain
    if request.param == "sanitizers":
        return [build(*SANITIZE)]
    return [tool("valgrind"), *VALGRIND, build("-g")]


class Client:
    """A client that has been started."""

    def __init__(self, process):
        self.process = process
        self.lines, self.said = [], []
        streams = [(process.stdout, self.lines), (process.stderr, self.said)]
        self._readers = [asyncio.create_task(self._read(*pair)) for pair in streams if pair[0] is not None]

    @staticmethod
    async def _read(stream, lines):
        while line := await stream.readline():
            lines.append(line.decode().rstrip("\n"))

    async def end(self):
        """Wait for its end, and return its status."""
        status = await self.process.wait()
        await asyncio.gather(*self._readers)
        return status

    async def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        assert await self.end() == 0, self.said

    async def says(self, text):
        """Wait until it has said something."""
        await until(lambda: any(text in line for line in self.said))


async def until(holds):
    while not holds():  # noqa: ASYNC110 - what is waited for goes on in other threads and processes
        await asyncio.sleep(0.01)


def catches(pid, number):
    """Tell whether a process has a handler for a signal by now: on a busy machine that takes its time."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return int(caught, 16) >> (number - 1) & 1 != 0


@asynccontextmanager
async def started(command, domain, stdout=subprocess.PIPE, **environment):
    # What its end does not tell must not take for ever either.
    async with asyncio.timeout(SECONDS):
        process = await asyncio.create_subprocess_exec(
            *command, domain, env=APP | environment, stdout=stdout, stderr=subprocess.PIPE
        )
        try:
            yield Client(process)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@asynccontextmanager
async def connected(command, stdout=subprocess.PIPE):
    """Start a platform, and a client that is connected to it."""
    async with (
        SimulatedPlatform(*APP.values(), config=CONFIG, time_scale=1e6) as platform,
        started(command, platform.domain, stdout) as client,
    ):
        await platform.connected()
        yield platform, client


def ids(lines):
    return [line.split("\t")[0] for line in lines]


def event(event_id, **fields):
    header = {"event_id": event_id, "event_type": "corehr.process.updated_v2", "create_time": "17"}
    return {"schema": "2.0", "header": header, "event": {"process_id": "70", "status": 9} | fields}


def test_events(variant):
    async def check():
        async with connected(variant) as (platform, client):
            whole = [event(f"w{number}") for number in range(40)]
            split = [event(f"s{number}", operate_reason="x" * 5000) for number in range(20)]
            # Larger than what libwebsockets hands over at a time.
            large = [event("large", unknown="x" * 200_000)]
            deliveries = await asyncio.gather(
                *(platform.deliver(it) for it in whole + large),
                *(platform.deliver(it, parts=2 + number % 5) for number, it in enumerate(split)),
                platform.deliver(event("huge", unknown="x" * 900_000), parts=6),
            )
            deliveries += await platform.deliver_together([event(f"t{number}") for number in range(3)])
            await platform.repeat(deliveries[0])
            await client.stop()
        assert all(delivery.accepted and len(delivery.attempts) <= 2 for delivery in deliveries)
        assert all(ack.code == 200 for delivery in deliveries for ack in delivery.acks)
        assert sorted(ids(client.lines)) == sorted(delivery.event_id for delivery in deliveries)
        assert "w0\tcorehr.process.updated_v2\t17\t70\tCOMPLETED" in client.lines
        assert client.said[-1] == "connections 1, handled 65, duplicates 1, failed 0, unhandled 0, useless 0"

    asyncio.run(check())


def test_what_is_no_event(variant):
    async def check():
        async with connected(variant) as (platform, client):
            for kind in ("card", "unknown type", "unknown method", "ping", "corrupt"):
                await platform.send_other(kind)
            await platform.send_raw(b"\x08" * (1 << 20))
            await platform.send_raw(b"\x08" * ((1 << 20) + 1))
            await platform.send_raw("text")
            await platform.send_raw(b"")
            assert (await platform.deliver(event("e1"))).accepted
            field = await platform.deliver(event("e2", process_id=[]))
            nothing = await platform.deliver(b"{}")
            nameless = await platform.deliver(event("a\tb"))
            await client.stop()
            assert platform.counts["other frames answered"] == 2
            assert "misunderstood" not in platform.counts
        assert (field.accepted, nothing.accepted, nameless.accepted) == (True, False, False)
        assert [ack.code for ack in nothing.acks] == [500] * 5, client.said
        assert ids(client.lines) == ["e1", "e2"]
        assert client.said[-1] == "connections 1, handled 2, duplicates 0, failed 10, unhandled 2, useless 5"

    asyncio.run(check())


@pytest.mark.parametrize("how", ["close", "abort", "cut"])
def test_lost_connections(plain, how):
    async def check():
        async with connected(plain) as (platform, client):
            assert (await platform.deliver(event("e1"))).accepted
            lost = await platform.deliver(event("e2"), parts=3, lost_after=2, lost_how=how)
            assert lost.accepted
            assert len(lost.attempts) == 2
            await client.stop()
        assert ids(client.lines) == ["e1", "e2"]

    asyncio.run(check())


@pytest.mark.parametrize("variant", ["sanitizers"], indirect=True)  # it takes its time
def test_another_try(variant):
    async def check():
        async with connected(variant) as (platform, client):
            platform.refuse(1)
            platform.refuse(status=503)
            platform.refuse_handshake(514, auth_error_code=1_000_040_349)
            await platform.disconnect("abort")
            assert (await platform.deliver(event("e1"))).accepted
            await client.stop()
        assert ids(client.lines) == ["e1"]
        said = "\n".join(client.said)
        assert "expected an address, found code 1 (SYSTEM_BUSY)" in said
        assert "expected HTTP status 200, found 503" in said
        assert "Handshake-Status '514', Handshake-Autherrcode '1000040349'" in said
        assert "connections 5," in said

    asyncio.run(check())


def test_silence(plain):
    async def check():
        async with connected(plain) as (platform, client):
            assert (await platform.deliver(event("e1"))).accepted
            # Only the connection that is there: the next one may be open before this has heard of it.
            platform.silence()
            platform.silence(on=False)
            await client.says("no sign of life")
            assert (await platform.deliver(event("e2"))).accepted
            await client.stop()
        assert ids(client.lines) == ["e1", "e2"]

    asyncio.run(check())


def test_silence_that_is_noticed_late(plain):
    """The program was stopped while the time for an answer passed: it is not to wait for the network once more."""
    asked = asyncio.Event()

    async def take(websocket):
        await websocket.recv()
        asked.set()
        await websocket.wait_closed()

    async def check():
        async with serve(take, "127.0.0.1", 0, ping_interval=None) as websockets:
            port = websockets.sockets[0].getsockname()[1]
            with endpoint_server(address(f"ws://127.0.0.1:{port}/")) as server:
                async with started(plain, f"http://127.0.0.1:{server.server_port}") as client:
                    await asked.wait()
                    client.process.send_signal(signal.SIGSTOP)
                    await asyncio.sleep(16.5)
                    client.process.send_signal(signal.SIGCONT)
                    async with asyncio.timeout(5):
                        await client.says("no sign of life")

    asyncio.run(check())


@pytest.mark.parametrize(
    ("variant", "code", "handshake", "said"),
    [
        ("plain", 77, None, "code 77 (unknown)"),
        ("sanitizers", 1_000_040_345, None, "code 1000040345 (INVALID_CREDENTIAL)"),
        ("plain", None, (403, None), "code 403 (FORBIDDEN)"),
        ("valgrind", None, (514, CONNECTION_LIMIT), "code 1000040350 (CONNECTION_LIMIT)"),
    ],
    indirect=["variant"],
)
def test_refusals_for_good(variant, code, handshake, said):
    async def check():
        async with SimulatedPlatform(config=CONFIG) as platform:
            if code is None:
                platform.refuse_handshake(handshake[0], auth_error_code=handshake[1])
            else:
                platform.refuse(code)
            async with started(variant, platform.domain) as client:
                assert await client.end() == 3
        assert f"long_connection: the platform has refused the app: {said}" in client.said

    asyncio.run(check())


def test_wrong_secrets_are_refused(plain):
    async def check():
        async with SimulatedPlatform("cli_1", "another") as platform, started(plain, platform.domain) as client:
            assert await client.end() == 3

    asyncio.run(check())


def test_giving_up(plain):
    async def check():
        async with SimulatedPlatform(config=CONFIG | {"ReconnectCount": 0}) as platform:
            platform.refuse_handshake(None)
            async with started(plain, platform.domain) as client:
                assert await client.end() == 4
        assert (
            "long_connection: as many attempts to connect have failed in a row as the platform allows: 0" in client.said
        )

    asyncio.run(check())


@pytest.mark.parametrize(
    ("variant", "number"),
    [("plain", signal.SIGTERM), ("sanitizers", signal.SIGINT), ("valgrind", signal.SIGTERM)],
    indirect=["variant"],
)
def test_what_has_been_begun_is_answered(variant, number):
    """It is held up while it prints an event, told to end, and let go on."""

    async def check():
        reading, writing = os.pipe()
        try:
            junk = b"x" * fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
            os.write(writing, junk)
            async with connected(variant, stdout=writing) as (platform, client):
                delivery = platform.start(event("last"))
                await asyncio.sleep(0.5)
                client.process.send_signal(number)
                await asyncio.sleep(0.2)
                assert client.process.returncode is None
                assert os.read(reading, len(junk)) == junk
                assert await client.end() == 0, client.said
            assert [ack.code for ack in delivery.acks] == [200]
            assert os.read(reading, 4096).startswith(b"last\t")
        finally:
            os.close(reading)
            os.close(writing)

    asyncio.run(check())


@pytest.mark.parametrize("moment", ["before", "asking", "waiting"])
def test_an_end_without_a_connection(plain, moment):
    async def check():
        async with SimulatedPlatform(config=CONFIG | {"ReconnectInterval": 60}) as platform:
            if moment == "asking":
                platform.silence()
            else:
                platform.refuse(1)
            async with started(plain, platform.domain) as client:
                if moment != "before":
                    await until(lambda: catches(client.process.pid, signal.SIGTERM))
                    await asyncio.sleep(0.3)
                else:
                    await client.says("SYSTEM_BUSY")
                await client.stop()

    asyncio.run(check())


def test_an_event_that_cannot_be_printed_is_not_accepted(plain):
    async def check():
        reading, writing = os.pipe()
        os.close(reading)
        async with connected(plain, stdout=writing) as (platform, client):
            os.close(writing)
            delivery = await platform.deliver(event("lost"))
            client.process.send_signal(signal.SIGTERM)
            await client.end()
        assert [ack.code for ack in delivery.acks] == [500] * 5

    asyncio.run(check())


def test_one_event_that_cannot_be_printed_does_not_stop_those_after_it(plain):
    async def check():
        reading, writing = os.pipe()
        try:
            os.set_blocking(writing, False)
            junk = b"x" * fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
            os.write(writing, junk)
            async with connected(plain, stdout=writing) as (platform, client):
                lost = await platform.deliver(event("lost"))
                assert os.read(reading, len(junk)) == junk
                printed = await platform.deliver(event("printed"))
                await client.stop()
            assert (lost.accepted, [ack.code for ack in printed.acks]) == (False, [200])
            assert os.read(reading, 4096) == b"printed\tcorehr.process.updated_v2\t17\t70\tCOMPLETED\n"
        finally:
            os.close(reading)
            os.close(writing)

    asyncio.run(check())


class Answers(BaseHTTPRequestHandler):
    """Tells everybody who asks the same."""

    def do_POST(self):
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status, headers, body = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def endpoint_server(answer, context=None):
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        server.answer, server.asked = answer, []
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=[0.02])
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(SECONDS)


def address(url):
    return 200, {}, json.dumps({"code": 0, "data": {"URL": url}}).encode()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {}, b"{"), "expected the rest of the document, found the end of the input"),
        ((200, {}, b'{"code":0}'), "expected this member, found none"),
        ((200, {}, b" " * 10_000), "expected a reply of at most 8192 bytes, found a longer one"),
        ((200, {"Content-Length": "100"}, b"{"), "expected a reply, found the end of the connection"),
        (address("http://127.0.0.1/"), "expected an address with ws:// or wss://, found another"),
        (address("nothing"), "expected an address with ws:// or wss://, found another"),
        (address("ws://127.0.0.1:1/"), "the WebSocket: expected it to open, found "),
    ],
)
def test_answers_that_are_of_no_use(plain, answer, said):
    async def check():
        with endpoint_server(answer) as server:
            async with started(plain, f"http://127.0.0.1:{server.server_port}") as client:
                await client.says(said)
                await until(lambda: len(server.asked) > 1)
                await client.stop()
            assert server.asked[1] == {"AppID": "cli_1", "AppSecret": 'a"secret'}

    asyncio.run(check())


def test_a_secret_is_not_taken_elsewhere(plain):
    async def check():
        with endpoint_server(address("ws://127.0.0.1:1/")) as other:
            elsewhere = {
                "Location": f"http://127.0.0.1:{other.server_port}/callback/ws/endpoint",
                "Content-Length": "0",
            }
            for status in (302, 307):
                with endpoint_server((status, elsewhere, b"")) as server:
                    async with started(plain, f"http://127.0.0.1:{server.server_port}") as client:
                        await client.says(f"found {status}")
                        await client.stop()
            assert other.asked == []

    asyncio.run(check())


@pytest.fixture(scope="session")
def authority():
    return trustme.CA()


def context_for(authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_tls(variant, authority, tmp_path):
    """All of it in TLS: an event over a WebSocket whose certificate is good."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = context_for(authority, "localhost")
    opened = asyncio.Event()

    async def check():
        async def take(websocket):
            assert (await websocket.recv())[:2] == b"\x08\x00"
            opened.set()
            await websocket.wait_closed()

        async with serve(take, "127.0.0.1", 0, ssl=context) as websockets:
            port = websockets.sockets[0].getsockname()[1]
            with endpoint_server(address(f"wss://localhost:{port}/ws?service_id=1"), context) as server:
                domain = f"https://localhost:{server.server_port}"
                async with started(variant, domain, SSL_CERT_FILE=str(tmp_path / "ca.pem")) as client:
                    await opened.wait()
                    await client.stop()

    asyncio.run(check())


@pytest.mark.parametrize("fault", ["authority", "name", "websocket"])
def test_certificates_are_verified(plain, authority, tmp_path, fault):
    trusted = trustme.CA() if fault == "authority" else authority
    trusted.cert_pem.write_to_path(tmp_path / "ca.pem")
    good, other = (context_for(authority, name) for name in ("localhost", "other.example"))

    async def check():
        async with serve(asyncio.sleep, "127.0.0.1", 0, ssl=other) as websockets:
            port = websockets.sockets[0].getsockname()[1]
            answer = address(f"wss://localhost:{port}/")
            with endpoint_server(answer, other if fault == "name" else good) as server:
                domain = f"https://localhost:{server.server_port}"
                async with started(plain, domain, SSL_CERT_FILE=str(tmp_path / "ca.pem")) as client:
                    await client.says(
                        "the WebSocket: expected it" if fault == "websocket" else "expected a reply, found"
                    )
                    await client.stop()
                assert bool(server.asked) == (fault == "websocket")
                assert "connected" not in "".join(client.said).replace("disconnected", "")

    asyncio.run(check())


def test_an_address_without_tls_is_refused(plain, authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    async def check():
        with endpoint_server(address("ws://127.0.0.1:1/"), context_for(authority, "localhost")) as server:
            domain = f"https://localhost:{server.server_port}"
            async with started(plain, domain, SSL_CERT_FILE=str(tmp_path / "ca.pem")) as client:
                await client.says("expected an address with wss://, found another")
                await client.stop()

    asyncio.run(check())


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "message"),
    [
        (["--help"], {}, 0, b"usage: long_connection"),
        ([], APP, 2, b"usage"),
        (["a", "b"], APP, 2, b"usage"),
        (["open.feishu.cn"], APP, 2, b"usage"),
        (["ftp://open.feishu.cn"], APP, 2, b"usage"),
        (["https://"], APP, 2, b"usage"),
        (["https://localhost/path"], APP, 2, b"usage"),
        (["https://" + "x" * 600], APP, 2, b"usage"),
        (["http://open.feishu.cn"], APP, 2, b"usage"),  # a secret in plain sight
        (["https://localhost"], {}, 1, b"expected LARK_APP_ID in the environment, of 1 to 255 bytes, found none"),
        (["https://localhost"], {"LARK_APP_ID": "x"}, 1, b"expected LARK_APP_SECRET in the environment"),
        (["https://localhost"], APP | {"LARK_APP_SECRET": "x" * 256}, 1, b"of 1 to 255 bytes, found a longer one"),
    ],
)
def test_bad_starts(plain, arguments, environment, status, message):
    completed = subprocess.run([*plain, *arguments], env=environment, capture_output=True, timeout=60, check=False)
    assert completed.returncode == status
    assert message in completed.stdout + completed.stderr
