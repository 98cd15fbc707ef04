"""Benches that put a Modem before a VirtualModem: inside the process, or over a real tty."""

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from hardware.errors import PortGone
from hardware.modem import Modem, Timeouts
from hardware.port import SerialPort
from hardware.simulated.pty import PtyModem
from hardware.simulated.virtual import VirtualModem

SUBMIT = "0001000C912618103254760000" + "05C8329BFD06"
SUBMIT_LENGTH = len(SUBMIT) // 2 - 1
REPORT = "00" + "06" + "05" + "0C91261810325476" + "62112280100082" * 2 + "00"


def deliver(number: int) -> str:
    """A sound DELIVER whose text is a running number."""
    text = f"laporan {number}".encode().hex().upper()
    return f"00040C912618103254760004{'62112280100082'}{len(text) // 2:02X}{text}"


BOOT_S = 3.0


class TwistedModem(VirtualModem):
    """A virtual modem whose answers a test may twist on their way out."""

    twist: Callable[[bytes], bytes] | None = None

    def feed(self, data: bytes) -> bytes:
        answer = super().feed(data)
        return self.twist(answer) if self.twist else answer


class Bench(Protocol):
    """A modem driver before a virtual modem."""

    modem: Modem
    sent: list[str]
    returned: list[str]

    def do(self, act: Callable[[TwistedModem], None]) -> None:
        """Act on the virtual modem."""

    def kill(self) -> None:
        """Cut the modem's power."""

    def revive(self) -> None:
        """Power it up again, with its file."""

    def close(self) -> None:
        """Clear the bench."""


class Clock:
    """Seconds that pass only while somebody waits."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


class BarePort:
    """A line of bytes straight into a virtual modem; a restart takes it some seconds."""

    def __init__(self, virtual: VirtualModem, clock: Clock) -> None:
        self.virtual = virtual
        self.clock = clock
        self.gone = False
        self._plugged = virtual.plugged
        self._boots = virtual.boots
        self._out = b""
        self._due_s = 0.0

    def read(self, timeout_s: float) -> bytes:
        self._look()
        if not self._out and self.clock.now_s >= self._due_s:
            self._out = self.virtual.pending()
        wait_s = self._due_s - self.clock.now_s if self._out else timeout_s
        if wait_s > 0:
            self.clock.now_s += min(wait_s, timeout_s)
        if self.clock.now_s < self._due_s:
            return b""
        said, self._out = self._out, b""
        return said

    def write(self, data: bytes) -> None:
        self._look()
        self._out += self.virtual.feed(data)
        held_up_s = sum(one.held_up_s for one in self.virtual.executed())
        self._due_s = max(self._due_s, self.clock.now_s + held_up_s)
        self.clock.now_s += BOOT_S * (self.virtual.boots - self._boots)
        self._boots = self.virtual.boots

    def _look(self) -> None:
        if self.gone or self.virtual.plugged != self._plugged:
            raise PortGone("EIO")

    def close(self) -> None:
        self.gone = True


class BareBench:
    """Driver and modem in one thread, on a clock of their own."""

    def __init__(
        self,
        folder: Path,
        timeouts: Timeouts | None = None,
        init: tuple[str, ...] = (),
        known_sim: str = "",
    ) -> None:
        self.sent: list[str] = []
        self.returned: list[str] = []
        self.on_send: Callable[[], None] = lambda: None
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "modem.json"
        self.virtual: TwistedModem | None = None
        self.clock = Clock()
        self._ports: list[BarePort] = []
        self.revive()
        self.modem = Modem(
            self._open, self.clock, timeouts or Timeouts(), init=init, known_sim=known_sim
        )

    def _open(self) -> BarePort:
        if self.virtual is None:
            raise PortGone("ENOENT")
        if self.virtual.absences:
            self.virtual.absences -= 1
            raise PortGone("ENOENT")
        self._ports.append(BarePort(self.virtual, self.clock))
        return self._ports[-1]

    def _on_send(self, pdu: str) -> Iterable[str]:
        self.sent.append(pdu)
        self.on_send()
        return self.returned

    def do(self, act: Callable[[TwistedModem], None]) -> None:
        assert self.virtual is not None
        act(self.virtual)

    def kill(self) -> None:
        self.virtual = None
        for port in self._ports:
            port.gone = True

    def revive(self) -> None:
        self.virtual = TwistedModem(store=self._file, on_send=self._on_send)

    def close(self) -> None:
        self.modem.close()


class PtyBench:
    """Driver over pyserial, modem in a thread behind a pseudo terminal."""

    def __init__(self, folder: Path) -> None:
        self.sent: list[str] = []
        self.returned: list[str] = []
        self._folder = folder
        self._link = folder / "modem0"
        self.revive()
        timeouts = Timeouts(ring_silence_s=0.2, settle_s=0.02)
        self.modem = Modem(lambda: SerialPort(str(self._link)), time.monotonic, timeouts)

    def _on_send(self, pdu: str) -> Iterable[str]:
        self.sent.append(pdu)
        return self.returned

    def do(self, act: Callable[[TwistedModem], None]) -> None:
        def on_twisted(virtual: VirtualModem) -> None:
            assert isinstance(virtual, TwistedModem)
            act(virtual)

        self.pty.call(on_twisted)

    def kill(self) -> None:
        self._stop.set()
        self.pty.wake()
        self._thread.join()

    def revive(self) -> None:
        virtual = TwistedModem(store=self._folder / "modem.json", on_send=self._on_send)
        self.pty = PtyModem(virtual, self._link)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.pty.run, args=(self._stop,))
        self._thread.start()

    def close(self) -> None:
        self.modem.close()
        self.kill()
