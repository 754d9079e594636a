"""What reads and receives events in Python: ours, and what else programs read such bodies with.

A peer is imported when it is made, so that the instructions of one can be counted without waiting for the others.
"""

# ruff: noqa: PLC0415

import json
import logging
import random
from functools import cache
from typing import Any

import lark_event
import typed
from lark_event import _native
from measure import Contender
from typed import read_envelope, read_header

KEY = "the key of the benchmark"
# One for all events that inputs.py makes, and for the platform's samples.
TOKEN = "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV"
# So many requests have ids of their own; the receiver has forgotten the first of them when it comes again.
REQUESTS, REMEMBERED = 1024, 1000
# Ours, that the others are compared with.
DECODE, HANDLE = "lark_event.decode", "Receiver.handle"
# With them, what is made when it is looked at is made.
READ, HANDLE_READ = (f"{name}, every attribute read" for name in (DECODE, HANDLE))
MSGSPEC = "msgspec, structs, dispatch"


class DifferentError(Exception):
    """A contender has read something else than we have."""


def makers():
    """Return what makes the contenders, by their names."""
    return {
        DECODE: lambda bodies: Contender(DECODE, "ours", lark_event.decode, bodies),
        MSGSPEC: peer(MSGSPEC, msgspec_decoder),
        "pydantic, models, dispatch": peer("pydantic, models, dispatch", pydantic_decoder),
        "orjson, to dict": peer("orjson, to dict", orjson_decoder),
        "json, to dict": peer("json, to dict", lambda: json.loads),
        "lark-oapi, handler, plain": sdk_plain,
        READ: lambda bodies: Contender(READ, "ours", read_ours(), bodies),
        f"{MSGSPEC}, every attribute read": msgspec_read,
        HANDLE: lambda bodies: Contender(HANDLE, "ours", receiver().handle, requests(bodies)),
        HANDLE_READ: lambda bodies: Contender(HANDLE_READ, "ours", receiver(read_all()).handle, requests(bodies)),
        "Receiver.open": lambda bodies: Contender("Receiver.open", "ours", receiver().open, requests(bodies)),
        "lark-oapi, handler, encrypted and signed": sdk_encrypted,
    }


def plain(envelope, event):
    """Return the values of envelope and event, whoever has read them."""
    schema = getattr(envelope, "schema_", None) or typed.member(envelope, "schema")
    header = typed.plain_header(typed.member(envelope, "header"))
    return schema, header, typed.plain(event, header["event_type"])


def check(name, body, envelope, event):
    """Fail if a contender has read something else than we have."""
    ours = lark_event.decode(body)
    found, expected = plain(envelope, event), plain(ours, ours.event)
    if found != expected:
        raise DifferentError(f"{name} has read\n{found}\nand lark-event\n{expected}\nof\n{body.decode()}")


# What decodes


def peer(name, make):
    """Return what makes a contender that decodes: it has read all bodies as we do."""

    def contender(bodies):
        decode = make()
        for body in bodies:
            result = decode(body)
            check(name, body, *((result, result["event"]) if isinstance(result, dict) else result))
        return Contender(name, "python", decode, bodies, DECODE)

    return contender


def read_ours():
    """Return what decodes with us and reads all that there is."""
    decode, read = lark_event.decode, read_all()
    return lambda body: read(decode(body))


def read_all():
    """Return what reads all that there is in an envelope of ours."""
    readers = typed.readers()

    def read(envelope):
        _, header = read_envelope(envelope)
        read_header(header)
        readers[header.event_type](envelope.event)

    return read


def msgspec_read(bodies):
    """Make the contender that decodes with msgspec and reads all that there is."""
    decode, readers = msgspec_decoder(), typed.readers()

    def read(body):
        envelope, event = decode(body)
        _, header = read_envelope(envelope)
        read_header(header)
        readers[header.event_type](event)

    return Contender(f"{MSGSPEC}, every attribute read", "python", read, bodies, READ)


def msgspec_decoder():
    """Return what is fastest with msgspec: the event stays as it is until its type is known."""
    import msgspec

    def struct(name, fields):
        # None of them can be in a cycle, so the garbage collector need not look at them.
        return msgspec.defstruct(name, [(field, type_ | None, None) for field, type_ in fields.items()], gc=False)

    members = [("header", struct("Header", typed.HEADER)), ("event", msgspec.Raw), ("schema", str)]
    decode = msgspec.json.Decoder(msgspec.defstruct("Envelope", members, gc=False)).decode
    decoders = {name: msgspec.json.Decoder(it).decode for name, it in typed.events(struct).items()}

    def decode_event(body):
        it = decode(body)
        return it, decoders[it.header.event_type](it.event)

    return decode_event


