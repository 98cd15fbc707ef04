"""Cuts at every SQL statement: what a killed process leaves, taken while a day is played.

A killed process leaves its files as they are at that moment: what lies in an open transaction is
in its memory, and gone. So a cut at a statement is a copy of the files before it runs.
"""

import copy
import shutil
import sqlite3
import sqlite3.dbapi2
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import scripted_day
from going_on import PAIR, laid_out, wrong_after
from judged import judges_of
from recorded import MACHINES
from told import Told

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class State:
    """What a cut leaves: files, what was told, and by how many cuts it was found."""

    files: Files
    told: Told
    at: str


@dataclass(slots=True)
class Camera:
    """Takes a picture of a folder before every statement and after everything told.

    Attributes:
        paused: nobody is to look, e.g. while a person copies files.
    """

    folder: Path
    statements: int = 0
    told: Told = field(default_factory=Told)
    states: list[State] = field(default_factory=list)
    paused: bool = False
    _last: Files = field(default_factory=dict)
    _stale: bool = True

    def hear(self, line: str) -> None:
        """Something was told."""
        self.told.hear(line)
        self._stale = True
        self._look(line.strip())

    def statement(self, sql: str) -> None:
        """A statement is about to run."""
        if self.told.began and not self.paused:
            self.statements += 1
            self._look(" ".join(sql.split())[:60])

    def _look(self, at: str) -> None:
        if self.paused or not self.told.began:
            return
        files = self._files()
        same = files.keys() == self._last.keys() and all(
            files[name] is self._last[name] for name in files
        )
        if same and not self._stale:
            return
        self._stale, self._last = False, files
        self.states.append(State(files, copy.deepcopy(self.told), at))

    def _files(self) -> Files:
        found: Files = {}
        for path in self.folder.rglob("*"):
            name = str(path.relative_to(self.folder))
            if name.split("/", 1)[0] not in MACHINES or not path.is_file():
                continue
            if name.endswith("-shm"):
                continue
            octets = path.read_bytes()
            before = self._last.get(name)
            found[name] = before if before == octets and before is not None else octets
        return found


@contextmanager
def traced(statement: Callable[[str], None]) -> Iterator[None]:
    """Let every connection to a file tell its statements before they run."""
    as_it_is = sqlite3.connect

    def connect(database: object, *words: object, **more: object) -> sqlite3.Connection:
        made = as_it_is(database, *words, **more)
        if ":memory:" not in str(database):
            made.set_trace_callback(statement)
        return made

    sqlite3.connect = sqlite3.dbapi2.connect = connect
    try:
        yield
    finally:
        sqlite3.connect = sqlite3.dbapi2.connect = as_it_is


def photographed(folder: Path, fault: str = "") -> Camera:
    """Play the day in a folder and take its states."""
    camera = Camera(folder)
    with traced(camera.statement):
        scripted_day.play(folder, fault, camera.hear)
    return camera


def judged(camera: Camera, home: Path) -> Counter[str]:
    """What is wrong with the files of all states, each machine looked at when something changed."""
    wrong: Counter[str] = Counter()
    judges = judges_of(camera.folder)
    before: dict[str, Files] = {}
    for number, state in enumerate(camera.states):
        folder = home / str(number)
        for machine, judge in judges.items():
            files = {n: o for n, o in state.files.items() if n.startswith(f"{machine}/")}
            settled = machine not in PAIR and files == before.get(machine)
            before[machine] = files
            if not files or settled:
                continue
            laid_out(folder, files)
            wrong.update(
                f"{machine}: {one}" for one in judge.wrong(folder / machine, state.told)[0]
            )
        shutil.rmtree(folder, ignore_errors=True)
    return wrong


def gone_on(states: Sequence[State], home: Path) -> Counter[str]:
    """What did not arrive, or arrived twice, when village and Polres went on from these states."""
    wrong: Counter[str] = Counter()
    for state in states:
        laid_out(home / "both", state.files)
        wrong.update(wrong_after(home / "both", state.told))
    return wrong
