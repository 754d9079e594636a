"""Compare `lark_event.decode` and `Receiver.handle` with what else Python programs read such bodies with.

All take turns on one core; before that, the values of each are compared with ours, for every document. A ratio
tells what part of the peer's time ours takes.
"""

import argparse
import json
import logging
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import lark_event
import lark_oapi
import measure
import msgspec
import orjson
import pydantic
import typed
from lark_event import _native
from lark_oapi.core.model import RawRequest
from lark_oapi.event.dispatcher_handler import EventDispatcherHandler
from measure import Contender, say

KEY = "the key of the benchmark"
# One for all events that inputs.py makes, and for the platform's samples.
TOKEN = "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV"
# The encrypted requests have ids of their own; the receiver forgets the first of them before it sees it again.
REQUESTS, REMEMBERED = 1024, 1000
STREAMS = ("mixed", "mixed_pretty", "header_last", "escaped_chinese")
DECODE, READ, HANDLE = "lark_event.decode", "lark_event.decode, every attribute read", "Receiver.handle"


def main():
    """Compare, measure, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=Path, help="the inputs.json of inputs.py; made if not given")
    parser.add_argument("--input", action="append", help="only this input; may be given several times")
    parser.add_argument("--quick", action="store_true", help="few and short rounds, to see whether it runs")
    parser.add_argument("--json", action="store_true", help="print one line of JSON instead of tables")
    arguments = parser.parse_args()
    lark_oapi.logger.setLevel(logging.CRITICAL)
    found = streams(arguments.inputs, arguments.input)
    measure.pin()
    options = {"rounds": 3, "slice_ms": 0.2} if arguments.quick else {"rounds": 41, "slice_ms": 3}
    results = {}
    for name, one in found.items():
        say(f"Python: {name} ...")
        results[name] = run(one, options)
    if arguments.json:
        print(json.dumps({"machine": measure.machine(), "inputs": results}))
        return
    for one in results.values():
        table(one)


def streams(path, wanted):
    """Return the inputs for these contenders: all take any body that names its event type, and is no megabyte."""
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            subprocess.run([sys.executable, Path(__file__).with_name("inputs.py"), folder], check=True)
            path = Path(folder) / "inputs.json"
        inputs = json.loads(path.read_text(encoding="utf-8"))
    fit = {name: it for name, it in inputs.items() if name in STREAMS or it["title"].startswith("sample ")}
    fit = {name: it for name, it in fit.items() if "event_type" not in it}
    unknown = set(wanted or ()) - set(fit)
    if unknown:
        raise SystemExit(f"python_peers.py: --input is one of {', '.join(fit)}; not {', '.join(sorted(unknown))}")
    return {name: it for name, it in fit.items() if not wanted or name in wanted}


def run(one, options):
    """Measure all contenders on one input."""
    bodies = [body.encode() for body in one["bodies"]]
    found = [*decoders(bodies), *receivers(bodies)]
    measure.take_turns(found, **options)
    size = sum(map(len, bodies)) / len(bodies)
    return {"title": one["title"], "documents": len(bodies), "mean_bytes": size, "rows": measure.rows(found)}


# What decodes


def decoders(bodies):
    """Return what decodes, once it has decoded everything as we do."""
    read = typed.readers()
    ours = [plain_of(lark_event.decode(body)) for body in bodies]
    found = [Contender(DECODE, "ours", lark_event.decode, bodies)]
    decode_struct = msgspec_decoder()
    peers = {
        "msgspec, structs, dispatch": decode_struct,
        "pydantic, models, dispatch": pydantic_decoder(),
        "orjson, to dict": orjson.loads,
        "json, to dict": json.loads,
    }
    for name, call in peers.items():
        for body, expected in zip(bodies, ours, strict=True):
            check(name, call(body), expected)
        found.append(Contender(name, "python", call, bodies, DECODE))
    name = "msgspec, structs, dispatch, every attribute read"
    return [
        *found,
        sdk("", [({}, body) for body in bodies], ours, DECODE),
        Contender(READ, "ours", read_ours(read), bodies),
        Contender(name, "python", reading(decode_struct, read), bodies, READ),
    ]


def plain_of(envelope):
    """Return the values of an envelope of ours."""
    header, event = envelope.header, envelope.event
    return typed.plain_header(header), typed.plain(event, header.event_type)


def check(name, result, expected):
    """End everything if a contender has read something else than we have."""
    header, event = (result["header"], result["event"]) if isinstance(result, dict) else result
    found = typed.plain_header(header), typed.plain(event, expected[0]["event_type"])
    if found != expected:
        raise SystemExit(f"python_peers.py: {name} has read\n{found}\nand lark-event\n{expected}")


def read_ours(readers):
    """Return what decodes with us and reads all that there is."""
    decode, read_header = lark_event.decode, typed.read_header

    def read(body):
        envelope = decode(body)
        header = envelope.header
        read_header(header)
        readers[header.event_type](envelope.event)

    return read


def reading(decode, readers):
    """Return what decodes with `decode` and reads all that there is."""
    read_header = typed.read_header

    def read(body):
        header, event = decode(body)
        read_header(header)
        readers[header.event_type](event)

    return read


def msgspec_decoder():
    """Return what is fastest with msgspec: the event stays as it is until its type is known."""
    header = typed.struct("Header", typed.HEADER)
    envelope = msgspec.defstruct("Envelope", [("header", header), ("event", msgspec.Raw), ("schema", str)], gc=False)
    decode = msgspec.json.Decoder(envelope).decode
    decoders = {name: msgspec.json.Decoder(it).decode for name, it in typed.events(typed.struct).items()}

    def decode_event(body):
        it = decode(body)
        header = it.header
        return header, decoders[header.event_type](it.event)

    return decode_event


def pydantic_decoder():
    """Return what is fastest with pydantic: the event is parsed with the rest, and validated once its type is known."""
    fields = {"header": typed.model("Header", typed.HEADER), "event": dict[str, Any]}
    envelope = pydantic.create_model(
        "Envelope", schema_=(str, pydantic.Field(alias="schema")), **{name: (it, ...) for name, it in fields.items()}
    )
    decode = envelope.model_validate_json
    decoders = {name: it.model_validate for name, it in typed.events(typed.model).items()}

    def decode_event(body):
        it = decode(body)
        header = it.header
        return header, decoders[header.event_type](it.event)

    return decode_event


def sdk(key, requests, expected, against):
    """Return the SDK's handler of all event types, once it has read the same values as we have."""
    name = f"lark-oapi, handler, {'encrypted and signed' if key else 'plain'}"
    seen = []
    handler = dispatcher(key, seen.append)
    for (headers, body), wanted in zip(requests, expected, strict=True):
        answer = ask(handler, headers, body)
        if answer.status_code != 200:
            raise SystemExit(f"python_peers.py: {name} has answered {answer.content.decode()}")
        it = seen.pop()
        check(name, (it.header, it.event), wanted)
    handler = dispatcher(key, nothing)
    return Contender(name, "python", lambda headers, body: ask(handler, headers, body), requests, against)


