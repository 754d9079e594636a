"""What goes wrong on the simulated platform: at random, but the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields

# Attempts after these lose no connection: one that is lost takes all that is under way on it along, and in the end a
# client that does everything right is to have every event.
_LOSING_ATTEMPTS = 2
HOWS = ("close", "abort", "cut")
"""How a connection is lost: by a close frame, without one, or in the middle of a frame."""

# Codes and HTTP statuses after which a client is to ask again.
_PASSING_CODES = (1, 1_000_040_343)
_PASSING_STATUSES = (429, 500, 502, 503)
NOISES = ("card", "unknown type", "unknown method", "ping", "corrupt")


@dataclass(frozen=True)
class Plan:
    """How one attempt to deliver an event goes."""

    cuts: tuple[int, ...] = ()
    """The bytes before which the payload is cut."""
    order: tuple[int, ...] = (0,)
    """The parts in the order in which they are sent; one may be there twice, or be missing."""
    delay: float = 0.0
    """Seconds before the first part."""
    is_interleaved: bool = False
    """Whether other events may come between the parts."""
    lost_after: int | None = None
    """After how many frames the connection is lost, if it is."""
    lost_how: str = "abort"
    """How it is lost then: one of `HOWS`."""
    noise: tuple[str, ...] = ()
    """Frames that are no events and are sent before."""
    silences: bool = False
    """Whether the connection answers nothing any more after that."""
    repeats: bool = False
    """Whether the event is delivered again though it has been acked."""
    choice: float = 0.0
    """Which of the open connections it takes, from 0 to 1."""


@dataclass(frozen=True)
class Faults:
    """How often what goes wrong, from 0.0 (never) to 1.0 (always).

    What happens to the second event on its first attempt, or to the third question where to connect to, follows from
    the seed alone and not from what else goes on.
    """

    seed: int = 0
    split: float = 0.0
    """An event comes in parts, cut at any bytes."""
    duplicate: float = 0.0
    """A frame comes twice: a whole event, or a part of one."""
    reorder: float = 0.0
    """The parts of an event come in another order."""
    interleave: float = 0.0
    """Other events come between the parts of an event."""
    repeat: float = 0.0
    """An event that has been acked is delivered again."""
    delay: float = 0.0
    """An event waits for up to `max_delay` seconds before it is sent."""
    disconnect: float = 0.0
    """The connection is lost before an event, between its parts, or before its ack; on its first two attempts."""
    silence: float = 0.0
    """After an event the connection stays open, but nothing comes any more, and nothing is answered; likewise."""
    noise: float = 0.0
    """Before an event comes a card, a frame of an unknown type, a ping, or what is no frame."""
    refuse: float = 0.0
    """The question where to connect to is refused in a way that asks for another try."""
    refuse_handshake: float = 0.0
    """The same of a handshake."""
    config: float = 0.0
    """A pong has no payload, an empty configuration, or one with values that make no sense."""
    max_parts: int = 5
    max_delay: float = 0.5

    def __post_init__(self) -> None:
        """Refuse what is no probability."""
        for name in RATES:
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"expected {name} from 0 to 1, found {getattr(self, name)!r}")
        if self.max_parts < 2:  # noqa: PLR2004 - fewer parts than two are none
            raise ValueError(f"expected max_parts from 2 on, found {self.max_parts!r}")

    def plan(self, event: int, attempt: int, size: int, parts: int | None) -> Plan:
        """Return how an attempt goes, for a payload of `size` bytes; `parts` is in how many parts, if that is known."""
        rng = self._random("event", event, attempt)
        # Every rate takes its number, so that changing one changes nothing else.
        hit = {name: rng.random() < getattr(self, name) for name in RATES}
        choice, delay, spot = rng.random(), rng.random() * self.max_delay, rng.random()
        how, noise, many = rng.choice(HOWS), rng.choice(NOISES), rng.randint(2, self.max_parts)
        count = min(parts or (many if hit["split"] else 1), max(size, 1))
        cuts = tuple(sorted(rng.sample(range(1, size), count - 1))) if count > 1 else ()
        order = list(range(count))
        if hit["reorder"]:
            rng.shuffle(order)
        if hit["duplicate"]:
            order.insert(rng.randint(0, count), rng.randrange(count))
        may_lose = attempt <= _LOSING_ATTEMPTS
        return Plan(
            cuts=cuts,
            order=tuple(order),
            delay=delay if hit["delay"] else 0.0,
            is_interleaved=hit["interleave"],
            lost_after=int(spot * (len(order) + 1)) if hit["disconnect"] and may_lose else None,
            lost_how=how,
            noise=(noise,) if hit["noise"] else (),
            silences=hit["silence"] and may_lose,
            repeats=hit["repeat"],
            choice=choice,
        )

    def refusal(self, question: int) -> tuple[int, int] | None:
        """Return HTTP status and code of a refusal where to connect to, if it is refused."""
        rng = self._random("endpoint", question)
        if rng.random() >= self.refuse:
            return None
        return rng.choice([*((200, code) for code in _PASSING_CODES), *((status, 1) for status in _PASSING_STATUSES)])

    def refuses_handshake(self, handshake: int) -> bool:
        """Whether a handshake is refused."""
        return self._random("handshake", handshake).random() < self.refuse_handshake

    def pong(self, pong: int) -> bytes | None:
        """Return what a pong has as payload instead of the configuration, if it has."""
        rng = self._random("pong", pong)
        if rng.random() >= self.config:
            return None
        return rng.choice(
            [
                b"",
                b"{}",
                b'{"PingInterval":0}',
                b'{"PingInterval":-1,"ReconnectInterval":-1,"ReconnectNonce":-1,"ReconnectCount":-2}',
                b'{"PingInterval":null,"ReconnectCount":"many"}',
                b'{"ReconnectCount":-1}',
            ]
        )

    def noise_frame(self, event: int, attempt: int) -> bytes:
        """Return a message that is no frame."""
        rng = self._random("corrupt", event, attempt)
        return rng.randbytes(rng.randint(0, 64))

    def _random(self, *about: object) -> random.Random:
        return random.Random("/".join(map(str, (self.seed, *about))))  # noqa: S311 - nothing here is a secret


_NO_RATES = {"seed", "max_parts", "max_delay"}
RATES = tuple(field.name for field in fields(Faults) if field.name not in _NO_RATES)
