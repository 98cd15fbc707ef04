"""The SIM: what it waits for, and whether it is the one that is known."""

import re
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from hardware.answers import SimSwapped
from hardware.errors import HardwareError, PinWanted, PukWanted, SimMissing

_DIGEST_OCTETS = 8
_NUMBER = re.compile(r"\d{14,20}F?", re.IGNORECASE)


class SimState(StrEnum):
    """What +CPIN tells (3GPP TS 27.007 section 8.3)."""

    READY = "ready"
    PIN = "pin"
    PUK = "puk"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the modem and its SIM are; "" for what it does not tell."""

    manufacturer: str
    model: str
    imei: str
    imsi: str
    iccid: str = ""

    @property
    def sim(self) -> str:
        """The SIM as 16 hex digits that do not tell its number; "" where it is not known."""
        return fingerprint(self.imsi) or fingerprint(self.iccid)


def fingerprint(number: str) -> str:
    """16 hex digits for an IMSI or ICCID, "" for what is none."""
    if not _NUMBER.fullmatch(number):
        return ""
    return blake2b(number.encode(), digest_size=_DIGEST_OCTETS).hexdigest()


class SimWatch:
    """Tells whether the SIM in the modem is the one that may send.

    A SIM that tells nothing is no other one: it may only be slow.

    Args:
        known: the SIM that may send, as `Identity.sim`; "" takes the first one.
    """

    def __init__(self, known: str) -> None:
        self._known = known
        self._imsi = self._iccid = ""
        self.accepted = True

    @property
    def present(self) -> str:
        """The SIM in the modem, as `Identity.sim`; what is known while it tells nothing."""
        return self._imsi or self._iccid or self._known

    def accept(self) -> None:
        """Let the SIM that is there send."""
        self._known, self.accepted = self.present, True

    def know(self, known: str) -> None:
        """Judge the SIM that is there by another one that may send; "" takes it as it is."""
        self._known = known or self.present
        # An ICCID alone says nothing against an IMSI that is known.
        self.accepted = not self._imsi or self._known in (self._imsi, self._iccid)

    def see(self, imsi: str, iccid: str) -> SimSwapped | None:
        """Take in what the SIM told just now; return the swap, if it is another one."""
        first, now_imsi, now_iccid = self.present, fingerprint(imsi), fingerprint(iccid)
        if not self._differs(now_imsi, now_iccid):
            self._imsi, self._iccid = now_imsi or self._imsi, now_iccid or self._iccid
            self._known = self._known or self.present
            return None
        self._imsi, self._iccid = now_imsi, now_iccid
        self.accepted = self._known in (now_imsi, now_iccid)
        return SimSwapped(first, self.present)

    def _differs(self, imsi: str, iccid: str) -> bool:
        if self._imsi or self._iccid:
            return bool(
                (imsi and self._imsi and imsi != self._imsi)
                or (iccid and self._iccid and iccid != self._iccid)
            )
        # What is known from before may be an IMSI: an ICCID alone says nothing against it.
        return bool(self._known and imsi and self._known not in (imsi, iccid))


def sim_state(told: str) -> SimState:
    """What stands after +CPIN: as a state."""
    match told.upper().strip(' "'):
        case "READY":
            return SimState.READY
        case "SIM PUK" | "SIM PUK2":
            return SimState.PUK
        case "NOT INSERTED" | "NOT READY" | "SIM REMOVED":
            return SimState.MISSING
        case "":
            return SimState.UNKNOWN
        case _:
            return SimState.PIN


def sim_trouble(state: SimState, told: str) -> HardwareError | None:
    """The error of a SIM that cannot work; None for one that can, or keeps silent."""
    match state:
        case SimState.PIN:
            return PinWanted(told)
        case SimState.PUK:
            return PukWanted(told)
        case SimState.MISSING:
            return SimMissing(told)
        case SimState.READY | SimState.UNKNOWN:
            return None
