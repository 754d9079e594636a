"""Decoded objects: what they are, and what cannot be done to them."""

import copy
import pickle
import threading

import lark_event
import pytest
from lark_event import DecodeError, Envelope, ErrorKind, Header, JobChangeUpdated, ProcessStatus, ProcessUpdated

BODY = (
    b'{"schema":"2.0","header":{"event_id":"5e37","event_type":"corehr.process.updated_v2",'
    b'"create_time":"1608725989000123"},"event":{"process_id":"7072","status":9,"biz_type":"","x":[1]}}'
)


@pytest.fixture
def envelope():
    return lark_event.decode(BODY)


def test_fields_are_typed_and_none_where_absent(envelope):
    event = envelope.event
    assert isinstance(event, ProcessUpdated)
    assert isinstance(event, lark_event.Event)
    assert event.process_id == "7072"
    assert event.status is ProcessStatus.COMPLETED
    assert event.biz_type == ""
    assert event.flow_definition_id is None
    assert event.properties is None
    assert (event.EVENT_TYPE, event.FAMILY) == ("corehr.process.updated_v2", "process")
    assert isinstance(envelope.header.create_time, int)
    assert envelope.header.create_time == 1608725989000123
    assert envelope.header.create_time_ms == 1608725989000
    assert Header(create_time=1608725989000).create_time_ms == 1608725989000
    assert Header().create_time_ms is None


@pytest.mark.parametrize("name", ["process_id", "event_id", "schema", "no_such_field", "__class__", "_values"])
def test_objects_are_immutable(envelope, name):
    for record in (envelope, envelope.header, envelope.event):
        message = f"'{name}' cannot be changed: the object is immutable"
        for value in (None, lark_event.ProcessStatusUpdate):
            with pytest.raises(AttributeError, match=message):
                setattr(record, name, value)
        with pytest.raises(AttributeError, match=message):
            delattr(record, name)
    assert envelope == lark_event.decode(BODY)
    assert type(envelope.event) is ProcessUpdated


def test_objects_compare_and_hash(envelope):
    again = lark_event.decode(BODY.replace(b",", b", "))
    assert again.raw_event != envelope.raw_event
    assert again == envelope
    assert len({again, envelope}) == len({again.event, envelope.event}) == len({again.header, envelope.header}) == 1
    assert envelope.event != ProcessUpdated(process_id="7072")
    assert envelope.event != ("7072", 9, "", None, None)
    # Two types with the same fields are different events.
    fields = {"process_id": "1", "status": 1}
    assert ProcessUpdated(**fields) != lark_event.ProcessStatusUpdate(**fields)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_objects_pickle_and_copy(envelope, protocol):
    for record in (envelope, envelope.header, envelope.event, envelope.event.status, ProcessStatus(99)):
        twin = pickle.loads(pickle.dumps(record, protocol))
        assert twin == record
        assert type(twin) is type(record)
        assert hash(twin) == hash(record)
        assert repr(twin) == repr(record)
        assert copy.copy(record) == copy.deepcopy(record) == record
    assert copy.deepcopy(envelope) is envelope


def test_repr_shows_what_is_there(envelope):
    assert repr(envelope.event) == "ProcessUpdated(process_id='7072', status=<ProcessStatus.COMPLETED: 9>, biz_type='')"
    assert repr(ProcessStatus(99)) == "<ProcessStatus.UNKNOWN_99: 99>"


def test_objects_work_in_match(envelope):
    match envelope:
        case Envelope(schema="2.0", event=ProcessUpdated(status=ProcessStatus.COMPLETED, process_id=process_id)):
            assert process_id == "7072"
        case _:
            pytest.fail("no match")
    match envelope.event:
        case ProcessUpdated("7072", ProcessStatus.REJECTED):
            pytest.fail("another status")
        case ProcessUpdated("7072", 9):
            pass
        case _:
            pytest.fail("no match")


def test_unknown_values_of_enums_are_kept():
    for value in (0, 3, 99, -1, 2**31 - 1, -(2**31)):
        status = lark_event.decode(BODY.replace(b'"status":9', b'"status":%d' % value)).event.status
        assert isinstance(status, ProcessStatus)
        assert status == value
        assert status.value == value
        assert not status.is_known
        assert status != ProcessStatus.COMPLETED
    assert ProcessStatus(9).is_known
    assert ProcessStatus(9) is ProcessStatus.COMPLETED
    with pytest.raises(ValueError, match="x"):
        ProcessStatus("x")


