"""A backup of the Polres' tables, and the watermark that it moves for every desa's log."""

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from server.polres.district import District
from server.polres.errors import BackupFailed
from server.polres.store import restores
from server.polres.store.engine import FILE_NAME
from sync.entry import Log


@dataclass(frozen=True, slots=True)
class Made:
    """A backup: its size in octets, and how many entries of desas it holds."""

    octets: int
    entries: int


def back_up(district: District, target: Path, now_s: int) -> Made:
    """Write a backup of the tables while the server goes on.

    It is written beside `target`, synced, opened again and checked, and only then takes the name.
    After that the desas are told what it covers. Key files are not in it: without `polres.key`
    nobody opens what it hides.

    Raises:
        BackupFailed: `target` is as it was, and no watermark was moved.
    """
    fresh = target.with_name(target.name + ".new")
    try:
        _copy(district.directory / FILE_NAME, fresh)
        heads = _checked(fresh)
        octets = fresh.stat().st_size
        fresh.replace(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise BackupFailed from error
    with district.write() as connection:
        for node, instance, seq in heads:
            restores.put_durable(connection, node, instance, seq, now_s)
    return Made(octets, sum(seq for _, _, seq in heads))


def _copy(source: Path, target: Path) -> None:
    """All pages as of one moment; a reader of its own, so that no exchange waits for it."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        contextlib.closing(
            sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        ) as of,
        contextlib.closing(sqlite3.connect(target)) as to,
    ):
        of.backup(to)
        to.execute("pragma journal_mode=delete")
    _sync(target)


def _checked(path: Path) -> tuple[tuple[int, int, int], ...]:
    """(node, instance, last number) of the desas' logs in a backup that can be opened.

    Raises:
        sqlite3.Error: it is no sound database.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(address, uri=True)) as opened:
        if opened.execute("pragma integrity_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError
        rows = opened.execute(
            "select node, instance, max(seq) from entries where log = ? group by node, instance",
            (int(Log.UP),),
        )
        return tuple(rows.fetchall())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
