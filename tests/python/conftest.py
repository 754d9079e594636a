"""A receiver, and what it has handled; and a connection that takes longer than a test."""

import contextlib
import signal
import threading
import time

import pytest
from deliveries import KEY, TOKEN
from lark_event import Receiver
from listening import PATIENCE, PLATFORM, Command, listen
from served import free_port


@pytest.fixture
def receiver():
    return Receiver(KEY, TOKEN)


@pytest.fixture
def seen(receiver):
    """Ids of the events that were handled."""
    ids = []
    receiver.on()(lambda envelope: ids.append(envelope.header.event_id))
    return ids


@pytest.fixture(scope="session")
def half_open():
    """A connection to a platform that says nothing any more, though it is there: seen from here, the cable is cut.

    It is noticed by the pings of the WebSocket, since those of the platform are 2 minutes apart. That takes 40 seconds,
    in which other tests have their turn: `test_listen_peers.py` begins it, `test_silence.py` looks.
    """
    port = free_port()
    with (
        Command("-c", PLATFORM, str(port), "120") as feishu,
        listen(port) as listening,
    ):
        listening.wait(lambda lines: sum(line.startswith("{") for line in lines) > 2)
        feishu.process.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        noticed = threading.Event()

        def watch():
            with contextlib.suppress(AssertionError):
                listening.wait_for("long connection: lost: ", 40 + PATIENCE)
                noticed.seconds = time.monotonic() - stopped
                noticed.set()

        watching = threading.Thread(target=watch)
        watching.start()
        yield feishu, listening, noticed
        watching.join()
