"""The seams: for as long as a world runs, Python's own clock, disk and renames are the world's."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from server.simulation.outside.clock import Clock
from server.simulation.outside.disk import Connection, Disk
from server.simulation.outside.effects import Effect

_CONNECT, _RENAME, _REPLACE = sqlite3.connect, os.rename, os.replace
_FSYNC, _TIME, _MONOTONIC = os.fsync, time.time, time.monotonic
_MEMORY: Final = ":memory:"


class Outside:
    """The clock and the disks of a world.

    Args:
        clock: the world's.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.disks: list[Disk] = []

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Inside, the product sees this world; nothing else of the process may run meanwhile."""
        time.time, time.monotonic = self.clock.wall_s, self.clock.mono_s
        sqlite3.connect = sqlite3.dbapi2.connect = self._connect  # type: ignore[assignment]
        os.rename, os.replace = self._moved(_RENAME), self._moved(_REPLACE)
        os.fsync = _synced
        try:
            yield
        finally:
            time.time, time.monotonic = _TIME, _MONOTONIC
            sqlite3.connect = sqlite3.dbapi2.connect = _CONNECT
            os.rename, os.replace, os.fsync = _RENAME, _REPLACE, _FSYNC

    def _connect(self, database: object, *rest: object, **named: object) -> sqlite3.Connection:
        path = _path(str(database))
        disk = None if path is None else self._disk(path)
        if path is None or disk is None:
            return _CONNECT(database, *rest, **named)  # type: ignore[call-overload,no-any-return]
        named["factory"] = Connection
        made = _CONNECT(database, *rest, **named)  # type: ignore[call-overload]
        made.belong(disk, path)
        return made  # type: ignore[no-any-return]

    def _disk(self, path: Path) -> Disk | None:
        return next((one for one in self.disks if path.is_relative_to(one.folder)), None)

    def _moved(self, really: Callable[..., None]) -> Callable[..., None]:
        def move(source: object, target: object, **named: object) -> None:
            disk = self._disk(Path(str(target)))
            if disk is None:
                really(source, target, **named)
            else:
                disk.effects.do(Effect.RENAME, lambda: really(source, target, **named))

        return move


def _synced(fd: object) -> None:
    """What is written lies in memory anyway; what a cut leaves is decided at the cut."""
    del fd


def _path(database: str) -> Path | None:
    if database == _MEMORY or not database:
        return None
    if database.startswith("file:"):
        return Path(unquote(urlsplit(database).path))
    return Path(database)
