"""How fast a full modem is emptied, with how many commands, bytes and fsyncs."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hardware.simulated.latency import Latency
from server.bench.driver import Driver, Tally
from server.bench.site import Cost, Site, cost
from server.bench.texts import Text

_PATIENCE_S: Final = 600.0
_SYSCALLS: Final = "write,pwrite64,writev,pwritev,fsync,fdatasync,msync,sync_file_range"
_CALL: Final = re.compile(r"(\d+) +(\w+)\(\d+<([^>]*)>")
_RESULT: Final = re.compile(r"^(\d+).*\) += (\d+)$")
_SYNCS: Final = frozenset({"fsync", "fdatasync", "msync", "sync_file_range"})


@dataclass(frozen=True, slots=True)
class Drain:
    """One drain.

    Attributes:
        texts: how many were played. seconds: first command to last delete.
        commands: in that time. whole: whether the modem was emptied.
        work: what the program took until then, its start included.
    """

    texts: int
    seconds: float
    commands: int
    whole: bool
    tally: Tally
    work: Cost

    @property
    def per_s(self) -> float:
        """Texts a second; 0 for a drain that never ended."""
        return self.texts / self.seconds if self.whole and self.seconds else 0.0

    @property
    def commands_per_text(self) -> float:
        """AT command lines a text."""
        return self.commands / self.texts


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes written to files and fsyncs, both for each text."""

    octets: float
    syncs: float


def drain(site: Site, driver: Driver, texts: Sequence[Text], latency: Latency) -> Drain:
    """Fill modem and network, start the program, and wait until both are empty."""
    stand = site.stand(driver, latency)
    stand.air.load(pdu for text in texts for pdu in text.pdus)
    process = stand.start()
    whole = stand.await_done(_PATIENCE_S)
    work = cost(process)
    stand.end()
    trace = stand.air.close()
    tally = driver.tally(stand.folder, texts, [pdu for _, pdu in trace.taken])
    return Drain(len(texts), trace.drain_s(), trace.drain_commands(), whole, tally, work)


def written(site: Site, driver: Driver, texts: Sequence[Text]) -> Written | None:
    """What is written to files for each text, seen by strace; None without strace.

    The node's whole work is counted, reports and journal included.
    """
    strace = shutil.which("strace")
    if strace is None:
        return None
    stand = site.stand(driver, "none")
    record = site.home / f"{stand.name}.strace"
    stand.air.load(pdu for text in texts for pdu in text.pdus)
    options = ("-f", "-qq", "-y", "-s", "0", "-e", "signal=none", "-e", f"trace={_SYSCALLS}")
    stand.start(strace, *options, "-o", str(record))
    stand.await_done(_PATIENCE_S)
    stand.end()
    stand.air.close()
    octets, syncs = counted(record, stand.folder)
    return Written(octets / len(texts), syncs / len(texts))


def counted(record: Path, folder: Path) -> tuple[int, int]:
    """Bytes written and syncs done below a folder, logs left out, in a record of strace."""
    octets = syncs = 0
    # A call of one thread may stand on two lines, with those of others in between.
    begun: dict[str, tuple[str, str]] = {}
    with record.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if call := _CALL.match(line):
                begun[call[1]] = call[2], call[3]
            result = _RESULT.match(line.rstrip())
            if result is None or result[1] not in begun:
                continue
            name, path = begun.pop(result[1])
            if path.startswith(str(folder)) and not path.endswith(".log"):
                syncs += name in _SYNCS
                octets += 0 if name in _SYNCS else int(result[2])
    return octets, syncs
