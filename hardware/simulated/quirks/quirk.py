"""What a quirk is, and what several of them need."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from hardware.simulated.virtual import Handler, VirtualModem

Install = Callable[[VirtualModem, Random], None]

_STATUS = ("^RSSI:{n}", "^BOOT:2771{n},0,0,0,75", "^MODE:5,{n}", "^DSFLOWRPT:0000{n},00,00")


@dataclass(frozen=True, slots=True)
class Quirk:
    """One way in which real modems differ from the standard.

    `number` is its place in the list of known quirks, 0 for a state of SIM or line beside them.
    """

    number: int
    name: str
    summary: str
    install: Install


def around(
    modem: VirtualModem, name: str, change: Callable[[Handler, str], list[str] | None]
) -> None:
    """Put `change` around a command; it gets the handler until now and what stands after it."""
    told = modem.commands[name]
    modem.commands[name] = lambda rest: change(told, rest)


def status(chance: Random) -> str:
    """A line that sticks say by themselves."""
    return chance.choice(_STATUS).format(n=chance.randrange(1, 31))


class Episodes:
    """Happens now and then, and no more than so often in a modem's life."""

    def __init__(self, chance: Random, odds: float, most: int) -> None:
        self._chance = chance
        self._odds = odds
        self._left = most

    def strike(self) -> bool:
        """Whether it happens now."""
        struck = self._left > 0 and self._chance.random() < self._odds
        self._left -= struck
        return struck
