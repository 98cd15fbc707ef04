"""Whether this process may switch a stick's USB port off and on."""

import os
from collections.abc import Callable
from pathlib import Path

from hardware.recovery.power import PowerSwitch, SysfsPower


def switch_of(stick: Path | None, wait: Callable[[float], object]) -> PowerSwitch | None:
    """The switch of a USB device; None where there is none, or this user may not use it."""
    if stick is None or not os.access(stick / "authorized", os.W_OK):
        return None
    return SysfsPower(stick, wait)
