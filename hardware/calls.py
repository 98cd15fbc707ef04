"""Missed calls: what rings, by whom, and when a call that nobody took is over."""

from hardware.answers import Call

_NAMED_LATER_S = 2.0
"""Some modems name the caller only after the call (MISSED_CALL, a late +CLIP)."""
_SAME_CALL_S = 30.0


class Calls:
    """Turns rings into calls: several rings of one caller are one call.

    Every method takes monotonic seconds and returns the call that ended by it, if any. A number
    is None while nobody told it and "" where it is hidden.
    """

    def __init__(self, silence_s: float) -> None:
        self._silence_s = silence_s
        self._number: str | None = None
        self._rang_at: float | None = None
        self._unnamed_at: float | None = None
        self._last: tuple[str, float] | None = None

    def ring(self, number: str | None, now_s: float) -> Call | None:
        """It rings (None), or the caller is told while it rings or just after."""
        ended: Call | None = None
        if self._unnamed_at is not None:
            ended = self._finish(number, now_s)
            if number is not None:
                return ended
        elif self._number and number and number != self._number:
            ended = self._finish(self._number, now_s)
        self._number = self._number if number is None else number
        self._rang_at = now_s
        return ended

    def end(self, number: str, now_s: float) -> Call | None:
        """It rings no longer; `number` is "" where the modem does not say who it was."""
        if self._rang_at is None and self._unnamed_at is None:
            return self._named_after(number, now_s)
        known = number or self._number
        if known is not None:
            return self._finish(known, now_s)
        if self._unnamed_at is None:
            self._unnamed_at, self._rang_at = now_s, None
        return None

    def look(self, now_s: float) -> Call | None:
        """The call that silence has ended."""
        if self.left_s(now_s) != 0:
            return None
        return self._finish(self._number, now_s)

    def left_s(self, now_s: float) -> float | None:
        """Seconds until silence ends the call, None without one."""
        if self._unnamed_at is not None:
            return max(0.0, self._unnamed_at + _NAMED_LATER_S - now_s)
        if self._rang_at is not None:
            return max(0.0, self._rang_at + self._silence_s - now_s)
        return None

    def _named_after(self, number: str, now_s: float) -> Call | None:
        if not number or self._just_told(number, now_s):
            return None
        return self._finish(number, now_s)

    def _just_told(self, number: str, now_s: float) -> bool:
        if self._last is None or now_s - self._last[1] >= _SAME_CALL_S:
            return False
        return self._last[0] in ("", number)

    def _finish(self, number: str | None, now_s: float) -> Call:
        told = number or ""
        self._number = self._rang_at = self._unnamed_at = None
        self._last = (told, now_s)
        return Call(told)
