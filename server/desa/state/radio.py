"""What a village node knows of each of its modems and SIM cards; in RAM only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hardware.errors import SimNotAccepted


class ModemMood(StrEnum):
    """How the modem is; one that is blocked waits for a person: a PIN, or a SIM card."""

    GOOD = "good"
    SEARCHING = "searching"
    BLOCKED = "blocked"
    SILENT = "silent"
    ABSENT = "absent"


_MOODS = {mood: rank for rank, mood in enumerate(ModemMood)}


@dataclass(frozen=True, slots=True)
class Credit:
    """What the operator said of a prepaid SIM; None is unknown, never nothing.

    Attributes:
        balance_rp: rupiah.
        valid_until: last day on which it may send (masa aktif).
        told_s: when the operator said so, seconds since 1970 (UTC).
        why: why the last question brought no answer, a few words; "" when it did.
    """

    balance_rp: int | None = None
    valid_until: date | None = None
    told_s: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class RadioState:
    """One modem, as pages and commands see it.

    Attributes:
        name: stays the same while the modem is plugged in, e.g. its port's name under by-id.
        trouble: one plain sentence that says what to do; "" when all is well.
        signal_percent: 0..100, None when unknown.
        operator: name or number (MCC and MNC) of the network; "" when unknown.
        sim: the SIM's mark, as in the slot journal; "" when unknown.
        memories: name, slots used and slots there are, of each memory.
        erasing: how the text of freed slots is overwritten, one plain sentence; "" when unknown.
        may_send: whether its SIM was accepted and the network has it.
        home: the operator that gave out the SIM; "" when unknown.
        mark: the modem itself, as in the table of accepted SIMs; "" when unknown.
        quiet_since_s: since when no text came or went, monotonic seconds; for chores only.
    """

    name: str
    mood: ModemMood
    trouble: str = ""
    signal_percent: int | None = None
    operator: str = ""
    sim: str = ""
    memories: tuple[tuple[str, int, int], ...] = ()
    erasing: str = ""
    may_send: bool = False
    credit: Credit = Credit()
    home: str = ""
    mark: str = ""
    quiet_since_s: float = 0.0

    @property
    def swapped(self) -> bool:
        """Whether another SIM is in it, which sends only when a person agrees."""
        return self.trouble == SimNotAccepted.sentence


@dataclass(slots=True)
class Bell:
    """Rung when there may be something to send; each listener remembers what it has heard."""

    rings: int = 0

    def set(self) -> None:
        """Ring once more."""
        self.rings += 1


@dataclass(frozen=True, slots=True)
class Summary:
    """All modems as one: how the best of them is, and the first trouble of any."""

    mood: ModemMood = ModemMood.ABSENT
    signal_percent: int | None = None
    trouble: str = ""


def summary(radios: Collection[RadioState]) -> Summary:
    """What a page with room for one modem says of them."""
    best = sorted(radios, key=lambda one: (_MOODS[one.mood], -(one.signal_percent or 0), one.name))
    if not best:
        return Summary()
    troubled = next((one for one in best if one.trouble), None)
    named = "" if troubled is None or len(best) == 1 else f"{troubled.name}: "
    trouble = "" if troubled is None else named + troubled.trouble
    return Summary(best[0].mood, best[0].signal_percent, trouble)
