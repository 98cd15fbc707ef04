"""The database file: how it is opened, and that a transaction is all or nothing."""

import os
import sqlite3
from pathlib import Path

import pytest

from server import database
from server.database import Database, DatabaseError, NewerDatabase, open_database, open_readonly


def pragma(opened: Database, name: str) -> object:
    """What SQLite itself says."""
    return opened.connection.execute(f"pragma {name}").fetchone()[0]


def keep(opened: Database, name: str) -> None:
    """Write one counter; inside whatever transaction there is."""
    with opened.write() as db:
        db.execute("insert into counters (name, value) values (?, 1)", (name,))


def keep_twice(opened: Database, name: str) -> None:
    """What a unique name does not allow."""
    keep(opened, name)
    keep(opened, name)


def keep_many(opened: Database) -> None:
    """More than fits a small file."""
    for number in range(2_000):
        keep(opened, f"{number:0200d}")


def names(opened: Database) -> list[str]:
    """The counters that are there."""
    return [n for (n,) in opened.connection.execute("select name from counters order by name")]


def test_the_file_is_opened_so_that_a_commit_survives_a_power_cut(tmp_path: Path) -> None:
    opened = open_database(tmp_path)
    assert pragma(opened, "journal_mode") == "wal"
    assert pragma(opened, "synchronous") == 2
    assert pragma(opened, "fullfsync") == 1
    opened.close()


@pytest.mark.parametrize("way", ["file", "memory", "readonly"])
def test_nothing_is_spilled_to_temporary_files(tmp_path: Path, way: str) -> None:
    open_database(tmp_path).close()
    ways = {
        "file": lambda: open_database(tmp_path),
        "memory": database.open_memory,
        "readonly": lambda: open_readonly(tmp_path),
    }
    opened = ways[way]()
    assert pragma(opened, "temp_store") == 2
    opened.close()


def test_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        open_database(tmp_path).close()
    finally:
        os.umask(before)
    assert (tmp_path / database.FILE_NAME).stat().st_mode & 0o777 == 0o600


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "kotak 100%?mode=ro#1"
    folder.mkdir()
    open_database(folder).close()
    assert (folder / database.FILE_NAME).exists()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    first = open_database(tmp_path)
    keep(first, "a")
    tables = first.connection.execute("select sql from sqlite_schema order by name").fetchall()
    first.close()
    again = open_database(tmp_path)
    assert names(again) == ["a"]
    assert (
        tables == again.connection.execute("select sql from sqlite_schema order by name").fetchall()
    )
    again.close()


def test_a_newer_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / database.FILE_NAME
    opened = open_database(tmp_path)
    opened.connection.execute(f"pragma user_version = {database.SCHEMA_VERSION + 1}")
    opened.close()
    before = path.read_bytes()
    for way in (open_database, open_readonly):
        with pytest.raises(NewerDatabase) as caught:
            way(tmp_path)
        assert "lebih baru" in caught.value.sentence
    assert path.read_bytes() == before


def test_a_missing_or_broken_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError):
        open_readonly(tmp_path)
    (tmp_path / database.FILE_NAME).write_bytes(b"this is no database " * 300)
    for way in (open_database, open_readonly):
        with pytest.raises(DatabaseError) as caught:
            way(tmp_path)
        assert caught.value.sentence


def test_reading_beside_the_writer_sees_what_was_committed_and_cannot_write(
    tmp_path: Path,
) -> None:
    writer = open_database(tmp_path)
    keep(writer, "a")
    reader = open_readonly(tmp_path)
    with writer.write():
        keep(writer, "b")
        assert names(reader) == ["a"]
    assert names(reader) == ["a", "b"]
    with pytest.raises(sqlite3.OperationalError):
        keep(reader, "c")
    reader.close()
    writer.close()


def test_an_exception_anywhere_in_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    opened = open_database(tmp_path)
    with pytest.raises(sqlite3.IntegrityError), opened.write():
        keep_twice(opened, "a")
    assert names(opened) == []
    keep(opened, "b")
    assert names(opened) == ["b"]
    opened.close()


def test_an_inner_transaction_is_committed_with_the_outer_one(tmp_path: Path) -> None:
    opened = open_database(tmp_path)
    with opened.write():
        with opened.write():
            keep(opened, "a")
        assert opened.connection.in_transaction
    assert not opened.connection.in_transaction
    opened.close()


def test_a_commit_that_fails_leaves_nothing_and_the_next_one_works(tmp_path: Path) -> None:
    opened = open_database(tmp_path)

    def no_commit(action: int, what: str | None, *_: object) -> int:
        denied = action == sqlite3.SQLITE_TRANSACTION and what == "COMMIT"
        return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK

    opened.connection.set_authorizer(no_commit)
    with pytest.raises(sqlite3.DatabaseError):
        keep(opened, "a")
    opened.connection.set_authorizer(None)
    keep(opened, "b")
    assert names(opened) == ["b"]
    opened.close()


def test_a_transaction_that_sqlite_ended_by_itself_tells_its_own_error(tmp_path: Path) -> None:
    opened = open_database(tmp_path)
    keep(opened, "a")
    pages = pragma(opened, "page_count")
    opened.connection.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"), opened.write():
        keep_many(opened)
    opened.connection.execute("pragma max_page_count = 1000000")
    keep(opened, "b")
    assert names(opened) == ["a", "b"]
    opened.close()


def test_a_jotted_line_waits_for_no_fsync_and_everything_else_does(tmp_path: Path) -> None:
    opened = open_database(tmp_path)

    def synchronous() -> int:
        return int(opened.connection.execute("pragma synchronous").fetchone()[0])

    with opened.jot() as db:
        assert (synchronous(), db.in_transaction) == (1, True)
    assert synchronous() == 2
    with opened.write(), opened.jot():
        assert synchronous() == 2
    with pytest.raises(ZeroDivisionError), opened.jot():
        raise ZeroDivisionError
    assert (synchronous(), opened.connection.in_transaction) == (2, False)


def test_a_cut_in_the_very_first_opening_is_undone_by_the_next(tmp_path: Path) -> None:
    cut, after = tmp_path / "cut", tmp_path / "after"
    cut.mkdir()
    after.mkdir()
    making = sqlite3.connect(cut / database.FILE_NAME, isolation_level=None)
    making.execute("pragma cache_size = 1")
    making.execute("create table early (filling blob)")
    making.execute("begin")
    for _ in range(50):
        making.execute("insert into early values (randomblob(5000))")
    # What a cut leaves: half of it in the file, and the journal that takes it back.
    for one in cut.iterdir():
        (after / one.name).write_bytes(one.read_bytes())
    making.close()
    assert (after / f"{database.FILE_NAME}-journal").stat().st_size
    opened = open_database(after)
    assert pragma(opened, "journal_mode") == "wal"
    assert opened.connection.execute("select count(*) from early").fetchone() == (0,)
    opened.close()
