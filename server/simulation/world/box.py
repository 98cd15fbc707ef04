"""A box: one machine with its disk, modem, process and clocks; it starts, works, falls."""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from hardware.errors import HardwareError
from hardware.simulated.held import SlotChange
from hardware.simulated.virtual import VirtualModem
from server.desa import commands, run
from server.desa.backup import nightly
from server.desa.frontdesk import FrontDesk
from server.desa.gateway import history
from server.desa.intake import remember_seen
from server.desa.node import Node, open_node
from server.desa.officers.keydesk import KeyDesk
from server.desa.radios.port_thread import RadioThread
from server.domain.errors import Told
from server.radio import Outgoing, open_outgoing
from server.simulation.chance import Chance
from server.simulation.outside.clock import Clock, Watch
from server.simulation.outside.disk import Disk, Injected
from server.simulation.outside.effects import Effect, PowerCut
from server.simulation.outside.seams import Outside
from server.simulation.world.air import Air, Later, Line
from server.simulation.world.link import Link
from server.simulation.world.ports import OnePort, Stop
from server.simulation.world.template import sim_of
from sms import outbox, pdu
from sms.outbox import Purpose

T = TypeVar("T")
log = logging.getLogger(__name__)
BOOT_S: Final = 45.0
AGAIN_S: Final = 60.0
AGAIN_S_MAX: Final = 3_600.0
SOON_S: Final = 5.0
_QUIET_ROUNDS, _IDLE_ROUNDS = 2, 6
_ROUNDS_MAX: Final = 400
_TROUBLES_MAX: Final = 3
_PASSES_MAX: Final = 8


class Down(Exception):
    """The box does not run."""


@dataclass(slots=True)
class Jobs:
    """What the process gave to its schedule; a late run is one run, as there."""

    clock: Clock
    jobs: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    due_s: dict[int, float] = field(default_factory=dict)

    def every(self, seconds: float, job: Callable[[], object]) -> None:
        """Take a job."""
        self.jobs.append((seconds, job))

    def run(self) -> None:
        """Run those that are due."""
        for number, (seconds, job) in enumerate(self.jobs):
            if self.clock.now_s >= self.due_s.get(number, 0.0):
                job()
                self.due_s[number] = self.clock.now_s + seconds


@dataclass(slots=True)
class Ageing:
    """How long texts have waited by the true time, whatever the box believes."""

    looked_s: float = 0.0
    since_s: dict[int, float] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)

    def look(self, db: sqlite3.Connection, now_s: float) -> list[str]:
        """Note new texts; tells of those that ended as too old before their time."""
        last = max(self.since_s, default=0)
        for (number,) in db.execute("select id from outbox where id > ?", (last,)).fetchall():
            # It may have been queued at any moment since the last look.
            self.since_s[number] = self.looked_s
        self.looked_s = now_s
        early: list[str] = []
        expired = db.execute("select id, purpose from outbox where state = 'expired'").fetchall()
        for number, purpose in expired:
            age_s = now_s - self.since_s[number]
            if number not in self.ended and age_s < outbox.LIFETIME_S[Purpose(purpose)] * 0.98:
                early.append(f"text {number} ({purpose}) ended as too old after {age_s:.0f} s")
            self.ended.add(number)
        return early


@dataclass(slots=True)
class Process:
    """A running process of a box; all of it is gone when it falls."""

    node: Node
    desk: FrontDesk
    keys: KeyDesk
    asked: dict[str, Callable[[dict[str, str]], object]]
    jobs: Jobs
    stop: Stop
    radio: RadioThread
    trouble: HardwareError | None = None


