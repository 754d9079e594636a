"""What the modem passes on to a gateway, and what must be answered to it.

It goes with every gateway that speaks the protocol of `ffi/examples/gateway/gateway.cpp`, and logs `ready` when it
listens and `handled <event_type> <event_id>` for each event.
"""

import contextlib
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import lark_platform
from corpus import HERE, SAMPLES
from modem import Modem, make_frame
from toolchain import FirmwareError, check

KEY, TOKEN = "test key", "tok"
TEMPLATES = [json.loads(path.read_bytes()) for path in SAMPLES if path.stem.endswith("_updated")]


def make_event(number: int, **members: Any) -> dict[str, Any]:
    """Return an event, of another type each time, with members of its `event`."""
    template = TEMPLATES[number % len(TEMPLATES)]
    header = {**template["header"], "event_id": f"{number:032x}", "token": TOKEN}
    return {**template, "header": header, "event": {**template["event"], **members}}


def content(event: dict[str, Any] | bytes, key: str | None = KEY, **options: str) -> bytes:
    """Return an event or challenge as the content of a frame: encrypted and signed, as the platform does."""
    headers, body = lark_platform.request(key, event, **options)
    return "".join(f"{name}: {value}\n" for name, value in headers.items()).encode() + b"\n" + body


def challenges(modem: Modem) -> None:
    for text in ("ajls384k-djx9-8XX0-abcd-0123456789ab", "x", 'quotes " and 人'):
        challenge = {"challenge": text, "token": TOKEN, "type": "url_verification"}
        reply = modem.ask(content(challenge))
        check(reply == (200, {"challenge": text}), f"challenge: {reply}")
    modem.expect("challenge with another token", 401, content({**challenge, "token": "x"}))


def deliveries(modem: Modem, first: int = 0) -> None:
    for number in range(first, first + 8):
        event = make_event(number)
        modem.expect_handled(event)
        once = content(event)
        for name, repeated in (("event", once), ("the same request", once), ("the same event", content(event))):
            reply = modem.ask(repeated)
            check(reply == (200, {"msg": "success"}), f"{name}: {reply}")


def odd_events(modem: Modem) -> None:
    """Events that are handled although they are not as usual."""
    unknown = make_event(1000)
    unknown["header"]["event_type"] = "corehr.person.updated_v2"
    for name, event in [
        ("unknown type", unknown),
        ("one field too long", make_event(1001, biz_type="x" * 801, process_id="x" * 64)),
        ("a field of another type", make_event(1002, status="?", process_id=[])),
        ("unknown value", make_event(1003, status=2_000_000_000)),
        ("large", make_event(1004, more="y" * 4000)),
    ]:
        modem.expect_handled(event)
        modem.expect(name, 200, content(event))


