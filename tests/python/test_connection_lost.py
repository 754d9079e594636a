"""Long connections that are lost or refused."""

import asyncio
import gzip
import json
import logging
import re
import socket
import threading
import time
import tracemalloc

import pytest
from connections import FATAL, SOON, connection, platform, run
from deliveries import until
from lark_event import LongConnection, LongConnectionError

# Connections that are lost


@pytest.mark.parametrize("how", ["close", "abort", "cut"])
def test_a_lost_connection_is_made_again(receiver, seen, how):
    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            for _ in range(2):
                await feishu.deliver(feishu.sample())
                await feishu.disconnect(how)
            half = feishu.start(feishu.sample(), parts=5, lost_after=3, lost_how=how)
            await half.done.wait()
            return half, client.counts

    half, counts = run(main)
    assert half.accepted
    assert [attempt.outcome for attempt in half.attempts][-2:] == ["lost", "acked"]
    assert len(seen) == len(set(seen)) == 3
    assert counts.reconnects >= 3


def test_a_silent_platform_is_left(receiver, seen, caplog):
    async def main():
        async with platform() as feishu, connection(feishu, receiver) as client:
            await feishu.deliver(feishu.sample())
            start = time.monotonic()
            feishu.silence()
            feishu.silence(on=False)
            await until(lambda: client.counts.reconnects)
            await feishu.deliver(feishu.sample())
            return time.monotonic() - start, client.counts

    seconds, counts = run(main)
    # The ping interval of 1 s, 15 s, and up to 1 s before it connects again.
    assert 14 < seconds < 25
    assert counts.reconnects == 1
    assert "dropped, because the platform is silent" in caplog.text


def test_an_interval_of_nothing_does_not_make_it_ask_without_a_pause(receiver):
    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            await feishu.connected()
            for feishu.pong in (b"{}", b"", b'{"PingInterval":0}', b'{"PingInterval":-1}', b"[]", b"{", b"\xff"):
                await asyncio.sleep(0.3)
            return feishu.counts["pings"]

    assert run(main) <= 4


def test_a_configuration_changes_in_flight(receiver):
    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            await feishu.connected()
            feishu.configure(PingInterval=60)
            await asyncio.sleep(2.5)
            return feishu.counts["pings"]

    assert run(main) == 2


# Connections that are refused


@pytest.mark.parametrize("code", FATAL)
def test_a_fatal_code_ends_it(receiver, code):
    async def main():
        async with platform() as feishu:
            feishu.refuse(code, "made up")
            with pytest.raises(LongConnectionError, match=rf"refuses the connection: .*\({code}\): made up") as error:
                await connection(feishu, receiver).run()
            return error.value.code, feishu.counts["discoveries"]

    assert run(main) == (code, 1)


@pytest.mark.parametrize(("headers", "code"), [({"status": 403}, 403), ({"auth_error_code": 1000040350}, 1000040350)])
def test_a_fatal_handshake_ends_it(receiver, headers, code):
    async def main():
        async with platform() as feishu:
            feishu.refuse_handshake(**headers, msg="made up")
            with pytest.raises(LongConnectionError, match="made up") as error:
                await connection(feishu, receiver).run()
            return error.value.code

    assert run(main) == code


def test_what_the_platform_says_looks_like_nothing_else(receiver, caplog):
    async def main():
        async with platform() as feishu:
            feishu.refuse(1, "繁忙\nERROR \x1b[2J")
            feishu.refuse(403, "禁止\n")
            with pytest.raises(LongConnectionError) as error:
                await connection(feishu, receiver).run()
            return str(error.value)

    assert run(main).endswith(": 禁止\\n")
    assert "繁忙\\nERROR \\x1b[2J" in caplog.messages[0]


def test_why_the_platform_closes_it_looks_like_nothing_else(receiver, caplog):
    async def main():
        async with platform() as feishu, connection(feishu, receiver):
            await feishu.connected()
            (link,) = feishu._links
            await link.close(4000, "再见\nERROR \x1b[2J")
            await until(lambda: caplog.records)

    run(main)
    assert "再见\\nERROR \\x1b[2J" in caplog.messages[0]


