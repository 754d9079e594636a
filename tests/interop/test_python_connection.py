"""The long connection of the official Python SDK (`lark-oapi`), against the simulated platform."""

import asyncio
import contextlib
import multiprocessing
from collections import Counter

import pytest
import python_client
from lark_event._simulated.platform import SimulatedPlatform

APP = ("cli_0123456789abcdef", "a secret")
# Its client connects again at once, so that no test has to wait.
CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 0, "ReconnectNonce": 0, "PingInterval": 1}
# The SDK takes seconds to import: clients are forked from a process that has done it.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["lark_event", "lark_oapi", "lark_oapi.ws.client"])


class Client:
    """The official client in a process of its own, which tells what it handles."""

    def __init__(self, platform, app):
        self.handled = []
        """The ids of the events in the order in which they were handled."""
        self.fields = {}
        """The fields of each, by its id."""
        self._pipe, theirs = PROCESSES.Pipe()
        self._process = PROCESSES.Process(target=python_client.run, args=(theirs, platform.domain, *app))
        self._process.start()
        theirs.close()
        self.ended = asyncio.create_task(asyncio.to_thread(self._read))
        """Done when it has ended."""

    def _read(self):
        with contextlib.suppress(EOFError, OSError):
            while True:
                event_id, self.fields[event_id] = self._pipe.recv()
                self.handled.append(event_id)

    @classmethod
    @contextlib.asynccontextmanager
    async def running(cls, platform, app=APP):
        """Run it until the end of the block."""
        client = cls(platform, app)
        try:
            yield client
        finally:
            client._process.kill()
            await client.ended
            client._process.join(10)

    async def has_handled(self, count):
        """Wait until it has told of so many events."""
        for _ in range(1000):
            if len(self.handled) >= count:
                break
            await asyncio.sleep(0.01)
        assert len(self.handled) == count


def run(work):
    asyncio.run(asyncio.wait_for(work, 30))


def playing(**options):
    return SimulatedPlatform(*APP, config=CONFIG, time_scale=1000, **options)


async def everything_handled(platform, client):
    """Wait until all events are through; compare those that were handled with those that were delivered."""
    await platform.settled()
    assert [delivery.event_id for delivery in platform.deliveries if not delivery.accepted] == []
    await client.has_handled(sum(len(delivery.acks) for delivery in platform.deliveries))
    assert set(client.handled) == {delivery.event_id for delivery in platform.deliveries}


def test_its_acks_are_understood():
    async def work():
        async with playing() as platform, Client.running(platform) as client:
            for parts in [1] * 10 + [2, 3, 7, 50]:
                platform.start(platform.sample(), parts=parts)
            await everything_handled(platform, client)
            assert max(Counter(client.handled).values()) == 1
            assert all(ack.biz_rt is not None for delivery in platform.deliveries for ack in delivery.acks)
            # Ids above those that a double holds exactly come back as they are.
            platform.set_next_ids(2**53 + 1, 2**64 - 99)
            assert (await platform.deliver(platform.sample())).accepted
            counts = platform.counts
            assert (counts["attempts"], counts["acked"], counts["connected"]) == (15, 15, 1)
            assert "misunderstood" not in counts
            assert "unreadable" not in counts

    run(work())


def test_parts_in_any_order_and_mixed():
    async def work():
        async with playing() as platform, Client.running(platform) as client:
            assert (await platform.deliver(platform.sample(), parts=3, order=(2, 0, 1))).accepted
            assert (await platform.deliver(platform.sample(), parts=3, order=(0, 0, 1, 1, 2))).accepted
            await platform.deliver_together([platform.sample() for _ in range(3)], parts=4)
            await everything_handled(platform, client)
            assert platform.counts["attempts"] == 5

    run(work())


def test_it_handles_a_whole_event_that_comes_twice_twice():
    async def work():
        async with playing() as platform, Client.running(platform) as client:
            delivery = await platform.deliver(platform.sample(), order=(0, 0))
            await platform.repeat(delivery)
            await client.has_handled(3)
            assert client.handled == [delivery.event_id] * 3

    run(work())


def test_a_handler_that_fails_gets_the_event_again():
    async def work():
        async with playing() as platform, Client.running(platform) as client:
            delivery = await platform.deliver(platform.sample(fields={"process_id": "fail twice"}))
            assert delivery.accepted
            assert [(ack.code, ack.biz_rt is None) for ack in delivery.acks] == [(500, True), (500, True), (200, False)]
            await client.has_handled(3)
            assert client.handled == [delivery.event_id] * 3

    run(work())


def test_it_answers_500_to_what_it_has_no_handler_for():
    async def work():
        async with SimulatedPlatform(config=CONFIG, time_scale=1e6) as platform, Client.running(platform) as client:
            delivery = await platform.deliver(platform.sample("corehr.not_yet_known.created_v9"))
            assert not delivery.accepted
            assert [ack.code for ack in delivery.acks] == [500] * 5
            assert client.handled == []

    run(work())


def test_what_it_gives_no_ack_for():
    async def work():
        async with playing(ack_seconds=0.2) as platform, Client.running(platform) as client:
            platform.time_scale = 1e6
            await platform.connected()
            for kind in ("card", "unknown type", "unknown method", "ping", "corrupt"):
                await platform.send_other(kind)
            delivery = await platform.deliver(b'{"schema":"2.0","text":"\xff"}')
            assert [attempt.outcome for attempt in delivery.attempts] == ["unanswered"] * 5
            assert (await platform.deliver(platform.sample())).accepted
            await client.has_handled(1)
            assert (platform.counts["connected"], platform.counts["acked"]) == (1, 1)

    run(work())


@pytest.mark.parametrize("how", ["close", "abort", "cut"])
def test_it_connects_again(how):
    async def work():
        async with playing() as platform, Client.running(platform) as client:
            assert (await platform.deliver(platform.sample())).accepted
            platform.refuse(1000040343)
            platform.refuse(status=502)
            platform.refuse_handshake(514, auth_error_code=1)
            platform.start(platform.sample(), parts=3, order=(0, 1, 2), lost_after=2, lost_how=how)
            await everything_handled(platform, client)
            counts = platform.counts
            assert (counts["connected"], counts["lost"], counts["refused discoveries"]) == (2, 1, 2)
            assert counts["refused handshakes"] == 1

    run(work())


def test_it_pings_and_takes_the_configuration():
    async def work():
        async with playing() as platform, Client.running(platform) as client:
            await platform.deliver(platform.sample())
            await asyncio.sleep(1.2)
            assert platform.counts["pings"] >= 2
            platform.configure(PingInterval=60)
            # The one that brings it, and one after the pause that has begun before.
            await asyncio.sleep(2.3)
            told = platform.counts["pings"]
            await asyncio.sleep(1.2)
            assert platform.counts["pings"] == told
            await everything_handled(platform, client)

    run(work())


@pytest.mark.parametrize("refusal", ["app", "handshake"])
def test_what_makes_it_give_up(refusal):
    async def work():
        async with playing() as platform:
            if refusal == "handshake":
                platform.refuse_handshake(514, auth_error_code=1000040350)
            app = (APP[0], "another") if refusal == "app" else APP
            async with Client.running(platform, app) as client:
                await client.ended
            assert client.handled == ["ClientException"]
            assert "connected" not in platform.counts

    run(work())
