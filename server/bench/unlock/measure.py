"""Unlocking, measured from outside: a real node, a real login, pages read all the while."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from server.bench.site import await_state, rss_mib
from server.bench.table import Figure
from server.bench.unlock.past import NAME, Past, make
from server.bench.unlock.visitor import Visitor
from server.demo.processes import Processes
from server.demo.world import free_port
from server.process import control

PART: Final = "unlock and rebuild"
TARGET_S: Final = 6.0
_PATIENCE_S: Final = 300.0
_LOOK_S: Final = 0.1


class NotOpened(Exception):
    """Laporan lama tidak terbuka pada waktunya; ulangi saat mesin tidak sibuk."""

    sentence = "Laporan lama tidak terbuka pada waktunya; ulangi saat mesin tidak sibuk."


@dataclass(slots=True)
class Reader:
    """Somebody who reads one page again and again, and how long each took."""

    visitor: Visitor
    path: str
    stop: threading.Event = field(default_factory=threading.Event)
    took_s: list[float] = field(default_factory=list)

    def read(self) -> None:
        """Until it is told to stop."""
        while not self.stop.wait(_LOOK_S):
            began_s = time.monotonic()
            self.visitor.get(self.path)
            self.took_s.append(time.monotonic() - began_s)


def figures(reports: int, sessions: int, rounds: int) -> Iterator[Figure]:
    """Measure as often as wanted, each time from a new start."""
    with tempfile.TemporaryDirectory(prefix="kentongan-bench-") as name:
        home = Path(name)
        past = make(home, free_port(), reports, sessions)
        (home / "logs").mkdir()
        processes = Processes(home / "logs")
        try:
            for number in range(1, rounds + 1):
                yield from _round(past, processes, number)
        finally:
            processes.end_all()


def _round(past: Past, processes: Processes, number: int) -> Iterator[Figure]:
    part = f"{PART}, round {number}: {past.entries} entries"
    began_s = time.monotonic()
    process = processes.start("desa", "desa", "run", str(past.directory))
    _await(lambda: _figures(past) is not None)
    yield Figure(part, "from the start to the first page", time.monotonic() - began_s, "s")
    locked = rss_mib(process.pid)
    origin = f"http://127.0.0.1:{past.port}"
    guest, officer = Visitor(origin), Visitor(origin)
    guest.log_in(NAME, past.officer.passphrase)
    officer.carry_key(past.officer.phone_key)
    reader = Reader(guest, "/kotak")
    thread = threading.Thread(target=reader.read)
    thread.start()
    most = [locked]
    try:
        began_s = time.monotonic()
        officer.log_in(NAME, past.officer.passphrase)
        logged_in_s = time.monotonic()
        _await(lambda: _opened(past, process.pid, most))
        took_s = time.monotonic() - began_s
    finally:
        reader.stop.set()
        thread.join()
    yield Figure(
        part, "of it the login form, with argon2id and every wrap", logged_in_s - began_s, "s"
    )
    yield Figure(part, "login to all open", took_s, "s", f"<= {TARGET_S:g}", took_s <= TARGET_S)
    yield Figure(part, "entries a second", past.entries / took_s, "entries/s")
    yield Figure(part, "pages read meanwhile", len(reader.took_s), "pages")
    yield Figure(part, "longest that a page took", max(reader.took_s, default=took_s), "s")
    yield Figure(part, "RSS locked", locked, "MiB")
    yield Figure(part, "RSS at the most", max(most), "MiB")
    yield Figure(part, "RSS open", rss_mib(process.pid), "MiB")
    processes.end("desa")


def _await(met: Callable[[], bool]) -> None:
    if not await_state(met, _PATIENCE_S):
        raise NotOpened


def _figures(past: Past) -> dict[str, object] | None:
    try:
        return cast("dict[str, object]", control.ask(past.directory, "status"))
    except control.NotRunning:
        return None


def _opened(past: Past, pid: int, most: list[float]) -> bool:
    most.append(rss_mib(pid))
    found = _figures(past)
    return found is not None and found["locked_sessions"] == 0
