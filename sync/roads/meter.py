"""Counting the octets that a road takes and brings."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Metered(Protocol):
    """A road that counts what it carries."""

    def take_count(self) -> tuple[int, int]:
        """Octets up and down since this was last asked."""


class Meter:
    """Octets up and down of one connection after the other."""

    def __init__(self) -> None:
        self.up = 0
        self.down = 0

    def take(self) -> tuple[int, int]:
        """What was counted since this was last asked."""
        counted = self.up, self.down
        self.up = self.down = 0
        return counted
