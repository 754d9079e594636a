"""What the platform sends, for the tests of the receiver."""

import asyncio
import http.client
import json
import os
import time

from lark_event import Response, _native

KEY = "an encrypt key"
TOKEN = "a verification token"
CC = "corehr.process.cc.updated_v2"
SUCCESS = Response(200, {"content-type": "application/json; charset=utf-8"}, b'{"msg":"success"}')


def event(event_id="5e37", event_type=CC, token=TOKEN, **fields):
    header = {"event_id": event_id, "event_type": event_type, "token": token}
    body = {"schema": "2.0", "header": header, "event": {"process_id": "7072", "status": 5, **fields}}
    return json.dumps(body).encode()


def challenge(text="ajls384k", token=TOKEN):
    return json.dumps({"challenge": text, "token": token, "type": "url_verification"}).encode()


def encrypted(plaintext, key=KEY):
    return json.dumps({"encrypt": _native.encrypt(key, plaintext, os.urandom(16))}).encode()


def signed(body, key=KEY, timestamp=None):
    timestamp = timestamp or str(int(time.time()))
    signature = _native.sign(key, timestamp, "nonce", body)
    return {
        "X-Lark-Request-Timestamp": timestamp,
        "X-Lark-Request-Nonce": "nonce",
        "X-Lark-Signature": signature,
    }


def delivery(*arguments, key=KEY, **options):
    """Return headers and body of an event."""
    body = encrypted(event(*arguments, **options), key)
    return signed(body, key), body


def post(address, headers, body, path="/", method="POST"):
    """Send a request and return status, headers and body of the reply."""
    connection = http.client.HTTPConnection(*address, timeout=20)
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


async def until(condition):
    """Wait for what has no event of its own."""
    while not condition():  # noqa: ASYNC110 - likewise
        await asyncio.sleep(0.01)
