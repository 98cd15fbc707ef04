"""Counters that are never used twice, and the window that takes each of them once; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sync.airtime.head import COUNTER_MAX

WIDTH: Final = 64
BLOCK: Final = 32
"""Counters are reserved on disk in blocks of so many: a stop wastes some and repeats none."""
_MASK: Final = (1 << WIDTH) - 1


class Exhausted(Exception):
    """Penghitung SMS udara habis; minta kartu pendaftaran baru dari Polres."""


@dataclass(frozen=True, slots=True)
class Window:
    """Which counters of a direction have come: the highest, and a bit for each of the 64 last.

    Attributes:
        highest: 0 before the first.
        seen: bit n stands for `highest - n`.
    """

    highest: int = 0
    seen: int = 0

    def admit(self, counter: int) -> "Window | None":
        """The window after a message; None for one that came before or is too old to tell."""
        if not 0 < counter <= COUNTER_MAX:
            return None
        if counter > self.highest:
            shifted = self.seen << min(counter - self.highest, WIDTH)
            return Window(counter, (shifted | 1) & _MASK)
        bit = 1 << self.highest - counter
        if self.highest - counter >= WIDTH or self.seen & bit:
            return None
        return Window(self.highest, self.seen | bit)

    def pack(self) -> bytes:
        """The bits as 8 octets, for a table."""
        return self.seen.to_bytes(WIDTH // 8, "big")

    @classmethod
    def of(cls, highest: int, packed: bytes) -> "Window":
        """A window as it stood in a table."""
        return cls(highest, int.from_bytes(packed, "big"))


class Counter:
    """Gives each counter once, also after a stop at any moment.

    Args:
        reserve: makes so many counters ours on disk, for ever, and gives the first of them;
            when it returns they are committed.
    """

    def __init__(self, reserve: Callable[[int], int]) -> None:
        self._reserve = reserve
        self._next = self._end = 0

    def take(self) -> int:
        """The next counter.

        Raises:
            Exhausted: there is none left.
        """
        if self._next == self._end:
            first = self._reserve(BLOCK)
            self._next, self._end = first, first + BLOCK
        taken = self._next
        if taken > COUNTER_MAX:
            raise Exhausted
        self._next += 1
        return taken
