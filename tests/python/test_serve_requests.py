"""Requests to `lark-event serve` that are not what they seem: one table of bytes, and what is answered to them."""

import contextlib
import json
import socket
import time

import pytest
from deliveries import delivery
from lark_event import _limits
from served import read_to_end, request, serve, statuses, talk

HEADERS, BODY = delivery("1")
SIGNED = [f"{name}: {value}" for name, value in HEADERS.items()]
LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"
CLOSE = "Connection: close"
# What a request that is smuggled in would be: whoever answers twice to one of these has taken it for a request.
SMUGGLED = request("smuggled")


def chunks(body, extension=b""):
    half = len(body) // 2
    parts = (body[:half], body[half:])
    return b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts) + b"0\r\n\r\n"


def post(*lines, body=BODY, start="POST / HTTP/1.1"):
    return "\r\n".join([start, "Host: x", *SIGNED, *lines, "", ""]).encode() + body


REFUSED = {
    "garbage": b"\x00\xff\xfe garbage\r\n\r\n",
    "TLS": bytes.fromhex("16030100c8010000c40303") + bytes(200),
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another version": request("2", version="9.9"),
    "two lengths": post(LENGTH, "Content-Length: 3"),
    "the same length twice": post(LENGTH, LENGTH),
    "a list of lengths": post(f"{LENGTH}, {len(BODY)}"),
    "length with a sign": post(LENGTH.replace(" ", " +")),
    "length below 0": post("Content-Length: -1"),
    "length in hexadecimal": post(f"Content-Length: {len(BODY):#x}"),
    "length of many digits": post(f"Content-Length: {'9' * 30}"),
    "length and chunks": post(LENGTH, CHUNKED, body=chunks(BODY) + SMUGGLED),
    "chunks and length": post(CHUNKED, LENGTH, body=chunks(BODY) + SMUGGLED),
    "chunks and length 0": post(CHUNKED, "Content-Length: 0", body=chunks(BODY) + SMUGGLED),
    "an unknown coding": post("Transfer-Encoding: xchunked", body=chunks(BODY) + SMUGGLED),
    "chunked, but not last": post("Transfer-Encoding: chunked, identity", body=chunks(BODY) + SMUGGLED),
    "chunked twice": post(CHUNKED, CHUNKED, body=chunks(BODY) + SMUGGLED),
    "a space before the colon": post(LENGTH, "Transfer-Encoding : chunked", body=chunks(BODY) + SMUGGLED),
    "a line that goes on": post(LENGTH, "X: a", "\tTransfer-Encoding: chunked"),
    "ends of lines without CR": post(LENGTH, CLOSE).replace(b"\r\n", b"\n"),
    "CR in a header": post(LENGTH, "A: b\rTransfer-Encoding: chunked"),
    "NUL in a header": post(LENGTH, "A: b\0c"),
    "a chunk below 0": post(CHUNKED, body=b"-1\r\nabc\r\n0\r\n\r\n"),
    "a chunk of many digits": post(CHUNKED, body=b"f" * 17 + b"\r\nabc\r\n0\r\n\r\n"),
    "chunks without CR": post(CHUNKED, body=chunks(BODY).replace(b"\r\n", b"\n")),
    "CONNECT": b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.fixture(scope="module")
def served():
    with serve("--json", "--max-body", "100000") as served:
        yield served


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_request_is_refused_once(served, name):
    assert statuses(talk(served.address, REFUSED[name])) == [400]


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        (request("a", head=[CLOSE]), [200]),
        (request("b", version="1.0"), [200]),
        (request("c", head=["Expect: 100-continue", CLOSE]), [100, 200]),
        (post(CHUNKED, CLOSE, body=chunks(BODY)), [200]),
        (post(CHUNKED, CLOSE, body=chunks(BODY, b";a=b")), [200]),
        (post(CHUNKED, CLOSE, body=chunks(BODY)[:-2] + b"X-Trailer: 1\r\n\r\n"), [200]),
        # As many headers as there may be, with one for the host, three that sign and one for the length.
        (request("h", head=[CLOSE, *["a:"] * 94]), [200]),
        (post(CHUNKED, CLOSE, body=b"".join(b"1\r\n%c\r\n" % byte for byte in BODY) + b"0\r\n\r\n"), [200]),
        (request("d") + request("e") + request("f", head=[CLOSE]), [200, 200, 200]),
        (request("g", head=[CLOSE]) + SMUGGLED, [200]),
        # Without a length there is no body, and so nothing that is signed.
        (post(CLOSE), [401]),
        (post(CLOSE, start="POST / HTTP/1.0"), [401]),
        (post(LENGTH, CLOSE, start="POST /elsewhere HTTP/1.1", body=BODY + SMUGGLED), [404]),
        (post(LENGTH, CLOSE, start="GET / HTTP/1.1", body=BODY + SMUGGLED), [405]),
    ],
    ids=range(14),
)
def test_requests_of_all_kinds(served, data, answers):
    assert statuses(talk(served.address, data)) == answers


