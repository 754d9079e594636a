"""The simulated platform of the long connection, seen by a small client that knows nothing but WebSockets."""

import asyncio
import itertools
import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import websockets
from deliveries import until
from lark_event._native import Frame, endpoint_code_name
from lark_event._simulated import connections, faults
from lark_event._simulated import platform as simulated
from lark_event._simulated.delivery import read_ack
from lark_event._simulated.faults import RATES, Faults
from lark_event._simulated.platform import SimulatedPlatform
from simulated_clients import (
    APP,
    ack_of,
    acked,
    ask,
    changed,
    client_of,
    code_of,
    connected,
    frame_of,
    ping,
    post,
    run,
    take_events,
)
from websockets.asyncio.client import connect

# Frames


def test_frames_are_written_and_read():
    frame = Frame(
        seq_id=2**64 - 1,
        log_id=2**53 + 1,
        service=-1,
        method=1,
        headers=[("type", "event"), ("", "\U0001f600" * 50)],
        payload=bytes(range(256)) * 10,
        payload_encoding="",
        payload_type="json",
        log_id_new="x" * 200,
    )
    again = Frame.read(frame.write())
    assert again == frame
    assert (again.seq_id, again.log_id, again.service, again.method) == (2**64 - 1, 2**53 + 1, -1, 1)
    assert again.headers == (("type", "event"), ("", "\U0001f600" * 50))
    assert (again.payload, again.payload_encoding, again.payload_type) == (bytes(range(256)) * 10, "", "json")
    assert (again.log_id_new, again.header("type"), again.header("x")) == ("x" * 200, "event", None)
    assert ping(1).hex() == "08001000180120002a0c0a0474797065120470696e67"
    assert Frame.read(ping(1)).payload is None
    assert Frame() != Frame(payload=b"")


def test_what_is_no_frame():
    message = Frame().write()
    for length in range(len(message)):
        with pytest.raises(ValueError, match="frame"):
            Frame.read(message[:length])


# Connecting


def test_where_to_connect_to():
    async def work():
        async with SimulatedPlatform(*APP.values(), config={"PingInterval": 5}) as platform:
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", platform.domain)
            status, reply = await ask(platform)
            url = urlsplit(reply["data"]["URL"])
            assert (status, reply["code"], url.scheme, url.path) == (200, 0, "ws", "/ws/v2")
            assert set(parse_qs(url.query)) == {"fpid", "aid", "device_id", "access_key", "service_id", "ticket"}
            assert reply["data"]["ClientConfig"] == {"PingInterval": 5}
            assert await code_of(platform, {**APP, "AppSecret": "a secre\u00e9"}) == 1000040345
            assert await code_of(platform, {**APP, "AppID": "another"}) == 1000040345
            for body in ({}, {"AppID": "x"}, {**APP, "AppSecret": ""}, {**APP, "AppSecret": 1}):
                assert await code_of(platform, body) == 1000040344
            for body in (b"", b"[]", b"\xff", b"[" * 60_000):
                assert (await ask(platform, body))[0] == 400
            assert (await asyncio.to_thread(post, platform.domain, b" " * 70_000))[0] == 400
            assert (await asyncio.to_thread(post, platform.domain, APP, "/callback"))[0] == 404
        async with SimulatedPlatform() as platform:
            assert await code_of(platform, {"AppID": "any", "AppSecret": "any"}) == 0

    run(work())


def test_codes_are_those_of_the_core():
    for name in ("FORBIDDEN", "AUTH_FAILED", "NO_CREDENTIAL", "INVALID_CREDENTIAL", "CONNECTION_LIMIT"):
        assert endpoint_code_name(getattr(connections, name)) == name
    assert [endpoint_code_name(code) for code in faults._PASSING_CODES] == ["SYSTEM_BUSY", "INTERNAL_ERROR"]


def test_a_ticket_is_good_for_one_connection():
    async def work():
        async with SimulatedPlatform() as platform:
            url = (await ask(platform))[1]["data"]["URL"]
            async with connect(url, proxy=None):
                await refused(url, 403, {"handshake-status": "403"})
            await refused(url, 403, {"handshake-status": "403"})
            await refused(url.partition("?")[0], 403, {"handshake-status": "403"})
            assert platform.counts["refused handshakes"] == 3

    run(work())


async def refused(url, status, headers):
    with pytest.raises(websockets.InvalidStatus) as caught:
        await connect(url, proxy=None)
    response = caught.value.response
    assert response.status_code == status
    found = {name.lower(): value for name, value in response.headers.raw_items() if "handshake" in name.lower()}
    assert {name: value for name, value in found.items() if name != "handshake-msg"} == headers
    assert ("handshake-msg" in found) == bool(headers)


