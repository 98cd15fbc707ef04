"""A village with several modems whose threads take turns on one clock."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from world import World

from hardware.errors import HardwareError, PortGone
from hardware.port import Port
from hardware.simulated.virtual import VirtualModem
from server.desa.radios.port_thread import RadioThread
from server.desa.radios.ports import Ports
from server.desa.state.radio import RadioState
from sms import pdu

TELKOMSEL_IMSI, XL_IMSI = "510101111111111", "510112222222222"
NOT_PLUGGED = PortGone("ENOENT")


class PluggedPort:
    """Bytes to a virtual modem for as long as it is plugged in."""

    def __init__(self, ports: "PluggedPorts", number: int) -> None:
        self._ports, self._number = ports, number
        self._virtual = ports.plugged[number]
        self._answer = b""

    def _live(self) -> VirtualModem:
        if self._virtual is None or self._ports.plugged[self._number] is not self._virtual:
            raise PortGone("EIO")
        return self._virtual

    def read(self, timeout_s: float) -> bytes:
        """What the modem has said; waiting costs time of the village's clock."""
        said, self._answer = self._answer + self._live().pending(), b""
        if not said:
            self._ports.pass_time(timeout_s)
        return said

    def write(self, data: bytes) -> None:
        """Speak to the modem."""
        self._answer += self._live().feed(data)

    def close(self) -> None:
        """Nothing to let go."""


class PluggedPorts(Ports):
    """Ports of virtual modems that a test plugs in and out."""

    def __init__(self, pass_time: Callable[[float], None]) -> None:
        super().__init__(())
        self.plugged: dict[int, VirtualModem | None] = {}
        self.trouble: HardwareError = NOT_PLUGGED
        self.pass_time = pass_time

    def open(self, holder: int) -> Port:
        """Open the thread's modem, if it is plugged in."""
        if self.plugged[holder] is None:
            raise self.trouble
        self._last[holder] = f"/dev/stick{holder}"
        return PluggedPort(self, holder)

    def seen(self) -> frozenset[tuple[str, int]]:
        """What is plugged in."""
        return frozenset((str(n), id(one)) for n, one in self.plugged.items() if one is not None)


@dataclass
class Village:
    """A world whose modems are driven by the node's own radio threads, one turn after another."""

    world: World
    sent: list[tuple[int, str, str]] = field(default_factory=list)
    commands: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = PluggedPorts(self._pass)
        self.threads: dict[int, RadioThread] = {}
        self.troubles: dict[int, HardwareError | None] = {}
        self.stop = Stop(self._pass)
        self.on_send: Callable[[int], None] = lambda _: None

    def _pass(self, seconds: float) -> None:
        self.world.mono_s += max(seconds, 0.001)

    def plug(self, number: int, imsi: str = TELKOMSEL_IMSI) -> VirtualModem:
        """Put a modem in and start its thread."""
        virtual = VirtualModem(on_send=lambda hex_pdu: self._sent(number, hex_pdu))
        virtual.imei, virtual.imsi = f"86612304000000{number}", imsi
        virtual.iccid = ""
        self.commands[number] = []

        def note(line: str) -> bool:
            self.commands[number].append(line)
            return False

        virtual.before.append(note)
        self.ports.plugged[number] = virtual
        self.launch(number)
        return virtual

    def launch(self, number: int) -> None:
        """Start a modem's thread, whether or not the modem is there; once more as after a stop."""
        self.world.node.health.radios.pop(f"stick{number}", None)
        self.ports.plugged.setdefault(number, None)
        thread = RadioThread(
            self.world.node, self.ports, number, self.stop, lambda: self.world.mono_s
        )
        self.threads[number] = thread
        self.troubles[number] = thread.begin()

    def _sent(self, number: int, hex_pdu: str) -> list[str]:
        submit = pdu.decode_submit(hex_pdu)
        self.sent.append((number, submit.recipient, submit.text))
        self.on_send(number)
        return []

    def turn(self, number: int) -> None:
        """One turn of one thread."""
        self.troubles[number] = self.threads[number].turn(self.troubles[number])

    def live(self, seconds: float) -> None:
        """Let the village live for so long."""
        until_s = self.world.mono_s + seconds
        while self.world.mono_s < until_s:
            for number in self.threads:
                self.turn(number)

    def text(self, virtual: VirtualModem, sender: str, words: str, number: int = 1) -> None:
        """A villager writes to the number of one modem."""
        at = datetime.fromtimestamp(self.world.wall_s(), UTC)
        for part in pdu.split_deliver(sender, words, at, number):
            virtual.deliver(part)

    def state(self, number: int) -> RadioState:
        """How a modem is, as pages see it."""
        return self.threads[number].state

    def over(self) -> list[tuple[int, str]]:
        """Over which modem to whom, since the last look."""
        told = [(number, to) for number, to, _ in self.sent]
        self.sent.clear()
        return told


class Stop(threading.Event):
    """Waiting costs time of the village's clock, and none of the test's."""

    def __init__(self, pass_time: Callable[[float], None]) -> None:
        super().__init__()
        self._pass_time = pass_time

    def wait(self, timeout: float | None = None) -> bool:
        """Let time pass."""
        self._pass_time(timeout or 0.0)
        return self.is_set()
