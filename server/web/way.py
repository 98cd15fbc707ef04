"""The picture of a road with what waits on it: where the marks stand, which a template draws."""

from dataclasses import dataclass
from typing import Final

MOST: Final = 9
"""More than this is told as a number only."""
WIDTH: Final = 320
FROM_X: Final = 56.0
TO_X: Final = 264.0
BREAK_X: Final = 148.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that waits; what is urgent has another shape."""

    x: float
    urgent: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A road: open from end to end, or broken in the middle; what waits goes to the right."""

    open: bool
    marks: tuple[Mark, ...]


def way(entries: int, urgent: int, *, open_: bool) -> Way:
    """The picture for so many entries, some of them urgent; those stand nearest to the Polres.

    More than `MOST` are drawn as `MOST`, with as large a share of urgent ones, and at least one.
    """
    shown = min(entries, MOST)
    burning = min(urgent, shown)
    if entries > MOST and urgent:
        burning = max(1, urgent * MOST // entries)
    if open_:
        step = (TO_X - FROM_X) / max(1, shown)
        first_x = FROM_X + step / 2
    else:
        step = (BREAK_X - FROM_X) / (MOST - 1)
        first_x = BREAK_X - step * (shown - 1)
    calm = shown - burning
    marks = (Mark(round(first_x + step * number, 1), number >= calm) for number in range(shown))
    return Way(open_, tuple(marks))
