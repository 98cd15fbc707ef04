"""Guesses at what officers know: one at a time, and every wrong one makes the next wait."""

import threading
from collections.abc import Callable, Hashable

from server.desa import login


class Guesses:
    """Counts wrong guesses by what was guessed at; in RAM, as long as the node runs."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures: dict[Hashable, tuple[int, float]] = {}
        self.one = threading.Lock()

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
