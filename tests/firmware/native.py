"""Firmware in C and C++ for a Cortex-M4: builds it with GCC, runs it under QEMU, and plays the modem for a gateway.

    python tests/firmware/native.py LIBRARY BUILD

builds with the `liblark_event_ffi.a` of `thumbv7em-none-eabi`, and runs the C test and the C++ gateway. `converse` goes
with every program that speaks the protocol of `ffi/examples/gateway/gateway.cpp` and logs `ready` when it listens and
`handled <event_type> <event_id>` for each event.
"""

import contextlib
import importlib
import json
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GATEWAY = ROOT / "ffi" / "examples" / "gateway"
CORPUS = ROOT / "tests" / "corpus"
SAMPLES = sorted((CORPUS / "samples").glob("*.json"))

sys.path[:0] = [str(ROOT / "tests"), str(CORPUS)]
# The platform's side of a webhook, and the corpus; neither has types.
lark_platform: Any = importlib.import_module("lark_platform")
corpus: Any = importlib.import_module("corpus")

MACHINE = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=soft"]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
COMPILE = [*MACHINE, *WARNINGS, "-Os", "-g", "-ffunction-sections", "-fdata-sections"]
# Newlib has no note on its stacks in some files, hence the noexecstack.
LINK = [*MACHINE, "--specs=nano.specs", "-nostartfiles", "-Wl,--gc-sections", "-Wl,-z,noexecstack"]
CPP = ["-std=c++17", "-fno-exceptions", "-fno-rtti"]
# The functions that a heap cannot do without: of C, of newlib, and C++'s operator new.
ALLOCATORS = re.compile(r"_?(malloc|calloc|realloc|free|sbrk)(_r)?|_Zn[aw].*")

KEY, TOKEN = "test key", "tok"
BODY_LIMIT = 1200  # of the cases that go into the C test
QEMU = ["qemu-system-arm", "-M", "lm3s6965evb", "-cpu", "cortex-m4", "-display", "none", "-monitor", "none"]
SECONDS = 60  # how long a program may take; ten are usual

Pairs = Iterable[tuple[str, str]]
Reply = tuple[int, Any]


class FirmwareError(Exception):
    """A program could not be built, or did not do what it should."""


def check(good: object, message: str) -> None:
    """Raise unless something holds."""
    if not good:
        raise FirmwareError(message)


def run(*command: str | Path) -> str:
    """Run a tool that must succeed, and return what it printed."""
    completed = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    check(completed.returncode == 0, f"{command[0]} failed:\n{completed.stdout}{completed.stderr}")
    return completed.stdout


# ---- building ----


def compile_one(source: Path, build: Path, *options: str) -> Path:
    """Compile a file as C99 or C++17, by its name."""
    language = ["arm-none-eabi-g++", *CPP] if source.suffix == ".cpp" else ["arm-none-eabi-gcc", "-std=c99"]
    compiled = build / f"{source.stem}.o"
    include = [f"-I{ROOT / 'include'}", f"-I{GATEWAY}"]
    run(*language, *COMPILE, *include, *options, "-c", source, "-o", compiled)
    return compiled


def link(compiler: str, program: Path, parts: Sequence[Path]) -> Path:
    """Link a program, which must come without a heap."""
    run(compiler, *LINK, f"-T{GATEWAY / 'lm3s6965.ld'}", *parts, "-o", program)
    names = {line.split()[-1] for line in run("arm-none-eabi-nm", program).splitlines()}
    check("Reset_Handler" in names, f"{program.name} has no symbols to look at")
    found = sorted(name for name in names if ALLOCATORS.fullmatch(name))
    check(not found, f"{program.name} can allocate: {found}")
    return program


def build_gateway(library: Path, build: Path) -> Path:
    """Build the gateway in C++ of the examples."""
    build.mkdir(parents=True, exist_ok=True)
    parts = [compile_one(GATEWAY / name, build) for name in ("board_lm3s6965.c", "gateway.cpp")]
    return link("arm-none-eabi-g++", build / "gateway.elf", [*parts, library])


def build_c(library: Path, build: Path) -> Path:
    """Build the test in C."""
    build.mkdir(parents=True, exist_ok=True)
    (build / "cases.h").write_text(cases(), encoding="utf-8")
    parts = [compile_one(source, build, f"-I{build}") for source in (GATEWAY / "board_lm3s6965.c", HERE / "c/main.c")]
    return link("arm-none-eabi-gcc", build / "firmware_c.elf", [*parts, library])


