"""Random use of frames and sessions of the long connection, for random_usage.py."""

import json

from lark_event import _native

URL = "wss://localhost/?device_id=1&service_id=7"
CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 1}
ENDPOINT = json.dumps({"code": 0, "msg": "", "data": {"URL": URL, "ClientConfig": CONFIG}}).encode()
STEPS = {"connect", "send", "disconnect", "wait", "closed", "refused", "gave_up"}


class LongConnections:
    """The operations on frames and sessions."""

    def __init__(self):
        self.now_ms = 0
        self.session, self.deliveries = _native.Session(4096, 16, 1), []

    def frame(self):
        """Return a frame: of an event, whole or in parts, of a pong, or of something else."""
        parts = self.random.randrange(1, 4)
        headers = [
            ("type", self.random.choice(["event", "card", "pong", "ping"])),
            ("message_id", str(self.random.randrange(4))),
            ("sum", str(parts)),
            ("seq", str(self.random.randrange(parts))),
        ]
        payload = bytes(self.random.randrange(256) for _ in range(self.random.randrange(40)))
        numbers = {"seq_id": self.random.randrange(2**64), "service": 7, "method": self.random.randrange(2)}
        return _native.Frame(**numbers, headers=headers, payload=self.random.choice([payload, None]))

    def do_frames(self):
        frame = self.frame()
        message = bytearray(frame.write())
        again = _native.Frame.read(bytes(message))
        assert again == frame
        assert (again.headers, again.header("type"), again.payload) == (
            frame.headers,
            frame.header("type"),
            frame.payload,
        )
        message[self.random.randrange(len(message))] = self.random.randrange(256)
        found = self.refused(_native.Frame.read, bytes(message[: self.random.randrange(len(message) + 1)]))
        return again, found, self.refused(_native.Frame, headers=self.random.choice([5, [5], [("a", 5)], None]))

    def do_session(self):
        if self.random.random() < 0.05:
            self.session, self.deliveries = _native.Session(4096, 16, self.random.randrange(2**64)), []
        self.now_ms += self.random.randrange(500)
        session, steps = self.session, []
        for _ in range(self.random.randrange(1, 6)):
            step = session.poll(self.now_ms)
            assert step[0] in STEPS
            steps.append(step)
            if step[0] == "connect":
                reply = self.random.choice([ENDPOINT, ENDPOINT, ENDPOINT[:-3], b'{"code":514}', b'{"code":1}'])
                steps.append(self.refused(session.handle_endpoint, reply, self.now_ms))
                session.handle_open(self.now_ms)
        return steps, self.message(session)

    def message(self, session):
        message = self.frame().write()
        if self.random.random() < 0.2:
            message = message[: self.random.randrange(len(message) + 1)]
        found = self.refused(session.handle_message, message, self.now_ms)
        if isinstance(found, _native.Delivery):
            assert found.json is None or isinstance(found.json, bytes)
            self.deliveries.append(found)
        if self.deliveries and self.random.random() < 0.7:
            delivery = self.deliveries.pop(self.random.randrange(len(self.deliveries)))
            return found, self.refused(session.answer, delivery, self.random.random() < 0.5, self.now_ms)
        return found

    def do_end_a_session(self):
        self.random.choice(
            [
                self.session.close,
                lambda: self.session.handle_disconnect(self.now_ms),
                lambda: self.session.handle_refusal("403", self.random.choice([None, "514"]), self.now_ms),
            ]
        )()
        self.deliveries.clear()
        wrong = self.random.choice([None, "x", -1, b"x", 2**80])
        calls = (self.session.poll, self.session.handle_message, self.session.handle_endpoint)
        found = [self.refused(call, *[wrong] * (1 + (call != self.session.poll))) for call in calls]
        return found, self.session.connections, self.session.last_pong_ms
