"""Compare whole receivers: the same load against `lark-event serve`, the C example, and one on lark-oapi and Flask."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "load"))

import harness

PEER = "lark-oapi, Flask, gunicorn"


def main():
    """Play the load against one after the other, and print what came of it side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=50_000, help="genuine events for each (%(default)s)")
    parser.add_argument("--connections", type=int, default=8, help="connections at once (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of a table")
    arguments = parser.parse_args()
    harness.generator()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        receivers = {
            "lark-event serve": harness.serve(),
            "C example": harness.c_example(folder),
            PEER: [sys.executable, Path(__file__).with_name("lark_oapi_receiver.py")],
        }
        runs = {}
        for number, (receiver, command) in enumerate(receivers.items()):
            print(f"{receiver} ...", file=sys.stderr, flush=True)
            options = ["--events", str(arguments.events), "--connections", str(arguments.connections)]
            runs[receiver] = harness.load(command, folder / str(number), *options)
    rows = {name: row(run, runs[PEER]) for name, run in runs.items()}
    results = {"events": arguments.events, "connections": arguments.connections, "receivers": rows}
    print(json.dumps(results) if arguments.json else table(results))


def row(run, peer):
    """Tell the figures of one receiver."""
    return {
        "per_second": run.report["per_second"],
        "ratio": run.report["per_second"] / peer.report["per_second"],
        "p50_us": run.report["latency_us"]["p50"],
        "p99_us": run.report["latency_us"]["p99"],
        "peak_bytes": run.peak,
        "growth_bytes": run.growth(),
        "lost": run.report["lost"],
        "accepted_forgeries": run.report["accepted_forgeries"],
        "handled_twice": sum(count > 1 for count in run.handled.values()),
    }


def table(results):
    """Return the figures of all receivers as a table."""
    events, connections = results["events"], results["connections"]
    said = f"{events} signed and encrypted events, 5 % of them twice, 5 % forgeries, over {connections} connections"
    head = f"{'receiver':<28}{'per second':>11}{'to peer':>9}{'p50 ms':>8}{'p99 ms':>8}{'memory MiB':>12}{'growth':>8}"
    lines = [said, f"{head}{'lost':>6}{'forged':>8}{'twice':>7}"]
    for name, row in results["receivers"].items():
        lines.append(
            f"{name:<28}{row['per_second']:>11.0f}{row['ratio']:>8.1f}x{row['p50_us'] / 1000:>8.2f}"
            f"{row['p99_us'] / 1000:>8.2f}{row['peak_bytes'] / harness.MIB:>12.1f}"
            f"{row['growth_bytes'] / harness.MIB:>8.1f}{row['lost']:>6}{row['accepted_forgeries']:>8}"
            f"{row['handled_twice']:>7}"
        )
    lines.append(
        "memory: resident, of all processes, at most; growth: since a fifth was handled; forged: accepted forgeries;\n"
        "twice: events that were handled more than once"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
