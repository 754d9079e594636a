"""Any event, any JSON and any damage: hypothesis makes them up, by the tables of the registry.

A run is the same as the one before. `HYPOTHESIS_EXAMPLES` is how many examples are tried of each, at random then; a
failure prints what repeats it.
"""

import copy
import json
import os
import pickle
import threading

import lark_event
import pytest
from corpus import NODE, SAMPLES
from deliveries import KEY, encrypted, signed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lark_event import _model, _record

ASKED = int(os.environ.get("HYPOTHESIS_EXAMPLES", "0"))
CLASSES = [cls for cls in _model.EVENTS.values() if cls.EVENT_TYPE != "url_verification"]


def examples(number):
    """Return the settings of a test with so many examples, if the environment does not say how many."""
    return settings(
        max_examples=ASKED or number,
        derandomize=not ASKED,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def values(row):
    """Return a strategy for the values of a field."""
    kind = row["kind"]
    if kind == "text":
        return st.text()
    if kind in _record.RANGES:
        numbers = _record.RANGES[kind]
        return st.integers(numbers[0], numbers[-1])
    if kind == "text_list":
        return st.lists(st.text(), max_size=5)
    objects = records(_record.RECORDS[row["record"]["class_name"]])
    return objects if kind == "object" else st.lists(objects, max_size=3)


def records(cls, **given):
    """Return a strategy for objects of a class: any of its fields may be absent."""
    fields = {row["name"]: st.none() | values(row) for row in cls._fields if row["name"] not in given}
    return st.builds(cls, **fields, **{name: st.just(value) for name, value in given.items()})


def of_class(cls):
    header = records(lark_event.Header, event_type=cls.EVENT_TYPE)
    return st.builds(lark_event.Envelope, schema=st.just("2.0"), header=header, event=records(cls))


CHALLENGES = st.builds(
    lark_event.Envelope,
    schema=st.just("url_verification"),
    header=st.builds(lark_event.Header, token=st.none() | st.text()),
    event=st.builds(lark_event.UrlVerification, challenge=st.text()),
)
ENVELOPES = st.one_of(CHALLENGES, *map(of_class, CLASSES))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5), max_leaves=30
)


def check_copies(record):
    """Whatever copies an object gives an equal one, and what is equal has one hash."""
    copies = [pickle.loads(pickle.dumps(record, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for twin in (*copies, copy.copy(record), copy.deepcopy(record), record.__replace__()):
        assert type(twin) is type(record)
        assert (twin, hash(twin), repr(twin)) == (record, hash(record), repr(record))
        assert twin.to_dict() == record.to_dict()


@examples(300)
@given(ENVELOPES, st.booleans(), st.sampled_from([None, 2]))
def test_what_is_written_is_read_back(envelope, ascii_only, indent):
    dumped = json.dumps(envelope.to_dict(), ensure_ascii=ascii_only, indent=indent)
    for text in (envelope.to_json(), envelope.to_json().encode(), dumped, dumped.encode()):
        again = lark_event.decode(text)
        assert again == envelope
        assert hash(again) == hash(envelope)
        assert again.to_json() == envelope.to_json()
        assert repr(again.event) == repr(envelope.event)
    assert json.loads(envelope.to_json()) == envelope.to_dict()
    check_copies(envelope)
    check_copies(envelope.event)


@examples(200)
@given(ENVELOPES, ENVELOPES)
def test_events_are_equal_if_what_they_write_is(one, other):
    assert (one == other) == (one.to_json() == other.to_json())
    is_same = type(one.event) is type(other.event) and one.event.to_dict() == other.event.to_dict()
    assert (one.event == other.event) == is_same


@examples(150)
@given(st.dictionaries(st.text(), JSON, max_size=6), st.booleans(), st.sampled_from([None, 1]))
def test_an_event_without_a_class_is_what_the_json_module_reads(value, ascii_only, indent):
    raw = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    envelope = lark_event.decode(f'{{"header":{{"event_type":"a.b"}},"event": {raw}}}')
    assert envelope.raw_event == raw.encode()
    assert envelope.event.to_dict() == value
    assert set(envelope.event) == set(value)
    assert lark_event.decode(envelope.to_json()).event.to_dict() == value
    check_copies(envelope)


def is_json(body):
    """Whether the json module takes it, as UTF-8 and without what it takes beyond the grammar."""

    def refuse(name):
        raise ValueError(name)

    try:
        json.loads(body.decode(), parse_constant=refuse)
    except ValueError:
        return False
    return True


def check_damaged(body, event_type):
    """Decode whatever it is, and check what comes of it."""
    try:
        envelope, error = lark_event.decode(body, event_type=event_type), None
    except lark_event.DecodeError as found:
        envelope, error = found.envelope, found
        assert 0 <= error.offset <= len(body)
    is_fatal = error is not None and error.kind < 100
    # The json module takes halves of surrogate pairs.
    assert is_json(body) != is_fatal or error.kind == lark_event.ErrorKind.LONE_SURROGATE, (body, error)
    if envelope is None:
        return
    assert not is_fatal
    again = envelope.to_json()
    assert json.loads(again) == envelope.to_dict()
    if error is None:
        assert lark_event.decode(again, event_type=event_type) == envelope


def test_every_byte_in_every_place_of_a_sample():
    sample = min((path.read_bytes() for path in SAMPLES), key=len)
    body = bytearray(sample)
    for at, original in enumerate(sample):
        for byte in range(256):
            body[at] = byte
            check_damaged(bytes(body), NODE)
        body[at] = original


ODD = b'"\\{}[]:,0-.e+ntu \n\0\x1f\x7f\x80\xc3\xe2\xed\xf0\xff'
CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 255) | st.sampled_from(list(ODD))), min_size=1, max_size=3
)


