"""A Polres after a long night: every box of the district catches up at once."""

import math
import socket
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from server.bench.site import await_state, cpu_s, rss_mib
from server.bench.sync import crowd
from server.bench.sync.corpus import own_texts
from server.bench.sync.crowd import Row
from server.bench.sync.figures import Figure
from server.bench.sync.journal import events_of
from server.card import Card
from server.demo.processes import Process, Processes
from server.desa import steps
from server.desa.node import Node
from server.polres.district import init, open_district
from server.polres.enrolment import enroll

_PATIENCE_S: Final = 900.0
_START_S: Final = 60.0
_LATE_S: Final = 60.0
_LOOPBACK: Final = "127.0.0.1"


@dataclass(slots=True)
class _Onlooker:
    """A box with nothing but one new report at a time, while the others catch up."""

    node: Node
    stop: threading.Event = field(default_factory=threading.Event)
    took_s: list[float] = field(default_factory=list)

    def watch(self) -> None:
        """Exchange again and again."""
        events = tuple(events_of(own_texts(1), 1, answers=False))
        while not self.stop.is_set():
            crowd.write(self.node, events)
            began_s = time.monotonic()
            if steps.exchange(self.node, began_s).result is not steps.Result.DONE:
                return
            self.took_s.append(time.monotonic() - began_s)


def rush(boxes: int, reports: int) -> Iterator[Figure]:
    """Reports a second and how long an exchange takes, for so many boxes at once."""
    with tempfile.TemporaryDirectory(prefix="kentongan-bench-") as name:
        folder = Path(name)
        processes = Processes(folder)
        try:
            yield from _rush(folder, processes, boxes, reports)
        finally:
            processes.end_all()


def _rush(folder: Path, processes: Processes, boxes: int, reports: int) -> Iterator[Figure]:
    port = _free_port()
    cards = _cards(folder / "polres", boxes + 1, f"https://{_LOOPBACK}:{port}")
    server = processes.start("polres", "polres", "run", str(folder / "polres"), "--port", str(port))
    began_s = time.monotonic()
    if not await_state(lambda: _listens(port), _START_S):
        return
    rows = _rows(folder, cards[1:], reports, f"127.0.0.1:{port}")
    yield Figure(f"{len(rows)} backlogs made in", time.monotonic() - began_s, "s")
    with crowd.box(folder / "onlooker", *cards[0]) as node:
        onlooker = _Onlooker(node)
        watching = threading.Thread(target=onlooker.watch)
        before_s = cpu_s(server.pid)
        watching.start()
        began_s = time.monotonic()
        calls = crowd.call_out(rows, port, _PATIENCE_S)
        took_s = time.monotonic() - began_s
        onlooker.stop.set()
        watching.join(_LATE_S)
        sound = len(calls) == boxes and all(map(crowd.acked, calls))
        held = _reports(folder / "polres")
    note = "" if sound and held >= boxes * reports else f"NOT ARRIVED, {held} held"
    yield from _told(calls_s(calls), onlooker.took_s, boxes * reports / took_s, note)
    yield from _costs(server, before_s, boxes * reports)


def _told(
    took_s: Sequence[float], other_s: Sequence[float], speed: float, note: str
) -> Iterator[Figure]:
    yield Figure("reports taken in a second", speed, "1/s", None, note)
    if took_s:
        yield Figure("a box has caught up after, median", statistics.median(took_s), "s")
        yield Figure("a box has caught up after, p99", percentile(took_s, 99), "s")
    if other_s:
        told = f"{len(other_s)} exchanges"
        yield Figure(
            "meanwhile one new report, median", statistics.median(other_s), "s", None, told
        )
        yield Figure("meanwhile one new report, p99", percentile(other_s, 99), "s")


def _costs(server: Process, before_s: float, reports: int) -> Iterator[Figure]:
    each_ms = (cpu_s(server.pid) - before_s) * 1_000 / reports
    yield Figure("processor time of the Polres, a report", each_ms, "ms")
    yield Figure("memory of the Polres", rss_mib(server.pid), "MiB")


def calls_s(calls: Sequence[crowd.Call]) -> list[float]:
    """How long each call took."""
    return [one.took_s for one in calls]


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def _cards(directory: Path, count: int, url: str) -> list[tuple[Card, str]]:
    init(directory, "Polres")
    district = open_district(directory)
    made = []
    for number in range(count):
        code = f"52.04.{1 + number // 50:02}.{2_001 + number % 50}"
        card = enroll(district, code, f"Desa {number}", url, now_s=int(time.time()))
        made.append((card, code))
    district.close()
    return made


def _free_port() -> int:
    with socket.create_server((_LOOPBACK, 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _listens(port: int) -> bool:
    try:
        socket.create_connection((_LOOPBACK, port), 1).close()
    except OSError:
        return False
    return True


def _rows(folder: Path, cards: Sequence[tuple[Card, str]], reports: int, host: str) -> list[Row]:
    rows = []
    for number, (card, code) in enumerate(cards):
        texts = own_texts(reports, seed=number)
        with crowd.box(folder / "box", card, code) as node:
            crowd.write(node, tuple(events_of(texts, number, answers=False)))
            made = crowd.row(node, host)
        if made is not None:
            rows.append(made)
    return rows


def _reports(directory: Path) -> int:
    uri = f"{(directory / 'polres.db').absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(uri, uri=True)
    try:
        found: int = db.execute("select count(*) from reports").fetchone()[0]
    finally:
        db.close()
    return found
