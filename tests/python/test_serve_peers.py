"""`lark-event serve` and peers that are slow, gone or many: what it promises in the README."""

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from deliveries import delivery, post
from lark_event import _limits, _serve
from served import request, serve, statuses, talk

# The platform waits so long for a reply.
EVENT_SECONDS = 3
# How much later than promised something may come on a machine that has much else to do.
PATIENCE = 30


def memory(pid):
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


def files(pid):
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "that never came"
        time.sleep(0.02)


def latencies(address, name, count, pause=0.0):
    """Deliver events one after the other; return the seconds that each has taken."""
    seconds = []
    for number in range(count):
        headers, body = delivery(f"{name}-{number}")
        start = time.monotonic()
        assert post(address, headers, body)[0] == 200
        seconds.append(time.monotonic() - start)
        time.sleep(pause)
    return seconds


def settled_files(served):
    """Deliver an event, so that all is open that will be; return how many files are without connections."""
    latencies(served.address, "first", 1)
    wait_until(lambda: not connections(served.address))
    return files(served.process.pid)


def connections(address):
    """Return the ports of peers, and how many bytes wait to be sent to each, by the system's table."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    here = f":{address[1]:04X}"
    return {
        int(row[2].rpartition(":")[2], 16): int(row[4].partition(":")[0], 16)
        for row in rows
        if row[1].endswith(here) and row[3] in {"01", "08"}  # established, or closed by the other side alone
    }


# Peers that are gone

RESET = struct.pack("ii", 1, 0)


@pytest.mark.parametrize("sent", [0, 10, -20, None])
def test_connections_that_are_reset(sent):
    """Before a request, in its headers, in its body, and behind it: the last one is handled, and once."""
    with serve("--json") as served:
        for number in range(20):
            with socket.create_connection(served.address, timeout=PATIENCE) as connection:
                connection.sendall(request(f"{number}")[:sent])
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        again = [post(served.address, *delivery(f"{number}"))[0] for number in range(20)]
        wait_until(lambda: files(served.process.pid) < 20)
        status, out, _ = served.end()
    assert (status, set(again)) == (0, {200})
    handled = [json.loads(line)["header"]["event_id"] for line in out.splitlines()]
    assert sorted(handled) == sorted(f"{number}" for number in range(20))


HALF = """
import socket, sys
connection = socket.create_connection((sys.argv[1], int(sys.argv[2])))
connection.sendall(bytes.fromhex(sys.argv[3]))
print("sent", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_a_peer_that_is_killed_or_stops_in_the_middle_of_a_request(number):
    """Killed, its system says so; stopped, nobody says anything any more: as when a cable is cut."""
    with serve("--json") as served:
        before = settled_files(served)
        data = request("1")[:-20].hex()
        command = [sys.executable, "-c", HALF, *map(str, served.address), data]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as peer:
            try:
                assert peer.stdout.readline() == b"sent\n"
                wait_until(lambda: files(served.process.pid) > before)
                start = time.monotonic()
                peer.send_signal(number)
                wait_until(lambda: files(served.process.pid) == before, 10 + PATIENCE)
                seconds = time.monotonic() - start
            finally:
                peer.kill()
        print(f"\n{number.name}: noticed after {seconds:.1f} s")
        if number == signal.SIGKILL:
            assert seconds < 5
        assert post(served.address, *delivery("1"))[0] == 200
        status, out, _ = served.end()
    assert (status, len(out.splitlines())) == (0, 2)


# Peers that are slow

JUNK = b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"


def stuff(connection):
    """Send requests and read no reply until the server can send no more of them."""
    address, port = connection.getpeername(), connection.getsockname()[1]
    connection.settimeout(PATIENCE)
    connection.sendall(JUNK)
    size = len(connection.recv(1 << 16))
    # Replies that the system has no room for any more are kept by the server itself; one more, for which it waits; and
    # some that come before that one has been answered.
    waiting, same = 0, 0
    while same < _limits.UNREAD_BYTES // size + 4:
        connection.sendall(JUNK)
        time.sleep(0.01)
        before, waiting = waiting, connections(address).get(port, 0)
        same = same + 1 if waiting == before > 0 else 0


def is_closed(connection):
    # The state comes first.
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == b"\x07"


class Slow:
    """Many slow peers, in a thread of their own, until the server has closed all of their connections."""

    def __init__(self, address, count):
        self.address = address
        # Each of the last kind takes a thread.
        self.kinds = [self.silent, self.slow_headers, self.slow_body] * 16 + [self.unread_replies]
        self.count = count
        self.begun = threading.Event()
        self.ended = {}
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))

    def __enter__(self):
        self.thread.start()
        assert self.begun.wait(PATIENCE)
        return self

    def __exit__(self, *_):
        self.thread.join()

    async def run(self):
        kinds = [self.kinds[number % len(self.kinds)] for number in range(self.count)]
        await asyncio.gather(*(self.time(kind) for kind in kinds))

    async def time(self, kind):
        # What is not read fills little: the server's side of it is what it is about.
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)  # noqa: FBT003 - its only argument
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, self.address)
        self.begun.set()
        start = time.monotonic()
        answers = []
        with contextlib.suppress(ConnectionError), connection:
            if kind == self.unread_replies:
                # That takes as long as the machine has other things to do; it is what follows that is measured.
                await asyncio.to_thread(stuff, connection)
                start = time.monotonic()
            await asyncio.wait_for(kind(loop, connection, answers), 2 * _limits.WAIT_SECONDS + PATIENCE)
        self.ended.setdefault(kind.__name__, []).append((time.monotonic() - start, answers))

    async def until_closed(self, loop, connection, answers):
        reply = b""
        while data := await loop.sock_recv(connection, 4096):
            reply += data
            answers[:] = statuses(reply)

    async def drip(self, loop, connection, answers, data):
        reading = asyncio.ensure_future(self.until_closed(loop, connection, answers))
        for byte in data:
            await loop.sock_sendall(connection, bytes([byte]))
            await asyncio.wait({reading}, timeout=1)
            if reading.done():
                break
        await reading

    async def silent(self, loop, connection, answers):
        await self.until_closed(loop, connection, answers)

    async def slow_headers(self, loop, connection, answers):
        await self.drip(loop, connection, answers, request("slow"))

    async def slow_body(self, loop, connection, answers):
        data = request("slow")
        await loop.sock_sendall(connection, data[:-200])
        await self.drip(loop, connection, answers, data[-200:])

    async def unread_replies(self, loop, connection, answers):
        while not is_closed(connection):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.1)


