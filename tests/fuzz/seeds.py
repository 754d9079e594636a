"""Writes the first inputs of every target, and the words that the fuzzer puts in: `seeds.py [--check]`.

They come from the corpus that Rust, C and Python share (tests/corpus), chosen so that each kind of case is there once.
Files whose name begins with `regression-` are inputs that once found something: they are kept by hand and left alone.
"""

import argparse
import hashlib
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "corpus"))

import corpus  # noqa: E402

SEEDS = HERE / "seeds"
WORDS = HERE / "words.dict"
# A file of the corpus may be of any size; a seed is to be small.
LONGEST = 1500
FIELDS = json.loads((ROOT / "tests/corpus/fields.json").read_text(encoding="utf-8"))
WEBHOOK = json.loads((ROOT / "tests/corpus/webhook.json").read_text(encoding="utf-8"))


# How `Input` of src/input.rs takes its choices.


def number(value):
    digits = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(digits)]) + digits


def some(data):
    """Bytes and how many there are."""
    data = data.encode() if isinstance(data, str) else data
    size = bytes([len(data)]) if len(data) < 0x80 else bytes([0x80 | len(data) >> 8, len(data) & 0xFF])
    return size + data


def place(value):
    return value.to_bytes(2, "big")


# The targets.


def chosen():
    """The shortest case of each kind: of error and where it is, of shape, and of whether there is an event."""
    found = {}
    for case in corpus.CASES:
        data = corpus.join(case["input"])
        error = case["error"] or {"kind": None, "field": ""}
        depth = len((error["field"] or "").split("."))
        key = (error["kind"], depth, case["schema"], min(case["event_tag"], 2), case["event_type"] is None)
        if 0 < len(data) <= LONGEST and (key not in found or len(data) < len(found[key][0])):
            found[key] = (data, case["event_type"])
    return list(found.values())


def types():
    """The event types in the order of their tags, each with the longest event that is not too long."""
    names = sorted((entry["tag"], name) for name, entry in FIELDS.items() if (entry["tag"] or 0) > 2)
    events = {}
    for case in corpus.CASES:
        offset, size = case["raw_event"]
        event = corpus.join(case["input"])[offset : offset + size]
        if not case["error"] and size <= LONGEST and len(event) > len(events.get(case["event_tag"], b"")):
            events[case["event_tag"]] = event
    return [(name, events.get(tag, b"{}")) for tag, name in names]


# All escapes in a field, and members of every shape in one body.
SHAPES = (
    '{"encrypt":"e","header":{"event_id":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u6d41\\ud83d\\ude00","event_type":"a"},'
    '"event":{"type":"b"},"uuid":"1","ts":"2","type":"event_callback","challenge":"c","token":"t","schema":"2.0"}'
)


def bodies():
    yield from (data for data, _ in chosen())
    yield from (path.read_bytes() for path in corpus.SAMPLES if path.name.endswith(".min.json"))
    yield SHAPES.encode()
    for name, event in types():
        yield b'{"schema":"2.0","header":{"event_id":"1","event_type":"%s"},"event":%s}' % (name.encode(), event)


def decode_as():
    for index, (_, event) in enumerate(types()):
        yield bytes([index, 1]) + event
    for data, event_type in chosen():
        index = [name for name, _ in types()].index(event_type) if event_type in FIELDS else 0
        yield bytes([index, 0]) + data


def to_json():
    for data in bodies():
        yield b"\xff" + data
    yield b"\xff" + SHAPES.replace('"encrypt":"e",', "").replace('"a"', '"corehr.process.updated_v2"').encode()
    index = [name for name, _ in types()].index(corpus.NODE)
    for path in corpus.SAMPLES:
        if "headless" in path.name and "pretty" not in path.name:
            yield bytes([index]) + path.read_bytes()


DOCUMENTS = [
    '{"a":1,"b":[true,false,null],"c":{"d":"e"}}',
    "[0,-0,1.5,-1e5,2E-3,18446744073709551615,18446744073709551616,-9223372036854775808,1e308,1e309]",
    '["\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u6d41\\ud83d\\ude00","\U0001f600"]',
    ' \t\r\n{ "a" : [ ] , "" : { } } ',
    "[" * 64 + "]" * 64,
    "[" * 65 + "]" * 65,
    '{"a":' * 65 + "1" + "}" * 65,
    '{"a":1,"a":2}',
    '{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8}',
    '"\\ud83d"',
    '"\\ude00\\ud83d"',
    "1e400",
    "nul",
    "01",
    '{"a":1,}',
    "[1,]",
    "",
]


