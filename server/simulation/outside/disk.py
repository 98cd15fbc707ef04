"""A machine's disk: commits that may fail or be cut, and what of its files a power cut leaves."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from server.simulation.outside.effects import Effect, Effects, T

_WAL_HEAD, _FRAME_HEAD, _PAGE = 32, 24, 4096
_MX_FRAME, _SALT, _BACKFILL = 16, 32, 96
IOERR_FSYNC: Final = 1034
IOERR_WRITE: Final = 778
FULL: Final = 13


class Injected(sqlite3.OperationalError):
    """A failure of the disk that the world made."""


def _failure(sentence: str, code: int) -> Injected:
    made = Injected(sentence)
    made.sqlite_errorcode = code
    return made


class Slow(Protocol):
    """What a slow card costs."""

    def __call__(self, seconds: float) -> object:
        """Let time pass."""


@dataclass(slots=True)
class Disk:
    """The disk of one machine.

    Attributes:
        folder: where its files lie.
        full: every commit fails with `SQLITE_FULL`.
        errors: so many commits fail with an error of writing.
        fsync_errors: so many fail when they are synced; what was not synced before is lost.
        slow_s: how long each commit takes.
        failed: failures so far, by what they were.
    """

    folder: Path
    effects: Effects
    wait: Slow
    full: bool = False
    errors: int = 0
    fsync_errors: int = 0
    slow_s: float = 0.0
    failed: dict[int, int] = field(default_factory=dict)
    connections: list["Connection"] = field(default_factory=list)
    lost: int = 0

    def fails(self) -> Injected | None:
        """How the next commit fails, if it does."""
        if self.full:
            return self._note(_failure("database or disk is full", FULL))
        if self.errors:
            self.errors -= 1
            return self._note(_failure("disk I/O error", IOERR_WRITE))
        if self.fsync_errors:
            self.fsync_errors -= 1
            return self._note(_failure("disk I/O error", IOERR_FSYNC))
        return None

    def _note(self, made: Injected) -> Injected:
        code = made.sqlite_errorcode
        self.failed[code] = self.failed.get(code, 0) + 1
        return made

    def fall(self, choose: Callable[[int, int], int], *, power: bool) -> None:
        """The machine ended: its files are what a power cut (or a kill) leaves of them.

        Args:
            choose: a number between two, both included; which unsynced frames stay.
            power: False when only the process ended, so that the system keeps what was written.
        """
        there, self.connections = self.connections, []
        images = [one.image(choose, power=power) for one in there]
        for one in there:
            one.shut_index()
            with suppress(sqlite3.Error):
                sqlite3.Connection.close(one)
        for one, left in zip(there, images, strict=True):
            self.lost += left.lost
            for suffix, octets in (("", left.file), ("-wal", left.wal), ("-shm", b"")):
                path = one.path.with_name(one.path.name + suffix)
                path.unlink(missing_ok=True)
                if octets:
                    path.write_bytes(octets)
                    path.chmod(0o600)


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a database: its file, its write-ahead log, and how many frames are lost."""

    file: bytes
    wal: bytes
    lost: int


class Connection(sqlite3.Connection):
    """A connection whose commits are effects of a machine."""

    disk: Disk
    path: Path
    _lazy = False
    _synced = (b"", 0)
    _poisoned = False
    _changes = 0
    _index = -1

    def belong(self, disk: Disk, path: Path) -> None:
        """Say whose disk the file lies on."""
        self.disk, self.path = disk, path
        disk.connections.append(self)

    def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
        """As always; a commit is an effect."""
        if sql == "commit":
            return self._committed(lambda: sqlite3.Connection.execute(self, sql))
        if sql.startswith("pragma synchronous="):
            self._lazy = sql.endswith("normal")
        return super().execute(sql, *rest)  # type: ignore[arg-type]

    def commit(self) -> None:
        """As always; what is committed is an effect."""
        if self.in_transaction:
            self._committed(lambda: sqlite3.Connection.commit(self))

    def close(self) -> None:
        """As always: the write-ahead log is folded into the file."""
        if self in self.disk.connections:
            self.disk.connections.remove(self)
        self.shut_index()
        super().close()

    def shut_index(self) -> None:
        """Let the index of the log go."""
        if self._index >= 0:
            os.close(self._index)
            self._index = -1

    def _committed(self, act: Callable[[], T]) -> T:
        if self.total_changes == self._changes:
            # Nothing was written, so nothing is synced and nothing can fail.
            return act()
        self._changes = self.total_changes
        disk = self.disk
        if disk.slow_s:
            disk.wait(disk.slow_s)
        failure = None if disk.effects.ended else disk.fails()
        if failure is not None:
            if failure.sqlite_errorcode == IOERR_FSYNC:
                # Linux forgets what it could not write: a later fsync does not bring it back.
                self._poisoned = True
            sqlite3.Connection.execute(self, "rollback")
            raise failure

        def synced() -> T:
            done = act()
            if not self._lazy and not self._poisoned:
                self._synced = self._end()[:2]
            return done

        return disk.effects.do(Effect.COMMIT, synced, self._leave_unsynced)

    def _leave_unsynced(self) -> None:
        self._lazy = True

    def _end(self) -> tuple[bytes, int, int]:
        """Salt and last frame of the write-ahead log, and how many lie in the file already."""
        try:
            if self._index < 0:
                self._index = os.open(f"{self.path}-shm", os.O_RDONLY)
            head = os.pread(self._index, _BACKFILL + 4, 0)
        except OSError:
            return b"", 0, 0
        if len(head) < _BACKFILL + 4:
            return b"", 0, 0
        number = [int.from_bytes(head[at : at + 4], "little") for at in (_MX_FRAME, _BACKFILL)]
        return head[_SALT : _SALT + 8], number[0], number[1]

    def image(self, choose: Callable[[int, int], int], *, power: bool) -> Left:
        """What the end of the machine leaves of the database."""
        file = self.path.read_bytes()
        log = self.path.with_name(f"{self.path.name}-wal")
        if not log.exists():
            return Left(file, b"", 0)
        wal = log.read_bytes()
        if not power:
            return Left(file, wal, 0)
        salt, last, backfill = self._end()
        synced = self._synced[1] if self._synced[0] == salt else 0
        kept = choose(min(max(synced, backfill), last), last)
        if kept < last:
            wal = wal[: _WAL_HEAD + kept * (_FRAME_HEAD + _PAGE)] if kept else b""
        return Left(file, wal, last - kept)
