"""Events of types that have no class."""

import copy
import json
import pickle
from collections.abc import Mapping

import lark_event
import pytest
from lark_event import Envelope, Header, ProcessUpdated, Receiver, UnknownEvent

RAW = (
    b'{"sender":{"sender_id":{"open_id":"ou_1"},"tags":["a",{"b":null}]},'
    b'"id":123456789012345678901234567890,"f":1.10,"s":"\\u00e9\\n"}'
)
BODY = b'{"schema":"2.0","header":{"event_type":"im.message.receive_v1"},"event":%b}'


@pytest.fixture
def envelope():
    return lark_event.decode(BODY % RAW)


def test_it_is_a_mapping_of_the_json(envelope):
    event = envelope.event
    assert isinstance(event, UnknownEvent)
    assert isinstance(event, lark_event.Event)
    assert isinstance(event, Mapping)
    assert (event.EVENT_TYPE, event.FAMILY) == ("", "")
    assert event.raw == envelope.raw_event == RAW
    assert event["sender"]["sender_id"]["open_id"] == "ou_1"
    assert event["id"] == 123456789012345678901234567890
    assert event.get("x") is event.get("sender").get("x") is None
    assert event.get("x", 5) == 5
    assert "sender" in event
    assert "x" not in event
    assert list(event) == list(event.keys()) == ["sender", "id", "f", "s"]
    assert len(event) == len(event.items()) == 4
    assert dict(event)["s"] == "é\n"
    with pytest.raises(KeyError):
        event["x"]


def test_it_is_parsed_once_and_late(monkeypatch, envelope):
    parsed = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda raw, **options: parsed.append(raw) or loads(raw, **options))
    assert envelope == lark_event.decode(BODY % RAW)
    assert str(envelope)
    assert parsed == []
    assert envelope.event["sender"] is envelope.event["sender"]
    assert parsed == [RAW]


def test_it_matches_as_class_and_as_mapping(envelope):
    match envelope:
        case Envelope(event={"sender": {"sender_id": {"open_id": found}, "tags": ["a", {"b": None}]}}):
            assert found == "ou_1"
        case _:
            pytest.fail("no match")
    match envelope.event:
        case ProcessUpdated():
            pytest.fail("another class")
        case UnknownEvent(raw):
            assert raw == RAW
        case _:
            pytest.fail("no match")


@pytest.mark.parametrize(
    "change",
    [
        lambda event: event.__setitem__("id", 5),
        lambda event: event["sender"].update(x=1),
        lambda event: event["sender"].__setitem__("x", 1),
        lambda event: event["sender"]["sender_id"].pop("open_id"),
        lambda event: event["sender"]["tags"][1].clear(),
        lambda event: event["sender"]["tags"].append(1),
        lambda event: event["sender"].setdefault("x", 1),
        lambda event: event["sender"].__ior__({"x": 1}),
        lambda event: event["sender"].__delitem__("tags"),
        lambda event: event["sender"].popitem(),
        lambda event: setattr(event, "raw", b"{}"),
        lambda event: setattr(event, "_parsed", {}),
        lambda event: delattr(event, "raw"),
    ],
)
def test_nothing_in_it_can_be_changed(envelope, change):
    assert envelope.event["id"]
    with pytest.raises((TypeError, AttributeError)):
        change(envelope.event)
    assert json.loads(json.dumps(dict(envelope.event))) == json.loads(RAW)


def test_what_is_in_it_serves_as_a_dictionary(envelope):
    sender = envelope.event["sender"]
    assert json.loads(json.dumps(sender)) == json.loads(RAW)["sender"]
    assert isinstance(sender, dict)
    assert {**sender, "x": 1}["x"] == (sender | {"x": 1})["x"] == 1
    for twin in (pickle.loads(pickle.dumps(sender)), copy.copy(sender), copy.deepcopy(sender)):
        assert twin == sender


def test_a_dictionary_of_ones_own(envelope):
    own = envelope.event.to_dict()
    assert own == json.loads(RAW)
    own["sender"]["tags"].append(5)
    assert envelope.event.to_dict() == envelope.to_dict()["event"] == json.loads(RAW)
    assert envelope.event.to_json().encode() == RAW
    assert envelope.event.to_json() in envelope.to_json()
    assert lark_event.decode(envelope.to_json()) == envelope


def test_two_are_equal_if_their_json_is(envelope):
    assert envelope.event == UnknownEvent(RAW) == UnknownEvent(RAW.decode())
    assert hash(envelope.event) == hash(UnknownEvent(RAW))
    assert envelope.event != UnknownEvent(RAW.replace(b"1.10", b"1.1"))
    assert envelope.event != envelope.event.to_dict()
    assert envelope != lark_event.decode(BODY % RAW.replace(b"1.10", b"1.1"))
    broken = lark_event.decode(BODY % RAW.replace(b",", b",\r\n"))
    assert broken == lark_event.decode(broken.to_json())
    assert hash(broken) == hash(lark_event.decode(broken.to_json()))
    assert "\n" not in broken.to_json()


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_it_pickles_and_copies(envelope, protocol):
    for _ in range(2):  # before it is parsed, and after
        for value in (envelope, envelope.event):
            twin = pickle.loads(pickle.dumps(value, protocol))
            assert twin == value
            assert hash(twin) == hash(value)
            assert repr(twin) == repr(value)
            assert copy.copy(value) == copy.deepcopy(value) == value
        assert envelope.event["id"]
    assert pickle.loads(pickle.dumps(envelope, protocol)).event["sender"] == envelope.event["sender"]


