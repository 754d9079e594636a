"""Writes rfc8259.json, and the table of differences in README.md.

The verdict is stated with each text (rfc8259_texts.py). Here it is compared with the grammar of RFC 8259, which is
spelled out below byte by byte (RFC 3629 for UTF-8) and matched in all ways at once; where that gets stuck is the fault.

`--check` fails if the files are not what this writes.
"""

import json
import re
import sys
from pathlib import Path

from rfc8259_texts import DIFFERENCES, EARLY, EVENT, HEAD, HEADER, MARK, OURS, PLACES, TEXTS

HERE = Path(__file__).parent
FIELDS = json.loads((HERE / "fields.json").read_text(encoding="utf-8"))
MARKS = ("<!-- differences -->\n", "<!-- end of differences -->\n")
# Texts up to this size are matched with the grammar.
SMALL = 5000


def byte(*ranges):
    """One byte of the ranges, which are texts of one or two characters."""
    return lambda text, at: {at + 1} if at < len(text) and any(r[0] <= text[at] <= r[-1] for r in ranges) else stuck(at)


def sequence(*parts):
    """All of it, one behind the other."""

    def match(text, at):
        ends = {at}
        for part in parts:
            ends = {end for start in ends for end in part(text, start)}
        return ends

    return match


def either(*parts):
    """One of it."""
    return lambda text, at: {end for part in parts for end in part(text, at)}


def many(part, least=0):
    """Any number of it, but not fewer than that."""

    def match(text, at):
        ends, new = (set() if least else {at}), {at}
        while new:
            new = {end for start in new for end in part(text, start)} - ends
            ends |= new
        return ends

    return match


def word(letters):
    """These bytes."""
    return sequence(*(byte(bytes([letter])) for letter in letters.encode()))


def optional(part):
    """It, or nothing."""
    return lambda text, at: {at} | part(text, at)


def rule(name):
    """The rule of that name, matched once at each place."""

    def match(text, at):
        if (name, at) not in KNOWN:
            KNOWN[name, at] = RULES[name](text, at)
        return KNOWN[name, at]

    return match


KNOWN, FURTHEST = {}, [0]


def stuck(at):
    """Note how far one gets."""
    FURTHEST[0] = max(FURTHEST[0], at)
    return set()


TAIL = byte(b"\x80\xbf")
DIGIT = byte(b"09")
HEX = byte(b"09", b"AF", b"af")
WS = many(byte(b" ", b"\t", b"\n", b"\r"))


def structural(character):
    """A structural character, with white space around it."""
    return sequence(WS, word(character), WS)


RULES = {
    "JSON-text": sequence(WS, rule("value"), WS),
    "value": either(word("false"), word("null"), word("true"), *map(rule, ("object", "array", "number", "string"))),
    "object": sequence(
        structural("{"),
        optional(sequence(rule("member"), many(sequence(structural(","), rule("member"))))),
        structural("}"),
    ),
    "member": sequence(rule("string"), structural(":"), rule("value")),
    "array": sequence(
        structural("["),
        optional(sequence(rule("value"), many(sequence(structural(","), rule("value"))))),
        structural("]"),
    ),
    "number": sequence(
        optional(word("-")),
        either(word("0"), sequence(byte(b"19"), many(DIGIT))),
        optional(sequence(word("."), many(DIGIT, 1))),
        optional(sequence(byte(b"e", b"E"), optional(byte(b"-", b"+")), many(DIGIT, 1))),
    ),
    "string": sequence(word('"'), many(rule("char")), word('"')),
    "char": either(
        byte(b"\x20\x21", b"\x23\x5b", b"\x5d\x7f"),
        sequence(word("\\"), either(*map(word, '"\\/bfnrt'), sequence(word("u"), HEX, HEX, HEX, HEX))),
        rule("UTF-8"),
    ),
    "UTF-8": either(
        sequence(byte(b"\xc2\xdf"), TAIL),
        sequence(byte(b"\xe0"), byte(b"\xa0\xbf"), TAIL),
        sequence(byte(b"\xe1\xec", b"\xee\xef"), TAIL, TAIL),
        sequence(byte(b"\xed"), byte(b"\x80\x9f"), TAIL),
        sequence(byte(b"\xf0"), byte(b"\x90\xbf"), TAIL, TAIL),
        sequence(byte(b"\xf1\xf3"), TAIL, TAIL, TAIL),
        sequence(byte(b"\xf4"), byte(b"\x80\x8f"), TAIL, TAIL),
    ),
}


def verdict(text):
    """Whether the grammar allows the text, and the first byte of it with which nothing that it allows begins."""
    KNOWN.clear()
    FURTHEST[0] = 0
    valid = len(text) in rule("JSON-text")(text, 0)
    return valid, FURTHEST[0]