def test_slow_peers_are_left_and_hold_up_nobody(tmp_path):
    # More than a pipe holds that nobody reads.
    out = tmp_path / "out"
    with out.open("wb") as stdout, serve("--json", stdout=stdout) as served:
        pid = served.process.pid
        before, empty = settled_files(served), memory(pid)
        with Slow(served.address, 200) as slow:
            seconds, most = [], 0
            while slow.thread.is_alive():
                seconds += latencies(served.address, f"genuine-{len(seconds)}", 1, pause=0.05)
                most = max(most, memory(pid))
        wait_until(lambda: files(pid) == before)
        status, _, _ = served.end()
    for kind, ended in slow.ended.items():
        answers = sorted({tuple(answers[-1:]) for _, answers in ended})
        took = [took for took, _ in ended]
        print(f"\n{kind:15} closed after {min(took):.1f} to {max(took):.1f} s, last answer {answers}", end="")
    print(f"\n{len(seconds)} deliveries meanwhile, slowest {max(seconds) * 1000:.0f} ms")
    print(f"memory: {empty >> 10} KiB at first, {most >> 10} KiB at most")
    assert sum(len(ended) for ended in slow.ended.values()) == 200
    answers = {kind: {tuple(answers) for _, answers in ended} for kind, ended in slow.ended.items()}
    assert answers["silent"] == {()}
    assert answers["slow_headers"] == answers["slow_body"] == {(408,)}
    # Nobody is waited for any longer than promised; here the patience is that of the test.
    assert max(took for ended in slow.ended.values() for took, _ in ended) < 2 * _limits.WAIT_SECONDS + PATIENCE
    assert min(took for took, _ in slow.ended["slow_headers"]) > _limits.WAIT_SECONDS / 2
    assert max(seconds) < EVENT_SECONDS
    assert most - empty < 64 << 20
    assert (status, len(out.read_bytes().splitlines())) == (0, 1 + len(seconds))


