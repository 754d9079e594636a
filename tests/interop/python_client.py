"""The official client of the long connection, as test_python_connection.py runs it in a process of its own."""

import asyncio
import json
from collections import Counter

import lark_oapi
import lark_oapi.ws.client
from lark_event._model import EVENTS
from lark_oapi.event.dispatcher_handler import EventDispatcherHandler
from lark_oapi.ws.exception import ClientException

# Documented by the platform, but in no official SDK.
NOT_IN_THE_SDK = {"corehr.onboarding_qr_code.inactive_v2"}
TYPES = sorted({event.EVENT_TYPE for event in EVENTS.values()} - NOT_IN_THE_SDK - {"url_verification"})


def run(pipe, domain, app_id, app_secret):
    """Handle events, with the id and the fields of each going to `pipe`; what ends the client goes there last."""
    # The SDK has made its loop in the process that this one was forked from.
    loop = lark_oapi.ws.client.loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    client = lark_oapi.ws.Client(
        app_id, app_secret, event_handler=handler(pipe.send), domain=domain, log_level=lark_oapi.LogLevel.CRITICAL
    )
    try:
        client.start()
    except ClientException as error:
        pipe.send((type(error).__name__, None))


def handler(tell):
    """Make the SDK's handler of all events that both sides know; one process id makes it fail twice."""
    calls = Counter()

    def handle(event):
        event_id = event.header.event_id
        calls[event_id] += 1
        tell((event_id, json.loads(lark_oapi.JSON.marshal(event.event))))
        if getattr(event.event, "process_id", None) == "fail twice" and calls[event_id] <= 2:
            raise RuntimeError("as it was told")

    builder = EventDispatcherHandler.builder("", "")
    for event_type in TYPES:
        getattr(builder, f"register_p2_{event_type.replace('.', '_')}")(handle)
    return builder.build()
