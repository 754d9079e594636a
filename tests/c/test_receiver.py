"""The example receiver, over loopback: built plainly, with sanitizers (of threads too), and under valgrind."""

import http.client
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from conftest import ROOT, SANITIZE, VALGRIND, example_builder, tool
from lark_platform import HEADERS, request

SOURCE = ROOT / "ffi" / "examples" / "receiver.c"
KEY = "test key"
SECRETS = {"LARK_ENCRYPT_KEY": KEY, "LARK_VERIFICATION_TOKEN": "tok"}
SUCCESS = b'{"msg":"success"}'


def event(event_id, token="tok"):
    header = {"event_id": event_id, "event_type": "corehr.process.updated_v2", "token": token, "create_time": "17"}
    return {"schema": "2.0", "header": header, "event": {"process_id": "70", "status": 9}}


def challenge(token="tok"):
    return {"challenge": 'a"b', "token": token, "type": "url_verification"}


@pytest.fixture(scope="session")
def build(library, tmp_path_factory):
    """Return a function that builds the example."""
    return example_builder(library, SOURCE, "microhttpd", "microhttpd.h", tmp_path_factory)


@pytest.fixture(scope="session", params=["plain", "sanitizers", "threads", "valgrind"])
def variant(request, build):
    """Return the command that starts the receiver."""
    if request.param == "plain":
        return [build("-O2")]
    if request.param == "sanitizers":
        return [build(*SANITIZE)]
    if request.param == "threads":
        return [build("-g", "-O1", "-fsanitize=thread")]
    return [tool("valgrind"), *VALGRIND, build("-g")]


@pytest.fixture(scope="session")
def plain(build):
    return [build("-O2")]


class Running:
    """A receiver that listens."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def post(self, headers, body, method="POST"):
        connection = self.connect()
        try:
            connection.request(method, "/", body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def send(self, message, key=KEY):
        return self.post(*request(key, message))

    def stop(self, number=signal.SIGTERM):
        """End it, and return the lines of its output and what it says last."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, err
        return out.decode().splitlines(), err.decode().splitlines()[-1]


def line_of(stream, seconds):
    """Return the next line, however it comes in."""
    line, end = b"", time.monotonic() + seconds
    while not line.endswith(b"\n") and select.select([stream], [], [], max(0, end - time.monotonic()))[0]:
        byte = stream.read(1)
        if not byte:
            break
        line += byte
    return line.decode()


def head(headers, length):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\nHost: x\r\n{lines}Content-Length: {length}\r\n\r\n".encode()


def drip(raw, data):
    for byte in data:
        raw.sendall(bytes([byte]))
        time.sleep(0.05)


def connect_for_ever(receiver):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        receiver.socket().close()
        time.sleep(0.01)


@contextmanager
def running(command, *options, secrets=SECRETS, stdout=subprocess.PIPE):
    process = subprocess.Popen(
        [*command, "--port", "0", *options], env=secrets, stdout=stdout, stderr=subprocess.PIPE, bufsize=0
    )
    try:
        line = line_of(process.stderr, 60)
        match = re.fullmatch(r"listening on http://127\.0\.0\.1:(\d+)\n", line)
        assert match, line
        yield Running(process, int(match[1]))
    finally:
        process.kill()
        process.wait(60)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def test_requests(variant):
    with running(variant, "--threads", "2") as receiver:
        assert receiver.send(challenge()) == (200, b'{"challenge":"a\\"b"}')
        assert receiver.send(event("e1")) == (200, SUCCESS)
        assert receiver.send(event("e1")) == (200, SUCCESS)
        headers, body = request(KEY, event("forged"))
        assert receiver.post(headers | {HEADERS[2]: "0" * 64}, body)[0] == 401
        assert receiver.post({}, body)[0] == 401
        assert receiver.post(headers, body + b" ")[0] == 401
        assert receiver.send(event("token", token="another"))[0] == 401
        assert receiver.send(challenge("another"))[0] == 401
        assert receiver.send(challenge(), key=None)[0] == 401
        assert receiver.send(b"{}")[0] == 401
        assert receiver.send(b'{"header":{"token":"tok"}')[0] == 400
        assert (
            receiver.send({"header": {"token": "tok", "event_type": "a.b_v1"}, "event": {}, "schema": "2.0"})[0] == 400
        )
        typeless = {"header": {"token": "tok", "event_id": "typeless"}, "event": {}, "schema": "2.0"}
        assert receiver.send(typeless)[0] == 400
        many = [(HEADERS[2], headers[HEADERS[2]])] * 20
        with receiver.socket() as raw:
            text = "".join(f"{name}: {value}\r\n" for name, value in many)
            raw.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{text}Content-Length: 0\r\n\r\n".encode())
            assert raw.recv(100).startswith(b"HTTP/1.1 401")
        assert receiver.send(event("e2\n\t"))[0] == 400
        connection = receiver.connect()
        connection.request("GET", "/")
        response = connection.getresponse()
        assert (response.status, response.headers["Allow"]) == (405, "POST")
        assert response.read() == b'{"msg":"Method Not Allowed"}'
        for number in range(3):  # one connection for several
            headers, body = request(KEY, event(f"k{number}"))
            connection.request("POST", "/", body, headers)
            assert connection.getresponse().read() == SUCCESS
        headers, body = request(KEY, event("chunked"))
        connection.request("POST", "/", iter([body[:100], body[100:]]), headers)
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
        connection.close()
        unknown = event("u1")
        unknown["header"]["event_type"] = "corehr.new\tevent\\_v1"
        assert receiver.send(unknown) == (200, SUCCESS)
        field = event("f1")
        field["event"]["process_id"] = []
        assert receiver.send(field) == (200, SUCCESS)
        lines, counts = receiver.stop()
    rest = "corehr.process.updated_v2\t17\t70\tCOMPLETED"
    expected = [f"{event_id}\t{rest}" for event_id in ("e1", "k0", "k1", "k2", "chunked")]
    expected += ["u1\tcorehr.new\\x09event\\x5c_v1\t17\t-\t-", "f1\tcorehr.process.updated_v2\t17\t\tCOMPLETED"]
    assert lines == expected
    assert "handled 7, duplicates 1, challenges 1" in counts
    assert "SIGNATURE 2" in counts


