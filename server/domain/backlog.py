"""A backlog: how far a long catch-up is, and which month octets are counted in; pure."""

from dataclasses import dataclass
from datetime import date

LONG_ENTRIES = 200
"""A catch-up of fewer entries is over before a bar would say anything."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of something long is done; `done` is at most `total`, which is above 0."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 100 only when all of it is done."""
        return self.done * 100 // self.total


def catch_up(base: int, held: int, announced: int) -> Progress | None:
    """How far a catch-up is; None where it is short, has not begun or is over.

    Args:
        base: the last entry that was there when the backlog began.
        held: the last entry that is there now.
        announced: the last entry of the log.
    """
    if announced - base < LONG_ENTRIES or not base < held < announced:
        return None
    return Progress(held - base, announced - base)


def base_of(base: int | None, held: int, announced: int) -> int | None:
    """The entry that the backlog began after, carried on from moment to moment; None without one.

    Args:
        base: what this gave the last time.
        held: the last entry that the Polres holds now.
        announced: the last entry of the log.
    """
    if held >= announced:
        return None
    return held if base is None else min(base, held)


def month_of(day: date) -> int:
    """A month as a number that sorts: 202611 for November 2026."""
    return day.year * 100 + day.month
