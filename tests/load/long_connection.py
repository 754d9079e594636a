"""A client of the long connection whose handlers fail now and then: for the fault test.

Prints the id of each event that it has handled, to standard output, and at its end, after SIGTERM, its counts to
standard error.
"""

import asyncio
import dataclasses
import json
import logging
import os
import random
import signal
import sys

from lark_event import LongConnection, Receiver

# How often a handler raises, and at most how many seconds it takes.
FAILING, SECONDS = 0.03, 0.01


async def main(domain, seed):
    chance = random.Random(seed)
    receiver = Receiver.for_long_connection()

    @receiver.on()
    async def handle(envelope):
        await asyncio.sleep(chance.random() * SECONDS)
        if chance.random() < FAILING:
            raise RuntimeError("made up")
        os.write(1, f"{envelope.header.event_id}\n".encode())

    connection = LongConnection(os.environ["LARK_APP_ID"], os.environ["LARK_APP_SECRET"], receiver, domain=domain)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with connection:
        await ended.wait()
    print(json.dumps(dataclasses.asdict(connection.counts)), file=sys.stderr)


if __name__ == "__main__":
    logging.getLogger("lark_event").setLevel(logging.CRITICAL)
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
