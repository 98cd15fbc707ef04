"""Report numbers: random digits that end in a Damm check digit."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from typing import Final

# The quasigroup of order 10 from H. M. Damm, "Totally anti-symmetric quasigroups" (2004).
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
SHORT_DIGITS: Final = 5
LONG_DIGITS: Final = 6
SHORT_RESERVE: Final = 2_000
"""With fewer free five-digit numbers than this, a guess would hit a live report too often."""


class TicketsExhaustedError(Exception):
    """Semua nomor laporan sedang terpakai. Hubungi Polres agar laporan lama diarsipkan."""

    sentence = "Semua nomor laporan sedang terpakai. Hubungi Polres agar laporan lama diarsipkan."


def check(number: str) -> bool:
    """True if `number` is 5 or 6 ASCII digits whose last one is the right Damm digit."""
    if len(number) not in (SHORT_DIGITS, LONG_DIGITS):
        return False
    return number.isascii() and number.isdigit() and _interim(number) == 0


def draw(taken: Collection[str], choose: Callable[[int], int], instance: int = 1) -> str:
    """Draw a number that is not in `taken`, each free one of its block equally likely.

    A box cannot know which numbers another box of its desa drew, so each draws from a block of
    its own: the first from five digits, the others from the six digits that begin with the last
    digit of their instance.

    Args:
        taken: numbers in use within the last 12 months.
        choose: gives a uniform integer from 0 up to, not including, its argument.
        instance: how many boxes the desa has had, this one included.

    Returns:
        Five digits for a first box, six for a later one, and where fewer than 2,000 of the
        block's numbers are free.

    Raises:
        TicketsExhaustedError: no number is free.
    """
    block = range(10_000)
    digits = SHORT_DIGITS
    if instance > 1:
        digits = LONG_DIGITS
        first = instance % 10 * len(block)
        block = range(first, first + len(block))
    used = _stems(digits, taken, block)
    if len(block) - len(used) < SHORT_RESERVE:
        digits, block = LONG_DIGITS, range(100_000)
        used = _stems(digits, taken, block)
    free = len(block) - len(used)
    if not free:
        raise TicketsExhaustedError
    stem = _free(used, block.start, choose(free))
    body = f"{stem:0{digits - 1}d}"
    return f"{body}{_interim(body)}"


def _stems(digits: int, taken: Collection[str], block: range) -> list[int]:
    """The taken numbers of a block without their check digits, in order."""
    stems = sorted({number[:-1] for number in taken if len(number) == digits})
    first, end = (f"{stem:0{digits - 1}d}" for stem in (block.start, block.stop))
    past = len(stems) if len(end) >= digits else bisect_left(stems, end)
    return [int(stem) for stem in stems[bisect_left(stems, first) : past]]


def _free(used: Sequence[int], start: int, rank: int) -> int:
    """The free number of a rank, from 0, in a block that begins at `start`."""
    # Before `used[at]` there are as many free ones as it lies beyond start and used ones.
    return start + rank + bisect_right(range(len(used)), rank, key=lambda at: used[at] - start - at)


def _interim(digits: str) -> int:
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return state
