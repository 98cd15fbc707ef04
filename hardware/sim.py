"""The SIM: what it waits for, and whether it is the one that is known."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

from hardware.errors import HardwareError, PinWanted, PukWanted, SimMissing

_DIGEST_OCTETS = 8


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
        return fingerprint(self.imsi or self.iccid)


def fingerprint(number: str) -> str:
    """16 hex digits for an IMSI or ICCID, "" for none."""
    return blake2b(number.encode(), digest_size=_DIGEST_OCTETS).hexdigest() if number else ""


def swapped(known: str, now: Identity) -> bool:
    """Whether another SIM than `known` (as `Identity.sim`, "" for none yet) is in the modem.

    A SIM that tells nothing is no other one: it may only be slow.
    """
    told = {fingerprint(now.imsi), fingerprint(now.iccid)} - {""}
    return bool(known and told and known not in told)


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
