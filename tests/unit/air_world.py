"""A desa and its Polres with a modem each, and the mobile network between the two."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from world import BytePort, World

from hardware.simulated.virtual import VirtualModem
from server.air import carrier
from server.airwaves import carried
from server.desa import steps
from server.desa.node import Node
from server.polres.air.radio import PolresRadio
from server.sections import Air
from sms import pdu
from sms.alphabet import Alphabet
from sms.tpdu import Deliver
from sync.airtime.head import Kind

POLRES_NUMBER, DESA_NUMBER = "+6281100000001", "+6281200000002"
AIR = Air(number=POLRES_NUMBER)
Passes = Callable[[str], bool]


class _PatientPort(BytePort):
    """A port whose waiting costs time of the world's clock."""

    def __init__(self, virtual: VirtualModem, world: "AirWorld") -> None:
        super().__init__(virtual)
        self._world = world

    def read(self, timeout_s: float) -> bytes:
        """What the modem has said."""
        said = super().read(timeout_s)
        if not said:
            self._world.mono_s += max(timeout_s, 0.001)
        return said


class AirWorld(World):
    """A world whose Polres has a modem; the network may lose what a test wants lost."""

    air: Air = AIR
    lost: Passes = staticmethod(lambda _: False)
    went_up: list[str]
    went_down: list[str]
    sim: str = DESA_NUMBER

    def __post_init__(self) -> None:
        self.went_up, self.went_down = [], []
        super().__post_init__()
        self.far = VirtualModem(on_send=self._down)
        self.begin_polres()

    def begin_polres(self) -> None:
        """Start the Polres' radio anew: what it had in RAM is gone."""
        self.radio = PolresRadio(
            self.district,
            threading.Event(),
            lambda: _PatientPort(self.far, self),
            lambda: self.mono_s,
            lambda: float(self.wall_s()),
        )
        self.radio.modem.start()

    def start(self) -> Node:
        """As of `World`, with the settings of the air road."""
        node = super().start()
        node.settings = replace(node.settings, air=self.air)
        return node

    def _out(self, hex_pdu: str) -> list[str]:
        submit = pdu.decode_submit(hex_pdu)
        if submit.recipient != POLRES_NUMBER:
            return super()._out(hex_pdu)
        self.went_up.append(hex_pdu)
        if not self.lost(hex_pdu):
            self.far.deliver(carried(hex_pdu, self.sim, self._at()))
        return []

    def _down(self, hex_pdu: str) -> list[str]:
        self.went_down.append(hex_pdu)
        assert pdu.decode_submit(hex_pdu).recipient == self.sim
        if not self.lost(hex_pdu):
            self.virtual.deliver(carried(hex_pdu, POLRES_NUMBER, self._at()))
        return []

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self.wall_s(), UTC)

    def live(self, seconds: float = 1.0) -> None:
        """Let both ends work for so long: listen, read, speak, answer."""
        until_s = self.mono_s + seconds
        while self.mono_s < until_s:
            self.mono_s += 1
            self.listen()
            while steps.speak(self.node, self.modem, self.mono_s).result is steps.Result.DONE:
                pass
            self.radio.round()
            self.radio.round()

    def cut(self) -> None:
        """No exchange succeeds from here on, and the node knows it."""
        self.road.cut = True
        self.exchange()


def kinds_of(submitted: list[str]) -> list[Kind]:
    """What kinds of messages these SMS hold."""
    at = datetime.fromtimestamp(0, UTC)
    arrived = (pdu.decode(carried(one, DESA_NUMBER, at)) for one in submitted)
    messages = (carrier.read(one) for one in arrived if isinstance(one, Deliver))
    return [one.head.kind for one in messages if one is not None]


def is_octets(hex_pdu: str) -> bool:
    """Whether a submitted SMS holds octets."""
    return pdu.decode_submit(hex_pdu).alphabet is Alphabet.OCTETS
