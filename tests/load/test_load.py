"""Receivers under load: every genuine event is handled exactly once, every forgery refused, and memory stays flat."""

import subprocess
import sys

import harness
import pytest

EVENTS = 50_000


@pytest.fixture(scope="session", autouse=True)
def generator():
    """Build it outside of what is bounded in time."""
    return harness.generator()


@pytest.fixture(params=["serve", "c"])
def command(request, tmp_path):
    return harness.serve() if request.param == "serve" else harness.c_example(tmp_path)


def test_a_receiver_under_load(command, tmp_path):
    run = harness.load(command, tmp_path, "--events", str(EVENTS), "--duplicates", "5", "--forgeries", "5")

    kinds = run.report["kinds"]
    assert (kinds["genuine"], kinds["duplicate"]) == ({"200": EVENTS}, {"200": EVENTS // 20}), run.report
    assert run.forged == {"401": EVENTS // 20}, run.report
    assert set(run.report["repeated"]) <= {"503"}, run.report
    assert (run.report["lost"], run.report["accepted_forgeries"]) == (0, 0)

    assert len(run.genuine) == EVENTS
    assert run.handled.keys() == run.genuine
    assert set(run.handled.values()) == {1}, "handled more than once"

    assert len(run.memory) > 20
    assert run.growth() < 8 * harness.MIB
    assert run.exit_code == 0


def test_the_generator_loads_only_this_machine(generator):
    for url in ("http://192.0.2.1:80/", "http://[2001:db8::1]/", "https://127.0.0.1/", "/path"):
        completed = subprocess.run(
            [generator, "--url", url], env=harness.SECRETS, capture_output=True, text=True, timeout=60, check=False
        )
        assert completed.returncode == 1
        assert completed.stderr.startswith(f"lark-event-load: --url {url}: ")


def test_the_generator_tells_what_is_wrong(generator, tmp_path):
    def run(*arguments, env=harness.SECRETS):
        completed = subprocess.run(
            [generator, *arguments], env=env, capture_output=True, text=True, timeout=60, check=False
        )
        return completed.returncode, completed.stderr

    status, err = run("--url", "http://127.0.0.1:9/", env={})
    assert (status, "LARK_ENCRYPT_KEY" in err) == (1, True)
    key = tmp_path / "key"
    assert run("--url", "http://127.0.0.1:9/", "--encrypt-key-file", str(key)) == (
        1,
        f"lark-event-load: {key}: No such file or directory (os error 2)\n",
    )
    assert run("--url", "http://127.0.0.1:9/", "--events", "0")[0] == 2


def test_the_generator_reports_what_a_receiver_does_wrong(generator, tmp_path):
    """One that is not there, and those that answer everything alike."""
    completed = subprocess.run(
        [generator, "--url", "http://127.0.0.1:9/", "--events", "1", "--forgeries", "0"],
        env=harness.SECRETS,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert completed.returncode == 1
    assert "failure: cannot connect: " in completed.stdout
    assert "1 genuine deliveries without 200" in completed.stdout
    for status, lost, accepted in ((200, 0, 5), (401, 105, 0), (500, 105, 0)):
        command = [sys.executable, "-c", ALIKE, str(status)]
        run = harness.load(command, tmp_path / str(status), "--events", "100")
        assert (run.report["lost"], run.report["accepted_forgeries"]) == (lost, accepted), run.report


# Answers every request with the status that it is told.
ALIKE = """
import http.server, signal, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(int(sys.argv[1]))
        self.end_headers()

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print(f"listening on http://127.0.0.1:{server.server_address[1]}/", file=sys.stderr, flush=True)
server.serve_forever()
"""
