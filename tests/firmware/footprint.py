"""What a set of features costs: measured, as a table, and compared with the table of the README."""

import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path

import frames
import images
import records
import toolchain
from toolchain import ROOT, check

README = ROOT / "README.md"
START, END = "<!-- firmware: written by make firmware-table -->\n", "<!-- /firmware -->"
# How far the README may be from what is measured: with the compiler that it names, and with others.
TOLERANCE, OTHER_TOLERANCE = 0.05, 0.1


@dataclass
class Row:
    """A set of features, what is aimed at, and what an image with it costs: bytes and instructions."""

    features: str
    name: str
    flash_aim: int
    stack_aim: int
    flash: int = 0
    ram: int = 0
    envelope: int = 0
    decode_stack: int = 0
    receive_stack: int = 0
    decode_instructions: int = 0
    receive_instructions: int = 0

    def misses(self):
        """Return by how much the aims are missed, as sentences."""
        aims = [
            ("flash", self.flash, self.flash_aim),
            ("stack", max(self.decode_stack, self.receive_stack), self.stack_aim),
        ]
        return [f"{self.name}: {it - aim:,} bytes of {what} more than aimed at" for what, it, aim in aims if it > aim]


# What is measured. A part that comes later has its own exchange with the image, and its own row.
ROWS = (
    Row("process", "process events", flash_aim=16 * 1024, stack_aim=1024),
    Row("events", "all events", flash_aim=48 * 1024, stack_aim=2048),
    Row("webhook", "all events, webhook", flash_aim=48 * 1024, stack_aim=2048),
    Row("connection", "all events, connection", flash_aim=48 * 1024, stack_aim=2048),
)


# The calls of which the costs of one event are added up: `open`; `handle_message` and `answer`.
CALLS = {"webhook": 1, "connection": 2}


def measure(row):
    """Build the image of a row, run all of the corpus and the samples through it, and note what it costs."""
    image = toolchain.firmware("footprint", row.features)
    decodes = [records.number(records.DECODE) + record for _, record, _ in records.decode_cases()[0]]
    plain, sealed = records.events()
    plain = [records.number(records.DECODE) + record for record in plain]
    cases, events, steps = [], [], []
    if row.features == "webhook":
        cases = [records.number(records.OPEN) + record for _, record, _ in records.open_cases()[0]]
        events = [records.number(records.OPEN) + record for record in sealed]
    if row.features == "connection":
        before, after = frames.steps()
        cases, events, steps = [it.record for it in before], [it.record for it in after], before + after
    (fewer, more, few, many, row.envelope, room), results, sent = exchange(image, [decodes, plain, cases, events])
    # A loop of two instructions, run `fewer` and `more` times, has taken so many ticks.
    per_instruction = (many - few) / (2 * (more - fewer))
    empty = few - 2 * fewer * per_instruction
    size = images.size(image)
    row.flash, row.ram = size.flash, size.ram - room
    decoded, of_plain, received, of_events = results
    check(not any(kind for kind, *_ in of_plain + of_events), f"{image}: a sample is refused")
    if steps:
        compare(image, steps, received + of_events, sent)
        print(f"{len(steps)} steps of a long connection, {len(sent):,} bytes sent: all as expected", flush=True)

    def deepest(costs):
        return max((stack for _, _, stack, _ in costs), default=0)

    def mean(costs, calls=1):
        return round(sum(cost - calls * empty for *_, cost in costs) / per_instruction / len(costs)) if costs else 0

    row.decode_stack, row.receive_stack = deepest(decoded + of_plain), deepest(received + of_events)
    row.decode_instructions = mean(of_plain)
    row.receive_instructions = mean(of_events, CALLS.get(row.features, 1))
    return image


def compare(image, steps, results, sent):
    """Compare what has come of the steps of a long connection, and what the image has sent, with what is expected."""
    at = 0
    for index, step in enumerate(steps):
        found = (*results[index][:2], sent[at : at + len(step.sent)])
        wanted = (step.kind, step.tag, step.sent)
        check(found == wanted, f"{image}: step {index} came to {found} instead of {wanted}: {step.record}")
        at += len(step.sent)
    check(at == len(sent), f"{image}: it has sent {len(sent) - at} bytes more than it should")


def exchange(image, groups):
    """Send groups of requests.

    Return what the image says of itself, of each request kind, tag, stack and ticks, and what it has sent as a client.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "requests.bin").write_bytes(b"".join(record for group in groups for record in group))
        images.emulate(image, folder)
        data, sent = Path(folder, "results.bin").read_bytes(), Path(folder, "sent.bin")
        sent = sent.read_bytes() if sent.exists() else b""
    numbers = iter(struct.unpack(f"<{len(data) // 4}I", data))
    head = [next(numbers) for _ in range(6)]
    costs = list(zip(numbers, numbers, numbers, numbers, strict=True))
    check(len(costs) == sum(map(len, groups)), f"{image}: {len(costs)} results for {sum(map(len, groups))} requests")
    results = iter(costs)
    return head, [[next(results) for _ in group] for group in groups], sent


def compiler():
    """Return what the images are built with."""
    environment = toolchain.rust(toolchain.TARGET)
    return " ".join(toolchain.run(environment.get("RUSTC", "rustc"), "--version").split()[:2])


def table(rows):
    """Return the table of the README."""
    heads = [
        "flash",
        "static RAM",
        "`Envelope`",
        "stack of `decode`",
        "of `open` or session",
        "instructions of `decode`",
        "of `open` or session",
    ]
    lines = [f"| {compiler()} | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for row in rows:
        numbers = (row.flash, row.ram, row.envelope, row.decode_stack, row.receive_stack)
        numbers += (row.decode_instructions, row.receive_instructions)
        lines.append(f"| {row.name} | {' | '.join(f'{it:,}' if it else '' for it in numbers)} |")
    return "\n".join(lines) + "\n"


def cells_of(text):
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]


def figures(text):
    """Return the rows of a table, with the numbers as numbers."""
    lines = cells_of(text)[2:]
    return {cells[0]: [int(cell.replace(",", "")) if cell else 0 for cell in cells[1:]] for cells in lines}


def differences(text):
    """Return how the README differs from what has been measured, as sentences."""
    stated = README.read_text(encoding="utf-8").partition(START)[2].partition(END)[0]
    (said_by, *said_heads), (measured_by, *heads) = (next(iter(cells_of(it)), [""]) for it in (stated, text))
    said, measured = figures(stated), figures(text)
    if (said_heads, said.keys()) != (heads, measured.keys()) or any(len(row) != len(heads) for row in said.values()):
        return ["README.md has another table: make firmware-table"]
    tolerance = TOLERANCE if said_by == measured_by else OTHER_TOLERANCE
    pairs = [(name, *pair) for name in measured for pair in zip(said[name], measured[name], strict=True)]
    return [
        f"README.md says {said:,} for {name}, measured were {found:,}: make firmware-table"
        for name, said, found in pairs
        if abs(said - found) > tolerance * max(said, found)
    ]


def update(text):
    """Write the table into the README."""
    before, _, rest = README.read_text(encoding="utf-8").partition(START)
    README.write_text(before + START + text + END + rest.partition(END)[2], encoding="utf-8")
