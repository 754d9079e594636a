"""The long connection with an image: what the platform sends, and what the image must make of it and answer."""

import json
import struct
from dataclasses import dataclass

import records
from records import KINDS

# The numbers of the fields of a frame.
SEQ_ID, LOG_ID, SERVICE_ID, METHOD, HEADERS, ENCODING, KIND, PAYLOAD, LOG_ID_NEW = range(1, 10)
CONTROL, DATA = 0, 1
# A negative number takes most bytes.
SERVICE = -33554678
REQUEST = b'{"AppID":"cli_9f5343c580712544","AppSecret":"secret"}'
# How long the image has for an answer, as far as its clock says.
HANDLING_MS = 7
# The room of the image for parts: bytes and number.
BYTES, PARTS = 20 * 1024, 32


@dataclass
class Step:
    """A record, and what it must come to: the kind of the error, the tag of the event, and what the image sends."""

    record: bytes
    kind: int
    tag: int
    sent: bytes


def varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def message(fields):
    """Write pairs of the number of a field and its value in protobuf."""
    out = b""
    for field, value in fields:
        if isinstance(value, int):
            out += varint(field << 3) + varint(value % (1 << 64))
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(field << 3 | 2) + varint(len(data)) + data
    return out


def frame(method, headers, payload=None, number=0):
    """Return the fields of a frame."""
    fields = [(SEQ_ID, number), (LOG_ID, number and (1 << 64) - number), (SERVICE_ID, SERVICE), (METHOD, method)]
    fields += [(HEADERS, message([(1, key), (2, value)])) for key, value in headers.items()]
    return fields if payload is None else [*fields, (PAYLOAD, payload)]


PING = message(frame(CONTROL, {"type": "ping"}))
PONG = {"type": "pong"}


def answer(fields, code=200):
    """Return the answer to a frame: as it was, with how long it took, and with what has come of it as payload."""
    kept = [(field, value) for field, value in fields if field != PAYLOAD]
    took = (HEADERS, message([(1, "biz_rt"), (2, str(HANDLING_MS))]))
    return message(sorted([*kept, took, (PAYLOAD, f'{{"code":{code}}}')], key=lambda pair: pair[0]))


class Platform:
    """The platform's side, and its clock; the steps are what it has done."""

    def __init__(self):
        self.steps = []
        self.now, self.number = records.NOW, 0

    def connect(self, reply, status=None, code=None, kind=0, sent=REQUEST):
        # Later than any pause between two attempts.
        self.now += 60_000
        record = struct.pack("<IQ", records.CONNECT, self.now)
        record += records.part(reply) + records.part(status) + records.part(code)
        self.steps.append(Step(record, kind, 0, sent))

    def send(self, data, event_type=None, kind="", tag=0, sent=b""):
        """Send a message, which comes to nothing unless something else is said."""
        record = struct.pack("<IQQ", records.MESSAGE, self.now, self.now + HANDLING_MS)
        record += records.part(event_type) + records.part(data)
        self.steps.append(Step(record, KINDS[kind] if kind else 0, tag, sent))

    def parts(self, payloads, kind="event", **others):
        """Return the frames of an event; `others` are headers."""
        self.number += 1
        headers = {"type": kind, "message_id": f"0a1b2c3d-4e5f-6071-8293-{self.number:012}", "sum": str(len(payloads))}
        rest = {"trace_id": f"{self.number:032x}", "timestamp": str(self.now)} | others
        return [frame(DATA, headers | {"seq": str(i)} | rest, it, self.number) for i, it in enumerate(payloads)]

    def event(self, payload, event_type, kind, tag):
        """Send an event in one frame."""
        (fields,) = self.parts([payload])
        self.send(message(fields), event_type, kind, tag, answer(fields, 500 if kind else 200))

    def between(self, payload, event_type, kind, tag):
        """Send an event in three parts that come out of order, between those of another."""
        third = len(payload) // 3
        first, second, third = self.parts([payload[:third], payload[third : 2 * third], payload[2 * third :]])
        (body, named), *_ = records.samples()
        begin, end = self.parts([body[:100], body[100:]])
        for part in (third, begin, first):
            self.send(message(part))
        self.send(message(second), event_type, kind, tag, answer(second, 500 if kind else 200))
        self.send(message(end), named, "", tag_of(body, named), answer(end))

    def refused(self, fields, kind):
        self.send(message(fields), kind=kind)


def tag_of(body, event_type):
    """Return the tag of a sample."""
    return records.FIELDS[json.loads(body).get("header", {}).get("event_type", event_type)]["tag"]