class Box:
    """One box of a world."""

    def __init__(
        self, number: int, directory: Path, outside: Outside, air: Air, link: Link, later: Later
    ) -> None:
        self.number, self.directory, self.air, self.link = number, directory, air, link
        self.clock: Clock = outside.clock
        self.later, self.trace = later, link.trace
        self.chance: Chance = link.chance.sub("box", number)
        self.effects, self.watch = link.effects, Watch()
        self.disk = Disk(directory, self.effects, self.clock.pass_s)
        outside.disks.append(self.disk)
        self.line = Line(number, sim_of(number), self._modem(), self.wake_soon)
        self.ports = OnePort(self.line.modem, self.effects, self.clock.pass_s)
        self.process: Process | None = None
        self.gone = self._woken = False
        self.starts = self.crashes = 0
        self._again_s = AGAIN_S
        self.copies = self.restores = self.clones = 0
        self.stolen = self.twin_synced = False
        self.stolen_s = 0.0
        # SMS of the air road and tests of its own ear are counted elsewhere.
        self.air_sent = 0
        self.broken: dict[str, list[str]] = {"i1": [], "i13": [], "i14": []}
        self.at_start: Callable[[Box], object] = lambda _: None
        self._ageing = Ageing()

    def _modem(self) -> VirtualModem:
        modem = VirtualModem(on_send=self._sent, on_slot=self._slot)
        modem.submitting.append(lambda _: self.air.refuse())
        modem.imei, modem.imsi = f"8661230400000{self.number:02}", f"5101011111111{self.number:02}"
        modem.iccid = f"896200000000000000{self.number:02}"
        return modem

    def _sent(self, hex_pdu: str) -> list[str]:
        self.air_sent += pdu.decode_submit(hex_pdu).recipient == self.line.sim
        return self.air.submit(self.line, hex_pdu)

    def _slot(self, change: SlotChange) -> None:
        self.line.changes += 1
        if change.action == "freed":
            gone = self.line.modem.held.residue[change.memory][change.index]
            self.line.freed[gone] += 1
            self.line.freed_s[gone] = self.clock.now_s

    @property
    def node(self) -> Node:
        """The running node."""
        if self.process is None:
            raise Down
        return self.process.node

    def now_s(self) -> float:
        """The monotonic clock of the box."""
        with self.clock.of(self.watch):
            return self.clock.mono_s()

    def do(self, act: Callable[[Process], T]) -> T | None:
        """Let the process do something; it may fall meanwhile."""
        if self.process is None:
            return None
        try:
            with self.clock.of(self.watch):
                return act(self.process)
        except PowerCut:
            self.fall(power=True)
            return None
        except Injected:
            # As a page that could not be written: people see that nothing was saved.
            self.trace.tell(f"box {self.number} could not write")
            return None
        except Exception:
            log.exception("page or job failed")
            return None

    def start(self) -> None:
        """Switch it on, and start its process."""
        if self.process is not None or self.gone:
            return
        self.effects.begin()
        self.starts += 1
        try:
            with self.clock.of(self.watch):
                self.process = self._begun()
                self.process.trouble = self.process.radio.begin()
        except PowerCut:
            self.fall(power=True)
        except (Told, sqlite3.Error) as error:
            self.process = None
            self.disk.fall(self.chance.randint, power=False)
            self.trace.tell(f"box {self.number} does not start: {type(error).__name__}")
            self.later(self.clock.now_s + self._again_s, self.start)
            self._again_s = min(self._again_s * 2, AGAIN_S_MAX)
        except Exception:
            self.process = None
            log.exception("start failed")
        else:
            self._again_s = AGAIN_S
            self.trace.tell(f"box {self.number} starts")
            self.at_start(self)
            self.wake()

    def _begun(self) -> Process:
        """As `desa run` does."""
        now_s = self.clock.mono_s()
        node = open_node(
            self.directory,
            system_s=self.clock.wall_s(),
            now_s=now_s,
            random=self.chance.octets,
            make_road=lambda _url, _timeout_s: self.link,
        )
        remember_seen(node, now_s)
        nightly.begin(node, now_s)
        desk = FrontDesk(node, self.clock.mono_s)
        keys = KeyDesk(node, desk, self.clock.mono_s)
        stop, jobs = Stop(self.clock.pass_s), Jobs(self.clock)
        run.drive(node, stop, jobs)
        # Nobody else runs meanwhile: an unlock is finished by its job, not waited for.
        node.ledger.patience_s = 0.0
        radio = RadioThread(node, self.ports, 1, stop, self.clock.mono_s)
        asked = commands.answers(node, desk, keys)
        return Process(node, desk, keys, asked, jobs, stop, radio)

    def wake_soon(self) -> None:
        """Something came: the modem tells, and what comes with it is taken together."""
        if not self._woken:
            self._woken = True
            self.later(self.clock.now_s + SOON_S, self.wake)

    def wake(self, *, chores: bool = False) -> None:
        """Let everything run that has become due; `chores` stays until the modem is idle."""
        self._woken = False
        self.do(lambda process: self._work(process, _IDLE_ROUNDS if chores else _QUIET_ROUNDS))
        if self.process is not None:
            db = self.node.database.connection
            self.broken["i14"] += self._ageing.look(db, self.clock.now_s)

    def outgoing(self, number: int) -> Outgoing | None:
        """A text of the outbox, if it lies open."""
        node = self.node
        row = outbox.row_of(node.database.connection, number)
        return None if row is None else open_outgoing(node.vault, row)

    def _work(self, process: Process, quiet: int) -> None:
        for number in range(_PASSES_MAX):
            self._radio(process, _QUIET_ROUNDS if number else quiet)
            rings = process.node.speak_soon.rings
            process.jobs.run()
            node = process.node
            if node.speak_soon.rings == rings and not node.exchange_soon.is_set():
                return
            self.clock.pass_s(0.3)

    def _radio(self, process: Process, enough: int) -> None:
        """Rounds of the modem's thread until it has nothing more to do."""
        quiet = troubles = 0
        for _ in range(_ROUNDS_MAX):
            before = self._activity()
            process.trouble = process.radio.turn(process.trouble)
            troubles += process.trouble is not None
            quiet = 0 if self._activity() != before else quiet + 1
            if quiet >= enough or troubles >= _TROUBLES_MAX:
                return

    def _activity(self) -> tuple[int, int]:
        return self.effects.counts[Effect.COMMIT], self.line.changes

    def fall(self, *, power: bool, again_s: float = BOOT_S) -> None:
        """Its process ends, or its power is cut; it comes up again by itself."""
        self.effects.end()
        process, self.process = self.process, None
        self.disk.fall(self.chance.randint, power=power)
        self.crashes += 1
        what = self.effects.counts.total()
        self.trace.tell(f"box {self.number} {'loses power' if power else 'is killed'} at {what}")
        if process is not None:
            self.air.trace.tell(f"box {self.number} lost {self.disk.lost} frames so far")
        if power:
            self.line.modem.restart()
            self.watch.booted_s = self.clock.now_s
        self.later(self.clock.now_s + again_s, self.start)

    def leave(self) -> None:
        """Stop in good order."""
        process, self.process = self.process, None
        if process is not None:
            with self.clock.of(self.watch):
                history.flush(process.node, self.clock.mono_s(), stop=True)
                process.node.database.close()
