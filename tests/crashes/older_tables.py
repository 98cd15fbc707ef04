"""Databases as earlier versions left them, with rows whose meaning a migration must keep."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import sqlite_utils

import sms.schema
import sync.schema
from server import schema
from server.database import FILE_NAME, open_database
from server.polres.store.engine import FILE_NAME as POLRES_FILE
from server.polres.store.engine import open_tables

DESA, POLRES = "older-desa", "older-polres"
ROWS = 12


def made(folder: Path) -> dict[str, Callable[[], None]]:
    """Both, closed; gives what opens each with the version of today."""
    desa, polres = folder / DESA, folder / POLRES
    desa.mkdir()
    polres.mkdir()
    _desa(desa)
    _polres(polres)
    return {
        DESA: lambda: open_database(desa).close(),
        POLRES: lambda: open_tables(polres).close(),
    }


def _desa(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / FILE_NAME, isolation_level=None)) as db:
        db.execute("pragma journal_mode=wal")
        tables = sqlite_utils.Database(db)
        sms.schema.migrations.apply(tables, stop_before="m002_parts")
        sync.schema.migrations.apply(tables)
        schema.migrations.apply(tables, stop_before="m002_credit")
        db.execute("pragma user_version = 1")
        for number in range(ROWS):
            db.execute(
                "insert into inbox (session, body, day, state) values (x'01', ?, 1, 'done')",
                (bytes([number]) * 300,),
            )
            db.execute(
                "insert into outbox (key, session, shape, body, purpose, ticket, urgent, state,"
                " attempts, reference, day) values (?, x'01', 0, ?, 'ack', 0, 0, ?, 1, ?, 1)",
                (f"inbox:{number}:0", bytes(253), "delivered" if number % 2 else "sent", number),
            )


def desa_wrong(db: sqlite3.Connection) -> list[str]:
    """What of these rows is not as it was, in tables of today."""
    (texts,) = db.execute("select count(*) from inbox where state = 'done'").fetchone()
    parts = db.execute(
        "select outbox_id - 1, reference, delivered from sent_parts order by 1"
    ).fetchall()
    wrong = [] if texts == ROWS else [f"{texts} of {ROWS} texts outlived the migration"]
    if parts != [(n, n, n % 2) for n in range(ROWS)]:
        wrong.append("references of sent texts were not carried over")
    return wrong


def _polres(folder: Path) -> None:
    open_tables(folder, "0001").close()
    with contextlib.closing(sqlite3.connect(folder / POLRES_FILE, isolation_level=None)) as db:
        for number in range(ROWS):
            db.execute(
                "insert into nodes (node, name, instance, down_instance, people_version,"
                " people, announced_seq, state, trusted_s)"
                " values (?, 'Pungka', 1, 1, 1, x'', 0, '', 90)",
                (number,),
            )


def polres_wrong(db: sqlite3.Connection) -> list[str]:
    """What of these rows is not as it was, in tables of today."""
    found = db.execute("select node, issued_s, fresh_s from nodes order by node").fetchall()
    same = found == [(number, 90, 90) for number in range(ROWS)]
    return [] if same else ["desas of the Polres were not carried over"]