def dispatcher(key, handle):
    """Make the SDK's handler; a type that it does not know is a customized one to it, whose event is a dict."""
    builder = EventDispatcherHandler.builder(key, TOKEN)
    for it in typed.TYPES:
        register = getattr(builder, f"register_p2_{it.name.replace('.', '_')}", None)
        if register is None:
            builder.register_p2_customized_event(it.name, handle)
        else:
            register(handle)
    return builder.build()


def ask(handler, headers, body):
    """Have the SDK handle a request."""
    request = RawRequest()
    request.uri, request.headers, request.body = "/", headers, body
    return handler.do(request)


def nothing(_event):
    """Handle an event: what each handler costs is not the question."""


# What receives


def receivers(bodies):
    """Return what takes encrypted and signed requests: ours, and the SDK's handler."""
    plain = [distinct(bodies[number % len(bodies)], number) for number in range(max(REQUESTS, len(bodies)))]
    requests = [request(random.Random(number), body) for number, body in enumerate(plain)]
    expected = [plain_of(lark_event.decode(body)) for body in plain]
    receiver = lark_event.Receiver(KEY, TOKEN, dedup=lark_event.Dedup(REMEMBERED))
    receiver.on()(nothing)
    for (headers, body), wanted in zip(requests, expected, strict=True):
        if plain_of(receiver.open(headers, body)) != wanted or receiver.handle(headers, body).status != 200:
            raise SystemExit(f"python_peers.py: {HANDLE} has not read the values that decode reads of {wanted}")
    if receiver.counts != {"handled": len(requests)}:
        raise SystemExit(f"python_peers.py: {HANDLE} has not handled all: {receiver.counts}")
    return [
        Contender(HANDLE, "ours", receiver.handle, requests),
        Contender("Receiver.open", "ours", receiver.open, requests),
        sdk(KEY, requests, expected, HANDLE),
    ]


def distinct(body, number):
    """Return a body with an event id of its own."""
    event_id = lark_event.decode(body).header.event_id
    return body.replace(event_id.encode(), f"{number:032x}".encode())


def request(rng, body):
    """Encrypt and sign a body: return headers and body of the request."""
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


# The table


def table(one):
    """Print the figures of one input."""
    print(f"\nPython, {one['title']}: {one['documents']} documents, {one['mean_bytes']:.0f} bytes on average")
    print(f"{'':<50}{'ns':>9}{'middle half':>17}{'ours is':>9}")
    for row in one["rows"]:
        low, high = row["middle_half_ns"]
        ratio = f"{row['ratio']:.3f}x" if row["against"] else ""
        print(f"{row['name']:<50}{row['median_ns']:>9.0f}{low:>9.0f}-{high:<7.0f}{ratio:>9}")


if __name__ == "__main__":
    main()
