"""Shrinking: what a failing run can do without, and what is left of it in words."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from server.simulation.plan import Happening, Kind, Plan

Fails = Callable[[Plan], bool]


@dataclass(slots=True)
class Shrinking:
    """One search for a shorter story.

    Attributes:
        best: the shortest plan that still breaks the same promise.
        fails: whether a plan does.
        until_s: of the processor's clock; then it is good enough.
    """

    best: Plan
    fails: Fails
    until_s: float
    tried: int = 0

    def shrink(self) -> Plan:
        """Leave out kinds, then the weather, then happenings in ever smaller pieces."""
        for kind in sorted({one.kind for one in self.best.happenings}):
            self._try(without_kind(self.best, kind))
        for name in self.best.weather.names():
            self._try(replace(self.best, weather=self.best.weather.without(name)))
        step = len(self.best.happenings) // 2
        while step:
            at = 0
            while at < len(self.best.happenings):
                there = self.best.happenings
                if not self._try(replace(self.best, happenings=there[:at] + there[at + step :])):
                    at += step
            step //= 2
        return self.best

    def _try(self, attempt: Plan) -> bool:
        if time.process_time() >= self.until_s:
            return False
        self.tried += 1
        if not self.fails(attempt):
            return False
        self.best = attempt
        return True


def without_kind(plan: Plan, kind: Kind) -> Plan:
    """The plan without anything of a kind."""
    return replace(plan, happenings=tuple(one for one in plan.happenings if one.kind is not kind))


def story(plan: Plan) -> list[str]:
    """What is left, in words."""
    weather = plan.weather
    always = [f"all the time: {name} {getattr(weather, name)}" for name in weather.names()]
    return always + [_line(one) for one in plan.happenings]


def _line(one: Happening) -> str:
    day, rest = divmod(int(one.at_s) + 3_600, 86_400)
    clock = f"{rest // 3_600:02}.{rest % 3_600 // 60:02}"
    return f"day {day + 1} {clock}, box {one.box}: {one.kind.value}"
