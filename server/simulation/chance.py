"""Chance that is the same in every run of a seed, whatever else was drawn beside it."""

from random import Random


class Chance(Random):
    """A stream of its own for each name; streams do not disturb each other.

    Args:
        name: seed, and what the stream is for.
    """

    def __init__(self, *name: object) -> None:
        self.name = name
        super().__init__(" ".join(map(str, name)))

    def sub(self, *name: object) -> "Chance":
        """Another stream that belongs to this one."""
        return Chance(*self.name, *name)

    def octets(self, count: int) -> bytes:
        """So many random octets, as the product asks for them."""
        return self.randbytes(count)

    def happens(self, share: float) -> bool:
        """Whether something happens that does so in this share of cases."""
        return self.random() < share