def test_a_peer_that_reads_no_reply_does_not_hold_up_the_end():
    with serve() as served, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(served.address)
        stuff(connection)
        start = time.monotonic()
        status, _, err = served.end()
        assert (status, err.count("Traceback")) == (0, 0)
        assert time.monotonic() - start < 2 * _serve.GRACE_SECONDS + PATIENCE


def test_peers_that_read_no_replies_make_room():
    """There may be five connections, and none of these waits for a request."""
    few = ("sh", "-c", 'ulimit -n 92; exec "$@"', "sh")
    assert _limits.max_connections(92, 92 // 4) == 5
    with serve(before=few) as served, contextlib.ExitStack() as stack:
        peers = []
        for _ in range(5):
            peer = stack.enter_context(socket.socket())
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.connect(served.address)
            peers.append(threading.Thread(target=stuff, args=[peer]))
        for peer in peers:
            peer.start()
        for peer in peers:
            peer.join()
        assert max(latencies(served.address, "genuine", 3)) < EVENT_SECONDS


ENDLESS = b"POST / HTTP/1.1\r\nContent-Length: 1000001\r\n\r\n" + bytes(1_000_000)
IN_CHUNKS = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (ENDLESS, 300),
        (JUNK * (_limits.MAX_AHEAD - 1) + ENDLESS, 300),
        (JUNK[:-2] + b"aa:\r\n" * 12_000, 600),
        (IN_CHUNKS + b"0\r\n" + b"aa:\r\n" * 390_000, 30),
        (IN_CHUNKS + b"1\r\na\r\n" * 340_000, 300),
    ],
    ids=["bodies", "bodies behind other requests", "headers", "trailers", "chunks of one byte"],
)
def test_what_does_not_end_takes_only_so_much_memory(data, count):
    """As of 300 peers that hold back the last byte of 1 MB each: room is made for others long before that."""
    with serve("--json") as served, contextlib.ExitStack() as stack:
        empty, most, seconds = memory(served.process.pid), 0, []
        for number in range(count):
            connection = stack.enter_context(socket.create_connection(served.address, timeout=PATIENCE))
            with contextlib.suppress(ConnectionError):
                connection.sendall(data)
            most = max(most, memory(served.process.pid))
            if number % 10 == 0:
                seconds += latencies(served.address, f"genuine-{number}", 1)
        assert served.end()[0] == 0
    print(f"\nmemory: {empty >> 20} MiB at first, {most >> 20} MiB at most; slowest {max(seconds) * 1000:.0f} ms")
    assert most - empty < 160 << 20
    assert max(seconds) < EVENT_SECONDS


# Peers that are many


def connect(stack, address, count):
    for _ in range(count):
        stack.enter_context(socket.create_connection(address, timeout=PATIENCE))


