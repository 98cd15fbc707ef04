"""A report: what it holds, its states, and the one table of how they change."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

CALL_BACK = "minta_dihubungi"
"""Category of a report that consists of calls: somebody wants to be called."""


ERASED = "dihapus"
"""Category of a report whose bodies were given up for good: only ticket and date are left."""


class Status(IntEnum):
    """State of a report; the number stands in clear in the header of the entry that sets it."""

    NEW = 1
    TAKEN = 2
    FORWARDED = 3
    CLOSED = 4


class Move(StrEnum):
    """What can happen to a report's state."""

    TAKE = "take"
    FORWARD = "forward"
    CLOSE = "close"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[Status, Move], Status] = {
    (Status.NEW, Move.TAKE): Status.TAKEN,
    (Status.NEW, Move.FORWARD): Status.FORWARDED,
    (Status.NEW, Move.CLOSE): Status.CLOSED,
    (Status.TAKEN, Move.TAKE): Status.TAKEN,
    (Status.TAKEN, Move.FORWARD): Status.FORWARDED,
    (Status.TAKEN, Move.CLOSE): Status.CLOSED,
    (Status.FORWARDED, Move.TAKE): Status.TAKEN,
    (Status.FORWARDED, Move.FORWARD): Status.FORWARDED,
    (Status.FORWARDED, Move.CLOSE): Status.CLOSED,
    (Status.CLOSED, Move.REOPEN): Status.TAKEN,
}


def moves_from(status: Status) -> tuple[Move, ...]:
    """What may be done with a report in this state, in the order of the table."""
    return tuple(move for (state, move) in TRANSITIONS if state is status)


@dataclass(frozen=True, slots=True)
class Report:
    """One report as both sides know it after folding the journal.

    `locked` reports show only what stands in clear: ticket, state, urgency bit and day.
    Times are whole seconds since 1970 (UTC); `trust` is the `Trust` of `received_s`.
    """

    ticket: str
    status: Status
    urgency: str
    locked: bool = False
    sealed: bool = False
    sender: str | None = None
    text: str = ""
    category: str = "lainnya"
    rt: int | None = None
    rw: int | None = None
    dusun: str | None = None
    landmark: str | None = None
    confidential: bool = False
    confidence_percent: int = 0
    why: str = ""
    sent_s: int | None = None
    received_s: int = 0
    trust: int = 0
    copies: int = 1
    officer: str | None = None
    forwarded_to: str | None = None
    result: str | None = None
    updated_s: int = 0
    seq: int = 0


class Trust(IntEnum):
    """How far a wall time is to be believed; pages show everything below `NETWORK` as unsure."""

    UNKNOWN = 0
    LAST_SEEN = 1
    SMSC = 2
    PERSON = 3
    NETWORK = 4


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened: wall time with its trust, and a time that cannot be set back.

    Attributes:
        wall_s: seconds since 1970 (UTC) as the node believed them.
        boot: number of the node's start.
        mono_ms: milliseconds since that start.
    """

    wall_s: int
    trust: Trust
    boot: int
    mono_ms: int