def sizes(program: Path) -> dict[str, int]:
    """Return the bytes of each section of a program that has an address."""
    lines = [line.split() for line in run("arm-none-eabi-size", "-A", program).splitlines()]
    named = [line for line in lines if len(line) == 3 and line[0].startswith((".text", ".ARM.ex", ".init"))]
    named += [line for line in lines if len(line) == 3 and line[0] in {".stack", ".data", ".bss"}]
    return {name: int(size) for name, size, _ in named}


# ---- the cases of the C test ----


def array(data: bytes) -> str:
    """Write bytes as an initialiser; C has no empty ones."""
    return "{" + ",".join(map(str, data or b"\0")) + "}"


def quoted(text: str) -> str:
    """Write a string of C."""
    return '"' + "".join(c if c.isalnum() else "".join(f"\\{byte:03o}" for byte in c.encode()) for c in text) + '"'


def quoted_or_null(text: str | None) -> str:
    return "NULL" if text is None else quoted(text)


def chosen(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return, for each receiver, the first request of each expectation."""
    first: dict[str, dict[str, Any]] = {}
    for case in requests:
        expected = case["expected"].get("error", *case["expected"])
        if len(corpus.read_body(case["body"])) <= BODY_LIMIT:
            first.setdefault(json.dumps([case["receiver"], expected]), case)
    return list(first.values())


def request_case(index: int, case: dict[str, Any]) -> str:
    """Write a request of the corpus as C."""
    expected: dict[str, str] = case["expected"]
    kind = f"LARK_ERROR_KIND_{expected['error']}" if "error" in expected else "0"
    text = next(iter(expected.values())).encode() if kind == "0" else b""
    delivery = "NONE" if kind != "0" else next(iter(expected)).upper()
    body = corpus.read_body(case["body"])
    headers = "".join(
        f"{{{quoted(name)},{len(name.encode())},{quoted(value)},{len(value.encode())}}},"
        for name, value in case["headers"]
    )
    receiver = case["receiver"]
    secrets = (
        receiver.get(prefix + name) for prefix in ("", "previous_") for name in ("encrypt_key", "verification_token")
    )
    values = [
        quoted(case["name"]),
        *map(quoted_or_null, secrets),
        str(receiver.get("max_body", 1 << 20)),
        str(receiver.get("tolerance_ms", 0)),
        f"{case['now_ms']}u",
        f"headers_{index}",
        str(len(case["headers"])),
        f"body_{index}",
        str(len(body)),
        kind,
        f"LARK_DELIVERY_KIND_{delivery}",
        f"text_{index}",
        str(len(text)),
    ]
    return (
        f"static const LarkHttpHeader headers_{index}[] = {{{headers}{{NULL,0,NULL,0}}}};\n"
        f"static const uint8_t body_{index}[] = {array(body)};\n"
        f"static const uint8_t text_{index}[] = {array(text)};\n"
        f"#define REQUEST_{index} {{{','.join(values)}}}\n"
    )


def cases() -> str:
    """Write samples and requests of the corpus as a header."""
    parts = [
        f"static const uint8_t {path.stem.replace('.', '_')}[] = {array(path.read_bytes())};\n" for path in SAMPLES
    ]
    requests = chosen(json.loads((CORPUS / "webhook.json").read_text(encoding="utf-8")))
    parts += [request_case(index, case) for index, case in enumerate(requests)]
    names = ",".join(f"REQUEST_{index}" for index in range(len(requests)))
    return "".join([*parts, f"#define REQUESTS {names}\n"])


# ---- running ----


def emulate(program: Path, log: Path, *options: str) -> list[str]:
    """Return the command that runs a program, with what it says by semihosting in a file."""
    logging = ["-chardev", f"file,id=log,path={log}", "-semihosting-config", "enable=on,target=native,chardev=log"]
    return [*QEMU, *logging, *options, "-kernel", str(program)]


def run_c(program: Path) -> str:
    """Run the test in C, and return what it says."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = emulate(program, log, "-serial", "null")
        completed = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        said = log.read_text(encoding="utf-8", errors="replace")
    summary = re.search(r"^(\d+) passed, 0 failed$", said, re.MULTILINE)
    check(completed.returncode == 0 and summary and int(summary[1]) > 0, f"{program.name}: {said}{completed.stderr}")
    return said


def make_frame(number: int, headers: Pairs, body: bytes) -> bytes:
    """Return a request as the modem sends it."""
    content = "".join(f"{name}: {value}\n" for name, value in headers).encode() + b"\n" + body
    return raw_frame(number, content)


def raw_frame(number: int, content: bytes) -> bytes:
    """Return a frame with whatever is in it."""
    return number.to_bytes(2, "big") + len(content).to_bytes(2, "big") + content


class Modem:
    """A gateway under QEMU, and the modem at its serial line."""

    def __init__(self, program: Path) -> None:
        self.expected: Counter[tuple[str, str]] = Counter()
        self.replies: queue.Queue[str | None] = queue.Queue()
        self.statuses: Counter[int] = Counter()
        self.ids = 0
        self.folder = tempfile.TemporaryDirectory()
        self.log = Path(self.folder.name) / "log"
        command = emulate(program, self.log, "-chardev", "stdio,id=uart,signal=off", "-serial", "chardev:uart")
        self.deadline = time.monotonic() + SECONDS
        self.errors = self.log.with_name("errors")
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
        # So that no write waits for ever.
        self.watchdog = threading.Timer(SECONDS, self.process.kill)
        self.watchdog.start()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def close(self) -> None:
        """End QEMU, which does not end by itself."""
        self.watchdog.cancel()
        self.process.kill()
        self.process.wait(10)
        self.reader.join(10)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # for what could not be written any more
                if stream is not None:
                    stream.close()
        self.folder.cleanup()

    def read(self) -> None:
        """Pass on the lines of the gateway, and at the end None."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.replies.put(line.decode("utf-8", "replace"))
        self.replies.put(None)

    def said(self) -> list[str]:
        return self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []

    def state(self) -> str:
        """Return what there is to say of a gateway with which something is wrong."""
        ended = self.process.poll()
        return f"the gateway {'runs' if ended is None else 'has ended'} and says {self.said()[-5:]}; QEMU says " + (
            self.errors.read_text(encoding="utf-8", errors="replace")
        )

    def wait_until_ready(self) -> None:
        """Wait until the gateway listens: what comes before, the UART may throw away."""
        while "ready" not in self.said():
            check(self.process.poll() is None and time.monotonic() < self.deadline, f"not ready: {self.state()}")
            time.sleep(0.01)

    def number(self) -> int:
        """Return an id that was not used lately, in no order."""
        self.ids += 1
        return self.ids * 40503 & 0xFFFF

    def write(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def next_reply(self) -> tuple[int, Reply]:
        """Return the id of the next reply, its status, and what it says."""
        try:
            line = self.replies.get(timeout=max(0.0, self.deadline - time.monotonic()))
        except queue.Empty:
            line = None
        check(line is not None, f"no reply: {self.state()}")
        match = re.fullmatch(r"(0|[1-9]\d{0,4}) (\d{3}) (\{.*\})\n", line or "")
        if match is None:
            raise FirmwareError(f"not a reply: {line!r}")
        status = int(match[2])
        self.statuses[status] += 1
        return int(match[1]), (status, json.loads(match[3]))

    def exchange(self, frames: dict[int, bytes]) -> dict[int, Reply]:
        """Send frames in one go, and return what is answered to each."""
        self.write(b"".join(frames.values()))
        replies: dict[int, Reply] = {}
        while len(replies) < len(frames):
            number, reply = self.next_reply()
            check(number in frames and number not in replies, f"reply to {number}, which was not asked, or twice")
            replies[number] = reply
        return replies

    def ask(self, content: bytes) -> Reply:
        """Send a frame, and return the answer."""
        number = self.number()
        return self.exchange({number: raw_frame(number, content)})[number]

    def expect(self, name: str, status: int, content: bytes) -> None:
        """Send a frame which must be answered so."""
        reply = self.ask(content)
        check(reply[0] == status, f"{name}: expected {status}, found {reply}")

    def expect_handled(self, event: dict[str, Any]) -> None:
        self.expected[event["header"]["event_type"], event["header"]["event_id"]] += 1

    def check_handled(self) -> list[str]:
        """Compare what the gateway says it has handled with what it should have; return all it says."""
        said = self.said()
        handled = Counter((words[1], words[2]) for line in said if (words := line.split())[:1] == ["handled"])
        check(handled == self.expected, f"handled {handled - self.expected} and not {self.expected - handled}")
        check(self.process.poll() is None, self.state())
        check(self.replies.empty(), "more replies than requests")
        return said


# ---- what the modem passes on ----

TEMPLATES = [json.loads(path.read_bytes()) for path in SAMPLES if path.stem.endswith("_updated")]


def make_event(number: int, **members: Any) -> dict[str, Any]:
    """Return an event, of another type each time, with members of its `event`."""
    template = TEMPLATES[number % len(TEMPLATES)]
    header = {**template["header"], "event_id": f"{number:032x}", "token": TOKEN}
    return {**template, "header": header, "event": {**template["event"], **members}}


def content(event: dict[str, Any] | bytes, key: str | None = KEY, **options: str) -> bytes:
    """Return an event or challenge as the content of a frame: encrypted and signed, as the platform does."""
    headers, body = lark_platform.request(key, event, **options)
    return make_frame(0, headers.items(), body)[4:]


def challenges(modem: Modem) -> None:
    for text in ("ajls384k-djx9-8XX0-abcd-0123456789ab", "x", 'quotes " and 人'):
        challenge = {"challenge": text, "token": TOKEN, "type": "url_verification"}
        reply = modem.ask(content(challenge))
        check(reply == (200, {"challenge": text}), f"challenge: {reply}")
    modem.expect("challenge with another token", 401, content({**challenge, "token": "x"}))


def deliveries(modem: Modem, first: int = 0) -> None:
    for number in range(first, first + 8):
        event = make_event(number)
        modem.expect_handled(event)
        once = content(event)
        for name, repeated in (("event", once), ("the same request", once), ("the same event", content(event))):
            reply = modem.ask(repeated)
            check(reply == (200, {"msg": "success"}), f"{name}: {reply}")


def odd_events(modem: Modem) -> None:
    """Events that are handled although they are not as usual."""
    unknown = make_event(1000)
    unknown["header"]["event_type"] = "corehr.person.updated_v2"
    for name, event in [
        ("unknown type", unknown),
        ("one field too long", make_event(1001, biz_type="x" * 801, process_id="x" * 64)),
        ("a field of another type", make_event(1002, status="?", process_id=[])),
        ("unknown value", make_event(1003, status=2_000_000_000)),
        ("large", make_event(1004, more="y" * 4000)),
    ]:
        modem.expect_handled(event)
        modem.expect(name, 200, content(event))


def forgeries(modem: Modem) -> None:
    event = make_event(2000)
    good = content(event)
    modem.expect("another key", 401, content(event, "another key"))
    modem.expect("not encrypted, not signed", 401, content(event, None))
    modem.expect("changed behind the signature", 401, good[:-9] + bytes([good[-9] ^ 1]) + good[-8:])
    modem.expect("longer than was signed", 401, good + b" ")
    modem.expect("without signature", 401, b"\n" + good.split(b"\n\n", 1)[1])
    modem.expect("a header twice", 401, good.split(b"\n")[-3] + b"\n" + good)
    event["header"]["token"] = "x"
    modem.expect("another token", 401, content(event))


def malformed(modem: Modem) -> None:
    good = content(make_event(3000))
    modem.expect("nothing", 400, b"")
    modem.expect("a header without colon", 400, b"Content-Type\n" + good)
    modem.expect("a line without header", 400, b"x")
    modem.expect("headers without end", 400, good.split(b"\n\n")[0] + b"\n")
    modem.expect("no JSON inside", 400, content(b"hello"))
    modem.expect("half an event inside", 400, content(b'{"schema":"2.0","header":{"token":"tok"'))
    modem.expect("no body", 401, b"Host: x\n\n")


def oversize(modem: Modem) -> None:
    for size in (0xFFFF, 40_000):
        modem.expect(f"{size} bytes", 413, b"x" * size)
    event = make_event(4000)
    modem.expect_handled(event)
    modem.expect("after them", 200, content(event))


def piecemeal(modem: Modem) -> None:
    """Send a request in small pieces, so that the gateway sleeps between them."""
    event, number = make_event(5000), modem.number()
    modem.expect_handled(event)
    frame = raw_frame(number, content(event))
    for start in range(0, len(frame), 7):
        modem.write(frame[start : start + 7])
        time.sleep(0.001)
    check(modem.next_reply() == (number, (200, {"msg": "success"})), "in pieces")


def in_random_order(frames: dict[int, bytes]) -> dict[int, bytes]:
    """Order frames by their ids, which come in no order themselves."""
    return dict(sorted(frames.items()))


def burst(modem: Modem, events: list[dict[str, Any]]) -> None:
    """Send events at once, and those that were not taken again, until all have been."""
    for event in events:
        modem.expect_handled(event)
    while events:
        sent = {modem.number(): event for event in events}
        replies = modem.exchange(in_random_order({number: raw_frame(number, content(sent[number])) for number in sent}))
        check({reply[0] for reply in replies.values()} <= {200, 503}, f"in a burst: {replies}")
        events = [event for number, event in sent.items() if replies[number][0] == 503]


def bursts(modem: Modem) -> None:
    for first in range(10_000, 10_300, 20):
        burst(modem, [make_event(number) for number in range(first, first + 20)])


def mixed_burst(modem: Modem) -> None:
    """Send bad requests of all kinds between good ones, all at once."""
    bad = {content(make_event(6000), "another key"): 401, b"": 400, b"x: y": 400, b"z" * 50_000: 413}
    for first in range(12_000, 12_016, 8):
        events = {modem.number(): make_event(number) for number in range(first, first + 8)}
        others = {modem.number(): item for item in bad.items()}
        frames = {number: raw_frame(number, content(event)) for number, event in events.items()}
        frames |= {number: raw_frame(number, data) for number, (data, _) in others.items()}
        replies = modem.exchange(in_random_order(frames))
        for number, (data, status) in others.items():
            check(replies[number][0] in {status, 503}, f"in a burst, {data[:60]!r}: {replies[number]}")
        for number, event in events.items():
            if replies[number][0] == 200:
                modem.expect_handled(event)
        burst(modem, [event for number, event in events.items() if replies[number][0] != 200])


def the_same_at_once(modem: Modem) -> None:
    """Send the same event three times: it is handled once, whether the others find it done or in progress."""
    for number in range(11_000, 11_010):
        event = make_event(number)
        modem.expect_handled(event)
        ids = [modem.number() for _ in range(3)]
        statuses = {reply[0] for reply in modem.exchange({i: raw_frame(i, content(event)) for i in ids}).values()}
        check(200 in statuses and statuses <= {200, 503}, f"three at once: {statuses}")


def nothing_often(modem: Modem) -> None:
    """Send frames with nothing in them, which come faster than they can be answered."""
    replies = modem.exchange({number: raw_frame(number, b"") for number in (modem.number() for _ in range(2000))})
    statuses = {reply[0] for reply in replies.values()}
    check(statuses <= {400, 503}, f"nothing, often: {statuses}")


PARTS = [
    challenges,
    deliveries,
    odd_events,
    forgeries,
    malformed,
    oversize,
    piecemeal,
    bursts,
    mixed_burst,
    the_same_at_once,
    nothing_often,
]


class Conversation(NamedTuple):
    """What a gateway has said, line by line, and how many times it has answered with each status."""

    said: list[str]
    statuses: dict[int, int]


def converse(program: Path) -> Conversation:
    """Play the modem for a gateway, and check every answer and that every event is handled once."""
    with contextlib.closing(Modem(program)) as modem:
        try:
            modem.wait_until_ready()
            for part in PARTS:
                part(modem)
            deliveries(modem, 20_000)
        except OSError as error:  # it has ended, or was ended because it took too long
            raise FirmwareError(modem.state()) from error
        return Conversation(modem.check_handled(), dict(sorted(modem.statuses.items())))


# What the gateway in C++ says of some of the events: process and status, a value without name, and a bad field.
DETAILS = {
    f"handled corehr.process.approver.updated_v2 {1:032x} 7072306364927985196 TO_DO",
    f"handled corehr.process.node.updated_v2 {2:032x} 7312658016791168538 IN_PROGRESS",
    f"handled corehr.process.updated_v2 {1003:032x} 7072306364927985196 2000000000",
    "field event.process_id CAPACITY",
}


def run_gateway(program: Path) -> Conversation:
    """Converse with the gateway in C++, and look at more of what it says."""
    conversation = converse(program)
    missing = sorted(DETAILS - set(conversation.said))
    check(not missing, f"the gateway has not said {missing}")
    return conversation


def main(arguments: Sequence[str]) -> int:
    """Build both and run them."""
    library, build = map(Path, arguments)
    test = build_c(library, build)
    print(run_c(test), end="")
    gateway = build_gateway(library, build)
    said, statuses = run_gateway(gateway)
    handled = sum(line.startswith("handled ") for line in said)
    print(f"gateway.cpp: {handled} events handled, each once; answers {statuses}; bytes {sizes(gateway)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