def test_objects_can_be_made_by_hand():
    event = JobChangeUpdated(status=4, updated_fields=["a", "b"], operate_reason="é\u0000")
    assert event.status is lark_event.JobChangeStatus.APPROVED
    assert event.updated_fields == ("a", "b")
    envelope = Envelope(header=Header(event_type=event.EVENT_TYPE, create_time=5), event=event)
    assert lark_event.decode(envelope.to_json()) == envelope
    assert event.to_dict() == {"status": 4, "operate_reason": "é\u0000", "updated_fields": ["a", "b"]}
    assert event.__replace__(status=None, operate_reason=None).to_dict() == {"updated_fields": ["a", "b"]}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ProcessUpdated(nope="1"), "no field 'nope'"),
        (lambda: ProcessUpdated(process_id=1), "process_id"),
        (lambda: ProcessUpdated(status="1"), "status"),
        (lambda: JobChangeUpdated(updated_fields="ab"), "updated_fields"),
        (lambda: JobChangeUpdated(updated_fields=[1]), "updated_fields"),
        (lambda: JobChangeUpdated(updated_fields=5), "JobChangeUpdated.updated_fields is an iterable of str, not 5"),
        (lambda: ProcessUpdated(status=True), "ProcessUpdated.status is an int, not True"),
        (lambda: Header(create_time=False), "Header.create_time is an int, not False"),
        (lambda: Header(create_time=1.0), "Header.create_time is an int, not 1.0"),
        (lambda: Envelope(event=5), "Envelope.event is a Event, not 5"),
        (lambda: Envelope(header="x"), "header"),
        (lambda: Envelope(schema=None), "schema"),
        (lambda: Envelope(raw_event="{}"), "raw_event"),
        (lambda: ProcessUpdated("7072"), "positional"),
    ],
)
def test_what_is_made_by_hand_is_checked(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ProcessUpdated(status=2**31), "status is an int from -2147483648 to 2147483647, not 2147483648"),
        (lambda: ProcessUpdated(status=-(2**31) - 1), "status"),
        (lambda: ProcessStatus(2**31), "2147483648 is not a valid ProcessStatus"),
        (lambda: Header(create_time=-1), "create_time is an int from 0 to 18446744073709551615, not -1"),
        (lambda: Header(create_time=2**64), "create_time"),
        (lambda: Envelope(schema="3.0"), "schema is one of 2.0, 1.0, headless, url_verification, not '3.0'"),
        (lambda: Envelope(schema="url_verification"), "no body of schema 'url_verification' has the event None"),
        (lambda: Envelope(schema="url_verification", event=ProcessUpdated()), "ProcessUpdated"),
        (lambda: Envelope(event=lark_event.UrlVerification()), "no body of schema '2.0' has the event UrlVerific"),
        (lambda: Envelope(schema="1.0", event=ProcessUpdated()), "no body of schema '1.0' has the event"),
    ],
)
def test_no_values_are_made_by_hand_that_cannot_be_decoded(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_outermost_values_can_be_made_by_hand():
    for status in (-(2**31), 2**31 - 1, JobChangeUpdated(status=99).status):
        for time in (0, 2**64 - 1):
            event = ProcessUpdated(status=status)
            envelope = Envelope(header=Header(event_type=event.EVENT_TYPE, create_time=time), event=event)
            assert lark_event.decode(envelope.to_json()) == envelope
    challenge = Envelope(schema="url_verification", event=lark_event.UrlVerification(challenge="c"))
    assert lark_event.decode(challenge.to_json()) == challenge
    assert ProcessUpdated(status=JobChangeUpdated(status=-99).status).status.name == "UNKNOWN_MINUS_99"


def test_a_fault_costs_only_its_field():
    body = BODY.replace(b'"process_id":"7072"', b'"process_id":{}')
    with pytest.raises(DecodeError) as caught:
        lark_event.decode(body)
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.kind, error.field, error.offset) == (ErrorKind.TYPE, "event.process_id", body.index(b"{}"))
    assert error.message == "event.process_id: expected a string, found an object"
    assert str(error) == f"{error.message} at byte {error.offset}"
    assert error.envelope.event == ProcessUpdated(status=9, biz_type="")
    twin = pickle.loads(pickle.dumps(error))
    assert (str(twin), twin.kind, twin.field, twin.offset) == (str(error), error.kind, error.field, error.offset)
    assert twin.envelope == error.envelope


def test_a_broken_body_leaves_nothing():
    with pytest.raises(DecodeError) as caught:
        lark_event.decode(BODY[:-1] + b"]")
    assert (caught.value.kind, caught.value.envelope) == (ErrorKind.EXPECTED_COMMA, None)


@pytest.mark.parametrize("name", ["", "corehr.process.updated_v3", "url_verification", "\u0000"])
def test_an_unknown_event_type_by_name_is_an_error(name):
    with pytest.raises(DecodeError) as caught:
        lark_event.decode(BODY, event_type=name)
    assert caught.value.kind == ErrorKind.UNKNOWN_EVENT_TYPE


@pytest.mark.parametrize("end", [b"}", b',"encrypt":""}', b',"schema":"x"}', b"]"])
def test_what_python_raises_meanwhile_is_never_lost(monkeypatch, end):
    def interrupted(_cls, _value):
        raise KeyboardInterrupt

    monkeypatch.setattr(ProcessStatus, "_missing_", classmethod(interrupted))
    with pytest.raises(KeyboardInterrupt):
        lark_event.decode(BODY.replace(b'"status":9', b'"status":99')[:-1] + end)


def test_no_capacity_limits():
    reason = "é\U0001f600" * 300_000
    event = JobChangeUpdated(operate_reason=reason, updated_fields=[f"field_{i}" for i in range(5000)])
    envelope = Envelope(header=Header(event_type=event.EVENT_TYPE), event=event)
    assert lark_event.decode(envelope.to_json()).event == event


def test_threads_may_decode_at_once():
    results = []
    threads = [
        threading.Thread(target=lambda: results.extend(lark_event.decode(BODY) for _ in range(500))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4000
    assert set(results) == {lark_event.decode(BODY)}


def test_every_public_name_is_documented():
    for name in lark_event.__all__:
        assert name == "__version__" or getattr(lark_event, name).__doc__, name
    for event in (ProcessUpdated, Header):
        assert all(getattr(event, field).__doc__ for field in event.__match_args__)
