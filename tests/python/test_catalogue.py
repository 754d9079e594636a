"""The catalogue: `lark_event.event_types()` and `lark-event events`."""

import copy
import json
import pickle
import subprocess
import sys
from enum import IntEnum

import lark_event
import pytest
from lark_event import EventType, FieldType, _catalogue, event_types
from test_records import ENUMS, FIELDS

TYPES = event_types()


def run(*arguments):
    command = [sys.executable, "-m", "lark_event", "events", *arguments]
    completed = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return completed.returncode, completed.stdout.decode(), completed.stderr.decode()


@pytest.mark.parametrize("event_type", TYPES, ids=[it.name for it in TYPES])
def test_event_types_tell_what_their_classes_have(event_type):
    event = event_type.event_class
    assert event is getattr(lark_event, event_type.class_name)
    assert (event_type.name, event_type.family) == (event.EVENT_TYPE, event.FAMILY)
    assert event.__doc__.startswith(event_type.doc)
    assert tuple(field.name for field in event_type.fields) == event.__match_args__
    for field in event_type.fields:
        assert field.kind in {"text", "enum", "decimal", "text_list", "object", "object_list"}
        assert field.doc == getattr(event, field.name).__doc__
        assert (field.kind in {"object", "object_list"}) == bool(field.fields)
        assert field.enum is None or field.enum is getattr(lark_event, field.enum.__name__)


def test_the_catalogue_is_found_into_by_name():
    catalogue = {it.name: it for it in TYPES}
    assert len(catalogue) == len({it.class_name for it in TYPES}) == len(TYPES)
    updated = catalogue["corehr.process.updated_v2"]
    assert (updated.class_name, updated.family) == ("ProcessUpdated", "process")
    status = updated.fields[1]
    assert (status.name, status.kind, status.enum, status.fields) == ("status", "enum", lark_event.ProcessStatus, ())
    assert issubclass(status.enum, IntEnum)


def test_event_types_are_immutable_and_comparable():
    first = next(it for it in TYPES if it.name == "url_verification")
    assert event_types() is event_types()
    assert first != TYPES[0]
    for it in (first, first.fields[0]):
        assert it == pickle.loads(pickle.dumps(it)) == copy.deepcopy(it)
        assert hash(it) == hash(copy.deepcopy(it))
        with pytest.raises(AttributeError):
            it.name = "x"
    assert repr(first) == "EventType(name='url_verification', class_name='UrlVerification', family='url_verification')"
    assert isinstance(first, EventType)
    assert isinstance(first.fields[0], FieldType)


def test_nothing_is_made_before_it_is_asked_for():
    program = "import lark_event; from lark_event import _model, _record\n"
    program += "types = lark_event.event_types(); [it.doc for it in types]\n"
    program += "assert not _model.EVENTS._made and not _record.ENUMS._made\n"
    program += "process, = (it for it in types if it.name == 'corehr.process.updated_v2')\n"
    program += "process.fields; assert not _model.EVENTS._made and len(_record.ENUMS._made) == 2\n"
    program += "process.event_class; assert list(_model.EVENTS._made) == ['ProcessUpdated']\n"
    subprocess.run([sys.executable, "-c", program], timeout=60, check=True)


def test_the_list_is_aligned():
    status, out, err = run()
    lines = out.splitlines()
    assert (status, err, len(lines)) == (0, "", len(TYPES))
    columns = [TYPES[0].name, TYPES[0].class_name, TYPES[0].family]
    for line, it in zip(lines, TYPES, strict=True):
        assert line.split()[:3] == [it.name, it.class_name, it.family]
        assert line.index(f" {it.class_name}") == lines[0].index(f" {columns[1]}")
        assert line.index(f"  {it.doc.splitlines()[0][:20]}") == lines[0].index(f"  {TYPES[0].doc[:20]}")
    assert any(line.endswith("The status of a process has changed (流程状态变更).") for line in lines)


def test_one_family():
    status, out, _ = run("--family", "job_change")
    listed = [line.split()[:3] for line in out.splitlines()]
    assert (status, listed) == (0, [[it.name, it.class_name, it.family] for it in TYPES if it.family == "job_change"])
    assert len(listed) > 1


