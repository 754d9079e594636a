"""What the images read: numbers of four or eight bytes, and parts, which are a length and as many bytes."""

import json
import re
import struct

import lark_platform
from corpus import CASES, HERE, NODE, SAMPLES, expand, join, read_body
from toolchain import ROOT

DECODE, OPEN, CONNECT, MESSAGE = 1, 2, 3, 4
ABSENT = 0xFFFFFFFF
# Room for an input in the RAM of an image.
ROOM = 20_000
MAX_BODY = 1 << 20
REQUESTS = json.loads((HERE / "webhook.json").read_text(encoding="utf-8"))
FIELDS = json.loads((HERE / "fields.json").read_text(encoding="utf-8"))
HEADER = (ROOT / "include" / "lark_event.h").read_text(encoding="utf-8")
# The numbers that the image says for the kinds of errors.
KINDS = {name: int(value) for name, value in re.findall(r"#define LARK_ERROR_KIND_(\w+) (\d+)", HEADER)}
KEY, TOKEN, NOW = "test key", "tok", 1_700_000_000_000


def number(value):
    return struct.pack("<I", value)


def part(value):
    data = value.encode() if isinstance(value, str) else value
    return number(ABSENT) if data is None else number(len(data)) + data


def decoding(body, event_type):
    return part(event_type) + part(body)


def opening(receiver, headers, body, now_ms):
    """`receiver` is as in webhook.json."""
    names = ("encrypt_key", "verification_token", "previous_encrypt_key", "previous_verification_token")
    settings = b"".join(part(receiver.get(name)) for name in names)
    settings += struct.pack("<IQQ", receiver.get("max_body", MAX_BODY), receiver.get("tolerance_ms", 0), now_ms)
    pairs = b"".join(part(name) + part(value) for name, value in headers)
    return settings + number(len(headers)) + pairs + part(body)


def decode_cases():
    """Return the name, the record and the case of all the decode cases that fit, and how many do not."""
    cases = [(case, join(case["input"])) for case in CASES]
    fitting = [(case["name"], decoding(body, case["event_type"]), case) for case, body in cases if len(body) <= ROOM]
    return fitting, len(cases) - len(fitting)


def open_cases():
    """Return the same of the requests."""
    cases = [(case, read_body(case["body"])) for case in REQUESTS]
    fitting = [
        (case["name"], opening(case["receiver"], case["headers"], body, case["now_ms"]), case)
        for case, body in cases
        if len(body) <= ROOM
    ]
    return fitting, len(cases) - len(fitting)


def samples():
    """Return the platform's samples of process events in one line each, with the type that must be named for them."""
    found = []
    for path in SAMPLES:
        if path.name.startswith("process") and ".pretty" not in path.name and ".min" not in path.name:
            body = json.dumps(json.loads(path.read_bytes()), separators=(",", ":")).encode()
            found.append((body, NODE if "headless" in path.name else None))
    return found


def events():
    """Return the samples as they are, and encrypted and signed."""
    plain, sealed = [], []
    for body, event_type in samples():
        plain.append(decoding(body, event_type))
        headers, sealed_body = lark_platform.request(KEY, body, "1700000000", "nonce", bytes(16))
        sealed.append(opening({"encrypt_key": KEY}, list(headers.items()), sealed_body, NOW))
    return plain, sealed


def text(value):
    """Write JSON as serde-json-core does, with which the image writes what it has found."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def in_order(members, row):
    """Put members in the order of the struct, those of objects in them too."""
    fields = row["fields"] if row else {}
    if not fields:
        return members

    def inner(name):
        value, row = members[name], fields[name]
        return [in_order(item, row) for item in value] if row["type"] == "objects" else in_order(value, row)

    ordered = sorted(members, key=list(fields).index)
    return {name: inner(name) if "fields" in fields[name] else members[name] for name in ordered}


def expectation(case):
    """Return what the image must find in a decode case."""
    header = in_order(case["header"], FIELDS["header"])
    header |= {name: str(header[name]) for name in ("create_time", "event_time") if name in header}
    row = next((row for row in FIELDS.values() if row["tag"] == case["event_tag"]), None)
    event = in_order(expand(case["event"]), row) if case["event"] else case["event"]
    names = ("schema", "header", "event_tag", "event", "raw_event", "error")
    return part(text({name: case[name] for name in names} | {"header": header, "event": event}))


def corpus():
    """Return the whole corpus with what is expected, how many cases there are, and how many are too large."""
    (decodes, left), (opens, more) = decode_cases(), open_cases()
    records = [number(DECODE) + part(name) + record + expectation(case) for name, record, case in decodes]
    for name, record, case in opens:
        (word, found), *_ = case["expected"].items()
        records.append(number(OPEN) + part(name) + record + part(word) + part(found))
    return b"".join(records), len(records), left + more
