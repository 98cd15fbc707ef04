"""The village process: one thread owns each modem, the clock drives the rest, waitress serves."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

from flask import Flask

from server.desa import commands, steps
from server.desa.app import create_app
from server.desa.backup import nightly
from server.desa.frontdesk import FrontDesk
from server.desa.gateway import history
from server.desa.intake import remember_seen
from server.desa.lamp import showing
from server.desa.node import Node, open_node
from server.desa.officers.keydesk import KeyDesk
from server.desa.radios.port_thread import start_radios
from server.desa.reading.unlocking import Unlocker
from server.process.control import ControlSocket
from server.process.running import leave_no_core, leave_within, only_one, stop_on_signals
from server.process.schedule import Schedule
from server.web.serve import page_address, serve
from sync.roads import backoff
from sync.roads.http import HttpRoad, Road

log = logging.getLogger(__name__)
# SIGTERM must leave within 5 s, also while a road keeps an exchange waiting.
LEAVE_S = 4.0
# A login waits so long for its older sessions; a long past opens while the officer works.
UNLOCK_PATIENCE_S = 1.0
# A link that dies every few seconds, but carried something, is worth another call at once.
AGAIN_S = 2.0


def run(directory: Path, say: Callable[[str], object] = lambda _: None) -> None:
    """Run the node until SIGTERM or SIGINT; `say` is told where the pages are.

    Raises:
        AlreadyRunning, PortInUse, and what `open_node` raises.
    """
    leave_no_core()
    stop = stop_on_signals()
    with only_one(directory):
        node = open_node(
            directory,
            system_s=time.time(),
            now_s=time.monotonic(),
            random=secrets.token_bytes,
            make_road=open_road,
        )
        with closing(node.database):
            _work(node, stop, say)


def _work(node: Node, stop: threading.Event, say: Callable[[str], object]) -> None:
    """Serve pages, modems and the clock until told to stop."""
    remember_seen(node, time.monotonic())
    nightly.begin(node, time.monotonic())
    desk = FrontDesk(node, time.monotonic)
    keys = KeyDesk(node, desk, time.monotonic)
    control = ControlSocket(node.directory, commands.answers(node, desk, keys))
    # A backup may take minutes; exchange and reminders have threads of their own meanwhile.
    schedule = Schedule(threads=3)
    drive(node, stop, schedule)
    radios = start_radios(node, stop)
    schedule.start()
    try:
        web = node.settings.web
        app = _pages(node, desk, keys)
        serve(app, web.host, web.port, stop, lambda port: say(_begun(node, desk, port)))
    finally:
        stop.set()
        leave_within(LEAVE_S)
        schedule.stop()
        for radio in radios:
            radio.join(timeout=LEAVE_S / len(radios))
        control.close()
        guarded(lambda: showing.darken(node))()
        guarded(lambda: history.flush(node, time.monotonic(), stop=True))()


class Jobs(Protocol):
    """What runs jobs: the process's schedule, or the simulator's."""

    def every(self, seconds: float, job: Callable[[], object]) -> None:
        """Run a job again and again."""


def drive(node: Node, stop: threading.Event, schedule: Jobs) -> None:
    """Say what the clock drives; it is not started here."""
    exchanger = Exchanger(node)
    schedule.every(0.25, guarded(exchanger.tick))
    unlocker = Unlocker(node, lambda: not stop.is_set(), time.monotonic)
    node.ledger.patience_s = UNLOCK_PATIENCE_S
    schedule.every(0.25, guarded(unlocker.tick))
    guarded(lambda: showing.show(node))()
    schedule.every(60, guarded(lambda: steps.tend(node, time.monotonic())))
    schedule.every(30, guarded(lambda: steps.remind(node, time.monotonic())))
    schedule.every(1, guarded(lambda: nightly.tick(node, time.monotonic(), stop)))


def _pages(node: Node, desk: FrontDesk, keys: KeyDesk) -> Flask:
    """The village pages under the names by which the settings let them be called."""
    web = node.settings.web
    return create_app(
        desk,
        hosts=frozenset({web.host, "localhost", "127.0.0.1", "desa.local", *web.hosts}),
        idle_s=60 * node.settings.lock.idle_min,
        keys=keys,
    )


def _begun(node: Node, desk: FrontDesk, port: int) -> str:
    """Where the pages are, and what to do next."""
    web, directory = node.settings.web, node.directory
    then = "buka di peramban dan masuk sebagai petugas"
    if not desk.officers():
        then = f"belum ada petugas, jadi jalankan: kentongan desa officer add {directory} NAMA"
    return f"Kotak {desk.desa} berjalan di {page_address(web.host, port)} - {then}."


def guarded(job: Callable[[], object]) -> Callable[[], None]:
    """A job whose faults are told by their place and do not end the schedule."""

    def run_job() -> None:
        try:
            job()
        except Exception:
            log.exception("job failed")

    return run_job


class Exchanger:
    """Decides at each tick whether an exchange is due."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._failures = 0
        self._due_s = 0.0

    def tick(self) -> None:
        """Exchange when something is waiting, or when it is time."""
        node, now_s = self._node, time.monotonic()
        usual_s = float(node.settings.polres.exchange_every_s)
        wished = node.exchange_soon.is_set() and not self._failures
        if now_s < self._due_s and not wished:
            return
        node.exchange_soon.clear()
        failed, further = True, 0
        try:
            outcome = steps.exchange(node, now_s)
            failed, further = outcome.result is steps.Result.LATER, outcome.count
        finally:
            # Also after a fault: a road that costs money is not tried four times a second.
            if failed and further > 0:
                usual_s, failed = min(usual_s, AGAIN_S), False
            self._wait(usual_s, failed=failed)

    def _wait(self, usual_s: float, *, failed: bool) -> None:
        node = self._node
        self._failures = self._failures + 1 if failed else 0
        fraction = int.from_bytes(node.random(4), "big") / 2**32
        longest_s = max(usual_s, 15 * 60.0) if usual_s >= 60 else usual_s * 2
        self._due_s = time.monotonic() + backoff.delay_s(
            self._failures, usual_s, fraction, longest_s
        )


def open_road(url: str, timeout_s: float) -> Road:
    """A road over HTTP."""
    return HttpRoad(url, timeout_s)
