"""Makes text of results: the tables that are printed, and the section of the README."""

import textwrap
from dataclasses import dataclass

START, END = "<!-- speed: written by make bench -->\n", "<!-- /speed -->\n"
# What the README shows of the inputs: the stream, and one sample.
SHOWN = ("mixed", "process_updated")
MIB = 1 << 20
BAR, WIDTH = 40, 120
RECEIVERS = {"C example": "`ffi/examples/receiver.c`", "lark-event serve": "`lark-event serve`"}


@dataclass
class Target:
    """What is aimed for: how long ours takes, as a multiple of what a peer takes."""

    what: str
    against: str
    part: str
    """Where in the results the peer is."""
    row: str
    most: float
    faster: bool = False
    """Whether it is told as how many times faster ours is."""
    ours: str = ""
    """Which of ours, if not the one that the peer is compared with."""

    def aim(self):
        """Tell the target."""
        return f"at least {1 / self.most:.0f}x faster" if self.faster else f"at most {self.most:.2g}x"

    def reached(self, ratio):
        """Tell what has been reached."""
        return f"{1 / ratio:.0f}x faster" if self.faster else f"{ratio:.2f}x"


# All of a request, and what cannot be done without; the other rows are parts of them.
WEBHOOK = ("lark-event, receive", "SHA-256 + base64-simd + AES-256-CBC")
DECODE = "decode into the fixed struct"
PY_DECODE, PY_HANDLE = "Python: `lark_event.decode`", "Python: `Receiver.handle`, encrypted and signed"
READ = ", every attribute read"
MSGSPEC = "msgspec, structs, dispatch"
SDK, SDK_ENCRYPTED = "lark-oapi, handler, plain", "lark-oapi, handler, encrypted and signed"
TARGETS = (
    Target(DECODE, "sonic-rs, owned fixed strings", "decode", "sonic-rs, owned", 0.25),
    Target("C: `lark_decode`", "yyjson reading the same fields", "decode", "yyjson", 0.6),
    Target(DECODE, "one SSE2 pass over the same bytes", "decode", "one SSE2 pass", 2.5),
    Target("webhook, open and decode", "the cryptography and Base64 alone", "webhook", WEBHOOK[1], 1.3),
    Target(PY_DECODE, MSGSPEC, "python", MSGSPEC, 0.6),
    Target(PY_DECODE, "lark-oapi's handler", "python", SDK, 1 / 50, faster=True),
    Target(PY_HANDLE, "lark-oapi's handler", "python", SDK_ENCRYPTED, 1 / 30, faster=True),
    # The same with all values made, which ours puts off until they are looked at.
    Target(PY_DECODE + READ, MSGSPEC + READ, "python", MSGSPEC + READ, 0.6),
    Target(
        PY_DECODE + READ, "lark-oapi's handler", "python", SDK, 1 / 50, faster=True, ours="lark_event.decode" + READ
    ),
    Target(
        PY_HANDLE + READ,
        "lark-oapi's handler",
        "python",
        SDK_ENCRYPTED,
        1 / 30,
        faster=True,
        ours="Receiver.handle" + READ,
    ),
)
# Time per byte, from the smallest to the largest input: the most by the least.
FLAT = 2.0


# What is printed


def table(title, one):
    """Return the figures of one input."""
    lines = [
        f"\n{title}, {one['title']}: {one['documents']:,} documents, {one['mean_bytes']:.0f} bytes on average",
        f"{'':<52}{'ns':>11}{'middle half':>27}{'ours is':>10}",
    ]
    for row in one["rows"]:
        low, high = row["middle_half_ns"]
        half = f"{low:,.0f}-{high:,.0f}"
        ratio = f"{row['ratio']:.3f}x" if row["group"] != "ours" else ""
        lines.append(f"{row['name']:<52}{row['median_ns']:>11,.0f}{half:>27}{ratio:>10}")
    lines += [f"{it['name']} is left out: {it['why']}" for it in one["left_out"]]
    return "\n".join(lines)


