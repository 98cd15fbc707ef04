"""What the box remembers of its backups: one row each, and one for every folder."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_COLUMNS = "number, instance, stick, folder, made_s, octets, entries, reports, drill"
_COUNTER = "backup"


class Drill(StrEnum):
    """What the drill said of a backup."""

    WHOLE = "whole"
    READ = "read"
    FAILED = "failed"


GOOD = (Drill.WHOLE, Drill.READ)


@dataclass(frozen=True, slots=True)
class Row:
    """One backup. `drill` READ: every octet was read back, but the memory was too small to open it.

    Attributes:
        made_s: seconds since 1970 by the box's clock.
        entries, reports: what the drill counted.
    """

    number: int
    instance: int
    stick: str
    folder: str
    made_s: int
    octets: int
    entries: int
    reports: int
    drill: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the settings: since when it is known, last tried, and what hindered it."""

    folder: str
    since_s: int
    tried_s: int
    trouble: str


def next_number(db: sqlite3.Connection) -> int:
    """A number that no backup of this box had; runs in a transaction."""
    db.execute(
        "insert into counters (name, value) values (?, 1)"
        " on conflict (name) do update set value = value + 1",
        (_COUNTER,),
    )
    return int(db.execute("select value from counters where name = ?", (_COUNTER,)).fetchone()[0])


def add(db: sqlite3.Connection, row: Row) -> None:
    """Note a backup and what its drill said."""
    db.execute(
        f"insert or replace into backups ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            row.number, row.instance, row.stick, row.folder, row.made_s, row.octets,
            row.entries, row.reports, row.drill,
        ),
    )  # fmt: skip


def forget(db: sqlite3.Connection, stick: str, newest: int, keep: int) -> None:
    """Leave only the newest rows of a stick, as many as it keeps, and those that failed since."""
    db.execute(
        "delete from backups where stick = ? and number < (select min(number) from (select number"
        " from backups where stick = ? and number <= ? and drill != ?"
        " order by number desc limit ?))",
        (stick, stick, newest, Drill.FAILED, keep),
    )


def newest_good(db: sqlite3.Connection, folder: Path | None = None) -> Row | None:
    """The newest backup that passed, in a folder or anywhere."""
    where = "" if folder is None else " and folder = ?"
    found = db.execute(
        f"select {_COLUMNS} from backups where drill in (?, ?){where} order by number desc limit 1",
        (*GOOD, *(() if folder is None else (str(folder),))),
    ).fetchone()
    return None if found is None else Row(*found)


def newest(db: sqlite3.Connection) -> Row | None:
    """The newest backup, whatever its drill said."""
    query = f"select {_COLUMNS} from backups order by number desc limit 1"
    found = db.execute(query).fetchone()
    return None if found is None else Row(*found)


def by_stick(db: sqlite3.Connection) -> tuple[Row, ...]:
    """The newest good backup of every stick, newest first."""
    rows = db.execute(
        f"select {_COLUMNS} from backups where number in (select max(number) from backups"
        " where drill in (?, ?) group by stick) order by number desc",
        GOOD,
    )
    return tuple(Row(*row) for row in rows)


def folder(db: sqlite3.Connection, path: Path) -> Folder | None:
    """What is known of a folder."""
    found = db.execute(
        "select folder, since_s, tried_s, trouble from backup_folders where folder = ?",
        (str(path),),
    ).fetchone()
    return None if found is None else Folder(*found)


def keep_folder(db: sqlite3.Connection, path: Path, now_s: int, trouble: str) -> None:
    """Note that a backup was tried in a folder, and the word for what hindered it."""
    db.execute(
        "insert into backup_folders (folder, since_s, tried_s, trouble) values (?, ?, ?, ?)"
        " on conflict (folder) do update set tried_s = excluded.tried_s,"
        " trouble = excluded.trouble",
        (str(path), now_s, now_s, trouble),
    )