def test_without_a_key(variant):
    with running(variant, secrets={"LARK_VERIFICATION_TOKEN": "tok"}) as receiver:
        assert receiver.send(challenge(), key=None) == (200, b'{"challenge":"a\\"b"}')
        assert receiver.send(challenge("another"), key=None)[0] == 401
        assert receiver.send(event("e1"), key=None) == (200, SUCCESS)
        assert receiver.send(event("e2", token="another"), key=None)[0] == 401
        assert len(receiver.stop()[0]) == 1


def test_large_bodies_are_not_read(variant):
    with running(variant) as receiver:
        with receiver.socket() as raw:  # refused before a byte of the body has been sent
            raw.sendall(head({}, 10 << 20))
            assert raw.recv(100).startswith(b"HTTP/1.1 413")
        with suppress(OSError):  # closed while the rest was on its way
            assert receiver.post({}, bytes(10 << 20))[0] == 413
        with receiver.socket() as raw:
            raw.sendall(head({}, 10**30))
            assert raw.recv(100)[:12] in (b"HTTP/1.1 413", b"HTTP/1.1 400")
        with pytest.raises((OSError, http.client.HTTPException)):  # no length stated: closed where the limit is
            receiver.post({}, iter([bytes(1 << 16)] * 160))
        headers, body = request(KEY, event("padded"))
        limit = 1 << 20
        assert receiver.post(headers, body + b" " * (limit - len(body)))[0] == 401
        with receiver.socket() as raw:
            raw.sendall(head({}, limit + 1))
            assert raw.recv(100).startswith(b"HTTP/1.1 413")
        assert receiver.post(headers, body) == (200, SUCCESS)
        assert len(receiver.stop()[0]) == 1


def test_slow_and_broken_uploads(variant):
    with running(variant, "--timeout", "1") as receiver:
        headers, body = request(KEY, event("slow"))
        with receiver.socket() as raw:  # stands still
            raw.sendall(head(headers, len(body)) + body[:-1])
            assert raw.recv(100) == b""
        with receiver.socket() as raw:  # drop by drop
            raw.sendall(head(headers, len(body)))
            begun = time.monotonic()
            with pytest.raises((BrokenPipeError, ConnectionResetError)):
                drip(raw, body * 100)
            assert time.monotonic() - begun < 20
        with receiver.socket() as raw:  # ends early
            raw.sendall(head(headers, len(body)) + body[:-1])
        with receiver.socket() as raw:
            raw.sendall(b"POST / HTTP/1.1\r\nHost:")
        with receiver.socket() as raw:
            raw.sendall(b"nonsense\r\n\r\n")
            raw.recv(100)
        assert receiver.post(headers, body) == (200, SUCCESS)
        lines, _ = receiver.stop()
    assert [line.split("\t")[0] for line in lines] == ["slow"]