def test_the_list_as_json_lines():
    status, out, err = run("--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (0, "")
    for row, it in zip(rows, TYPES, strict=True):
        names = ("name", "class_name", "family", "doc")
        assert tuple(row[name] for name in names) == tuple(getattr(it, name) for name in names)
        assert [field["name"] for field in row["fields"]] == [field.name for field in it.fields]
    (row,) = (row for row in rows if row["class_name"] == "ProcessUpdated")
    (values,) = (field["enum"]["values"] for field in row["fields"] if field["name"] == "status")
    assert values[0] == {"name": "IN_PROGRESS", "value": 1, "doc": "Started, in progress."}


@pytest.mark.parametrize("event_type", TYPES, ids=[it.name for it in TYPES])
def test_examples_are_whole_events(event_type):
    example = _catalogue._example(lark_event._model.event_row(event_type.class_name))
    envelope = lark_event.decode(json.dumps(example))
    assert type(envelope.event) is event_type.event_class
    assert None not in envelope.event._values
    assert envelope.to_dict() == example


@pytest.mark.parametrize("name", ["ProcessUpdated", "corehr.process.updated_v2"])
def test_one_event(name):
    status, out, err = run(name)
    assert (status, err) == (0, "")
    start, _, example = out.partition("\nexample:\n")
    lines = start.splitlines()
    assert lines[0] == "corehr.process.updated_v2  ProcessUpdated  (family process)"
    at = lines.index("  status: enum, ProcessStatus")
    assert lines[at + 1 : at + 3] == ["    Status of the process.", "    1 IN_PROGRESS: Started, in progress."]
    assert type(lark_event.decode(example).event) is lark_event.ProcessUpdated
    assert run("--json", name)[1].count("\n") == 1
    assert json.loads(run("--json", name)[1])["example"] == json.loads(example)


def test_fields_of_objects_are_indented(monkeypatch):
    monkeypatch.setattr(lark_event._native, "enum_values", ENUMS.__getitem__)
    row = {"type": "a.b", "class_name": "AB", "family": "a", "doc": "It is.", "tag": 99, "fields": FIELDS}
    lines = list(_catalogue._event(row))
    at = lines.index("  items: object_list, TestItem")
    assert lines[at + 1 : at + 10] == [
        "    The items.",
        "    status: text, TestStatus",
        "      The status.",
        "      to_be TO_BE: Not yet.",
        "      done DONE: Done.",
        "    owner: object, TestUser",
        "      The owner.",
        "      open_id: text",
        "        The open_id.",
    ]
    whole = json.loads(_catalogue._json(row))
    items = whole["fields"][1]
    assert (items["class_name"], [it["name"] for it in items["fields"]]) == ("TestItem", ["status", "owner", "at"])
    assert whole["example"]["event"]["items"][0]["status"] == "to_be"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ProcesUpdated"], "there is no event type or class 'ProcesUpdated'; did you mean ProcessUpdated"),
        (["processupdated"], "did you mean ProcessUpdated"),
        (["corehr.process.updated"], "did you mean corehr.process.updated_v2"),
        (["zzz"], "there is no event type or class 'zzz'; lark-event events lists them all"),
        (["--family", "jobs"], "there is no family 'jobs'; did you mean job"),
        (["--family", "process", "ProcessUpdated"], "not allowed with"),
        (["ProcessUpdated", "JobChangeUpdated"], "unrecognized arguments"),
    ],
)
def test_wrong_command_lines(arguments, message):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert "usage: lark-event" in err
    assert message in err


def test_help_tells_the_kinds():
    status, out, _ = run("--help")
    assert status == 0
    for text in ("--family", "--json", "object_list", "Exit status", "lark-event events ProcessUpdated"):
        assert text in out


def test_a_closed_pipe_ends_it_quietly():
    command = f"{sys.executable} -m lark_event events --json | head -n 1 | wc -l"
    completed = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert (completed.stdout.strip(), completed.stderr) == ("1", "")
