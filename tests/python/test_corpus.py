"""The cases that Rust, C and Python have in common, and every prefix of every sample."""

import json

import lark_event
import pytest
from corpus import CASES, NODE, SAMPLES, expand, join

CLASSES = {tag: class_name for tag, _, class_name, _ in lark_event._native.event_types()}
UNKNOWN = 1


def fields(record):
    """Return the fields of a record that are there, as the corpus writes them."""
    values = {row["name"]: getattr(record, row["name"]) for row in record._fields}
    present = [row for row in record._fields if values[row["name"]] is not None]
    # A value that is not documented is one of its enum too.
    assert all(type(values[row["name"]]) is getattr(lark_event, row["enum"]) for row in present if row["enum"])
    return {row["name"]: plain(values[row["name"]]) for row in present}


def plain(value):
    """Return a value as the corpus writes it."""
    if isinstance(value, lark_event.Record):
        return fields(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, lark_event.OpenEnum):
        return value.value
    assert type(value) in {str, int}
    return value


def decode(body, event_type):
    """Return envelope and error, either of which may be `None`."""
    try:
        return lark_event.decode(body, event_type=event_type), None
    except lark_event.DecodeError as error:
        return error.envelope, error


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case):
    body = join(case["input"])
    expected = expand(case | (case["unbounded"] or {}) | {"input": []})
    expected_error = expected["error"]
    envelope, error = decode(body, case["event_type"])

    if expected_error is None:
        assert error is None
    else:
        found = {"kind": error.kind.name, "field": error.field, "offset": error.offset}
        assert found == expected_error
        assert str(error) == f"{error.message} at byte {error.offset}" or error.kind >= 200
    if expected["schema"] in {"", "encrypt"}:
        assert envelope is None
        return
    assert envelope.schema == expected["schema"]
    assert fields(envelope.header) == expected["header"]
    if expected["event_tag"] == UNKNOWN:
        assert type(envelope.event) is lark_event.UnknownEvent
        assert envelope.event.raw is envelope.raw_event
        assert (
            envelope.event.to_dict() == json.loads(json.dumps(dict(envelope.event))) == json.loads(envelope.raw_event)
        )
    elif expected["event"] is None:
        assert envelope.event is None
    else:
        assert type(envelope.event).__name__ == CLASSES[expected["event_tag"]]
        assert fields(envelope.event) == expected["event"]
    offset, length = expected["raw_event"]
    assert envelope.raw_event == (body[offset : offset + length] if length else None)
    if error is None:
        assert lark_event.decode(envelope.to_json(), event_type=case["event_type"]) == envelope
        if expected["event_tag"] != UNKNOWN:
            assert lark_event.decode(json.dumps(envelope.to_dict()), event_type=case["event_type"]) == envelope


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_every_prefix_is_an_unexpected_end(sample):
    body = sample.read_bytes().rstrip()
    for end in range(len(body)):
        envelope, error = decode(body[:end], NODE)
        assert (envelope, error.kind, error.offset) == (None, lark_event.ErrorKind.UNEXPECTED_END, end)
    assert decode(body, NODE)[1] is None


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_values_are_those_of_the_json_module(sample):
    body = sample.read_bytes()
    document = json.loads(body)
    envelope = lark_event.decode(body, event_type=NODE)
    assert fields(envelope.event) == document["event"]
    header = dict(document["header"])
    for time in {"create_time", "event_time"} & header.keys():
        header[time] = int(header[time])
    assert fields(envelope.header) == header
    assert json.loads(envelope.raw_event) == document["event"]
    assert envelope.to_dict() == document == json.loads(envelope.to_json())


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, bytes.decode], ids=lambda form: form.__name__)
def test_every_kind_of_body_gives_the_same(form):
    body = SAMPLES[0].read_bytes()
    assert lark_event.decode(form(body)) == lark_event.decode(body)
    assert lark_event.decode(form(body)).raw_event == lark_event.decode(body).raw_event


def test_the_body_can_be_named():
    body = SAMPLES[0].read_bytes()
    assert lark_event.decode(body=body, event_type=NODE) == lark_event.decode(body)


def test_a_strided_memoryview_is_read_as_it_shows():
    body = SAMPLES[0].read_bytes()
    doubled = bytes(byte for pair in zip(body, body, strict=True) for byte in pair)
    assert lark_event.decode(memoryview(doubled)[::2]) == lark_event.decode(body)


@pytest.mark.parametrize(
    ("body", "kind", "offset"), [('{"a":"\ud800"}', "INVALID_UTF8", 6), ("\udc00", "EXPECTED_VALUE", 0)]
)
def test_a_str_with_a_lone_surrogate_is_a_decode_error(body, kind, offset):
    error = decode(body, None)[1]
    assert (error.kind.name, error.offset) == (kind, offset)


@pytest.mark.parametrize("body", [None, 5, [], {}, ["{}"], object()])
def test_a_body_of_another_type_is_a_type_error(body):
    with pytest.raises(TypeError, match="must be bytes, bytearray, memoryview or str"):
        lark_event.decode(body)
