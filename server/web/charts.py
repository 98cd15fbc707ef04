"""The shapes of charts: numbers become bars, steps and bands, which templates draw as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HEIGHT: Final = 100
_GAP: Final = 0.12


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; y grows downward."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Two rows of bars on one axis and one scale: `up` above it, `down` below.

    Attributes:
        columns: width of the drawing; a column is 1 wide, the drawing `HEIGHT` high.
        axis: height at which the axis lies.
        most_up, most_down: largest number of each row.
    """

    columns: int
    up: tuple[Bar, ...]
    down: tuple[Bar, ...]
    axis: float
    most_up: int
    most_down: int


@dataclass(frozen=True, slots=True)
class Steps:
    """A line of level steps, with a band around it where there is one.

    Attributes:
        columns: width of the drawing; a column is 1 wide, the drawing `HEIGHT` high.
        path: the line as SVG path data; it stops where nothing is known.
        band: from the least to the most of each column.
    """

    columns: int
    path: str
    band: tuple[Bar, ...]


def bars(up: Sequence[int], down: Sequence[int]) -> Bars:
    """Bars for two rows of numbers of the same length, none below 0; a 0 has no bar."""
    most_up, most_down = max(up, default=0), max(down, default=0)
    unit = HEIGHT / max(1, most_up + most_down)
    axis = _round(most_up * unit)
    width = _round(1 - 2 * _GAP)
    return Bars(
        columns=len(up),
        up=tuple(
            Bar(_round(at + _GAP), _round(axis - count * unit), width, _round(count * unit))
            for at, count in enumerate(up)
            if count
        ),
        down=tuple(
            Bar(_round(at + _GAP), axis, width, _round(count * unit))
            for at, count in enumerate(down)
            if count
        ),
        axis=axis,
        most_up=most_up,
        most_down=most_down,
    )


def steps(
    values: Sequence[float | None],
    ceiling: float,
    band: Sequence[tuple[float, float] | None] = (),
) -> Steps:
    """A line for numbers between 0 and `ceiling` (above 0); None is a gap."""

    def height(value: float) -> float:
        return _round(HEIGHT - min(max(value, 0.0), ceiling) / ceiling * HEIGHT)

    path: list[str] = []
    drawing = False
    for at, value in enumerate(values):
        if value is not None:
            y = height(value)
            path.append(f"V{y:g}H{at + 1}" if drawing else f"M{at} {y:g}H{at + 1}")
        drawing = value is not None
    return Steps(
        columns=len(values),
        path="".join(path),
        band=tuple(
            Bar(float(at), height(pair[1]), 1.0, _round(height(pair[0]) - height(pair[1])))
            for at, pair in enumerate(band)
            if pair is not None
        ),
    )


def ceiling(most: float) -> int:
    """The next number of the row 1, 2, 5, 10, 20, 50 ... that is not below `most`."""
    step = 1
    while True:
        for lead in (1, 2, 5):
            if lead * step >= most:
                return lead * step
        step *= 10


def _round(value: float) -> float:
    return round(value, 2)
