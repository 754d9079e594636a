"""The long connection over TLS, and through a proxy: the question where to connect to, and the WebSocket."""

import asyncio
import json
import ssl
from contextlib import asynccontextmanager

import pytest
import trustme
from deliveries import until
from lark_event import LongConnection, Receiver
from lark_event._native import Frame
from lark_event._simulated.platform import SimulatedPlatform
from websockets.asyncio.server import serve

SECONDS = 20


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def receiver():
    return Receiver.for_long_connection()


def certified(authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def run(main):
    return asyncio.run(asyncio.wait_for(main(), SECONDS))


@asynccontextmanager
async def platform(context, *, scheme="wss", elsewhere=None):
    """Answer the question and open WebSockets over TLS; yield the domain and the frames that came.

    A handshake is passed on to the address `elsewhere`, if there is one.
    """
    came = []

    async def take(link):
        async for message in link:
            came.append(Frame.read(message))
            await link.send(Frame(headers=[("type", "pong")]).write())

    def pass_on(link, _):
        if elsewhere is None:
            return None
        response = link.respond(302, "")
        response.headers["Location"] = elsewhere
        return response

    async with serve(take, "127.0.0.1", 0, ssl=context, process_request=pass_on) as sockets:
        port = sockets.sockets[0].getsockname()[1]
        address = f"{scheme}://127.0.0.1:{port}/ws/v2?service_id=7&ticket=t1cket"

        async def reply(reader, writer):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(it for it in head.lower().split(b"\r\n") if it.startswith(b"content-length:"))
                await reader.readexactly(int(length.partition(b":")[2]))
                body = json.dumps({"code": 0, "data": {"URL": address}}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body) + body)
                await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(reply, "127.0.0.1", 0, ssl=context)
        async with server:
            yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", came


@asynccontextmanager
async def proxy():
    """Pass connections on to this machine alone; yield the URL and where they went."""
    went = []

    async def pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def connect(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        went.append((method.decode(), target.decode()))
        port = int(target.rpartition(b":")[2])
        onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(pump(reader, onward_writer), pump(onward_reader, writer))

    server = await asyncio.start_server(connect, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", went


def test_both_steps_are_encrypted(authority, trusting, receiver):
    async def main():
        async with platform(certified(authority, "127.0.0.1")) as (domain, came):
            async with LongConnection("a", "b", receiver, domain=domain, ssl=trusting) as client:
                await until(lambda: client.counts.last_pong_age is not None)
            return came

    assert [(frame.service, frame.header("type")) for frame in run(main)] == [(7, "ping")]


@pytest.mark.parametrize("wrong", ["unknown authority", "another name"])
def test_a_certificate_that_is_not_right_is_refused(authority, trusting, receiver, caplog, wrong):
    name = "127.0.0.1" if wrong == "unknown authority" else "example.invalid"

    async def main():
        async with platform(certified(authority, name)) as (domain, came):
            context = None if wrong == "unknown authority" else trusting
            async with LongConnection("a", "b", receiver, domain=domain, ssl=context, proxy=None):
                await until(lambda: caplog.records)
            return came

    assert run(main) == []
    assert "CERTIFICATE_VERIFY_FAILED" in caplog.text


def test_a_server_that_speaks_no_tls(receiver, caplog):
    async def main():
        async def greet(_, writer):
            writer.write(b"220 hello\r\n")
            writer.close()

        async with await asyncio.start_server(greet, "127.0.0.1", 0) as server:
            domain = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            async with LongConnection("a", "b", receiver, domain=domain, proxy=None):
                await until(lambda: caplog.records)

    run(main)
    assert "no connection: " in caplog.text
    assert "SSL" in caplog.text


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_an_address_without_tls_is_refused_where_the_question_was_encrypted(
    authority, trusting, receiver, caplog, scheme
):
    async def main():
        async with platform(certified(authority, "127.0.0.1"), scheme="ws") as (domain, came):
            written = domain.replace("https", scheme)
            async with LongConnection("a", "b", receiver, domain=written, ssl=trusting):
                await until(lambda: caplog.records)
            return came

    assert run(main) == []
    assert "expected an address that begins with wss://, found ws://" in caplog.text
    assert "t1cket" not in caplog.text


def test_a_handshake_is_not_passed_on_to_an_address_without_tls(authority, trusting, receiver, caplog):
    elsewhere = "ws://127.0.0.1:1/?ticket=t1cket"

    async def main():
        async with platform(certified(authority, "127.0.0.1"), elsewhere=elsewhere) as (domain, came):
            async with LongConnection("a", "b", receiver, domain=domain, ssl=trusting):
                await until(lambda: caplog.records)
            return came

    assert run(main) == []
    assert "passed on to an address without TLS" in caplog.text
    assert "t1cket" not in caplog.text


@pytest.mark.parametrize("named_by", ["argument", "environment"])
def test_a_proxy(authority, trusting, receiver, monkeypatch, named_by):
    async def main():
        async with platform(certified(authority, "127.0.0.1")) as (domain, _), proxy() as (url, went):
            for name in ("no_proxy", "NO_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
                monkeypatch.delenv(name, raising=False)
            if named_by == "environment":
                monkeypatch.setenv("https_proxy", url)
            chosen = url if named_by == "argument" else True
            async with LongConnection("a", "b", receiver, domain=domain, ssl=trusting, proxy=chosen) as client:
                await until(lambda: client.counts.last_pong_age is not None)
            return domain, went

    domain, went = run(main)
    assert [method for method, _ in went] == ["CONNECT", "CONNECT"]
    assert went[0][1] == domain.removeprefix("https://")


def test_what_is_not_encrypted_goes_to_no_proxy_of_the_environment(receiver, monkeypatch):
    async def main():
        async with proxy() as (url, went), SimulatedPlatform() as feishu:
            for name in ("no_proxy", "NO_PROXY"):
                monkeypatch.delenv(name, raising=False)
            for name in ("http_proxy", "https_proxy", "all_proxy"):
                monkeypatch.setenv(name, url)
            async with LongConnection("a", "b", receiver, domain=feishu.domain):
                assert (await feishu.deliver(feishu.sample())).accepted
            return went

    assert run(main) == []


def test_a_proxy_that_is_not_there(authority, trusting, receiver, caplog):
    async def main():
        async with platform(certified(authority, "127.0.0.1")) as (domain, came):
            async with LongConnection("a", "b", receiver, domain=domain, ssl=trusting, proxy="http://127.0.0.1:1"):
                await until(lambda: caplog.records)
            return came

    assert run(main) == []
    assert "no connection: " in caplog.text
