"""Runs a receiver under load, and tells what came of it: for the tests and for the comparison of receivers."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The token is not hexadecimal: lines are searched for ids.
SECRETS = {"LARK_ENCRYPT_KEY": "the key of the load test", "LARK_VERIFICATION_TOKEN": "the token of the load test"}
MIB = 1 << 20
_LISTENING = re.compile(rb"\blistening on (http://\S+)\n")
_ID = re.compile(rb"\b[0-9a-f]{32}\b")


@dataclass
class Server:
    """A running receiver."""

    process: subprocess.Popen
    url: str
    out: Path
    err: Path
    exit_code: int | None = None

    def memory(self):
        """Tell how many bytes of memory it and its children have now."""
        try:
            return sum(_rss(pid) for pid in _family(self.process.pid))
        except (FileNotFoundError, ProcessLookupError):
            return 0


@dataclass
class Run:
    """What came of a load."""

    report: dict
    """What the generator printed."""
    genuine: set
    handled: Counter = field(default_factory=Counter)
    """How often the receiver printed each event id."""
    memory: list = field(default_factory=list)
    """Pairs: which part of all output had been written, and how many bytes of memory the receiver then had."""
    exit_code: int | None = None
    seconds_to_end: float = 0.0

    @property
    def forged(self):
        """How often what was answered to forgeries."""
        answers = Counter()
        for kind, counts in self.report["kinds"].items():
            if kind not in {"genuine", "duplicate"}:
                answers.update(counts)
        return dict(answers)

    def growth(self, start=0.2):
        """Tell by how many bytes the memory grew at most after a part of the events."""
        sizes = [size for done, size in self.memory if done >= start and size]
        return max(sizes) - sizes[0] if sizes else 0

    @property
    def peak(self):
        """Tell how many bytes of memory the receiver had at most."""
        return max((size for _, size in self.memory), default=0)


def generator():
    """Build the program that makes the load, and return its path."""
    return cargo_program("lark-event-load")


def cargo_program(package, profile="release"):
    """Build the program of a package, and return its path."""
    build = ["cargo", "build", "--quiet", "--locked", "--profile", profile, "-p", package, "--message-format", "json"]
    messages = [json.loads(line) for line in _run(*build, cwd=ROOT).splitlines()]
    return next(message["executable"] for message in messages if message.get("executable"))


def serve():
    """Return the command that starts the receiver of the command line."""
    return [Path(sys.executable).with_name("lark-event"), "serve", "--port", "0", "--json"]


def c_example(folder):
    """Build the receiver among the C examples with the library as it is installed, and return the command."""
    prefix, program = folder / "prefix", folder / "receiver"
    _run("sh", ROOT / "ffi" / "install.sh", prefix)
    source, library = ROOT / "ffi" / "examples" / "receiver.c", prefix / "lib" / "liblark_event.a"
    include = f"-I{prefix / 'include'}"
    _run("cc", "-std=c99", "-O2", "-pthread", include, source, library, "-lmicrohttpd", "-o", program)
    return [program, "--port", "0"]


@contextmanager
def running(command, folder, *, patience=30):
    """Start a receiver, and end it with SIGTERM."""
    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            command, stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL, env={**os.environ, **SECRETS}
        )
    try:
        server = Server(process, _address(process, err, patience), out, err)
        yield server
        process.send_signal(signal.SIGTERM)
        server.exit_code = process.wait(patience)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def load(command, folder, *options, patience=300):
    """Start a receiver, play a load against it, end it, and tell what came of it."""
    folder.mkdir(parents=True, exist_ok=True)
    ids = folder / "ids"
    with running(command, folder) as server, _sampling(server) as samples:
        played = subprocess.run(
            [generator(), "--url", server.url, "--json", "--ids", ids, *options],
            env={**os.environ, **SECRETS},
            stdout=subprocess.PIPE,
            timeout=patience,
            check=False,
        )
        ending = time.monotonic()
    if not played.stdout:
        raise RuntimeError(f"the load could not be played; the receiver said: {server.err.read_text()[-2000:]}")
    written = server.out.read_bytes()
    return Run(
        report=json.loads(played.stdout),
        genuine=set(ids.read_bytes().split()),
        handled=Counter(_ID.findall(written)),
        memory=[(size / len(written), memory) for size, memory in samples] if written else [],
        exit_code=server.exit_code,
        seconds_to_end=time.monotonic() - ending,
    )


@contextmanager
def _sampling(server):
    """Note how much has been written, and how much memory the receiver has, many times a second."""
    samples, done = [], threading.Event()

    def sample():
        while not done.wait(0.02):
            samples.append((server.out.stat().st_size, server.memory()))

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        done.set()
        thread.join()


def _address(process, err, patience):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        exit_code = process.poll()
        if found := _LISTENING.search(err.read_bytes()):
            return found[1].decode()
        if exit_code is not None:
            break
        time.sleep(0.02)
    raise RuntimeError(f"{process.args}: no address within {patience} s: {err.read_text()[-2000:]}")


def _family(pid):
    """List a process and all its descendants."""
    pids = [pid]
    for parent in pids:
        for task in Path(f"/proc/{parent}/task").iterdir():
            pids += [int(child) for child in (task / "children").read_text().split()]
    return pids


def _rss(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def _run(*command, **options):
    program = shutil.which(command[0])
    if not program:
        raise RuntimeError(f"missing: {command[0]}")
    completed = subprocess.run([program, *command[1:]], stdout=subprocess.PIPE, timeout=900, check=True, **options)
    return completed.stdout
