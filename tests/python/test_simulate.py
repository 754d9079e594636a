"""`lark-event simulate webhook` against endpoints that do well, and others that do not."""

import contextlib
import itertools
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import lark_event
import pytest
import trustme
from deliveries import KEY, TOKEN, event
from lark_event._model import EVENTS
from test_serve import serve

TYPES = [event.EVENT_TYPE for event in EVENTS.values() if event.FAMILY != "url_verification"]
BOTH = {"LARK_ENCRYPT_KEY": KEY, "LARK_VERIFICATION_TOKEN": TOKEN}


def simulate(*arguments, **secrets):
    """Run it; return the exit status, the results by check, and what is on standard error."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LARK_")}
    done = subprocess.run(
        [sys.executable, "-m", "lark_event", "simulate", "webhook", "--json", *arguments],
        capture_output=True,
        timeout=60,
        check=False,
        env={**environment, **secrets},
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {row["check"]: row for row in rows if "check" in row}, done.stderr.decode()


def results(rows, result):
    return {name for name, row in rows.items() if row["result"] == result}


@contextlib.contextmanager
def endpoint(answer, certificate=None):
    """Serve `answer`, which takes headers and body and returns status and body; the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, text = answer(self.headers, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(text)

        def log_message(self, *arguments):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *arguments):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http{'' if certificate is None else 's'}://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def ours(**options):
    receiver = lark_event.Receiver(KEY, TOKEN, **options)
    receiver.on()(lambda envelope: None)
    return receiver


def answers(receiver):
    def answer(headers, body):
        response = receiver.handle(headers, body)
        return response.status, response.body

    return answer


@pytest.mark.parametrize(
    ("secrets", "skipped"),
    [
        (BOTH, {"challenge-plain"}),
        ({"LARK_ENCRYPT_KEY": KEY}, {"challenge-plain", "challenge-token", "token"}),
        (
            {"LARK_VERIFICATION_TOKEN": TOKEN},
            {
                *("challenge-encrypted", "challenge-not-encrypted", "key", "not-encrypted", "body-not-base64"),
                *(f"signature-{name}" for name in ("wrong", "cut", "empty", "missing", "missing-one", "time", "body")),
            },
        ),
    ],
)
def test_serve_does_everything_right(secrets, skipped):
    with serve("--json", **secrets) as served:
        status, rows, err = simulate(served.url, **secrets)
        assert (status, err, results(rows, "failed")) == (0, "", set())
        assert results(rows, "skipped") == skipped
        ended, out, _ = served.end()
    assert ended == 0
    # Every event came through once.
    ids = [json.loads(line)["header"]["event_id"] for line in out.splitlines()]
    assert len(set(ids)) == len(ids) == len(TYPES) + 7


def test_an_endpoint_that_accepts_everything():
    with endpoint(lambda headers, body: (200, b"{}")) as url:
        status, rows, _ = simulate(url, **BOTH)
    assert status == 1
    expected = {"challenge-encrypted", "challenge-escapes", "challenge-token", "challenge-not-encrypted"}
    expected |= {name for name in rows if name.startswith("signature-")}
    expected |= {"key", "not-encrypted", "token", "body-not-json", "body-not-base64"}
    expected |= {"body-cut", "body-oversize"}
    assert results(rows, "failed") == expected
    assert rows["key"]["expected"] == "any status but 200"
    assert rows["key"]["replies"][0]["status"] == 200


def test_a_challenge_that_is_not_escaped():
    receiver = ours()

    def answer(headers, body):
        response = receiver.handle(headers, body)
        if b"challenge" in response.body:
            text = json.loads(response.body)["challenge"]
            return 200, f'{{"challenge":"{text}"}}'.encode()
        return response.status, response.body

    with endpoint(answer) as url:
        status, rows, _ = simulate(url, "--checks", "challenge-*", **BOTH)
    assert (status, results(rows, "failed")) == (1, {"challenge-escapes"})


def test_unknown_types_that_are_refused():
    known = {cls.EVENT_TYPE for cls in EVENTS.values()}

    def answer(headers, body):
        event_type = json.loads(body).get("header", {}).get("event_type")
        return (200 if event_type in known else 500), b""

    with endpoint(answer) as url:
        status, rows, _ = simulate(url, "--checks", "event-*")
    assert (status, results(rows, "failed")) == (1, {"event-unknown-type"})


def test_the_schedule_of_deliveries():
    times = []

    def answer(headers, body):
        times.append(time.monotonic())
        return (500 if len(times) < 4 else 200), b""

    with endpoint(answer) as url:
        status, rows, _ = simulate(url, "--checks", "retries", "--time-scale", "10000")
        assert (status, [reply["status"] for reply in rows["retries"]["replies"]]) == (0, [500, 500, 500, 200])
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert all(gap >= wait / 10000 for gap, wait in zip(gaps, (15, 300, 3600), strict=True))
    with endpoint(lambda headers, body: (500, b"")) as url:
        status, rows, _ = simulate(url, "--checks", "retries", "--time-scale", "100000")
        assert (status, len(rows["retries"]["replies"])) == (1, 5)


