"""A long random use of the whole interface: nothing crashes, and nothing becomes more from round to round."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from growth import Growth

PROGRAM = Path(__file__).parent / "random_usage.py"
# Longer runs set these.
OPERATIONS = os.environ.get("LARK_RANDOM_OPERATIONS", "6000")
SEED = os.environ.get("LARK_RANDOM_SEED", "1")


def use(operations, rounds, **environment):
    command = [sys.executable, "-X", "faulthandler", PROGRAM, operations, rounds, SEED]
    completed = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr


def test_rounds_that_are_the_same_leave_nothing_behind():
    use(OPERATIONS, "18")


def test_the_allocator_sees_no_write_past_an_end():
    use(str(int(OPERATIONS) // 12), "9", PYTHONMALLOC="debug")


@pytest.mark.skipif(sys.getallocatedblocks() == 0, reason="another allocator counts no blocks")
@pytest.mark.parametrize("lost", ["reference", "block", "memory"])
def test_what_is_lost_in_every_round_is_seen(lost):
    class Watched:
        pass

    growth, kept = Growth([Watched], 9), []
    for _ in range(9):
        kept.extend(
            {"reference": [Watched] * 20, "block": [float(len(kept) + n) for n in range(20)], "memory": []}[lost]
        )
        if lost == "memory":
            kept.append(bytearray(50_000))
        growth.note()
    name = {"reference": "Watched", "block": "blocks of Python", "memory": "bytes of the heap"}[lost]
    assert any(name in problem for problem in growth.problems())