def spellings(document):
    """The document as programs write it, with white space around the value, and with an escape in its name."""
    yield "compact", document
    name = re.search(f'"([a-z_]+)":(?=\\[?("x",)?{MARK})', document)
    if name:
        start, end = name.span()
        spaced = f'{document[:start]} \n"{name[1]}" : {document[end:]}'.replace(f"{MARK},", f"{MARK} , ")
        yield "white space", spaced
        escaped = f"\\u{ord(name[1][0]):04x}{name[1][1:]}"
        yield "escaped name", f'{document[:start]}"{escaped}":{document[end:]}'


def places():
    """All places, each in its spellings."""
    early = HEAD.replace("TYPE", "process.updated_v2")
    late = f'{{"event":{{"process_id":{MARK},"status":9}},{early}}}'
    found = {"event before the header": ("text", late, HEADER, {"process_id": MARK, "status": 9})}
    for name, (kind, event_type, document, event) in PLACES.items():
        found[name] = kind, "{" + HEAD.replace("TYPE", event_type) + f",{document}}}", HEADER, event
    for name, (kind, document, header) in EARLY.items():
        event = None if header is None else {"process_id": "1", "status": 9}
        found[name] = kind, document + EVENT, HEADER | (header or {}), event
    for name, (kind, document, header, event) in found.items():
        for spelling, spelled in spellings(document):
            before, after = spelled.split(MARK)
            yield {
                "name": f"{name}, {spelling}",
                "kind": kind,
                "before": before,
                "after": after,
                "depth": len(opened(before.encode())[1]),
                "header": header,
                "event": event,
                "room": room(document, header, event),
            }


def room(document, header, event):
    """How much there is room for where the mark is."""
    event_type = re.search('"event_type":"(.*?)"', document)
    if event is None or event_type is None or event_type[1] == "corehr.unknown":
        return {}
    for fields, value in ((FIELDS["header"], header), (FIELDS[event_type[1]], event)):
        found = field_of_mark(fields, value)
        if found:
            return {name: found[name] for name in ("capacity", "items", "bytes") if name in found}
    return {}


def field_of_mark(field, value):
    """The field whose value the mark is, or is in the list of."""
    if value == MARK or (isinstance(value, list) and MARK in value):
        return field
    if isinstance(value, list):
        return next((found for item in value if (found := field_of_mark(field, item))), None)
    if not isinstance(value, dict):
        return None
    return next((found for name, item in value.items() if (found := field_of_mark(field["fields"][name], item))), None)


def opened(text):
    """How deep a text is nested, and what is open at its end."""
    depth, stack = 0, []
    for token in re.findall(rb'"(?:\\.|[^"\\])*"|[\[{\]}]', text, re.DOTALL):
        if token in b"[{":
            stack.append(token)
            depth = max(depth, len(stack))
        elif token in b"]}":
            stack.pop()
    return depth, stack


def is_integer(text):
    """Whether a text is an integer by the grammar."""
    return re.fullmatch(r"-?(0|[1-9][0-9]*)", text) is not None


def typed(value, raw, start):
    """What a valid text is for a field of each kind: a value, or an error and its place. For others it is TYPE."""
    fits = {}
    integer = value if isinstance(value, str) and is_integer(value) else raw if is_integer(raw) else None
    if value is None:
        fits = {kind: {"value": None} for kind in ("text", "enum", "decimal", "list", "object", "objects")}
    elif isinstance(value, str) or is_integer(raw):
        fits["text"] = fits["item"] = {"value": value if isinstance(value, str) else raw}
    if integer is not None:
        number = int(integer) if len(integer) < 40 else 10**40
        fits["enum"] = {"value": number} if -(2**31) <= number < 2**31 else {"error": "RANGE", "at": start}
        fits["decimal"] = {"value": number} if number < 2**64 and integer[0] != "-" else {"error": "RANGE", "at": start}
    if value == {} or (isinstance(value, dict) and not set(value) & {"user_id", "open_id", "union_id"}):
        fits["object"] = {"value": {}}
    if isinstance(value, list):
        fits |= typed_items(value, raw, start)
    return fits


def typed_items(value, raw, start):
    """The same for an array."""
    starts = [start + len(raw[:at].encode()) for at in item_starts(raw)]
    assert len(starts) == len(value)
    texts = [item if isinstance(item, str) else str(item) for item in value]
    wrong = [at for at, item in zip(starts, value, strict=True) if type(item) not in (str, int)]
    others = [at for at, item in zip(starts, value, strict=True) if not isinstance(item, dict)]
    return {
        "list": {"error": "TYPE", "at": wrong[0]} if wrong else {"value": texts},
        "objects": {"error": "TYPE", "at": others[0]} if others else {"value": [{}] * len(value)},
    }


