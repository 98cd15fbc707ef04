"""The figures of a bench with their targets, as lines for people and as plain values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

_WIDTH: Final = 44


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of ours, the target beside it, and the peers'.

    Attributes:
        what: which figure. value: ours. unit: of all values.
        target: in words; "" where there is none.
        met: whether it is met; None without a target or without what it is compared to.
        peers: values of other programs by name.
    """

    part: str
    what: str
    value: float
    unit: str
    target: str = ""
    met: bool | None = None
    peers: Mapping[str, float] = field(default_factory=dict)

    def plain(self) -> dict[str, object]:
        """As JSON."""
        return {
            "part": self.part,
            "figure": self.what,
            "value": round(self.value, 4),
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
            "peers": {name: round(value, 4) for name, value in self.peers.items()},
        }


def lines(figures: Iterable[Figure], notes: Iterable[str]) -> list[str]:
    """The table: a figure a line, its peers below it, what must be known at the end."""
    told: list[str] = []
    part = ""
    for figure in figures:
        if figure.part != part:
            part = figure.part
            told += ["", part]
        verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
        aim = f"target {figure.target}" if figure.target else ""
        head = f"  {figure.what:{_WIDTH}} {shown(figure.value):>9} {figure.unit:11}"
        told.append(f"{head} {aim:32} {verdict}".rstrip())
        for name, value in figure.peers.items():
            told.append(f"    {name:{_WIDTH - 2}} {shown(value):>9}")
    return [*told, "", *(f"* {note}" for note in notes)]


def shown(value: float) -> str:
    """A number with as many digits as say something."""
    if value == int(value) and abs(value) < 1e9:
        return str(int(value))
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
