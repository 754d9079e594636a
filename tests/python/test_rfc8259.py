"""The texts of the grammar of RFC 8259: alone, and in each place of an event."""

import json

import lark_event
from corpus import join
from rfc8259_documents import BEFORE, OURS, SUITE, documents, is_fault
from test_corpus import fields

TEXTS = SUITE["texts"]
FIELD_ERRORS = range(100, 200)


def decode(body):
    """Return envelope and error, either of which may be `None`."""
    try:
        return lark_event.decode(body), None
    except lark_event.DecodeError as error:
        return error.envelope, error


def is_fatal(error):
    return error is not None and error.kind not in FIELD_ERRORS


def by_json(body):
    """Whether the json module takes it."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def test_there_are_texts_of_all_productions():
    assert len(TEXTS) > 900
    assert {text["section"] for text in TEXTS} == {"2", "3", "4", "5", "6", "7", "8.1", "8.2", "9"}
    assert all(sum(text["valid"] == valid for text in TEXTS) > 250 for valid in (True, False))


def test_the_verdicts_are_those_of_the_grammar():
    wrong = []
    for text in TEXTS:
        body = join(text["text"])
        error = decode(body)[1]
        good = error is None or error.kind in FIELD_ERRORS
        before = len(body) if text["section"] == "9" else BEFORE.get(error and error.kind.name, 0)
        good_place = good or 0 <= text.get("offset", error.offset) - error.offset <= before
        if good != (text["valid"] and text["name"] not in OURS) or not good_place:
            wrong.append((text["name"], error and (error.kind.name, error.offset), text.get("offset")))
    assert wrong == []


def test_the_differences_from_the_json_module_are_those_of_the_table():
    expected = {name for row in SUITE["differences"] if row["reader"] == "CPython" for name in row["texts"]}
    assert {text["name"] for text in TEXTS if by_json(join(text["text"])) != text["valid"]} == expected


def test_a_str_is_read_as_its_utf_8():
    for text in TEXTS:
        body = join(text["text"])
        try:
            as_str = body.decode()
        except UnicodeDecodeError:
            continue
        errors = [decode(form)[1] for form in (body, as_str)]
        assert len({error and (error.kind, error.offset, str(error)) for error in errors}) == 1, text["name"]


def digits(text):
    """Return an integer as a text: Python has one zero."""
    return "0" if text == "-0" else text


def as_texts(value):
    """Return a value with its integers as texts: some are too long for the json module."""
    if isinstance(value, dict):
        return {name: as_texts(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_texts(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def check(document):
    """Return what is wrong, or `None`."""
    envelope, error = decode(document.body)
    found = error and (error.kind.name, error.offset)
    if document.fault is not None:
        return None if envelope is None and is_fatal(error) and is_fault(*found, document) else f"{found}, not a fault"
    if document.is_any:
        good = envelope is None or json.loads(envelope.to_json(), parse_int=digits) == as_texts(envelope.to_dict())
        return None if good and not is_fatal(error) else f"{found}"
    header = fields(envelope.header)
    del header["event_type"]
    if (found, header) != (document.error, document.header):
        return f"{found}, not {document.error}: {header}"
    if document.event is not None:
        event = fields(envelope.event)
        return None if event == document.event else f"{event}, not {document.event}"
    # The json module has a limit for integers.
    is_same = not by_json(document.body) or envelope.event.to_dict() == json.loads(document.body)["event"]
    return None if is_same and envelope.raw_event in document.body else "not as json has it"


def test_every_text_in_every_place():
    all_documents = documents(bounded=False)
    assert len(all_documents) > 60_000
    wrong = [f"{document.name}: {message}" for document in all_documents if (message := check(document))]
    assert wrong == [], f"{len(wrong)}, such as {wrong[:20]}"
