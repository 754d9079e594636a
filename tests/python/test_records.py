"""Classes and enums made of rows as the registry gives them: nested objects, lists of them, open sets of texts."""

import copy
import json
import pickle

import lark_event
import pytest
from lark_event import _cli, _native, _record
from lark_event._platform import sample_fields
from lark_event._record import Lazy, make_class, make_enum


def row(name, kind, enum=None, record=None):
    return {"name": name, "kind": kind, "doc": f"The {name}.", "enum": enum, "record": record}


USER = {"class_name": "TestUser", "doc": "A user.", "fields": (row("open_id", "text"), row("user_id", "text"))}
ITEM = {
    "class_name": "TestItem",
    "doc": "An item.",
    "fields": (row("status", "text", enum="TestStatus"), row("owner", "object", record=USER), row("at", "decimal")),
}
FIELDS = (
    row("user", "object", record=USER),
    row("items", "object_list", record=ITEM),
    row("n", "enum", enum="TestInt"),
)
ENUMS = {
    "TestStatus": (
        {"name": "TO_BE", "value": "to_be", "doc": "Not yet."},
        {"name": "DONE", "value": "done", "doc": "Done."},
    ),
    "TestInt": ({"name": "ONE", "value": 1, "doc": "One."},),
}
RECORDS = {"TestUser": USER, "TestItem": ITEM}
WHOLE = {
    "user": {"open_id": "ou_1"},
    "items": [{"status": "done", "owner": {"user_id": "u"}, "at": "17"}, {"status": "new \u001b"}, {}],
    "n": 1,
}


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    """Have a registry that knows nested objects."""

    def make_record(name):
        return make_class(name, _record.Record, RECORDS[name]["doc"], RECORDS[name]["fields"])

    enums, records = Lazy(ENUMS, lambda name: make_enum(name, ENUMS[name])), Lazy(RECORDS, make_record)
    monkeypatch.setattr(_record, "ENUMS", enums)
    monkeypatch.setattr(_record, "RECORDS", records)
    monkeypatch.setattr(_native, "enum_values", ENUMS.__getitem__)
    for name, made in (*enums.items(), *records.items()):
        monkeypatch.setattr(lark_event, name, made, raising=False)  # where they are pickled from
    return records


@pytest.fixture
def event_class(monkeypatch):
    made = make_class("TestEvent", lark_event.Event, "An event.", FIELDS, EVENT_TYPE="a.b", FAMILY="a")
    monkeypatch.setattr(lark_event, "TestEvent", made, raising=False)
    return made


@pytest.fixture
def event(registry, event_class):
    user, item = registry["TestUser"], registry["TestItem"]
    items = [item(status="done", owner=user(user_id="u"), at=17), item(status="new \u001b"), item()]
    return event_class(user=user(open_id="ou_1"), items=iter(items), n=1)


def test_nested_objects_are_written_as_the_platform_does(event):
    assert event.to_dict() == WHOLE
    assert json.loads(event.to_json()) == WHOLE
    assert type(event.to_dict()["items"][0]["status"]) is str
    assert isinstance(event.items, tuple)


def test_nested_objects_are_as_the_others(event, registry):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        twin = pickle.loads(pickle.dumps(event, protocol))
        assert twin == event
        assert hash(twin) == hash(event)
    assert copy.deepcopy(event) is event
    assert repr(event.user) == "TestUser(open_id='ou_1')"
    assert event.__replace__(user=None) != event
    match event:
        case lark_event.TestEvent(user=lark_event.TestUser(open_id=found), items=[first, *_]):
            assert (found, first.owner.user_id) == ("ou_1", "u")
        case _:
            pytest.fail("no match")
    with pytest.raises(AttributeError, match="immutable"):
        event.user.open_id = "x"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"user": {"open_id": "x"}}, "TestEvent.user is a TestUser, not {'open_id': 'x'}"),
        ({"user": "x"}, "TestEvent.user is a TestUser"),
        ({"items": ["x"]}, "TestEvent.items is an iterable of TestItem, not"),
        ({"items": 5}, "TestEvent.items is an iterable of TestItem, not 5"),
    ],
)
def test_objects_of_another_class_are_refused(event_class, fields, message):
    with pytest.raises(TypeError, match=message):
        event_class(**fields)


def test_texts_of_an_open_set(event, registry):
    status = type(event.items[0].status)
    assert [base.__name__ for base in status.__bases__] == ["OpenEnum", "str", "Enum"]
    known, new = event.items[0].status, event.items[1].status
    assert known is status.DONE is status("done")
    assert known.is_known
    assert not new.is_known
    assert (known, new) == ("done", "new \u001b")
    assert {"done": 1}[known] == {"new \u001b": 1}[new] == 1
    assert [str(known), f"{known:>6}", f"{new}", json.dumps(known)] == ["done", "  done", "new \u001b", '"done"']
    assert type(new.value) is str
    assert repr(new) == r"<TestStatus.UNKNOWN: 'new \x1b'>"
    assert pickle.loads(pickle.dumps(new)) == new == copy.deepcopy(new)
    assert status(new) == new
    assert "Documented values of `TestStatus`: to_be TO_BE: Not yet." in status.__doc__
    with pytest.raises(ValueError, match="5"):
        status(5)
    with pytest.raises(TypeError, match=r"TestItem.status is a str, not 5"):
        registry["TestItem"](status=5)


def test_numbers_print_as_numbers(event):
    assert [str(event.n), f"{event.n:03}", repr(event.n)] == ["1", "001", "<TestInt.ONE: 1>"]


def test_tables_show_what_is_inside(event):
    assert _cli._rows("event", event) == [
        ("event.user.open_id", "ou_1"),
        ("event.items[0].status", "DONE (done)"),
        ("event.items[0].owner.user_id", "u"),
        ("event.items[0].at", "17"),
        ("event.items[1].status", r"new \x1b"),
        ("event.items[2]", "(empty)"),
        ("event.n", "ONE (1)"),
    ]
    assert _cli._rows("event", event.__replace__(items=(), user=type(event.user)(), n=5)) == [
        ("event.user", "(empty)"),
        ("event.items", "(none)"),
        ("event.n", "5"),
    ]


def test_samples_have_all_that_is_inside():
    text = "7072306364927985196"
    user = {"open_id": text, "user_id": text}
    assert sample_fields(FIELDS) == {
        "user": user,
        "items": [{"status": "to_be", "owner": user, "at": "1700000000000"}],
        "n": 1,
    }


def test_what_is_asked_for_is_made_once():
    made = []
    lazy = Lazy(["A", "B"], lambda name: made.append(name) or type(name, (), {}))
    assert (list(lazy), len(lazy), "A" in lazy, "C" in lazy, made) == (["A", "B"], 2, True, False, [])
    assert lazy["B"] is lazy["B"]
    assert made == ["B"]
    assert [name for name, value in lazy.items() if value in list(lazy.values())] == ["A", "B"]
    with pytest.raises(KeyError):
        lazy["C"]
