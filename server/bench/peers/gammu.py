"""gammu-smsd, with its files service or with SQLite."""

import gzip
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from server.bench.driver import Peer

_SCHEMA: Final = Path("/usr/share/doc/gammu-smsd/examples/sqlite.sql")
_DRIVERS: Final = "/usr/lib"
_DATABASE: Final = "smsd.db"
_TUNED: Final = (
    "LoopSleep = 1",
    "ReceiveFrequency = 1",
    "StatusFrequency = 0",
    "CheckSecurity = 0",
    "CheckBattery = 0",
    "CheckSignal = 0",
    "CheckNetwork = 0",
    "ResetFrequency = 0",
    "HardResetFrequency = 0",
)


@dataclass(frozen=True, slots=True)
class Gammu(Peer):
    """gammu-smsd with LoopSleep 1, ReceiveFrequency 1 and all checks off."""

    service: Literal["files", "sqlite3"]

    @property
    def name(self) -> str:
        """As it stands in tables."""
        return f"gammu-smsd {self.service}"

    @property
    def missing(self) -> str:
        """Why it cannot run here; "" where it can."""
        if shutil.which("gammu-smsd") is None:
            return "gammu-smsd is not installed (Debian: gammu-smsd)"
        if self.service == "files":
            return ""
        if not _driver_folder():
            return "no SQLite driver for gammu-smsd (Debian: libdbd-sqlite3)"
        return "" if _schema() else "no SQLite schema beside gammu-smsd's documentation"

    def prepare(self, folder: Path, tty: Path) -> tuple[str, ...]:
        """Write its configuration into an empty folder; gives its command line."""
        lines = ["[gammu]", f"device = {tty}", "connection = at115200", "", "[smsd]"]
        lines += [f"logfile = {folder / 'smsd.log'}", "debuglevel = 0", *_TUNED]
        if self.service == "files":
            lines += ["service = files", "inboxformat = standard"]
            for box in ("inbox", "outbox", "sentsms", "errorsms"):
                (folder / box).mkdir()
                lines.append(f"{box}path = {folder / box}/")
        else:
            lines += ["service = sql", "driver = sqlite3", f"driverspath = {_driver_folder()}/"]
            lines += [f"dbdir = {folder}/", f"database = {_DATABASE}"]
            with closing(sqlite3.connect(folder / _DATABASE)) as db:
                db.executescript(_schema())
        configuration = folder / "smsdrc"
        configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return "gammu-smsd", "-c", str(configuration)

    def kept(self, folder: Path) -> list[str]:
        """The text of each row or file."""
        if self.service == "files":
            files = (folder / "inbox").iterdir()
            return [path.read_text(encoding="utf-8", errors="replace") for path in files]
        with closing(sqlite3.connect(folder / _DATABASE)) as db:
            return [str(text) for (text,) in db.execute("select TextDecoded from inbox")]


def _schema() -> str:
    if _SCHEMA.exists():
        return _SCHEMA.read_text(encoding="utf-8")
    packed = _SCHEMA.with_name(_SCHEMA.name + ".gz")
    return gzip.decompress(packed.read_bytes()).decode() if packed.exists() else ""


def _driver_folder() -> str:
    found = sorted(Path(_DRIVERS).glob("*/dbd/libdbdsqlite3.so"))
    return str(found[0].parent) if found else ""
