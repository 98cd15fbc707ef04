"""The thread that owns a modem's port: listen, read, speak, and open it again when it is lost."""

import contextlib
import logging
import sqlite3
import threading
import time
from hashlib import blake2b

from hardware.answers import Call, ReportArrived, TextArrived
from hardware.errors import HardwareError, NotAModem, Timeout
from hardware.modem import Modem
from hardware.port import open_first
from server.desa import steps
from server.desa.desk import ModemMood
from server.desa.intake import missed_call
from server.desa.node import Node

log = logging.getLogger(__name__)
CARD_TROUBLE = (
    "Kotak tidak dapat menulis ke kartunya. SMS tetap aman di modem dan jaringan; "
    "periksa sisa ruang kartu, lalu ganti kartu bila tetap begini."
)
_WAIT_S = 0.2
_REOPEN_S = 2.0
_HEALTH_EVERY_S = 30.0


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
