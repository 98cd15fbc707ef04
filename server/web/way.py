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
    """The picture for so many entries, some of them urgent; those stand nearest to the Polres."""
    shown = min(entries, MOST)
    ahead = shown - min(urgent, shown)
    last_x = TO_X if open_ else BREAK_X
    step = (last_x - FROM_X) / (MOST if open_ else MOST - 1)
    first_x = FROM_X if open_ else last_x - step * (shown - 1)
    spread = step * MOST / max(1, shown) if open_ else step
    return Way(
        open_,
        tuple(
            Mark(
                round(first_x + spread * number + (spread / 2 if open_ else 0), 1), number >= ahead
            )
            for number in range(shown)
        ),
    )
