"""One run: a plan is lived through, then every promise and invariant is looked at."""

import gc
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from server.simulation.checks.invariants import INVARIANTS, at_start
from server.simulation.checks.promises import PROMISES
from server.simulation.faults import Faults
from server.simulation.plan import Plan
from server.simulation.world.template import Prepared, copy, prepare
from server.simulation.world.world import CALM_DAYS, World

NO_FAULT = "no_step_ends_in_a_fault"


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise or invariant that does not hold, and what breaks it."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run.

    Attributes:
        trace: hash of everything that happened.
        counts: figures by name.
        cpu_s: processor time of the whole run.
        story: the last lines of the trace.
    """

    seed: int
    trace: str
    violations: tuple[Violation, ...]
    counts: dict[str, int]
    cpu_s: float
    story: tuple[str, ...] = ()
    effects: Counter[str] = field(default_factory=Counter)


class Stage:
    """A folder in memory with the prepared state; worlds are played in it one after another.

    Args:
        parent: where the folder is made.
        boxes: how many boxes a world may have.
    """

    def __init__(self, parent: Path | None, boxes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kentongan-sim-", dir=parent))
        template = self.folder / "template"
        try:
            template.mkdir()
            self.prepared: Prepared = prepare(template, boxes)
        except BaseException:
            self.close()
            raise

    def play(self, plan: Plan, watch: Callable[[World], object] = lambda _: None) -> Outcome:
        """Live through a plan and look at everything; `watch` sees the world before it begins."""
        began_s, place = time.process_time(), self.folder / "world"
        gc.disable()
        faults = Faults()
        try:
            world = World(plan, copy(self.prepared, place))
            with faults.listening():
                watch(world)
                return _played(world, faults, began_s)
        finally:
            gc.enable()
            gc.collect()
            shutil.rmtree(place, ignore_errors=True)

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _played(world: World, faults: Faults, began_s: float) -> Outcome:
    for box in world.boxes:
        box.at_start = at_start
    try:
        world.live()
        hashed = world.trace.hash
        violations = tuple(_judged(world, faults))
    finally:
        world.close()
    story = tuple(world.trace.words(60)) if violations else ()
    cpu_s = time.process_time() - began_s
    return Outcome(
        world.plan.seed, hashed, violations, _counted(world), cpu_s, story, _effects(world)
    )


def _judged(world: World, faults: Faults) -> Iterator[Violation]:
    with world.outside.in_place():
        running = all(box.process is not None for box in world.living)
        checks = (*PROMISES, *INVARIANTS) if running else INVARIANTS[10:11]
        for check in checks:
            try:
                yield from (Violation(check.__name__, words) for words in check(world))
            except Exception as error:  # noqa: BLE001 -- tables that nobody can read break it too
                yield Violation(check.__name__, f"cannot be looked at: {error!r}")
    for words in faults.found[:3]:
        yield Violation(NO_FAULT, words)


def _counted(world: World) -> dict[str, int]:
    days = world.plan.days + int(CALM_DAYS)
    return {
        "node_days": days * len(world.boxes),
        "texts": len(world.air.texts),
        "sent": len(world.air.sent),
        "reports": sum(len(one.came) > 0 for one in world.air.texts),
        "officer_acts": len(world.people.done),
        "orders": world.polres.ordered,
        "crashes": sum(box.crashes for box in world.boxes) + world.polres.crashes,
        "lost_frames": sum(box.disk.lost for box in world.boxes) + world.polres.disk.lost,
        "disk_failures": sum(
            sum(disk.failed.values())
            for disk in (world.polres.disk, *(box.disk for box in world.boxes))
        ),
        "restores": world.polres.restores + sum(box.restores for box in world.boxes),
        "clones": sum(box.clones for box in world.boxes),
    }


def _effects(world: World) -> Counter[str]:
    found: Counter[str] = Counter()
    for effects in (*(box.effects for box in world.boxes), world.polres.effects):
        found.update({kind.value: count for kind, count in effects.counts.items()})
    return found
