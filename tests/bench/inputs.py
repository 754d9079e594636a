"""Write what the benchmarks read: the platform's samples, a mixed stream of all CoreHR events, and large bodies.

The same bytes every time, as one file `inputs.json` in a folder: `{name: {"title": ..., "bodies": [...]}}`. Bodies that
name no event type stand with the one to decode them by, as `"event_type"`.
"""

import argparse
import json
import random
import string
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "corpus"))

from corpus import HERE, NODE, SAMPLES

EVENTS = json.loads((HERE / "corehr_events.json").read_text(encoding="utf-8"))
VALUES = json.loads((HERE / "corehr_values.json").read_text(encoding="utf-8"))
STREAM = 1024
# So often each type is in the stream at least; the rest are those with more fields, the more often the more they have.
EACH = 3
MEGABYTE = 1_000_000
GROWTH = (400, 4_000, 40_000, 400_000, 4_000_000, 10_000_000)
TENANTS = ("2ca1d211f64f6438", "736588c9260f175d", "13586be5aacf1748")
# A person's name in two scripts, why somebody moves, and what a field is called.
REASONS = (
    "操作原因",
    "组织架构调整后转入新成立的海外业务部",
    "员工本人申请转岗",
    "Promoted to lead the new team",
    "试用期表现优秀",
)
CHANGES = ("effective_time", "department", "job_level", "code", "manager", "custom_fields", "work_location", "tenure")
KINDS = ("renewal_record", "corehr_probation_default_flow", "job_change_flow", "pre_hire", "offboarding")
NAMES = ("入职流程", "Onboarding", "registered_office_address", "OpenAPIAddEmployee", "assignment_start_reason_option1")


def main():
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to write inputs.json")
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    written = json.dumps(inputs(), ensure_ascii=False, separators=(",", ":"))
    (folder / "inputs.json").write_text(written + "\n", encoding="utf-8")


def inputs():
    """Return all inputs by name."""
    events = stream(random.Random(2026))
    turned = [{"event": it["event"], "header": it["header"], "schema": it["schema"]} for it in events]
    return samples() | {
        "mixed": several(f"{STREAM:,} events of all {len(EVENTS)} types", events),
        "mixed_pretty": several("the same, indented", events, indent=4),
        "header_last": several("the same, `event` before `header`", turned),
        "escaped_chinese": several("Chinese texts, each character escaped", chinese(), ensure_ascii=True),
        "one_long_string": large("1 MB in one string", prose(MEGABYTE)),
        "many_members": large("1 MB of small members", small_members(MEGABYTE)),
        "deep_nesting": large("1 MB of arrays in arrays", nested(MEGABYTE)),
        **growth(),
    }


def several(title, events, **options):
    """Return an input of some events, compact unless it is told otherwise."""
    options = {"ensure_ascii": False, "separators": None if "indent" in options else (",", ":")} | options
    return {"title": title, "bodies": [json.dumps(event, **options) for event in events]}


def samples():
    """Return the platform's samples: `name` is compact, `name_pretty` indented."""
    found = {}
    for path in SAMPLES:
        name = path.name.split(".")[0]
        body = path.read_text(encoding="utf-8")
        pretty = "\n" in body.strip()
        one = {"title": f"sample {name}{', indented' * pretty}", "bodies": [body]}
        if "headless" in name:
            one["event_type"] = NODE
        found[name + "_pretty" * pretty] = one
    return found


def stream(rng):
    """Return events of all types in random order."""
    names = list(EVENTS)
    weights = [len(list(leaves(EVENTS[name]["fields"]))) ** 2 for name in names]
    types = names * EACH + rng.choices(names, weights, k=STREAM - EACH * len(names))
    rng.shuffle(types)
    return [event_of(rng, name, at) for at, name in enumerate(types)]


def leaves(fields):
    """Go through the fields that have no fields."""
    for name, field in fields.items():
        if "fields" in field:
            yield from leaves(field["fields"])
        else:
            yield name


def event_of(rng, name, at):
    """Make an event; some come with their members in another order, and some before the header."""
    header = {
        "event_id": digits_of(rng, "0123456789abcdef", 32),
        "event_type": name,
        "create_time": str(1_714_985_958_000 + 37 * at),
        "token": "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV",
        "app_id": "cli_9f5343c580712544",
        "tenant_key": rng.choice(TENANTS),
    }
    event = members(rng, name, EVENTS[name]["fields"])
    if rng.random() < 0.2:
        event = dict(rng.sample(list(event.items()), len(event)))
    if rng.random() < 0.1:
        return {"schema": "2.0", "event": event, "header": header}
    return {"schema": "2.0", "header": header, "event": event}


def members(rng, path, fields):
    """Make an object: one in ten of the members that can be missing is."""
    made = {}
    for name, field in fields.items():
        if len(fields) > 1 and rng.random() < 0.1:
            continue
        made[name] = value(rng, f"{path}.{name}", field)
    return made


