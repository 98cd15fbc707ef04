"""One-time marks of forms: a form that is sent twice is acted upon once."""

import secrets
import threading
from collections import OrderedDict
from typing import Final

FIELD: Final = "sekali"
MARKS_MAX: Final = 4_096


class Once:
    """Remembers the marks of the latest forms that were acted upon."""

    def __init__(self) -> None:
        self._used: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def mark(self) -> str:
        """A new mark for a form's hidden field."""
        return secrets.token_urlsafe(12)

    def first(self, mark: str) -> bool:
        """Use a mark; False when it was used before. A form without one is always the first."""
        if not mark:
            return True
        with self._lock:
            if mark in self._used:
                return False
            self._used[mark] = None
            if len(self._used) > MARKS_MAX:
                self._used.popitem(last=False)
        return True

    def release(self, mark: str) -> None:
        """Give a mark back, because what the form asked for was refused."""
        with self._lock:
            self._used.pop(mark, None)