def documents():
    yield from (text.encode() for text in DOCUMENTS)
    yield from (data for data, _ in chosen() if len(data) < 300)


def path():
    for pointer in ["", "/a", "/c/d", "/b/0", "/b/-", "/b/01", "/foo/1", "/a~1b", "/m~0n", "/m~2", "a", "/", "/a/a/a"]:
        for text in DOCUMENTS[:9]:
            yield some(pointer) + text.encode()
    for data, _ in chosen()[:20]:
        yield some("/event/process_id") + data


ATTACKS = 8
EVENT = '{"process_id":"7072306364927985196","status":9,"updated_fields":["a"]}'


def webhook():
    for attack in range(ATTACKS):
        for kind, text in enumerate([some("challenge"), EVENT.encode(), EVENT.encode(), b'{"type":"a"}', b'{"a":1}']):
            for key in (0, 3) if attack == 0 else (1,):
                head = bytes([key, key % 3, attack, attack & 1, kind & 1])
                yield head + place(97 * attack) + bytes([1 << attack % 8]) + bytes(range(16)) + bytes([kind]) + text


NAMES = ["x-lark-request-timestamp", "x-lark-request-nonce", "x-lark-signature"]


def header(name, value):
    known = NAMES.index(name.lower()) if name.lower() in NAMES else None
    return (bytes([5]) + some(name) if known is None else bytes([known])) + some(value)


def request():
    found = {}
    for case in WEBHOOK:
        body, receiver = corpus.read_body(case["body"]), case["receiver"]
        if len(body) > LONGEST or len(case["headers"]) > 5 or receiver.get("encrypt_key", "test key") != "test key":
            continue
        headers = [header(*map(corpus.expand, pair)) for pair in case["headers"]]
        flags = bytes([1, "encrypt_key" in receiver, "verification_token" in receiver, 0])
        limits = number((1 << 32) - 1) + number(0) + number(case["now_ms"])
        data = flags + limits + bytes([len(headers)]) + b"".join(headers) + body
        key = (json.dumps(case["expected"])[:20], flags, len(headers), len(body) < 200)
        if key not in found or len(data) < len(found[key]):
            found[key] = data
    yield from found.values()
    yield bytes([1, 1, 1, 1]) + number(1000) + number(5) + number(0) + bytes([0]) + b'{"encrypt":"AAAA"}'
    for secrets in [("k",), ("k", "t"), ("k", "t", "old key", "old"), ("k" * 128,), ("k" * 129,), ("",)]:
        rest = [bytes([1]) + some(secret) for secret in secrets]
        yield bytes([0]) + b"".join(rest)


def varint(value):
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])


