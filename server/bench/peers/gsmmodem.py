"""python-gsmmodem-new with a callback that commits to SQLite; run as a module it is the loop."""

import importlib
import importlib.util
import sqlite3
import sys
import threading
from contextlib import closing
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Final, Protocol

from server.bench.driver import Peer

_DATABASE: Final = "texts.db"
_MEMORIES: Final = ("SM", "ME")
_READ_THEN_UNREAD: Final = (1, 0)
_EVERY_S: Final = 2.0


class _Sms(Protocol):
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Gsmmodem(Peer):
    """The library's two ways together: +CMTI callbacks, and all stored texts every 2 s."""

    name: str = "python-gsmmodem-new"

    @property
    def missing(self) -> str:
        """Why it cannot run here; "" where it can."""
        found = importlib.util.find_spec("gsmmodem")
        return "" if found else "python-gsmmodem-new is not installed (a test extra)"

    def prepare(self, folder: Path, tty: Path) -> tuple[str, ...]:
        """Write its configuration into an empty folder; gives its command line."""
        with closing(sqlite3.connect(folder / _DATABASE)) as db:
            db.execute("pragma journal_mode=wal")
            db.execute("create table texts (sender text, body text)")
            db.commit()
        return sys.executable, "-m", __name__, str(tty), str(folder / _DATABASE)

    def kept(self, folder: Path) -> list[str]:
        """The text of each row or file."""
        with closing(sqlite3.connect(folder / _DATABASE)) as db:
            return [str(body) for (body,) in db.execute("select body from texts")]


def drive(tty: str, database: str) -> None:
    """Take texts from a modem for ever."""
    library = importlib.import_module("gsmmodem.modem")
    db = sqlite3.connect(database, check_same_thread=False)
    db.execute("pragma synchronous=full")
    lock = threading.Lock()

    def keep(sms: _Sms) -> None:
        with lock, db:
            db.execute("insert into texts values (?, ?)", (sms.number, sms.text))

    modem = library.GsmModem(tty, 115200, smsReceivedCallbackFunc=keep)
    modem.smsTextMode = False
    modem.connect()
    pause = threading.Event()
    while True:
        # As its processStoredSms does, which looks into one memory only.
        for memory, status in product(_MEMORIES, _READ_THEN_UNREAD):
            for sms in modem.listStoredSms(status=status, memory=memory, delete=True):
                keep(sms)
        pause.wait(_EVERY_S)


if __name__ == "__main__":
    drive(*sys.argv[1:3])
