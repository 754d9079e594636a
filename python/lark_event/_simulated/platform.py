"""The platform's side of the long connection, simulated on loopback, with faults: for tests and for working offline."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lark_event._model import CLASS_NAMES
from lark_event._native import Frame
from lark_event._platform import RETRY_GAPS, Platform
from lark_event._simulated.connections import Connections, Link
from lark_event._simulated.delivery import ACCEPTED, CONTROL, DATA, Ack, Attempt, Delivery, event_frames, read_ack

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from lark_event._simulated.faults import Plan

ACK_SECONDS = 3.0
# How long a client may refuse to read before a frame is taken for sent.
SEND_SECONDS = 3.0
# How many frames are remembered, so that their acks are known.
REMEMBERED_FRAMES = 10_000


class SimulatedPlatform(Connections):
    """Tells clients where to connect to, delivers events to them, and understands their acks, as the platform does.

    ```python
    async with SimulatedPlatform() as platform:
        client = Client("cli_0123456789abcdef", "secret", domain=platform.domain)
        ...
        delivery = await platform.deliver(platform.sample(), parts=3)
        assert delivery.accepted
    ```

    An event goes to one of the open connections, or waits for one. If it is not acked with 200 in 3 s, it is delivered
    again after 15 s, 5 min, 1 h and 6 h, made shorter by `time_scale`, and then given up.
    """

    def __init__(
        self,
        app_id: str | None = None,
        app_secret: str | None = None,
        *,
        time_scale: float = 1.0,
        ack_seconds: float = ACK_SECONDS,
        first_ids: tuple[int, int] = (1, 1),
        **options: Any,
    ) -> None:
        """Make a platform that knows one app, or takes any app id and secret.

        `first_ids` are SeqID and LogID of the first frame. The other options are those of `Connections`: `host`,
        `port`, `config`, `faults`, `service_id` and `observe`.
        """
        super().__init__(app_id, app_secret, **options)
        self.time_scale = time_scale
        self.ack_seconds = ack_seconds
        self.deliveries: list[Delivery] = []
        """All events."""
        self._next_ids = first_ids
        self._sent: OrderedDict[int, tuple[Frame, Delivery | None, Attempt | None]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aexit__(self, *_: object) -> None:
        """End all connections, and what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await super().__aexit__()

    # What has happened

    @property
    def pending(self) -> list[Delivery]:
        """The events that have neither been acked nor given up."""
        return [delivery for delivery in self.deliveries if not delivery.done.is_set()]

    def forget(self) -> None:
        """Drop from `deliveries` those that are done, where there are to be many."""
        self.deliveries = self.pending

    async def settled(self) -> None:
        """Wait until all events have been acked or given up, and repeated ones been answered."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    # Events

    @staticmethod
    def sample(event_type: str = "corehr.process.updated_v2", fields: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return a new event, with a value for each of its fields if its type is known."""
        platform = Platform("", None, None, 1)
        if fields is None and event_type in CLASS_NAMES:
            return platform.sample(CLASS_NAMES[event_type])
        return platform.event(event_type, fields or {})

    def start(self, event: object, *, parts: int | None = None, **asked: Any) -> Delivery:
        """Begin to deliver an event: its JSON as bytes, or what is to become JSON; `delivery.done.wait()` waits.

        `parts` is in how many parts it comes. `asked` is what to do on the first attempt, as in `Plan`: `cuts` and
        `order` of the parts, `lost_after` how many frames the connection is lost, and `lost_how`, `delay`, ...
        """
        delivery = self._new(event, {"parts": parts, **asked})
        self._run(self._deliver(delivery, None))
        return delivery

    async def deliver(self, event: object, *, parts: int | None = None, **asked: Any) -> Delivery:
        """Deliver an event as `start` does, until it has been acked or given up."""
        delivery = self.start(event, parts=parts, **asked)
        await delivery.done.wait()
        return delivery

    async def deliver_together(self, events: Iterable[object], parts: int = 3) -> list[Delivery]:
        """Deliver several events over one connection, with their parts mixed: the first of each, the second, ..."""
        deliveries = [self._new(event, {"parts": parts}) for event in events]
        plans = [self._plan(delivery, 1) for delivery in deliveries]
        link = await self._link(plans[0].choice)
        attempts = [self._attempt(*pair) for pair in zip(deliveries, plans, strict=True)]
        async with link.sending:
            for position in range(max(len(attempt.frames) for attempt in attempts)):
                for attempt in attempts:
                    if position < len(attempt.frames):
                        await link.send_frame(attempt.frames[position].write())
        for delivery, attempt in zip(deliveries, attempts, strict=True):
            attempt.sent_at = asyncio.get_running_loop().time()
            self._run(self._deliver(delivery, (link, attempt)))
        for delivery in deliveries:
            await delivery.done.wait()
        return deliveries

    async def repeat(self, delivery: Delivery) -> Attempt:
        """Deliver an event once more, whether it has been acked or not."""
        self._count("repeated", **delivery.names)
        number = len(delivery.attempts) + 1
        plan = replace(self._plan(delivery, number), repeats=False)
        link = await self._link(plan.choice)
        attempt = self._attempt(delivery, plan)
        await self._transmit(link, delivery, attempt)
        await self._outcome(link, delivery, attempt)
        return attempt

    # Faults on demand

    async def send_raw(self, message: bytes, kind: str = "bytes") -> None:
        """Send any bytes over all connections; `kind` is what is told of them."""
        self._count("other frames", kind=kind)
        for link in list(self._links):
            await link.send_frame(message)

    async def send_other(self, kind: str) -> None:
        """Send what is no event: a `card`, an `unknown type` or `unknown method`, a `ping`, or what is `corrupt`."""
        await self.send_raw(self._other(kind), kind)

    def set_next_ids(self, seq_id: int, log_id: int) -> None:
        """Set SeqID and LogID of the next frame."""
        self._next_ids = (seq_id, log_id)

    def _take_ack(self, frame: Frame) -> None:
        now = asyncio.get_running_loop().time()
        if frame.seq_id not in self._sent:
            self._count("misunderstood", error=f"expected the SeqID of an event, found {frame.seq_id}")
            return
        sent, delivery, attempt = self._sent[frame.seq_id]
        names = {} if delivery is None else delivery.names
        try:
            code, biz_rt = read_ack(sent, frame)
        except ValueError as error:
            self._count("misunderstood", **names, error=str(error))
            return
        if delivery is None or attempt is None:
            self._count("other frames answered", code=code)
            return
        ack = Ack(code, biz_rt, now - attempt.sent_at)
        delivery.acks.append(ack)
        if attempt.acked.done():
            self._count("acked again" if attempt.outcome in {"acked", "failed"} else "late", **delivery.names)
        else:
            attempt.outcome = "acked" if code == ACCEPTED else "failed"
            attempt.acked.set_result(ack)

    # Delivering

    def _new(self, event: object, asked: dict[str, Any]) -> Delivery:
        delivery = Delivery.of(self._counts["events"], event, asked)
        plan = self._plan(delivery, 1)
        if not set(plan.order) <= set(range(len(plan.cuts) + 1)):
            raise ValueError(f"expected an order of {len(plan.cuts) + 1} parts, found {plan.order}")
        self.deliveries.append(delivery)
        self._counts["events"] += 1
        return delivery

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, delivery: Delivery, first: tuple[Link, Attempt] | None) -> None:
        """Deliver an event until it has been acked or given up; `first` is an attempt that has been sent already."""
        for gap in (*RETRY_GAPS, None):
            link, attempt = first or await self._send(delivery)
            first = None
            delivery.sent.set()
            await self._outcome(link, delivery, attempt)
            if attempt.outcome == "acked":
                delivery.accepted = True
                break
            if gap is not None:
                await asyncio.sleep(gap / self.time_scale)
        else:
            self._count("given up", **delivery.names)
        delivery.done.set()
        if attempt.plan.repeats:
            await self.repeat(delivery)

    async def _send(self, delivery: Delivery) -> tuple[Link, Attempt]:
        number = len(delivery.attempts) + 1
        plan = self._plan(delivery, number)
        await asyncio.sleep(plan.delay)
        # An event that waits for a connection has not used up an attempt.
        link = await self._link(plan.choice)
        attempt = self._attempt(delivery, plan)
        await self._transmit(link, delivery, attempt)
        return link, attempt

    def _plan(self, delivery: Delivery, number: int) -> Plan:
        asked = dict(delivery.asked)
        parts = asked.pop("parts")
        if "cuts" in asked:
            parts = len(asked["cuts"]) + 1
        plan = self.faults.plan(delivery.number, number, len(delivery.payload), parts)
        return replace(plan, **asked) if number == 1 else plan

    def _attempt(self, delivery: Delivery, plan: Plan) -> Attempt:
        number = len(delivery.attempts) + 1
        frames = event_frames(delivery.payload, plan.cuts, self.service_id, self._take_ids)
        acked: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        now = asyncio.get_running_loop().time()
        attempt = Attempt(number, frames[0].header("message_id") or "", frames, plan, acked, now)
        delivery.attempts.append(attempt)
        for frame in frames:
            self._remember(frame, delivery, attempt)
        self._counts["attempts"] += 1
        self._counts["split"] += len(frames) > 1
        self._counts["duplicated"] += len(set(plan.order)) < len(plan.order)
        return attempt

    def _remember(self, frame: Frame, delivery: Delivery | None = None, attempt: Attempt | None = None) -> None:
        """Know the ack of a frame; one that is no event has no delivery."""
        self._sent[frame.seq_id] = (frame, delivery, attempt)
        while len(self._sent) > REMEMBERED_FRAMES:
            self._sent.popitem(last=False)

    async def _transmit(self, link: Link, delivery: Delivery, attempt: Attempt) -> None:
        """Send an attempt, with all that goes wrong."""
        plan = attempt.plan
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._send_all(link, delivery, attempt), SEND_SECONDS)
        attempt.sent_at = asyncio.get_running_loop().time()
        self._tell("sent", **delivery.names, attempt=attempt.number, parts=len(attempt.frames))
        if plan.silences:
            self._count("silenced", device_id=link.device_id)
            link.is_silent = True

    async def _send_all(self, link: Link, delivery: Delivery, attempt: Attempt) -> None:
        for kind in attempt.plan.noise:
            corrupt = self.faults.noise_frame(delivery.number, attempt.number)
            self._count("other frames", kind=kind)
            await link.send_frame(corrupt if kind == "corrupt" else self._other(kind))
        if attempt.plan.is_interleaved:
            await self._send_parts(link, attempt)
        else:
            async with link.sending:
                await self._send_parts(link, attempt)

    async def _send_parts(self, link: Link, attempt: Attempt) -> None:
        plan = attempt.plan
        for position, part in enumerate(plan.order):
            if position == plan.lost_after:
                break
            await link.send_frame(attempt.frames[part].write())
            if plan.is_interleaved:
                await asyncio.sleep(0.002)
        if plan.lost_after is not None:
            await link.lose(plan.lost_how)

    async def _outcome(self, link: Link, delivery: Delivery, attempt: Attempt) -> None:
        """Wait for what becomes of an attempt."""
        ends: list[asyncio.Future[Any]] = [attempt.acked, link.gone]
        await asyncio.wait(ends, timeout=self.ack_seconds, return_when=asyncio.FIRST_COMPLETED)
        if not attempt.acked.done():
            attempt.outcome = "lost" if link.gone.done() else "unanswered"
            attempt.acked.cancel()
            self._count(attempt.outcome, **delivery.names, attempt=attempt.number)
            return
        ack = attempt.acked.result()
        more = {"code": ack.code, "biz_rt": ack.biz_rt, "ms": round(ack.seconds * 1000, 3)}
        self._count(attempt.outcome, **delivery.names, attempt=attempt.number, **more)

    def _take_ids(self) -> tuple[int, int]:
        seq_id, log_id = self._next_ids
        self._next_ids = (seq_id + 1, log_id + 1)
        return seq_id, log_id

    def _other(self, kind: str) -> bytes:
        """Return a frame that is no event."""
        if kind == "corrupt":
            return b"\x08\x01\x10"
        frame = event_frames(b'{"action":{}}', (), self.service_id, self._take_ids)[0]
        headers = list(frame.headers)
        method = DATA
        if kind == "ping":
            method, headers = CONTROL, [("type", "ping")]
        elif kind == "unknown method":
            method = 7
        else:
            headers[0] = ("type", "card" if kind == "card" else "unheard-of")
        payload = None if kind == "ping" else frame.payload
        frame = Frame(
            seq_id=frame.seq_id,
            log_id=frame.log_id,
            service=frame.service,
            method=method,
            headers=headers,
            payload=payload,
        )
        if method == DATA:
            self._remember(frame)
        return frame.write()
