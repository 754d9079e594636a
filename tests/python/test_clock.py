"""A wall clock that jumps by hours: nothing is forgotten, handled twice, held too long or dropped too early."""

import email.utils
import json
import socket
import time

import pytest
from clock import Clock
from deliveries import KEY, TOKEN, delivery, encrypted, event, post, signed, until
from lark_event import Receiver, _limits
from listening import SECRETS as LISTEN_SECRETS
from listening import Listening, platform, run
from served import SECRETS, read_to_end, request, serve, statuses

HOUR = 3600
JUMPS = [13, -13, 24 * 400, -24 * 400, 0]


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path)


def date_of(served):
    """Return the hours by which the clock of a server is ahead, by the date that it tells."""
    _, headers, _ = post(served.address, {}, b"")
    return (email.utils.parsedate_to_datetime(headers["date"]).timestamp() - time.time()) / HOUR


def jump(clock, served, hours):
    clock.set(hours)
    # The date of replies is made once a second.
    end = time.monotonic() + 30
    while abs(date_of(served) - hours) > 0.5:
        assert time.monotonic() < end, "the clock did not jump"
        time.sleep(0.1)


def test_serve_and_a_clock_that_jumps(clock):
    with serve("--json", **SECRETS, **clock.environment) as served:
        assert post(served.address, *delivery("0"))[0] == 200
        with socket.create_connection(served.address, timeout=60) as slow:
            slow.sendall(b"POST / HTTP/1.1\r\n")
            begun = time.monotonic()
            for number, hours in enumerate(JUMPS, 1):
                whole = request(f"over {number}")
                with socket.create_connection(served.address, timeout=60) as connection:
                    connection.sendall(whole[:50])
                    jump(clock, served, hours)
                    # Longer than the limit by the wall clock, shorter by ours.
                    connection.sendall(whole[50:])
                    assert statuses(connection.recv(1000)) == [200]
                for known in range(number):
                    assert post(served.address, *delivery(f"{known}"))[0] == 200
                assert post(served.address, *delivery(f"{number}"))[0] == 200
            assert statuses(read_to_end(slow)) == [408]
            assert time.monotonic() - begun > _limits.WAIT_SECONDS / 2
        status, out, err = served.end()
    handled = [json.loads(line)["header"]["event_id"] for line in out.splitlines()]
    assert status == 0
    assert sorted(handled) == sorted(["0", *(f"{kind}{n}" for n in range(1, 6) for kind in ("", "over "))])
    assert " 15 duplicate, 11 handled, " in err


def test_listen_and_a_clock_that_jumps(clock):
    async def main():
        variables = {**LISTEN_SECRETS, **clock.environment}
        async with platform() as feishu, Listening(feishu, "--json", **variables) as listening:
            done = [await feishu.deliver(feishu.sample(), parts=2)]
            for hours in JUMPS:
                clock.set(hours)
                # There is one every second, by a clock that does not jump.
                pings = feishu.counts.get("pings", 0)
                await until(lambda pings=pings: feishu.counts.get("pings", 0) > pings + 1)
                await feishu.repeat(done[0])
                done.append(await feishu.deliver(feishu.sample(), parts=2))
            return done, await listening.end()

    done, (status, out, err) = run(main)
    assert status == 0
    assert all(it.accepted and len(it.attempts) == 1 for it in done[1:])
    assert [json.loads(line)["header"]["event_id"] for line in out.splitlines()] == [it.event_id for it in done]
    assert err.splitlines()[-1].endswith(" 6 handled, 0 failed, 5 duplicates, 0 reconnects")


def test_a_window_of_time_goes_by_the_wall_clock(monkeypatch):
    """It can only go by that: a clock that is wrong by more than the tolerance refuses what is genuine, and says so."""
    body = encrypted(event("1"))
    headers = signed(body)
    strict, lax = Receiver(KEY, TOKEN, tolerance=300), Receiver(KEY, TOKEN)
    seen = []
    for receiver in (strict, lax):
        receiver.on()(lambda envelope: seen.append(envelope.header.event_id))
    now = time.time_ns()
    for hours in (0.5, 13, -0.5, -13):
        monkeypatch.setattr(time, "time_ns", lambda hours=hours: now + int(hours * HOUR * 10**9))
        assert strict.handle(headers, body).status == 401
        assert lax.handle(headers, body).status == 200
    assert seen == ["1"]
    monkeypatch.setattr(time, "time_ns", lambda: now)
    assert [strict.handle(headers, body).status for _ in range(2)] == [200, 200]
    assert seen == ["1", "1"]
    assert strict.counts == {"refused": 4, "handled": 1, "duplicate": 1}
