"""smstools' smsd: spool folders, no database."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.bench.driver import Peer

_PROGRAM: Final = "/usr/sbin/smsd"
_BOXES: Final = ("outgoing", "checked", "failed", "incoming", "sent", "stats")


@dataclass(frozen=True, slots=True)
class Smstools(Peer):
    """smsd that looks for texts every second, in both memories."""

    name: str = "smstools"

    @property
    def missing(self) -> str:
        """Why it cannot run here; "" where it can."""
        return "" if self._program() else "smstools is not installed (Debian: smstools)"

    def prepare(self, folder: Path, tty: Path) -> tuple[str, ...]:
        """Write its configuration into an empty folder; gives its command line."""
        lines = ["devices = GSM1", "delaytime = 1", "delaytime_mainprocess = 1"]
        lines += ["errorsleeptime = 1", "loglevel = 3", f"logfile = {folder / 'smsd.log'}"]
        lines += [f"infofile = {folder / 'smsd.working'}", f"pidfile = {folder / 'smsd.pid'}"]
        for box in _BOXES:
            (folder / box).mkdir()
            lines.append(f"{box} = {folder / box}")
        lines += ["", "[GSM1]", f"device = {tty}", "incoming = yes", "baudrate = 115200"]
        lines += ["rtscts = no", "memory_start = 1", "primary_memory = SM"]
        lines += ["secondary_memory = ME", "secondary_memory_max = 30"]
        configuration = folder / "smsd.conf"
        configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self._program(), "-t", "-c", str(configuration)

    def kept(self, folder: Path) -> list[str]:
        """The text of each row or file."""
        return [path.read_text(encoding="latin-1") for path in (folder / "incoming").iterdir()]

    @staticmethod
    def _program() -> str:
        return shutil.which("smsd") or (_PROGRAM if Path(_PROGRAM).exists() else "")
