"""The official Node SDK and the receiver, on the same requests."""

import json
import shutil
import subprocess
from pathlib import Path

import lark_event
import pytest
from lark_event._model import EVENTS
from lark_event._platform import Platform

HERE = Path(__file__).parent
MODULES = HERE.parents[1] / "build" / "node" / "node_modules"
KEY, TOKEN = "an encrypt key", "a verification token"
NAMES = [name for name, event in EVENTS.items() if event.FAMILY != "url_verification"]


def node(requests=(), plain=()):
    """Have the SDK answer requests, and make some of plain texts."""
    program = shutil.which("node")
    assert program, "missing: node (Debian: apt-get install nodejs npm)"
    assert MODULES.is_dir(), f"missing: {MODULES}, which `make test-interop` installs"
    asked = [{"headers": dict(headers), "body": body.decode()} for headers, body in requests]
    types = [EVENTS[name].EVENT_TYPE for name in NAMES]
    done = subprocess.run(
        [program, HERE / "node_sdk.js"],
        input=json.dumps({"key": KEY, "types": types, "requests": asked, "plain": list(plain)}).encode(),
        env={"NODE_PATH": str(MODULES)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


@pytest.fixture
def platform():
    return Platform("http://localhost/", KEY, TOKEN, 1)


def test_what_the_sdk_encrypts_and_signs_opens_here(platform):
    events = [platform.sample(name) for name in NAMES]
    made = node(plain=[json.dumps(event) for event in events])["made"]
    receiver = lark_event.Receiver(KEY, TOKEN)
    for event, request in zip(events, made, strict=True):
        opened = receiver.open(request["headers"], request["body"].encode())
        assert opened.to_dict() == event


def test_what_the_simulator_sends_is_accepted_by_the_sdk(platform):
    requests = []
    for name in NAMES:
        body = platform.body(platform.sample(name))
        requests.append((platform.signature(body), body))
    challenge = platform.body({"challenge": "abc", "token": TOKEN, "type": "url_verification"})
    forged = [({**headers, "X-Lark-Signature": "0" * 64}, body) for headers, body in requests]
    answers = node([*requests, ({}, challenge), *forged])["answers"]
    count = len(NAMES)
    for (headers, body), answer in zip(requests, answers[:count], strict=True):
        ours = lark_event.Receiver(KEY, TOKEN).open(headers, body).to_dict()
        # It flattens header and event into one object, in which the event's members win.
        for name, value in {**ours["header"], **ours["event"]}.items():
            assert answer["event"][name] == value, name
    assert answers[count] == {"challenge": "abc"}
    assert answers[count + 1 :] == [None] * count
