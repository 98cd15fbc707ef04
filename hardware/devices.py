"""Finding the modem's port among the devices, and saying why there is none."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from hardware.errors import HardwareError, NotAModem, NoTty, PortGone, StorageMode
from hardware.port import SerialPort, open_first

USB_DEVICES: Final = Path("/sys/bus/usb/devices")
AUTO: Final = "auto"
EVERY_PORT: Final = ("/dev/serial/by-id/*", "/dev/ttyUSB*", "/dev/ttyACM*")

# Makers of sticks: Huawei, ZTE, Alcatel, Option, Sierra, Novatel, Quectel, SIMCom, D-Link.
_MODEM_VENDORS = frozenset({"12d1", "19d2", "1bbb", "0af0", "1199", "1410", "2c7c", "1e0e", "2001"})
# Class and subclass of USB interfaces: serial ones, network cards, storage.
_VENDOR_SERIAL = "ff"
_ACM = ("02", "02")
_NETWORK = frozenset({("02", "06"), ("02", "0d"), ("02", "0e"), ("e0", "01")})
_MAGIC = frozenset("*?[")
_STORAGE = "08"


def candidates(wanted: Iterable[str]) -> tuple[str, ...]:
    """The devices to try, in order: patterns are spelled out, each device comes once.

    A name under /dev/serial/by-id stays the same when the stick comes back under another number.
    The word "auto" stands for `EVERY_PORT`.
    """
    found: dict[Path, str] = {}
    for pattern in (one for word in wanted for one in (EVERY_PORT if word == AUTO else (word,))):
        place = Path(pattern)
        paths = sorted(place.parent.glob(place.name)) if _MAGIC & set(place.name) else [place]
        for path in paths:
            found.setdefault(path.resolve(), str(path))
    return tuple(found.values())


def open_modem(wanted: Iterable[str], usb: Path = USB_DEVICES) -> SerialPort:
    """Open the first of the devices that answers AT; looks anew at each call.

    Raises:
        NoTty, StorageMode: none does, but there is a stick that cannot.
        HardwareError: as `open_first`.
    """
    try:
        return open_first(candidates(wanted))
    except (PortGone, NotAModem) as error:
        raise explain(usb) or error from error


def explain(usb: Path = USB_DEVICES) -> HardwareError | None:
    """Why a stick that is plugged in has no port; None where none such is found."""
    for device in sorted(usb.glob("*")):
        if _word(device / "idVendor") not in _MODEM_VENDORS:
            continue
        kinds = set(_interfaces(device))
        if _ACM in kinds or any(kind == _VENDOR_SERIAL for kind, _ in kinds):
            continue
        if kinds & _NETWORK:
            return NoTty(device.name)
        if any(kind == _STORAGE for kind, _ in kinds):
            return StorageMode(device.name)
    return None


def _interfaces(device: Path) -> Iterator[tuple[str, str]]:
    for interface in device.glob(f"{device.name}:*"):
        yield _word(interface / "bInterfaceClass"), _word(interface / "bInterfaceSubClass")


def _word(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip().lower()
    except (OSError, ValueError):
        return ""
