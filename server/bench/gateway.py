"""The whole bench of the gateway: every measure, paired with the peers in one run."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from hardware.simulated.latency import Latency
from server.bench import drain, kills, steady
from server.bench.air import SLOTS
from server.bench.drain import Drain
from server.bench.driver import Driver
from server.bench.peers.gammu import Gammu
from server.bench.peers.gsmmodem import Gsmmodem
from server.bench.peers.smstools import Smstools
from server.bench.plan import Part, Plan
from server.bench.site import Site
from server.bench.table import Figure
from server.bench.texts import Text, singles, triples
from server.bench.village import District, Village, hurried
from server.demo.processes import Processes

PEERS: Final[tuple[Driver, ...]] = (Gammu("files"), Gammu("sqlite3"), Smstools(), Gsmmodem())
_RIVAL: Final = PEERS[0].name
_DURABLE: Final = PEERS[1].name
# Whoever needs longer than this for one drain is measured once, not in every round.
_SLOW_S: Final = 60.0
_RATIO_NONE, _RATIO_USB = 20.0, 4.0
_COMMANDS: Final = 0.3
_ACK_P99_S: Final = 2.0
_IDLE_MIB, _SURGED_MIB, _IDLE_PERCENT = 64.0, 90.0, 1.0

Say = Callable[[str], None]


@dataclass(slots=True)
class Outcome:
    """Figures, what must be known to read them, and how often each quirk was on."""

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    quirks: dict[str, int] = field(default_factory=dict)


class Bench:
    """Runs a plan and gathers its outcome."""

    def __init__(self, plan: Plan, site: Site, district: District, say: Say) -> None:
        self._plan, self._site, self._district, self._say = plan, site, district, say
        self._peers = tuple(peer for peer in PEERS if plan.peers and not peer.missing)
        self.outcome = Outcome(notes=[f"every modem: {SLOTS}, filled as fast as they free"])
        self.outcome.notes += [peer.missing for peer in PEERS if plan.peers and peer.missing]

    def run(self) -> None:
        """Measure all parts of the plan."""
        steps = {
            Part.DRAIN: self._drains,
            Part.KILLS: self._kills,
            Part.LATENCY: self._latency,
            Part.MEMORY: self._memory,
        }
        for part, step in steps.items():
            if part in self._plan.parts:
                step()

    # Drains

    def _drains(self) -> None:
        plan, ours = self._plan, Village(self._district)
        one, three = singles(plan.texts, plan.seed), triples(plan.long_texts, plan.seed)
        quick = self._rounds("single texts", ours, one, "none")
        slow = self._rounds("single texts, USB latency", ours, one, "usb")
        long = self._rounds("three parts", ours, three, "none")
        long_slow = self._rounds("three parts, USB latency", ours, three, "usb")
        self._speed(f"{plan.texts} texts", quick, _RATIO_NONE)
        self._speed(f"{plan.texts} texts, USB latency", slow, _RATIO_USB)
        self._speed(f"{plan.long_texts} texts of 3 parts", long, _RATIO_NONE)
        self._speed(f"{plan.long_texts} texts of 3 parts, USB latency", long_slow, _RATIO_USB)
        self._drain_costs(quick, long)
        self._written(ours)

    def _rounds(
        self, what: str, ours: Driver, texts: Sequence[Text], latency: Latency
    ) -> dict[str, list[Drain]]:
        taken: dict[str, list[Drain]] = {}
        for number in range(self._plan.rounds):
            for driver in (ours, *self._peers):
                before = taken.setdefault(driver.name, [])
                if before and before[0].seconds > _SLOW_S:
                    continue
                done = drain.drain(self._site, driver, texts, latency)
                before.append(done)
                self._say(
                    f"{what}, round {number + 1}, {driver.name}: {done.per_s:.1f} texts/s, "
                    f"{done.commands} commands, kept {done.tally.kept}, lost {done.tally.lost}, "
                    f"doubled {done.tally.doubled}{'' if done.whole else ', never emptied'}"
                )
        return taken

    def _speed(self, what: str, runs: dict[str, list[Drain]], ratio: float) -> None:
        speeds = _medians(runs, lambda one: one.per_s)
        ours = speeds.pop("kentongan")
        self._add(Part.DRAIN, what, ours, "texts/s", peers=speeds)
        if speeds.get(_RIVAL):
            times = ours / speeds[_RIVAL]
            self._aim(
                Part.DRAIN, f"  times {_RIVAL}", times, "x", f">= {ratio:.0f}", times >= ratio
            )

    def _drain_costs(self, quick: dict[str, list[Drain]], long: dict[str, list[Drain]]) -> None:
        commands = _medians(quick, lambda one: one.commands_per_text)
        ours = commands.pop("kentongan")
        what, aim = "AT commands a text", f"<= {_COMMANDS}"
        self._aim(Part.DRAIN, what, ours, "", aim, ours <= _COMMANDS, commands)
        parts = _medians(long, lambda one: one.commands_per_text / 3)
        self._add(Part.DRAIN, "AT commands a part, 3 parts", parts.pop("kentongan"), "", parts)
        for name, of in (("lost", "lost"), ("doubled", "doubled")):
            counts = {
                driver: float(
                    sum(getattr(one.tally, of) for one in (*quick[driver], *long[driver]))
                )
                for driver in quick
            }
            ours = counts.pop("kentongan")
            self._aim(Part.DRAIN, f"{name}, no kill, no latency", ours, "", "0", not ours, counts)
        cpu = _medians(quick, lambda one: 1000 * one.work.cpu_s / one.texts)
        self._add(
            Part.DRAIN, "processor a text, start and reading too", cpu.pop("kentongan"), "ms", cpu
        )

    def _written(self, ours: Driver) -> None:
        texts = singles(self._plan.io_texts, self._plan.seed)
        written = {
            driver.name: found
            for driver in (ours, *self._peers)
            if (found := drain.written(self._site, driver, texts)) is not None
        }
        if not written:
            self.outcome.notes.append("no strace: bytes and fsyncs were not counted")
            return
        for what, unit, values in (
            ("bytes written to files a text", "B", {n: w.octets for n, w in written.items()}),
            ("fsyncs a text", "", {n: w.syncs for n, w in written.items()}),
        ):
            mine = values.pop("kentongan")
            met = mine < values[_DURABLE] if _DURABLE in values else None
            self._aim(Part.DRAIN, what, mine, unit, f"< {_DURABLE}", met, values)
        self.outcome.notes += [
            f"durable peer: {_DURABLE}; files and smstools never sync",
            "python-gsmmodem-new commits (our callback), but only after it has deleted",
            "ours counts the whole node: keeping, reading, journal and reports",
        ]

    # Kills

    def _kills(self) -> None:
        plan = self._plan
        done = {"kentongan": self._killed(Village(self._district, hurried, road=True), plan.kills)}
        for peer in self._peers:
            done[peer.name] = self._killed(peer, plan.peer_kills)
        for what, of in (("lost", "lost"), ("doubled", "doubled"), ("never emptied", "stuck")):
            counts = {name: float(getattr(one, of)) for name, one in done.items()}
            mine = counts.pop("kentongan")
            self._aim(Part.KILLS, what, mine, "", "0", not mine, counts)
        ours = done["kentongan"]
        inside = sum(kill.in_drain for kill in ours.kills)
        self._add(Part.KILLS, "kills while texts were in the modem", float(inside), "")
        self.outcome.quirks = ours.matrix()
        self.outcome.notes += [
            f"kills: {len(ours.kills)} of ours, {plan.peer_kills} of each peer",
            f"each kill: {kills.TEXTS} texts, USB latency; ours with quirks, peers without any",
            "quirks: every fifth modem has all 35; nothing is sent, so those of sending rest",
            "ours waits a tenth of its usual patience: [modem] patience_percent = 10",
            "lost and doubled of ours by PDU: rows, and reports beyond one for each PDU",
        ]

    def _killed(self, driver: Driver, count: int) -> kills.Kills:
        return kills.kill_again_and_again(
            self._site,
            driver,
            count,
            self._plan.seed,
            ways=kills.mix if isinstance(driver, Village) else kills.standard,
            at_once=self._plan.at_once,
            say=self._say,
        )

    # The node as it runs

    def _latency(self) -> None:
        plan = self._plan
        found = steady.ack_delays(self._site, self._district, plan.ack_texts, plan.seed, self._say)
        self._add(Part.LATENCY, "text at the modem to answer there, median", found.at(0.5), "s")
        worst = found.at(0.99)
        aim, met = f"<= {_ACK_P99_S:.0f} s", worst <= _ACK_P99_S
        self._aim(Part.LATENCY, "  p99, 1 text/s, USB latency", worst, "s", aim, met)
        silent = float(found.unanswered)
        self._aim(Part.LATENCY, "  unanswered", silent, "", "0", not silent)

    def _memory(self) -> None:
        plan = self._plan
        found = steady.rest(
            self._site,
            self._district,
            plan.surge,
            plan.senders,
            plan.idle_s,
            plan.seed,
            self._say,
        )
        for what, value, unit, most in (
            ("resident at rest, empty journal", found.idle_mib, "MiB", _IDLE_MIB),
            ("processor at rest", found.idle_percent, "% of a core", _IDLE_PERCENT),
            (f"resident after {plan.surge} texts", found.surged_mib, "MiB", _SURGED_MIB),
        ):
            aim = f"<= {most:.0f} {unit}"
            self._aim(Part.MEMORY, what, value, unit, aim, value <= most)
        self._add(Part.MEMORY, "wake-ups a second at rest", found.wakes_per_s, "")
        lost = float(plan.surge - found.kept)
        self._aim(Part.MEMORY, f"surge of {plan.senders} numbers, lost", lost, "", "0", not lost)
        self._add(Part.MEMORY, "surge, first command to last delete", found.surge_s, "s")

    def _add(
        self, part: Part, what: str, value: float, unit: str, peers: dict[str, float] | None = None
    ) -> None:
        self.outcome.figures.append(Figure(part, what, value, unit, peers=peers or {}))

    def _aim(
        self,
        part: Part,
        what: str,
        value: float,
        unit: str,
        target: str,
        met: bool | None,  # noqa: FBT001 -- a column
        peers: dict[str, float] | None = None,
    ) -> None:
        self.outcome.figures.append(Figure(part, what, value, unit, target, met, peers or {}))


def run(plan: Plan, directory: Path | None, say: Say) -> Outcome:
    """Run a plan in a folder of its own below `directory`; nothing of it is left."""
    with _home(directory) as home:
        logs = home / "logs"
        logs.mkdir()
        processes = Processes(logs)
        try:
            district = District(home / "polres", processes)
            district.start()
            bench = Bench(plan, Site(home, processes), district, say)
            bench.run()
        finally:
            processes.end_all()
    return bench.outcome


@contextmanager
def _home(directory: Path | None) -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="kentongan-bench-", dir=directory))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _medians(runs: dict[str, list[Drain]], figure: Callable[[Drain], float]) -> dict[str, float]:
    return {name: median(map(figure, done)) for name, done in runs.items()}
