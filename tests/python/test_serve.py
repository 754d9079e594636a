"""`lark-event serve`, run as users run it."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from deliveries import CC, KEY, TOKEN, challenge, delivery, encrypted, event, post, signed
from lark_event import _serve
from served import SECRETS, environment, serve


def run(*arguments, **variables):
    command = [sys.executable, "-m", "lark_event", "serve", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=30, check=False, env=environment(**variables))
    assert done.stdout == b""
    return done.returncode, done.stderr.decode().splitlines()[-1]


def test_events_are_printed_as_json_once():
    with serve("--json") as served:
        assert post(served.address, {}, encrypted(challenge("c")))[2] == b'{"challenge":"c"}'
        for _ in range(2):
            assert post(served.address, *delivery("1"))[0] == 200
        assert post(served.address, *delivery("2", key="another"))[0] == 401
        assert post(served.address, *delivery("3", "corehr.new_v9"))[0] == 200
        assert post(served.address, *delivery("1"), "/elsewhere")[0] == 404
        status, out, err = served.end()
    assert status == 0
    first, second = (json.loads(line) for line in out.splitlines())
    assert first["header"] == {"event_id": "1", "event_type": CC}
    assert second["header"] == {"event_id": "3", "event_type": "corehr.new_v9"}
    assert second["event"] == {"process_id": "7072", "status": 5}
    assert err.splitlines() == [
        "lark-event: delivery refused: SIGNATURE: expected the signature of this body and Encrypt Key, found another",
        "lark-event: ended: 1 challenge, 1 duplicate, 2 handled, 1 refused",
    ]
    assert KEY not in out + err
    assert TOKEN not in out + err


def test_events_are_printed_as_tables():
    with serve() as served:
        assert post(served.address, *delivery("5e37"))[0] == 200
        status, out, _ = served.end(signal.SIGINT)
    assert status == 0
    assert out.splitlines()[0] == "event:5e37  ProcessCcUpdated  (schema 2.0)"
    assert "  event.status       DELIVERED (5)" in out.splitlines()
    assert TOKEN not in out


def test_secrets_come_from_files_too(tmp_path):
    files = {}
    for name, text in (("key", "new"), ("token", "t\n"), ("previous", f"{KEY}\r\n")):
        files[name] = tmp_path / name
        files[name].write_text(text)
    options = ["--encrypt-key-file", files["key"], "--verification-token-file", files["token"]]
    options += ["--previous-encrypt-key-file", files["previous"], "--path", "/lark/events"]
    with serve(*options, LARK_ENCRYPT_KEY="not this one") as served:
        assert served.url.endswith("/lark/events")
        assert post(served.address, *delivery("1", key="new", token="t"), "/lark/events")[0] == 200
        assert post(served.address, *delivery("2", token="t"), "/lark/events")[0] == 200
        assert post(served.address, *delivery("3", key="not this one", token="t"), "/lark/events")[0] == 401
        status, out, _ = served.end()
    assert (status, out.count("ProcessCcUpdated")) == (0, 2)


def test_without_secrets_only_if_asked_for():
    assert run() == (
        2,
        (
            "lark-event serve: error: "
            "an Encrypt Key or a verification token is needed, from a file or from the environment: see --help"
        ),
    )
    assert run("--insecure", **SECRETS)[0] == 2
    with serve("--insecure", HOME="/") as served:
        assert post(served.address, {}, event("1"))[0] == 200
        assert served.end()[0] == 0


def test_wrong_options(tmp_path):
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "long").write_text("a\nb\n")
    (tmp_path / "binary").write_bytes(b"\xff")
    for arguments, message in [
        (("--port", "65536"), "expected a number from 0 to 65535, found '65536'"),
        (("--port", "x"), "expected a number from 0 to 65535, found 'x'"),
        (("--max-body", "0"), "expected a number from 1 to 4294967295, found '0'"),
        (("--path", "x"), "expected a path that starts with /, found 'x'"),
        (("--encrypt-key-file", str(tmp_path)), f"{tmp_path}: Is a directory"),
        (("--encrypt-key-file", str(tmp_path / "no")), f"{tmp_path / 'no'}: No such file or directory"),
        (
            ("--encrypt-key-file", str(tmp_path / "empty")),
            f"{tmp_path / 'empty'}: expected a secret in the first line, found none",
        ),
        (("--encrypt-key-file", str(tmp_path / "long")), f"{tmp_path / 'long'}: expected one line, found 2"),
        (("--encrypt-key-file", str(tmp_path / "binary")), f"{tmp_path / 'binary'}: expected UTF-8"),
    ]:
        status, line = run(*arguments, **SECRETS)
        assert (status, line.split(": ", 3)[3]) == (2, message)
    status, line = run(LARK_ENCRYPT_KEY="x" * 129)
    assert (status, "1 to 128 bytes" in line) == (2, True)


def test_an_address_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        message = f"lark-event: 127.0.0.1:{port} cannot be listened on: Address already in use"
        assert run("--port", str(port), **SECRETS) == (1, message)
    status, line = run("--host", "no.such.host.invalid", **SECRETS)
    assert (status, line.startswith("lark-event: no.such.host.invalid:8000 cannot be listened on: ")) == (1, True)


def test_answers_do_not_wait_for_acknowledgements():
    with (
        _serve._listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as connection,
    ):
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_request_under_way_is_ended_first(number):
    with serve("--json") as served:
        headers, body = delivery("1")
        connection = http.client.HTTPConnection(*served.address, timeout=20)
        connection.putrequest("POST", "/")
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            connection.putheader(name, value)
        connection.endheaders(body[:50])
        time.sleep(0.2)
        served.process.send_signal(number)
        time.sleep(0.2)
        connection.send(body[50:])
        assert connection.getresponse().status == 200
        out, _ = served.process.communicate(timeout=20)
        assert served.process.returncode == 0
    assert json.loads(out)["header"]["event_id"] == "1"


def test_what_cannot_be_printed_is_not_accepted():
    with Path("/dev/full").open("wb") as full, serve("--json", stdout=full) as served:
        assert post(served.address, *delivery("1"))[0] == 500
        err = served.process.stderr.read().decode()
        assert served.process.wait(20) == 1
    assert err == "lark-event: the output cannot be written: No space left on device\n"


def test_a_reader_that_has_seen_enough():
    with serve("--json") as served:
        served.process.stdout.close()
        assert post(served.address, *delivery("1"))[0] == 500
        assert served.process.wait(20) == 1
        assert served.process.stderr.read() == b""


def test_bodies_up_to_the_cap():
    with serve("--max-body", "1000") as served:
        body = encrypted(event("1", biz_type="x" * 2000))
        assert post(served.address, signed(body), body)[0] == 413
        assert post(served.address, *delivery("2"))[0] == 200
        assert served.end()[0] == 0


@pytest.mark.parametrize("missing", ["uvicorn", "httptools"])
def test_it_says_what_it_needs(tmp_path, missing):
    (tmp_path / f"{missing}.py").write_text("raise ImportError")
    assert run("--port", "0", PYTHONPATH=str(tmp_path), **SECRETS) == (
        1,
        "lark-event: serve needs a server: pip install 'lark-event[serve]'",
    )