def full(kind: dict[str, Any]) -> Any:
    """Return a value that fills a field."""
    match kind["type"]:
        case "text":
            return "x" * kind["capacity"]
        case "list":
            return ["x" * (kind["bytes"] // kind["items"] - 1)] * kind["items"]
        case "time":
            return "9" * 13
        case _:
            return 2_147_483_647


def largest_event(modem: Modem) -> None:
    """Send the event that takes the most room in its struct, with each of its fields full."""
    known = json.loads((HERE / "fields.json").read_text(encoding="utf-8"))
    header = {name: full(kind) for name, kind in known.pop("header")["fields"].items()}
    events = []
    for event_type, row in known.items():
        names = {"event_type": event_type, "token": TOKEN}
        event = {name: full(kind) for name, kind in row["fields"].items()}
        events.append({"schema": "2.0", "header": header | names, "event": event})
    largest = max(events, key=lambda event: len(json.dumps(event)))
    modem.expect_handled(largest)
    modem.expect("the largest event", 200, content(largest))


def many_headers(modem: Modem) -> None:
    """Send an event behind a proxy that has much to say, and a long challenge."""
    event = make_event(9000)
    modem.expect_handled(event)
    others = "".join(f"X-Forwarded-{number}: {number * 'x'}\n" for number in range(90)).encode()
    modem.expect("many headers", 200, others + content(event).replace(b"X-Lark-", b"x-LARK-"))
    challenge = {"challenge": "c" * 500, "token": TOKEN, "type": "url_verification"}
    check(modem.ask(content(challenge)) == (200, {"challenge": "c" * 500}), "a long challenge")


def unfit_events(modem: Modem) -> None:
    """Events that cannot be told, or not from their repetition."""
    for name in ("event_type", "event_id"):
        for value in (None, "", [], "x" * 300):
            event = make_event(7000)
            event["header"][name] = value
            modem.expect(f"{name} {value!r:.20}", 400, content(event))
    event = make_event(7001)
    event["header"] |= {"event_type": None, "create_time": "x"}
    modem.expect("no type behind another fault", 400, content(event))
    modem.expect("an event that is a list", 400, content({**make_event(7002), "event": []}))


def forgeries(modem: Modem) -> None:
    event = make_event(2000)
    good = content(event)
    modem.expect("another key", 401, content(event, "another key"))
    modem.expect("not encrypted, not signed", 401, content(event, None))
    modem.expect("changed behind the signature", 401, good[:-9] + bytes([good[-9] ^ 1]) + good[-8:])
    modem.expect("longer than was signed", 401, good + b" ")
    modem.expect("without signature", 401, b"\n" + good.split(b"\n\n", 1)[1])
    modem.expect("a header twice", 401, good.split(b"\n")[-3] + b"\n" + good)
    event["header"]["token"] = "x"
    modem.expect("another token", 401, content(event))


def malformed(modem: Modem) -> None:
    good = content(make_event(3000))
    modem.expect("nothing", 400, b"")
    modem.expect("a header without colon", 400, b"Content-Type\n" + good)
    modem.expect("a line without header", 400, b"x")
    modem.expect("headers without end", 400, good.split(b"\n\n")[0] + b"\n")
    modem.expect("no JSON inside", 400, content(b"hello"))
    modem.expect("half an event inside", 400, content(b'{"schema":"2.0","header":{"token":"tok"'))
    modem.expect("no body", 401, b"Host: x\n\n")


def oversize(modem: Modem) -> None:
    for size in (0xFFFF, 40_000):
        modem.expect(f"{size} bytes", 413, b"x" * size)
    event = make_event(4000)
    modem.expect_handled(event)
    modem.expect("after them", 200, content(event))


def piecemeal(modem: Modem) -> None:
    """Send a request in small pieces, so that the gateway sleeps between them."""
    event, number = make_event(5000), modem.new_id()
    modem.expect_handled(event)
    frame = make_frame(number, content(event))
    for start in range(0, len(frame), 7):
        modem.write(frame[start : start + 7])
        time.sleep(0.001)
    check(modem.next_reply() == (number, (200, {"msg": "success"})), "in pieces")


def cut_off(modem: Modem) -> None:
    """Leave a frame unfinished: it is given up when the next one begins, and that one is taken."""
    event, cut_id, next_id = make_event(8000), modem.new_id(), modem.new_id()
    modem.write(make_frame(cut_id, content(event))[:-5])
    time.sleep(1)
    modem.expect_handled(event)
    modem.write(make_frame(next_id, content(event)))
    replies = dict(modem.next_reply() for _ in range(2))
    check({name: status for name, (status, _) in replies.items()} == {cut_id: 400, next_id: 200}, f"cut off: {replies}")


def in_order_of_ids(frames: dict[int, bytes]) -> dict[int, bytes]:
    """Order frames by their ids, which come in no order themselves."""
    return dict(sorted(frames.items()))


def burst(modem: Modem, events: list[dict[str, Any]]) -> None:
    """Send events at once, and those that were not taken again, until all have been."""
    for event in events:
        modem.expect_handled(event)
    while events:
        sent = {modem.new_id(): event for event in events}
        replies = modem.exchange(
            in_order_of_ids({number: make_frame(number, content(sent[number])) for number in sent})
        )
        check({reply[0] for reply in replies.values()} <= {200, 503}, f"in a burst: {replies}")
        events = [event for number, event in sent.items() if replies[number][0] == 503]


def bursts(modem: Modem) -> None:
    for first in range(10_000, 10_300, 20):
        burst(modem, [make_event(number) for number in range(first, first + 20)])


def mixed_burst(modem: Modem) -> None:
    """Send bad requests of all kinds between good ones, all at once."""
    bad = {content(make_event(6000), "another key"): 401, b"": 400, b"x: y": 400, b"z" * 50_000: 413}
    for first in range(12_000, 12_016, 8):
        events = {modem.new_id(): make_event(number) for number in range(first, first + 8)}
        others = {modem.new_id(): item for item in bad.items()}
        frames = {number: make_frame(number, content(event)) for number, event in events.items()}
        frames |= {number: make_frame(number, data) for number, (data, _) in others.items()}
        replies = modem.exchange(in_order_of_ids(frames))
        for number, (data, status) in others.items():
            check(replies[number][0] in {status, 503}, f"in a burst, {data[:60]!r}: {replies[number]}")
        for number, event in events.items():
            if replies[number][0] == 200:
                modem.expect_handled(event)
        burst(modem, [event for number, event in events.items() if replies[number][0] != 200])


def the_same_at_once(modem: Modem) -> None:
    """Send the same event three times: it is handled once, whether the others find it done or in progress."""
    for number in range(11_000, 11_010):
        event = make_event(number)
        modem.expect_handled(event)
        ids = [modem.new_id() for _ in range(3)]
        statuses = {reply[0] for reply in modem.exchange({i: make_frame(i, content(event)) for i in ids}).values()}
        check(200 in statuses and statuses <= {200, 503}, f"three at once: {statuses}")


def nothing_often(modem: Modem) -> None:
    """Send frames with nothing in them, which come faster than they can be answered."""
    replies = modem.exchange({number: make_frame(number, b"") for number in (modem.new_id() for _ in range(2000))})
    statuses = {reply[0] for reply in replies.values()}
    check(statuses <= {400, 503}, f"nothing, often: {statuses}")


PARTS = [
    challenges,
    deliveries,
    odd_events,
    largest_event,
    many_headers,
    unfit_events,
    forgeries,
    malformed,
    oversize,
    piecemeal,
    cut_off,
    bursts,
    mixed_burst,
    the_same_at_once,
    nothing_often,
]


class Conversation(NamedTuple):
    """What a gateway has said, line by line, and how many times it has answered with each status."""

    said: list[str]
    statuses: dict[int, int]


def converse(program: Path) -> Conversation:
    """Play the modem for a gateway, and check every answer and that every event is handled once."""
    with contextlib.closing(Modem(program)) as modem:
        try:
            modem.wait_until_ready()
            for part in PARTS:
                part(modem)
            deliveries(modem, 20_000)
        except OSError as error:  # it has ended, or was ended because it took too long
            raise FirmwareError(modem.state()) from error
        return Conversation(modem.check_handled(), dict(sorted(modem.statuses.items())))


# What the gateway in C++ says of some of the events: process and status, a value without name, and a bad field.
DETAILS = {
    f"handled corehr.process.approver.updated_v2 {1:032x} 7072306364927985196 TO_DO",
    f"handled corehr.process.node.updated_v2 {2:032x} 7312658016791168538 IN_PROGRESS",
    f"handled corehr.process.updated_v2 {1003:032x} 7072306364927985196 2000000000",
    "field event.process_id CAPACITY",
}


def converse_in_detail(program: Path) -> Conversation:
    """Converse with the gateway in C++, and look at more of what it says."""
    conversation = converse(program)
    missing = sorted(DETAILS - set(conversation.said))
    check(not missing, f"the gateway has not said {missing}")
    return conversation
