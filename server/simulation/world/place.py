"""The place in which things happen: what mishaps, people and carriers need of a world."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from server.simulation.chance import Chance
from server.simulation.outside.clock import Clock
from server.simulation.outside.seams import Outside
from server.simulation.plan import Plan
from server.simulation.trace import Trace
from server.simulation.world.air import Air
from server.simulation.world.box import Box
from server.simulation.world.polres import Polres


class Place(Protocol):
    """Time, the machines, and the network between them."""

    plan: Plan
    folder: Path
    clock: Clock
    outside: Outside
    trace: Trace
    chance: Chance
    air: Air
    polres: Polres
    boxes: tuple[Box, ...]

    @property
    def living(self) -> tuple[Box, ...]:
        """The boxes that are still where they belong."""

    def later(self, at_s: float, act: Callable[[], object]) -> None:
        """Let something happen at a moment."""
