"""Small clients of the simulated platform, which know nothing but WebSockets: for its tests."""

import asyncio
import contextlib
import http.client
import json
from urllib.parse import urlsplit

import websockets
from lark_event._native import ENDPOINT_PATH, Frame
from websockets.asyncio.client import connect

APP = {"AppID": "cli_0000000000000001", "AppSecret": "a secret"}


def run(work):
    return asyncio.run(asyncio.wait_for(work, 20))


def post(domain, body, path=ENDPOINT_PATH):
    parts = urlsplit(domain)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
    try:
        connection.request("POST", path, body if isinstance(body, bytes) else json.dumps(body))
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


async def ask(platform, body=APP):
    """Ask where to connect to; return status and body of the reply."""
    domain = platform if isinstance(platform, str) else platform.domain
    status, reply = await asyncio.to_thread(post, domain, body)
    return status, json.loads(reply)


async def code_of(platform, body=APP):
    return (await ask(platform, body))[1]["code"]


@contextlib.asynccontextmanager
async def connected(platform):
    _, reply = await ask(platform)
    async with connect(reply["data"]["URL"], proxy=None, ping_interval=None, close_timeout=1) as client:
        yield client


async def frame_of(client):
    return Frame.read(await asyncio.wait_for(client.recv(), 5))


def changed(frame, **changes):
    names = ("seq_id", "log_id", "service", "method", "headers", "payload")
    return Frame(**{**{name: getattr(frame, name) for name in names}, **changes})


def ack_of(frame, code=200, biz_rt="3", **changes):
    headers = frame.headers if biz_rt is None else (*frame.headers, ("biz_rt", biz_rt))
    return changed(frame, **{"headers": headers, "payload": json.dumps({"code": code}).encode(), **changes}).write()


async def acked(client, code=200):
    """Take a frame and ack it."""
    frame = await frame_of(client)
    await client.send(ack_of(frame, code))
    return frame


async def diligent(domain, seen=None):
    """Take events for ever, ack them when they are whole, and connect again when the connection is lost."""
    while True:
        # A refusal has no address, or is no JSON.
        with contextlib.suppress(OSError, LookupError, ValueError, websockets.WebSocketException):
            async with connected(domain) as client:
                await client.send(ping(33554678))
                await take_events(client, [] if seen is None else seen)
        await asyncio.sleep(0.01)


async def take_events(client, seen):
    messages = {}
    async for message in client:
        try:
            frame = Frame.read(message)
        except ValueError:
            continue
        if frame.method != 1 or frame.header("type") != "event":
            continue
        parts = messages.setdefault(frame.header("message_id"), {})
        parts[int(frame.header("seq"))] = frame.payload
        if len(parts) == int(frame.header("sum")):
            payload = b"".join(part for _, part in sorted(parts.items()))
            seen.append(json.loads(payload)["header"]["event_id"])
            await client.send(ack_of(frame))


@contextlib.asynccontextmanager
async def client_of(domain, seen=None):
    task = asyncio.create_task(diligent(domain, seen))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def ping(service):
    return Frame(service=service, headers=[("type", "ping")]).write()
