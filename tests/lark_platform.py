"""The platform's side of a webhook, written from its documentation with another library than the core's: for the tests.

Not called `platform`: that is a module of Python, and pytest puts this folder before it.
"""

import base64
import hashlib
import json
import os
import time

from Crypto.Cipher import AES
from Crypto.Util.Padding import pad, unpad

HEADERS = ("X-Lark-Request-Timestamp", "X-Lark-Request-Nonce", "X-Lark-Signature")


def encrypt(key, plaintext, iv=None):
    """Return the Base64 that stands in `{"encrypt": ...}`."""
    iv = os.urandom(16) if iv is None else iv
    cipher = AES.new(hashlib.sha256(key.encode()).digest(), AES.MODE_CBC, iv)
    return base64.b64encode(iv + cipher.encrypt(pad(plaintext, 16))).decode()


def decrypt(key, encrypted):
    """Undo `encrypt`."""
    sealed = base64.b64decode(encrypted, validate=True)
    cipher = AES.new(hashlib.sha256(key.encode()).digest(), AES.MODE_CBC, sealed[:16])
    return unpad(cipher.decrypt(sealed[16:]), 16)


def sign(key, timestamp, nonce, body):
    """Return the signature of a raw body."""
    return hashlib.sha256(f"{timestamp}{nonce}{key}".encode() + body).hexdigest()


def request(key, event, timestamp=None, nonce=None, iv=None):
    """Return the headers and the body with which the platform delivers an event (a dict, or the bytes of its JSON).

    With the key None it is neither encrypted nor signed; a challenge is encrypted but not signed.
    """
    plaintext = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json;charset=utf-8"}
    if key is None:
        return headers, plaintext
    body = json.dumps({"encrypt": encrypt(key, plaintext, iv)}).encode()
    if isinstance(event, dict) and event.get("type") == "url_verification":
        return headers, body
    timestamp = str(int(time.time())) if timestamp is None else timestamp
    nonce = os.urandom(8).hex() if nonce is None else nonce
    return headers | dict(zip(HEADERS, (timestamp, nonce, sign(key, timestamp, nonce, body)), strict=True)), body
