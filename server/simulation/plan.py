"""The plan of a run: everything that happens from outside, drawn from the seed beforehand."""

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Final

from server.simulation.chance import Chance

DAY_S: Final = 86_400.0


class Kind(StrEnum):
    """What happens; the words stand in stories."""

    TEXT = "a villager writes"
    CALL = "a villager rings"
    OFFICER = "the officer looks at the page"
    DUTY = "the duty desk of the Polres gives an order"
    STORM = "many write at once"
    KILL = "the process is killed"
    CUT = "the power is cut"
    CUTS = "the power flickers"
    FULL = "the card is full"
    WRITE = "the card cannot write"
    FSYNC = "the card fails to sync"
    SLOW = "the card is slow"
    CLOCK = "the clock jumps"
    REBOOT = "the modem restarts"
    GONE = "the modem is pulled out"
    NO_NETWORK = "the modem finds no network"
    LINK_DOWN = "the link is down"
    CAPTIVE = "a captive portal answers in the Polres' place"
    ONE_WAY = "the link carries only towards the Polres"
    POLRES_KILL = "the Polres' process is killed"
    POLRES_CUT = "the Polres' power is cut"
    POLRES_FULL = "the disk of the Polres is full"
    POLRES_WRITE = "the disk of the Polres cannot write"
    POLRES_SAVED = "the Polres is backed up"
    POLRES_RESTORED = "the Polres is set back to its backup"
    TWIN = "a second Polres answers from a backup"
    COPIED = "the card is copied"
    CARD_RESTORED = "the card is set back to its copy"
    CLONED = "a copy of the card runs beside the box"
    STOLEN = "the box is stolen"
    KEYS = "the officer sees to his keys"
    STAFF = "officers change"
    PARCEL = "a file is carried to the Polres and back"
    BACKUP = "a stick is plugged in for a backup"
    REBUILT = "the box is rebuilt from its backup"


ALWAYS: Final = frozenset(
    {Kind.TEXT, Kind.CALL, Kind.OFFICER, Kind.DUTY, Kind.PARCEL, Kind.BACKUP, Kind.KEYS, Kind.STAFF}
)
"""What is no fault."""


@dataclass(frozen=True, slots=True, order=True)
class Happening:
    """Something from outside.

    Attributes:
        at_s: when, seconds of the world's time.
        box: number of the box that it concerns, from 0.
        number: what else it draws comes from this.
    """

    at_s: float
    kind: Kind
    box: int
    number: int


@dataclass(frozen=True, slots=True)
class Weather:
    """How bad it is all the time, as shares of cases from 0 to 1.

    Attributes:
        late: texts that the operator holds back for hours or days.
        doubled: texts that the operator delivers twice.
        no_report: delivery reports that never come.
        refused: sends that the network refuses.
        drop: posts that never arrive. lost: answers that never come back.
        repeated: posts that arrive once more, later.
        quirks: how odd the modems are.
        robots: phones that answer every SMS.
        official: texts that accuse an official.
        slack: how rarely officers look. wrong: how often they mistype.
        off_by: how wrong clocks are at a start. drift: how fast they run.
    """

    late: float = 0.0
    doubled: float = 0.0
    no_report: float = 0.0
    refused: float = 0.0
    drop: float = 0.0
    lost: float = 0.0
    repeated: float = 0.0
    quirks: float = 0.0
    robots: float = 0.0
    wrong: float = 0.0
    off_by: float = 0.0
    drift: float = 0.0

    def without(self, name: str) -> "Weather":
        """The same but for one thing."""
        return replace(self, **{name: 0.0})

    def names(self) -> tuple[str, ...]:
        """What is bad."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name))


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run; the same plan gives the same trace.

    Attributes:
        boxes: how many.
        every_h: how often each box's routine runs, in hours.
    """

    seed: int
    days: int
    boxes: int
    weather: Weather
    happenings: tuple[Happening, ...]
    every_h: float = 12.0