@examples(1000)
@given(st.sampled_from([path.read_bytes() for path in SAMPLES]), CHANGES, st.none() | st.integers(0, 1000))
def test_samples_with_some_bytes_changed(body, changes, cut):
    body = bytearray(body[:cut] if cut else body)
    for at, byte in changes:
        body[at % len(body)] = byte
    check_damaged(bytes(body), NODE)


@examples(300)
@given(ENVELOPES, CHANGES)
def test_events_with_some_bytes_changed(envelope, changes):
    body = bytearray(envelope.to_json().encode())
    for at, byte in changes:
        body[at % len(body)] = byte
    check_damaged(bytes(body), None)


@examples(100)
@given(ENVELOPES, CHANGES)
def test_a_receiver_opens_what_was_sealed_and_nothing_else(envelope, changes):
    receiver, plain = lark_event.Receiver(KEY), envelope.to_json().encode()
    body = encrypted(plain)
    is_challenge = envelope.schema == "url_verification"
    assert receiver.open(signed(body), body) == (envelope.event.challenge if is_challenge else envelope)
    damaged = bytearray(body)
    for at, byte in changes:
        damaged[at % len(body)] = byte
    if damaged != body:
        with pytest.raises(lark_event.WebhookError) as caught:
            receiver.open(signed(body), bytes(damaged))
        assert caught.value.kind == lark_event.ErrorKind.SIGNATURE
    try:
        opened = receiver.open(signed(bytes(damaged)), bytes(damaged))
    except (lark_event.WebhookError, lark_event.DecodeError):
        return
    assert type(opened) is (str if is_challenge else lark_event.Envelope)


@pytest.mark.parametrize("depth", [1, 50, 100, 100_000, 1_000_000])
@pytest.mark.parametrize(
    ("opening", "closing"), [("[", "]"), ('{"a":', "}"), ("[", "")], ids=["arrays", "objects", "open"]
)
def test_nesting_takes_no_stack(depth, opening, closing):
    """Decode in a thread whose stack would not hold a frame for each level."""
    value = opening * depth + "1" + closing * depth
    header = '"header":{"event_type":"%s"}'
    bodies = [
        f'{{{header % "corehr.company.updated_v2"},"event":{{"sub_events":[{{"unknown":{value}}}]}}}}',
        f'{{{header % "corehr.company.updated_v2"},"event":{{"company_id":{value}}}}}',
        f'{{{header % "a.b"},"event":{{"a":{value}}}}}',
        f'{{"event":{value},{header % "corehr.company.updated_v2"}}}',
        value,
    ]
    outcomes = []

    def outcome(body):
        try:
            return lark_event.decode(body).to_json()
        except lark_event.DecodeError as error:
            return error.kind.name

    def run():
        outcomes.extend(map(outcome, bodies))

    old = threading.stack_size(128 * 1024)
    try:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old)
    assert len(outcomes) == len(bodies)
    if depth >= 100:
        assert outcomes == ["TOO_DEEP"] * len(bodies)
    else:
        assert "TOO_DEEP" not in outcomes
