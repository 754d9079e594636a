"""Writes crypto.json: published test vectors of what the webhook's cryptography is made of. With `--check`, compares.

NIST's files come with the package `cryptography_vectors`, which nothing else here needs: to write the file anew,
`pip install cryptography_vectors==50.0.2 pycryptodome`. Whatever is written has been checked with `hashlib`,
`pycryptodome` and `base64` before. A message is hexadecimal, or one that is repeated: [hexadecimal, times].
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

import cryptography_vectors
from Crypto.Cipher import AES
from Crypto.Util.Padding import unpad

FILE = Path(__file__).with_name("crypto.json")
NIST = Path(cryptography_vectors.__file__).parent
# FIPS 180-4 and NIST's page of examples for it ("SHA256" and "Additional"): what is not an example for humans stands at
# the borders of a block, and where the length in bits needs more than 32 of them.
EXAMPLES = [
    (b"abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (b"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    (
        b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        1,
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ),
    (b"\xbd", 1, "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"),
    (b"\xc9\x8c\x8e\x55", 1, "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"),
    (b"\0", 55, "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"),
    (b"\0", 56, "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"),
    (b"\0", 57, "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"),
    (b"\0", 64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"),
    (b"\0", 1000, "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"),
    (b"A", 1000, "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"),
    (b"U", 1005, "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0"),
    (b"\0", 1_000_000, "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025"),
    (b"a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    (b"Z", 0x20000000, "15a1868c12cc53951e182344277447cd0979536badcc512ad24c67e9b2d4f3dd"),
]
# NIST SP 800-38A, F.2.5 and F.2.6.
SP_800_38A = (
    "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
    "000102030405060708090a0b0c0d0e0f",
    (
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    ),
    (
        "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d"
        "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"
    ),
)
AES_FILES = ("CBCGFSbox256", "CBCKeySbox256", "CBCVarKey256", "CBCVarTxt256", "CBCMMT256")
# Of the long messages those up to 1 KiB, and some of the others.
LONG = (*range(163, 1061, 99), 2152, 3241, 4330, 6400)
# What an Encrypt Key becomes, so that the cases of padding go through a receiver too.
PADDING_KEY = "padding"
IV = bytes(range(16))


def records(name):
    """Return the records of one of NIST's files, as dicts."""
    found, record = [], {}
    for line in (NIST / name).read_text(encoding="ascii").splitlines():
        key, equals, value = line.partition(" = ")
        if equals and not line.startswith("["):
            record[key] = value.strip()
        elif not line.strip() and record:
            found.append(record)
            record = {}
    return [*found, record] if record else found


