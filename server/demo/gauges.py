"""The counters on the road of each desa, read again and again from the running processes."""

import threading
from collections import Counter
from dataclasses import dataclass

from server.demo.figures import Figures
from server.demo.world import Village, World, figures_of, reports_of

EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Gauge:
    """What stands at the stations of one desa's road.

    Attributes:
        open: whether the road to the Polres is open.
        modem: messages in the modem and in the network before it.
        kept: texts in the box.
        reports: reports in the box; polres: those that the Polres has.
        waiting: reports that wait for the road.
    """

    open: bool = True
    modem: int = 0
    kept: int = 0
    reports: int = 0
    waiting: int = 0
    polres: int = 0


class Gauges:
    """The newest counters; `watch` keeps them fresh."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._figures: dict[int, Figures] = {}
        self._polres: Counter[str] = Counter()
        self.now: tuple[Gauge, ...] = tuple(Gauge() for _ in world.villages)

    def watch(self, stop: threading.Event) -> None:
        """Read the counters until `stop` is set."""
        while not stop.wait(EVERY_S):
            self.read()

    def read(self) -> None:
        """Read them once; who does not answer keeps its last counters."""
        reports = reports_of(self._world)
        if reports is not None:
            self._polres = Counter(report.desa for report in reports)
        for village in self._world.villages:
            figures = figures_of(village)
            if figures is not None:
                self._figures[village.index] = figures
        self.refresh()

    def refresh(self) -> None:
        """Show at once what needs no asking: roads and modems."""
        self.now = tuple(map(self._gauge, self._world.villages))

    def _gauge(self, village: Village) -> Gauge:
        figures = self._figures.get(village.index, Figures())
        polres, load = self._polres[village.place.code], village.mast.load
        return Gauge(
            open=village.link.open,
            modem=max(0, load.held) + load.waiting,
            kept=figures.kept,
            reports=figures.reports,
            waiting=max(0, figures.reports - polres),
            polres=polres,
        )
