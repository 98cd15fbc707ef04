"""Plays texts, calls and sendings on a modem with quirks, with the driver and with a naive one."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import sqlite_utils
from modem_contract import SUBMIT, SUBMIT_LENGTH, BareBench, BarePort, deliver
from naive import Naive

import sms.schema
from hardware.errors import HardwareError, SendRefused, SendUnknown, Timeout
from hardware.modem import Slot, TextArrived, Timeouts
from hardware.recovery.mending import Mending
from hardware.simulated.quirks.registry import install
from sms import inbox
from sms.inbox import Sealed

ROUNDS = 600
TEXTS = 50


class Shelf:
    """Keeps what is listed as the node does: in the inbox, once for each slot that was filled."""

    def __init__(self) -> None:
        self._base = sqlite_utils.Database(memory=True)
        sms.schema.migrations.apply(self._base)
        self._known: dict[int, str] = {}
        self.pdus: Counter[str] = Counter()

    def keep(self, slots: Iterable[Slot]) -> None:
        """Commit all that is new."""

        def seal(number: int, pdu: str) -> Sealed:
            self._known[number] = pdu
            return Sealed(bytes(16), pdu.encode())

        with self._base.conn as db:
            kept = inbox.keep(db, "sim", tuple(slots), seal, self._known.get, 1)
        self.pdus.update(slot.pdu for _, slot in kept.fresh)


@dataclass
class Drained:
    """How the texts came through."""

    lost: int
    doubled: int
    left: int
    commands: int = field(compare=False, default=0)
    steps: Counter[str] = field(compare=False, default_factory=Counter)


WHOLE = Drained(0, 0, 0)


class Player:
    """A modem with quirks, its driver, and the ladder that mends it."""

    def __init__(
        self, folder: Path, quirks: Iterable[str], seed: int, init: tuple[str, ...] = ()
    ) -> None:
        self.bench = BareBench(folder, Timeouts(send_s=180), init=init)
        self.virtual = self.bench.virtual
        assert self.virtual is not None
        install(self.virtual, quirks, seed)
        self.arrived: Counter[str] = Counter()
        self.virtual.arriving.append(self._note)
        self.commands = 0
        self.virtual.before.append(self._count)
        self.mending = Mending(self.bench.modem, self.bench.clock)
        self.steps: Counter[str] = Counter()
        self.shelf = Shelf()

    def _note(self, pdu: str) -> list[str]:
        self.arrived[pdu] += 1
        return [pdu]

    def _count(self, _: str) -> bool:
        self.commands += 1
        return False

    def work(self, act: Callable[[], object]) -> bool:
        """Do something with the modem; a failure is mended and tells False."""
        try:
            act()
        except HardwareError as error:
            mended = self.mending.mend(error)
            self.steps[mended.step] += 1
            if mended.trouble is not None:
                self.bench.clock.now_s += mended.pause_s
            return False
        self.mending.works()
        return True

    def start(self) -> None:
        """Start the driver, however often it takes."""
        for _ in range(ROUNDS):
            if self.work(self.bench.modem.start):
                return

    def drain(self, seed: int, texts: int = TEXTS) -> Drained:
        """Let texts come in portions and keep them all, as the node does."""
        chance = Random(seed)
        waiting = [deliver(number) for number in range(texts)]
        self._deliver(waiting, chance.randrange(texts // 2))
        self.start()
        for _ in range(ROUNDS):
            self._deliver(waiting, chance.randrange(12))
            self.work(self.listen)
            if not waiting and not self.left():
                break
        return Drained(*self.missed(self.shelf.pdus), self.left(), self.commands, self.steps)

    def _deliver(self, waiting: list[str], count: int) -> None:
        for pdu in waiting[:count]:
            self.virtual.deliver(pdu)
        del waiting[:count]

    def listen(self) -> None:
        """List, keep, forget; as the node's modem thread does it."""
        modem = self.bench.modem
        slots = modem.list()
        self.shelf.keep(slots)
        modem.forget_all(slots)
        for notice in modem.wait(0.5):
            if isinstance(notice, TextArrived) and notice.pdu:
                self.shelf.keep([Slot("", 0, notice.pdu, 0)])

    def left(self) -> int:
        """How many texts are in the modem and the network still."""
        stored = sum(len(self.virtual.stored(memory)) for memory in ("SM", "ME"))
        return stored + self.virtual.waiting()

    def missed(self, kept: Counter[str]) -> tuple[int, int]:
        """How many texts were lost, and how many came more often than the modem took them."""
        return len(set(self.arrived) - set(kept)), (kept - self.arrived).total()

    def send_all(self, count: int) -> dict[str, int]:
        """Send texts, each until it is sent or may have been; count what became of them."""
        told: dict[str, str] = {}
        for number in range(count):
            pdu = submit(number)
            while pdu not in told:
                told[pdu] = self._try(pdu)
                if not told[pdu]:
                    del told[pdu]
        out = Counter(self.bench.sent)
        return {
            "sent": sum(state == "sent" for state in told.values()),
            "sent, yet not out": sum(told[pdu] == "sent" and out[pdu] != 1 for pdu in told),
            "out twice": sum(times > 1 for times in out.values()),
        }

    def _try(self, pdu: str) -> str:
        try:
            self.bench.modem.send(SUBMIT_LENGTH, pdu)
        except SendRefused as refused:
            return "unknown" if refused.uncertain else ""
        except SendUnknown:
            return "unknown"
        except Timeout:
            return ""
        return "sent"

    def naive(self, route: str = "2,1,0,1,0") -> Naive:
        """The other driver, on the same modem."""
        return Naive(BarePort(self.virtual, self.bench.clock), route)

    def drain_naively(self, texts: int = 15, later: int = 15, route: str = "2,1,0,1,0") -> Drained:
        """Let texts come as a naive driver likes it, one after the other."""
        for number in range(texts):
            self.virtual.deliver(deliver(number))
        naive = self.naive(route)
        naive.start()
        naive.empty()
        naive.empty()
        for number in range(texts, texts + later):
            self.virtual.deliver(deliver(number))
            naive.hear()
        return Drained(*self.missed(Counter(naive.received)), self.left())


def submit(number: int) -> str:
    """A SUBMIT to a number of its own."""
    return SUBMIT.replace("3254", f"{number:04}")
