"""The search through power cuts: at each call of a day, what every disk may hold then is judged."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import going_on
from disk_calls import Said
from going_on import PAIR
from power_cut import Card, Disk, Image, in_memory
from recorded import MACHINES, Day, machine_of, recorded_life
from told import Told


@dataclass(slots=True)
class Found:
    """What a search saw.

    Attributes:
        points: calls before which the power was cut. images: what disks held then.
        of: images by machine. gone_on: from so many the day went on to its end.
        bad: images with a fault. faults: how often each was found. first: where first.
    """

    points: int = 0
    images: int = 0
    of: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)
    bad: int = 0
    gone_on: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """The moment before a call: which it is, whose disk it is about, and how all disks stand."""

    number: int
    machine: str
    disks: dict[str, Disk]
    told: Told

    @property
    def disk(self) -> Disk:
        """The one that the call is about."""
        return self.disks[self.machine]


def points(day: Day, *, honest: bool = True) -> Iterator[Point]:
    """Before every call after the beginning."""
    disks = {name: Disk(day.found_on(name), honest=honest) for name in MACHINES}
    told = day.told_before()
    for number, call in enumerate(day.calls):
        if isinstance(call, Said):
            began = told.began
            told.hear(call.line)
            if told.began and not began:
                for disk in disks.values():
                    disk.settle()
            continue
        machine = machine_of(call)
        if machine not in disks:
            continue
        if told.began:
            yield Point(number, machine, disks, told)
        disks[machine].take(call)


def quotas(day: Day, total: int, *, honest: bool = True) -> dict[int, int]:
    """How many images each point gets, so that all together come to about `total`.

    A point where nothing is unsynced has one image, and only after something changed.
    """
    room: dict[int, int] = {}
    before: dict[str, int] = {}
    for point in points(day, honest=honest):
        choices = point.disk.choices()
        if choices or before.get(point.machine):
            room[point.number] = 1 << min(choices, 40)
        before[point.machine] = choices
    left, shares = total, {}
    for done, (number, most) in enumerate(sorted(room.items(), key=lambda one: one[1])):
        shares[number] = min(most, max(1, left // (len(room) - done)))
        left -= shares[number]
    return shares


def second_life(day: Day, number: int, chance: random.Random) -> Day:
    """What follows one cut: the box and the Polres come up and go on, recorded call by call.

    Args:
        day: the day.
        number: before which call the power is cut.
        chance: draws what the disk then holds.
    """
    point = next(one for one in points(day) if one.number >= number and one.machine in PAIR)
    (other,) = (name for name in PAIR if name != point.machine)
    *_, image = point.disk.images(chance, 4)
    files = {
        name: content.octets()
        for name, content in (image | point.disks[other].as_it_runs()).items()
    }
    before = [one.line for one in day.calls[: point.number] if isinstance(one, Said)]
    return recorded_life(files, [*day.before, *before], day.keys)


@dataclass(slots=True)
class Search:
    """One search through a day.

    Args:
        day: the day.
        total: about so many images.
        seed: of what is drawn.
        honest: whether the disk's syncs do what they say.
        enough: end at so many bad images; 0 for never.
        every: from one of so many sound images village and Polres go on to the end; 0 for none.
    """

    day: Day
    total: int
    seed: int
    honest: bool = True
    enough: int = 0
    every: int = 0
    found: Found = field(default_factory=Found)

    def run(self) -> Found:
        """Judge them all."""
        chance = random.Random(self.seed)
        shares = quotas(self.day, self.total, honest=self.honest)
        with in_memory() as home:
            cards = {name: Card(home / name) for name in MACHINES}
            owed = 0
            for point in points(self.day, honest=self.honest):
                if point.number not in shares:
                    continue
                self.found.points += 1
                # Where less could be drawn than there was to draw, the next points make it up.
                owed += shares[point.number]
                share = min(owed, 4 * shares[point.number]) if point.disk.choices() > 6 else 0
                for image in point.disk.images(chance, share or shares[point.number]):
                    owed -= 1
                    self._look(cards[point.machine], image, point)
                    if self.enough and self.found.bad >= self.enough:
                        return self.found
        return self.found

    def _look(self, card: Card, image: Image, point: Point) -> None:
        found = self.found
        card.lay({name.split("/", 1)[1]: content for name, content in image.items()})
        faults, wrote = self.day.judges[point.machine].wrong(card.folder, point.told)
        if wrote:
            card.spoiled()
        found.images += 1
        found.of[point.machine] += 1
        pair = point.machine in PAIR
        if not faults and pair and self.every and found.images % self.every == 0:
            found.gone_on += 1
            faults = going_on.wrong_after(self._both(card, image, point), point.told)
        found.bad += bool(faults)
        for one in faults:
            found.faults[f"{point.machine}: {one}"] += 1
            found.first.setdefault(f"{point.machine}: {one}", f"before call {point.number}")

    def _both(self, card: Card, image: Image, point: Point) -> Path:
        """A folder with the machine that was cut, and the other one as it ran on."""
        (other,) = (name for name in PAIR if name != point.machine)
        kept = point.disks[other].as_it_runs()
        folder = card.folder.with_name("both")
        going_on.laid_out(
            folder, {name: content.octets() for name, content in (image | kept).items()}
        )
        return folder
