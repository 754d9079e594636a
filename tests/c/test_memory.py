"""The cases that Rust, C and Python have in common, read out of C memory by a program that a C compiler has compiled.

The program that prints the structs is generated from the registry, as the library tells it: it reads every member of
every struct through `lark_event.h`, and no event is named here.
"""

import struct
import subprocess
from collections import Counter

import catalogue
import pytest
from conftest import SANITIZE
from corpus import CASES, NODE, SAMPLES, expand, join

CPP_WORDS = {"operator", "class", "new", "delete", "template", "this"}

PROGRAM = r"""
#include <inttypes.h>
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>

static LarkEnvelope e;
static const uint8_t *body;
static uint32_t len;

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

#define OBJECT(name, object, print)                                                                                    \
    if ((object).present) {                                                                                            \
        printf("open %s\n", name);                                                                                     \
        print(&(object).value);                                                                                        \
        puts("close");                                                                                                 \
    }
#define OBJECTS(name, objects, print, member)                                                                          \
    if ((objects).present) {                                                                                           \
        LarkObjectList list = objects;                                                                                 \
        LarkItem *item = calloc(1, sizeof *item);                                                                      \
        printf("objects %s\n", name);                                                                                  \
        for (; lark_next_item(body, len, &list, item, NULL); puts("close")) {                                          \
            puts("object");                                                                                            \
            print(&item->member);                                                                                      \
        }                                                                                                              \
        printf("count %u\n", (unsigned)(objects).count);                                                               \
        free(item);                                                                                                    \
    }

PRINTERS
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
        uint8_t *input;
        len = number();
        uint32_t type_len = number(); /* all ones: none */
        int named = type_len != UINT32_MAX;
        body = input = malloc(len > 0 ? len : 1);
        type_len = named ? type_len : 0;
        if (input == NULL || type_len >= sizeof type || fread(type, 1, type_len, stdin) != type_len ||
            fread(input, 1, len, stdin) != len) {
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
        free(input);
    }
}
"""

MACROS = {"text": "TEXT", "enum": "NUMBER", "decimal": "DECIMAL", "text_list": "LIST"}
HEADER = {"create_time": "DECIMAL", "event_time": "DECIMAL"} | dict.fromkeys(
    ["event_id", "event_type", "token", "app_id", "tenant_key", "tenant_id", "ts"], "TEXT"
)
SCHEMAS = ["", "1.0", "2.0", "url_verification", "encrypt", "headless"]


def c_name(name):
    return f"{name}_" if name in CPP_WORDS else name


def printing(field, items):
    """Write what prints a field of the struct at `v`."""
    arguments = f'("{field.name}", v->{c_name(field.name)}'
    if field.kind == "object":
        return f"OBJECT{arguments}, print_{field.type_name})\n"
    if field.kind == "object_list":
        return f"OBJECTS{arguments}, print_{field.type_name}, {items[field.type_name]})\n"
    return f"{MACROS[field.kind]}{arguments})\n"


def add_printer(printers, class_name, fields, items):
    """Write the function that prints a struct, behind those for the structs in it."""
    for field in fields:
        if field.fields and field.type_name not in printers:
            add_printer(printers, field.type_name, field.fields, items)
    body = "".join(printing(field, items) for field in fields)
    printers[class_name] = f"static void print_{class_name}(const Lark{class_name} *v) {{\n{body}}}\n"


def parts(known):
    """Return the functions that print structs, and the calls of them for each event and for the header."""
    printers, cases = {}, ""
    for event in known.events:
        add_printer(printers, event.class_name, event.fields, known.items)
        cases += f"case {event.tag}:\nprint_{event.class_name}(&e.event.{event.member});\nbreak;\n"
    header = "".join(f'{macro}("{name}", e.header.{name})\n' for name, macro in HEADER.items())
    return "".join(printers.values()), cases, header


def program(known):
    printers, cases, header = parts(known)
    return PROGRAM.replace("CASES\n", cases).replace("HEADER\n", header).replace("PRINTERS\n", printers)


@pytest.fixture(scope="module", params=["plain", "sanitizers"])
def dump(request, library, tmp_path_factory):
    """Return a function that decodes bodies in one process and returns what its memory then holds."""
    folder = tmp_path_factory.mktemp("dump")
    (folder / "dump.c").write_text(program(catalogue.read(library, folder)), encoding="utf-8")
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
    # The record that is being read, inside of those that hold it; a list of objects holds the last of them.
    path = []
    for line in lines:
        word, *rest = line.split(" ")
        if word == "result":
            error = {"kind": rest[0], "field": rest[2], "offset": int(rest[1])}
            result["error"] = None if rest[0] == "-" else error
        elif word == "envelope":
            schema, tag, offset, length = map(int, rest)
            result |= {"schema": SCHEMAS[schema], "event_tag": tag, "raw_event": [offset, length]}
        elif word == "record":
            result[rest[0]] = {}
            path = [result[rest[0]]]
        elif word in {"open", "objects"}:
            path[-1][rest[0]] = {} if word == "open" else []
            path.append(path[-1][rest[0]])
        elif word == "object":
            path[-1].append({})
            path.append(path[-1][-1])
        elif word == "close":
            path.pop()
        elif word == "count":
            assert len(path.pop()) == int(rest[0])
        elif word == "text":
            path[-1][rest[0]] = bytes.fromhex(rest[1]).decode()
        elif word == "number":
            path[-1][rest[0]] = int(rest[1])
        elif word == "list":
            path[-1][rest[0]] = []
        else:
            path[-1][rest[0]].append(bytes.fromhex(rest[1]).decode())
    return result


NESTED = """{"schema":"2.0","header":{"event_type":"corehr.pre_hire.onboarding_task_changed_v2"},"event":{
    "onboarding_task_changes":[{"task_code":"1"}, {},{"after_status":"completed","task_code":7}],
    "onboarding_flow_change":{}, "pre_hire_id": "7", "flow_info":{"id":"6","name":{"en_us":"Joining","zh_cn":null}}}}"""


def test_objects_and_lists_of_objects(dump):
    tasks = [{"task_code": "1"}, {}, {"after_status": "completed", "task_code": "7"}]
    flow = {"onboarding_flow_change": {}, "flow_info": {"id": "6", "name": {"en_us": "Joining"}}}
    no_tasks = NESTED.replace('[{"task_code":"1"}, {},{"after_status":"completed","task_code":7}]', "[ ]")
    # A wrong field of an object of a list costs nothing but that field.
    wrong = NESTED.replace("{},{", '{"after_status":[],"task_code":"2"},{')
    results = dump([(text.encode(), None) for text in (NESTED, no_tasks, wrong, NESTED)])
    events = [result["event"] for result in results]
    assert events[0] == {"pre_hire_id": "7", "onboarding_task_changes": tasks} | flow == events[3]
    assert events[1] == {"pre_hire_id": "7", "onboarding_task_changes": []} | flow
    tasks[1] = {"task_code": "2"}
    assert events[2] == {"pre_hire_id": "7", "onboarding_task_changes": tasks} | flow
    errors = [result["error"] for result in results]
    field = "event.onboarding_task_changes.after_status"
    assert errors == [None, None, {"kind": "TYPE", "field": field, "offset": wrong.index("[]")}, None]


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
