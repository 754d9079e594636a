"""The texts of the grammar of RFC 8259 in each place of an event, as a C program has them in its memory."""

from case import FATAL
from rfc8259_documents import documents, is_fault
from test_memory import dump  # noqa: F401 - a fixture


def check(document, result):
    """Return what is wrong, or `None`."""
    error = result["error"] and (result["error"]["kind"], result["error"]["offset"])
    if document.fault is not None:
        good = error and error[0] in FATAL and is_fault(*error, document) and result["header"] == {}
        return None if good and result["event_tag"] == 0 else f"{error}, not a fault"
    if document.is_any:
        return f"{error}" if error and error[0] in FATAL else None
    header = {name: value for name, value in result["header"].items() if name != "event_type"}
    if (error, header) != (document.error, document.header):
        return f"{error}, not {document.error}: {header}"
    return None if result["event"] == document.event else f"{result['event']}, not {document.event}"


def test_every_text_in_every_place(dump):  # noqa: F811
    all_documents = documents(bounded=True)
    assert len(all_documents) > 60_000
    results = dump([(document.body, None) for document in all_documents])
    pairs = zip(all_documents, results, strict=True)
    wrong = [f"{document.name}: {message}" for document, result in pairs if (message := check(document, result))]
    assert wrong == [], f"{len(wrong)}, such as {wrong[:20]}"