@pytest.mark.parametrize(
    ("headers", "code", "message"),
    [
        (["Handshake-Status: 403", "Handshake-Msg: 请稍后再试"], 403, "请稍后再试"),
        (["Handshake-Status: 403", "Handshake-Status: 514", "Handshake-Msg: a", "Handshake-Msg: b"], 403, "a"),
        (["Handshake-Status: 514"] + ["Handshake-Autherrcode: 1000040350"] * 2, 1000040350, "CONNECTION_LIMIT"),
    ],
)
def test_headers_of_a_handshake_in_chinese_or_twice(receiver, headers, code, message):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write("\r\n".join(["HTTP/1.1 403 Forbidden", "Content-Length: 0", *headers, "", ""]).encode())
        writer.close()

    async def main():
        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server, platform() as feishu:
            address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            feishu.refuse(body=json.dumps({"code": 0, "data": {"URL": address}}).encode())
            with pytest.raises(LongConnectionError, match=message) as error:
                await connection(feishu, receiver).run()
            return error.value.code

    assert run(main) == code


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ({"code": 1}, r"SYSTEM_BUSY \(1\): system busy"),
        ({"code": 1000040343}, "INTERNAL_ERROR"),
        ({"status": 500}, "expected HTTP status 200, found 500"),
        ({"status": 403}, "expected HTTP status 200, found 403"),
        ({"body": b"<html>"}, "expected a JSON value"),
        ({"body": b"[]"}, "expected an object"),
        ({"body": b" "}, "the end of the input"),
        ({"body": b'{"code":0,"msg":""}'}, "expected"),
        ({"body": b'{"code":0,"data":null}'}, "expected"),
        ({"body": b'{"code":0,"data":{"URL":"http://localhost/?ticket=t1cket"}}'}, "begins with wss://"),
        ({"body": b'{"code":0,"data":{"URL":"ws://[/?ticket=t1cket"}}'}, "."),
        ({"body": b'{"code":0,"data":{"URL":"ws://localhost:99999/?ticket=t1cket"}}'}, "."),
        ({"body": b'{"code":0,"data":{"URL":"ws://\\u0000/?ticket=t1cket"}}'}, "."),
        ({"body": b" " * 100_000}, "at most 65536 bytes"),
    ],
)
def test_after_a_passing_refusal_it_tries_again(receiver, seen, caplog, refusal, reason):
    async def main():
        async with platform() as feishu:
            feishu.refuse(**refusal)
            async with connection(feishu, receiver) as client:
                return await feishu.deliver(feishu.sample()), client.counts

    done, counts = run(main)
    assert done.accepted
    assert counts.reconnects == 1
    caplog.handler.setFormatter(logging.Formatter("%(message)s"))
    assert [record for record in caplog.records if record.levelno == logging.WARNING]
    assert re.search(reason, caplog.text), caplog.text
    assert "t1cket" not in caplog.text


def test_a_compressed_reply_is_not_unfolded(receiver, caplog):
    bomb = gzip.compress(bytes(30_000_000))
    asked = []

    async def reply(reader, writer):
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(bomb) + bomb)
        await writer.drain()
        writer.close()

    async def main():
        async with await asyncio.start_server(reply, "127.0.0.1", 0) as server:
            domain = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            tracemalloc.start()
            async with LongConnection("a", "b", receiver, domain=domain):
                await until(lambda: caplog.records)
            return tracemalloc.get_traced_memory()[1]

    try:
        assert run(main) < 25 << 20
    finally:
        tracemalloc.stop()
    assert b"accept-encoding: identity" in asked[0].lower()
    assert "expected a JSON value" in caplog.text


@pytest.mark.parametrize("status", [514, None])
def test_after_a_passing_refusal_of_the_handshake_it_tries_again(receiver, status):
    async def main():
        async with platform() as feishu:
            feishu.refuse_handshake(status)
            async with connection(feishu, receiver):
                return await feishu.deliver(feishu.sample())

    assert run(main).accepted


def test_it_gives_up_where_the_platform_says_so(receiver):
    async def main():
        async with platform(config={**SOON, "ReconnectCount": 1}) as feishu:
            client = connection(feishu, receiver)
            running = asyncio.ensure_future(client.run())
            await feishu.deliver(feishu.sample())
            feishu.refuse(times=5)
            await feishu.disconnect()
            with pytest.raises(LongConnectionError, match="as the platform allows") as error:
                await running
            return error.value.code, client.counts.reconnects

    assert run(main) == (None, 1)


def test_wrong_secrets_are_refused(receiver):
    async def main():
        async with platform(app_id="cli_1", app_secret="another") as feishu:
            await connection(feishu, receiver).run()

    with pytest.raises(LongConnectionError, match="INVALID_CREDENTIAL") as error:
        run(main)
    assert error.value.code == 1000040345


@pytest.mark.parametrize("behaves", ["says nothing", "hangs up", "is not there"])
def test_a_server_that_does_not_answer(receiver, caplog, behaves):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        if behaves == "is not there":
            listener.close()
        if behaves == "hangs up":

            def hang_up():
                listener.accept()[0].close()

            threading.Thread(target=hang_up, daemon=True).start()

        async def main():
            client = LongConnection("a", "b", receiver, domain=f"http://{host}:{port}", read_timeout=0.2)
            async with client:
                await until(lambda: caplog.records)
            return client.counts

        assert run(main).received == 0
    assert "no connection: " in caplog.text


def test_a_websocket_that_is_never_opened(receiver, caplog):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}/"

        async def main():
            async with platform() as feishu:
                feishu.refuse(body=json.dumps({"code": 0, "data": {"URL": url}}).encode())
                async with connection(feishu, receiver, connect_timeout=0.2):
                    return await feishu.deliver(feishu.sample())

        assert run(main).accepted
    assert "timed out" in caplog.text


def test_a_name_that_is_not_known(receiver, caplog, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def main():
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
        async with LongConnection("a", "b", receiver, domain="https://open.feishu.invalid", proxy=None):
            await until(lambda: caplog.records)

    run(main)
    assert "Name or service not known" in caplog.text
