"""The cases that Rust, C and Python have in common, read out of C memory by a program that a C compiler has compiled.

The program that prints the structs is generated from the registry: it reads every member of every struct through
`lark_event.h`, and no event is named here.
"""

import re
import struct
import subprocess
from collections import Counter

import pytest
from conftest import SANITIZE
from corpus import CASES, NODE, SAMPLES, expand, join
from lark_event import _native

CPP_WORDS = {"operator", "class", "new", "delete", "template", "this"}

PROGRAM = r"""
#include <inttypes.h>
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>

static LarkEnvelope e;

static void hex(const char *data, size_t len) {
    for (size_t i = 0; i < len; i++) {
        printf("%02x", (unsigned char)data[i]);
    }
    putchar('\n');
}

#define TEXT(name, text)                                                                                               \
    if ((text).present) {                                                                                              \
        printf("text %s ", name);                                                                                      \
        hex((text).data, (text).data[(text).len] == 0 ? (text).len : 0);                                               \
    }
#define NUMBER(name, number)                                                                                           \
    if ((number).present) {                                                                                            \
        printf("number %s %lld\n", name, (long long)(number).value);                                                   \
    }
#define DECIMAL(name, number)                                                                                          \
    if ((number).present) {                                                                                            \
        printf("number %s %" PRIu64 "\n", name, (number).value);                                                       \
    }
#define LIST(name, list)                                                                                               \
    if ((list).present) {                                                                                              \
        printf("list %s\n", name);                                                                                     \
        for (unsigned i = 0; i < (list).count; i++) {                                                                  \
            const char *item = (list).data + (list).offsets[i];                                                        \
            printf("item %s ", name);                                                                                  \
            hex(item, (size_t)(list).offsets[i + 1] - (list).offsets[i] - 1);                                          \
        }                                                                                                              \
    }

static void event(void) {
    switch (e.event.tag) {
CASES
    default:
        return;
    }
}

static uint32_t number(void) {
    unsigned char bytes[4];
    if (fread(bytes, 1, 4, stdin) != 4) {
        exit(0);
    }
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

int main(void) {
    for (;;) {
        char type[256];
        char field[256];
        LarkError error;
        uint32_t len = number();
        uint32_t type_len = number(); /* all ones: none */
        int named = type_len != UINT32_MAX;
        uint8_t *body = malloc(len > 0 ? len : 1);
        type_len = named ? type_len : 0;
        if (body == NULL || type_len >= sizeof type || fread(type, 1, type_len, stdin) != type_len ||
            fread(body, 1, len, stdin) != len) {
            return 1;
        }
        type[type_len] = 0;
        LarkErrorKind kind = named ? lark_decode_as(body, len, type, &e, &error) : lark_decode(body, len, &e, &error);
        lark_error_field(&error, field, sizeof field);
        printf("result %s %" PRIu32 " %s\n", kind != 0 ? lark_error_kind_name(kind) : "-", error.offset, field);
        printf("envelope %d %u %u %u\n", (int)e.schema, (unsigned)e.event.tag, (unsigned)e.raw_event.offset,
               (unsigned)e.raw_event.len);
        puts("record header");
HEADER
        if (e.event.tag > LARK_EVENT_UNKNOWN) {
            puts("record event");
            event();
        }
        puts("end");
        free(body);
    }
}
"""

MACROS = {"text": "TEXT", "enum": "NUMBER", "decimal": "DECIMAL", "text_list": "LIST"}
SCHEMAS = ["", "1.0", "2.0", "url_verification", "encrypt", "headless"]


def c_name(name):
    return f"{name}_" if name in CPP_WORDS else name


def printing(path, fields):
    return "\n".join(f'{MACROS[field["kind"]]}("{field["name"]}", {path}.{c_name(field["name"])})' for field in fields)


def program():
    cases = ""
    for event in [_native.event_type(tag) for tag, *_ in _native.event_types()]:
        member = re.sub("(?<!^)(?=[A-Z])", "_", event["class_name"]).lower()
        cases += f"case {event['tag']}:\n{printing(f'e.event.{member}', event['fields'])}\nbreak;\n"
    return PROGRAM.replace("CASES\n", cases).replace("HEADER\n", printing("e.header", _native.header_fields()) + "\n")


@pytest.fixture(scope="module", params=["plain", "sanitizers"])
def dump(request, library, tmp_path_factory):
    """Return a function that decodes bodies in one process and returns what its memory then holds."""
    folder = tmp_path_factory.mktemp("dump")
    (folder / "dump.c").write_text(program(), encoding="utf-8")
    options = SANITIZE if request.param == "sanitizers" else ["-O2"]
    binary = library.build(folder / "dump.c", folder / "dump", *options)

    def decode(bodies):
        stdin = b"".join(
            struct.pack("<II", len(body), 0xFFFFFFFF if name is None else len(name.encode()))
            + (name or "").encode()
            + body
            for body, name in bodies
        )
        completed = subprocess.run([binary], input=stdin, capture_output=True, timeout=600, check=False)
        assert completed.returncode == 0, completed.stderr.decode()
        results = [parse(block.splitlines()) for block in completed.stdout.decode().split("end\n")[:-1]]
        assert len(results) == len(bodies)
        return results

    return decode


def parse(lines):
    result = {"header": {}, "event": None}
    record = {}
    for line in lines:
        word, *rest = line.split(" ")
        if word == "result":
            error = {"kind": rest[0], "field": rest[2], "offset": int(rest[1])}
            result["error"] = None if rest[0] == "-" else error
        elif word == "envelope":
            schema, tag, offset, length = map(int, rest)
            result |= {"schema": SCHEMAS[schema], "event_tag": tag, "raw_event": [offset, length]}
        elif word == "record":
            record = result[rest[0]] = {}
        elif word == "text":
            record[rest[0]] = bytes.fromhex(rest[1]).decode()
        elif word == "number":
            record[rest[0]] = int(rest[1])
        elif word == "list":
            record[rest[0]] = []
        else:
            record[rest[0]].append(bytes.fromhex(rest[1]).decode())
    return result


def test_every_case(dump):
    # A name with a NUL in it ends there for C, and is another name.
    cases = [case for case in CASES if "\0" not in (case["event_type"] or "")]
    assert len(cases) >= len(CASES) - 1
    results = dump([(join(case["input"]), case["event_type"]) for case in cases])
    failed = []
    for case, result in zip(cases, results, strict=True):
        expected = {key: expand(case[key]) for key in result}
        if result != expected:
            failed.append((case["name"], result, expected))
    assert not failed, f"{len(failed)} of {len(CASES)}, the first: {failed[0]}"


def test_every_prefix_of_every_sample(dump):
    bodies = [sample.read_bytes().rstrip() for sample in SAMPLES]
    prefixes = [(body[:end], NODE) for body in bodies for end in range(len(body))]
    results = dump(prefixes)
    kinds = Counter(result["error"]["kind"] for result in results)
    assert kinds == {"UNEXPECTED_END": len(prefixes)}
    assert all(result["error"]["offset"] == len(body) for result, (body, _) in zip(results, prefixes, strict=True))
    assert all(result["header"] == {} and result["event_tag"] == 0 for result in results)
