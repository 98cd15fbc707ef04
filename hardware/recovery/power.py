"""Switching a USB modem off and on through the kernel's `authorized` file."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from hardware.errors import NoPower

SYSFS = Path("/sys")
_OFF_S = 3.0


class PowerSwitch(Protocol):
    """Takes a modem's power away for a moment; a hub with switched ports is another one."""

    def cycle(self) -> None:
        """Switch off, wait, switch on.

        Raises:
            NoPower: it could not be done.
        """


class SysfsPower:
    """Detaches a USB device and attaches it again, so that the kernel sets it up anew.

    Args:
        device: the USB device's directory, such as /sys/bus/usb/devices/1-1.2.
        wait: waits so many seconds.
        off_s: how long the device stays off.
    """

    def __init__(
        self, device: Path, wait: Callable[[float], object], off_s: float = _OFF_S
    ) -> None:
        self._authorized = device / "authorized"
        self._wait = wait
        self._off_s = off_s

    def cycle(self) -> None:
        """Switch off, wait, switch on; `NoPower` when this user may not, or the device is gone."""
        try:
            self._authorized.write_text("0", encoding="ascii")
            self._wait(self._off_s)
            self._authorized.write_text("1", encoding="ascii")
        except OSError as error:
            raise NoPower(type(error).__name__) from error


def usb_device(tty: Path, sysfs: Path = SYSFS) -> Path | None:
    """The USB device behind a tty or a link to one; None where it is no USB device."""
    place = (sysfs / "class" / "tty" / tty.resolve().name / "device").resolve()
    for folder in (place, *place.parents):
        if (folder / "authorized").is_file() and (folder / "idVendor").is_file():
            return folder
    return None