def test_its_repr_is_short_and_never_fails():
    event = UnknownEvent(b'{"a": 1}')
    assert repr(event) == "UnknownEvent('{\"a\": 1}')"
    assert eval(repr(event)) == event
    long = lark_event.decode(BODY % (b'{"a":%b}' % (b"1" * 5000))).event
    assert repr(long) == 'UnknownEvent(\'{"a":' + "1" * 95 + "'... 5006 bytes)"


@pytest.mark.parametrize("raw", [b"", b"[]", b"5", b"null", b'{"a":tru}', b'{},"x":{}', b'{},"event":{}', b"{}}", b"{"])
def test_none_is_made_by_hand_that_cannot_be_decoded(raw):
    with pytest.raises(ValueError, match=r"UnknownEvent.raw is the JSON of (an object|one value)"):
        UnknownEvent(raw)
    if raw.startswith(b"{"):
        with pytest.raises(ValueError, match=r"UnknownEvent.raw"):
            Envelope(raw_event=raw)


@pytest.mark.parametrize("raw", [b"garbage", b'1,"header":{"token":"x"}', b"", b"\xff", b"1 2"])
def test_no_envelope_is_made_by_hand_of_what_is_no_json(raw):
    for event in (None, ProcessUpdated()):
        with pytest.raises(ValueError, match=r"Envelope.raw_event is the JSON of one value"):
            Envelope(event=event, raw_event=raw)


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_long_integer_costs_nothing_but_its_type(sign):
    digits = sign + "1" * 5000
    event = lark_event.decode(b'{"header":{"event_type":"x"},"event":{"id":"a","n":%b,"m":12}}' % digits.encode()).event
    assert (event["id"], event["n"], event["m"], len(event)) == ("a", digits, 12, 3)
    assert event.to_dict() == {"id": "a", "n": digits, "m": 12}


@pytest.mark.parametrize("raw", [None, {}, 5])
def test_it_is_made_of_bytes_or_text(raw):
    with pytest.raises(TypeError, match=r"UnknownEvent.raw is bytes or a str, not"):
        UnknownEvent(raw)


def test_envelopes_made_by_hand_have_both_event_and_bytes(envelope):
    header = Header(event_type="im.message.receive_v1")
    made = [
        Envelope(header=header, event=UnknownEvent(RAW)),
        Envelope(header=header, raw_event=RAW),
        Envelope(header=header, event=UnknownEvent(RAW), raw_event=RAW),
    ]
    for it in made:
        assert it == envelope
        assert it.event.raw == it.raw_event == RAW
        assert lark_event.decode(it.to_json()) == it
    assert Envelope(schema="1.0", raw_event=b'{"type":"a"}').event["type"] == "a"
    assert Envelope(header=header).event is Envelope(header=header).raw_event is None
    with pytest.raises(ValueError, match=r"Envelope.raw_event is that of the event"):
        Envelope(event=UnknownEvent(RAW), raw_event=b"{}")
    with pytest.raises(ValueError, match="no body of schema 'url_verification' has the event UnknownEvent"):
        Envelope(schema="url_verification", raw_event=RAW)


def test_a_replaced_event_has_not_the_bytes_of_the_other(envelope):
    again = envelope.__replace__(header=Header(event_id="1"))
    assert again.event is envelope.event
    assert again.raw_event is envelope.raw_event
    other = envelope.__replace__(event=UnknownEvent(b"{}"))
    assert (other.event.raw, other.raw_event) == (b"{}", b"{}")
    assert envelope.__replace__(raw_event=b"{}") == other
    typed = envelope.__replace__(event=ProcessUpdated())
    assert (typed.event, typed.raw_event) == (ProcessUpdated(), None)
    assert envelope.__replace__(event=None).raw_event is None


def test_it_is_there_where_one_field_of_the_header_is_bad():
    with pytest.raises(lark_event.DecodeError) as caught:
        lark_event.decode(b'{"header":{"event_type":"a.b_v1","event_id":[]},"event":{"a":1}}')
    assert caught.value.envelope.event["a"] == 1
    with pytest.raises(lark_event.DecodeError) as caught:
        lark_event.decode(b'{"header":{"event_type":"a.b_v1"},"event":[1]}')
    envelope = caught.value.envelope
    assert (envelope.event, envelope.raw_event, envelope.to_dict()["event"]) == (None, b"[1]", [1])
    assert envelope.to_json().endswith('"event":[1]}')
    assert envelope.__replace__(header=Header()).raw_event == b"[1]"


def test_no_handler_is_registered_for_all_of_them():
    with pytest.raises(TypeError, match="takes a class of events"):
        Receiver.insecure().on(UnknownEvent)
