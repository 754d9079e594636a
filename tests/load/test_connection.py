"""The long connection for 20,000 events, with all that can go wrong: nothing is lost, nothing is handled twice."""

import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from contextlib import asynccontextmanager
from pathlib import Path

import harness
from lark_event._simulated.faults import Faults
from lark_event._simulated.platform import SimulatedPlatform

APP = {"LARK_APP_ID": "cli_1", "LARK_APP_SECRET": "the secret of the fault test"}
CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 1}
EVENTS, AT_ONCE = 20_000, 100
FAULTS = Faults(
    seed=5,
    split=0.3,
    duplicate=0.1,
    reorder=0.2,
    interleave=0.2,
    repeat=0.05,
    delay=0.1,
    disconnect=0.002,
    noise=0.05,
    refuse=0.2,
    refuse_handshake=0.2,
    config=0.2,
    max_delay=0.05,
)
# The platform's pauses of 15 s, 5 min, 1 h and 6 h are 15 ms, 300 ms, 3.6 s and 21.6 s.
TIME_SCALE = 1000
SECONDS = 400


def memory_of(pid):
    return sum(harness._rss(it) for it in harness._family(pid))


@asynccontextmanager
async def client(domain, out):
    """Run the client; yield its process."""
    with out.open("wb") as stdout:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            Path(__file__).with_name("long_connection.py"),
            domain,
            "1",
            stdout=stdout,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **APP},
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def play(platform, process, memory):
    """Deliver all events, some at once, and fall silent once; note the memory as they are handled."""
    tasks, running = [], set()
    for number in range(EVENTS):
        if len(running) >= AT_ONCE:
            _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        tasks.append(asyncio.ensure_future(platform.deliver(platform.sample())))
        running.add(tasks[-1])
        if number % 500 == 0:
            memory.append(memory_of(process.pid))
        if number == EVENTS // 2:
            platform.silence()
            platform.silence(on=False)
    done = await asyncio.gather(*tasks)
    await platform.settled()
    memory.append(memory_of(process.pid))
    return done


def test_faults(tmp_path):
    out, memory = tmp_path / "out", []

    async def main():
        options = {"app_id": APP["LARK_APP_ID"], "app_secret": APP["LARK_APP_SECRET"], "config": CONFIG}
        async with (
            SimulatedPlatform(**options, faults=FAULTS, time_scale=TIME_SCALE) as platform,
            client(platform.domain, out) as process,
        ):
            done = await play(platform, process, memory)
            process.send_signal(signal.SIGTERM)
            _, err = await process.communicate()
            return done, platform.counts, process.returncode, json.loads(err.splitlines()[-1])

    start = time.monotonic()
    done, platform, status, counts = asyncio.run(asyncio.wait_for(main(), SECONDS))
    seconds = time.monotonic() - start
    handled = Counter(out.read_text().split())
    accepted = {delivery.event_id for delivery in done if delivery.accepted}
    print(f"\nin {seconds:.0f} s: platform {platform}\nclient {counts}\nmemory {[it >> 10 for it in memory]} KiB")
    assert status == 0
    # Every event that was acked was handled, and none twice.
    assert len(accepted - handled.keys()) == 0
    assert [event_id for event_id, times in handled.items() if times != 1] == []
    # With pauses as short as these the platform may give an event up, where several connections are lost in a second.
    # Those that were under way when it fell silent come again in the same moments, and may be lost together each time.
    assert len(accepted) == EVENTS - platform.get("given up", 0) > EVENTS - AT_ONCE - 0.001 * EVENTS
    # There was something to it.
    assert counts["reconnects"] > 20
    assert counts["failed"] > 300
    assert counts["duplicates"] > 500
    assert platform["split"] > 5_000
    assert platform["refused discoveries"] > 5
    assert platform["refused handshakes"] > 5
    assert platform["other frames answered"] > 100
    assert platform.get("misunderstood", 0) == 0
    lost = [it.plan for delivery in done for it in delivery.attempts if it.plan.lost_after is not None]
    assert any(len(plan.cuts) > 0 and 0 < plan.lost_after < len(plan.order) for plan in lost), "between parts"
    settled = memory[len(memory) // 4]
    assert max(memory[len(memory) // 4 :]) - settled < 4 * harness.MIB
