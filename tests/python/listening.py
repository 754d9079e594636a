"""`lark-event listen` as a process, for its tests."""

import asyncio
import os
import signal
import subprocess
import sys

from lark_event._simulated.platform import SimulatedPlatform

CONFIG = {"ReconnectCount": -1, "ReconnectInterval": 1, "ReconnectNonce": 0, "PingInterval": 1}
SECONDS = 40


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