def test_replies_that_do_not_come_in_time_or_at_all():
    stop = threading.Event()
    with endpoint(lambda headers, body: (stop.wait(10) and 200, b"")) as url:
        status, rows, _ = simulate(url, "--checks", "event-order,challenge-plain")
        stop.set()
    assert status == 1
    assert {row["replies"][0]["error"] for row in rows.values()} == {"no reply"}
    assert 1 <= rows["challenge-plain"]["replies"][0]["seconds"] < 2
    assert 3 <= rows["event-order"]["replies"][0]["seconds"] < 4

    def hang_up(headers, body):
        raise ConnectionAbortedError

    with endpoint(hang_up) as url:
        status, rows, _ = simulate(url, "--checks", "event-order")
    assert (status, rows["event-order"]["replies"][0]["error"]) == (1, "the connection was closed")


def test_a_reply_that_drips_in():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                    for _ in range(100):
                        connection.sendall(b" ")
                        time.sleep(0.1)

        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        status, rows, _ = simulate(url, "--checks", "event-order")
        thread.join(20)
    assert (status, rows["event-order"]["replies"][0]["error"]) == (1, "too late a reply")
    assert rows["event-order"]["replies"][0]["seconds"] < 4


def test_events_of_ones_own(tmp_path):
    own = tmp_path / "own.json"
    own.write_bytes(event("an old id", "corehr.of_my_own_v1", token="an old token"))
    seen = []
    receiver = ours()
    receiver.on("corehr.of_my_own_v1")(seen.append)
    with endpoint(answers(receiver)) as url:
        status, rows, err = simulate(url, "--event", str(own), "--checks", f"event-{own}", **BOTH)
    assert (status, err, list(rows)) == (0, "", [f"event-{own}"])
    assert seen[0].header.event_id != "an old id"
    assert json.loads(seen[0].raw_event) == {"process_id": "7072", "status": 5}


def test_over_tls(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with endpoint(answers(ours()), authority.issue_cert("127.0.0.1")) as url:
        status, rows, err = simulate(
            url, "--checks", "duplicate,alive,key", SSL_CERT_FILE=str(tmp_path / "ca.pem"), **BOTH
        )
        assert (status, err, results(rows, "passed")) == (0, "", {"duplicate", "alive", "key"})
        status, rows, err = simulate(url, **BOTH)
    assert (status, results(rows, "passed") | results(rows, "failed")) == (1, set())
    assert "certificate verify failed" in err


def test_as_a_table():
    receiver = ours()
    command = [sys.executable, "-m", "lark_event", "simulate", "webhook"]
    with endpoint(answers(receiver)) as url:
        arguments = [url, "--checks", "challenge-e*,challenge-plain,token"]
        done = subprocess.run(
            [*command, *arguments], capture_output=True, timeout=60, check=False, env={**os.environ, **BOTH}
        )
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "SKIP  challenge-plain: an Encrypt Key is given"
    assert lines[1] == "PASS  challenge-encrypted: a challenge is sent back"
    assert lines[2].startswith("      200 in ")
    assert lines[2].endswith(' ms {"challenge":"ajls384kdjx98XX"}')
    assert lines[-1] == "3 passed, 0 failed, 1 skipped"
    assert KEY not in done.stdout.decode()
    assert TOKEN not in done.stdout.decode()


def test_what_it_is_told_wrong(tmp_path):
    (tmp_path / "no.json").write_text("{")
    (tmp_path / "headless.json").write_text("{}")
    for arguments, message in [
        (("ftp://x/",), "expected a URL such as http://127.0.0.1:8000/, found 'ftp://x/'"),
        (("http://",), "expected a URL such as"),
        (("http://x:99999/",), "expected a URL such as"),
        ((), "the URL of the endpoint is missing"),
        (("http://x/", "--checks", "nope"), "no check is called 'nope': --list tells their names"),
        (("http://x/", "--time-scale", "0"), "expected a number from 1 on, found '0'"),
        (("http://x/", "--time-scale", "nan"), "expected a number from 1 on, found 'nan'"),
        (("http://x/", "--event", str(tmp_path / "none")), "No such file or directory"),
        (("http://x/", "--event", str(tmp_path / "no.json")), "no.json: Expecting"),
        (("http://x/", "--event", str(tmp_path / "headless.json")), "expected an event of schema 2.0 with a header"),
    ]:
        status, _, err = simulate(*arguments)
        assert (status, message in err) == (2, True), err


def test_nothing_at_the_other_end():
    with endpoint(lambda headers, body: (200, b"")) as url:
        pass
    status, rows, err = simulate(url)
    assert (status, rows) == (1, {})
    assert err.startswith("lark-event: no connection to 127.0.0.1:")
    assert "refused" in err


def test_the_list_of_checks():
    command = [sys.executable, "-m", "lark_event", "simulate", "webhook", "--list"]
    lines = subprocess.run(command, capture_output=True, timeout=60, check=True).stdout.decode().splitlines()
    assert len(lines) == len(TYPES) + 26
    assert all(any(line.startswith(f"event-{name} ") for line in lines) for name in TYPES)
    assert lines[-1].split(maxsplit=1) == ["alive", "after all this an event is accepted"]
