"""Measures contenders that take turns, on one core."""

import os
import platform
import random
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib import metadata
from itertools import starmap
from pathlib import Path

PEERS = ("msgspec", "pydantic", "orjson", "lark-oapi")


@dataclass
class Contender:
    """Something that does its work on one document after the other."""

    name: str
    group: str
    """Who it is: `ours`, or the language of a peer."""
    call: Callable
    items: list
    """What it is called with: one argument each, or a tuple of them."""
    compared_with: str = ""
    """Which of ours, if it is none of ours."""
    rounds: list = field(default_factory=list)
    """Nanoseconds for each document in each round."""
    passes: int = 1

    def run(self, passes):
        """Return how long some passes over all documents take, in nanoseconds for each document.

        The processor's time: what else runs on the machine takes none of it.
        """
        several = starmap if isinstance(self.items[0], tuple) else map
        items = self.items * passes
        start = time.thread_time_ns()
        # Nothing is kept: each result is gone before the next one is made, as in a program that handles events.
        deque(several(self.call, items), maxlen=0)
        return (time.thread_time_ns() - start) / len(items)


def pin():
    """Stay on one core from now on."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def take_turns(contenders, rounds, slice_ms):
    """Measure all contenders: in each round each has a slice of time, in another order."""
    rng = random.Random(0)
    for it in contenders:
        it.run(1)
        it.passes = max(1, int(slice_ms * 1e6 / (it.run(1) * len(it.items))))
    for _ in range(rounds):
        for it in rng.sample(contenders, len(contenders)):
            it.rounds.append(it.run(it.passes))


def rows(contenders):
    """Return the figures of contenders that have been measured."""
    by_name = {it.name: it for it in contenders}
    return [_row(it, by_name[it.compared_with or it.name]) for it in contenders]


def _row(it, ours):
    quarters = statistics.quantiles(it.rounds, n=4) if len(it.rounds) > 1 else it.rounds * 3
    return {
        "name": it.name,
        "group": it.group,
        "median_ns": statistics.median(it.rounds),
        "min_ns": min(it.rounds),
        "middle_half_ns": [quarters[0], quarters[2]],
        "compared_with": it.compared_with or it.name,
        "ratio": statistics.median(a / b for a, b in zip(ours.rounds, it.rounds, strict=True)),
    }


def machine():
    """Tell what this runs on."""
    return {
        "cpu": _cpu(),
        "python": platform.python_version(),
        "python_peers": ", ".join(f"{name} {metadata.version(name)}" for name in PEERS),
        "date": datetime.now(timezone.utc).date().isoformat(),
    }


def _cpu():
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def say(text):
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)
