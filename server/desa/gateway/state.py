"""What a village node knows of each of its modems and SIM cards; in RAM only."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hardware.errors import SimNotAccepted


class ModemMood(StrEnum):
    """How the modem is."""

    GOOD = "good"
    SEARCHING = "searching"
    SILENT = "silent"
    ABSENT = "absent"


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

    @property
    def swapped(self) -> bool:
        """Whether another SIM is in it, which sends only when a person agrees."""
        return self.trouble == SimNotAccepted.sentence