def item_starts(raw):
    """Where the items of a valid array start."""
    depth, waiting, starts = 0, False, []
    for token in re.finditer(r'"(?:\\.|[^"\\])*"|[\[{\]},:]|[^\s"\[{\]},:]+', raw, re.DOTALL):
        if waiting and token[0] != "]":
            starts.append(token.start())
        waiting = (depth == 0 and token[0] == "[") or (depth == 1 and token[0] == ",")
        depth += (token[0] in "[{") - (token[0] in "]}")
    return starts


def part(piece):
    """A piece of a text as cases.json has it."""
    if isinstance(piece, tuple):
        return {"repeat": piece[0], "times": piece[1]}
    return {"hex": piece.hex()} if isinstance(piece, bytes) else piece


def joined(parts):
    """The bytes of a text."""
    pieces = (piece[0] * piece[1] if isinstance(piece, tuple) else piece for piece in parts)
    return b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)


def row(text):
    """One text as it is written, and its verdict checked."""
    data = joined(text.parts)
    row = {
        "name": text.name,
        "section": text.section,
        "text": [part(piece) for piece in text.parts if piece not in ("", b"")],
        "valid": text.valid,
    }
    if len(data) > SMALL:
        valid, stop = text.valid, len(data)
        assert valid or "far, opened" in text.label, text.name
    else:
        valid, stop = verdict(data)
    assert valid == text.valid, f"{text.name}: stated {text.valid}, by the grammar {valid}"
    if not valid:
        return row | {"offset": stop}
    row["depth"] = opened(data)[0]
    raw = data.decode().strip(" \t\r\n")
    row["start"] = len(data) - len(data.lstrip(b" \t\r\n"))
    if row["depth"] <= OURS and text.rule != "lone surrogate":
        # The digits of an integer are what counts, and CPython has a limit for its value.
        value = json.loads(raw) if len(raw) < SMALL - 1000 or raw[0] not in "-0123456789" else int
        row["as"] = typed(value, raw, row["start"])
    return row


def differing(names):
    """Write out which texts are meant."""
    known = [text.name for text in TEXTS]
    for pattern in names:
        found = [name for name in known if name == pattern or (pattern[-1] == "*" and name.startswith(pattern[:-1]))]
        assert found, pattern
        yield from found


def table(differences):
    """The differences for people."""
    lines = ["| reader | verdict | texts | why |", "|---|---|---|---|"]
    for row in differences:
        names = re.sub(r"[\x00-\x1f]", lambda control: f"\\x{ord(control[0]):02x}", ", ".join(row["patterns"]))
        verdict = "accepts" if row["valid"] else "refuses"
        lines.append(f"| {row['reader']} | {verdict} | {len(row['texts'])}: `{names}` | {row['reason']} |")
    return "\n".join(lines) + "\n"


def files():
    """All files with their content."""
    sys.setrecursionlimit(100_000)
    texts = [row(text) for text in TEXTS]
    names, inputs = {text.name for text in TEXTS}, {joined(text.parts) for text in TEXTS}
    assert len(names) == len(texts), sorted(text.name for text in TEXTS if [t.name for t in TEXTS].count(text.name) > 1)
    twice = [text.name for text in TEXTS if [joined(t.parts) for t in TEXTS].count(joined(text.parts)) > 1]
    assert len(inputs) == len(texts), twice
    differences = [
        {"reader": reader, "valid": valid, "reason": reason, "patterns": patterns, "texts": list(differing(patterns))}
        for reader, valid, reason, patterns in DIFFERENCES
    ]
    for difference in differences:
        assert all(row["valid"] != difference["valid"] for row in texts if row["name"] in difference["texts"])
    parts = {"places": list(places()), "texts": texts, "differences": differences}
    lists = (f'"{name}": [\n' + ",\n".join(map(json.dumps, rows)) + "\n]" for name, rows in parts.items())
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    before, behind = readme.partition(MARKS[0])[0], readme.partition(MARKS[1])[2]
    return {
        "rfc8259.json": "{" + ",\n".join(lists) + "}\n",
        "README.md": before + MARKS[0] + table(differences) + MARKS[1] + behind,
    }


def main():
    """Write the files, or compare them."""
    stale = []
    for name, content in files().items():
        path = HERE / name
        if "--check" in sys.argv:
            stale += [name] if not path.exists() or path.read_text(encoding="utf-8") != content else []
        else:
            path.write_text(content, encoding="utf-8")
    if stale:
        sys.exit(f"not what tests/corpus/rfc8259.py writes: {', '.join(stale)}")
    print(f"{len(TEXTS)} texts, {sum(text.valid for text in TEXTS)} of them valid; {len(list(places()))} places")


if __name__ == "__main__":
    main()
