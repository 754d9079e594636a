"""The modem at the serial line of a gateway under QEMU. `ffi/examples/gateway/gateway.cpp` says what it speaks."""

import contextlib
import json
import queue
import re
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from images import SECONDS, with_console
from toolchain import FirmwareError, check

Reply = tuple[int, Any]


def make_frame(frame_id: int, content: bytes) -> bytes:
    """Return a request as the modem sends it, with whatever is in it."""
    return frame_id.to_bytes(2, "big") + len(content).to_bytes(2, "big") + content


class Modem:
    """A gateway under QEMU, and the modem at its serial line."""

    def __init__(self, program: Path) -> None:
        self.expected: Counter[tuple[str, str]] = Counter()
        self.replies: queue.Queue[str | None] = queue.Queue()
        self.statuses: Counter[int] = Counter()
        self.ids = 0
        self.folder = tempfile.TemporaryDirectory()
        self.log = Path(self.folder.name) / "log"
        command = with_console(program, self.log, "-chardev", "stdio,id=uart,signal=off", "-serial", "chardev:uart")
        self.deadline = time.monotonic() + SECONDS
        self.errors = self.log.with_name("errors")
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        # So that no write waits for ever.
        self.watchdog = threading.Timer(SECONDS, self.process.kill)
        self.watchdog.start()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def close(self) -> None:
        """End QEMU, which does not end by itself."""
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait(10)
        self.reader.join(10)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # for what could not be written any more
                if stream is not None:
                    stream.close()
        self.folder.cleanup()

    def read(self) -> None:
        """Pass on the lines of the gateway, and at the end None."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.replies.put(line.decode("utf-8", "replace"))
        self.replies.put(None)

    def said(self) -> list[str]:
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []

    def state(self) -> str:
        """Return what there is to say of a gateway with which something is wrong."""
        ended = self.process.poll()
        return f"the gateway {'runs' if ended is None else 'has ended'} and says {self.said()[-5:]}; QEMU says " + (
            self.errors.read_text(encoding="utf-8", errors="replace")
        )

    def wait_until_ready(self) -> None:
        """Wait until the gateway listens: what comes before, the UART may throw away."""
        while "ready" not in self.said():
            check(self.process.poll() is None and time.monotonic() < self.deadline, f"not ready: {self.state()}")
            time.sleep(0.01)

    def new_id(self) -> int:
        """Return an id that was not used lately, in no order."""
        self.ids += 1
        return self.ids * 40503 & 0xFFFF

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def next_reply(self) -> tuple[int, Reply]:
        """Return the id of the next reply, its status, and what it says."""
        try:
            line = self.replies.get(timeout=max(0.0, self.deadline - time.monotonic()))
        except queue.Empty:
            line = None
        check(line is not None, f"no reply: {self.state()}")
        match = re.fullmatch(r"(0|[1-9]\d{0,4}) (\d{3}) (\{.*\})\n", line or "")
        if match is None:
            raise FirmwareError(f"not a reply: {line!r}")
        status = int(match[2])
        self.statuses[status] += 1
        return int(match[1]), (status, json.loads(match[3]))

    def exchange(self, frames: dict[int, bytes]) -> dict[int, Reply]:
        """Send frames in one go, and return what is answered to each."""
        self.write(b"".join(frames.values()))
        replies: dict[int, Reply] = {}
        while len(replies) < len(frames):
            number, reply = self.next_reply()
            check(number in frames and number not in replies, f"reply to {number}, which was not asked, or twice")
            replies[number] = reply
        return replies

    def ask(self, content: bytes) -> Reply:
        """Send a frame, and return the answer."""
        number = self.new_id()
        return self.exchange({number: make_frame(number, content)})[number]

    def expect(self, name: str, status: int, content: bytes) -> None:
        """Send a frame which must be answered so."""
        reply = self.ask(content)
        check(reply[0] == status, f"{name}: expected {status}, found {reply}")

    def expect_handled(self, event: dict[str, Any]) -> None:
        self.expected[event["header"]["event_type"], event["header"]["event_id"]] += 1

    def check_handled(self) -> list[str]:
        """Compare what the gateway says it has handled with what it should have; return all it says."""
        said = self.said()
        handled = Counter((words[1], words[2]) for line in said if (words := line.split())[:1] == ["handled"])
        check(handled == self.expected, f"handled {handled - self.expected} and not {self.expected - handled}")
        check(self.process.poll() is None, self.state())
        check(self.replies.empty(), "more replies than requests")
        return said
