"""How numbers and known values are foretold: by what came before them in their column."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from sync.codec.numbers import Reader, Writer, folded, unfolded
from sync.errors import MalformedFrame

T = TypeVar("T")
RECENT_MAX: Final = 200
# Nothing, the value before, the row's wall time, the number before it in the row.
_WAYS: Final = 4
_LEAN_MAX: Final = 8
_LEANING: Final = 4
_SPARSE: Final = 8


@dataclass(slots=True)
class Symbols:
    """A run of numbers that is often one number, else short by what came before.

    Attributes:
        last: the number before.
        mean16: sixteen times the running mean, which sets the size of the low bits.
    """

    last: int = 0
    mean16: int = 16

    def write(self, to: Writer, symbols: Sequence[int]) -> None:
        """One bit when nothing changed, else the bit and every symbol."""
        same = symbols.count(self.last) == len(symbols)
        to.bit(same)
        if same:
            self._repeat(len(symbols))
            return
        mean16 = self.mean16
        for symbol in symbols:
            # The best size of the low bits is near the logarithm of mean * ln 2.
            to.number(symbol, (mean16 * 11 >> 8).bit_length())
            near = (mean16 >> 2) + 16
            mean16 += min(symbol, near) - (mean16 >> 4)
        self.last, self.mean16 = symbols[-1], mean16

    def read(self, source: Reader, count: int) -> list[int]:
        """The symbols of so many rows."""
        if source.bit():
            self._repeat(count)
            return [self.last] * count
        mean16 = self.mean16
        symbols: list[int] = []
        for _ in range(count):
            symbol = source.number((mean16 * 11 >> 8).bit_length())
            symbols.append(symbol)
            near = (mean16 >> 2) + 16
            mean16 += min(symbol, near) - (mean16 >> 4)
        if symbols:
            self.last, self.mean16 = symbols[-1], mean16
        return symbols

    def _repeat(self, count: int) -> None:
        """Learn the last symbol so many times more."""
        mean16, last = self.mean16, self.last
        for _ in range(count):
            # One far value must not lengthen the many near ones that follow.
            after = mean16 + min(last, (mean16 >> 2) + 16) - (mean16 >> 4)
            if after == mean16:
                break
            mean16 = after
        self.mean16 = mean16


@dataclass(slots=True)
class Recent(Generic[T]):
    """Values seen before, the latest first; a value that is there is told by its rank."""

    values: list[T] = field(default_factory=list)

    def rank(self, value: T) -> int | None:
        """Where it stands, None when it is new; it is the latest now."""
        try:
            at = self.values.index(value)
        except ValueError:
            self.add(value)
            return None
        if at:
            del self.values[at]
            self.values.insert(0, value)
        return at

    def take(self, rank: int) -> T:
        """The value of a rank; it is the latest now.

        Raises:
            MalformedFrame: there is none.
        """
        if rank >= len(self.values):
            raise MalformedFrame
        value = self.values.pop(rank)
        self.values.insert(0, value)
        return value

    def add(self, value: T) -> None:
        """A new value."""
        self.values.insert(0, value)
        del self.values[RECENT_MAX:]


@dataclass(slots=True)
class Numbers:
    """Whole numbers: the difference to the candidate that came nearest so far."""

    last: int = 0
    way: int = 1
    misses: list[int] = field(default_factory=lambda: [0] * _WAYS)
    lean: int = 0

    def apart(self, value: int, wall_s: int, prior: int) -> int:
        """How far a value is from the candidate that came nearest so far."""
        return value - (0, self.last, wall_s, prior)[self.way]

    def difference(self, value: int, wall_s: int, prior: int) -> int:
        """What is told of a value."""
        candidates = (0, self.last, wall_s, prior)
        apart = value - candidates[self.way]
        told = leant(apart, self.lean)
        self._learn(value, candidates)
        return told

    def value(self, told: int, wall_s: int, prior: int) -> int:
        """The value of which `told` was told."""
        candidates = (0, self.last, wall_s, prior)
        value = unleant(told, self.lean) + candidates[self.way]
        self._learn(value, candidates)
        return value

    def _learn(self, value: int, candidates: tuple[int, int, int, int]) -> None:
        self.last = value
        apart = value - candidates[self.way]
        if not apart:
            return
        side = 1 if apart > 0 else -1
        self.lean = (
            max(-_LEAN_MAX, min(_LEAN_MAX, self.lean + side)) if side * self.lean >= 0 else 0
        )
        self.misses = misses = [
            missed - (missed >> 3) + (value - near).bit_length()
            for missed, near in zip(self.misses, candidates, strict=True)
        ]
        self.way = misses.index(min(misses))


def leant(value: int, lean: int) -> int:
    """A signed number as one from 0 up, where those of the usual sign come close to their size.

    Without a usual sign (`lean` within 3 of 0): 0, -1, 1, -2 become 0, 1, 2, 3. With one, seven
    of eight numbers belong to it.
    """
    if abs(lean) < _LEANING:
        return folded(value)
    value = value if lean > 0 else -value
    if value >= 0:
        return value + value // (_SPARSE - 1)
    return -value * _SPARSE - 1


def unleant(told: int, lean: int) -> int:
    """The signed number of `leant`."""
    if abs(lean) < _LEANING:
        return unfolded(told)
    ahead = told % _SPARSE != _SPARSE - 1
    value = told - told // _SPARSE if ahead else -(told // _SPARSE) - 1
    return value if lean > 0 else -value
