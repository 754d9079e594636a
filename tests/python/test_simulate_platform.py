"""The scripts of the simulated platform, and the command `lark-event simulate platform`."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys

import pytest
from deliveries import until
from lark_event._simulated.script import ScriptError, read_script
from simulated_clients import APP, acked, client_of, code_of, connected, run

# Scripts


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "expected a JSON object, found what is no JSON: "),
        ("[]", "expected a JSON object, found []"),
        ("{}", 'expected "do" with one of event, together, '),
        ('{"do": ["event"]}', 'found ["event"]'),
        ('{"do": "fly"}', 'found "fly"'),
        (
            '{"do": "event", "part": 3}',
            "expected one of type, fields, count, parts, order, lost_after, lost_how, delay in",
        ),
        ('{"do": "repeat", "part": 3}', 'expected one of no members in repeat, found "part"'),
        ('{"do": "event", "parts": 0}', "expected a number from 1 on as parts in event, found 0"),
        ('{"do": "event", "parts": true}', "found true"),
        ('{"do": "event", "parts": 2, "order": [0, 2]}', "expected an order of 2 parts in event, found [0, 2]"),
        ('{"do": "event", "order": [-1]}', "expected a list of parts, which count from 0 as order in event"),
        ('{"do": "wait"}', "expected seconds or for in wait, found {}"),
        ('{"do": "wait", "seconds": -1}', "expected seconds as seconds in wait, found -1"),
        ('{"do": "wait", "seconds": NaN}', "expected seconds as seconds in wait, found NaN"),
        ('{"do": "wait", "for": "rain"}', 'expected "acks" or "connection" as for in wait, found "rain"'),
        ('{"do": "disconnect", "how": "x"}', 'expected "close" or "abort" or "cut" as how in disconnect, found "x"'),
        ('{"do": "refuse", "status": 99}', "expected a number from 100 to 599 as status in refuse, found 99"),
        ('{"do": "send"}', "expected what or hex in send, found {}"),
        ('{"do": "send", "hex": "0g"}', 'expected hexadecimal digits as hex in send, found "0g"'),
        ('{"do": "ids", "SeqID": 1}', "expected SeqID and LogID in ids"),
        ('{"do": "silence", "on": 1}', "expected true or false as on in silence, found 1"),
    ],
)
def test_a_bad_script(tmp_path, line, message):
    script = tmp_path / "bad.jsonl"
    script.write_text(f'{{"do": "event"}}\n\n{line}\n')
    with pytest.raises(ScriptError) as caught:
        read_script(str(script))
    assert str(caught.value).startswith(f"{script}:3: ")
    assert message in str(caught.value)


def test_an_empty_script(tmp_path):
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(ScriptError, match=r"empty\.jsonl:1: expected a step"):
        read_script(str(tmp_path / "empty.jsonl"))


# The command


def command(*arguments):
    return [sys.executable, "-m", "lark_event", "simulate", "platform", *arguments]


def environment(**variables):
    return {name: value for name, value in os.environ.items() if not name.startswith("LARK_")} | variables


@contextlib.contextmanager
def playing(*arguments, **variables):
    """Run the command; the process, and the domain that it prints first."""
    with subprocess.Popen(
        command("--port", "0", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**variables),
    ) as process:
        try:
            line = process.stderr.readline().decode()
            assert line.startswith("lark-event: listening on http://127.0.0.1:"), line
            yield process, line.split()[-1]
        finally:
            process.kill()


async def played(process, domain, seen=None):
    """Be its client until it ends; return exit status, standard output and error."""
    async with client_of(domain, seen):
        out, err = await asyncio.to_thread(process.communicate, timeout=20)
    return process.returncode, out.decode(), err.decode()


def test_the_command_delivers_events():
    seen = []
    with playing("--json", "--count", "6", "--interval", "0") as (process, domain):
        status, out, err = run(played(process, domain, seen))
    assert (status, err) == (0, "")
    rows = [json.loads(line) for line in out.splitlines()]
    assert rows[0]["what"] == "connected"
    assert {row["event_id"] for row in rows if row["what"] == "acked"} == set(seen)
    assert len({row["event_type"] for row in rows if row["what"] == "acked"}) == 6
    assert all({"biz_rt", "ms", "attempt", "code"} <= set(row) for row in rows if row["what"] == "acked")
    assert rows[-1]["what"] == "ended"
    assert rows[-1]["counts"]["acked"] == 6


def test_the_command_as_text_with_faults_and_an_event_of_ones_own(tmp_path):
    own = tmp_path / "own.json"
    own.write_text(
        json.dumps({"schema": "2.0", "header": {"event_id": "old", "event_type": "my.own\n_v1"}, "event": {}})
    )
    arguments = ["--event", str(own), "--count", "20", "--interval", "0.001", "--seed", "3"]
    with playing(*arguments, "--faults", "all=0.2,silence=0,delay=0.1", "--time-scale", "10000") as (process, domain):
        status, out, err = run(played(process, domain, seen := []))
    assert (status, err, len(set(seen))) == (0, "", 20)
    assert "old" not in seen
    assert any(line.startswith("acked: event_id=") and "event_type=my.own\\n_v1" in line for line in out.splitlines())
    assert out.splitlines()[-1].startswith("ended: ")


def test_the_command_takes_the_steps_of_a_script(tmp_path):
    script = tmp_path / "steps.jsonl"
    steps = [
        {"do": "refuse", "code": 1, "times": 2},
        {"do": "refuse-handshake", "status": 514, "auth_error_code": 1},
        {"do": "ids", "SeqID": 2**53, "LogID": 2**63},
        {"do": "event", "type": "corehr.process.updated_v2", "parts": 3, "order": [2, 0, 1]},
        {"do": "wait", "for": "acks"},
        {"do": "event", "type": "corehr.new_v9", "fields": {"a": 1}, "lost_after": 0, "lost_how": "cut"},
        {"do": "wait", "for": "acks"},
        {"do": "repeat"},
        {"do": "disconnect", "how": "abort"},
        {"do": "wait", "for": "connection"},
        {"do": "together", "count": 3, "parts": 2},
        {"do": "config", "PingInterval": 5},
        {"do": "pong", "payload": "{}"},
        {"do": "send", "what": "card"},
        {"do": "send", "hex": "0801"},
        {"do": "wait", "seconds": 0.01},
        {"do": "silence"},
        {"do": "silence", "on": False},
        {"do": "disconnect"},
    ]
    script.write_text("\n".join(map(json.dumps, steps)))
    with playing("--json", "--script", str(script)) as (process, domain):
        status, out, err = run(played(process, domain))
    assert (status, err) == (0, "")
    counts = json.loads(out.splitlines()[-1])["counts"]
    assert {**counts, "connected": 0, "disconnected": 0, "discoveries": 0, "handshakes": 0, "pings": 0} == {
        **dict.fromkeys(["connected", "disconnected", "discoveries", "handshakes", "pings"], 0),
        "refused discoveries": 2,
        "refused handshakes": 1,
        "events": 5,
        "attempts": 7,
        "split": 4,
        "lost": 1,
        "acked": 6,
        "repeated": 1,
        "configured": 1,
        "other frames": 2,
        "silenced": 1,
    }


def test_the_command_tells_what_was_not_acked():
    async def sloppy(process, domain):
        async with connected(domain) as client:
            for _ in range(5):
                await acked(client, 500)
            return await asyncio.to_thread(process.communicate, timeout=20)

    with playing("--count", "1", "--time-scale", "1000000") as (process, domain):
        out, _ = run(sloppy(process, domain))
    assert process.returncode == 1
    assert "given up: event_id=" in out.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_goes_on_until_a_signal(number):
    async def work(process, domain):
        seen = []
        async with client_of(domain, seen):
            await until(lambda: len(seen) >= 3)
            process.send_signal(number)
            return await asyncio.to_thread(process.communicate, timeout=20)

    with playing("--interval", "0.02") as (process, domain):
        out, err = run(work(process, domain))
    assert (process.returncode, err) == (0, b"")
    assert out.decode().splitlines()[-1].startswith("ended: ")


def test_the_command_ends_without_clients():
    with playing() as (process, _):
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, b"ended: nothing\n")


def test_the_command_knows_an_app(tmp_path):
    (tmp_path / "secret").write_text("a secret\n")
    arguments = ["--count", "1", "--app-secret-file", str(tmp_path / "secret")]
    with playing(*arguments, LARK_APP_ID=APP["AppID"]) as (process, domain):
        assert run(code_of(domain, {**APP, "AppSecret": "another"})) == 1000040345
        status, out, _ = run(played(process, domain))
    assert status == 0
    assert "refused discoveries: status=200" in out
    assert "a secret" not in out


def test_what_the_command_is_told_wrong(tmp_path):
    (tmp_path / "bad.jsonl").write_text('{"do": "fly"}')
    (tmp_path / "good.jsonl").write_text('{"do": "event"}')
    good = str(tmp_path / "good.jsonl")
    for arguments, message in [
        (("--host", "0.0.0.0"), "expected an address of loopback such as 127.0.0.1, found '0.0.0.0'"),
        (("--script", str(tmp_path / "bad.jsonl")), 'bad.jsonl:1: expected "do" with one of'),
        (("--script", str(tmp_path / "none")), "No such file or directory"),
        (("--script", good, "--count", "1"), "--script tells which events there are"),
        (("--faults", "luck=1"), "expected NAME=RATE with one of split, "),
        (("--faults", "split=2"), "found 'split=2'"),
        (("--interval", "-1"), "expected seconds from 0 on, found '-1'"),
        (("--app-id", "x"), "an app id and a secret are needed"),
        (("--event", good), "expected an event of schema 2.0"),
    ]:
        done = subprocess.run(command(*arguments), capture_output=True, timeout=20, check=False, env=environment())
        assert (done.returncode, message in done.stderr.decode()) == (2, True), done.stderr


def test_the_command_where_it_cannot_work(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = subprocess.run(command("--port", port), capture_output=True, timeout=20, check=False, env=environment())
    assert done.returncode == 1
    assert done.stderr.decode() == f"lark-event: 127.0.0.1:{port} cannot be listened on: Address already in use\n"
    (tmp_path / "websockets.py").write_text("raise ImportError")
    done = subprocess.run(
        command(), capture_output=True, timeout=20, check=False, env=environment(PYTHONPATH=str(tmp_path))
    )
    assert done.returncode == 1
    assert "pip install 'lark-event[connection]'" in done.stderr.decode()
