"""What a process asked of its disk, call by call: strace's record of it, read back."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOLD_FILE = "told"
"""What is written to this file beside the machines is no disk's matter: it was said to somebody."""
_CALLS = (
    "openat,write,pwrite64,lseek,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat,"
    "renameat2,mkdir,mkdirat,link,linkat,symlink,symlinkat,truncate,fallocate,writev,pwritev,"
    "pwritev2,sendfile,copy_file_range,sync,syncfs,sync_file_range,creat,open"
)
_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(.*)$", re.DOTALL)
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)$", re.DOTALL)
_HANDLE = re.compile(r"(\d+|AT_FDCWD)<([^>]*)>(\(deleted\))?")
_GIVEN = re.compile(r"<([^>]*)>")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FLAT = {"write", "pwrite64", "lseek", "fsync", "fdatasync", "ftruncate"}


@dataclass(frozen=True, slots=True)
class Made:
    """A file came to be under a name."""

    path: str


@dataclass(frozen=True, slots=True)
class Written:
    """Octets went to a place in a file."""

    path: str
    offset: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Resized:
    """A file got another length."""

    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """A file, or the names in a folder, came to rest."""

    path: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A name went."""

    path: str


@dataclass(frozen=True, slots=True)
class Renamed:
    """A file took another name."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something was told to somebody outside, at this place among the calls."""

    line: str


Call = Made | Written | Resized | Synced | Removed | Renamed | Said


class StrangeCallError(Exception):
    """The process changed a file by a call that is not read here."""


def recorded(script: Path, folder: Path, *words: str) -> list[Call]:
    """Run a script of this folder under strace; gives what it did to files below `folder`."""
    assert shutil.which("strace"), "strace is missing: apt-get install strace"
    found = [str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()]
    record = folder.with_name(folder.name + ".strace")
    parts = (ROOT, ROOT / "tests", ROOT / "tests" / "unit", script.parent)
    done = subprocess.run(
        [
            *("strace", "-f", "-q", "-y", "-xx", "-s", "9999999", "--seccomp-bpf"),
            *("-e", f"trace={_CALLS}", "-e", "signal=none", "-o", str(record)),
            *(sys.executable, str(script), str(folder), *words),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, parts)), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    try:
        if done.returncode:
            raise AssertionError(done.stderr[-4_000:])
        with record.open(encoding="ascii", errors="surrogateescape") as lines:
            return list(read(lines, str(folder), found))
    finally:
        record.unlink(missing_ok=True)


def read(lines: Iterator[str], root: str, found: Collection[str] = ()) -> Iterator[Call]:
    """The calls below a folder, with names relative to it, in the order in which they ended.

    `found` are the files that were there before.
    """
    below = _Below(root, found)
    halves: dict[str, str] = {}
    for line in lines:
        text = line.rstrip("\n")
        if text.endswith("<unfinished ...>"):
            pid = text.split(" ", 1)[0]
            halves[pid] = text.removesuffix("<unfinished ...>").rstrip()
            continue
        resumed = _RESUMED.match(text)
        if resumed:
            text = halves.pop(resumed[1], "") + resumed[2]
        found = _LINE.match(text)
        if found and not found[4].startswith("-"):
            yield from below.calls(found[2], found[3], int(found[4]), found[5])


class _Below:
    """Turns lines into calls; knows which names there are and where each handle stands."""

    def __init__(self, root: str, found: Collection[str]) -> None:
        self._root = root.rstrip("/") + "/"
        self._names = set(found)
        self._at: dict[str, int] = {}

    def calls(self, call: str, words: str, result: int, rest: str) -> Iterator[Call]:
        if call in _FLAT:
            yield from self._on_handle(call, words, result)
        elif call == "openat":
            yield from self._opened(words, result, rest)
        elif call in {"unlink", "unlinkat"}:
            name = self._name(words)
            if name and "AT_REMOVEDIR" not in words:
                self._names.discard(name)
                yield Removed(name)
        elif call in {"rename", "renameat", "renameat2"}:
            names = [self._below(_octets(one).decode()) for one in _STRING.findall(words)]
            if names and all(names):
                self._names.discard(names[0])
                self._names.add(names[1])
                yield Renamed(names[0], names[1])
        elif call not in {"mkdir", "mkdirat"} and self._touches(words):
            raise StrangeCallError(call)

    def _on_handle(self, call: str, words: str, result: int) -> Iterator[Call]:
        handle = _HANDLE.match(words)
        name = "" if handle is None or handle[3] else self._below(_path(handle[2]))
        if handle is None or not name or name.endswith("-shm"):
            return
        last = words.rsplit(", ", 1)[-1]
        if call == "lseek":
            self._at[handle[1]] = result
        elif call in {"fsync", "fdatasync"}:
            yield Synced(name)
        elif call == "ftruncate":
            yield Resized(name, int(last))
        elif call == "pwrite64":
            yield Written(name, int(last), _first(words)[:result])
        else:
            octets = _first(words)[:result]
            if name == TOLD_FILE:
                yield Said(octets.decode())
                return
            yield Written(name, self._at[handle[1]], octets)
            self._at[handle[1]] += result

    def _opened(self, words: str, result: int, rest: str) -> Iterator[Call]:
        path = _GIVEN.match(rest)
        name = "" if path is None else self._below(_path(path[1]))
        if not name or name.endswith("-shm"):
            return
        self._at[str(result)] = 0
        if "O_APPEND" in words and name != TOLD_FILE:
            raise StrangeCallError(words)
        if "O_CREAT" in words and name not in self._names and name != TOLD_FILE:
            self._names.add(name)
            yield Made(name)
        elif "O_TRUNC" in words:
            yield Resized(name, 0)

    def _touches(self, words: str) -> bool:
        named = [_octets(one).decode("utf-8", "replace") for one in _STRING.findall(words)]
        handles = [_path(one) for one in _GIVEN.findall(words)]
        return any(map(self._below, (*named, *handles)))

    def _name(self, words: str) -> str:
        """The one name in a call, also one that stands below an open folder."""
        said = _first(words).decode()
        folder = _HANDLE.match(words)
        if folder is not None and not said.startswith("/"):
            said = f"{_path(folder[2])}/{said}"
        return self._below(said)

    def _below(self, path: str) -> str:
        if path == self._root[:-1]:
            return "."
        return path.removeprefix(self._root) if path.startswith(self._root) else ""


def _octets(hexed: str) -> bytes:
    return bytes.fromhex(hexed.replace("\\x", ""))


def _first(words: str) -> bytes:
    found = _STRING.search(words)
    return b"" if found is None else _octets(found[1])


def _path(said: str) -> str:
    return _octets(said).decode("utf-8", "surrogateescape") if said.startswith("\\x") else said
