"""Writes webhook.json: requests to a webhook, and what a receiver must make of each. With `--check`, compares.

Encrypted and signed by `lark_platform`, which shares nothing with the core. A case has a `receiver` (the secrets and
limits), `headers` as pairs, a `body` (text, {"hex": ...}, or {"repeat": text, "times": n}), `now_ms`, and what is
`expected`: the text of a challenge, the JSON of an event, or the kind of an error.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from Crypto.Cipher import AES  # noqa: E402
from lark_platform import HEADERS, encrypt, sign  # noqa: E402

KEY = "test key"
TOKEN = "tok"
IV = bytes(range(16))
TIME = "1700000000"
NOW = 1_700_000_000_000
KEYED = {"encrypt_key": KEY, "verification_token": TOKEN}
CASES = []

EVENT = {
    "schema": "2.0",
    "header": {
        "event_id": "00000000000000000000000000000001",
        "event_type": "corehr.process.cc.updated_v2",
        "create_time": "1700000000000",
        "token": TOKEN,
        "app_id": "cli_0000000000000000",
        "tenant_key": "tk",
    },
    "event": {
        "process_id": "7072306364927985196",
        "approver_id": "7072306364927985187",
        "status": 5,
        "biz_type": "renewal_record",
    },
}
CHALLENGE = {"challenge": "abc", "token": TOKEN, "type": "url_verification"}


def dumps(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def wrap(text):
    """Return the body with this in `encrypt`."""
    return b'{"encrypt":"' + (text if isinstance(text, bytes) else text.encode()) + b'"}'


def sealed(plain, key=KEY):
    return wrap(encrypt(key, plain if isinstance(plain, bytes) else plain.encode(), IV))


def raw_sealed(padded, key=KEY):
    """Encrypt blocks with whatever padding they have."""
    cipher = AES.new(hashlib.sha256(key.encode()).digest(), AES.MODE_CBC, IV)
    return wrap(base64.b64encode(IV + cipher.encrypt(padded)))


def signed(body, key=KEY, time=TIME, nonce="nonce"):
    return [list(pair) for pair in zip(HEADERS, (time, nonce, sign(key, time, nonce, body)), strict=True)]


def stored(body):
    try:
        return body.decode()
    except UnicodeDecodeError:
        return {"hex": body.hex()}


def add(name, expected, body, headers, receiver=None, now=NOW):
    """`expected` is {"event": ...}, {"challenge": ...}, or the name of an error kind."""
    if isinstance(expected, str):
        expected = {"error": expected}
    body = stored(body) if isinstance(body, bytes) else body
    case = {"name": name, "receiver": KEYED if receiver is None else receiver, "headers": headers}
    CASES.append({**case, "body": body, "now_ms": now, "expected": expected})


def deliver(name, expected, body, **options):
    """A signed request."""
    add(name, expected, body, signed(body), **options)


def event(name, plain, expected=None, key=KEY, **options):
    """A signed, encrypted event."""
    plain = plain if isinstance(plain, (str, bytes)) else dumps(plain)
    body = sealed(plain, key)
    add(name, {"event": plain} if expected is None else expected, body, signed(body, key), **options)


def unsigned(name, plain, expected="UNVERIFIED", key=KEY, **options):
    plain = plain if isinstance(plain, (str, bytes)) else dumps(plain)
    add(name, expected, sealed(plain, key), [], **options)


def with_token(token, where="header", base=EVENT):
    changed = json.loads(json.dumps(base))
    (changed["header"] if where == "header" else changed)["token"] = token
    return changed


def without_token():
    changed = json.loads(json.dumps(EVENT))
    del changed["header"]["token"]
    return changed


def vectors():
    official = "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="
    deliver("the platform's sample decrypts to no JSON", "EXPECTED_VALUE", wrap(official))
    d3 = "AAECAwQFBgcICQoLDA0OD6alpwIsMFbSsWTHppjb1mF1g3fSG1j6ixO5Wwk/tA9VD80LJtkVgGA/sICTcBkE4I3h4EEoG7JS2demHHi+NA0="
    assert sealed(dumps(CHALLENGE)) == wrap(d3)
    add("vector D3", {"challenge": "abc"}, wrap(d3), [])
    body = sealed(dumps(EVENT))
    signature = "d59541943337a362557d5a27cebd659c1a5108884617e7bb5a67a5714b23673f"
    headers = [list(pair) for pair in zip(HEADERS, (TIME, "nonce", signature), strict=True)]
    assert signed(body) == headers
    add("vector S3", {"event": dumps(EVENT)}, body, headers)
    s1 = b'{"challenge":"x"}'
    signature = "86cc7c84b60af63b24af1c2e76de459afc45c99442dc5e9e26ae3c916464eaeb"
    assert sign("encrypt_key", TIME, "abc123", s1) == signature
    headers = [list(pair) for pair in zip(HEADERS, (TIME, "abc123", signature), strict=True)]
    add("vector S1, whose body is plain", "NOT_ENCRYPTED", s1, headers, receiver={"encrypt_key": "encrypt_key"})


def headers():
    body = sealed(dumps(EVENT))
    good, opened = signed(body), {"event": dumps(EVENT)}

    def change(name, expected, *pairs):
        add(f"headers: {name}", expected, body, list(pairs))

    time, nonce, signature = good
    hexes = signature[1]
    change("in another order, among others", opened, ["Host", "x"], signature, ["X-Lark", "y"], time, nonce, ["", ""])
    change("lower case", opened, *([name.lower(), value] for name, value in good))
    change("upper case", opened, *([name.upper(), value] for name, value in good))
    change("mixed case", opened, *([name.swapcase(), value] for name, value in good))
    change("upper-case digits", opened, time, nonce, [signature[0], hexes.upper()])
    change("digits of both cases", opened, time, nonce, [signature[0], hexes[:32] + hexes[32:].upper()])
    for index, name in enumerate(HEADERS):
        rest = [pair for pair in good if pair[0] != name]
        change(f"no {name}", "SIGNATURE_HEADER", *rest)
        change(f"only {name}", "SIGNATURE_HEADER", good[index])
        change(f"{name} twice", "SIGNATURE_HEADER", *good, good[index])
        change(f"{name} twice in two cases", "SIGNATURE_HEADER", *good, [name.lower(), good[index][1]])
        change(f"{name} empty", "SIGNATURE" if index == 1 else "SIGNATURE_HEADER", *rest, [name, ""])
        for text in ("\u00e9", "\ufffd", "a b", " ", "\t", "\x00", "\x7f", "a\nb"):
            change(f"{name} is {text!r}", "SIGNATURE_HEADER", *rest, [name, text])
        change(f"{name} with a blank", "SIGNATURE_HEADER", *rest, [name, good[index][1] + " "])
    change("names that only look alike", "UNVERIFIED", *([f"{name} ", value] for name, value in good))
    change("names with underscores", "UNVERIFIED", *([name.replace("-", "_"), value] for name, value in good))
    change("names that are not ASCII", "UNVERIFIED", *([name.replace("k", "\u212a"), value] for name, value in good))
    for length in (1, 2, 40, 62, 63, 65, 66, 128):
        text = (hexes * 2)[:length]
        change(f"a signature of {length} digits", "SIGNATURE_HEADER", time, nonce, [signature[0], text])
    for text in ("g" + hexes[1:], hexes[:-1] + "G", "0x" + hexes[2:], hexes[:-1] + "/", "-" + hexes[1:]):
        change(f"signature {text[:2]}...{text[-1]}", "SIGNATURE_HEADER", time, nonce, [signature[0], text])
    for index in (0, 31, 63):
        wrong = hexes[:index] + ("0" if hexes[index] != "0" else "1") + hexes[index + 1 :]
        change(f"digit {index} of the signature is another", "SIGNATURE", time, nonce, [signature[0], wrong])
    change("another time", "SIGNATURE", [time[0], "1700000001"], nonce, signature)
    change("another nonce", "SIGNATURE", time, [nonce[0], "nonc"], signature)
    for text in ("-1700000000", "+1700000000", "1700000000.0", "1e9", "0x10", "17000000000000000000", "now", "\u0661"):
        add(f"headers: time {text!r}", "SIGNATURE_HEADER", body, signed(body, time=text))
    for text in ("0", "1", "1700000000000", "1700000000000000", "9" * 19):
        add(f"headers: time {text}", opened, body, signed(body, time=text))
    for text in ("", "x" * 1000, "!~", "12"):
        add(f"headers: nonce {text[:9]!r}", opened, body, signed(body, nonce=text))
    add("headers: another key", "SIGNATURE", body, signed(body, key="another"))
    add("headers: of another body", "SIGNATURE", body, signed(body + b" "))
    add(
        "headers: a SHA-1 of a card",
        "SIGNATURE_HEADER",
        body,
        [time, nonce, [signature[0], "09c276adfee3" * 3 + "dc53"]],
    )


def bodies():
    good = encrypt(KEY, dumps(EVENT).encode(), IV)
    opened = {"event": dumps(EVENT)}
    for name, expected, body in [
        ("empty", "UNEXPECTED_END", b""),
        ("blank", "UNEXPECTED_END", b" \n"),
        ("no JSON", "EXPECTED_VALUE", b"encrypt=x"),
        ("an array", "TYPE", b"[]"),
        ("a string", "TYPE", b'"x"'),
        ("a number", "TYPE", b"5"),
        ("null", "TYPE", b"null"),
        ("an array that is cut off", "UNEXPECTED_END", b"["),
        ("cut off", "UNEXPECTED_END", wrap(good)[:-1]),
        ("cut off in the string", "UNEXPECTED_END", wrap(good)[:-5]),
        ("with bytes behind it", "TRAILING_BYTES", wrap(good) + b"x"),
        ("extended as a hash can be", "TRAILING_BYTES", wrap(good) + b"\x80\x00\x00"),
        ("with a NUL behind it", "TRAILING_BYTES", wrap(good) + b"\x00"),
        ("with space around it", opened, b" \r\n\t" + wrap(good) + b"\n "),
        ("no encrypt", "NOT_ENCRYPTED", b"{}"),
        ("no encrypt but others", "NOT_ENCRYPTED", b'{"Encrypt":"x","encrypt ":5}'),
        ("an event", "NOT_ENCRYPTED", dumps(EVENT).encode()),
        ("a challenge", "NOT_ENCRYPTED", dumps(CHALLENGE).encode()),
        ("encrypt null", "NOT_ENCRYPTED", b'{"encrypt":null}'),
        ("encrypt a number", "NOT_ENCRYPTED", b'{"encrypt":5}'),
        ("encrypt an object", "NOT_ENCRYPTED", b'{"encrypt":{"a":1}}'),
        ("encrypt empty", "DECRYPTION", wrap("")),
        ("encrypt twice", "DUPLICATE", wrap(good)[:-1] + b"," + wrap(good)[1:]),
        (
            "extra members",
            opened,
            b'{"a":[{"b":null}],' + wrap(good)[1:-1] + b',"token":"x","type":"url_verification"}',
        ),
        ("an extra member that is wrong", "INVALID_LITERAL", b'{"a":tru,' + wrap(good)[1:]),
        ("an extra member too deep", "TOO_DEEP", b'{"a":' + b"[" * 64 + b"]" * 64 + b"," + wrap(good)[1:]),
        ("the name with escapes", opened, b'{"\\u0065ncrypt":"' + good.encode() + b'"}'),
        ("slashes with escapes", opened, wrap(good.replace("/", "\\/"))),
        ("plus signs with escapes", opened, wrap(good.replace("+", "\\u002b").replace("A", "\\u0041"))),
        ("a control character in the string", "CONTROL_CHARACTER", wrap(good[:9] + "\n" + good[9:])),
        ("not UTF-8", "INVALID_UTF8", wrap(good[:8].encode() + b"\xff")),
    ]:
        deliver(f"body: {name}", expected, body)
        add(f"body, unsigned: {name}", "UNVERIFIED", body, [])
    for name, text in [
        ("with blanks", f"{good[:8]} {good[8:]}"),
        ("with a blank behind it", good + " "),
        ("with an escaped line end", good[:64] + "\\n" + good[64:]),
        ("without padding", good.rstrip("=")),
        ("with one sign of padding", good.rstrip("=") + "="),
        ("with three signs of padding", good.rstrip("=") + "==="),
        ("with more padding", good + "===="),
        ("padding in the middle", good[:6] + "==" + good[8:]),
        ("of the alphabet for URLs", good.replace("+", "-").replace("/", "_")),
        ("with another character", "*" + good[1:]),
        ("with a letter that is not ASCII", "\u00c0" + good[2:]),
        ("cut after 1 character", good[:1]),
        ("cut after 2 characters", good[:2]),
        ("cut after 3 characters", good[:3]),
        ("nothing but padding", "===="),
    ]:
        deliver(f"Base64 {name}", "DECRYPTION", wrap(text))
        add(f"Base64, unsigned: {name}", "UNVERIFIED", wrap(text), [])
    assert good.endswith("==")


def blocks():
    cipher_text = base64.b64decode(encrypt(KEY, dumps(EVENT).encode(), IV))
    for length in [*range(32), *range(33, 48), len(cipher_text) - 1]:
        body = wrap(base64.b64encode(cipher_text[:length]))
        deliver(f"{length} bytes of ciphertext", "DECRYPTION", body)
        add(f"{length} bytes of ciphertext, unsigned", "UNVERIFIED", body, [])
    plain = dumps(EVENT)
    for pad in range(1, 17):
        fill = plain[:-1] + " " * ((-len(plain) - pad) % 16) + "}"
        event(f"{pad} bytes of padding", fill)
        for wrong in range(1, pad):
            tail = bytearray([pad] * pad)
            tail[-1 - wrong] ^= 1
            deliver(
                f"{pad} bytes of padding, of which one is another: {wrong}",
                "DECRYPTION",
                raw_sealed(fill.encode() + tail),
            )
    for last in (0, *range(17, 256)):
        text = (plain + " " * (-len(plain) % 16)).encode()
        deliver(f"padding {last}", "DECRYPTION", raw_sealed(text[:-1] + bytes([last])))
    challenge = dumps(CHALLENGE)
    fill = challenge + " " * (-len(challenge) % 16)
    add("a challenge without padding, unsigned", "UNVERIFIED", raw_sealed(fill.encode()), [])
    add(
        "a challenge with wrong padding, unsigned",
        "UNVERIFIED",
        raw_sealed((fill + " " * 14).encode() + b"\x03\x02"),
        [],
    )
    deliver("padding alone", "UNEXPECTED_END", raw_sealed(bytes([16] * 16)))


def contents():
    for name, expected, plain in [
        ("empty", "UNEXPECTED_END", ""),
        ("no JSON", "EXPECTED_VALUE", "hello world"),
        ("an array", "TYPE", "[]"),
        ("cut off", "UNEXPECTED_END", dumps(EVENT)[:-1]),
        ("with bytes behind it", "TRAILING_BYTES", dumps(EVENT) + "{}"),
        ("not UTF-8", "INVALID_UTF8", b'{"token":"tok","a":"\xff"}'),
        ("encrypted twice", "ENCRYPTED", sealed(dumps(EVENT))),
        ("two tokens", "DUPLICATE", '{"token":"tok","token":"tok"}'),
        ("two tokens in the header", "DUPLICATE", '{"header":{"token":"tok","token":"tok"}}'),
        ("two headers", "DUPLICATE", '{"header":{"token":"tok"},"header":{}}'),
        ("two types", "DUPLICATE", '{"token":"tok","type":"a","type":"b"}'),
        ("two challenges", "DUPLICATE", '{"token":"tok","type":"url_verification","challenge":"a","challenge":"b"}'),
        ("a header that is no object", "TOKEN", '{"header":["token"]}'),
        ("a challenge without text", "MISSING", '{"token":"tok","type":"url_verification"}'),
        ("a challenge that is a number", "MISSING", '{"token":"tok","type":"url_verification","challenge":5}'),
        ("a challenge that is null", "MISSING", '{"token":"tok","type":"url_verification","challenge":null}'),
    ]:
        event(f"inside: {name}", plain, expected)
        unsigned(f"inside, unsigned: {name}", plain)
    event("inside: space around it", " \n" + dumps(EVENT) + "\n ")
    event("inside: event before header", {key: EVENT[key] for key in ("event", "header", "schema")})
    event(
        "inside: schema 1.0",
        {"uuid": "u", "ts": "1.5", "token": TOKEN, "type": "event_callback", "event": {"type": "x"}},
    )
    event("inside: no event type", {"header": {"token": TOKEN, "event_id": "x"}, "event": {"type": 1, "token": 5}})
    event("inside: a type that is a number", {**EVENT, "type": 5, "challenge": "abc"})
    event("inside: a type that is another", {**EVENT, "type": "event_callback", "challenge": "abc"})
    event("inside: nothing but the token", {"token": TOKEN})


def tokens():
    for place in ("header", "top"):
        for name, token in [
            ("another", "toK"),
            ("empty", ""),
            ("shorter", "to"),
            ("longer", "tokk"),
            ("of 128 bytes", "t" * 128),
            ("of 129 bytes", "t" * 129),
            ("of 10,000 bytes", "t" * 10_000),
            ("with a NUL", "tok\0"),
            ("a number", 5),
            ("false", False),
            ("an array", [TOKEN]),
            ("an object", {"token": TOKEN}),
            ("null", None),
        ]:
            base = EVENT if place == "header" else without_token()
            event(f"token in {place}: {name}", with_token(token, place, base), "TOKEN")
            if place == "top":
                unsigned(f"token of a challenge: {name}", {**CHALLENGE, "token": token})
    event("token: none", without_token(), "TOKEN")
    unsigned("token: none in a challenge", {"challenge": "abc", "type": "url_verification"})
    event("token: at the top level", with_token(TOKEN, "top", without_token()))
    event("token: in both places", with_token(TOKEN, "top"))
    event("token: right in the header, wrong at the top level", with_token("x", "top"), "TOKEN")
    event("token: wrong in the header, right at the top level", with_token(TOKEN, "top", with_token("x")), "TOKEN")
    event("token: null in the header, right at the top level", with_token(TOKEN, "top", with_token(None)))
    event("token: with escapes", dumps(EVENT).replace('"token":"tok"', '"t\\u006fken":"\\u0074o\\u006b"'))
    event("token: in the event only", {**without_token(), "event": {"token": TOKEN}}, "TOKEN")
    key_only = {"encrypt_key": KEY}
    event("a key alone: any token", with_token("whatever"), receiver=key_only)
    event("a key alone: no token", without_token(), receiver=key_only)
    unsigned(
        "a key alone: challenge with any token", {**CHALLENGE, "token": "x"}, {"challenge": "abc"}, receiver=key_only
    )
    unsigned("a key alone: an event", EVENT, receiver=key_only)


def challenges():
    for name, text in [
        ("plain", "ajls384kdjx98XX"),
        ("empty", ""),
        ("quotes", 'a"b\\c/d'),
        ("control characters", "".join(map(chr, range(32))) + "\x7f"),
        ("beyond the BMP", "\u4eba\u4e8b \U0001f600"),
        ("HTML", "</script><b>"),
        ("long", "x" * 10_000),
    ]:
        expected = {"challenge": text}
        unsigned(f"challenge: {name}", {**CHALLENGE, "challenge": text}, expected)
        escaped = json.dumps({**CHALLENGE, "challenge": text})
        unsigned(f"challenge: {name}, ASCII only", escaped, expected)
        event(f"challenge, signed: {name}", {**CHALLENGE, "challenge": text}, expected)
        plain = dumps({**CHALLENGE, "challenge": text}).encode()
        add(f"challenge, token alone: {name}", expected, plain, [], receiver={"verification_token": TOKEN})
    unsigned(
        "challenge: all escaped",
        '{"challenge":"\\ud83d\\ude00\\/","token":"tok","type":"url\\u005fverification"}',
        {"challenge": "\U0001f600/"},
    )
    unsigned("challenge: unknown members", {**CHALLENGE, "more": [1, {"a": None}]}, {"challenge": "abc"})
    unsigned("challenge: another type", {**CHALLENGE, "type": "event_callback"})
    unsigned("challenge: no type", {"challenge": "abc", "token": TOKEN})
    unsigned("challenge: another key", CHALLENGE, key="another")
    unsigned("an event without signature", EVENT)
    add("a plain challenge though there is a key", "UNVERIFIED", dumps(CHALLENGE).encode(), [])
    add("a plain event though there is a key", "UNVERIFIED", dumps(EVENT).encode(), [])


def receivers():
    token_only, open_to_all = {"verification_token": TOKEN}, {"insecure": True}
    plain, opened = dumps(EVENT).encode(), {"event": dumps(EVENT)}
    for name, receiver in (("token alone", token_only), ("insecure", open_to_all)):
        add(f"{name}: an event", opened, plain, [], receiver=receiver)
        add(f"{name}: headers do not matter", opened, plain, [[name, "x"] for name in HEADERS * 2], receiver=receiver)
        add(f"{name}: an encrypted body", "ENCRYPTED", sealed(dumps(EVENT)), [], receiver=receiver)
        add(f"{name}: a challenge", {"challenge": "abc"}, dumps(CHALLENGE).encode(), [], receiver=receiver)
        add(f"{name}: no JSON", "EXPECTED_VALUE", b"x", [], receiver=receiver)
        add(f"{name}: an array", "TYPE", b"[]", [], receiver=receiver)
    add("token alone: another", "TOKEN", dumps(with_token("x")).encode(), [], receiver=token_only)
    add("token alone: none", "TOKEN", dumps(without_token()).encode(), [], receiver=token_only)
    add(
        "insecure: another token",
        {"event": dumps(with_token("x"))},
        dumps(with_token("x")).encode(),
        [],
        receiver=open_to_all,
    )
    rotating = {
        "encrypt_key": "new",
        "verification_token": "new token",
        "previous_encrypt_key": KEY,
        "previous_verification_token": TOKEN,
    }
    for key, token, good in [
        ("new", "new token", True),
        (KEY, TOKEN, True),
        ("new", TOKEN, True),
        (KEY, "new token", True),
        ("older", TOKEN, False),
        ("new", "older", False),
    ]:
        expected = None if good else "TOKEN" if key == "new" else "SIGNATURE"
        event(f"replaced secrets: {key}, {token}", with_token(token), expected, key=key, receiver=rotating)
        answer = {"challenge": "abc"} if good else "UNVERIFIED"
        unsigned(
            f"replaced secrets: challenge, {key}, {token}",
            {**CHALLENGE, "token": token},
            answer,
            key=key,
            receiver=rotating,
        )
    body = sealed(dumps(EVENT))
    add("signed with one key, encrypted with the other", "DECRYPTION", body, signed(body, "new"), receiver=rotating)
    long = {"encrypt_key": "k" * 128, "verification_token": "t" * 128}
    event("secrets of 128 bytes", with_token("t" * 128), key="k" * 128, receiver=long)
    event("secrets of 128 bytes, a byte more", with_token("t" * 129), "TOKEN", key="k" * 128, receiver=long)
    event(
        "a key that is not ASCII",
        EVENT,
        key="\u5bc6\u94a5 \U0001f511",
        receiver={"encrypt_key": "\u5bc6\u94a5 \U0001f511"},
    )


def limits():
    body = sealed(dumps(EVENT))
    add("as large as may be", {"event": dumps(EVENT)}, body, signed(body), receiver={**KEYED, "max_body": len(body)})
    add("one byte too large", "TOO_LARGE", body, signed(body), receiver={**KEYED, "max_body": len(body) - 1})
    add("10 MiB", "TOO_LARGE", {"repeat": " ", "times": 10 << 20}, [])
    add("1 MiB and a byte", "TOO_LARGE", {"repeat": " ", "times": (1 << 20) + 1}, [], receiver={"insecure": True})
    add("1 MiB", "UNEXPECTED_END", {"repeat": " ", "times": 1 << 20}, [], receiver={"insecure": True})
    for unit, scale in (("seconds", 1000), ("milliseconds", 1), ("microseconds", 0.001)):
        for age in (-300_001, -300_000, 0, 300_000, 300_001):
            time = (NOW - age) if scale != 1000 else NOW
            text = str(int(time / scale))
            now = NOW if scale != 1000 else NOW + age
            expected = {"event": dumps(EVENT)} if abs(age) <= 300_000 else "STALE"
            receiver = {**KEYED, "tolerance_ms": 300_000}
            add(f"signed {age} ms ago in {unit}", expected, body, signed(body, time=text), receiver=receiver, now=now)
    old = signed(body, time="1")
    add("signed in 1970", {"event": dumps(EVENT)}, body, old)
    add("signed in 1970, with a limit", "STALE", body, old, receiver={**KEYED, "tolerance_ms": 1})
    wrong = [*old[:2], [old[2][0], "0" * 64]]
    add("a wrong signature counts before its age", "SIGNATURE", body, wrong, receiver={**KEYED, "tolerance_ms": 1})


def text():
    for part in (vectors, headers, bodies, blocks, contents, tokens, challenges, receivers, limits):
        part()
    names = [case["name"] for case in CASES]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
    return f"[\n{rows}\n]\n"


def main(arguments):
    path, written = HERE / "webhook.json", text()
    if arguments != ["--check"]:
        path.write_text(written, encoding="utf-8")
    elif path.read_text(encoding="utf-8") != written:
        print("tests/corpus/webhook.json is not what webhook.py gives: run tests/corpus/webhook.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