# What happens on a box-day where it is common; each seed takes some of the faults, or none.
_RATES: Final[dict[Kind, float]] = {
    Kind.STORM: 0.05, Kind.KILL: 0.5, Kind.CUT: 0.5, Kind.CUTS: 0.1, Kind.FULL: 0.1,
    Kind.WRITE: 0.3, Kind.FSYNC: 0.1, Kind.SLOW: 0.1, Kind.CLOCK: 0.1, Kind.REBOOT: 0.5,
    Kind.GONE: 0.1, Kind.NO_NETWORK: 0.1, Kind.LINK_DOWN: 0.3, Kind.CAPTIVE: 0.1,
    Kind.ONE_WAY: 0.1, Kind.POLRES_KILL: 0.3, Kind.POLRES_CUT: 0.3, Kind.POLRES_SAVED: 0.3,
    Kind.POLRES_RESTORED: 0.1, Kind.CARD_RESTORED: 0.1, Kind.CLONED: 0.05, Kind.STOLEN: 0.02,
    Kind.REBUILT: 0.05,
}  # fmt: skip
# Drawn apart from all others, so that seeds keep the plans that they had.
_LATER_RATES: Final = {Kind.POLRES_FULL: 0.05, Kind.POLRES_WRITE: 0.2}
_LIFE: Final[dict[Kind, float]] = {
    Kind.TEXT: 1.2, Kind.CALL: 0.1, Kind.OFFICER: 0.4, Kind.DUTY: 0.2, Kind.PARCEL: 0.03,
    Kind.KEYS: 0.04, Kind.STAFF: 0.04,
}  # fmt: skip
_NEEDS: Final = {
    Kind.CARD_RESTORED: Kind.COPIED,
    Kind.REBUILT: Kind.BACKUP,
    Kind.POLRES_RESTORED: Kind.POLRES_SAVED,
}
CALM_SHARE: Final = 0.12
_FAULT_SHARE: Final = 0.4


def draw(seed: int, days: int, boxes: int) -> Plan:
    """The plan of a seed."""
    chance = Chance(seed, "plan")
    calm = chance.happens(CALM_SHARE)
    rates = {kind: rate * chance.choice((0.5, 1.0, 1.0, 2.0)) for kind, rate in _LIFE.items()}
    for kind, rate in _RATES.items():
        strength = chance.choice((0.3, 1.0, 3.0)) if chance.happens(_FAULT_SHARE) else 0.0
        if not calm and strength:
            rates[kind] = rate * strength
    for kind, rate in _LATER_RATES.items():
        apart = chance.sub("whether", kind)
        if not calm and apart.happens(_FAULT_SHARE):
            rates[kind] = rate * apart.choice((0.3, 1.0, 3.0))
    # What can be set back must have been kept before.
    rates |= {kept: 0.4 for lost, kept in _NEEDS.items() if lost in rates}
    happenings = [
        Happening(at_s, kind, box, number)
        for kind, rate in rates.items()
        for box in range(boxes)
        for at_s, number in _moments(chance.sub(kind, box), rate, days)
    ]
    weather = Weather() if calm else _weather(chance)
    every_h = chance.choice((8.0, 12.0, 24.0))
    return Plan(seed, days, boxes, weather, tuple(sorted(happenings)), every_h)


def _moments(chance: Chance, rate: float, days: int) -> list[tuple[float, int]]:
    moments: list[tuple[float, int]] = []
    at_s = chance.expovariate(rate / DAY_S)
    while at_s < days * DAY_S:
        moments.append((round(at_s, 3), chance.getrandbits(32)))
        at_s += chance.expovariate(rate / DAY_S)
    return moments


def _weather(chance: Chance) -> Weather:
    def share(most: float) -> float:
        return round(chance.random() * most, 3) if chance.happens(_FAULT_SHARE) else 0.0

    return Weather(
        late=share(0.3),
        doubled=share(0.3),
        no_report=share(1.0),
        refused=share(0.3),
        drop=share(0.6),
        lost=share(0.5),
        repeated=share(0.3),
        quirks=share(1.0),
        robots=share(0.5),
        wrong=share(0.5),
        off_by=share(1.0),
        drift=share(1.0),
    )
