"""What is known in RAM of the backup that runs: a wish for one, how far it is, how it ended."""

import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wish:
    """A person wants a backup now; without a folder, in those of the settings."""

    number: int
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a wished backup ended, in Indonesian; `good` only when all of it was made."""

    sentences: tuple[str, ...]
    good: bool


@dataclass(slots=True)
class Board:
    """Shared by the page, the control socket and the job that makes backups.

    Attributes:
        work: what is being done, "" while nothing is.
        plugged: marks of the sticks that were there when last looked for.
        looked_s: when that was, on the monotonic clock.
    """

    work: str = ""
    done: int = 0
    of: int = 0
    plugged: frozenset[str] = frozenset()
    looked_s: float | None = None
    _wishes: deque[Wish] = field(default_factory=deque)
    _ended: dict[int, Ended] = field(default_factory=dict)
    _count: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def wish(self, folder: Path | None = None) -> int:
        """Ask for a backup; gives the number to wait for."""
        with self._changed:
            self._count += 1
            self._wishes.append(Wish(self._count, folder))
            return self._count

    def next_wish(self) -> Wish | None:
        """The oldest wish; all that want the same are one."""
        with self._changed:
            return self._wishes[0] if self._wishes else None

    @property
    def busy(self) -> bool:
        """Whether a backup runs or is wished for."""
        return bool(self.work or self._wishes)

    def tell(self, work: str, done: int, of: int) -> None:
        """How far the backup is."""
        with self._changed:
            self.work, self.done, self.of = work, done, of
            self._changed.notify_all()

    def end(self, wish: Wish | None, ended: Ended) -> None:
        """A backup ended; a wish is answered, and so are those for the same folder."""
        with self._changed:
            self.work = ""
            if wish is not None:
                same = [one for one in self._wishes if one.folder == wish.folder]
                for one in same:
                    self._wishes.remove(one)
                    self._ended[one.number] = ended
                while len(self._ended) > 100:
                    del self._ended[next(iter(self._ended))]
            self._changed.notify_all()

    def wait(self, number: int, seconds: float) -> Ended | None:
        """Wait for news: how a wish ended, None while it goes on."""
        with self._changed:
            if number not in self._ended:
                self._changed.wait(seconds)
            return self._ended.get(number)
