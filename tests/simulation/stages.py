"""One prepared stage for each number of boxes, kept for all tests of a process."""

import atexit
from collections.abc import Callable
from pathlib import Path

from server.simulation.many import parent_of
from server.simulation.plan import Plan, draw
from server.simulation.run import Outcome, Stage
from server.simulation.world.world import World

_STAGES: dict[int, Stage] = {}


def stage(boxes: int) -> Stage:
    """The stage of this process."""
    if boxes not in _STAGES:
        made = Stage(parent_of(""), boxes)
        atexit.register(made.close)
        _STAGES[boxes] = made
    return _STAGES[boxes]


def play(seed: int, boxes: int = 1, days: int = 7) -> Outcome:
    """Live through a seed."""
    return stage(boxes).play(draw(seed, days, boxes))


def lived(plan: Plan, watch: Callable[[World], object]) -> Outcome:
    """Live through a plan, with a look at its world before it begins."""
    return stage(plan.boxes).play(plan, watch)


def broken(outcome: Outcome) -> list[str]:
    """What a run breaks, with the command that replays it."""
    return [f"seed {outcome.seed} {one.name}: {one.words}" for one in outcome.violations]


def folder_of(boxes: int) -> Path:
    """Where the stage's worlds are played."""
    return stage(boxes).folder
