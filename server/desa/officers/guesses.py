"""Guesses at what officers know: one at a time, and every wrong one makes the next wait."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from server.desa import login

IN_A_ROW: Final = 2
"""One is looked at, one waits; whoever comes then would keep a thread from the pages."""
BUSY_S: Final = 1.0


class Guesses:
    """Counts wrong guesses by what was guessed at; in RAM, as long as the node runs."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures: dict[Hashable, tuple[int, float]] = {}
        self._one = threading.Lock()
        self._row = threading.BoundedSemaphore(IN_A_ROW)

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Wait for one's turn; False at once where others wait, who may come again soon."""
        if not self._row.acquire(blocking=False):
            yield False
            return
        try:
            with self._one:
                yield True
        finally:
            self._row.release()

    def wait_s(self, about: Hashable) -> float:
        """Seconds until the next guess is looked at; 0 for at once."""
        return max(0.0, self._failures.get(about, (0, 0.0))[1] - self._now())

    def failed(self, about: Hashable) -> float:
        """Count a wrong guess; gives the seconds to wait."""
        failures = self._failures.get(about, (0, 0.0))[0] + 1
        wait_s = login.delay_s(failures)
        self._failures[about] = (failures, self._now() + wait_s)
        return wait_s

    def passed(self, about: Hashable) -> None:
        """Forget the wrong guesses after a right one."""
        self._failures.pop(about, None)
