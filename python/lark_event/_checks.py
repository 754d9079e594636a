"""What an endpoint must do with the platform's deliveries, and with those of others."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lark_event._model import CLASS_NAMES
from lark_event._platform import RETRY_GAPS, SIGNATURE, TIMESTAMP, Platform, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

# Text in which something is wrong if it is put into JSON as it is.
AWKWARD = 'quotes " and \\ \x00\x1f\n, </script>, \u4eba\u4e8b \U0001f600'
OVERSIZE = 10 << 20

_Run = Callable[[Platform], "Outcome"]


@dataclass(frozen=True)
class Outcome:
    """What was to be expected, and what came."""

    passed: bool
    expected: str
    replies: list[Reply]


@dataclass(frozen=True)
class Check:
    """One thing that an endpoint must do."""

    name: str
    description: str
    run: _Run
    needs: str | None = None
    """`key`, `token` or `no key`, where it makes no sense otherwise."""

    def skipped(self, platform: Platform) -> str | None:
        """Return why the check makes no sense, if it does not."""
        if self.needs == "key" and platform.encrypt_key is None:
            return "no Encrypt Key is given"
        if self.needs == "no key" and platform.encrypt_key is not None:
            return "an Encrypt Key is given"
        if self.needs == "token" and platform.verification_token is None:
            return "no verification token is given"
        return None


def all_checks() -> list[Check]:
    """Return all checks in the order in which they are made."""
    return [*_challenges(), *_events(), *_repeats(), *_forgeries(), *_broken(), _alive()]


def own_event(name: str, content: dict[str, Any]) -> Check:
    """Return the check that an event of the user's is accepted."""

    def run(platform: Platform) -> Outcome:
        fresh = platform.event("", {})["header"]
        header = {**content["header"], "event_id": fresh["event_id"], "token": fresh["token"]}
        return _accepted(platform.deliver({**content, "header": header}))

    return Check(f"event-{name}", f"the event in {name} is accepted", run)


def _accepted(*replies: Reply) -> Outcome:
    return Outcome(all(reply.is_accepted for reply in replies), "200 within 3 s", list(replies))


def _refused(*replies: Reply) -> Outcome:
    return Outcome(all(reply.is_refused for reply in replies), "any status but 200", list(replies))


def _sample_accepted(name: str) -> _Run:
    return lambda it: _accepted(it.deliver(it.sample(name)))


def _echoed(text: str, reply: Reply) -> Outcome:
    try:
        found = json.loads(reply.body)
    except ValueError:
        found = None
    passed = reply.is_accepted and found == {"challenge": text}
    return Outcome(passed, f"200 within 1 s and {json.dumps({'challenge': text})}", [reply])


def _challenges() -> Iterator[Check]:
    plain, text = "ajls384kdjx98XX", "a challenge is sent back"
    yield Check("challenge-plain", text, lambda it: _echoed(plain, it.challenge(plain)), "no key")
    yield Check("challenge-encrypted", text, lambda it: _echoed(plain, it.challenge(plain)), "key")
    yield Check(
        "challenge-escapes",
        "a challenge of awkward characters is sent back as JSON",
        lambda it: _echoed(AWKWARD, it.challenge(AWKWARD)),
    )
    yield Check(
        "challenge-token",
        "a challenge with another token is refused",
        lambda it: _refused(it.challenge(plain, "x" + it.token[1:])),
        "token",
    )
    yield Check(
        "challenge-not-encrypted",
        "a plain challenge is refused where there is a key",
        lambda it: _refused(it.challenge(plain, plain=True)),
        "key",
    )


def _events() -> Iterator[Check]:
    for event_type, class_name in CLASS_NAMES.items():
        yield Check(
            f"event-{event_type}",
            "an event is accepted",
            _sample_accepted(class_name),
        )
    yield Check(
        "event-order",
        "an event before its header is accepted",
        lambda it: _accepted(it.deliver(dict(reversed(it.sample().items())))),
    )
    yield Check(
        "event-unknown-members",
        "members that the documentation does not have do no harm",
        lambda it: _accepted(it.deliver({**it.sample(), "more": [None, {"a": 1.5}]})),
    )
    yield Check(
        "event-unknown-type",
        "an unknown event type is accepted, so that it is not delivered again and again",
        lambda it: _accepted(it.deliver(it.event("corehr.not_yet_known.created_v9", {"id": "1"}))),
    )


