"""The world's time, and what the machine that just runs believes it to be."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

START_S = 1_790_000_000
"""When every world begins, seconds since 1970 (UTC); 2026-09-21."""


@dataclass(slots=True)
class Watch:
    """The clocks of one machine.

    Attributes:
        booted_s: when it was switched on, by the world's time.
        off_by_s: how wrong its wall clock is.
        drift: by how much its clocks run too fast.
    """

    booted_s: float = 0.0
    off_by_s: float = 0.0
    drift: float = 0.0


@dataclass(slots=True)
class Clock:
    """One time for the whole world; nothing waits, it is only moved on."""

    now_s: float = 0.0
    watch: Watch = field(default_factory=Watch)

    def pass_s(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += max(seconds, 0.001)

    def mono_s(self) -> float:
        """The monotonic clock of the machine that runs."""
        up_s = self.now_s - self.watch.booted_s
        return 20.0 + up_s * (1.0 + self.watch.drift)

    def wall_s(self) -> float:
        """Its wall clock, seconds since 1970."""
        drifted_s = (self.now_s - self.watch.booted_s) * self.watch.drift
        return START_S + self.now_s + self.watch.off_by_s + drifted_s

    @property
    def true_s(self) -> int:
        """The true time, seconds since 1970 (UTC)."""
        return START_S + int(self.now_s)

    @contextmanager
    def of(self, watch: Watch) -> Iterator[None]:
        """Inside, a machine runs whose clocks these are."""
        before, self.watch = self.watch, watch
        try:
            yield
        finally:
            self.watch = before