def test_more_connections_than_an_app_may_have(monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 2)

    async def work():
        async with SimulatedPlatform() as platform:
            late = (await ask(platform))[1]["data"]["URL"]
            async with connected(platform), connected(platform):
                assert await code_of(platform) == 1000040350
                await refused(late, 403, {"handshake-status": "514", "handshake-autherrcode": "1000040350"})
            assert await code_of(platform) == 0

    assert connections.MAX_CONNECTIONS == 2
    run(work())


def test_refusals_on_demand():
    async def work():
        async with SimulatedPlatform() as platform:
            platform.refuse(1000040343, "internal error", times=2)
            platform.refuse(status=502, body=b"<html>")
            for _ in range(2):
                assert await ask(platform) == (200, {"code": 1000040343, "msg": "internal error", "data": {}})
            assert await asyncio.to_thread(post, platform.domain, APP) == (502, b"<html>")
            platform.refuse_handshake(514, auth_error_code=7)
            platform.refuse_handshake(None, http_status=503)
            url = (await ask(platform))[1]["data"]["URL"]
            await refused(url, 403, {"handshake-status": "514", "handshake-autherrcode": "7"})
            await refused(url, 503, {})
            async with connect(url, proxy=None):
                assert platform.connections == 1
            assert platform.counts["refused discoveries"] == 3

    run(work())


def test_what_a_platform_cannot_be():
    for options in ({"host": "0.0.0.0"}, {"host": "example.com"}, {"app_id": "x"}):
        with pytest.raises(ValueError, match=r"expected an address of loopback|are needed"):
            SimulatedPlatform(**options)
    for rates in ({"split": 1.5}, {"max_parts": 1}):
        with pytest.raises(ValueError, match="expected"):
            Faults(**rates)


def test_two_on_one_port():
    async def work():
        async with SimulatedPlatform() as platform:
            with pytest.raises(OSError, match="in use"):
                async with SimulatedPlatform(port=urlsplit(platform.domain).port):
                    pass
        async with SimulatedPlatform(host="::1") as platform, connected(platform):
            assert platform.domain.startswith("http://[::1]:")

    run(work())


# Events and acks


def test_an_event_is_acked():
    async def work():
        async with SimulatedPlatform(first_ids=(2**53 + 1, 2**64 - 9)) as platform, connected(platform) as client:
            delivery = platform.start(platform.sample())
            frame = await acked(client)
            await delivery.done.wait()
            assert (frame.seq_id, frame.log_id, frame.service) == (2**53 + 1, 2**64 - 9, 33554678)
            assert [name for name, _ in frame.headers] == ["type", "message_id", "sum", "seq", "trace_id", "timestamp"]
            assert (frame.header("type"), frame.header("sum"), frame.header("seq")) == ("event", "1", "0")
            assert abs(int(frame.header("timestamp")) - time.time() * 1000) < 10_000
            assert json.loads(frame.payload)["header"]["event_id"] == delivery.event_id
            assert delivery.accepted
            assert [(ack.code, ack.biz_rt) for ack in delivery.acks] == [(200, 3)]
            assert 0 <= delivery.acks[0].seconds < 3
            raw = platform.start(b"no event at all")
            assert (await acked(client)).payload == b"no event at all"
            await raw.done.wait()
            assert platform.counts["acked"] == 2
            assert platform.pending == []

    run(work())


@pytest.mark.parametrize("acked_part", [0, 1, 2])
def test_an_event_in_parts(acked_part):
    event = {"header": {"event_id": "1"}, "text": "\u4eba\u4e8b" * 10}
    cuts = (1, json.dumps(event, ensure_ascii=False).encode().index("\u4eba".encode()))

    async def work():
        async with SimulatedPlatform() as platform, connected(platform) as client:
            delivery = platform.start(event, cuts=cuts, order=(0, 1, 2))
            frames = [await frame_of(client) for _ in range(3)]
            await client.send(ack_of(frames[acked_part]))
            await delivery.done.wait()
            assert delivery.accepted
            assert len({frame.header("message_id") for frame in frames}) == 1
            assert len({frame.seq_id for frame in frames}) == 3
            assert [(frame.header("sum"), frame.header("seq")) for frame in frames] == [("3", str(n)) for n in range(3)]
            assert json.loads(b"".join(frame.payload for frame in frames)) == event
            with pytest.raises(UnicodeDecodeError):
                frames[1].payload.decode()

    run(work())


