"""The ports of all modems: each held by one thread, and no two of them of one stick."""

import threading
from collections.abc import Iterator
from pathlib import Path

from hardware.devices import USB_DEVICES, candidates, explain
from hardware.errors import HardwareError, NotAModem, PortGone
from hardware.port import Port, SerialPort, open_first
from hardware.recovery.power import SYSFS, usb_device


class HeldPort:
    """A port that its thread lets go by closing it."""

    def __init__(self, port: Port, ports: "Ports", holder: int) -> None:
        self._port, self._ports, self._holder = port, ports, holder

    def read(self, timeout_s: float) -> bytes:
        """As the port below."""
        return self._port.read(timeout_s)

    def write(self, data: bytes) -> None:
        """As the port below."""
        self._port.write(data)

    def close(self) -> None:
        """Let the port go, for this thread and all others."""
        self._port.close()
        self._ports.let_go(self._holder)


class Ports:
    """Candidate ports, and which thread holds which; every method is safe from any thread.

    A stick shows two or three ports that all answer AT. They are known by their USB device, and
    where that tells nothing by the modem's own number (IMEI) once it has said it.

    Args:
        wanted: candidate ttys as in the settings.
        usb: where the kernel lists USB devices.
        sysfs: where it tells which of them a tty belongs to.
    """

    def __init__(
        self, wanted: tuple[str, ...], usb: Path = USB_DEVICES, sysfs: Path = SYSFS
    ) -> None:
        self._wanted, self._usb, self._sysfs = wanted, usb, sysfs
        self._lock = threading.Lock()
        self._held: dict[int, Path] = {}
        self._sticks: dict[int, Path] = {}
        self._modems: dict[int, str] = {}
        self._last: dict[int, str] = {}
        self._known: dict[tuple[str, int], str] = {}

    def open(self, holder: int) -> Port:
        """Open a free port that answers AT; the one that this thread had last comes first.

        Raises:
            NoTty, StorageMode: none does, but there is a stick that cannot.
            HardwareError: as `hardware.port.open_first`.
        """
        try:
            return HeldPort(open_first(self._free(holder)), self, holder)
        except (PortGone, NotAModem) as error:
            raise explain(self._usb) or error from error

    def open_deaf(self, holder: int) -> Port:
        """Open the port of a modem that answers nothing but may still hear that it shall reset.

        That is the port at which this thread's modem once answered, or the only one there is.

        Raises:
            PortGone: it is not known which, or another thread holds it.
            HardwareError: as `hardware.port.SerialPort`.
        """
        there = list(candidates(self._wanted))
        last = self._last.get(holder, "")
        path = last if (last, _inode(last)) in self._known else ""
        if len(there) == 1:
            path = there[0]
        if not path or not self._claim(holder, path):
            raise PortGone("no port to reset")
        try:
            return HeldPort(SerialPort(path), self, holder)
        except HardwareError:
            self.let_go(holder)
            raise

    def let_go(self, holder: int) -> None:
        """The thread's port is free for others."""
        with self._lock:
            self._held.pop(holder, None)
            self._sticks.pop(holder, None)
            self._modems.pop(holder, None)

    def claim_modem(self, holder: int, imei: str) -> bool:
        """Note which modem answers at the thread's port; False when another thread has it."""
        if not imei:
            return True
        with self._lock:
            mine = self._last.get(holder, "")
            self._known[mine, _inode(mine)] = imei
            if imei in (one for other, one in self._modems.items() if other != holder):
                return False
            self._modems[holder] = imei
            return True

    def name(self, holder: int) -> str:
        """The name of the port that the thread had last; "" before the first."""
        with self._lock:
            return Path(self._last[holder]).name if holder in self._last else ""

    def stick(self, holder: int) -> Path | None:
        """The USB device of the thread's port; None where there is none."""
        with self._lock:
            return self._sticks.get(holder)

    def seen(self) -> frozenset[tuple[str, int]]:
        """What is plugged in; differs after something was plugged or unplugged."""
        return frozenset((path, _inode(path)) for path in candidates(self._wanted))

    def _free(self, holder: int) -> Iterator[str]:
        """Claim one candidate after the other; what is asked after the next did not answer."""
        last = self._last.get(holder, "")
        for path in sorted(candidates(self._wanted), key=lambda path: path != last):
            if self._claim(holder, path):
                yield path
                self.let_go(holder)
        # A thread that finds nothing still goes by the name of what it had.
        if last:
            self._last[holder] = last

    def _claim(self, holder: int, path: str) -> bool:
        real, stick = Path(path).resolve(), usb_device(Path(path), self._sysfs)
        with self._lock:
            others = {other for other in self._held if other != holder}
            modem = self._known.get((path, _inode(path)), "")
            if (
                any(self._held[other] == real for other in others)
                or (stick and any(self._sticks.get(other) == stick for other in others))
                or (modem and any(self._modems.get(other) == modem for other in others))
            ):
                return False
            self._held[holder], self._last[holder] = real, path
            if stick:
                self._sticks[holder] = stick
            return True


def _inode(path: str) -> int:
    try:
        return Path(path).stat().st_ino if path else 0
    except OSError:
        return 0
