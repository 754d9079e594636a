"""The registry of event types and lists of objects, through the C interface."""

import json
import re

import catalogue
import pytest
from conftest import ROOT

PLATFORM = json.loads((ROOT / "tests" / "corpus" / "corehr_events.json").read_text(encoding="utf-8"))
TYPES = {"text": "string", "enum": "int", "text_list": "string[]", "object": "object", "object_list": "object[]"}


def described(fields):
    """Return fields as the platform's list has them."""
    rows = {}
    for field in fields:
        row = rows[field.name] = {"type": TYPES[field.kind]}
        assert (field.max_bytes > 0) == (field.kind in {"text", "text_list"})
        assert (field.max_items > 0) == (field.kind == "text_list")
        assert field.type_name or field.kind in {"text", "text_list"}
        if field.fields:
            row["fields"] = described(field.fields)
    return rows


def without_disagreements(fields):
    """Return the platform's list without where its sources differ."""
    rows = {name: {"type": field["type"]} for name, field in fields.items()}
    for name, field in fields.items():
        if "fields" in field:
            rows[name]["fields"] = without_disagreements(field["fields"])
    return rows


def test_the_registry_is_the_list_of_the_platform(library, tmp_path):
    known = catalogue.read(library, tmp_path)
    first, *events = known.events
    assert (first.name, first.family) == ("url_verification", "url_verification")
    assert {event.name: described(event.fields) for event in events} == {
        name: without_disagreements(row["fields"]) for name, row in PLATFORM.items()
    }
    for event in events:
        assert event.name.split(".")[1] == event.family


LEAN = """
#include <lark_event.h>
static LarkEnvelope envelope;
static LarkItem item;
int main(int count, char **arguments) {
    const uint8_t *body = (const uint8_t *)arguments[0];
    LarkObjectList list = {0};
    char message[64];
    LarkError error;
    uint32_t tag = lark_event_type_next((uint32_t)count);
    lark_decode(body, (size_t)count, &envelope, &error);
    lark_error_message(&error, message, sizeof message);
    lark_next_item(body, (size_t)count, &list, &item, &error);
    return lark_event_type_name(tag) == NULL || lark_event_type_family(tag) == NULL ||
           lark_event_type_tag("corehr.process.updated_v2") == 0 || lark_value_name(tag, "status", 1) == DOC;
}
"""


@pytest.mark.shipped
def test_only_who_asks_for_the_documentation_links_it(library, tmp_path):
    text = (library.prefix / "include" / "lark_event.h").read_text(encoding="utf-8")
    fields = re.findall(r"^    /\*\* (.{40,}) \*/\n    Lark\w+ \w+;$", text, re.MULTILINE)
    linked = {}
    for name, doc in (("lean", "message"), ("whole", "lark_event_type_doc(tag)")):
        (tmp_path / f"{name}.c").write_text(LEAN.replace("DOC", doc), encoding="utf-8")
        program = library.build(tmp_path / f"{name}.c", tmp_path / name, "-O2", "-Wl,--gc-sections")
        linked[name] = [field for field in fields if field.encode() in program.read_bytes()]
    assert len(linked["whole"]) > 50
    assert linked["lean"] == []
