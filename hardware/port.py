"""The serial port: the only door to pyserial, with its errors told as ours."""

import errno
import select
import termios
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol, Self

import serial

from hardware.at import Kind, Reader
from hardware.errors import (
    HardwareError,
    NotAModem,
    PortBusy,
    PortForbidden,
    PortGone,
    Timeout,
)

BAUD = 115200
_PROBE_TRIES = 3
# A device that talks without end must not keep the probe for ever.
_PROBE_READS = 32


class Port(Protocol):
    """A line of bytes to a modem; every method may raise `PortGone`."""

    def read(self, timeout_s: float) -> bytes:
        """Return what is there; wait up to `timeout_s` for a first byte, else return b""."""

    def write(self, data: bytes) -> None:
        """Write all bytes."""

    def close(self) -> None:
        """Let the port go; a second time does nothing."""


class SerialPort:
    """A tty, held exclusively, without flow control.

    Raises:
        PortGone: no such device, or it went away.
        PortBusy: another program holds it.
        PortForbidden: this user may not open it.
        NotAModem: the path is no tty.
    """

    def __init__(self, path: str, baud: int = BAUD, write_timeout_s: float = 10.0) -> None:
        try:
            self._serial = serial.Serial(
                path,
                baud,
                timeout=0,
                write_timeout=write_timeout_s,
                exclusive=True,
                rtscts=False,
                dsrdtr=False,
                xonxoff=False,
            )
        except (OSError, ValueError) as error:
            raise _told(error) from error
        except termios.error as error:
            # No OSError: the device went between its opening and its settings.
            raise PortGone(type(error).__name__) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, timeout_s: float) -> bytes:
        """Return what is there; wait up to `timeout_s` for a first byte, else return b""."""
        try:
            ready, _, _ = select.select([self._serial.fileno()], [], [], timeout_s)
            return self._serial.read(max(1, self._serial.in_waiting)) if ready else b""
        except (OSError, ValueError, TypeError) as error:
            raise PortGone(_words(error)) from error

    def write(self, data: bytes) -> None:
        """Write all bytes; `Timeout` when the device does not take them."""
        try:
            self._serial.write(data)
        except serial.SerialTimeoutException as error:
            raise Timeout("write") from error
        except (OSError, ValueError, TypeError) as error:
            raise PortGone(_words(error)) from error

    def close(self) -> None:
        """Let the port go; a second time does nothing."""
        with suppress(OSError):
            self._serial.close()


def answers(port: Port, wait_s: float = 0.5) -> bool:
    """Whether the device answers AT with OK; about 3 x `wait_s` when it is silent."""
    reader = Reader()
    for attempt in range(_PROBE_TRIES):
        reader.begin("AT")
        # Whoever was cut off at the prompt of AT+CMGS left the modem waiting there for a PDU.
        port.write((b"AT\r", b"\x1bAT\r")[attempt % 2])
        for _ in range(_PROBE_READS):
            chunk = port.read(wait_s)
            if not chunk:
                break
            if any(e.kind is Kind.FINAL and e.line == "OK" for e in reader.feed(chunk)):
                return True
    return False


def open_first(paths: Iterable[str], baud: int = BAUD, wait_s: float = 0.5) -> SerialPort:
    """Open the first of several devices that answers AT.

    Raises:
        HardwareError: none does; the error of the candidate that came nearest, so that a port
            held by another program is named before one that is not there.
    """
    worst: HardwareError = PortGone("no device")
    for path in paths:
        try:
            port = SerialPort(path, baud)
        except HardwareError as error:
            worst = max(worst, error, key=_nearness)
            continue
        try:
            if answers(port, wait_s):
                return port
            worst = max(worst, NotAModem(path), key=_nearness)
        except HardwareError as error:
            worst = max(worst, error, key=_nearness)
        port.close()
    raise worst


def _nearness(error: HardwareError) -> int:
    order = (PortGone, Timeout, NotAModem, PortForbidden, PortBusy)
    return next((rank for rank, kind in enumerate(order) if isinstance(error, kind)), 0)


def _told(error: OSError | ValueError) -> HardwareError:
    number = error.errno if isinstance(error, OSError) else None
    match number:
        case errno.EBUSY | errno.EAGAIN:
            return PortBusy(_words(error))
        case errno.EACCES | errno.EPERM:
            return PortForbidden(_words(error))
        case None | errno.ENOTTY | errno.EINVAL:
            # pyserial drops the number when a file turns out to be no tty.
            return NotAModem(_words(error))
        case _:
            return PortGone(_words(error))


def _words(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return errno.errorcode.get(number, "") if number else type(error).__name__
