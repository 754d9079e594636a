"""What a refusal takes does not tell where the first wrong byte is: of a signature, a verification token, a padding.

Instructions, reads, writes and branches are counted for every place, and must be the same to the last one: that
decides, for counts do not depend on what else the machine does. A comparison that ends at the first difference must be
seen by the same means. Secrets that count as undefined show the same from another side: nothing but the verdict depends
on them. Times are measured as well, as an attacker would, and compared with those of the naive comparison.
"""

import base64
import hashlib
import json
import re
import subprocess
from itertools import pairwise

import pytest
from conftest import ROOT, tool
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad
from lark_platform import sign

# Instructions are those of the library that is shipped, and valgrind has no use for one that is instrumented.
pytestmark = pytest.mark.shipped
KEY, TOKEN = "9f3c1de75ab84c02b6e0d41f7a8853cb", "Zq8vKx2LrT0mWc5NhY7pBd4GsF9aJe1u"
# The statuses of lark_event.h.
UNVERIFIED, SIGNATURE, WRONG_TOKEN, DECRYPTION = 300, 302, 304, 306
# What is counted of a case: instructions, data read and written, branches and jumps.
EVENTS = ("Ir", "Dr", "Dw", "Bc", "Bi")


def event(token=TOKEN):
    header = {"event_id": "1", "event_type": "corehr.process.cc.updated_v2", "token": token}
    return json.dumps({"schema": "2.0", "header": header, "event": {"status": 5}}, separators=(",", ":")).encode()


def challenge(token):
    return json.dumps({"challenge": "abc", "token": token, "type": "url_verification"}, separators=(",", ":")).encode()


def sealed(padded):
    """Return a body with this in it.

    How its Base64 ends is for all to see, and takes its time by what characters these are: capital letters here.
    """
    for number in range(100_000):
        vector = number.to_bytes(16, "big")
        whole = vector + AES.new(hashlib.sha256(KEY.encode()).digest(), AES.MODE_CBC, vector).encrypt(padded)
        text = base64.b64encode(whole).decode()
        if text.rstrip("=")[-4:].isalpha() and text.rstrip("=")[-4:].isupper():
            return f'{{"encrypt":"{text}"}}'
    raise AssertionError


def changed(text, place):
    """Return the text with another character of the same kind at one place."""
    others = {"0": "1", "9": "8", "f": "e"}
    return text[:place] + others.get(text[place], chr(ord(text[place]) + 1)) + text[place + 1 :]


def line(name, function, status, key, token, signature, request):
    return [name, function, status, key or "-", token or "-", signature or "-", request]


def signed(name, function, status, request):
    """Return a request with the right signature."""
    return line(name, function, status, KEY, TOKEN, sign(KEY, "1700000000", "nonce", request.encode()), request)


def signatures(function):
    """Return requests with a signature that is wrong from each place on, and some that are wrong at one place only."""
    request = sealed(pad(event(), 16))
    right = sign(KEY, "1700000000", "nonce", request.encode())
    for place in range(64):
        yield line(f"signature-{place}", function, SIGNATURE, KEY, TOKEN, changed(right, place), request)
        wrong = right[:place] + "".join(changed(digit, 0) for digit in right[place:])
        yield line(f"signature-from-{place}", function, SIGNATURE, KEY, TOKEN, wrong, request)


def tokens(function, kind):
    """Return requests with a token that is wrong at each place: plain, encrypted, or in a challenge."""
    for place in range(len(TOKEN)):
        name, wrong = f"token-{kind}-{place}", changed(TOKEN, place)
        if kind == "plain":
            yield line(name, function, WRONG_TOKEN, None, TOKEN, None, event(wrong).decode())
        elif kind == "encrypted":
            yield signed(name, function, WRONG_TOKEN, sealed(pad(event(wrong), 16)))
        else:
            yield line(name, function, UNVERIFIED, KEY, TOKEN, None, sealed(pad(challenge(wrong), 16)))


def paddings(function, with_signature):
    """Return requests with a padding that is wrong at each place, or of a wrong length; unsigned, also right ones."""
    text = bytes(range(0x41, 0x61))
    ends = {f"byte-{size}-{place}": (size, place) for size in range(2, 17) for place in range(1, size)}
    blocks = {}
    for name, (size, place) in ends.items():
        block = bytearray(text[: 32 - size] + bytes([size] * size))
        block[31 - place] ^= 1
        blocks[name] = bytes(block)
    blocks |= {f"last-{last}": text[:31] + bytes([last]) for last in (0, 17, 18, 32, 64, 128, 255)}
    if not with_signature:
        blocks |= {f"right-{size}": pad(text[: 32 - size], 16) for size in range(1, 17)}
    for name, block in blocks.items():
        request = sealed(block)
        if with_signature:
            yield signed(f"padding-{name}", function, DECRYPTION, request)
        else:
            yield line(f"padding-{name}", function, UNVERIFIED, KEY, None, None, request)


GROUPS = {
    "signature, open": lambda: signatures("open"),
    "signature, receive": lambda: signatures("receive"),
    "token of a plain event, open": lambda: tokens("open", "plain"),
    "token of a plain event, receive": lambda: tokens("receive", "plain"),
    "token of an encrypted event, open": lambda: tokens("open", "encrypted"),
    "token of an encrypted event, receive": lambda: tokens("receive", "encrypted"),
    "token of a challenge": lambda: tokens("open", "challenge"),
    "padding, signed": lambda: paddings("open", with_signature=True),
    "padding, unsigned": lambda: paddings("open", with_signature=False),
}

