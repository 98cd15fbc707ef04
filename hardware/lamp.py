"""A lamp of the Linux LED class: the blink for each thing it tells, and the files that make it."""

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from hardware.errors import LampGone

LEDS: Final = Path("/sys/class/leds")
_TIMER, _NONE = "timer", "none"


class Sign(StrEnum):
    """What a lamp can tell."""

    WELL = "well"
    WAITING = "waiting"
    MODEM = "modem"
    KEYS = "keys"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Blink:
    """How long a lamp is on and off in turn; one that is never off shines steadily."""

    on_ms: int
    off_ms: int


BLINKS: Final = {
    Sign.WELL: Blink(1, 0),
    Sign.WAITING: Blink(1_500, 1_500),
    Sign.MODEM: Blink(400, 400),
    Sign.KEYS: Blink(100, 1_900),
    Sign.DISK: Blink(80, 80),
}
"""Far enough apart to be told with the naked eye: steady, slow, quick, a flash, a flicker."""


def lamp_of(name: str, leds: Path = LEDS) -> "Lamp":
    """The lamp of a name, such as ACT.

    Raises:
        LampGone: that is no name of a lamp.
    """
    if not name or name in {".", ".."} or "/" in name or "\0" in name:
        raise LampGone(name)
    return Lamp(leds / name)


class Lamp:
    """One lamp.

    Args:
        folder: such as /sys/class/leds/ACT, with `trigger`, `brightness` and `max_brightness`;
            the kernel's `timer` trigger adds `delay_on` and `delay_off`, and blinks by itself.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def show(self, sign: Sign | None) -> bool:
        """Tell something, or go dark; gives whether it did not already.

        What already blinks so is left alone: to set it again would begin its blink anew.

        Raises:
            LampGone: there is no such lamp, or this user may not change it (yet: a rule of udev
                may hand over the files of the timer a moment after they appear).
        """
        blink = None if sign is None else BLINKS[sign]
        try:
            if self._shows(blink):
                return False
            self._set(blink)
        except (OSError, ValueError) as error:
            raise LampGone(type(error).__name__) from error
        return True

    def _shows(self, blink: Blink | None) -> bool:
        if blink is not None and blink.off_ms:
            delays = (("delay_on", blink.on_ms), ("delay_off", blink.off_ms))
            return self._trigger() == _TIMER and all(
                self._read(name) == str(delay) for name, delay in delays
            )
        wanted = 0 if blink is None else self._brightest()
        return self._trigger() == _NONE and self._read("brightness") == str(wanted)

    def _set(self, blink: Blink | None) -> None:
        if blink is not None and blink.off_ms:
            self._write("trigger", _TIMER)
            self._write("delay_on", str(blink.on_ms))
            self._write("delay_off", str(blink.off_ms))
            return
        self._write("trigger", _NONE)
        self._write("brightness", str(0 if blink is None else self._brightest()))

    def _trigger(self) -> str:
        """The trigger in use: the kernel lists all, with that one in brackets."""
        listed = self._read("trigger")
        return listed.partition("[")[2].partition("]")[0] or listed

    def _brightest(self) -> int:
        return int(self._read("max_brightness"))

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="ascii").strip()

    def _write(self, name: str, text: str) -> None:
        # Only what the kernel shows: a file that is missing is never made.
        handle = os.open(self._folder / name, os.O_WRONLY | os.O_TRUNC)
        try:
            os.write(handle, text.encode("ascii"))
        finally:
            os.close(handle)
