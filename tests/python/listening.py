"""`lark-event listen` as a process, for its tests."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time

from lark_event._simulated.platform import SimulatedPlatform

CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 1}
SECONDS = 40
# How long something may take on a machine that has much else to do.
PATIENCE = 60


def environment(**variables):
    return {name: value for name, value in os.environ.items() if not name.startswith("LARK_")} | variables


SECRETS = {"LARK_APP_ID": "cli_1", "LARK_APP_SECRET": "secret"}


def run(main):
    return asyncio.run(asyncio.wait_for(main(), SECONDS))


class Listening:
    """The command, while the block lasts."""

    def __init__(self, feishu, *arguments, stdout=subprocess.PIPE, **variables):
        self.arguments = ["listen", "--domain", feishu.domain, *arguments]
        self.stdout = stdout
        self.variables = variables or SECRETS

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lark_event",
            *self.arguments,
            stdout=self.stdout,
            stderr=subprocess.PIPE,
            env=environment(**self.variables),
        )
        return self

    async def __aexit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def end(self, number=signal.SIGTERM):
        """End it; return the exit status and what it has printed."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self):
        out, err = await self.process.communicate()
        return self.process.returncode, (out or b"").decode(), err.decode()


def platform(**options):
    return SimulatedPlatform(**{"config": CONFIG, "time_scale": 1000, **options})


# A platform that delivers as fast as it can, some at once, and has lost connections made again soon; with the seconds
# between its pings.
PLATFORM = """
import asyncio, json, sys
from lark_event._simulated.faults import Faults
from lark_event._simulated.platform import SimulatedPlatform

CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": int(sys.argv[2])}

async def main():
    tell = lambda row: print(json.dumps(row), flush=True)
    options = {"config": CONFIG, "faults": Faults(split=0.5), "observe": tell}
    async with SimulatedPlatform(port=int(sys.argv[1]), **options) as platform:
        while True:
            await asyncio.gather(*(platform.deliver(platform.sample()) for _ in range(10)))

asyncio.run(main())
"""


class Command:
    """A program whose lines are there to be waited for."""

    def __init__(self, *arguments):
        command = [sys.executable, *arguments]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, env=environment(**SECRETS))
        self.lines = []
        self.news = threading.Condition()
        self.readers = [
            threading.Thread(target=self.read, args=(stream,)) for stream in (self.process.stdout, self.process.stderr)
        ]
        for reader in self.readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join()

    def read(self, stream):
        with stream:
            for line in stream:
                with self.news:
                    self.lines.append(line.decode().rstrip("\n"))
                    self.news.notify_all()

    def wait(self, condition, seconds=PATIENCE):
        """Wait until `condition` is true of the lines; return how many seconds that has taken."""
        start = time.monotonic()
        with self.news:
            assert self.news.wait_for(lambda: condition(self.lines), seconds), "\n".join(self.lines[-20:])
        return time.monotonic() - start

    def wait_for(self, text, seconds=PATIENCE):
        return self.wait(lambda lines: any(text in line for line in lines), seconds)


def listen(port):
    return Command("-m", "lark_event", "listen", "--json", "--domain", f"http://127.0.0.1:{port}")


def printed(command):
    return [json.loads(line)["header"]["event_id"] for line in command.lines if line.startswith("{")]