def _repeats() -> Iterator[Check]:
    def twice(platform: Platform) -> Outcome:
        event = platform.sample()
        return _accepted(platform.deliver(event), platform.deliver(event))

    def at_once(platform: Platform) -> Outcome:
        event = platform.sample()
        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(platform.deliver_until_accepted, [event, event]))
        last = [replies[-1] for replies in both]
        return Outcome(_accepted(*last).passed, "200 for both in the end", [reply for it in both for reply in it])

    def retries(platform: Platform) -> Outcome:
        replies = platform.deliver_until_accepted(platform.sample())
        return Outcome(replies[-1].is_accepted, f"200 for one of {len(RETRY_GAPS) + 1} deliveries", replies)

    yield Check("duplicate", "an event that comes again is accepted", twice)
    yield Check("duplicate-at-once", "an event that comes twice at once is accepted", at_once)
    yield Check("retries", "an event is accepted once within the platform's schedule of deliveries", retries)


def _forgeries() -> Iterator[Check]:
    def signed(change: Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]]) -> _Run:
        def run(platform: Platform) -> Outcome:
            body = platform.body(platform.sample())
            headers, body = change(platform.signature(body), body)
            return _refused(platform.send(body, headers))

        return run

    for name, what, change in [
        ("wrong", "another signature", lambda h, b: ({**h, SIGNATURE: "0" * 64}, b)),
        ("cut", "half a signature", lambda h, b: ({**h, SIGNATURE: h[SIGNATURE][:32]}, b)),
        ("empty", "an empty signature", lambda h, b: ({**h, SIGNATURE: ""}, b)),
        ("missing", "no headers of a signature", lambda _, b: ({}, b)),
        ("missing-one", "no timestamp", lambda h, b: ({k: v for k, v in h.items() if k != TIMESTAMP}, b)),
        ("time", "another timestamp", lambda h, b: ({**h, TIMESTAMP: "1600000000"}, b)),
        ("body", "another body", lambda h, b: (h, b + b" ")),
    ]:
        yield Check(f"signature-{name}", f"an event with {what} is refused", signed(change), "key")

    def other_key(platform: Platform) -> Outcome:
        body = platform.body(platform.sample(), "another key")
        return _refused(platform.send(body, platform.signature(body, "another key")))

    def not_encrypted(platform: Platform) -> Outcome:
        body = json.dumps(platform.sample()).encode()
        return _refused(platform.send(body, {}), platform.send(body, platform.signature(body)))

    def other_token(platform: Platform) -> Outcome:
        event = platform.sample()
        header = {**event["header"], "token": "x" + platform.token[1:]}
        none = {name: value for name, value in header.items() if name != "token"}
        return _refused(platform.deliver({**event, "header": header}), platform.deliver({**event, "header": none}))

    yield Check("key", "an event under another key is refused", other_key, "key")
    yield Check("not-encrypted", "a plain event is refused where there is a key", not_encrypted, "key")
    yield Check("token", "an event with another token, or none, is refused", other_token, "token")


def _broken() -> Iterator[Check]:
    def bodies(*made: Callable[[Platform], bytes]) -> _Run:
        def run(platform: Platform) -> Outcome:
            replies = []
            for make in made:
                body = make(platform)
                replies.append(platform.send(body, platform.signature(body)))
            return _refused(*replies)

        return run

    yield Check("body-not-json", "a body that is no JSON object is refused", bodies(lambda _: b"x", lambda _: b"[]"))
    yield Check(
        "body-not-base64",
        "a body that cannot be decrypted is refused",
        bodies(lambda _: b'{"encrypt":"*"}', lambda _: b'{"encrypt":"' + b"A" * 64 + b'"}'),
        "key",
    )
    yield Check(
        "body-cut",
        "a body that ends too early is not accepted",
        lambda it: _cut(it, it.body(it.sample())),
    )
    yield Check(
        "body-oversize",
        f"a body of {OVERSIZE >> 20} MiB is refused",
        lambda it: _refused(it.send(os.urandom(OVERSIZE // 2).hex().encode(), it.signature(b""))),
    )


def _cut(platform: Platform, body: bytes) -> Outcome:
    reply = platform.send(body[:-20], platform.signature(body), length=len(body))
    return Outcome(not reply.is_accepted, "no 200", [reply])


def _alive() -> Check:
    return Check("alive", "after all this an event is accepted", lambda it: _accepted(it.deliver(it.sample())))
