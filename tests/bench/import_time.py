"""Compare how long `import lark_event` takes with what a Python program imports anyway.

Each program is run by a fresh interpreter, in turns; what an interpreter that does nothing takes is subtracted.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time

NOTHING = "pass"
PEER = "import json, enum, dataclasses"
PROGRAMS = {
    NOTHING: NOTHING,
    PEER: PEER,
    "import lark_event": "import lark_event",
    "and decode an event": "import lark_event\n"
    'lark_event.decode(b\'{"header":{"event_type":"corehr.process.updated_v2"},"event":{"status":9}}\')',
    "and make every class": "from lark_event import _model, _record\n"
    "[list(it.values()) for it in (_model.EVENTS, _record.RECORDS, _record.ENUMS)]",
}


def main():
    """Measure all programs, and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40, help="how often each is run (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of a table")
    arguments = parser.parse_args()
    seconds = {name: [] for name in PROGRAMS}
    for _ in range(arguments.runs + 1):
        for name, program in PROGRAMS.items():
            seconds[name].append(run(program))
    # The first run of each may have had to read everything from the disk.
    medians = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    net = {name: median - medians[NOTHING] for name, median in medians.items() if name != NOTHING}
    rows = {name: {"ms": it * 1000, "ratio": it / net[PEER]} for name, it in net.items()}
    results = {"runs": arguments.runs, "interpreter_ms": medians[NOTHING] * 1000, "programs": rows}
    print(json.dumps(results) if arguments.json else table(results))


def table(results):
    """Return all figures as a table."""
    runs, empty = results["runs"], results["interpreter_ms"]
    lines = [
        f"import time: median of {runs} runs, less the {empty:.1f} ms of an empty program",
        f"{'program':<34}{'ms':>8}{'to peer':>9}",
    ]
    lines += [f"{name:<34}{row['ms']:>8.1f}{row['ratio']:>8.2f}x" for name, row in results["programs"].items()]
    return "\n".join(lines)


def run(program):
    """Return how long a fresh interpreter takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", program], check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
