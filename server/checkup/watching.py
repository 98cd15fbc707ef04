"""Watching a modem until told to stop: at its own port, or through the node that holds it."""

import threading
from collections.abc import Callable, Mapping
from typing import Protocol, cast

from hardware.answers import Call, ReportArrived, StoreFull, TextArrived
from hardware.errors import HardwareError
from hardware.modem import Modem, Notice, Slot
from server.checkup.judging import percent_of
from server.checkup.masked import arrival, arrival_of, masked
from server.checkup.running import memory_rows
from server.checkup.screen import Screen, Sight
from server.process.control import ControlRefused, NotRunning

COMMAND = "arrivals"
"""Name of the question on the node's control socket: what came after the number it gave last."""

LOOK_EVERY_S = 5.0
_WAIT_S = 0.5
_RETRY_S = 2.0
_SILENT_NODE = "kotak tidak menjawab; periksa apakah `desa run` masih berjalan"
_MOODS = {
    "good": "jaringan baik",
    "searching": "mencari jaringan",
    "silent": "modem diam",
    "absent": "modem tidak ada",
}


class Watched(Protocol):
    """Something that can be looked at again and again."""

    def look(self) -> tuple[Sight, tuple[str, ...]]:
        """Wait a moment; how it is now, and what happened meanwhile, a line each."""


def watch(watched: Watched, screen: Screen, stop: threading.Event) -> None:
    """Show what is seen until `stop` is set."""
    while not stop.is_set():
        sight, happened = watched.look()
        for line in happened:
            screen.tell(line)
        screen.see(sight)
    screen.end()


class OwnPort:
    """A modem that nobody else holds. Texts are listed, which marks them as read, never deleted.

    Args:
        modem: opened by the first look, and again when it was lost.
        monotonic: seconds of a clock that never goes back.
        stop: ends the waiting for a modem that is gone.
    """

    def __init__(self, modem: Modem, monotonic: Callable[[], float], stop: threading.Event) -> None:
        self._modem = modem
        self._monotonic = monotonic
        self._stop = stop
        self._open = False
        self._look_due_s = 0.0
        self._sight = Sight()
        self._known: set[tuple[str, int, str]] | None = None

    def look(self) -> tuple[Sight, tuple[str, ...]]:
        """Listen for half a second; signal, network and memories every five."""
        try:
            return self._looked()
        except HardwareError as error:
            self._open = False
            self._modem.close()
            self._sight = Sight(trouble=error.sentence)
            self._stop.wait(_RETRY_S)
            return self._sight, ()

    def _looked(self) -> tuple[Sight, tuple[str, ...]]:
        happened: list[str] = []
        if not self._open:
            self._modem.reopen()
            self._open, self._look_due_s = True, 0.0
        notices = self._modem.wait(_WAIT_S)
        happened += filter(None, map(_told, notices))
        stored = any(isinstance(one, TextArrived | ReportArrived) for one in notices)
        if stored or self._known is None or self._monotonic() >= self._look_due_s:
            happened += self._listed()
            self._sight = self._measured()
            self._look_due_s = self._monotonic() + LOOK_EVERY_S
        return self._sight, tuple(happened)

    def _listed(self) -> list[str]:
        slots = self._modem.list()
        there = {_place(slot): slot for slot in slots}
        fresh = [] if self._known is None else [p for p in there if p not in self._known]
        first = self._known is None and slots
        self._known = set(there)
        if first:
            return [f"{len(slots)} SMS sudah ada di memori modem"]
        return [arrival(there[place].pdu).words() for place in fresh]

    def _measured(self) -> Sight:
        rssi = self._modem.signal().rssi
        network = self._modem.network()
        word = "terdaftar di jaringan" if network.registered else "mencari jaringan"
        rows = ((name, use.used, use.total) for name, use in self._modem.usage().items())
        roaming = " (roaming)" if network.roaming else ""
        return Sight(percent_of(rssi), f"{word}{roaming}", tuple(rows))


def _place(slot: Slot) -> tuple[str, int, str]:
    return slot.memory, slot.index, slot.pdu


def _told(notice: Notice) -> str:
    """What a notice says by itself; texts in a slot are told when they are listed."""
    match notice:
        case Call(number):
            return f"Panggilan tak terjawab dari {masked(number)}"
        case StoreFull(memory):
            return f"Memori SMS {memory} penuh".replace("  ", " ")
        case TextArrived(pdu=hex_pdu) | ReportArrived(pdu=hex_pdu) if hex_pdu:
            return arrival(hex_pdu).words()
        case _:
            return ""


class ThroughNode:
    """A modem that the running node holds, asked over its control socket.

    Args:
        ask: asks the running node, as `server.process.control.ask` does for its directory.
        stop: ends the waiting.
        every_s: how often it is asked.
    """

    def __init__(
        self, ask: Callable[..., object], stop: threading.Event, every_s: float = 1.0
    ) -> None:
        self._ask = ask
        self._stop = stop
        self._every_s = every_s
        self._after = ""

    def look(self) -> tuple[Sight, tuple[str, ...]]:
        """Ask once, then wait; a node that does not answer is asked on."""
        try:
            told = cast("Mapping[str, object]", self._ask(COMMAND, after=self._after))
        except (NotRunning, ControlRefused):
            self._stop.wait(self._every_s)
            return Sight(trouble=_SILENT_NODE), ()
        self._after = str(told.get("last", ""))
        radios = cast("list[Mapping[str, object]]", told.get("radios") or [])
        texts = cast("list[Mapping[str, object]]", told.get("texts") or [])
        self._stop.wait(self._every_s)
        return _sight(radios), tuple(arrival_of(text).words() for text in texts)


def _sight(radios: list[Mapping[str, object]]) -> Sight:
    """The modems of a node in one line; signal and trouble of the first that has any."""
    percents = [p for one in radios if isinstance(p := one.get("signal_percent"), int)]
    moods = [_MOODS.get(str(one.get("mood")), str(one.get("mood"))) for one in radios]
    troubles = [str(one["trouble"]) for one in radios if one.get("trouble")]
    rows = tuple(row for one in radios for row in memory_rows(one))
    return Sight(
        percents[0] if percents else None, ", ".join(moods), rows, troubles[0] if troubles else ""
    )
