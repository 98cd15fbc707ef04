"""Finding the modem's port for a checkup, and who holds it when it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hardware.devices import USB_DEVICES, candidates, explain
from hardware.errors import (
    HardwareError,
    NotAModem,
    PortBusy,
    PortForbidden,
    PortGone,
    Timeout,
)
from hardware.port import Port, open_first
from server.checkup.finding import Finding, Mark
from server.checkup.judging import failed

PROC: Final = Path("/proc")
_NEAREST = (PortBusy, PortForbidden, NotAModem, Timeout, PortGone)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that has a port open; `directory` is that of a running village node."""

    pid: int
    name: str
    directory: Path | None


@dataclass(frozen=True, slots=True)
class Search:
    """What the search for a modem came to: an open port, or why there is none."""

    finding: Finding
    port: Port | None = None
    holder: Holder | None = None


def search(wanted: Sequence[str], usb: Path = USB_DEVICES, proc: Path = PROC) -> Search:
    """Open the first of the wanted devices (patterns allowed) that answers AT."""
    paths = candidates(wanted)
    tried: dict[str, HardwareError] = {}
    for path in paths:
        try:
            port = open_first((path,))
        except HardwareError as error:
            tried[path] = error
            continue
        facts: dict[str, object] = {"path": path, "candidates": list(paths)}
        return Search(
            Finding(
                "port", Mark.GOOD, f"Modem ada di {path} dan menjawab perintah AT.", facts=facts
            ),
            port,
        )
    return _none(tried, usb, proc)


def _none(tried: dict[str, HardwareError], usb: Path, proc: Path) -> Search:
    path, worst = _nearest(tried)
    if isinstance(worst, PortBusy):
        return _busy(path, holder(Path(path), proc), list(tried))
    unfit = explain(usb)
    bad = failed("port", unfit or worst)
    facts: dict[str, object] = {**bad.facts, "candidates": list(tried)}
    seen = bad.seen
    if tried and unfit is None:
        seen = f"{seen} Sudah dicoba: {', '.join(tried)}."
    return Search(Finding("port", Mark.BAD, seen, bad.todo, facts))


def _nearest(tried: dict[str, HardwareError]) -> tuple[str, HardwareError]:
    for kind in _NEAREST:
        for path, error in tried.items():
            if isinstance(error, kind):
                return path, error
    return "", PortGone("no device")


def _busy(path: str, who: Holder | None, tried: list[str]) -> Search:
    facts: dict[str, object] = {"error": "PortBusy", "path": path, "candidates": tried}
    if who is None:
        bad = failed("port", PortBusy())
        return Search(Finding("port", Mark.BAD, bad.seen, bad.todo, facts))
    facts |= {"pid": who.pid, "program": who.name}
    if who.directory is None:
        seen = f"Modem di {path} sedang dipakai program {who.name} (nomor proses {who.pid})."
        todo = f"Hentikan {who.name} (misalnya ModemManager atau gammu-smsd), lalu periksa lagi."
        return Search(Finding("port", Mark.BAD, seen, todo, facts), None, who)
    seen = f"Modem di {path} dipegang kotak yang sedang berjalan ({who.directory})."
    return Search(Finding("port", Mark.GOOD, seen, facts=facts), None, who)


def holder(path: Path, proc: Path = PROC) -> Holder | None:
    """The process that has a device open, a village node first; None where none can be seen."""
    device = path.resolve()
    found: list[Holder] = []
    for folder in proc.glob("[0-9]*"):
        if device in _open_files(folder):
            words = _words(folder)
            name = Path(words[0]).name if words else "?"
            found.append(Holder(int(folder.name), name, _node_directory(folder, words)))
    return min(found, key=lambda one: (one.directory is None, one.pid), default=None)


def _open_files(folder: Path) -> set[Path]:
    found: set[Path] = set()
    try:
        links = list((folder / "fd").iterdir())
    except OSError:
        return found
    for link in links:
        try:
            found.add(link.readlink())
        except OSError:
            continue
    return found


def _words(folder: Path) -> list[str]:
    try:
        octets = (folder / "cmdline").read_bytes()
    except OSError:
        return []
    return [word.decode("utf-8", "replace") for word in octets.split(b"\0") if word]


def _node_directory(folder: Path, words: list[str]) -> Path | None:
    """DIR of `desa run DIR`."""
    for first, second, third in zip(words, words[1:], words[2:], strict=False):
        if (first, second) == ("desa", "run"):
            try:
                return (folder / "cwd").readlink() / third
            except OSError:
                return None
    return None
