"""What each happening of a plan does to the world."""

import logging
from collections.abc import Callable
from typing import Final

from hardware.simulated.quirks.registry import install
from server.simulation.chance import Chance
from server.simulation.outside.effects import When
from server.simulation.plan import DAY_S, Happening, Kind
from server.simulation.world.box import Box
from server.simulation.world.cards import Cards
from server.simulation.world.carrying import Carrying
from server.simulation.world.keys import Keys
from server.simulation.world.people import People
from server.simulation.world.place import Place
from server.simulation.world.template import code_of
from server.simulation.world.words import Sort, compose, short

log = logging.getLogger(__name__)
STORM: Final = 25
_HOUR_S: Final = 3_600.0
# Ways of real modems that change when things come, and lose nothing.
_QUIRKS: Final = (
    "cmti-unreliable", "status-chatter", "glued-lines", "odd-finals", "boot-lines",
    "full-memory", "stored-twice", "index-base", "other-memory", "odd-prompt",
)  # fmt: skip


FALLS: Final = frozenset({
    Kind.KILL, Kind.CUT, Kind.CUTS, Kind.FULL, Kind.WRITE, Kind.FSYNC, Kind.REBOOT, Kind.GONE,
    Kind.CARD_RESTORED, Kind.CLONED, Kind.STOLEN, Kind.REBUILT,
})  # fmt: skip