def connecting(platform):
    """Fail to connect in every way, and then do."""
    endpoint = {"code": 0, "msg": "ok", "data": {"URL": f"wss://localhost/ws/v2?device_id=1&service_id={SERVICE}"}}
    platform.connect('{"code":0', kind=KINDS["UNEXPECTED_END"])
    platform.connect('{"code":1,"msg":"system busy"}')
    platform.connect(json.dumps(endpoint), "514", "1000040343")
    endpoint["data"]["ClientConfig"] = {"PingInterval": 120, "ReconnectNonce": 30}
    platform.connect(json.dumps(endpoint), sent=REQUEST + PING)


def others(platform):
    """Send what is no event, or none that is whole."""
    platform.refused(frame(CONTROL, PONG, b'{"PingInterval":0}x'), "TRAILING_BYTES")
    platform.send(message(frame(CONTROL, PONG)))
    platform.send(message(frame(CONTROL, {"type": "ping"})))
    # It holds from now on, so that it is time for a ping.
    platform.send(message(frame(CONTROL, PONG, b'{"PingInterval":30,"ReconnectCount":-1}')))
    platform.now += 30_000
    platform.send(message(frame(CONTROL, {})), sent=PING)
    platform.send(message(frame(CONTROL, PONG, b'{"PingInterval":120}')))
    for kind in ("card", "none"):
        (fields,) = platform.parts([b"{}"], kind)
        platform.send(message(fields), sent=answer(fields, 500))
    # What other clients leave out, and fields that nobody knows.
    (body, named), *_ = records.samples()
    (fields,) = platform.parts([body])
    fields += [(ENCODING, ""), (KIND, "json"), (LOG_ID_NEW, "021")]
    backwards = sorted(fields, key=lambda pair: -pair[0])
    data = message([(100, 1), *backwards, (99, "x")])
    platform.send(data, named, "", tag_of(body, named), answer(fields))
    refusals(platform)
    part_refusals(platform)


def refusals(platform):
    """Send what is no frame."""
    payload = records.samples()[0][0]
    (fields,) = platform.parts([payload])
    data = message(fields)
    for end in range(len(data) - len(payload), len(data)):
        platform.send(data[:end], kind="FRAME")
    for missing in (SEQ_ID, LOG_ID, SERVICE_ID, METHOD):
        platform.refused([pair for pair in fields if pair[0] != missing], "FRAME_FIELD")
    wrong = [(SEQ_ID, "x"), (HEADERS, 1), (HEADERS, "x"), (HEADERS, message([(1, "key")])), (KIND, b"\xff"), (0, 1)]
    for pair in [*wrong, (PAYLOAD, 1)]:
        platform.refused([*fields, pair], "FRAME")
    platform.send(b"\xff" * 11, kind="FRAME")
    platform.send(b"", kind="FRAME_FIELD")


def part_refusals(platform):
    """Send parts that do not fit: together, or into the room."""
    for wrong in ({"seq": "1"}, {"sum": "x"}, {"seq": "-1"}, {"sum": "2", "message_id": ""}):
        platform.refused(platform.parts([b"{}"], **wrong)[0], "PART")
    platform.refused(platform.parts([b"{}"], sum=str(PARTS + 1))[0], "PARTS_FULL")
    # Three of them are too much, and none is kept; then there is room for the next.
    first, second, third = platform.parts([bytes(BYTES // 3 + 1)] * 3)
    platform.send(message(first))
    platform.send(message(second))
    platform.refused(third, "PARTS_FULL")
    platform.send(message(first))
    body, named = records.samples()[-1]
    first, second = platform.parts([body[:50], body[50:]])
    platform.send(message(second))
    platform.send(message(second))
    platform.refused([pair for pair in second if pair[0] != PAYLOAD], "PART")
    platform.send(message(first), named, "", tag_of(body, named), answer(first))
    platform.send(message(second))
    # As many parts as there may be, from the last to the first, and without all of what was before.
    platform.now += 6_000
    cuts = [13 * at for at in range(PARTS)]
    *later, first = platform.parts([body[at:end] for at, end in zip(cuts, [*cuts[1:], len(body)], strict=True)])[::-1]
    for part in later:
        platform.send(message(part))
    platform.send(message(first), named, "", tag_of(body, named), answer(first))


def steps():
    """Return all steps of a connection: those that only must come to what is expected, and one for each sample."""
    platform = Platform()
    connecting(platform)
    others(platform)
    fitting, _ = records.decode_cases()
    for _, _, case in fitting:
        platform.now += 1
        kind = case["error"]["kind"] if case["error"] else ""
        event = (records.join(case["input"]), case["event_type"], kind, case["event_tag"])
        platform.event(*event)
        platform.between(*event)
    count = len(platform.steps)
    for body, event_type in records.samples():
        platform.event(body, event_type, "", tag_of(body, event_type))
    return platform.steps[:count], platform.steps[count:]