def field(index, value):
    if isinstance(value, int):
        return varint(index << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(index << 3 | 2) + varint(len(value)) + value


def frame(method, headers, payload=None, more=b""):
    start = field(1, 7) + field(2, (1 << 64) - 2) + field(3, 33554678) + field(4, method)
    pairs = b"".join(field(5, field(1, key) + field(2, value)) for key, value in headers.items())
    return start + pairs + (b"" if payload is None else field(8, payload)) + more


def frames():
    event = {"type": "event", "message_id": "m", "sum": "1", "seq": "0"}
    yield frame(1, event, EVENT)
    yield frame(1, event | {"sum": "2"}, b"{", field(6, "gzip") + field(7, "json") + field(9, "log"))
    yield frame(0, {"type": "pong"}, '{"PingInterval":90}')
    yield frame(0, {"type": "ping"})
    yield frame(1, {"type": "card", "人": "流程"}, b"\xff")
    yield field(3, (1 << 64) - 1) + frame((1 << 64) - 2, {})
    yield frame(1, {}, None, varint(15 << 3 | 1) + bytes(8) + varint(15 << 3 | 5) + bytes(4))
    yield frame(1, {})[:-1]
    yield frame(1, {}, None, field(5, field(1, "key")))
    yield b"".join(field(index, 0) for index in range(1, 4))


def session():
    start, step = bytes([200, 10]) + number(1), lambda seconds: bytes([19, seconds])
    poll, opened, close, lost = bytes([0, 1]), bytes([4]), bytes([17, 0]), bytes([15])
    endpoint = bytes([3, 0, 0, 5, 4, 5])

    def part(message, count, index):
        return bytes([6, message, count, index, 1])

    connect = start + poll + endpoint + opened + poll
    answer = bytes([12, 0, 1, 1])
    yield connect + part(0, 1, 0) + answer + close + poll
    yield (
        connect + part(0, 3, 0) + part(1, 2, 1) + part(0, 3, 2) + part(0, 3, 1) + part(1, 2, 0) + answer + answer + poll
    )
    yield connect + part(0, 2, 0) + step(9) + part(0, 2, 1) + poll + step(29) + poll + poll
    yield connect + part(0, 3, 0) + lost + poll + step(29) + poll + endpoint + opened + part(0, 3, 1) + part(0, 3, 2)
    yield connect + bytes([14, 2]) + poll + lost + poll + step(20) + poll + endpoint + bytes([16, 2, 1]) + poll
    yield connect + bytes([11]) + some(frame(1, {"type": "card"})) + close + poll + answer + poll
    yield start + poll + bytes([3, 4, 0, 0, 0, 0]) + poll
    yield start + poll + bytes([16, 1, 0]) + poll + close + poll
    yield connect + bytes([18, 1]) + number((1 << 64) - 1) + poll + part(0, 1, 0) + poll


def reassembly():
    def part(message, count, index, what=2):
        return bytes([what, message, count, index, 1])

    yield place(400) + bytes([20]) + part(0, 3, 0) + part(0, 3, 1) + part(0, 3, 2) + part(0, 3, 1)
    yield place(400) + bytes([20]) + part(0, 3, 2) + part(1, 2, 1) + part(0, 3, 0) + part(1, 2, 0) + part(0, 3, 1)
    yield place(40) + bytes([3]) + part(0, 3, 2) + part(1, 2, 1) + part(0, 3, 0) + part(0, 3, 1) + part(1, 2, 0)
    yield place(400) + bytes([8]) + part(0, 2, 1) + bytes([0]) + number(5001) + part(0, 2, 0) + part(0, 2, 1)
    yield place(400) + bytes([8]) + part(0, 2, 1) + part(0, 3, 1) + part(0, 2, 3) + bytes([1]) + part(0, 2, 0)
    yield place(400) + bytes([8]) + bytes([2, 0, 2, 0, 0]) + some("a") + bytes([2, 0, 2, 0, 0]) + some("b")


def dedup():
    def step(what, event):
        return bytes([what, event])

    yield bytes([4]) + number(1000) + step(0, 2) + step(0, 2) + step(4, 2) + step(0, 2) + step(6, 2)
    yield (
        bytes([4])
        + number(1000)
        + b"".join(step(0, event) for event in range(2, 9))
        + step(0, 2)
        + step(6, 5)
        + step(0, 5)
    )
    yield bytes([2]) + number(50) + step(0, 2) + step(7, 0) + number(50) + step(0, 2) + step(4, 9) + step(0, 9)
    yield bytes([0]) + number(0) + step(0, 0) + step(0, 1) + some("any text") + step(4, 2) + step(0, 2)


def endpoint():
    url = "wss://x/ws/v2?device_id=7&service_id=33554678"
    config = '{"ReconnectCount":-1,"ReconnectInterval":90,"ReconnectNonce":0,"PingInterval":1}'
    for body in [
        json.dumps({"code": 0, "msg": "ok", "data": {"URL": url, "ClientConfig": json.loads(config)}}),
        '{"code":403,"msg":"no","data":null}',
        '{"code":0,"data":{}}',
        '{"code":0,"data":{"URL":"' + "u" * 1024 + '"}}',
        '{"code":"0"}',
        '{"code":1,"msg":"' + "m" * 300 + '"}',
        "[]",
        "{} x",
    ]:
        yield b"\0" + body.encode()
    for payload in [config, '{"PingInterval":86401,"ReconnectCount":-2}', '{"PingInterval":1.5}', "[]", "", "x"]:
        yield b"\1" + payload.encode()
    for status, code in [("403", ""), ("514", "1000040350"), (" 514 ", "+1000040350"), ("x", "1")]:
        yield b"\2" + some(status) + some(code)
    yield b"\3" + some("cli_1") + some('s"\\e\n')


def names():
    for name in ["corehr.process.updated_v2", "corehr.company.updated_v2", "url_verification", "x"]:
        for path_, value in [("status", 9), ("sub_events.opt_type", 1), ("a.b", 0)]:
            tag = FIELDS.get(name, {}).get("tag") or 3
            errors = number(102) + number(0x01020304) + number(5) + number(64) + number(63)
            yield number(tag) + number(value) + some(name) + some(path_) + errors


def c_abi():
    event = b'{"header":{"event_type":"corehr.process.updated_v2"},"event":{"status":9}}'
    listed = (
        b'{"header":{"event_type":"corehr.company.updated_v2"},"event":{"sub_events":[{"entity":"a"},{"entity":"b"}]}}'
    )
    good = b"\x02"
    ends = good * 12
    yield b"\0" + some(b"\0") + b"\0\x07\x01" + some(event) + ends
    yield b"\0" + some(b"\xff") + b"\x01\x07\x01" + some(b'{"event":{"a":1}}') + ends
    yield b"\1" + some(event) + some(b"\0") + b"\0" + b"\1\1" + place(900) + b"\xff" + ends
    yield b"\1" + some(b"") + some(b"\x41\x01\0") + number(3) + b"\0\2" + ends
    yield b"\2" + some(listed) + some(b"\0") + good + b"\1" + good * 2 + b"\1" + ends
    yield b"\3" + some("/a/0") + some('{"a":["\\u6d41"]}') + ends
    yield b"\4" + number(102) + number(0x01020304) + number(5) + number(64) + number(63) + b"\0\1" + ends
    yield b"\5" + number(3) + number(9) + b"\0" + some("corehr.process.updated_v2") + some("status") + ends
    for case in WEBHOOK[:4]:
        values = [value for _, value in case["headers"]] or ["", "", ""]
        headers = b"".join(some(value) + good * 2 for value in values[:3]) + (some("a") + some("b") + good * 2) * 2
        secrets = some("test key") + some("tok") + some("") + some("") + good * 4
        body = some(corpus.read_body(case["body"]))
        yield b"\6" + secrets + some(b"\0") + good + b"\2\0\1" + headers + body + good + b"\3\1" + ends
    yield b"\7" + some('{"code":0,"data":{"URL":"u"}}') + some(b"\0") + good * 3 + some("cli_1") + some("secret") + ends
    yield b"\x08" + number(0) + b"\1" + some("challenge") + ends


def c_state():
    good = b"\x02"
    begin, commit, abort = b"\2\2", b"\2\1", b"\2\0"
    yield b"\1" + bytes([8]) + good + b"\0" + good + number(1000) + (begin + b"\1") * 2 + commit + b"\1" + begin + abort
    room = b"\2" + good
    start = b"\0" + room + bytes([8]) + good + b"\0" + good + number(1)
    poll, endpoint_ = b"\0" + room + good, b"\3\0" + good
    part = lambda count, index: b"\x08\1\0" + bytes([count, index]) + some("{}") + good * 3  # noqa: E731
    connect = start + poll + endpoint_ + b"\4" + poll
    answer = b"\x0a\2" + good + good + b"\1"
    yield connect + part(1, 0) + answer
    yield connect + part(2, 0) + part(2, 1) + answer + poll + b"\7\0" + poll
    yield connect + b"\6\0" + poll + b"\x0b" + number(60_000) + poll + b"\5" + some("403") + some("") + good * 2 + poll


TARGETS = {
    "c_abi": c_abi,
    "c_state": c_state,
    "decode": bodies,
    "decode_as": decode_as,
    "dedup": dedup,
    "endpoint": endpoint,
    "frame": frames,
    "json": documents,
    "names": names,
    "path": path,
    "reassembly": reassembly,
    "request": request,
    "session": session,
    "to_json": to_json,
    "webhook": webhook,
}


def words():
    """What stands in bodies, requests and frames: names of members, event types, and the marks of JSON."""
    members = set()

    def walk(fields):
        for name, entry in fields.items():
            members.add(name)
            walk(entry.get("fields") or {})

    for entry in FIELDS.values():
        walk(entry["fields"])
    members |= {"schema", "header", "event", "type", "token", "challenge", "uuid", "ts", "encrypt"}
    members |= {"code", "msg", "data", "URL", "ClientConfig", "ReconnectCount", "ReconnectInterval", "ReconnectNonce"}
    members |= {"PingInterval", "message_id", "sum", "seq", "biz_rt", "AppID", "AppSecret"}
    texts = {"2.0", "1.0", "event_callback", "url_verification", "event", "card", "ping", "pong", "tok", "test key"}
    marks = [
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        '"',
        "true",
        "false",
        "null",
        "\\u0000",
        "\\t",
        "\\n",
        "\\ud83d\\ude00",
        "\\u6d41",
        "1e5",
    ]
    marks += ["X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Lark-Signature", "1700000000", "流程", "~0", "~1"]
    marks += ['{"schema":"2.0","header":', ',"event":', '{"encrypt":"', "-9223372036854775808", "18446744073709551615"]
    found = [f'"{name}":' for name in sorted(members)]
    found += [f'"{name}"' for name in sorted(name for name in FIELDS if name != "header")]
    return found + sorted(texts) + marks


def quoted(text):
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}" for byte in text.encode()
    )


