"""The C interface of the webhook: vectors, misuse, and secrets that are really wiped."""

import base64
import hashlib
from functools import reduce
from operator import xor

import pytest
from conftest import ROOT, SANITIZE, run, tool
from lark_platform import decrypt, encrypt, sign

VALGRIND = ["-q", "--error-exitcode=9", "--leak-check=full"]
IV = bytes(range(16))
CHALLENGE = b'{"challenge":"abc","token":"tok","type":"url_verification"}'
EVENT = (
    b'{"schema":"2.0","header":{"event_id":"00000000000000000000000000000001",'
    b'"event_type":"corehr.process.cc.updated_v2","create_time":"1700000000000","token":"tok",'
    b'"app_id":"cli_0000000000000000","tenant_key":"tk"},"event":{"process_id":"7072306364927985196",'
    b'"approver_id":"7072306364927985187","status":5,"biz_type":"renewal_record"}}'
)
# Published or made with other programs: the first by the platform, S1 by another project, D3 and S3 with openssl.
D1 = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="
D3 = "AAECAwQFBgcICQoLDA0OD6alpwIsMFbSsWTHppjb1mF1g3fSG1j6ixO5Wwk/tA9VD80LJtkVgGA/sICTcBkE4I3h4EEoG7JS2demHHi+NA0="
S1 = "86cc7c84b60af63b24af1c2e76de459afc45c99442dc5e9e26ae3c916464eaeb"
S2 = "09c276adfee382dc53a6a0e1865a3220ef810629"
S3 = "d59541943337a362557d5a27cebd659c1a5108884617e7bb5a67a5714b23673f"


# The example of FIPS 197, A.3.
FIPS_197_KEY = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
# Random, so that no piece of them is anywhere by chance.
WIPE_KEY = "9f3c1de75ab84c02b6e0d41f7a8853cb"
WIPE_TOKEN = "Zq8vKx2LrT0mWc5NhY7pBd4GsF9aJe1u"


def multiplied(byte, factor):
    """Multiply in the field of AES."""
    product = 0
    for bit in range(8):
        product ^= (byte << bit) * (factor >> bit & 1)
    for bit in range(15, 7, -1):
        product ^= (0x11B << bit - 8) * (product >> bit & 1)
    return product


def round_keys(key):
    """Return the round keys of AES-256 (FIPS 197, 5.2), and as processors want them for decryption."""
    inverses = [next((y for y in range(256) if multiplied(x, y) == 1), 0) for x in range(256)]
    box = [0x63 ^ reduce(xor, ((it << turn | it >> 8 - turn) & 0xFF for turn in range(5))) for it in inverses]
    words, constant = [key[at : at + 4] for at in range(0, 32, 4)], 1
    while len(words) < 60:
        word = words[-1]
        if len(words) % 4 == 0:
            word = bytes(box[it] for it in (word[1:] + word[:1] if len(words) % 8 == 0 else word))
        if len(words) % 8 == 0:
            word, constant = bytes([word[0] ^ constant]) + word[1:], multiplied(constant, 2)
        words.append(bytes(map(xor, words[-8], word)))
    rows = (14, 11, 13, 9)
    mixed = [
        bytes(reduce(xor, (multiplied(word[at], rows[(at - row) % 4]) for at in range(4))) for row in range(4))
        for word in words
    ]
    return [b"".join(them[at : at + 4]) for them in (words, mixed) for at in range(0, 60, 4)]


def body(encrypted):
    return f'{{"encrypt":"{encrypted}"}}'


def test_the_platforms_side_gives_the_known_vectors():
    assert decrypt("test key", D1) == b"hello world"
    assert encrypt("test key", CHALLENGE, IV) == D3
    assert round_keys(bytes.fromhex(FIPS_197_KEY))[14].hex() == "fe4890d1e6188d0b046df344706c631e"
    assert sign("encrypt_key", "1700000000", "abc123", b'{"challenge":"x"}') == S1
    assert sign("test key", "1700000000", "nonce", body(encrypt("test key", EVENT, IV)).encode()) == S3