@pytest.mark.parametrize(
    ("data", "answers"),
    [
        (request("i"), [200]),
        (request("j") + request("k"), [200, 200]),
        (post(LENGTH, start="GET / HTTP/1.1"), [405]),
        (request("l") + request("m")[:-1], [200]),
        (request("m")[:-1], []),
    ],
    ids=["whole", "two", "refused", "whole and not", "not whole"],
)
def test_who_says_that_nothing_more_comes_is_answered(served, data, answers):
    start = time.monotonic()
    with socket.create_connection(served.address, timeout=60) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        assert statuses(read_to_end(connection)) == answers
    # Nobody waits for what cannot come.
    assert time.monotonic() - start < _limits.WAIT_SECONDS / 2


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (post(LENGTH, f"A: {'x' * 70_000}"), 431),
        (post(LENGTH, f"A: {'x' * 300_000}"), 431),
        (post(LENGTH, *[f"A{number}: " for number in range(20_000)]), 431),
        (post(LENGTH, *["a:"] * 96), 431),
        # Headers without an end: as much as there is to be read, until nobody does.
        (b"POST / HTTP/1.1\r\n" + b"A: b\r\n" * 1_000_000, 431),
        (b"POST /" + b"x" * 1_000_000, 431),
        (post("Content-Length: 100001", body=b""), 413),
        (post(CHUNKED, body=b"10000\r\n" + bytes(65536) + b"\r\n10000\r\n" + bytes(65536)), 413),
    ],
    ids=[
        "70 KB",
        "300 KB",
        "20,000 headers",
        "101 headers",
        "headers without an end",
        "URL without an end",
        "length",
        "chunks",
    ],
)
def test_what_is_too_large_is_refused(served, data, status):
    # It may be reset before all of that is read: nobody reads on. What is short is read, and is told.
    is_long = len(data) > 2000
    assert statuses(talk(served.address, data)) in ([status], [] if is_long else [status])


@pytest.mark.parametrize("start", [b"0\r\n", b"1"], ids=["trailers", "an extension of a chunk"])
def test_what_is_no_body_counts_too(served, start):
    """It does not end, and nobody waits for its end."""
    piece = (b"A: b\r\n" if start.startswith(b"0") else b";a=b") * 100_000
    sent = 0
    with socket.create_connection(served.address, timeout=60) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(post(CHUNKED, body=start))
            while sent < 64 << 20:
                connection.sendall(piece)
                sent += len(piece)
        assert statuses(read_to_end(connection)) == []
    # What the system takes before anybody looks at it is a few megabytes.
    assert sent < 32 << 20


def test_nothing_else_was_printed():
    """The same once more, all in one, to look at what was printed."""
    with serve("--json") as served:
        for data in REFUSED.values():
            talk(served.address, data)
        talk(served.address, request("the only one", head=[CLOSE]))
        status, out, err = served.end()
    assert status == 0
    assert [json.loads(line)["header"]["event_id"] for line in out.splitlines()] == ["the only one"]
    # As many lines of a kind as anybody wants to read.
    assert err.count("Invalid HTTP request received") <= 20
