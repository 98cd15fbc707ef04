"""Folders in which a program might leave something, what lay there, and faults put into code."""

import hashlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from inspect import CO_ASYNC_GENERATOR, CO_GENERATOR
from pathlib import Path
from types import CodeType, FrameType

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The Polres is trusted with content; the virtual modem is the SIM; the demo is no part of a desa.
ELSEWHERE = ("server/polres", "server/demo", "server/airwaves", "hardware/virtual", "hardware/held")
OURS = ("hardware", "sms", "sync", "server")
FOLDERS = ("desa", "tmp", "home", "cwd", "logs")


@dataclass
class Watch:
    """Everything that lay in the watched folders, or in files without a name, at some moment."""

    base: Path
    seen: dict[bytes, bytes] = field(default_factory=dict)
    moments: int = 0

    def __post_init__(self) -> None:
        for name in FOLDERS[1:]:
            (self.base / name).mkdir()
        self._before = {target for _, target in _descriptors(os.getpid())}

    def environment(self, patch: pytest.MonkeyPatch) -> None:
        """Let every temporary and spool file of this process and its children lie here."""
        for name in ("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"):
            patch.setenv(name, str(self.base / "tmp"))
        patch.setattr("tempfile.tempdir", None)
        patch.setenv("HOME", str(self.base / "home"))
        patch.setenv("XDG_CACHE_HOME", str(self.base / "home"))
        patch.chdir(self.base / "cwd")

    def gather(self, *processes: int) -> None:
        """Take in all that lies there now, and what is open in this and other processes."""
        self.moments += 1
        for path in self.files():
            self._take(path)
        self.spool(*processes)

    def spool(self, *processes: int) -> int:
        """Take in files that are open but have no name any more; gives how many there were."""
        found = 0
        for process in (os.getpid(), *processes):
            for link, target in _descriptors(process):
                if target.endswith(" (deleted)") and target not in self._before:
                    found += self._take(link)
        return found

    def files(self) -> Iterator[Path]:
        """Every regular file of the watched folders."""
        for name in FOLDERS:
            for path in (self.base / name).rglob("*"):
                if path.is_file() and not path.is_symlink():
                    yield path

    def readable_by_others(self) -> list[str]:
        """What of the desa's directory others may read, with its mode."""
        found = []
        for path in (self.base / "desa", *(self.base / "desa").rglob("*")):
            mode = stat.S_IMODE(path.lstat().st_mode)
            if mode & 0o077 and not path.is_symlink():
                found.append(f"{path.name} {mode:o}")
        return found

    @property
    def octets(self) -> int:
        """How much was taken in."""
        return sum(map(len, self.seen.values()))

    def _take(self, path: Path) -> bool:
        try:
            data = path.read_bytes()
        except OSError:
            return False
        self.seen.setdefault(hashlib.blake2b(data).digest(), data)
        return True


def _descriptors(process: int) -> list[tuple[Path, str]]:
    found = []
    for link in Path(f"/proc/{process}/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("/") and not target.startswith(("/dev/pts", "/memfd", "/dev/null")):
            found.append((link, target))
    return found


class Fault(Exception):
    """Raised in the middle of a step; quotes all that the function had in hand."""


@dataclass(frozen=True, slots=True)
class Place:
    """A function by where it stands; a template's is compiled anew in each run."""

    file: str
    line: int
    name: str

    @classmethod
    def of(cls, code: CodeType) -> "Place":
        """Where a code object comes from."""
        return cls(code.co_filename, code.co_firstlineno, code.co_name)


def path_of(act: Callable[[], object]) -> tuple[Place, ...]:
    """Functions of the desa that an act runs through, in order of their first call."""
    called: dict[Place, None] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and _is_ours(frame.f_code):
            called.setdefault(Place.of(frame.f_code))

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return tuple(called)


def with_fault(place: Place, act: Callable[[], object]) -> bool:
    """Run an act whose first passage through a function ends in a fault; False if none came.

    The function has done its work then; a generator fails before it begins, since a fault at
    its yield would skip its own clearing up.
    """
    fired = False

    def break_it(frame: FrameType, event: str, _: object) -> None:
        nonlocal fired
        code = frame.f_code
        at = "call" if code.co_flags & (CO_GENERATOR | CO_ASYNC_GENERATOR) else "return"
        if not fired and event == at and code.co_name == place.name and Place.of(code) == place:
            fired = True
            raise Fault(repr(frame.f_locals)[:20_000])

    sys.setprofile(break_it)
    try:
        act()
    finally:
        sys.setprofile(None)
    return fired


def _is_ours(code: CodeType) -> bool:
    try:
        name = str(Path(code.co_filename).relative_to(ROOT))
    except ValueError:
        return False
    return name.startswith(OURS) and not name.startswith(ELSEWHERE) and code.co_name[0] != "<"