# What is measured: the first wrong byte at the front, and at the end.
PAIRS = [
    ("signature, open", "signature-0", "signature-63"),
    ("token of a plain event, open", "token-plain-0", "token-plain-31"),
    ("padding, signed", "padding-byte-16-1", "padding-byte-16-15"),
    ("padding, unsigned", "padding-last-0", "padding-right-16"),
]


def naive():
    """Return what a comparison meets that ends at the first difference, by the place of it."""
    return [case for case in signatures("naive") if "from" not in case[0]]


@pytest.fixture(scope="module")
def program(library, tmp_path_factory):
    """Return a function that writes cases to a file, and the program that reads it, for a command line."""
    folder = tmp_path_factory.mktemp("constant_time")
    binary = library.build(ROOT / "tests" / "c" / "constant_time.c", folder / "program", "-O2", "-g")

    def command(mode, cases):
        genuine = sign(KEY, "1700000000", "nonce", sealed(pad(event(), 16)).encode())
        lines = [" ".join(map(str, case)) for case in cases]
        (folder / "cases").write_text("\n".join([genuine, *lines, ""]), encoding="ascii")
        return [binary, mode, folder / "cases"]

    return command


def run(command, folder):
    completed = subprocess.run(list(map(str, command)), capture_output=True, timeout=600, check=False, cwd=folder)
    assert completed.returncode == 0, completed.stderr.decode()
    return completed.stdout.decode()


def counts(program, cases, folder):
    """Return what each case takes, by its name."""
    valgrind = [tool("valgrind"), "-q", "--tool=callgrind", "--cache-sim=yes", "--branch-sim=yes", "--dump-line=no"]
    run([*valgrind, "--callgrind-out-file=out", *program("count", cases)], folder)
    found = {}
    for path in folder.glob("out.*"):
        text = path.read_text(encoding="utf-8")
        name = re.search(r"^desc: Trigger: Client Request: (.*)$", text, re.MULTILINE)
        if name:
            events = re.search(r"^events: (.*)$", text, re.MULTILINE)[1].split()
            totals = map(int, re.search(r"^(?:totals|summary): (.*)$", text, re.MULTILINE)[1].split())
            taken = dict(zip(events, totals, strict=False))
            found[name[1]] = tuple(taken[event] for event in EVENTS)
        path.unlink()
    assert found.keys() == {case[0] for case in cases}
    return found


@pytest.mark.parametrize("group", GROUPS)
def test_every_refusal_takes_the_same(program, tmp_path, group):
    found = counts(program, list(GROUPS[group]()), tmp_path)
    by_cost = {cost: [name for name, its in found.items() if its == cost] for cost in set(found.values())}
    assert len(by_cost) == 1, f"{EVENTS}: {by_cost}"
    print(f"{group}: {len(found)} refusals, each {dict(zip(EVENTS, *by_cost, strict=True))}")


def test_a_comparison_that_ends_early_is_seen(program, tmp_path):
    found = counts(program, naive(), tmp_path)
    costs = [found[f"signature-{place}"] for place in range(64)]
    steps = {tuple(after - before for before, after in zip(*pair, strict=True)) for pair in pairwise(costs)}
    assert len(steps) == 1, steps
    assert min(next(iter(steps))[:2]) > 0, steps


def tainted(program, cases, folder):
    """Return on how many branches and addresses a secret had a part, by the name of the case."""
    valgrind = [tool("valgrind"), "-q", "--tool=memcheck", "--error-limit=no"]
    pairs = [line.split() for line in run([*valgrind, *program("taint", cases)], folder).splitlines()]
    found = {name: int(count) for name, count in pairs}
    assert found.keys() == {case[0] for case in cases}
    return found


@pytest.mark.parametrize(
    ("group", "verdicts"),
    [
        ("signature, open", 1),
        ("signature, receive", 1),
        ("padding, signed", 1),
        ("token of a plain event, open", 1),
        # Whether the event is as the platform sends it, and why it is refused.
        ("token of a plain event, receive", 2),
    ],
)
def test_nothing_but_verdicts_depends_on_a_secret(program, tmp_path, group, verdicts):
    assert set(tainted(program, list(GROUPS[group]()), tmp_path).values()) == {verdicts}


def test_what_depends_on_a_secret_is_seen(program, tmp_path):
    found = tainted(program, naive(), tmp_path)
    assert [found[f"signature-{place}"] for place in range(64)] == list(range(2, 66))


def difference(program, cases, samples, folder):
    """Return the nanoseconds by which the second case takes longer than the first, and Welch's t."""
    _, longer, variance, _ = map(float, run([*program("time", cases), samples], folder).split())
    return longer, longer / variance**0.5


@pytest.mark.parametrize(("group", "first", "last"), PAIRS)
def test_times_do_not_tell_what_those_of_a_naive_comparison_tell(program, tmp_path, group, first, last):
    cases = {case[0]: case for case in GROUPS[group]()}
    wrong = {case[0]: case for case in naive()}
    # On a machine that does other things too: more samples until it shows, which it need not at once. A comparison that
    # ends early would have to hide from all of them, and one that does not to look like one in each.
    for attempt in range(6):
        samples = 20_000 * 3**attempt
        theirs, their_t = difference(program, [wrong["signature-0"], wrong["signature-63"]], samples, tmp_path)
        ours, our_t = difference(program, [cases[first], cases[last]], samples, tmp_path)
        print(
            f"{group}, {samples} samples: {ours:+.2f} ns, t = {our_t:+.1f}; naive: {theirs:+.2f} ns, t = {their_t:+.1f}"
        )
        if their_t > 10 and abs(ours) < theirs / 8:
            return
    pytest.fail("times tell where the first difference is")