def hashes():
    """Return the groups of messages with their SHA-256."""
    named = {"FIPS 180-4 and NIST's examples for it": [[[one.hex(), n], md] for one, n, md in EXAMPLES]}
    for name in ("SHA256ShortMsg", "SHA256LongMsg"):
        cases = [
            [record["Msg"] if record["Len"] != "0" else "", record["MD"]]
            for record in records(f"hashes/SHA2/{name}.rsp")
            if "Len" in record and (name == "SHA256ShortMsg" or int(record["Len"]) // 8 in LONG)
        ]
        named[f"NIST CAVP, {name}"] = cases
    for message, md in (case for cases in named.values() for case in cases):
        hexadecimal, times = message if isinstance(message, list) else (message, 1)
        whole = hashlib.sha256()
        for _ in range(times // 1024):
            whole.update(bytes.fromhex(hexadecimal) * 1024)
        whole.update(bytes.fromhex(hexadecimal) * (times % 1024))
        assert whole.hexdigest() == md, (message, md)
    return named


def monte_carlo():
    """Return the seed of the Monte Carlo test, and the hash after each thousand."""
    seed, *rounds = records("hashes/SHA2/SHA256Monte.rsp")
    return {"source": "NIST CAVP, SHA256Monte", "seed": seed["Seed"], "hashes": [it["MD"] for it in rounds]}


def ciphers():
    """Return the groups of key, vector, text and ciphertext. Those that stand for both directions stand once."""
    named = {"NIST SP 800-38A, F.2.5 and F.2.6": [list(SP_800_38A)]}
    for name in AES_FILES:
        cases = [
            [it["KEY"], it["IV"], it["PLAINTEXT"], it["CIPHERTEXT"]]
            for it in records(f"ciphers/AES/CBC/{name}.rsp")
            if "KEY" in it
        ]
        named[f"NIST CAVP, {name}"] = list(map(list, dict.fromkeys(map(tuple, cases))))
    for key, vector, text, sealed in (map(bytes.fromhex, case) for cases in named.values() for case in cases):
        assert AES.new(key, AES.MODE_CBC, vector).encrypt(text) == sealed
    return named


def last_blocks():
    """Return what may stand at the end of a text, by name."""
    text = bytes(range(0x41, 0x61))
    named = {
        f"{size} bytes and their padding": text[:size] + bytes([16 - size % 16] * (16 - size % 16))
        for size in range(33)
    }
    for pad in range(2, 17):
        for place in range(1, pad):
            for flip in (0x01, 0x80):
                whole = bytearray(text[: 32 - pad] + bytes([pad] * pad))
                whole[31 - place] ^= flip
                named[f"padding of {pad}, byte {place} before the last is {flip:#04x} off"] = bytes(whole)
    for last in (0, *range(17, 256)):
        named[f"the last byte is {last}"] = text[:31] + bytes([last])
        named[f"a block of {last}"] = text[:16] + bytes([last] * 16)
    for size in range(15):
        named[f"{size} bytes, then 80 and zeros, as ISO 7816-4 pads"] = text[:size] + b"\x80" + bytes(15 - size)
        named[f"{size} bytes, then zeros and their number, as ANSI X9.23 pads"] = (
            text[:size] + bytes(15 - size) + bytes([16 - size])
        )
        named[f"{size} bytes, then others and their number, as ISO 10126 pads"] = (
            text[:size] + bytes(range(0xA0, 0xAF - size)) + bytes([16 - size])
        )
        named[f"{size} bytes, then numbers, as PKCS#7 numbered from 0"] = text[:size] + bytes([15 - size] * (16 - size))
    named["none"] = text
    named["none, spaces at the end"] = text[:16] + b" " * 16
    return named


def paddings():
    """Return ciphertexts with the text in each, or null."""
    key = hashlib.sha256(PADDING_KEY.encode()).digest()
    cases = {name: (whole, AES.new(key, AES.MODE_CBC, IV).encrypt(whole)) for name, whole in last_blocks().items()}
    cases["no block"] = (b"", b"")
    for size in (1, 15, 17, 31):
        cases[f"{size} bytes of ciphertext"] = (b"", AES.new(key, AES.MODE_CBC, IV).encrypt(bytes(32))[:size])
    return [[name, sealed.hex(), text_of(whole)] for name, (whole, sealed) in cases.items()]


def text_of(padded):
    """Return what is in front of a padding, or None if it is none."""
    try:
        return unpad(padded, 16).hex() if padded else None
    except ValueError:
        return None


def base64s():
    """Return texts and what each of them is the Base64 of, or null."""
    good = {"": b""} | {base64.b64encode(b"foobar"[:size]).decode(): b"foobar"[:size] for size in range(1, 7)}
    named = {"RFC 4648, section 10": [[text, data.hex()] for text, data in good.items()]}
    assert list(good) == ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    named["RFC 4648, section 4: the whole alphabet"] = [[alphabet, base64.b64decode(alphabet).hex()]]
    # Section 3.2: padding; 3.3: what is not of the alphabet; 5: the other alphabet.
    bad = [
        "Zg",
        "Zg=",
        "Zm8",
        "Zm9vYg",
        "Zm9vYg=",
        "Zg===",
        "Zg====",
        "Zm9v=",
        "Zm9v====",
        "=",
        "==",
        "====",
        "Z===",
        "Z",
        "=Zg=",
    ]
    bad += ["Zg==Zm9v", "Zm8=Zm9v", "Zm9v\n", "Zm9v\r\n", "Zm\n9v", " Zm9v", "Zm9v ", "Zm9v\tYmFy", "Zm9v\0", "Z m9"]
    bad += [
        "-_-_",
        "Zm9-",
        "Zm9_",
        "Zm9v.",
        "Zm9!",
        "Zm9v,mFy",
        "Zm9\u00e9",
        "Zm9v====Zm9v",
        "Z=m9",
        "Z=9v",
        "Zm=v",
        "Zg=v",
    ]
    named["RFC 4648, sections 3.2, 3.3 and 5: refused"] = [[text, None] for text in bad]
    # Section 3.5 leaves it to the decoder; the platform's SDKs take these too.
    named["RFC 4648, section 3.5: bits of which there is no byte are passed over"] = [
        [text, base64.b64decode(text).hex()] for text in ("Zh==", "Zv==", "Zm9=", "Zm+=", "Zm9vYh==", "Zm9vYmF=")
    ]
    return named


def written():
    """Return the file: one case in each line."""
    groups = {
        "sha256": hashes(),
        "sha256_monte_carlo": monte_carlo(),
        "aes_256_cbc": ciphers(),
        "padding": {"encrypt_key": PADDING_KEY, "vector": IV.hex(), "cases": paddings()},
        "base64": base64s(),
    }
    return laid_out(groups) + "\n"


def laid_out(value):
    """Return JSON with one case in each line."""
    if isinstance(value, dict):
        return "{" + ",".join(f"\n{json.dumps(name)}: {laid_out(it)}" for name, it in value.items()) + "\n}"
    if isinstance(value, list):
        return "[" + ",".join(f"\n{json.dumps(it, separators=(',', ':'))}" for it in value) + "\n]"
    return json.dumps(value)


if __name__ == "__main__":
    text = written()
    if "--check" in sys.argv[1:]:
        sys.exit(FILE.read_text(encoding="utf-8") != text)
    FILE.write_text(text, encoding="utf-8")
