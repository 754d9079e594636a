"""What `make bench` runs: all benchmarks, one after the other on one machine.

Prints all figures, and writes those that the README shows: `results.json` and the plot `speed.png` beside this file,
and the section of README.md between its marks. All of them stand in `build/bench/all.json` too.
"""

import argparse
import json
import sys
from pathlib import Path

import import_time
import measure
import programs
import report
import webhook
from programs import BUILD, HERE, ROOT

# What is enough to see whether all of it runs.
QUICK = (*report.SHOWN, "header_last", "escaped_chinese", "growth_400", "growth_4000")
RESULTS = HERE / "results.json"
README = ROOT / "README.md"


def main():
    """Measure all, print it, and write what is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few and short rounds, and nothing is written but build/")
    parser.add_argument("--program", type=Path, help="a built lark-event-bench; built if not given")
    arguments = parser.parse_args()
    results = measure_all(arguments.program, is_quick=arguments.quick)
    print(
        report.tables(results), import_time.table(results["import_time"]), webhook.table(results["whole"]), sep="\n\n"
    )
    programs.write(BUILD / ("quick.json" if arguments.quick else "all.json"), json.dumps(results))
    if arguments.quick:
        return
    kept = shown(results)
    programs.write(RESULTS, json.dumps(kept, indent=1) + "\n")
    # It takes a second to import what draws.
    from plot import draw  # noqa: PLC0415

    draw(kept)
    programs.write(README, report.with_section(README.read_text(encoding="utf-8"), kept))


def measure_all(program, *, is_quick):
    """Run all programs that measure."""
    measure.say("making the inputs and building the programs ...")
    inputs = programs.inputs(QUICK, 100) if is_quick else programs.inputs()
    rust = programs.rust(program)
    quick, runs, events = (["--quick"], ["--runs", 3], ["--events", 1000]) if is_quick else ([], [], [])
    measure.say("Rust, C and C++ ...")
    native = programs.call_json(rust, "--inputs", inputs, *quick)
    python = programs.call_json(*programs.python(), "--inputs", inputs, *quick)
    measure.say("import time ...")
    imports = programs.call_json(sys.executable, HERE / "import_time.py", *runs)
    whole = programs.call_json(sys.executable, HERE / "webhook.py", *events)
    return {
        "machine": native["machine"] | python["machine"],
        "decode": native["inputs"],
        "webhook": native["webhook"],
        "growth": native["growth"],
        "python": python["inputs"],
        "import_time": imports,
        "whole": whole,
    }


def shown(results):
    """Return of the results what the README shows."""
    keys = ("machine", "growth", "whole")
    parts = ("decode", "webhook", "python")
    rows = {part: {name: slim(results[part][name]) for name in report.SHOWN} for part in parts}
    return rounded({key: results[key] for key in keys} | rows)


def slim(one):
    """Return an input with what is shown of its rows."""
    keys = ("name", "group", "median_ns", "compared_with", "ratio")
    return {key: one[key] for key in ("title", "documents", "mean_bytes")} | {
        "rows": [{key: row[key] for key in keys} for row in one["rows"]]
    }


def rounded(it):
    """Return a value with all numbers in it to four digits: there is no more in them."""
    if isinstance(it, dict):
        return {name: rounded(value) for name, value in it.items()}
    if isinstance(it, list):
        return [rounded(value) for value in it]
    return float(f"{it:.4g}") if isinstance(it, float) else it


if __name__ == "__main__":
    main()