def test_parts_are_cut_anywhere():
    payload = json.dumps({"text": "\u4eba" * 20}, ensure_ascii=False).encode()
    cuts = {cut for seed in range(300) for cut in Faults(seed).plan(0, 1, len(payload), 3).cuts}
    assert cuts == set(range(1, len(payload)))
    assert Faults().plan(0, 1, 2, 5).cuts == (1,)
    assert Faults(split=1).plan(0, 1, 0, None).cuts == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"log_id": 2},
        {"service": 1},
        {"headers": [("type", "event")]},
        {"payload": b""},
        {"payload": b'{"code":"200"}'},
        {"payload": b'{"code":true}'},
        {"payload": None},
        {"biz_rt": None},
        {"biz_rt": "soon"},
        {"seq_id": 77},
    ],
)
def test_an_ack_that_is_not_understood(wrong):
    async def work():
        async with SimulatedPlatform(ack_seconds=0.1, time_scale=1e6) as platform, connected(platform) as client:
            delivery = platform.start(platform.sample())
            frame = await frame_of(client)
            await client.send(ack_of(frame, **wrong))
            await acked(client)
            await delivery.done.wait()
            assert delivery.accepted
            assert [attempt.outcome for attempt in delivery.attempts] == ["unanswered", "acked"]
            assert platform.counts["misunderstood"] == 1

    run(work())


def test_acks_of_the_official_sdks():
    sent = Frame(seq_id=1, log_id=2, service=3, method=1, headers=[("type", "event")])
    for added, payload, expected in [
        ([("biz_rt", "0")], b'{"code":200,"headers":null,"data":null}', (200, 0)),  # Go
        ([("biz_rt", "-12")], b'{"code":200}', (200, -12)),  # Node
        ([], b'{"code": 500}', (500, None)),  # Python, where a handler fails
    ]:
        assert read_ack(sent, changed(sent, headers=[*sent.headers, *added], payload=payload)) == expected
    with pytest.raises(ValueError, match="expected the header biz_rt"):
        read_ack(
            sent, changed(sent, headers=[*sent.headers, ("biz_rt", "1"), ("biz_rt", "1")], payload=b'{"code":200}')
        )


def test_an_event_that_fails_comes_again():
    async def work():
        async with SimulatedPlatform(time_scale=1000) as platform, connected(platform) as client:
            delivery = platform.start(platform.sample())
            times, frames = [], []
            for code in (500, 500, 200):
                frames.append(await acked(client, code))
                times.append(time.monotonic())
            await delivery.done.wait()
            assert delivery.accepted
            assert [attempt.outcome for attempt in delivery.attempts] == ["failed", "failed", "acked"]
            assert len({frame.header("message_id") for frame in frames}) == 3
            assert len({frame.payload for frame in frames}) == 1
            gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
            assert gaps[0] >= 0.014
            assert gaps[1] >= 0.29

    run(work())


def test_an_event_is_given_up_in_the_end():
    async def work():
        async with SimulatedPlatform(time_scale=1e6) as platform, connected(platform) as client:
            delivery = platform.start(platform.sample(), parts=1)
            for _ in range(5):
                await acked(client, 500)
            await delivery.done.wait()
            assert not delivery.accepted
            assert (platform.counts["given up"], platform.counts["attempts"]) == (1, 5)

    run(work())


def test_an_ack_that_comes_too_late():
    async def work():
        async with SimulatedPlatform(ack_seconds=0.1, time_scale=1e5) as platform, connected(platform) as client:
            delivery = platform.start(platform.sample())
            first, second = await frame_of(client), await frame_of(client)
            await client.send(ack_of(first))
            await client.send(ack_of(second))
            await client.send(ack_of(second))
            await delivery.done.wait()
            await until(lambda: "acked again" in platform.counts)
            assert [attempt.outcome for attempt in delivery.attempts] == ["unanswered", "acked"]
            assert platform.counts["late"] == 1

    run(work())


def test_an_event_waits_for_a_connection():
    async def work():
        async with SimulatedPlatform(time_scale=1e6) as platform:
            delivery = platform.start(platform.sample())
            await asyncio.sleep(0.1)
            assert delivery.attempts == []
            async with connected(platform) as client:
                await frame_of(client)
            await asyncio.sleep(0.1)
            async with connected(platform) as client:
                await acked(client)
                await delivery.done.wait()
            assert [attempt.outcome for attempt in delivery.attempts] == ["lost", "acked"]

    run(work())


