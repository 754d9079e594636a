"""Long connections to the simulated platform, for their tests."""

import asyncio

from lark_event import LongConnection
from lark_event._simulated.platform import SimulatedPlatform

SOON = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 1}
FATAL = [403, 514, 1000040344, 1000040345, 1000040350, 1000040351, 99999, -7]
# Nothing here takes as long.
SECONDS = 40


def platform(**options):
    return SimulatedPlatform(**{"config": SOON, "time_scale": 150, **options})


def connection(of, receiver, **options):
    return LongConnection("cli_1", "app-secret", receiver, domain=of.domain, **options)


def run(main):
    return asyncio.run(asyncio.wait_for(main(), SECONDS))
