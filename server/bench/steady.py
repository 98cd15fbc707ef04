"""What the node costs while it runs: how soon it answers, memory and processor at rest."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Final

from server.bench.site import Site, Stand, await_state, cpu_s, rss_mib
from server.bench.texts import Text, singles
from server.bench.village import District, Village
from server.sections import Answers, Credit, Settings

_READY_S: Final = 60.0
_CALM_S: Final = 10.0
_SURGE_S: Final = 600.0
_ANSWERED_S: Final = 30.0
_GENEROUS: Final = Answers(per_hour=5_000, per_day=5_000, night_from_h=0, night_to_h=0)

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds from a text at the modem to its answer at the modem, shortest first."""

    seconds: tuple[float, ...]
    unanswered: int

    def at(self, share: float) -> float:
        """The delay that this share of the answers did not exceed (nearest rank)."""
        if not self.seconds:
            return float("inf")
        return self.seconds[min(len(self.seconds), ceil(share * len(self.seconds))) - 1]


@dataclass(frozen=True, slots=True)
class Rest:
    """A node at rest and after a surge: MiB resident, share of one core, wake-ups a second."""

    idle_mib: float
    idle_percent: float
    wakes_per_s: float
    surged_mib: float
    surge_s: float
    kept: int


def ack_delays(site: Site, district: District, count: int, seed: int, say: Say) -> Delays:
    """One text a second to a node on a modem as slow as a stick, each from a number of its own."""
    stand = _running(site, Village(district, generous, road=True))
    texts = singles(count, seed)
    pause = threading.Event()
    for number, text in enumerate(texts, start=1):
        stand.air.deliver(text.pdus)
        pause.wait(1.0)
        if not number % 20:
            say(f"answers: {number} of {count} texts")
    numbers = {text.sender for text in texts}
    await_state(lambda: numbers <= {to for _, to in stand.air.trace.sent}, _ANSWERED_S)
    stand.end()
    return _delays(stand, texts)


def rest(
    site: Site, district: District, count: int, senders: int, idle_s: float, seed: int, say: Say
) -> Rest:
    """A fresh node on its own, then after `count` texts of `senders` numbers at once."""
    village = Village(district, as_delivered, road=True)
    stand = _running(site, village)
    pause = threading.Event()
    pause.wait(_CALM_S)
    pid = stand.process.pid if stand.process else 0
    idle_mib = rss_mib(pid)
    say(f"at rest: {idle_mib:.1f} MiB; now {idle_s:.0f} s of processor")
    before_s, before = cpu_s(pid), _wakes(pid)
    pause.wait(idle_s)
    percent = 100 * (cpu_s(pid) - before_s) / idle_s
    wakes = (_wakes(pid) - before) / idle_s
    say(f"at rest: {percent:.2f} % of a core; now a surge of {count} texts")
    commands = len(stand.air.trace.commands)
    stand.air.load(pdu for text in singles(count, seed, senders) for pdu in text.pdus)
    stand.await_done(_SURGE_S)
    pause.wait(_CALM_S)
    surged_mib = rss_mib(pid)
    stand.end()
    trace = stand.air.close()
    began_s = trace.commands[commands][0]
    tally = village.tally(stand.folder, (), [pdu for _, pdu in trace.taken])
    return Rest(idle_mib, percent, wakes, surged_mib, trace.freed[-1] - began_s, tally.kept)


def generous(settings: Settings) -> Settings:
    """Brakes that no bench reaches."""
    return replace(settings, answers=_GENEROUS, credit=Credit(sms_price_rp=0))


def as_delivered(settings: Settings) -> Settings:
    """The defaults."""
    return settings


def _running(site: Site, village: Village) -> Stand:
    stand = site.stand(village, "usb")
    stand.start()
    await_state(lambda: village.status(stand.folder).get("modem") == "good", _READY_S)
    return stand


def _delays(stand: Stand, texts: tuple[Text, ...]) -> Delays:
    trace = stand.air.close()
    came = {pdu: at_s for at_s, pdu in reversed(trace.taken)}
    answered = {number: at_s for at_s, number in reversed(trace.sent)}
    delays = sorted(
        answered[text.sender] - came[text.pdus[0]] for text in texts if text.sender in answered
    )
    return Delays(tuple(delays), len(texts) - len(delays))


def _wakes(pid: int) -> int:
    """How often the threads of a process went to sleep by themselves."""
    lines = (
        line
        for path in Path(f"/proc/{pid}/task").glob("*/status")
        for line in path.read_text(encoding="ascii").splitlines()
        if line.startswith("voluntary_ctxt_switches")
    )
    return sum(int(line.split()[1]) for line in lines)
