"""Effects: everything a machine does to the world, each a moment at which its power may fail."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Effect(StrEnum):
    """What a machine does that outlives it."""

    COMMIT = "commit"
    MODEM = "modem command"
    POST = "road post"
    RENAME = "file rename"


class When(StrEnum):
    """On which side of an effect the machine ends; `WITHIN` is done, but not yet synced."""

    BEFORE = "before"
    WITHIN = "within"
    AFTER = "after"


class PowerCut(BaseException):
    """The machine ends here. No Exception: nothing in the product may catch it."""

    def __init__(self, effects: "Effects") -> None:
        super().__init__()
        self.effects = effects


@dataclass(slots=True)
class Effects:
    """The effects of one machine.

    Attributes:
        counts: how many of each kind were done.
        left: so many effects from now it ends; None while it does not.
        when: on which side of the last one.
        ended: it has ended; whatever is still on its way out of the stack does nothing more.
    """

    counts: Counter[Effect] = field(default_factory=Counter)
    left: int | None = None
    when: When = When.BEFORE
    ended: bool = False
    last: Effect | None = None

    def do(self, kind: Effect, act: Callable[[], T], within: Callable[[], object] = lambda: 0) -> T:
        """Do something; `within` is told when the machine ends before it is synced.

        Raises:
            PowerCut: the machine ends here, or has ended.
        """
        if self.ended:
            raise PowerCut(self)
        self.counts[kind] += 1
        if self.left is None:
            return act()
        self.left -= 1
        if self.left > 0:
            return act()
        self.end(kind)
        if self.when is When.BEFORE:
            raise PowerCut(self)
        if self.when is When.WITHIN:
            within()
        act()
        raise PowerCut(self)

    def end(self, kind: Effect | None = None) -> None:
        """From here on nothing more is done."""
        self.ended, self.last = True, kind

    def begin(self) -> None:
        """The machine is switched on again."""
        self.ended, self.left = False, None
