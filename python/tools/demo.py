"""Shows signed, encrypted events on their way: `lark-event simulate webhook` sends them, `lark-event serve` receives.

Run by `make demo`. Both talk over loopback and have ended when this ends.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from typing import IO

COMMAND = [sys.executable, "-m", "lark_event"]
CHECKS = "challenge-encrypted,event-corehr.job_change.updated_v2,duplicate,signature-wrong,token"
TIMEOUT_SECONDS = 60


def main() -> int:
    """Start one, run the other against it, and show what both print."""
    made_up = {"LARK_ENCRYPT_KEY": secrets.token_hex(16), "LARK_VERIFICATION_TOKEN": secrets.token_hex(16)}
    environment = {**os.environ, **made_up}
    print("\n$ lark-event serve --port 0 &", flush=True)
    with subprocess.Popen(
        [*COMMAND, "serve", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as server:
        try:
            url = _url(server.stderr)
            print(f"\n$ lark-event simulate webhook {url} --checks {CHECKS}", flush=True)
            command = [*COMMAND, "simulate", "webhook", url, "--checks", CHECKS]
            status = subprocess.run(command, env=environment, timeout=TIMEOUT_SECONDS, check=False).returncode
            server.terminate()
            out, err = server.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            server.kill()
    print(f"\n$ kill %1\n{out}{err}", end="", flush=True)
    return status or server.returncode


def _url(lines: IO[str] | None) -> str:
    line = "" if lines is None else lines.readline()
    print(line, end="", flush=True)
    if "listening on " not in line:
        raise SystemExit("demo: the server has not started")
    return line.split()[-1]


if __name__ == "__main__":
    sys.exit(main())
