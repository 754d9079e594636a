"""Every request of the webhook corpus, opened by the shared library."""

import ctypes
import json
from ctypes import c_char_p, c_int32, c_size_t, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p

import pytest
from corpus import HERE, read_body

pytestmark = pytest.mark.in_python
CASES = json.loads((HERE / "webhook.json").read_text(encoding="utf-8"))


class Header(ctypes.Structure):
    _fields_ = (("name", c_char_p), ("name_len", c_size_t), ("value", c_char_p), ("value_len", c_size_t))


class Delivery(ctypes.Structure):
    _fields_ = (("kind", c_int32), ("data", c_void_p), ("len", c_size_t))


@pytest.fixture(scope="module")
def lark(library):
    lark = ctypes.CDLL(library.prefix / "lib" / "liblark_event.so")
    lark.lark_error_kind_name.restype = c_char_p
    lark.lark_http_status.restype = lark.lark_webhook_reply.restype = c_uint16
    return lark


def text(value):
    return (None, c_size_t(0)) if value is None else (value.encode(), c_size_t(len(value.encode())))


def make(lark, settings):
    """Return a webhook with these settings, in memory that is more than it needs."""
    webhook = (c_uint64 * 256)()
    if settings.get("insecure"):
        assert lark.lark_webhook_init_insecure(webhook) == 0
    else:
        current = (settings.get(name) for name in ("encrypt_key", "verification_token"))
        previous = (settings.get(name) for name in ("previous_encrypt_key", "previous_verification_token"))
        assert lark.lark_webhook_init(webhook, *(part for value in current for part in text(value))) == 0
        assert lark.lark_webhook_set_previous(webhook, *(part for value in previous for part in text(value))) == 0
    if "max_body" in settings:
        assert lark.lark_webhook_set_max_body(webhook, c_uint32(settings["max_body"])) == 0
    assert lark.lark_webhook_set_tolerance_ms(webhook, c_uint64(settings.get("tolerance_ms", 0))) == 0
    return webhook


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(lark, case):
    webhook, content, expected = make(lark, case["receiver"]), read_body(case["body"]), case["expected"]
    pairs = [(name.encode(), value.encode()) for name, value in case["headers"]]
    headers = (Header * len(pairs))(*((name, len(name), value, len(value)) for name, value in pairs))
    body = (c_uint8 * len(content)).from_buffer_copy(content) if content else None
    delivery, error = Delivery(), (c_uint32 * 5)()
    kind = lark.lark_webhook_open(
        webhook,
        headers,
        c_size_t(len(pairs)),
        body,
        c_size_t(len(content)),
        c_uint64(case["now_ms"]),
        ctypes.byref(delivery),
        error,
    )
    found = ctypes.string_at(delivery.data, delivery.len).decode() if delivery.len else ""
    out, length = ctypes.create_string_buffer(6 * len(found) + 64), c_size_t()
    status = lark.lark_webhook_reply(kind, ctypes.byref(delivery), out, c_size_t(len(out)), ctypes.byref(length))
    assert len(out.value) == length.value
    reply = json.loads(out.value)
    if "error" in expected:
        assert lark.lark_error_kind_name(kind).decode() == expected["error"]
        assert (error[0], delivery.kind, delivery.data, delivery.len) == (kind, 0, None, 0)
        assert status == lark.lark_http_status(kind) >= 400
    elif "challenge" in expected:
        assert (kind, error[0], delivery.kind, found) == (0, 0, 1, expected["challenge"])
        assert (status, reply) == (200, {"challenge": found})
    else:
        assert (kind, error[0], delivery.kind, found) == (0, 0, 2, expected["event"])
        assert (status, reply) == (200, {"msg": "success"})
    lark.lark_webhook_clear(webhook)
    assert not any(webhook)
