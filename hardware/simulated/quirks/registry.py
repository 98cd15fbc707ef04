"""All quirks by name, and putting them into a modem."""

from collections.abc import Iterable
from difflib import get_close_matches
from random import Random
from typing import Final

from hardware.simulated.quirks import (
    arrivals,
    lines,
    memory,
    restarts,
    sending,
    settings,
    voice,
)
from hardware.simulated.quirks.quirk import Quirk
from hardware.simulated.virtual import VirtualModem

_ALL = (
    *lines.QUIRKS,
    *settings.QUIRKS,
    *memory.QUIRKS,
    *arrivals.QUIRKS,
    *sending.QUIRKS,
    *restarts.QUIRKS,
    *voice.QUIRKS,
)
QUIRKS: Final[dict[str, Quirk]] = {
    quirk.name: quirk for quirk in sorted(_ALL, key=lambda quirk: (not quirk.number, quirk.number))
}
"""In the order of the list; the states of SIM and line that are not in it come last."""


class UnknownQuirk(Exception):
    """A name that is no quirk's; `sentence` names the nearest."""

    def __init__(self, name: str) -> None:
        near = get_close_matches(name, QUIRKS, n=1, cutoff=0.0)
        self.sentence = f"Keanehan modem '{name}' tidak dikenal; mungkin '{near[0]}'."
        super().__init__(self.sentence)


def install(modem: VirtualModem, names: Iterable[str], seed: int) -> None:
    """Give a fresh modem quirks, in the order of the list; equal seeds make it behave equally.

    Raises:
        UnknownQuirk: a name is none; nothing is changed.
    """
    wanted = set(names)
    for name in sorted(wanted):
        if name not in QUIRKS:
            raise UnknownQuirk(name)
    for name, quirk in QUIRKS.items():
        if name in wanted:
            quirk.install(modem, Random(f"{seed} {name}"))  # noqa: S311 -- play, not keys
