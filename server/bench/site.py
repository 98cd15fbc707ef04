"""Where measures run: folders of their own, modems and programs as processes."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from hardware.simulated.latency import Latency
from server.bench.air import Air
from server.bench.driver import Driver
from server.demo.processes import Process, Processes

_TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
_LOOK_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and its children took: seconds of processor, MiB of memory at the most."""

    cpu_s: float
    rss_mib: float


@dataclass(slots=True)
class Stand:
    """One modem with one program on it.

    Attributes:
        folder: what the program writes lies there.
        argv: its command line.
    """

    name: str
    driver: Driver
    folder: Path
    air: Air
    argv: tuple[str, ...]
    processes: Processes
    process: Process | None = None

    def start(self, *before: str) -> Process:
        """Start the program; `before` stands before its command line."""
        self.process = self.processes.launch(self.name, (*before, *self.argv))
        return self.process

    def done(self) -> bool:
        """Whether the modem is empty and the program has worked through everything."""
        return self.air.empty() and self.driver.settled(self.folder)

    def await_done(self, patience_s: float) -> bool:
        """Wait for that; False when it takes too long."""
        return await_state(self.done, patience_s)

    def kill(self) -> None:
        """End the program as a power cut does."""
        self.processes.kill(self.name)

    def end(self) -> None:
        """Let the program leave."""
        self.processes.end(self.name)


class Site:
    """Makes stands, each in a folder of its own."""

    def __init__(self, home: Path, processes: Processes) -> None:
        self.home, self.processes = home, processes
        self._numbers = count(1)

    def stand(
        self, driver: Driver, latency: Latency, quirks: tuple[str, ...] = (), seed: int = 0
    ) -> Stand:
        """A modem, and a program that is ready to start on it."""
        name = f"run-{next(self._numbers)}"
        folder = self.home / name
        folder.mkdir()
        tty = self.home / f"{name}.tty"
        air = Air(self.processes, f"{name}-modem", tty, latency, quirks, seed)
        argv = driver.prepare(folder, tty)
        return Stand(name, driver, folder, air, argv, self.processes)


def await_state(met: Callable[[], bool], patience_s: float) -> bool:
    """Look twenty times a second until something is met; False when that takes too long."""
    deadline_s = time.monotonic() + patience_s
    while not met():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(_LOOK_S)
    return True


def cost(process: Process) -> Cost:
    """What a running process and its children have taken until now."""
    family = _family(process.pid)
    return Cost(sum(cpu_s(pid) for pid in family), sum(_status_mib(pid, "VmHWM") for pid in family))


def cpu_s(pid: int) -> float:
    """Seconds of processor that one process has taken; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * _TICK_S


def rss_mib(pid: int) -> float:
    """MiB of memory that a process has now."""
    return _status_mib(pid, "VmRSS")


def _status_mib(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def _family(pid: int) -> tuple[int, ...]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = path.read_text(encoding="ascii").split() if path.exists() else []
    return (pid, *(one for child in children for one in _family(int(child))))
