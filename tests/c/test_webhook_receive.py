"""Every request of the webhook corpus, opened and decoded in one call and in two: the same must come of it."""

import ctypes
from ctypes import c_size_t, c_uint8, c_uint32, c_uint64

import pytest
from corpus import read_body
from test_webhook_cases import CASES, Delivery, Header, make
from test_webhook_cases import lark as lark  # noqa: PLC0414

pytestmark = pytest.mark.in_python


def call(function, case, webhook, *more):
    """Return what came of a request: the kind, the delivery, where it is in the body, the error, and the body."""
    content = read_body(case["body"])
    pairs = [(name.encode(), value.encode()) for name, value in case["headers"]]
    headers = (Header * len(pairs))(*((name, len(name), value, len(value)) for name, value in pairs))
    body = (c_uint8 * max(len(content), 1)).from_buffer_copy(content or b"\0")
    delivery, error = Delivery(), (c_uint32 * 5)()
    kind = function(
        webhook,
        headers,
        c_size_t(len(pairs)),
        body,
        c_size_t(len(content)),
        c_uint64(case["now_ms"]),
        *more,
        ctypes.byref(delivery),
        error,
    )
    place = delivery.data - ctypes.addressof(body) if delivery.data else None
    return kind, (delivery.kind, place, delivery.len), list(error), body


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(lark, case):
    lark.lark_envelope_size.restype = c_size_t
    once, twice = ((c_uint64 * (lark.lark_envelope_size() // 8 + 1))() for _ in range(2))
    webhook = make(lark, case["receiver"])
    kind, delivery, error, body = call(lark.lark_webhook_open, case, webhook)
    if delivery[0] == 2:
        kind = lark.lark_decode(
            ctypes.byref(body, delivery[1]), c_size_t(delivery[2]), twice, error_of := (c_uint32 * 5)()
        )
        error = list(error_of)
    found = call(lark.lark_webhook_receive, case, webhook, once)
    assert found[:3] == (kind, delivery, error)
    assert bytes(found[3]) == bytes(body)
    if delivery[0] == 2:
        assert bytes(once) == bytes(twice)
    else:
        # Its shape and where its event is.
        assert not any(bytes(once)[:12])
    lark.lark_webhook_clear(webhook)
