"""Builds the fuzz targets, runs their seeds, and fuzzes on all processors: `run.py [--seconds 30] [--target decode]`.

Fails where a target crashes, hangs, takes too much memory, or reaches less of the code than it should, and says how to
see it again. All that it writes is in build/fuzz.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "fuzz"
# As make installs it.
CARGO_FUZZ = ROOT / "build" / "tools" / "bin" / "cargo-fuzz"
# One input may take so long, and so much memory.
TIMEOUT_S = 10
MEMORY_MB = 2048

# Of each target: the longest input that the fuzzer makes, and the least edges of the code that it must reach from the
# seeds alone. Fewer mean that it is blind: its seeds say nothing any more, or it is built without coverage.
TARGETS = {
    "c_abi": (2048, 2700),
    "c_state": (1024, 1100),
    "decode": (4096, 4300),
    "decode_as": (4096, 4100),
    "dedup": (1024, 250),
    "endpoint": (2048, 1100),
    "frame": (2048, 700),
    "json": (4096, 1550),
    "names": (512, 450),
    "path": (2048, 1850),
    "reassembly": (1024, 650),
    "request": (4096, 2650),
    "session": (1024, 1100),
    "to_json": (4096, 2900),
    "webhook": (2048, 2350),
}


@dataclass
class Run:
    """What came of a target."""

    target: str
    log: Path
    code: int = 0
    executions: int = 0
    rate: int = 0
    edges: int = 0
    corpus: int = 0
    faults: list[str] = field(default_factory=list)


class Children:
    """The processes that run, for all of them to be ended when this one is."""

    def __init__(self):
        self.lock = threading.Lock()
        self.running = set()
        self.is_over = False

    def run(self, command, log, **more):
        with self.lock:
            if self.is_over:
                return -signal.SIGINT
            child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **more)
            self.running.add(child)
        try:
            return child.wait()
        finally:
            with self.lock:
                self.running.discard(child)

    def end(self):
        with self.lock:
            self.is_over = True
            for child in self.running:
                child.kill()


CHILDREN = Children()


def environment():
    # The sanitizers are not stable, and a stable toolchain takes their flags with this.
    return os.environ | {"RUSTC_BOOTSTRAP": "1"}


def host():
    said = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    return re.search(r"^host: (.*)$", said, re.MULTILINE)[1]


def cargo_fuzz():
    found = CARGO_FUZZ if CARGO_FUZZ.exists() else shutil.which("cargo-fuzz")
    if not found:
        sys.exit("missing: cargo-fuzz, which `make fuzz` installs")
    return str(found)


def build(target):
    """Build one target or all, and return how to find each."""
    manifest = ["--manifest-path", str(HERE / "Cargo.toml")]
    subprocess.run(["cargo", "fetch", "--locked", "--quiet", *manifest], check=True)
    command = [cargo_fuzz(), "build", "--fuzz-dir", str(HERE), "--target-dir", str(BUILD / "target")]
    started = time.monotonic()
    subprocess.run([*command, "--codegen-units", "16", *([target] if target else [])], check=True, env=environment())
    print(f"built in {time.monotonic() - started:.0f} s", flush=True)
    return BUILD / "target" / host() / "release"


def reproduce(binary, found):
    """How to see a fault again."""
    return f"{binary.relative_to(ROOT)} {found.relative_to(ROOT)}"


def said_in(log):
    """What a log says is wrong, in a few lines."""
    text = log.read_text(encoding="utf-8", errors="replace")
    marks = r"^(.*panicked at.*|assertion .*|  left: .*| right: .*|.*ERROR: .*|SUMMARY: .*|==\d+==ERROR.*)$"
    lines = re.findall(marks, text, re.MULTILINE) or text.splitlines()[-3:]
    return [line[:400] for line in lines[:6]]


def run_seeds(run, binary, options):
    """Run every seed once."""
    seeds = sorted((HERE / "seeds" / run.target).iterdir())
    with run.log.open("wb") as log:
        run.code = CHILDREN.run([binary, *options, *seeds], log)
    if run.code:
        last = re.findall(r"^Running: (.*)$", run.log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        found = Path(last[-1]) if last else binary
        run.faults += [f"a seed fails: {reproduce(binary, found)}", *said_in(run.log)]


def fuzz(run, binary, options, seconds):
    """Run a target for some time."""
    corpus, failures = BUILD / "corpus" / run.target, BUILD / "failures"
    for folder in (corpus, failures):
        folder.mkdir(parents=True, exist_ok=True)
    before = set(failures.iterdir())
    more = [f"-max_total_time={seconds}", f"-artifact_prefix={failures}/{run.target}-", "-print_final_stats=1"]
    words = f"-dict={HERE / 'words.dict'}"
    with run.log.open("ab") as log:
        command = [
            binary,
            *options,
            *more,
            f"-max_len={TARGETS[run.target][0]}",
            words,
            corpus,
            HERE / "seeds" / run.target,
        ]
        run.code = CHILDREN.run(command, log)
    text = run.log.read_text(encoding="utf-8", errors="replace")
    last = re.findall(r"cov: (\d+) ft: \d+ corp: (\d+)/", text)
    if last:
        run.edges, run.corpus = map(int, last[-1])
    initial = re.search(r"INITED cov: (\d+)", text)
    statistics = dict(re.findall(r"^stat::(\w+): +(\d+)$", text, re.MULTILINE))
    run.executions = int(statistics.get("number_of_executed_units", 0))
    run.rate = int(statistics.get("average_exec_per_sec", 0))
    if run.code and not CHILDREN.is_over:
        run.faults += said_in(run.log)
        found = sorted(set(failures.iterdir()) - before)
        for path in found:
            if path.name.startswith(f"{run.target}-"):
                run.faults.append(f"to see it again: {reproduce(binary, path)}")
    elif not run.code:
        reached = int(initial[1]) if initial else 0
        if reached < TARGETS[run.target][1]:
            run.faults.append(
                f"the seeds reach {reached} edges of the code, and at least {TARGETS[run.target][1]} should be"
            )


def check_target(target, folder, seconds):
    """Do all that is done with a target."""
    run, binary = Run(target, BUILD / "logs" / f"{target}.log"), folder / target
    options = [f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}"]
    run.log.parent.mkdir(parents=True, exist_ok=True)
    run_seeds(run, binary, options)
    if not run.faults and seconds:
        fuzz(run, binary, options, seconds)
    return run


def check_all(targets, folder, seconds, jobs):
    """Do it with all, as many at once as there are processors; tell what goes on."""
    runs = []
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(check_target, target, folder, seconds) for target in targets}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for it in done:
                    run = it.result()
                    runs.append(run)
                    state = "FAILED" if run.faults else "good"
                    print(f"{len(runs):3} of {len(targets)}  {run.target}: {state}", flush=True)
        except BaseException:
            CHILDREN.end()
            raise
    return sorted(runs, key=lambda run: run.target)


def report(runs):
    """Print the table, and what is wrong."""
    print(f"\n{'target':<12}{'executions':>12}{'per second':>12}{'edges':>8}{'corpus':>8}")
    for run in runs:
        print(f"{run.target:<12}{run.executions:>12,}{run.rate:>12,}{run.edges:>8,}{run.corpus:>8,}")
    print(f"\nlogs: {(BUILD / 'logs').relative_to(ROOT)}, corpora: {(BUILD / 'corpus').relative_to(ROOT)}")
    for run in runs:
        if run.faults:
            print(f"\n{run.target} failed ({run.log.relative_to(ROOT)}):", *run.faults, sep="\n    ")
    failed = [run.target for run in runs if run.faults]
    print(f"\n{len(runs)} targets, " + (f"failed: {', '.join(failed)}" if failed else "none failed"))
    return 1 if failed else 0


def seconds(text):
    """Read the time that is asked for: below 0, libFuzzer would never end."""
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"expected a number of seconds, found {text!r}")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description="Fuzz every way into lark-event.")
    parser.add_argument(
        "--seconds", type=seconds, default=30, help="how long each target runs (30); 0 runs the seeds alone"
    )
    parser.add_argument("--target", choices=sorted(TARGETS), help="this one alone")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many run at once (all processors)")
    asked = parser.parse_args()
    # One that is told to end leaves no others behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        folder = build(asked.target)
        return report(check_all([asked.target] if asked.target else TARGETS, folder, asked.seconds, max(asked.jobs, 1)))
    except KeyboardInterrupt:
        print("\nended", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError as error:
        return error.returncode


if __name__ == "__main__":
    sys.exit(main())
