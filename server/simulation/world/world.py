"""The world: one heap of moments, and everything that lives in it."""

import heapq
from collections.abc import Callable
from pathlib import Path
from typing import Final

from server.simulation.chance import Chance
from server.simulation.outside.clock import Clock
from server.simulation.outside.effects import Effects
from server.simulation.outside.seams import Outside
from server.simulation.plan import DAY_S, Happening, Plan
from server.simulation.trace import Trace
from server.simulation.world.air import Air
from server.simulation.world.box import Box
from server.simulation.world.link import Link
from server.simulation.world.mishaps import Mishaps
from server.simulation.world.people import People
from server.simulation.world.polres import Polres
from server.simulation.world.template import POLRES, Prepared

BEGIN_S: Final = 3_600.0
CALM_DAYS: Final = 2.0
_CALM_EVERY_S: Final = 12 * 3_600.0
_LAST_ROUNDS: Final = 2


class World:
    """A world of one plan, in its own copy of the prepared folder."""

    def __init__(self, plan: Plan, prepared: Prepared) -> None:
        self.plan, self.folder = plan, prepared.folder
        self.clock = Clock(BEGIN_S)
        self.outside = Outside(self.clock)
        self.trace = Trace(self.clock)
        self.chance = Chance(plan.seed)
        self.air = Air(self.clock, self.later, plan.weather, self.chance.sub("air"), self.trace)
        self.polres = Polres(
            self.folder / POLRES, self.outside, self.later, self.chance.sub("polres"), self.trace
        )
        self.polres.passphrase = prepared.duty
        self.calm = False
        self._moments: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0
        self.boxes = tuple(self._box(number) for number in range(plan.boxes))
        self.people = People(self, prepared.officers)
        self.mishaps = Mishaps(self, self.people)

    @property
    def living(self) -> tuple[Box, ...]:
        """The boxes that are still where they belong."""
        return tuple(box for box in self.boxes if not box.stolen)

    @property
    def end_s(self) -> float:
        """When the faults stop."""
        return BEGIN_S + self.plan.days * DAY_S

    def _box(self, number: int) -> Box:
        link = Link(
            number, self.polres, self.clock, Effects(), self.plan.weather,
            self.chance.sub("link", number), self.later, self.trace,
        )  # fmt: skip
        directory: Path = self.folder / f"box{number}"
        box = Box(number, directory, self.outside, self.air, link, self.later)
        self.air.lines.append(box.line)
        return box

    def later(self, at_s: float, act: Callable[[], object]) -> None:
        """Let something happen at a moment; what is due is done in the order of its time."""
        self._count += 1
        heapq.heappush(self._moments, (at_s, self._count, act))

    def live(self) -> None:
        """Live through the plan, then through days of calm."""
        with self.outside.in_place():
            self.polres.start()
            for box in self.boxes:
                self.mishaps.prepare(box)
                box.start()
                self._routine(box, self.plan.every_h * 3_600.0)
            for one in self.plan.happenings:
                self.later(BEGIN_S + one.at_s, lambda one=one: self._happen(one))  # type: ignore[misc]
            self._run(self.end_s)
            self.mishaps.cease()
            self.calm = True
            for _ in range(int(CALM_DAYS * DAY_S / _CALM_EVERY_S)):
                self.people.attend()
                self._run(self.clock.now_s + _CALM_EVERY_S)
            self.people.attend()
            for box in self.living * _LAST_ROUNDS:
                box.do(lambda process: process.node.exchange_soon.set())
                box.wake()

    def _routine(self, box: Box, every_s: float) -> None:
        def tick() -> None:
            box.wake(chores=True)
            share = self.chance.sub("routine", box.number, self.clock.now_s).uniform(0.5, 1.5)
            self.later(self.clock.now_s + every_s * share, tick)

        self.later(self.clock.now_s + every_s, tick)

    def _run(self, until_s: float) -> None:
        while self._moments and self._moments[0][0] <= until_s:
            at_s, _, act = heapq.heappop(self._moments)
            self.clock.now_s = max(self.clock.now_s, at_s)
            act()
        self.clock.now_s = max(self.clock.now_s, until_s)

    def _happen(self, one: Happening) -> None:
        self.trace.tell(f"{one.kind.value}, box {one.box}")
        self.mishaps.happen(one)

    def close(self) -> None:
        """Close everything; what comes of the folder is its maker's business."""
        with self.outside.in_place():
            for box in (*self.boxes, *self.mishaps.cards.clones):
                box.leave()
            self.polres.close()
