"""Errors of the card are told from all others, and a connection that met one is given up."""

import errno
import logging
import sqlite3
from pathlib import Path

import pytest

from server.database import FILE_NAME, open_database, open_readonly
from server.process import disk
from server.process.disk import CardFails, CardFull, CardReadOnly


def sqlite_error(code: int) -> sqlite3.OperationalError:
    """As SQLite raises it."""
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    return error


def test_an_error_that_is_not_the_card_s_is_not_called_so() -> None:
    for other in (OSError(errno.ENOENT, ""), sqlite3.OperationalError("x"), ValueError()):
        assert disk.trouble_of(other) is None
        assert not disk.refuses_to_write(other)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, ""), CardFull),
        (OSError(errno.EROFS, ""), CardReadOnly),
        (OSError(errno.EIO, ""), CardFails),
        (sqlite_error(sqlite3.SQLITE_FULL), CardFull),
        (sqlite_error(sqlite3.SQLITE_READONLY), CardReadOnly),
        (sqlite_error(1034), CardFails),
    ],
)
def test_each_trouble_of_a_card_has_its_sentence(error: Exception, told: type[Exception]) -> None:
    assert isinstance(disk.trouble_of(error), told)


def test_a_checkpoint_that_fails_is_noticed_and_costs_no_commit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    opened = open_database(tmp_path)
    first = opened.connection

    class Failing:
        """Everything works but the checkpoint."""

        def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
            if "wal_checkpoint" in sql:
                raise sqlite_error(1034)
            return first.execute(sql, *values)

        def __getattr__(self, name: str) -> object:
            return getattr(first, name)

    opened.connection = Failing()  # type: ignore[assignment]
    with caplog.at_level(logging.WARNING):
        for number in range(300):
            with opened.write() as db:
                db.execute("insert into counters (name, value) values (?, 1)", (str(number),))
    assert opened.failures == 1
    assert [record.message for record in caplog.records] == ["card failed", "card works again"]
    assert opened.connection.execute("select count(*) from counters").fetchone() == (300,)
    opened.close()


def test_a_log_does_not_grow_for_ever(tmp_path: Path) -> None:
    opened = open_database(tmp_path)
    for number in range(1_000):
        with opened.write() as db:
            db.execute(
                "insert into counters (name, value) values (?, 1)"
                " on conflict (name) do update set value = value + 1",
                (str(number % 10),),
            )
    log = tmp_path / f"{FILE_NAME}-wal"
    assert 0 < log.stat().st_size < 3 << 20
    opened.close()
    assert open_readonly(tmp_path).connection.execute(
        "select sum(value) from counters"
    ).fetchone() == (1_000,)
