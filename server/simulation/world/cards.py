"""Cards: copied, set back, run twice, stolen, lost and rebuilt from a backup."""

import shutil
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from server.card import Card
from server.desa.backup import restoring
from server.polres import enrolment
from server.polres.down import orders
from server.simulation.chance import Chance
from server.simulation.outside.effects import Effects
from server.simulation.plan import DAY_S, Happening
from server.simulation.world.box import Box
from server.simulation.world.link import Link
from server.simulation.world.people import People
from server.simulation.world.place import Place
from server.simulation.world.template import URL, code_of

_HOUR_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy of a card, and what was true when it was made."""

    folder: Path
    at_s: float
    freed: Counter[str]
    phone_key: bytes


class Cards:
    """What happens to the cards of all boxes."""

    def __init__(self, world: Place, people: People) -> None:
        self._world, self._people = world, people
        self._copies: dict[int, Copied] = {}
        self._backups: dict[int, Copied] = {}
        self.clones: list[Box] = []

    def copy(self, _: Happening, box: Box, chance: Chance) -> None:
        """The card is copied, as it lies there at this moment."""
        del chance
        folder = self._world.folder / f"copy{box.number}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(box.directory, folder)
        self._copies[box.number] = self._now(box, folder)

    def _now(self, box: Box, folder: Path) -> Copied:
        key = self._people.keys[box.number]
        return Copied(folder, self._world.clock.now_s, Counter(box.line.freed), key)

    def restore(self, _: Happening, box: Box, chance: Chance) -> None:
        """The card is lost, and the copy takes its place."""
        copied = self._copies.get(box.number)
        if copied is None or box.stolen or self._is_cloned(box):
            return
        self._lose(box, copied)
        shutil.copytree(copied.folder, box.directory)
        self._world.later(self._world.clock.now_s + chance.uniform(60, _HOUR_S), box.start)

    def _lose(self, box: Box, copied: Copied) -> None:
        """A card is gone, and with it what it alone held."""
        if box.process is not None:
            box.fall(power=False, again_s=2 * _HOUR_S)
        shutil.rmtree(box.directory)
        box.copies += 1
        box.restores += 1
        box.line.freed = Counter(copied.freed)
        self._people.keys[box.number] = copied.phone_key
        for text in self._world.air.texts:
            freed_s = (box.line.freed_s.get(one, 0.0) for one in text.pdus)
            if text.box == box.number and any(at_s >= copied.at_s for at_s in freed_s):
                text.sure = False
        for done in self._people.done:
            if done.box == box.number and done.at_s >= copied.at_s:
                self._people.lost.add(done)

    def clone(self, _: Happening, box: Box, chance: Chance) -> None:
        """A copy of the card is switched on somewhere else, for hours or days."""
        world = self._world
        if box.stolen or box.process is None or self._is_cloned(box):
            return
        folder = world.folder / f"clone{box.number}"
        shutil.copytree(box.directory, folder)
        link = Link(
            box.number, world.polres, world.clock, Effects(), world.plan.weather,
            world.chance.sub("clone", box.number), world.later, world.trace,
        )  # fmt: skip
        clone = Box(box.number, folder, world.outside, world.air, link, world.later)
        box.copies += 1
        box.clones += 1
        self.clones.append(clone)
        clone.start()

        def live() -> None:
            if clone.gone:
                return
            clone.wake()
            box.twin_synced = box.twin_synced or clone.link.mood.answered > 0
            again_s = chance.choice((_HOUR_S, 12 * _HOUR_S)) * chance.uniform(0.5, 1.5)
            world.later(world.clock.now_s + again_s, live)

        world.later(world.clock.now_s + chance.uniform(60, _HOUR_S), live)

    def _is_cloned(self, box: Box) -> bool:
        return any(one.number == box.number for one in self.clones)

    def steal(self, _: Happening, box: Box, chance: Chance) -> None:
        """The box is stolen and reported; the thief switches it on."""
        world = self._world
        if box.stolen or len(world.living) < 2:
            return
        if box.process is not None:
            box.fall(power=True, again_s=30 * DAY_S)
        box.stolen, box.stolen_s, box.gone = True, world.clock.now_s, True
        code = code_of(box.number)

        def report() -> None:
            world.polres.do(lambda one: orders.revoke(one.district, code, world.clock.true_s))
            if not world.polres.is_closed(code):
                world.later(world.clock.now_s + _HOUR_S, report)
                return
            box.gone = False
            world.later(world.clock.now_s + chance.uniform(60, 12 * _HOUR_S), box.start)

        report()

    def backed_up(self, box: Box, folder: Path) -> None:
        """A backup was made: what it holds is remembered as of a copy."""
        self._backups[box.number] = self._now(box, folder)

    def rebuild(self, one: Happening, box: Box, chance: Chance) -> None:
        """The card breaks; a new box is made from the newest backup, with a new card."""
        world, copied = self._world, self._backups.get(box.number)
        if copied is None or box.stolen or self._is_cloned(box) or world.polres.station is None:
            return
        code = code_of(box.number)
        card = world.polres.do(
            lambda station: enrolment.enroll(
                station.district,
                code,
                f"Desa {box.number}",
                URL,
                now_s=world.clock.true_s,
                restore=True,
            )
        )
        if card is None:
            # It may have been made before the power failed: the one before is then worth nothing.
            world.later(world.clock.now_s + _HOUR_S, lambda: self.rebuild(one, box, chance))
            return
        self._lose(box, copied)
        box.effects.begin()
        self._remake(box, copied.folder, replace(card), chance)
        self._copies.pop(box.number, None)
        world.later(world.clock.now_s + chance.uniform(60, _HOUR_S), box.start)

    def _remake(self, box: Box, stick: Path, card: Card, chance: Chance) -> None:
        """A technician makes a new box from the stick."""
        done = restoring.restore(stick, box.directory, card, (), chance.octets)
        self._world.trace.tell(f"box {box.number} is rebuilt as instance {done.instance}")

    def cease(self) -> None:
        """Clones are found and taken away."""
        for clone in self.clones:
            clone.gone = True
            clone.leave()