def room_for(count):
    """Allow this process so many connections, or as many as it and the server may have; return how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count + 200 if hard == resource.RLIM_INFINITY else min(count + 200, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
    files = 2 * count + 2000 if hard == resource.RLIM_INFINITY else hard
    there = _limits.max_connections(files, min(_serve.BACKLOG, files // 4))
    return min(count, max(soft, most) - 200, there)


def test_ten_thousand_idle_connections():
    """Fewer where fewer files may be open: the hard limit holds for this process and for the server."""
    count = room_for(10_000)
    with serve("--json") as served, contextlib.ExitStack() as stack:
        pid = served.process.pid
        latencies(served.address, "first", 10)
        empty, start, seconds = memory(pid), time.monotonic(), []
        for step in range(20):
            connect(stack, served.address, count // 20)
            seconds += latencies(served.address, f"between-{step}", 1)
        took, peak, full = time.monotonic() - start, files(pid), memory(pid)
        seconds += latencies(served.address, "full", 20)
        wait_until(lambda: files(pid) < 100, _limits.WAIT_SECONDS + PATIENCE)
        status, out, err = served.end()
    print(
        f"\n{count} connections in {took:.1f} s, {peak} files open, {(full - empty) / count:.0f} bytes of memory each"
    )
    print(f"slowest of {len(seconds)} deliveries meanwhile: {max(seconds) * 1000:.0f} ms")
    # A machine that takes longer than what a connection may wait has never all of them at once.
    assert peak > count * 0.9 or took > _limits.WAIT_SECONDS / 2
    assert (full - empty) / count < 16 << 10
    assert max(seconds) < EVENT_SECONDS
    assert (status, len(out.splitlines())) == (0, 10 + len(seconds))
    assert err.splitlines() == [f"lark-event: ended: {10 + len(seconds)} handled"]


def test_more_connections_than_files():
    """A hard limit of 300 files: the ones that have waited longest make room, and the limit is never met."""
    count = room_for(1000)
    few = ("sh", "-c", 'ulimit -n 300; exec "$@"', "sh")
    with serve("--json", before=few) as served, contextlib.ExitStack() as stack:
        seconds, most = [], 0
        for step in range(20):
            connect(stack, served.address, count // 20)
            seconds += latencies(served.address, f"between-{step}", 1)
            most = max(most, files(served.process.pid))
        status, out, err = served.end()
    print(f"\nat most {most} files open; slowest delivery {max(seconds) * 1000:.0f} ms")
    assert most < 300
    assert max(seconds) < EVENT_SECONDS
    assert (status, len(out.splitlines())) == (0, 20)
    assert err.splitlines() == ["lark-event: ended: 20 handled"]


def test_no_files_left_neither_spins_nor_kills():
    """The limit is taken away from under it; when it is given back, everything is as before."""
    with serve("--json") as served, contextlib.ExitStack() as stack:
        pid = served.process.pid
        latencies(served.address, "first", 1)
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (files(pid) + 5, before[1]))
        connect(stack, served.address, 100)
        start, cpu = time.monotonic(), cpu_seconds(pid)
        time.sleep(2)
        spent = (cpu_seconds(pid) - cpu) / (time.monotonic() - start)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        assert max(latencies(served.address, "again", 5)) < EVENT_SECONDS
        status, out, err = served.end()
    print(f"\n{spent:.0%} of a processor meanwhile")
    assert spent < 0.5
    assert (status, len(out.splitlines())) == (0, 6)
    assert len(err.splitlines()) < 50


def test_idle_connections_do_not_hold_up_the_end():
    count = room_for(1000)
    with serve() as served, contextlib.ExitStack() as stack:
        connect(stack, served.address, count)
        latencies(served.address, "first", 1)
        start = time.monotonic()
        status, _, err = served.end()
        seconds = time.monotonic() - start
    print(f"\nended after {seconds:.2f} s")
    assert (status, err) == (0, "lark-event: ended: 1 handled\n")
    assert seconds < 4


def test_more_requests_ahead_than_anybody_needs():
    with serve("--json") as served:
        some = b"".join(request(f"{number}") for number in range(_limits.MAX_AHEAD))
        with socket.create_connection(served.address, timeout=PATIENCE) as connection:
            connection.sendall(some)
            reply = b""
            while len(statuses(reply)) < _limits.MAX_AHEAD:
                reply += connection.recv(1 << 16)
            connection.sendall(some)
            while len(statuses(reply)) < 2 * _limits.MAX_AHEAD:
                reply += connection.recv(1 << 16)
        assert set(statuses(reply)) == {200}
        reply = talk(served.address, JUNK * 10_000)
        assert len(statuses(reply)) <= _limits.MAX_AHEAD
        status, out, _ = served.end()
    assert (status, len(out.splitlines())) == (0, _limits.MAX_AHEAD)