def test_many_connections_handle_each_event_once(variant):
    ids = [f"m{number}" for number in range(25)]
    wrong = []

    def deliver(receiver):
        connection = receiver.connect()
        for event_id in ids:
            status = 503
            while status == 503:  # another thread has just begun it
                headers, body = request(KEY, event(event_id))
                connection.request("POST", "/", body, headers)
                response = connection.getresponse()
                status = response.status
                response.read()
            if status != 200:
                wrong.append(status)
        connection.close()

    with running(variant, "--threads", "4") as receiver:
        threads = [threading.Thread(target=deliver, args=(receiver,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        lines, counts = receiver.stop()
    assert not wrong
    assert sorted(line.split("\t")[0] for line in lines) == sorted(ids)
    assert f"handled {len(ids)}, duplicates {5 * len(ids)}" in counts


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_has_been_begun_is_finished(variant, number):
    with running(variant) as receiver:
        headers, body = request(KEY, event("last"))
        with receiver.socket() as raw, receiver.socket() as idle:
            idle.sendall(head(headers, len(body)))  # keeps its connection, sends nothing
            raw.sendall(head(headers | {"Expect": "100-continue"}, len(body)))
            assert raw.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            raw.sendall(body[:50])
            receiver.process.send_signal(number)
            with pytest.raises((ConnectionRefusedError, ConnectionResetError)):
                connect_for_ever(receiver)
            raw.sendall(body[50:])
            assert raw.recv(100).startswith(b"HTTP/1.1 200")
            idle.close()
            out, err = receiver.process.communicate(timeout=60)
    assert receiver.process.returncode == 0, err
    assert out.startswith(b"last\t")


def test_an_event_that_cannot_be_written_is_not_a_success(plain):
    with running(plain) as receiver:
        receiver.process.stdout.close()
        receiver.process.stdout = None
        for _ in range(2):  # the second is no duplicate
            assert receiver.send(event("lost"))[0] == 500
        receiver.process.send_signal(signal.SIGTERM)
        assert "handled 0, duplicates 0" in receiver.process.communicate(timeout=60)[1].decode()


def test_a_disk_that_was_full(plain, tmp_path):
    """A line of which only a part could be written is marked, and what comes next stands in a line of its own."""
    program = "import os, resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    program += (
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60, resource.RLIM_INFINITY)); os.execv(sys.argv[1], sys.argv[1:])"
    )
    out = tmp_path / "out"
    with out.open("wb") as stdout, running([sys.executable, "-c", program, *plain], stdout=stdout) as receiver:
        assert receiver.send(event("e1"))[0] == 200
        assert receiver.send(event("e2"))[0] == 500
        assert receiver.send(event("e3"))[0] == 500
        resource.prlimit(receiver.process.pid, resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
        assert receiver.send(event("e2"))[0] == 200
        assert receiver.send(event("e3"))[0] == 200
        receiver.process.send_signal(signal.SIGTERM)
        assert "handled 3, duplicates 0" in receiver.process.communicate(timeout=60)[1].decode()
    first, cut, *rest = out.read_text().splitlines()
    whole = [line.split("\t") for line in (first, *rest)]
    assert [fields[0] for fields in whole] == ["e1", "e2", "e3"]
    assert all(fields[1:] == ["corehr.process.updated_v2", "17", "70", "COMPLETED"] for fields in whole)
    assert cut.startswith("e2\t")
    assert cut.endswith("\\cut")


def test_secrets_from_files(plain, tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\r\n", encoding="utf-8")
    (tmp_path / "token").write_text("tok", encoding="utf-8")
    files = ["--encrypt-key-file", tmp_path / "key", "--verification-token-file", tmp_path / "token"]
    with running(plain, *files, secrets={"LARK_ENCRYPT_KEY": "another"}) as receiver:
        assert receiver.send(event("e1")) == (200, SUCCESS)
        assert receiver.send(event("e2", token="another"))[0] == 401
        receiver.stop()


def start(command, *options, secrets):
    completed = subprocess.run([*command, *options], env=secrets, capture_output=True, timeout=60, check=False)
    return completed.returncode, completed.stdout, completed.stderr


@pytest.mark.parametrize(
    ("options", "secrets", "status", "message"),
    [
        (["--help"], {}, 0, b"usage: receiver"),
        (["--port"], SECRETS, 2, b"usage"),
        (["--port", "65536"], SECRETS, 2, b"usage"),
        (["--port", "-1"], SECRETS, 2, b"usage"),
        (["--threads", "0"], SECRETS, 2, b"usage"),
        (["--timeout", "x"], SECRETS, 2, b"usage"),
        (["--encrypt-key", "secret"], SECRETS, 2, b"usage"),
        ([], {}, 1, b"an Encrypt Key or a Verification Token"),
        ([], {"LARK_ENCRYPT_KEY": "", "LARK_VERIFICATION_TOKEN": "tok"}, 1, b"of 1 to 128 bytes"),
        ([], {"LARK_ENCRYPT_KEY": "k" * 129}, 1, b"of 1 to 128 bytes"),
        ([], {"LARK_ENCRYPT_KEY": "k" * 1000}, 1, b"of 1 to 128 bytes"),
        (["--encrypt-key-file", "/nonexistent"], SECRETS, 1, b"/nonexistent: No such file"),
        (["--encrypt-key-file", "/dev/zero"], SECRETS, 1, b"of 1 to 128 bytes"),
        (["--encrypt-key-file", "/dev/null"], SECRETS, 1, b"of 1 to 128 bytes"),
        (["--encrypt-key-file", "/"], SECRETS, 1, b"/: Is a directory"),
    ],
)
def test_bad_starts(plain, options, secrets, status, message):
    returncode, out, err = start(plain, *options, secrets=secrets)
    assert returncode == status
    assert message in out + err


def test_a_port_that_is_taken(plain):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        returncode, _, err = start(plain, "--port", str(port), secrets=SECRETS)
    assert (returncode, err) == (1, f"receiver: cannot listen on 127.0.0.1:{port}\n".encode())
