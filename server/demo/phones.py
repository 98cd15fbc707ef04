"""The villagers' phones: what each one sent and got, as bubbles."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

BUBBLES_MAX = 200
ANSWERS_MAX = 4


class Kind(StrEnum):
    """What a bubble is."""

    SENT = "sent"
    GOT = "got"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Bubble:
    """A text or a call on one phone.

    Attributes:
        seq: number of the bubble, over all phones.
        parts: SMS parts of a text that came; 0 where it does not matter.
    """

    seq: int
    number: str
    kind: Kind
    text: str
    at_s: int
    parts: int = 0


class Phones:
    """All phones; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: defaultdict[str, list[Bubble]] = defaultdict(list)
        self._version = 0

    @property
    def version(self) -> int:
        """Grows with every bubble."""
        return self._version

    def add(self, number: str, kind: Kind, text: str, at_s: int, parts: int = 0) -> Bubble:
        """A text or a call; the oldest bubbles of a full phone go."""
        with self._lock:
            self._version += 1
            bubble = Bubble(self._version, number, kind, text, at_s, parts)
            thread = self._threads[number]
            thread.append(bubble)
            del thread[:-BUBBLES_MAX]
            return bubble

    def thread(self, number: str) -> tuple[Bubble, ...]:
        """What one phone sent and got, oldest first."""
        with self._lock:
            return tuple(self._threads.get(number, ()))

    def last(self, number: str) -> Bubble | None:
        """The newest bubble of a phone."""
        with self._lock:
            thread = self._threads.get(number)
            return thread[-1] if thread else None

    def answers(self) -> tuple[Bubble, ...]:
        """The newest texts that phones got, newest first."""
        with self._lock:
            got = [b for thread in self._threads.values() for b in thread if b.kind is Kind.GOT]
        return tuple(sorted(got, key=lambda bubble: -bubble.seq)[:ANSWERS_MAX])