def wanted():
    """All files that there are to be, with what is in them."""
    files = {}
    for target, make in TARGETS.items():
        for data in make():
            # The name says what is in it, so that one more seed gives no other its name.
            files[SEEDS / target / hashlib.sha256(data).hexdigest()[:16]] = data
    files[WORDS] = "".join(f'"{quoted(word)}"\n' for word in dict.fromkeys(words())).encode()
    return files


def faults():
    """What is not as it should be: in the seeds, in the targets, in what is built with."""
    files = wanted()
    there = {path for path in SEEDS.glob("*/*") if not path.name.startswith("regression-")} | {WORDS}
    for path_ in sorted(files.keys() - there):
        yield f"{path_.relative_to(ROOT)} is missing"
    for path_ in sorted(there - files.keys()):
        yield f"{path_.relative_to(ROOT)} is no seed: name it regression-... if it is to stay"
    for path_ in sorted(there & files.keys()):
        if not path_.is_file() or path_.read_bytes() != files[path_]:
            yield f"{path_.relative_to(ROOT)} is not what it should be"
    targets = {path.stem for path in HERE.glob("fuzz_targets/*.rs")}
    if targets != TARGETS.keys():
        yield f"seeds.py has targets {sorted(TARGETS.keys() ^ targets)} too many or too few"
    called = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("fuzz_targets/c_*.rs"))
    header = (ROOT / "include/lark_event.h").read_text(encoding="utf-8")
    for name in sorted(set(re.findall(r"\b(lark_\w+)\(", header))):
        if f"ffi::{name}(" not in called:
            yield f"{name} is called by no target"
    package = re.compile(r'^name = "(.*)"\nversion = "(.*)"$', re.MULTILINE)
    root, own = (set(package.findall((it / "Cargo.lock").read_text(encoding="utf-8"))) for it in (ROOT, HERE))
    names = {name for name, _ in root}
    for name, version in sorted(own - root):
        if name in names:
            yield f"tests/fuzz/Cargo.lock has {name} {version}, and Cargo.lock another version"


def main():
    parser = argparse.ArgumentParser(description="Write the seeds of the fuzz targets and their dictionary.")
    parser.add_argument("--check", action="store_true", help="only tell what is not as it should be")
    if not parser.parse_args().check:
        files = wanted()
        for path_ in SEEDS.glob("*/*"):
            if path_ not in files and not path_.name.startswith("regression-"):
                path_.unlink()
        for path_, data in files.items():
            path_.parent.mkdir(parents=True, exist_ok=True)
            path_.write_bytes(data)
    found = list(faults())
    print("\n".join(found) or "seeds, words and targets of tests/fuzz are as they should be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
