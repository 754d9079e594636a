"""Count the instructions that each contender takes for a document, and compare with the counts of the baseline.

Times depend on what else the machine does, these do not: callgrind counts, and start-up is subtracted. Tells what of
ours takes over 3 % more than in `baseline.json`; that is for people to judge, and no failure. Counts depend on the
compiler and on what the processor can do (libraries choose their code by it), so the baseline says what it was made on.
The processor that callgrind plays has no instructions for SHA-256: that counts as its portable code, for all.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import measure
import programs
from programs import HERE, ROOT

# Behind this folder: both have a run.py.
sys.path.append(str(ROOT / "tests" / "firmware"))

import toolchain

BASELINE = HERE / "baseline.json"
INPUTS = ("mixed", "mixed_pretty", "process_updated", "escaped_chinese")
# What requests, and Python, are counted with; Python takes seconds to start under callgrind.
STREAM = "mixed"
PYTHON_ROWS = ("lark_event.decode", "lark_event.decode, every attribute read", "Receiver.handle", "orjson, to dict")
PYTHON_ROWS += ("msgspec, structs, dispatch", "msgspec, structs, dispatch, every attribute read")
# A rise by more is told.
LIMIT = 0.03
# At least so many documents are counted.
DOCUMENTS = 2000


@dataclass
class Row:
    """What is counted: a contender on an input."""

    input: str
    name: str
    command: list
    documents: int
    is_ours: bool
    how: str = ""
    """What else is to be said of the input."""

    def count(self):
        """Return the instructions for one document."""
        passes = ceil(DOCUMENTS / self.documents)
        more = self.run(1 + passes) - self.run(1)
        return round(more / (passes * self.documents))

    def run(self, passes):
        """Return the instructions of a whole run."""
        options = ["--only", self.name, "--input", self.input, "--passes", str(passes)]
        valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        words = [str(word) for word in [*valgrind, *self.command, *options]]
        # What Python takes depends on the order in its dicts, and on where its memory is.
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
        found = re.search(r"Collected : (\d+)", done.stderr)
        if done.returncode or not found:
            raise SystemExit(f"{' '.join(words)} has ended with {done.returncode}:\n{done.stderr}")
        return int(found.group(1))


def main():
    """Count, and compare or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the baseline")
    parser.add_argument("--program", type=Path, help="a built lark-event-bench; built if not given")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON instead of a table")
    arguments = parser.parse_args()
    try:
        toolchain.install({"valgrind": "valgrind"})
    except toolchain.FirmwareError as error:
        raise SystemExit(str(error)) from None
    rows = all_rows(programs.rust(arguments.program))
    counts = {"made_on": made_on(), "instructions": {}}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (row, count) in enumerate(zip(rows, pool.map(Row.count, rows), strict=True), 1):
            measure.say(f"{number} of {len(rows)}: {row.input}, {row.name}: {count:,}")
            counts["instructions"].setdefault(row.input + row.how, {})[row.name] = {"ours": row.is_ours, "count": count}
    before = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else None
    print(json.dumps(counts) if arguments.json else report(counts, before))
    if arguments.update:
        programs.write(BASELINE, written(counts))


def all_rows(program):
    """Return what is to be counted."""
    inputs = programs.inputs(INPUTS)
    rust = [program, "--inputs", inputs]
    found = programs.call_json(*rust, "--quick")
    stream = found["webhook"][STREAM]
    rows = [row for name in INPUTS for row in rows_of(name, found["inputs"][name], rust)]
    rows += rows_of(STREAM, stream, rust, ", encrypted and signed")
    python = [*programs.python(), "--inputs", inputs]
    ours = ("lark_event", "Receiver")
    return rows + [Row(STREAM, it, python, stream["documents"], it.startswith(ours), ", Python") for it in PYTHON_ROWS]


def rows_of(name, one, command, how=""):
    """Return what is to be counted of an input."""
    return [Row(name, it["name"], command, one["documents"], it["group"] == "ours", how) for it in one["rows"]]


def made_on():
    """Tell what counts depend on."""
    versions = {name: programs.call(name, "--version").split("\n")[0] for name in ("rustc", "cc", "valgrind")}
    return versions | {it: measure.machine()[it] for it in ("cpu", "python")}


def written(counts):
    """Return the counts as a file: one row in each line, so that a change shows what it changes."""
    lines = json.dumps(counts, indent=1)
    return re.sub(r"\{\s+(\"ours\": \w+),\s+(\"count\": \d+)\s+\}", r"{\1, \2}", lines) + "\n"


def report(counts, before):
    """Return a table of all counts, and what has risen."""
    known = {} if before is None else before["instructions"]
    lines, risen = [f"{'instructions per document':<60}{'baseline':>10}{'now':>10}{'':>9}"], []
    for name, rows in counts["instructions"].items():
        lines.append(f"\n{name}")
        for row, it in rows.items():
            was = known.get(name, {}).get(row, {}).get("count")
            change = "new" if was is None else f"{it['count'] / was - 1:+.1%}"
            lines.append(f"  {row:<58}{'' if was is None else f'{was:,}':>10}{it['count']:>10,}{change:>9}")
            if it["ours"] and was is not None and it["count"] > was * (1 + LIMIT):
                risen.append(f"  {name}, {row}: {was:,} -> {it['count']:,} ({change})")
    gone = [
        f"  {name}, {row}" for name in known for row in known[name] if row not in counts["instructions"].get(name, {})
    ]
    told = ["there is no baseline yet: make bench-baseline writes it"]
    if before is not None:
        told = conclusion(risen, gone) + surroundings(counts, before)
    return "\n".join([*lines, "", *told])


def conclusion(risen, gone):
    """Tell what has risen, and what is no more."""
    lines = (
        [f"ours takes over {LIMIT:.0%} more:", *risen] if risen else [f"nothing of ours takes over {LIMIT:.0%} more"]
    )
    return [*lines, "in the baseline, and not counted now:", *gone] if gone else lines


def surroundings(counts, before):
    """Tell what is not as it was when the baseline was made."""
    pairs = ((name, before["made_on"].get(name), now) for name, now in counts["made_on"].items())
    other = [f"  {name}: {was} -> {now}" for name, was, now in pairs if was != now]
    return ["the baseline was made on something else, which changes counts too:", *other] if other else []


if __name__ == "__main__":
    main()
