"""The village process: one thread owns the modem, the clock drives the rest, waitress serves."""

import contextlib
import logging
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

from hardware.answers import Call, ReportArrived, TextArrived
from hardware.errors import HardwareError, NotAModem, Timeout
from hardware.modem import Modem
from hardware.port import open_first
from server.desa import commands, steps
from server.desa.app import create_app
from server.desa.desk import ModemMood
from server.desa.frontdesk import FrontDesk
from server.desa.intake import missed_call, remember_seen
from server.desa.node import Node, open_node
from server.process.control import ControlSocket
from server.process.running import leave_no_core, leave_within, only_one, stop_on_signals
from server.process.schedule import Schedule
from server.web.serve import serve
from sync.roads import backoff
from sync.roads.http import HttpRoad, Road

log = logging.getLogger(__name__)
CARD_TROUBLE = (
    "Kotak tidak dapat menulis ke kartunya. SMS tetap aman di modem dan jaringan; "
    "periksa sisa ruang kartu, lalu ganti kartu bila tetap begini."
)
_WAIT_S = 0.2
_REOPEN_S = 2.0
_HEALTH_EVERY_S = 30.0
# SIGTERM must leave within 5 s, also while a road keeps an exchange waiting.
LEAVE_S = 4.0


def run(directory: Path) -> None:
    """Run the node until SIGTERM or SIGINT.

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
        remember_seen(node, time.monotonic())
        desk = FrontDesk(node)
        control = ControlSocket(directory, commands.answers(node))
        schedule = Schedule()
        exchanger = Exchanger(node)
        schedule.every(0.25, guarded(exchanger.tick))
        schedule.every(60, guarded(lambda: steps.tend(node, time.monotonic())))
        schedule.every(30, guarded(lambda: steps.remind(node, time.monotonic())))
        radio = threading.Thread(target=modem_loop, args=(node, stop), name="modem", daemon=True)
        radio.start()
        schedule.start()
        try:
            web = node.settings.web
            hosts = frozenset({web.host, "localhost", "127.0.0.1", "desa.local", *web.hosts})
            serve(create_app(desk, hosts=hosts), web.host, web.port, stop)
        finally:
            stop.set()
            leave_within(LEAVE_S)
            schedule.stop()
            radio.join(timeout=4)
            control.close()
            node.database.close()


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
        failed = True
        try:
            failed = steps.exchange(node, now_s).result is steps.Result.LATER
        finally:
            # Also after a fault: a road that costs money is not tried four times a second.
            self._wait(usual_s, failed=failed)

    def _wait(self, usual_s: float, *, failed: bool) -> None:
        node = self._node
        self._failures = self._failures + 1 if failed else 0
        fraction = int.from_bytes(node.random(4), "big") / 2**32
        longest_s = max(usual_s, 15 * 60.0) if usual_s >= 60 else usual_s * 2
        self._due_s = time.monotonic() + backoff.delay_s(
            self._failures, usual_s, fraction, longest_s
        )


def modem_loop(node: Node, stop: threading.Event) -> None:
    """Own the port: open it, listen, read, speak; open it again whenever it is lost."""
    paths = node.settings.modem.ports
    while not stop.is_set():
        modem = Modem(lambda: open_first(paths), time.monotonic)
        try:
            identity = modem.start()
            with node.database.lock:
                node.sim = blake2b(identity.imsi.encode(), digest_size=8).hexdigest()
            _mood(node, ModemMood.GOOD, "")
            _converse(node, modem, stop)
        except HardwareError as error:
            log.warning("modem lost", extra={"error": type(error).__name__})
            silent = isinstance(error, NotAModem | Timeout)
            _mood(node, ModemMood.SILENT if silent else ModemMood.ABSENT, error.sentence)
        except sqlite3.Error as error:
            log.warning("card refused a write", extra={"error": type(error).__name__})
            _mood(node, ModemMood.GOOD, CARD_TROUBLE)
        except Exception:
            # A fault in reading or sending must not end the listening; what was kept stays.
            log.exception("radio step failed")
        finally:
            with contextlib.suppress(HardwareError):
                modem.close()
        stop.wait(_REOPEN_S)


def _converse(node: Node, modem: Modem, stop: threading.Event) -> None:
    list_due_s = health_due_s = 0.0
    while not stop.is_set():
        now_s = time.monotonic()
        if now_s >= health_due_s:
            _look(node, modem)
            health_due_s = now_s + _HEALTH_EVERY_S
        if now_s >= list_due_s:
            kept = steps.listen(node, modem, now_s)
            # A memory that was just emptied lets the network deliver what waits there.
            again = kept.result is steps.Result.DONE
            list_due_s = now_s if again else now_s + node.settings.modem.list_every_s
            steps.read(node, now_s)
        spoke = steps.speak(node, modem, now_s).result is steps.Result.DONE
        node.speak_soon.clear()
        for notice in modem.wait(0.0 if spoke or now_s >= list_due_s else _WAIT_S):
            if isinstance(notice, Call):
                missed_call(node, notice.number, time.monotonic())
                continue
            if isinstance(notice, TextArrived | ReportArrived) and notice.pdu:
                steps.keep_passing(node, notice.pdu, time.monotonic())
                steps.read(node, time.monotonic())
            list_due_s = 0.0


def _look(node: Node, modem: Modem) -> None:
    rssi = modem.signal().rssi
    searching = not modem.network().registered
    percent = None if rssi is None or rssi > 31 else round(rssi * 100 / 31)
    with node.database.lock:
        node.health.signal_percent = percent
    trouble = "Modem belum mendapat sinyal. Pindahkan antena ke tempat lebih tinggi."
    _mood(
        node,
        ModemMood.SEARCHING if searching else ModemMood.GOOD,
        trouble if searching else "",
    )


def _mood(node: Node, mood: ModemMood, trouble: str) -> None:
    with node.database.lock:
        if (node.health.modem, node.health.modem_trouble) != (mood, trouble):
            node.health.modem, node.health.modem_trouble = mood, trouble
            node.projection.touch()


def open_road(url: str, timeout_s: float) -> Road:
    """A road over HTTP."""
    return HttpRoad(url, timeout_s)
