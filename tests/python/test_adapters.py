"""The ASGI and WSGI applications, in the servers and frameworks that people mount them in."""

import asyncio
import contextlib
import http.client
import io
import os
import socket
import subprocess
import sys
import threading
import time
from http import HTTPStatus
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import fastapi
import flask
import lark_event
import pytest
import starlette.applications
import starlette.routing
import uvicorn
from deliveries import KEY, TOKEN, challenge, delivery, encrypted, post
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from werkzeug.middleware.dispatcher import DispatcherMiddleware

BIG = 10 << 20


@pytest.fixture
def seen():
    return []


@pytest.fixture
def receiver(seen):
    receiver = lark_event.Receiver(KEY, TOKEN, body_timeout=1.0)
    receiver.on()(lambda envelope: seen.append(envelope.header.event_id))
    return receiver


@contextlib.contextmanager
def asgi(app, http="auto"):
    """Serve an ASGI application; the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=http, log_level="critical", timeout_graceful_shutdown=2))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield listener.getsockname()
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@contextlib.contextmanager
def wsgi(app):
    """Serve a WSGI application with the server of the standard library; the address."""

    class Quiet(WSGIRequestHandler):
        timeout = 5

        def log_message(self, *arguments):
            pass

    server = make_server("127.0.0.1", 0, app, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def exercise(address, seen, path="/"):
    """Send what every application must answer in the same way."""
    status, headers, body = post(address, {}, encrypted(challenge("c")), path)
    assert (status, headers["content-type"], body) == (200, "application/json; charset=utf-8", b'{"challenge":"c"}')
    for _ in range(2):
        assert post(address, *delivery("1"), path)[0] == 200
    assert seen == ["1"]
    headers, body = delivery("2")
    assert post(address, headers, body + b" ", path)[0] == 401
    assert post(address, {}, body, path)[0] == 401
    assert post(address, {name.lower(): value for name, value in headers.items()}, body, path)[0] == 200
    status, headers, _ = post(address, {}, None, path, "GET")
    assert (status, headers["allow"]) == (405, "POST")
    assert seen == ["1", "2"]


@pytest.mark.parametrize("http_implementation", ["h11", "httptools"])
def test_asgi_in_uvicorn(receiver, seen, http_implementation):
    with asgi(receiver.asgi, http_implementation) as address:
        exercise(address, seen)
        uploads(address, seen)


def test_asgi_in_starlette(receiver, seen):
    routes = [
        starlette.routing.Route("/lark", receiver.asgi, methods=["POST"]),
        starlette.routing.Mount("/mounted", receiver.asgi),
    ]
    with asgi(starlette.applications.Starlette(routes=routes)) as address:
        exercise(address, seen, "/lark")
        seen.clear()
        assert post(address, *delivery("3"), "/mounted/")[0] == 200
        assert post(address, *delivery("4"), "/mounted/any/path")[0] == 200
        assert seen == ["3", "4"]


def test_asgi_in_fastapi(receiver, seen):
    app = fastapi.FastAPI()
    app.add_route("/lark", receiver.asgi, methods=["POST"])
    app.mount("/mounted", receiver.asgi)

    @app.post("/by-hand")
    async def by_hand(request: fastapi.Request):
        answer = await receiver.ahandle(request.headers, await request.body())
        return fastapi.Response(answer.body, answer.status, answer.headers)

    with asgi(app) as address:
        exercise(address, seen, "/lark")
        seen.clear()
        assert post(address, *delivery("3"), "/mounted/")[0] == 200
        assert post(address, *delivery("4"), "/by-hand")[0] == 200
        assert post(address, {}, encrypted(challenge("c")), "/by-hand")[2] == b'{"challenge":"c"}'
        assert seen == ["3", "4"]


def uploads(address, seen):
    """Send bodies that are too large, too slow, cut off, and in chunks."""
    seen.clear()
    headers, body = delivery("5")
    assert oversize(address, {"Content-Length": str(BIG)}) in {413, None}
    assert oversize(address, {"Transfer-Encoding": "chunked"}) in {413, None}
    assert post(address, {"Content-Length": str(1 << 20)}, b" " * (1 << 20))[0] == 401
    assert raw(address, headers, body[:-10], {"Content-Length": str(len(body))}) == b""
    with socket.create_connection(address, 20) as connection:
        connection.sendall(head({**headers, "Content-Length": str(len(body))}) + body[:10])
        reply = connection.recv(4096)
        assert reply.startswith((b"HTTP/1.1 408 ", b"HTTP/1.0 408 ")), reply
    assert seen == []
    connection = http.client.HTTPConnection(*address, timeout=20)
    connection.request("POST", "/", iter([body[:7], body[7:]]), headers, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert seen == ["5"]


def head(headers):
    lines = ["POST / HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def oversize(address, headers):
    """Send 10 MiB; return the status, or None where the connection was closed before it could be read."""
    sent = 0
    with socket.create_connection(address, 20) as connection:
        chunk = b" " * 65536
        framed = b"%x\r\n%s\r\n" % (len(chunk), chunk) if "Transfer-Encoding" in headers else chunk
        try:
            connection.sendall(head(headers))
            while sent < BIG:
                connection.sendall(framed)
                sent += len(chunk)
            reply = connection.recv(4096)
        except ConnectionError:
            return None
        return int(reply.split()[1]) if reply else None


def raw(address, headers, body, more):
    """Send a part of a body, hang up, and return what comes back."""
    with socket.create_connection(address, 20) as connection:
        connection.sendall(head({**headers, **more}) + body)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(4096)


def test_asgi_stops_reading_at_the_cap(receiver):
    messages = iter([{"type": "http.request", "body": b" " * 600_000, "more_body": True}] * 100)
    taken, sent = [], []

    async def receive():
        message = next(messages)
        taken.append(1)
        return message

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": []}
    asyncio.run(receiver.asgi(scope, receive, send))
    assert (len(taken), sent[0]["status"]) == (2, 413)
    # What says to be too large is not read at all.
    taken.clear()
    sent.clear()
    scope["headers"] = [(b"Content-Length", b"1048577")]
    asyncio.run(receiver.asgi(scope, receive, send))
    assert (len(taken), sent[0]["status"]) == (0, 413)


@pytest.mark.parametrize("length", ["-1", "x", "1_0", "+5", "", " ", "²", "1" * 5000])
def test_lengths_that_are_none(receiver, length):
    async def receive():
        raise AssertionError

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", length.encode("latin-1"))]}
    asyncio.run(receiver.asgi(scope, receive, send))
    assert sent[0]["status"] == (413 if length.startswith("11") else 400)


@pytest.mark.parametrize("wrong", [[-1], [1], [0, 1], [0, -1]])
def test_asgi_looks_whether_a_body_is_as_long_as_it_says(receiver, seen, wrong):
    headers, body = delivery("1")
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    sent = []

    async def send(message):
        sent.append(message)

    def ask(lengths):
        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        more = [(b"content-length", str(len(body) + length).encode()) for length in lengths]
        scope = {"type": "http", "method": "POST", "headers": pairs + more}
        asyncio.run(receiver.asgi(scope, receive, send))
        return sent[-2]["status"]

    assert ask(wrong) == 400
    assert seen == []
    assert ask([0]) == ask([0, 0]) == ask([]) == 200
    assert seen == ["1"]


def test_wsgi_looks_whether_a_body_is_as_long_as_it_says(receiver, seen):
    headers, body = delivery("1")
    variables = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    statuses = []

    def ask(length):
        environ = {**variables, "REQUEST_METHOD": "POST", "CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(body)}
        receiver.wsgi(environ, lambda status, _: statuses.append(status[:3]))
        return statuses[-1]

    # Fewer bytes than there are cannot be told from another request after them: the signature tells.
    for length, status in [
        (f"{len(body) + 1}", "400"),
        (f"{len(body) - 1}", "401"),
        (f"{len(body)},{len(body)}", "400"),
        (f"{len(body)},3", "400"),
        ("9" * 5000, "413"),
        ("", "411"),
    ]:
        assert ask(length) == status
    assert seen == []
    assert ask(str(len(body))) == "200"


def test_asgi_lifespan_and_websocket(receiver):
    async def exchange(scope, *messages):
        incoming, sent = iter(messages), []

        async def receive():
            return {"type": next(incoming)}

        async def send(message):
            sent.append(message["type"])

        await receiver.asgi(scope, receive, send)
        return sent

    assert asyncio.run(exchange({"type": "lifespan"}, "lifespan.startup", "lifespan.shutdown")) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert asyncio.run(exchange({"type": "websocket"}, "websocket.connect")) == ["websocket.close"]


# WSGI


def test_wsgi_in_the_standard_library(receiver, seen):
    with wsgi(receiver.wsgi) as address:
        exercise(address, seen)


def test_wsgi_beside_flask(receiver, seen):
    app = flask.Flask(__name__)

    @app.post("/by-hand")
    def by_hand():
        answer = receiver.handle(flask.request.headers, flask.request.get_data())
        return answer.body, answer.status, answer.headers

    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/lark": receiver.wsgi})
    with wsgi(app) as address:
        exercise(address, seen, "/lark")
        assert post(address, *delivery("3"), "/by-hand")[0] == 200
        assert post(address, {}, encrypted(challenge("c")), "/by-hand")[2] == b'{"challenge":"c"}'
        assert post(address, {}, None, "/elsewhere", "GET")[0] == 404
        assert seen == ["1", "2", "3"]


def test_wsgi_beside_django(receiver, seen):
    @csrf_exempt
    def by_hand(request):
        answer = receiver.handle(request.headers, request.body)
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)

    settings.configure(ROOT_URLCONF=(path("by-hand", by_hand),), ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="x")
    django.setup()
    app = DispatcherMiddleware(get_wsgi_application(), {"/lark": receiver.wsgi})
    with wsgi(app) as address:
        exercise(address, seen, "/lark")
        assert post(address, *delivery("3"), "/by-hand")[0] == 200
        assert post(address, {}, encrypted(challenge("c")), "/by-hand")[2] == b'{"challenge":"c"}'
        assert seen == ["1", "2", "3"]


@pytest.mark.parametrize("options", [[], ["--preload"]], ids=["loaded", "forked"])
def test_wsgi_in_gunicorn(tmp_path, options):
    (tmp_path / "service.py").write_text(
        "import os, lark_event\n"
        "receiver = lark_event.Receiver(os.environ['KEY'], os.environ['TOKEN'])\n"
        "@receiver.on()\n"
        "def handle(envelope):\n"
        "    print('handled', envelope.header.event_id, flush=True)\n"
        "app = receiver.wsgi\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "--timeout", "20"]
    command += ["--no-control-socket", *options]
    out = (tmp_path / "out").open("w+b")
    process = subprocess.Popen(
        [*command, "service:app"], cwd=tmp_path, stdout=out, env={**os.environ, "KEY": KEY, "TOKEN": TOKEN}
    )
    address = ("127.0.0.1", port)
    try:
        wait_for(address)
        assert post(address, {}, encrypted(challenge("c")))[2] == b'{"challenge":"c"}'
        for _ in range(2):
            assert post(address, *delivery("1"))[0] == 200
        assert post(address, *delivery("1", key="another"))[0] == 401
        headers, body = delivery("2")
        connection = http.client.HTTPConnection(*address, timeout=20)
        connection.request("POST", "/", iter([body[:7], body[7:]]), headers, encode_chunked=True)
        assert connection.getresponse().status == 200
        connection.close()
        assert oversize(address, {"Content-Length": str(BIG)}) in {413, None}
        assert oversize(address, {"Transfer-Encoding": "chunked"}) in {413, None}
        assert b"400" in raw(address, headers, body[:-10], {"Content-Length": str(len(body))})
        assert post(address, {}, None, "/", "GET")[0] == 405
    finally:
        process.terminate()
        assert process.wait(20) == 0
    out.seek(0)
    assert out.read() == b"handled 1\nhandled 2\n"


def wait_for(address):
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(address, 1):
            return
        time.sleep(0.05)
    pytest.fail(f"nothing listens on {address}")


class Input:
    """A WSGI input that counts what is read of it."""

    def __init__(self, body):
        self.body = body
        self.read_bytes = 0

    def read(self, size):
        part, self.body = self.body[:size], self.body[size:]
        self.read_bytes += len(part)
        return part


@pytest.mark.parametrize(
    ("environ", "size", "status", "read"),
    [
        ({"CONTENT_LENGTH": str(BIG)}, BIG, 413, 0),
        ({"wsgi.input_terminated": True}, BIG, 413, (1 << 20) + 1),
        ({}, 10, 411, 0),
        ({"CONTENT_LENGTH": ""}, 10, 411, 0),
        ({"CONTENT_LENGTH": "x"}, 10, 400, 0),
        ({"CONTENT_LENGTH": "20"}, 10, 400, 10),
        ({"CONTENT_LENGTH": "5"}, 10, 401, 5),
        ({"CONTENT_LENGTH": "0"}, 10, 401, 0),
    ],
)
def test_wsgi_reads_as_much_as_it_may(receiver, environ, size, status, read):
    stream, statuses = Input(b" " * size), []
    environ = {"REQUEST_METHOD": "POST", "wsgi.input": stream, **environ}
    body = receiver.wsgi(environ, lambda line, headers: statuses.append((line, dict(headers))))
    line, headers = statuses[0]
    assert line == f"{status} {HTTPStatus(status).phrase}"
    assert headers["Content-Length"] == str(len(b"".join(body)))
    assert stream.read_bytes == read


def test_wsgi_input_that_fails(receiver):
    class Broken:
        def read(self, size):
            raise TimeoutError

    statuses = []
    environ = {"REQUEST_METHOD": "POST", "wsgi.input": Broken(), "CONTENT_LENGTH": "5"}
    receiver.wsgi(environ, lambda line, headers: statuses.append(line))
    assert statuses == ["400 Bad Request"]