def pydantic_decoder():
    """Return what is fastest with pydantic: the event is parsed with the rest, and validated once its type is known."""
    import pydantic

    def model(name, fields):
        return pydantic.create_model(name, **{field: (type_ | None, None) for field, type_ in fields.items()})

    members = {"header": (model("Header", typed.HEADER), ...), "event": (dict[str, Any], ...)}
    members["schema_"] = (str, pydantic.Field(alias="schema"))
    decode = pydantic.create_model("Envelope", **members).model_validate_json
    decoders = {name: it.model_validate for name, it in typed.events(model).items()}

    def decode_event(body):
        it = decode(body)
        return it, decoders[it.header.event_type](it.event)

    return decode_event


def orjson_decoder():
    """Return what parses with orjson."""
    import orjson

    return orjson.loads


# What receives


def receiver(handle=None):
    """Make a receiver of ours, with a handler of all events."""
    made = lark_event.Receiver(KEY, TOKEN, dedup=lark_event.Dedup(REMEMBERED))
    made.on()(handle or nothing)
    return made


def check_receiver(bodies):
    """Fail if the receiver does not handle all requests, or opens them to other values than have been sent."""
    ours, sent = receiver(), distinct(bodies)
    for (headers, encrypted), body in zip(requests(bodies), sent, strict=True):
        envelope = ours.open(headers, encrypted)
        check("Receiver.open", body, envelope, envelope.event)
        ours.handle(headers, encrypted)
    # Twice over, since that is what measuring does.
    for headers, encrypted in requests(bodies):
        ours.handle(headers, encrypted)
    if ours.counts != {"handled": 2 * len(sent)}:
        raise DifferentError(f"{HANDLE} has not handled {2 * len(sent)} events but {ours.counts}")


def nothing(_event):
    """Handle an event: what a handler costs is not the question."""


def distinct(bodies):
    """Return enough bodies, each with an event id of its own."""

    def one(body, number):
        event_id = lark_event.decode(body).header.event_id
        return body.replace(event_id.encode(), f"{number:032x}".encode())

    return [one(bodies[at % len(bodies)], at) for at in range(max(REQUESTS, len(bodies)))]


def requests(bodies):
    """Encrypt and sign bodies: return headers and body of each request."""
    return list(_requests(tuple(bodies)))


@cache
def _requests(bodies):
    rng = random.Random(7)
    return [_request(rng, body) for body in distinct(bodies)]


def _request(rng, body):
    encrypted = json.dumps({"encrypt": _native.encrypt(KEY, body, rng.randbytes(16))}).encode()
    timestamp, nonce = "1714985958", str(rng.randrange(10**9, 10**10))
    headers = {
        "Host": "service.example",
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(encrypted)),
        "X-Lark-Request-Timestamp": timestamp,
        "X-Lark-Request-Nonce": nonce,
        "X-Lark-Signature": _native.sign(KEY, timestamp, nonce, encrypted),
    }
    return headers, encrypted


# The SDK


def sdk_plain(bodies):
    """Make the SDK's handler of bodies that are neither encrypted nor signed."""
    return sdk("lark-oapi, handler, plain", "", [({}, body) for body in bodies], bodies, DECODE)


def sdk_encrypted(bodies):
    """Make the SDK's handler of bodies that are encrypted and signed."""
    return sdk("lark-oapi, handler, encrypted and signed", KEY, requests(bodies), distinct(bodies), HANDLE)


def sdk(name, key, asked, bodies, against):
    """Make the SDK's handler of all event types, once it has read the same values as we have."""
    import lark_oapi

    lark_oapi.logger.setLevel(logging.CRITICAL)
    seen = []
    ask = sdk_handler(key, seen.append)
    for (headers, sent), body in zip(asked, bodies, strict=True):
        answer = ask(headers, sent)
        if answer.status_code != 200:
            raise DifferentError(f"{name} has answered {answer.content.decode()} to\n{body.decode()}")
        it = seen.pop()
        check(name, body, it, it.event)
    return Contender(name, "python", sdk_handler(key, nothing), asked, against)


def sdk_handler(key, handle):
    """Make the SDK's handler; a type that it does not know is a customized one to it, whose event is a dict."""
    from lark_oapi.core.model import RawRequest
    from lark_oapi.event.dispatcher_handler import EventDispatcherHandler

    builder = EventDispatcherHandler.builder(key, TOKEN)
    for it in typed.TYPES:
        register = getattr(builder, f"register_p2_{it.name.replace('.', '_')}", None)
        if register is None:
            builder.register_p2_customized_event(it.name, handle)
        else:
            register(handle)
    do = builder.build().do

    def ask(headers, body):
        request = RawRequest()
        request.uri, request.headers, request.body = "/", headers, body
        return do(request)

    return ask
