"""Tries at names that are nobody's wait as those at accounts do, so that no wait names a name."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

NAMES_MAX: Final = 4_096
DELAY_S_MAX: Final = 60
TURNS: Final = 2
"""So many passphrases are looked at side by side; the other threads are for the pages."""


def delay_s(failures: int) -> int:
    """How long after a wrong passphrase the next is looked at: 1, 2, 4 ... 60 seconds."""
    return 0 if failures < 1 else min(DELAY_S_MAX, 1 << min(failures - 1, 6))


@dataclass(slots=True)
class Strangers:
    """Names that nobody has: how often each was tried, and when; the latest alone, in RAM."""

    _tried: OrderedDict[str, tuple[int, int]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    turns: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(TURNS)
    )

    def try_(self, name: str, now_s: int) -> int:
        """Count a try and give 0, or the seconds until the next one counts."""
        with self._lock:
            failures, failed_s = self._tried.pop(name, (0, 0))
            wait_s = failed_s + delay_s(failures) - now_s if failures else 0
            self._tried[name] = (failures, failed_s) if wait_s > 0 else (failures + 1, now_s)
            if len(self._tried) > NAMES_MAX:
                self._tried.popitem(last=False)
        return min(max(0, wait_s), DELAY_S_MAX)