class Mishaps:
    """All of them, over one world."""

    def __init__(self, world: Place, people: People) -> None:
        self._world = world
        self.cards = Cards(world, people)
        keys, self.carrying = Keys(world, people), Carrying(world, self.cards)
        self._acts: dict[Kind, Callable[[Happening, Box, Chance], object]] = {
            Kind.TEXT: self._text,
            Kind.CALL: lambda _, box, chance: world.air.call(box.line, chance),
            Kind.OFFICER: lambda _, box, chance: people.look(box, chance),
            Kind.DUTY: self._duty,
            Kind.STORM: self._storm,
            Kind.KILL: lambda _, box, chance: self._strike(box, chance, power=False),
            Kind.CUT: lambda _, box, chance: self._strike(box, chance, power=True),
            Kind.CUTS: self._cuts,
            Kind.REBOOT: self._reboot,
            Kind.GONE: self._gone,
            Kind.NO_NETWORK: self._no_network,
            Kind.LINK_DOWN: self._link,
            Kind.CAPTIVE: self._link,
            Kind.ONE_WAY: self._link,
            Kind.POLRES_KILL: lambda _, __, ___: world.polres.fall(power=False),
            Kind.POLRES_CUT: self._polres_cut,
            Kind.POLRES_FULL: self._polres_full,
            Kind.POLRES_WRITE: self._polres_write,
            Kind.POLRES_SAVED: lambda _, __, ___: world.polres.save(),
            Kind.POLRES_RESTORED: lambda _, __, ___: world.polres.restore(),
            Kind.FULL: self._full,
            Kind.WRITE: self._write,
            Kind.FSYNC: self._fsync,
            Kind.SLOW: self._slow,
            Kind.CLOCK: self._clock,
            Kind.COPIED: self.cards.copy,
            Kind.CARD_RESTORED: self.cards.restore,
            Kind.CLONED: self.cards.clone,
            Kind.STOLEN: self.cards.steal,
            Kind.KEYS: keys.change,
            Kind.STAFF: keys.staff,
            Kind.PARCEL: self.carrying.parcel,
            Kind.BACKUP: self.carrying.backup,
            Kind.REBUILT: self.cards.rebuild,
        }

    def prepare(self, box: Box) -> None:
        """What is odd about a box from the beginning."""
        world, chance = self._world, self._world.chance.sub("odd", box.number)
        weather = world.plan.weather
        quirks = [name for name in _QUIRKS if chance.happens(0.4 * weather.quirks)]
        # What comes past the memories is nowhere else: only a box that never falls keeps it all.
        falls = any(one.kind in FALLS for one in world.plan.happenings)
        if not falls and chance.happens(weather.quirks):
            quirks.append("direct-delivery")
        if quirks:
            install(box.line.modem, quirks, chance.getrandbits(32))
        if chance.happens(weather.drift):
            box.watch.drift = chance.uniform(-0.0005, 0.0005)
        if chance.happens(weather.off_by):
            box.watch.off_by_s = self._wrong_clock(chance)

    def _wrong_clock(self, chance: Chance) -> float:
        """A Pi without a clock of its own begins in 1970, or anywhere."""
        true_s = float(self._world.clock.true_s)
        return chance.choice((-true_s, -DAY_S * 400, -_HOUR_S, _HOUR_S * 9, DAY_S * 30))

    def happen(self, one: Happening) -> None:
        """Let it happen."""
        act = self._acts.get(one.kind)
        if act is not None:
            try:
                act(one, self._world.boxes[one.box], Chance(one.number))
            except Exception:
                log.exception("happening failed")

    def _text(self, _: Happening, box: Box, chance: Chance) -> None:
        air = self._world.air
        words, sort = compose(chance, len(air.texts))
        air.write(box.line, air.number_of(box.line, chance), words, sort)

    def _storm(self, _: Happening, box: Box, chance: Chance) -> None:
        air = self._world.air
        for _n in range(STORM):
            words = short(len(air.texts))
            air.write(box.line, air.number_of(box.line, chance), words, Sort.REPORT)

    def _duty(self, _: Happening, box: Box, chance: Chance) -> None:
        polres, code = self._world.polres, code_of(box.number)
        polres.order(code, chance)
        if chance.happens(0.5):
            polres.attend(code)

    def _strike(self, box: Box, chance: Chance, *, power: bool) -> None:
        """End the box at one of its next effects."""
        if box.process is None:
            return
        if not power:
            box.effects.end()
            box.fall(power=False, again_s=chance.uniform(1, 60))
            return
        box.effects.left = chance.randint(1, 60)
        box.effects.when = chance.choice(tuple(When))
        box.wake()

    def _cuts(self, _: Happening, box: Box, chance: Chance) -> None:
        """Power that comes back and fails again while the box starts."""
        world = self._world
        for _n in range(5):
            at_s = world.clock.now_s + chance.uniform(0, 200)
            left, when = chance.randint(1, 25), chance.choice(tuple(When))

            def cut(left: int = left, when: When = when) -> None:
                box.effects.left, box.effects.when = left, when

            world.later(at_s, cut)

    def _reboot(self, _: Happening, box: Box, chance: Chance) -> None:
        box.line.modem.restart()
        if chance.happens(0.5):
            box.wake()

    def _gone(self, _: Happening, box: Box, chance: Chance) -> None:
        box.ports.there = False

        def back() -> None:
            if not box.ports.there:
                box.line.modem.unplug(chance.randint(0, 2))
                box.ports.there = True
                box.wake()

        self._world.later(self._world.clock.now_s + chance.uniform(60, 12 * _HOUR_S), back)

    def _no_network(self, _: Happening, box: Box, chance: Chance) -> None:
        box.line.modem.registration = 2
        box.line.modem.held.asleep = True

        def back() -> None:
            box.line.modem.registration = 1
            box.line.modem.retry()
            box.wake()

        self._world.later(self._world.clock.now_s + chance.uniform(60, 12 * _HOUR_S), back)

    def _link(self, one: Happening, box: Box, chance: Chance) -> None:
        until_s = self._world.clock.now_s + chance.choice((600.0, 6 * _HOUR_S, DAY_S, 3 * DAY_S))
        names = {Kind.LINK_DOWN: "down_s", Kind.CAPTIVE: "captive_s", Kind.ONE_WAY: "one_way_s"}
        setattr(box.link.mood, names[one.kind], until_s)

    def _polres_cut(self, _: Happening, __: Box, chance: Chance) -> None:
        effects = self._world.polres.effects
        effects.left, effects.when = chance.randint(1, 6), chance.choice(tuple(When))

    def _polres_full(self, _: Happening, __: Box, chance: Chance) -> None:
        disk = self._world.polres.disk
        disk.full = True

        def room() -> None:
            disk.full = False

        self._world.later(self._world.clock.now_s + chance.uniform(600, 12 * _HOUR_S), room)

    def _polres_write(self, _: Happening, __: Box, chance: Chance) -> None:
        self._world.polres.disk.errors = chance.randint(1, 4)

    def _full(self, _: Happening, box: Box, chance: Chance) -> None:
        box.disk.full = True

        def room() -> None:
            box.disk.full = False
            box.wake()

        self._world.later(self._world.clock.now_s + chance.uniform(600, 12 * _HOUR_S), room)

    def _write(self, _: Happening, box: Box, chance: Chance) -> None:
        box.disk.errors = chance.randint(1, 4)

    def _fsync(self, _: Happening, box: Box, chance: Chance) -> None:
        box.disk.fsync_errors = chance.randint(1, 2)

    def _slow(self, _: Happening, box: Box, chance: Chance) -> None:
        box.disk.slow_s = chance.choice((0.5, 5.0, 30.0))

        def quick() -> None:
            box.disk.slow_s = 0.0

        self._world.later(self._world.clock.now_s + chance.uniform(60, 2 * _HOUR_S), quick)

    def _clock(self, _: Happening, box: Box, chance: Chance) -> None:
        """The wall clock jumps; whoever keeps time by it does, too."""
        box.watch.off_by_s = self._wrong_clock(chance)

    def cease(self) -> None:
        """All faults stop."""
        world = self._world
        self.cards.cease()
        world.air.quiet = True
        for box in world.living:
            self._heal(box)
        world.polres.effects.left = None
        world.polres.disk.full, world.polres.disk.errors = False, 0
        world.polres.start()

    def _heal(self, box: Box) -> None:
        now_s = self._world.clock.now_s
        box.effects.left = None
        box.disk.full, box.disk.errors, box.disk.slow_s, box.disk.fsync_errors = False, 0, 0.0, 0
        mood = box.link.mood
        mood.down_s = mood.captive_s = mood.one_way_s = now_s
        mood.fine = True
        modem = box.line.modem
        if not box.ports.there:
            modem.unplug()
            box.ports.there = True
        modem.registration = 1
        modem.retry()
        box.watch.off_by_s, box.watch.drift = 0.0, 0.0
        box.start()
        box.wake()
