"""Draws how long the contenders take for an event of the stream: in Rust, C and C++, with a webhook, and in Python."""

import io
from pathlib import Path

import matplotlib as mpl
from PIL import Image
from report import SHOWN, WEBHOOK

mpl.use("Agg")

from matplotlib import pyplot as plt

PLOT = Path(__file__).with_name("speed.png")
COLOURS = {"ours": "#d9480f", "floor": "#adb5bd"}
PEER = "#4c6ef5"


def draw(results):
    """Write the plot."""
    python = rows_of(results["python"])
    panels = {
        "Decoding in Rust, C and C++": rows_of(results["decode"]),
        "Encrypted and signed: verify, decrypt and decode": [
            row for row in rows_of(results["webhook"]) if row["name"] in WEBHOOK
        ],
        "Decoding in Python": [row for row in python if not is_request(row)],
        "Encrypted and signed in Python": [row for row in python if is_request(row)],
    }
    heights = [len(rows) + 1.6 for rows in panels.values()]
    # Opaque, so that it can be read on any background.
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(8, 0.26 * sum(heights)), height_ratios=heights, facecolor="white"
    )
    for axis, (title, rows) in zip(axes, panels.items(), strict=True):
        bars(axis, title, rows)
    figure.tight_layout()
    save(figure)


def save(figure):
    """Write the plot as a whole or not at all, in few colours: it is in the repository."""
    drawn, beside = io.BytesIO(), PLOT.with_name(".speed.png")
    figure.savefig(drawn, dpi=100)
    plt.close(figure)
    Image.open(drawn).convert("RGB").quantize(48).save(beside, optimize=True)
    beside.replace(PLOT)


def rows_of(inputs):
    """Return what is drawn: the stream, the slowest at the bottom."""
    return sorted(inputs[SHOWN[0]]["rows"], key=lambda row: -row["median_ns"])


def is_request(row):
    """Whether it is about requests, in Python: ours, and what is compared with ours."""
    return "Receiver" in row["compared_with"]


def bars(axis, title, rows):
    """Draw one panel."""
    names, times = [row["name"] for row in rows], [row["median_ns"] for row in rows]
    drawn = axis.barh(names, times, color=[COLOURS.get(row["group"], PEER) for row in rows], height=0.7)
    axis.bar_label(drawn, [f"{time:,.0f} ns" for time in times], padding=3, fontsize=8)
    axis.set_xlim(0, max(times) * 1.12)
    axis.set_title(title, loc="left", fontsize=10, fontweight="bold")
    axis.tick_params(axis="y", labelsize=8, length=0)
    axis.xaxis.set_visible(False)
    axis.spines[["top", "right", "bottom"]].set_visible(False)
