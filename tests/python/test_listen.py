"""`lark-event listen`, run as users run it, against the simulated platform."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from listening import SECRETS, Listening, environment, platform, run


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_events_are_printed_as_json_once(number):
    async def main():
        async with platform(app_id="cli_1", app_secret="secret") as feishu, Listening(feishu, "--json") as listening:
            done = [await feishu.deliver(feishu.sample(), parts=parts) for parts in (1, 3)]
            await feishu.repeat(done[0])
            await feishu.disconnect("abort")
            done.append(await feishu.deliver(feishu.sample("corehr.new_v9", {"id": "1"})))
            return done, await listening.end(number)

    done, (status, out, err) = run(main)
    assert status == 0
    assert [it.accepted for it in done] == [True] * 3
    rows = [json.loads(line) for line in out.splitlines()]
    sent = [json.loads(it.payload) for it in done]
    assert [row["header"]["event_id"] for row in rows] == [it["header"]["event_id"] for it in sent]
    assert rows[0]["event"]["process_id"] == sent[0]["event"]["process_id"]
    assert "token" not in rows[0]["header"]
    assert "long connection: connected" in err
    assert "long connection: lost: " in err
    assert err.splitlines()[-1] == ("lark-event: ended: 4 received, 3 handled, 0 failed, 1 duplicates, 1 reconnects")
    assert "ticket" not in err


def test_events_are_printed_as_tables(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret\n")

    async def main():
        async with platform(app_id="cli_2", app_secret="secret") as feishu:
            arguments = ["--app-id", "cli_2", "--app-secret-file", str(secret)]
            async with Listening(feishu, *arguments, LARK_APP_ID="ignored") as listening:
                done = await feishu.deliver(feishu.sample())
                return done, await listening.end()

    done, (status, out, _) = run(main)
    assert (status, done.accepted) == (0, True)
    assert "ProcessUpdated  (schema 2.0)" in out
    assert "event.process_id" in out


def test_a_refusal_ends_it():
    async def main():
        async with platform(app_id="cli_1", app_secret="another") as feishu, Listening(feishu) as listening:
            return await listening.ended()

    status, out, err = run(main)
    assert (status, out) == (1, "")
    assert err.splitlines()[-1] == (
        "lark-event: the platform refuses the connection: INVALID_CREDENTIAL (1000040345): AppID or AppSecret is wrong"
    )


def test_what_cannot_be_printed_is_not_acked():
    async def main():
        async with platform() as feishu, Listening(feishu, stdout=full) as listening:
            delivery = feishu.start(feishu.sample())
            ended = await listening.ended()
            return delivery, ended

    with Path("/dev/full").open("wb") as full:
        delivery, (status, _, err) = run(main)
    assert status == 1
    assert not delivery.accepted
    assert [ack.code for ack in delivery.acks] in ([], [500])
    assert err.splitlines()[-1] == "lark-event: the output cannot be written: No space left on device"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_output_that_nobody_reads_does_not_hold_up_the_end(unbuffered):
    async def main():
        reading, writing = os.pipe()
        variables = {**SECRETS, "PYTHONUNBUFFERED": unbuffered}
        try:
            async with platform(ack_seconds=0.5) as feishu, Listening(feishu, stdout=writing, **variables) as listening:
                await feishu.connected()
                event = feishu.sample()
                event["event"]["biz_type"] = "x" * 1_000_000
                delivery = feishu.start(event)
                await delivery.sent.wait()
                await asyncio.sleep(1)
                return delivery, await listening.end()
        finally:
            os.close(reading)
            os.close(writing)

    delivery, (status, _, err) = run(main)
    assert status == 1, err
    assert not delivery.accepted
    assert "nobody reads the output" in err


@pytest.mark.parametrize(
    ("arguments", "variables", "message"),
    [
        ([], {}, "an app id and a secret are needed"),
        ([], {"LARK_APP_ID": "cli_1"}, "an app id and a secret are needed"),
        (["--app-id", "cli_1"], {}, "an app id and a secret are needed"),
        (["--app-secret-file", "/nowhere"], SECRETS, "No such file"),
        (["--domain", "http://open.feishu.cn"], SECRETS, "must begin with https://"),
        (["--domain", "https://open.feishu.cn:99999"], SECRETS, "Port out of range"),
        (["--domain", "somewhere"], SECRETS, "domain must be a URL such as https://open.feishu.cn, not 'somewhere'"),
        (["surplus"], SECRETS, "unrecognized arguments"),
    ],
)
def test_a_wrong_command_line(arguments, variables, message):
    command = [sys.executable, "-m", "lark_event", "listen", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, env=environment(**variables)
    )
    assert done.returncode == 2
    assert message in done.stderr


def test_what_a_proxy_needs_is_said():
    program = (
        "import sys; sys.modules['socksio'] = None; from lark_event._cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "listen", "--domain", "https://127.0.0.1:1"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=environment(**SECRETS, ALL_PROXY="socks5://127.0.0.1:1", NO_PROXY="", no_proxy=""),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("lark-event: Using SOCKS proxy, but the 'socksio' package is not installed")


def test_what_is_missing_is_said():
    program = "import sys; sys.modules['httpx'] = None; from lark_event._cli import main; sys.exit(main(['listen']))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env=environment(**SECRETS),
    )
    assert done.returncode == 1
    assert "pip install 'lark-event[connection]'" in done.stderr