def value(rng, path, field):
    """Make what a field holds."""
    kind, name = field["type"], path.rsplit(".", 1)[1]
    if path in VALUES:
        return rng.choice(VALUES[path])
    if kind == "object":
        return members(rng, path, field["fields"])
    if kind == "object[]":
        return [members(rng, path, field["fields"]) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    if kind == "string[]":
        one = (lambda: digits(rng)) if "id" in name.split("_") else (lambda: rng.choice(CHANGES))
        return [one() for _ in range(rng.choice((0, 1, 2, 3, 5)))]
    return rng.randrange(1, 10) if kind == "int" else text(rng, name)


def text(rng, name):
    """Make a text as the platform has it in a field of this name."""
    made = {
        "open_id": lambda: "ou_" + digits_of(rng, "0123456789abcdef", 32),
        "union_id": lambda: "on_" + digits_of(rng, "0123456789abcdef", 32),
        "user_id": lambda: digits_of(rng, string.ascii_lowercase + string.digits, 8),
        "flow_definition_id": lambda: f"people_{digits(rng)}_{digits(rng)}",
        "node_definition_id": lambda: "approval_" + digits_of(rng, "0123456789abcdef", 11),
        "biz_type": lambda: rng.choice(KINDS),
        "operate_reason": lambda: rng.choice(REASONS),
        "adjust_reason": lambda: rng.choice(REASONS),
        "opt_desc": lambda: rng.choice(REASONS) + rng.choice(("", '\n"' + rng.choice(REASONS) + '"')),
        "topic": lambda: rng.choice(REASONS),
        "png": lambda: digits_of(rng, string.ascii_letters + string.digits + "+/", 240),
        "url": lambda: "https://people.feishu.cn/qr?code=" + digits(rng),
    }
    if name in made:
        return made[name]()
    if name.endswith("_time"):
        return str(rng.randrange(1_700_000_000_000, 1_730_000_000_000))
    if name.endswith("date"):
        return f"2024-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    if name == "id" or name.endswith(("_id", "_id_str", "_by")) or name in ("initiator", "operator"):
        return digits(rng)
    return rng.choice(NAMES)


def digits(rng):
    """Make an id."""
    return str(rng.randrange(6_800_000_000_000_000_000, 7_400_000_000_000_000_000))


def digits_of(rng, alphabet, count):
    """Make a text of some characters."""
    return "".join(rng.choices(alphabet, k=count))


def chinese():
    """Return events in which people have written."""
    rng = random.Random(4)
    types = ("corehr.job_change.updated_v2", "corehr.employee.domain_event_v2", "corehr.approval_groups.updated_v2")
    events = [event_of(rng, rng.choice(types), at) for at in range(64)]
    for it in events:
        name = {"corehr.job_change.updated_v2": "operate_reason", "corehr.employee.domain_event_v2": "opt_desc"}
        long = "".join(rng.choices(REASONS[:3], k=rng.randrange(2, 8)))
        it["event"][name.get(it["header"]["event_type"], "adjust_reason")] = long
    return events


def base():
    """Return a small event."""
    event = event_of(random.Random(1), "corehr.company.created_v2", 0)
    return {"schema": "2.0", "header": event["header"], "event": event["event"]}


def large(title, bulk):
    """Return an input of one event with much in a member that nobody knows."""
    event = base()
    event["event"]["extension"] = bulk
    return several(title, [event])


def prose(size):
    """Return a long text: mostly ASCII, and now and then a character of three bytes or an escape."""
    rng, parts, have = random.Random(2), [], 0
    while have < size:
        part = digits_of(rng, string.ascii_letters + "     ", rng.randrange(20, 120)) + rng.choice(
            ("", "人事", "\n", '"')
        )
        parts.append(part)
        have += len(json.dumps(part, ensure_ascii=False).encode()) - 2
    return "".join(parts)


def small_members(size):
    """Return an object of many members of all kinds."""
    rng, made, have = random.Random(3), {}, 0
    while have < size:
        name = f"member_{len(made)}"
        made[name] = scrap(rng)
        have += len(compact(made[name]).encode()) + len(name) + 4
    return made


def scrap(rng):
    """Make a small value of any kind."""
    return rng.choice(
        (
            lambda: digits(rng),
            lambda: rng.choice(REASONS),
            lambda: rng.randrange(-1000, 10**9),
            lambda: round(rng.uniform(-1e6, 1e6), 3),
            lambda: rng.choice((True, False, None)),
            lambda: [rng.randrange(100), rng.choice(CHANGES)],
            lambda: {"id": digits(rng), "zh_cn": rng.choice(NAMES)},
        )
    )()


def nested(size):
    """Return arrays and objects in each other, 50 deep: a reader must take 64 levels, those around it among them."""
    rng = random.Random(5)
    one = "".join(rng.choice(("[", '{"a":')) for _ in range(50))
    one += "1" + "".join("]" if it == "[" else "}" for it in reversed(one.replace('{"a":', "{")))
    return [json.loads(one)] * (size // (len(one) + 1))


def growth():
    """Return an event of each size: the same members of all kinds, as many as fit, and a text that fills up."""
    rng, event = random.Random(6), base()
    event["event"]["extension"] = [""]
    start, end = compact(event).split('""')
    pieces, have, found = [], len(start) + len('""') + len(end), {}
    for size in GROWTH:
        while have + len((piece := compact(scrap(rng)) + ",").encode()) <= size:
            pieces.append(piece)
            have += len(piece.encode())
        body = "".join((start, *pieces, '"', "x" * (size - have), '"', end))
        found[f"growth_{size}"] = {"title": f"{size:,} bytes", "bodies": [body]}
    return found


def compact(it):
    """Return the JSON of a value, as short as it can be."""
    return json.dumps(it, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
