"""A receiver, and what it has handled."""

import pytest
from deliveries import KEY, TOKEN
from lark_event import Receiver


@pytest.fixture
def receiver():
    return Receiver(KEY, TOKEN)


@pytest.fixture
def seen(receiver):
    """Ids of the events that were handled."""
    ids = []
    receiver.on()(lambda envelope: ids.append(envelope.header.event_id))
    return ids
