"""Every request of the webhook corpus gets the answer that it states."""

import json
import time

import lark_event
import pytest
from corpus import HERE, read_body
from lark_event import ErrorKind, Receiver, WebhookError, _native

CASES = json.loads((HERE / "webhook.json").read_text(encoding="utf-8"))


def make(receiver):
    options = dict(receiver)
    milliseconds = options.pop("tolerance_ms", None)
    if milliseconds is not None:
        options["tolerance"] = milliseconds / 1000
    return Receiver.insecure() if options.pop("insecure", False) else Receiver(**options)


def outcome(call, *arguments):
    """Return the envelope, or what is wrong with the event: that is no concern of the webhook."""
    try:
        return call(*arguments)
    except lark_event.DecodeError as error:
        return error.kind


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case, monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: case["now_ms"] * 1_000_000)
    receiver, body, expected = make(case["receiver"]), read_body(case["body"]), case["expected"]
    response = receiver.handle(case["headers"], body)
    if "challenge" in expected:
        assert receiver.open(case["headers"], body) == expected["challenge"]
        assert (response.status, json.loads(response.body)) == (200, expected)
    elif "event" in expected:
        decoded = outcome(lark_event.decode, expected["event"])
        assert outcome(receiver.open, case["headers"], body) == decoded
        assert response.status == (400 if isinstance(decoded, ErrorKind) else 200)
    else:
        kind = ErrorKind[expected["error"]]
        with pytest.raises(WebhookError) as caught:
            receiver.open(case["headers"], body)
        assert caught.value.kind == kind
        status, text = _native.reply(kind)
        assert (response.status, response.body) == (status, text.encode())
        assert caught.value.status == status
        if kind == ErrorKind.UNVERIFIED:
            assert str(caught.value) == "expected a signed request or an encrypted challenge, found neither"
