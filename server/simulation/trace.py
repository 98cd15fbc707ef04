"""The trace of a run: what happened, in order; its hash says whether two runs were the same."""

from hashlib import blake2b

from server.simulation.outside.clock import START_S, Clock


class Trace:
    """Lines with their times.

    Args:
        clock: the world's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._digest = blake2b(digest_size=16)
        self.lines: list[tuple[float, str]] = []

    def tell(self, line: str) -> None:
        """Something happened now."""
        now_s = self._clock.now_s
        self.lines.append((now_s, line))
        self._digest.update(f"{now_s:.3f} {line}\n".encode())

    @property
    def hash(self) -> str:
        """Of all lines so far."""
        return self._digest.hexdigest()

    def words(self, last: int = 0) -> list[str]:
        """The lines for people, all or the last ones."""
        return [f"{_when(at_s)}  {line}" for at_s, line in self.lines[-last:]]


def _when(at_s: float) -> str:
    day, rest = divmod(int(at_s), 86_400)
    return f"day {day + 1} {rest // 3_600:02}.{rest % 3_600 // 60:02}.{rest % 60:02}"


def utc(at_s: float) -> int:
    """Seconds since 1970 of a time of the world."""
    return START_S + int(at_s)