def tables(results):
    """Return all figures that the programs have given as JSON."""
    parts = [table("decode", one) for one in results["decode"].values()]
    parts += [table("encrypted and signed", one) for one in results["webhook"].values()]
    parts += [table("Python", one) for one in results["python"].values()]
    growth = "".join(f"\n{it['bytes']:>12,.0f}{it['ns_per_byte']:>10.3f}" for it in results["growth"])
    return "\n".join([*parts, f"\n{'bytes':>12}{'ns/byte':>10}{growth}", "", *plain_targets(results)])


def plain_targets(results):
    """Return the targets and what has been reached, for a terminal."""
    return [
        f"{'met   ' if met else 'MISSED'} {what}, against {against}, {name}: {aim}; {reached}".replace("`", "")
        for what, against, aim, cells in targets(results)
        for name, (reached, met) in cells.items()
    ]


def targets(results):
    """Tell of each target what it is, and what has been reached for each input that is shown."""
    for it in TARGETS:
        ratios = {name: ratio(results[it.part][name], it.row, it.ours) for name in SHOWN}
        yield it.what, it.against, it.aim(), {name: (it.reached(r), r <= it.most) for name, r in ratios.items()}
    flat = flatness(results)
    cells = {"400 B to 10 MB": (f"{flat:.2f}x", flat <= FLAT)}
    yield "time per byte", "itself, from 400 B to 10 MB", f"within {FLAT:.0f}x", cells


def ratio(one, name, ours=""):
    """Return how long ours takes, as a multiple of what a row takes."""
    rows = {row["name"]: row for row in one["rows"]}
    return rows[ours]["median_ns"] / rows[name]["median_ns"] if ours else rows[name]["ratio"]


def flatness(results):
    """Return by how much the time per byte differs."""
    times = [it["ns_per_byte"] for it in results["growth"]]
    return max(times) / min(times)


# What stands in the README


TEXT = """
One run of `make bench` on one core of an {cpu}, with {rustc} and Python {python}, on {date}. All contenders take turns;
times are medians in nanoseconds for each event, and a ratio tells what part of a peer's time lark-event takes. The
stream is {stream} in random order, {stream_bytes:.0f} bytes on average, so that no processor can learn it by heart; the
sample is the platform's of `corehr.process.updated_v2`, {sample_bytes:.0f} bytes. `make bench` prints all inputs, and
`make bench-check` counts instructions, which do not depend on what else a machine does.

The peers: {peers}; in Python {python_peers}.

![Time for each event of the stream, beside other libraries](tests/bench/speed.png)

{bars}

{targets}

The pass over the bytes is a limit that nobody reaches who tells their meaning: it looks for the ends of strings and
does nothing about them. The stream takes longer than its instructions would tell from the sample: in one document that
is read again and again, a processor guesses right what comes next and has everything at hand.

Decoding: every peer does the same work. It reads envelope and header, finds the event type, and reads every field of
that type; owned texts are copied into strings of fixed capacity, borrowed ones stay in the body. Three differences are
left: simd-json changes what it reads, so its time includes a copy of the body; On-Demand does not check what it skips;
of a list of objects lark-event checks the fields and keeps the place, the others count the objects.

All are compiled for any processor of the architecture, as what is passed on to others is. simd-json and simdjson choose
by the processor while they run; sonic-rs does so when it is compiled, and its authors advise to compile it for the
processor at hand, which is not done here.

{decode}

A signed and encrypted request that is verified, decrypted and decoded, beside the cryptography that it cannot do
without. The round keys are made beforehand for both:

{webhook}

Python: msgspec and pydantic read into classes that are made of the same catalogue; orjson and json make dicts and look
for no type. `lark_event.decode` finds every fault of a body at once, and makes the objects of header and event when
they are looked at, which the others do at once: the rows with every attribute read are for those who look at all of
them. The other handlers of requests do nothing.

{python_table}

Time as a body grows, by members that nobody knows:

{growth}

Whole receivers, each with the same {events:,} signed, encrypted events over {connections} connections, 5 % of them
delivered twice and 5 % forgeries between them:

{receivers}

"""


