"""The official Python SDK (`lark-oapi`) and the receiver, on the same requests."""

import base64
import json
import logging
import os
from fnmatch import fnmatchcase

import lark_event
import lark_oapi
import pytest
from corpus import HERE, read_body
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad
from lark_event._model import EVENTS
from lark_event._platform import Platform
from lark_oapi.core.model import RawRequest
from lark_oapi.core.utils import AESCipher
from lark_oapi.event.dispatcher_handler import EventDispatcherHandler
from python_client import TYPES

KEY, TOKEN = "an encrypt key", "a verification token"
NAMES = [name for name, event in EVENTS.items() if event.EVENT_TYPE in TYPES]


@pytest.fixture(autouse=True)
def _quiet():
    lark_oapi.logger.setLevel(logging.CRITICAL)


def dispatcher(seen, key=KEY, token=TOKEN):
    """Make the SDK's handler of all events that both sides know."""
    builder = EventDispatcherHandler.builder(key, token)
    for event_type in TYPES:
        getattr(builder, f"register_p2_{event_type.replace('.', '_')}")(seen.append)
    return builder.build()


def ask(handler, headers, body):
    request = RawRequest()
    request.uri, request.headers, request.body = "/", dict(headers), body
    return handler.do(request)


class Signature(str):
    """Tells what it has been compared with: the SDK verifies signatures but makes none."""

    __slots__ = ("computed",)

    def __ne__(self, other):
        self.computed = other
        return True

    __hash__ = str.__hash__


def made_by_the_sdk(plain):
    """Encrypt with the SDK's key and sign with its hash."""
    iv = os.urandom(16)
    cipher = AES.new(AESCipher(KEY).digest, AES.MODE_CBC, iv)
    body = json.dumps({"encrypt": base64.b64encode(iv + cipher.encrypt(pad(plain, 16))).decode()}).encode()
    headers = {"X-Lark-Request-Timestamp": "1700000000", "X-Lark-Request-Nonce": "abc"}
    signature = Signature("none")
    ask(dispatcher([]), {**headers, "X-Lark-Signature": signature}, body)
    return {**headers, "X-Lark-Signature": signature.computed}, body


@pytest.fixture
def platform():
    return Platform("http://localhost/", KEY, TOKEN, 1)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_sdk_encrypts_and_signs_opens_here(platform, name):
    event = platform.sample(name)
    headers, body = made_by_the_sdk(json.dumps(event).encode())
    seen = []
    receiver = lark_event.Receiver(KEY, TOKEN)
    receiver.on(EVENTS[name])(seen.append)
    assert receiver.handle(headers, body).status == 200
    assert seen[0].event.to_dict() == event["event"]
    theirs = []
    assert ask(dispatcher(theirs), headers, body).status_code == 200
    same_fields(theirs[0], seen[0])


@pytest.mark.parametrize("name", NAMES)
def test_what_the_simulator_sends_is_accepted_by_the_sdk(platform, name):
    body = platform.body(platform.sample(name))
    headers, theirs = platform.signature(body), []
    response = ask(dispatcher(theirs), headers, body)
    assert (response.status_code, response.content) == (200, b'{"msg":"success"}')
    same_fields(theirs[0], lark_event.Receiver(KEY, TOKEN).open(headers, body))


def same_fields(theirs, ours):
    """Compare all fields of both."""
    assert plain(theirs.event) == ours.event.to_dict()
    for name in ("event_id", "event_type", "token", "app_id", "tenant_key"):
        assert getattr(theirs.header, name) == getattr(ours.header, name), name
    assert int(theirs.header.create_time) == ours.header.create_time


def plain(value):
    """Return a value of the SDK, or of a model of it, as JSON has it."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "_types"):
        return {name: plain(member) for name, member in vars(value).items() if member is not None}
    return value


def test_challenges_of_the_simulator_are_answered_by_the_sdk(platform):
    body = platform.body({"challenge": "abc", "token": TOKEN, "type": "url_verification"})
    response = ask(dispatcher([]), {}, body)
    assert (response.status_code, response.content) == (200, b'{"challenge":"abc"}')
    assert lark_event.Receiver(KEY, TOKEN).handle({}, body).body == response.content


# Where the verdicts on the corpus differ, and why; names of cases, * for any characters.
REFUSED_BY_THE_SDK = {
    "it looks headers up by one spelling of their names": (
        "headers: lower case",
        "headers: upper case",
        "headers: mixed case",
    ),
    "it takes lower-case digits only": ("headers: upper-case digits", "headers: digits of both cases"),
    "its template does not escape challenges": ("challenge*: quotes*", "challenge*: control characters*"),
    "it refuses tokens where it has none": ("a key alone: *any token", "insecure: *", "a key that is not ASCII"),
    "it has one pair of secrets": ("replaced secrets: *",),
    "it answers 500 to what has no handler": (
        *("inside: schema 1.0", "inside: no event type", "inside: nothing but the token"),
    ),
}
ACCEPTED_BY_THE_SDK = {
    "it takes the last of repeated headers and members": (
        "headers: * twice*",
        "body: encrypt twice",
        "inside*: two challenges",
    ),
    "a timestamp may be anything": ("headers: time *",),
    "a body may be plain though there is a key": (
        *("body: an event", "body*: a challenge", "a plain challenge though there is a key"),
    ),
    "Python's Base64 skips what it does not know": ("Base64 with *",),
    "Python's JSON has no limit but the stack": ("body: an extra member too deep",),
    "a challenge may have no text": ("inside*: a challenge *",),
    "a token may be missing where there is a key": (
        *("token in header: null", "token in top: *", "token: none", "token: in the event only"),
    ),
    "it reads the token of the header alone": ("token: right in the header, wrong at the top level",),
    "it has no limits of size and time": ("one byte too large", "signed * ms ago in *", "signed in 1970, with a limit"),
}


def verdict_of_the_sdk(case):
    settings = case["receiver"]
    handler = dispatcher([], settings.get("encrypt_key", ""), settings.get("verification_token", ""))
    response = ask(handler, [tuple(pair) for pair in case["headers"]], read_body(case["body"]))
    if response.status_code != 200:
        return False
    if "challenge" not in case["expected"]:
        return True
    try:
        return json.loads(response.content) == case["expected"]
    except ValueError:
        return False


def explained(names, reasons):
    """Check that a reason is known for each difference, and that each reason is one."""
    patterns = [pattern for given in reasons.values() for pattern in given]
    assert [name for name in names if not any(fnmatchcase(name, pattern) for pattern in patterns)] == []
    assert [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)] == []


def test_verdicts_differ_where_it_is_known_why():
    cases = json.loads((HERE / "webhook.json").read_text(encoding="utf-8"))
    verdicts = {case["name"]: ("error" not in case["expected"], verdict_of_the_sdk(case)) for case in cases}
    explained([name for name, verdict in verdicts.items() if verdict == (True, False)], REFUSED_BY_THE_SDK)
    explained([name for name, verdict in verdicts.items() if verdict == (False, True)], ACCEPTED_BY_THE_SDK)
    assert sum(verdict == (True, True) for verdict in verdicts.values()) > 50
    assert sum(verdict == (False, False) for verdict in verdicts.values()) > 500