def test_an_event_goes_to_one_of_the_connections():
    async def work():
        async with SimulatedPlatform() as platform, connected(platform) as one, connected(platform) as other:
            seen = [], []
            tasks = [asyncio.create_task(take_events(*pair)) for pair in zip((one, other), seen, strict=True)]
            deliveries = [await platform.deliver(platform.sample()) for _ in range(40)]
            assert sorted(seen[0] + seen[1]) == sorted(delivery.event_id for delivery in deliveries)
            assert all(len(ids) > 5 for ids in seen)
            for task in tasks:
                task.cancel()

    run(work())


# Pings


def test_pongs_tell_the_configuration():
    async def work():
        async with SimulatedPlatform(config={"PingInterval": 7}) as platform, connected(platform) as client:

            async def pong():
                await client.send(ping(platform.service_id))
                frame = await frame_of(client)
                assert (frame.method, frame.service, frame.headers) == (0, 33554678, (("type", "pong"),))
                return frame.payload

            assert json.loads(await pong()) == {"PingInterval": 7}
            platform.configure(PingInterval=8, ReconnectCount=-1)
            assert json.loads(await pong()) == {"PingInterval": 8, "ReconnectCount": -1}
            for payload in (b"", b"{}", b"no JSON"):
                platform.pong = payload
                assert await pong() == payload
            await client.send(ping(1))
            await client.send(b"\xff")
            await client.send("text")
            await client.send(Frame(headers=[("type", "pong")]).write())
            platform.configure()
            await pong()
            counts = platform.counts
            assert (counts["pings"], counts["misunderstood"], counts["unreadable"]) == (7, 1, 2)
            assert counts["unexpected frames"] == 1

    run(work())


# Faults on demand


def test_parts_in_another_order_and_twice():
    async def work():
        async with SimulatedPlatform() as platform, connected(platform) as client:
            delivery = platform.start(platform.sample(), parts=3, order=(2, 0, 0, 1))
            frames = [await frame_of(client) for _ in range(4)]
            assert [frame.header("seq") for frame in frames] == ["2", "0", "0", "1"]
            assert frames[1] == frames[2]
            await client.send(ack_of(frames[3]))
            await delivery.done.wait()
            assert platform.counts["duplicated"] == 1
            await acked_twice(platform, client)
            with pytest.raises(ValueError, match="expected an order of 2 parts"):
                platform.start(platform.sample(), parts=2, order=(0, 2))
            with pytest.raises(TypeError):
                platform.start(platform.sample(), no_such_thing=1)

    run(work())


async def acked_twice(platform, client):
    delivery = platform.start(platform.sample(), order=(0, 0))
    assert await acked(client) == await acked(client)
    await delivery.done.wait()
    task = asyncio.create_task(platform.repeat(delivery))
    assert (await acked(client)).payload == delivery.payload
    assert (await task).outcome == "acked"
    assert len({attempt.message_id for attempt in delivery.attempts}) == 2


def test_parts_of_several_events_are_mixed():
    async def work():
        async with SimulatedPlatform() as platform, connected(platform) as client:
            events = [platform.sample() for _ in range(2)]
            together = asyncio.create_task(platform.deliver_together(events, parts=2))
            frames = [await frame_of(client) for _ in range(4)]
            ids = [frame.header("message_id") for frame in frames]
            assert ids == [ids[0], ids[1]] * 2
            assert ids[0] != ids[1]
            for frame in frames[2:]:
                await client.send(ack_of(frame))
            assert all(delivery.accepted for delivery in await together)

    run(work())


@pytest.mark.parametrize("how", ["close", "abort", "cut"])
def test_a_connection_is_lost(how):
    async def work():
        async with SimulatedPlatform(time_scale=1e6) as platform:
            async with connected(platform) as client:
                delivery = platform.start(platform.sample(), parts=3, order=(0, 1, 2), lost_after=2, lost_how=how)
                assert [(await frame_of(client)).header("seq") for _ in range(2)] == ["0", "1"]
                error = websockets.ConnectionClosedOK if how == "close" else websockets.ConnectionClosedError
                with pytest.raises(error):
                    await frame_of(client)
            async with client_of(platform.domain):
                await delivery.done.wait()
                assert [attempt.outcome for attempt in delivery.attempts] == ["lost", "acked"]
                await platform.disconnect(how)
                assert (await platform.deliver(platform.sample())).accepted
            with pytest.raises(ValueError, match="expected one of close, abort, cut"):
                await platform.disconnect("politely")

    run(work())


