"""Compare `lark_event.decode` and `Receiver.handle` with what else Python programs read such bodies with.

All take turns on one core; before that, the values of each are compared with ours, for every document. A ratio
tells what part of the peer's time ours takes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import contenders
import measure
import report

STREAMS = ("mixed", "mixed_pretty", "header_last", "escaped_chinese")


def main():
    """Compare, measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=Path, help="the inputs.json of inputs.py; made if not given")
    parser.add_argument("--input", metavar="NAME", help="only this input")
    parser.add_argument("--quick", action="store_true", help="few and short rounds, to see whether it runs")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of tables")
    parser.add_argument("--list", action="store_true", help="print the names of all contenders")
    only = parser.add_argument_group("for counting instructions")
    only.add_argument("--only", metavar="ROW", help="run this contender alone, without measuring it")
    only.add_argument("--passes", type=int, default=1, help="how often, over all documents (%(default)s)")
    arguments = parser.parse_args()
    try:
        run(parser, arguments)
    except contenders.DifferentError as error:
        raise SystemExit(f"{parser.prog}: {error}") from None


def run(parser, arguments):
    """Do what the command line asks for."""
    rows = contenders.makers()
    if arguments.list:
        print("\n".join(rows))
        return
    if arguments.only and (arguments.only not in rows or not arguments.input):
        parser.error(f"--only takes one of --list, and --input; not {arguments.only!r}")
    inputs = fitting(arguments.inputs)
    if arguments.input and arguments.input not in inputs:
        parser.error(f"--input is one of {', '.join(inputs)}; not {arguments.input!r}")
    if arguments.only:
        rows[arguments.only](bodies_of(inputs[arguments.input])).run(arguments.passes)
        return
    measure.pin()
    options = {"rounds": 3, "slice_ms": 0.2} if arguments.quick else {"rounds": 41, "slice_ms": 3}
    results = {}
    for name, one in inputs.items():
        if arguments.input in (None, name):
            measure.say(f"Python: {name} ...")
            results[name] = compare(one, options)
    if arguments.json:
        print(json.dumps({"machine": measure.machine(), "inputs": results}))
    else:
        print("\n".join(report.table("Python", one) for one in results.values()))


def fitting(path):
    """Return the inputs for these contenders: all take any body that names its event type, and is no megabyte."""
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            subprocess.run([sys.executable, Path(__file__).with_name("inputs.py"), folder], check=True)
            path = Path(folder) / "inputs.json"
        try:
            inputs = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SystemExit(f"{path} is not what inputs.py writes: {error}") from None
    fit = {name: it for name, it in inputs.items() if name in STREAMS or it["title"].startswith("sample ")}
    return {name: it for name, it in fit.items() if "event_type" not in it}


def bodies_of(one):
    """Return the bodies of an input as they come: bytes."""
    return [body.encode() for body in one["bodies"]]


def compare(one, options):
    """Measure all contenders on one input."""
    bodies = bodies_of(one)
    contenders.check_receiver(bodies)
    found = [make(bodies) for make in contenders.makers().values()]
    measure.take_turns(found, **options)
    size = sum(map(len, bodies)) / len(bodies)
    return {
        "title": one["title"],
        "documents": len(bodies),
        "mean_bytes": size,
        "rows": measure.rows(found),
        "left_out": [],
    }


if __name__ == "__main__":
    main()
