"""Which one thing the lamp tells: the worst that somebody can do something about."""

from dataclasses import dataclass
from enum import StrEnum


class Told(StrEnum):
    """What the lamp tells; a dark one belongs to a box that is off."""

    WELL = "well"
    WAITING = "waiting"
    MODEM = "modem"
    KEYS = "keys"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Signs:
    """What was found in the box.

    Attributes:
        disk: the card is full, or cannot be written or read.
        keys: the list of officers, or an officer's key, is not as it was signed.
        modem: a modem, or the SIM in it, needs somebody.
        reports: reports that no officer has taken.
        unread: texts that wait for an officer's keys.
    """

    disk: bool = False
    keys: bool = False
    modem: bool = False
    reports: int = 0
    unread: int = 0


def told(signs: Signs) -> Told:
    """What the lamp tells; texts would be lost without the card, so that comes first."""
    if signs.disk:
        return Told.DISK
    if signs.keys:
        return Told.KEYS
    if signs.modem:
        return Told.MODEM
    if signs.reports or signs.unread:
        return Told.WAITING
    return Told.WELL
