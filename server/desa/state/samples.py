"""What the gateway counts of each hour: texts, calls and signal; pure, without any number."""

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final, Literal

HOUR_S: Final = 3_600
Kind = Literal["received", "sent", "withheld", "call"]
SURGE_TEXTS: Final = 20
"""Fewer texts in an hour are never called many."""
SURGE_RATIO: Final = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """Texts and calls of a span of time."""

    received: int = 0
    sent: int = 0
    withheld: int = 0
    calls: int = 0

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        return Counts(
            self.received + other.received,
            self.sent + other.sent,
            self.withheld + other.withheld,
            self.calls + other.calls,
        )

    def more(self, kind: Kind, times: int) -> "Counts":
        """So many more of a kind."""
        match kind:
            case "received":
                return replace(self, received=self.received + times)
            case "sent":
                return replace(self, sent=self.sent + times)
            case "withheld":
                return replace(self, withheld=self.withheld + times)
            case "call":
                return replace(self, calls=self.calls + times)


@dataclass(frozen=True, slots=True)
class Strength:
    """Signal of one modem in a span of time, 0..100; `total` is the sum of all samples."""

    samples: int
    total: int
    least: int
    most: int

    @property
    def average(self) -> int:
        """Rounded."""
        return round(self.total / self.samples)

    def plus(self, other: "Strength") -> "Strength":
        """Both together."""
        return Strength(
            self.samples + other.samples,
            self.total + other.total,
            min(self.least, other.least),
            max(self.most, other.most),
        )


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour; `hour` counts from 1970 (UTC), `signals` is by the modems' names."""

    hour: int
    counts: Counts = Counts()
    signals: tuple[tuple[str, Strength], ...] = ()


@dataclass(slots=True)
class Samples:
    """What was counted and is not on the card yet.

    Attributes:
        counts: by hour since 1970 (UTC).
        signals: by hour and modem.
        arrivals: (second of a clock that never runs back, texts) of the last hour.
        arrived: how many texts these are.
        written_s: when the card was last written, by the same clock; None for never.
    """

    counts: dict[int, Counts] = field(default_factory=dict)
    signals: dict[tuple[int, str], Strength] = field(default_factory=dict)
    arrivals: deque[tuple[float, int]] = field(default_factory=deque)
    arrived: int = 0
    written_s: float | None = None

    def count(self, kind: Kind, hour: int, now_s: float, times: int = 1) -> None:
        """So many texts or calls."""
        self.counts[hour] = self.counts.get(hour, Counts()).more(kind, times)
        if kind == "received":
            self.arrivals.append((now_s, times))
            self.arrived += times
            self.last_hour(now_s)

    def sample(self, name: str, percent: int, hour: int) -> None:
        """The signal of a modem."""
        one = Strength(1, percent, percent, percent)
        kept = self.signals.get((hour, name))
        self.signals[hour, name] = one if kept is None else kept.plus(one)

    def last_hour(self, now_s: float) -> int:
        """Texts that came within the last hour of this run."""
        while self.arrivals and self.arrivals[0][0] <= now_s - HOUR_S:
            self.arrived -= self.arrivals.popleft()[1]
        return self.arrived


def surge(last_hour: int, hour: int, kept: dict[int, Counts]) -> int:
    """Texts of the last hour where these are unusually many, else 0.

    Usual is what came at this time of day, an hour sooner or later, on most of the last seven
    days: the median, which one wild night does not move.

    Args:
        last_hour: texts that came within the last hour.
        hour: the running one, since 1970 (UTC).
        kept: what is known of earlier hours; a missing one had none.
    """
    usual = sorted(
        kept.get(hour - 24 * day + step, Counts()).received
        for day in range(1, 8)
        for step in (-1, 0, 1)
    )[10]
    many = last_hour >= SURGE_TEXTS and last_hour >= SURGE_RATIO * usual
    return last_hour if many else 0