@pytest.fixture
def vectors(tmp_path):
    """Return the folder of a header with the vectors."""
    texts = {
        "D1_BODY": body(D1),
        "D1_SIGNATURE": sign("test key", "1700000000", "n", body(D1).encode()),
        "D3_ENCRYPT": D3,
        "S1_SIGNATURE": S1,
        "S2_SIGNATURE": S2,
        "S3_BODY": body(encrypt("test key", EVENT, IV)),
        "S3_EVENT": EVENT.decode(),
        "S3_SIGNATURE": S3,
    }
    wipe_event = EVENT.replace(b'"tok"', f'"{WIPE_TOKEN}"'.encode())
    wipe_body = body(encrypt(WIPE_KEY, wipe_event, IV))
    # A block that is cut off takes the padding with it.
    padding_body = body(base64.b64encode(base64.b64decode(encrypt(WIPE_KEY, wipe_event, IV))[:-16]).decode())
    token_body = body(encrypt(WIPE_KEY, EVENT, IV))
    texts |= {
        "WIPE_KEY": WIPE_KEY,
        "WIPE_TOKEN": WIPE_TOKEN,
        "WIPE_EVENT": wipe_event.decode(),
        "WIPE_BODY": wipe_body,
        "WIPE_SIGNATURE": sign(WIPE_KEY, "1700000000", "nonce", wipe_body.encode()),
        "PADDING_BODY": padding_body,
        "PADDING_SIGNATURE": sign(WIPE_KEY, "1700000000", "nonce", padding_body.encode()),
        "TOKEN_BODY": token_body,
        "TOKEN_SIGNATURE": sign(WIPE_KEY, "1700000000", "nonce", token_body.encode()),
        "WIPE_CHALLENGE": body(encrypt(WIPE_KEY, CHALLENGE.replace(b'"tok"', f'"{WIPE_TOKEN}"'.encode()), IV)),
    }
    quoted = {name: text.replace("\\", "\\\\").replace('"', '\\"') for name, text in texts.items()}
    derived = ",".join(f"{{{','.join(map(str, it))}}}" for it in round_keys(hashlib.sha256(WIPE_KEY.encode()).digest()))
    lines = [f"#define WIPE_DERIVED {{{derived}}}\n#define WIPE_DERIVED_LEN 16\n"]
    lines += [f'#define {name} "{text}"\n' for name, text in quoted.items()]
    (tmp_path / "vectors.h").write_text("".join(lines), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("source", ["webhook.c", "webhook.cpp"])
@pytest.mark.parametrize("options", [["-O2"], SANITIZE], ids=["plain", "sanitizers"])
def test_every_function(library, vectors, source, options):
    run(library.build(ROOT / "tests" / "c" / source, vectors / "webhook", f"-I{vectors}", *options))


@pytest.mark.parametrize("source", ["webhook.c", "webhook.cpp"])
def test_every_function_under_valgrind(library, vectors, source):
    program = library.build(ROOT / "tests" / "c" / source, vectors / "webhook", f"-I{vectors}", "-g")
    run(tool("valgrind"), *VALGRIND, program)


@pytest.mark.shipped  # reads on purpose what no tool lets it read
@pytest.mark.parametrize("optimised", ["-O0", "-O2", "-O3"])
def test_secrets_are_wiped(library, vectors, optimised):
    run(library.build(ROOT / "tests" / "c" / "wipe.c", vectors / "wipe", f"-I{vectors}", optimised))


@pytest.fixture
def threads(library, vectors):
    """Return the program in which threads share a webhook."""
    return library.build(
        ROOT / "tests" / "c" / "threads.c", vectors / "threads", f"-I{vectors}", "-O2", "-g", "-pthread"
    )


def test_threads_share_a_webhook(threads):
    run(threads, "5000")


def test_threads_share_a_webhook_under_helgrind(threads):
    run(tool("valgrind"), "-q", "--tool=helgrind", "--error-exitcode=9", threads, "50", "warm")