def section(results):
    """Return the section of the README, with its marks."""
    stream, sample = (results["decode"][name] for name in SHOWN)
    values = dict(
        results["machine"] | {"rustc": results["machine"]["rustc"].partition(" (")[0]},
        stream=stream["title"],
        stream_bytes=stream["mean_bytes"],
        sample_bytes=sample["mean_bytes"],
        bars="\n".join(["```text", *bars(stream), "```"]),
        targets=target_table(results),
        decode=pairs(results["decode"]),
        webhook=pairs(results["webhook"]),
        python_table=pairs(results["python"]),
        growth=growth_table(results["growth"]),
        events=results["whole"]["events"],
        connections=results["whole"]["connections"],
        receivers=receiver_table(results["whole"]["receivers"]),
    )
    return START + "\n\n".join(wrapped(it.format(**values)) for it in TEXT.split("\n\n")) + END


def wrapped(paragraph):
    """Return a paragraph of text in lines that are not too long; anything else as it is."""
    if paragraph.startswith(("|", "`", "!")) or not paragraph.strip():
        return paragraph
    lines = textwrap.fill(" ".join(paragraph.split()), WIDTH, break_long_words=False, break_on_hyphens=False)
    return "\n" * paragraph.startswith("\n") + lines


def bars(one):
    """Draw how long the contenders take, as multiples of what ours takes."""
    ours = next(row["median_ns"] for row in one["rows"] if row["group"] == "ours")
    found = [row for row in one["rows"] if row["group"] != "floor"]
    rows = sorted(((row["median_ns"] / ours, row["name"]) for row in found), key=lambda it: it[0])
    unit = BAR / rows[-1][0]
    width = max(len(name) for _, name in rows)
    yield f"{'decode, the stream':<{width}}  time, as a multiple of lark-event's"
    for times, name in rows:
        yield f"{name:<{width}} {times:>5.1f} {'█' * max(1, round(times * unit))}"


def target_table(results):
    """Return the targets with what has been reached."""
    lines = ["| target | against | | the stream | the sample |", "|---|---|---|---|---|"]
    for what, against, aim, cells in targets(results):
        reached = [text if met else f"{text} (missed)" for text, met in cells.values()]
        lines.append(f"| {what} | {against} | {aim} | {' | '.join((*reached, '')[:2])} |")
    return "\n".join(lines)


def pairs(inputs):
    """Return a table of the inputs that are shown, side by side."""
    by_name = {name: {row["name"]: row for row in inputs[name]["rows"]} for name in SHOWN}
    names = dict.fromkeys(name for rows in by_name.values() for name in rows)
    lines = ["| | the stream | | the sample | |", "|---|---|---|---|---|"]
    for name in names:
        cells = [cell for input_ in SHOWN for cell in two_cells(by_name[input_].get(name))]
        bold = "**" if any(rows[name]["group"] == "ours" for rows in by_name.values() if name in rows) else ""
        lines.append(f"| {bold}{name}{bold} | {' | '.join(cells)} |")
    return "\n".join(lines)


def two_cells(row):
    """Return time and ratio."""
    if row is None:
        return "cannot", ""
    is_part = row["compared_with"] == WEBHOOK[0] != row["name"] != WEBHOOK[1]
    return f"{row['median_ns']:,.0f}", "" if row["group"] == "ours" or is_part else f"{row['ratio']:.3g}x"


def growth_table(growth):
    """Return time per byte by size."""
    head = " | ".join(f"{it['bytes']:,.0f}" for it in growth)
    cells = " | ".join(f"{it['ns_per_byte']:.2f}" for it in growth)
    return f"| bytes | {head} |\n|---{'|---' * len(growth)}|\n| ns per byte | {cells} |"


def receiver_table(receivers):
    """Return how whole receivers compare."""
    lines = [
        "| receiver | events per second | to lark-oapi | memory | forgeries accepted | handled twice |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in sorted(receivers.items(), key=lambda it: -it[1]["per_second"]):
        memory = f"{row['peak_bytes'] / MIB:.1f} MiB"
        lines.append(
            f"| {RECEIVERS.get(name, name)} | {row['per_second']:,.0f} | {row['ratio']:.1f}x | {memory} | "
            f"{row['accepted_forgeries']:,} | {row['handled_twice']:,} |"
        )
    return "\n".join(lines)


def with_section(readme, results):
    """Return the README with its section made anew."""
    before, start, rest = readme.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"README.md has no lines {START!r} and {END!r}")
    return before + section(results) + after
