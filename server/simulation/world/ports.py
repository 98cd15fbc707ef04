"""A box's modem port: bytes to a virtual modem; waiting costs the world's time."""

import threading
from collections.abc import Callable

from hardware.errors import PortGone
from hardware.port import Port
from hardware.simulated.virtual import VirtualModem
from server.desa.radios.ports import Ports
from server.simulation.outside.effects import Effect, Effects


class ModemPort:
    """Bytes to a modem for as long as it stays plugged in."""

    def __init__(self, ports: "OnePort") -> None:
        self._ports, self._modem = ports, ports.modem
        self._plugged = ports.modem.plugged
        self._said = b""

    def _live(self) -> VirtualModem:
        if not self._ports.there or self._modem.plugged != self._plugged:
            raise PortGone("EIO")
        return self._modem

    def read(self, timeout_s: float) -> bytes:
        """What the modem has said; where it is silent, time passes."""
        said, self._said = self._said + self._live().pending(), b""
        if not said:
            self._ports.pass_s(timeout_s)
        return said

    def write(self, data: bytes) -> None:
        """Speak to the modem: a moment at which the power may fail."""
        modem = self._live()
        self._said += self._ports.effects.do(Effect.MODEM, lambda: modem.feed(data))
        if modem.hold_up_s:
            self._ports.pass_s(modem.hold_up_s)
            modem.hold_up_s = 0.0

    def close(self) -> None:
        """Nothing to let go."""


class OnePort(Ports):
    """The only port of a box.

    Attributes:
        there: whether the modem is plugged in.
    """

    def __init__(
        self, modem: VirtualModem, effects: Effects, pass_s: Callable[[float], None]
    ) -> None:
        super().__init__(())
        self.modem, self.effects, self.pass_s = modem, effects, pass_s
        self.there = True

    def open(self, holder: int) -> Port:
        """Open it, if the modem is there."""
        if not self.there or self.modem.absences:
            self.modem.absences = max(0, self.modem.absences - 1)
            raise PortGone("ENOENT")
        self._last[holder] = "/dev/stick"
        return ModemPort(self)

    def open_deaf(self, holder: int) -> Port:
        """As `open`."""
        return self.open(holder)

    def seen(self) -> frozenset[tuple[str, int]]:
        """What is plugged in."""
        return frozenset({("/dev/stick", self.modem.plugged)} if self.there else ())


class Stop(threading.Event):
    """Nobody stops a process here but the world; waiting costs the world's time."""

    def __init__(self, pass_s: Callable[[float], None]) -> None:
        super().__init__()
        self._pass_s = pass_s

    def wait(self, timeout: float | None = None) -> bool:
        """Let time pass."""
        self._pass_s(timeout or 0.0)
        return self.is_set()