def test_a_platform_that_goes_silent():
    async def work():
        async with SimulatedPlatform(ack_seconds=0.1, time_scale=1e6) as platform:
            async with connected(platform) as client:
                platform.silence()
                delivery = platform.start(platform.sample())
                await client.send(ping(platform.service_id))
                answered = await client.ping()
                await asyncio.sleep(0.2)
                assert not answered.done()
                assert delivery.attempts[0].outcome == "unanswered"
                async with connected(platform) as later:
                    await later.send(ping(platform.service_id))
                    with pytest.raises(asyncio.TimeoutError):
                        await asyncio.wait_for(later.recv(), 0.1)
                    assert platform.connections == 2
            platform.silence(on=False)
            async with connected(platform) as client:
                await client.send(ping(platform.service_id))
                assert (await frame_of(client)).method == 0

    run(work())


def test_a_client_that_does_not_read(monkeypatch):
    monkeypatch.setattr(simulated, "SEND_SECONDS", 0.2)

    async def work():
        async with SimulatedPlatform(ack_seconds=0.1, time_scale=1e6) as platform, connected(platform) as client:
            client.transport.pause_reading()
            huge = platform.start({"text": "x" * (8 << 20)})
            small = platform.start(platform.sample())
            await platform.settled()
            assert [attempt.outcome for attempt in (*huge.attempts, *small.attempts)] == ["unanswered"] * 10
            client.transport.abort()

    run(work())


def test_it_ends_with_silent_connections():
    async def work():
        platform = await SimulatedPlatform().__aenter__()
        async with connected(platform):
            platform.silence()
            platform.start(platform.sample())
            start = time.monotonic()
            await platform.__aexit__()
            assert time.monotonic() - start < 1

    run(work())


def test_frames_that_are_no_events():
    told = []

    async def work():
        async with SimulatedPlatform(observe=told.append) as platform, connected(platform) as client:
            for kind, method, header in [
                ("card", 1, "card"),
                ("unknown type", 1, "unheard-of"),
                ("unknown method", 7, "event"),
                ("ping", 0, "ping"),
            ]:
                await platform.send_other(kind)
                frame = await frame_of(client)
                assert (frame.method, frame.header("type")) == (method, header)
                if method == 1:
                    await client.send(ack_of(frame, 500))
                    await until(lambda: told[-1] == {"what": "other frames answered", "code": 500})
            assert "misunderstood" not in platform.counts
            await platform.send_other("corrupt")
            with pytest.raises(ValueError, match="frame"):
                Frame.read(await client.recv())
            await platform.send_raw(b"anything")
            assert await client.recv() == b"anything"
            platform.set_next_ids(2**53 + 1, 5)
            delivery = platform.start(platform.sample())
            assert (await acked(client)).seq_id == 2**53 + 1
            await delivery.done.wait()

    run(work())


# Faults at random


def test_a_seed_repeats_the_same_faults():
    def sequence(seed, **rates):
        faults = Faults(seed, **rates)
        return [
            (
                *(faults.plan(event, attempt, 500, None) for attempt in (1, 2)),
                faults.refusal(event),
                faults.refuses_handshake(event),
                faults.pong(event),
                faults.noise_frame(event, 1),
            )
            for event in range(100)
        ]

    half = dict.fromkeys(RATES, 0.5)
    assert sequence(1, **half) == sequence(1, **half)
    assert sequence(1, **half) != sequence(2, **half)
    # A rate changes nothing but what it is the rate of.
    both = zip(sequence(1, **half), sequence(1, **{**half, "delay": 0, "silence": 1}), strict=True)
    assert all(one[0].cuts == other[0].cuts and one[0].order == other[0].order for one, other in both)
    none = Faults(3).plan(0, 1, 500, None)
    assert (none.cuts, none.order, none.delay, none.lost_after, none.noise) == ((), (0,), 0, None, ())


def test_everything_arrives_whatever_goes_wrong():
    async def once(seed):
        rates = {name: 0.2 for name in RATES if name != "silence"}
        faults = Faults(seed, **{**rates, "disconnect": 0.1}, max_delay=0.05)
        async with SimulatedPlatform(faults=faults, time_scale=20_000, ack_seconds=0.5) as platform:
            seen = []
            async with client_of(platform.domain, seen):
                for _ in range(60):
                    await asyncio.sleep(0.005)
                    platform.start(platform.sample())
                await platform.settled()
            assert all(delivery.accepted for delivery in platform.deliveries)
            assert {delivery.event_id for delivery in platform.deliveries} == set(seen)
            counts = platform.counts
            for what in ("lost", "split", "duplicated", "repeated", "refused discoveries", "refused handshakes"):
                assert counts[what] > 0, what
            return [delivery.attempts[0].plan for delivery in platform.deliveries]

    assert run(once(5)) == run(once(5))
