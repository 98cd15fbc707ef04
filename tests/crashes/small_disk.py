"""A small program that commits numbers and says each one aloud, to try the model of disks on.

Words: folder, journal mode, synchronous.
"""

import contextlib
import os
import sqlite3
import sys
from pathlib import Path

NUMBERS = 16


def main(folder: Path, journal: str, synchronous: str) -> None:
    """Commit numbers, each with a companion in another table."""
    told = os.open(folder / "told", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with contextlib.closing(sqlite3.connect(folder / "one.db", isolation_level=None)) as db:
        db.execute(f"pragma journal_mode={journal}")
        db.execute(f"pragma synchronous={synchronous}")
        db.execute("pragma wal_autocheckpoint=8")
        db.execute("create table numbers (number integer primary key, filling blob)")
        db.execute("create table companions (number integer primary key, filling blob)")
        os.write(told, b"begin\n")
        for number in range(NUMBERS):
            db.execute("begin immediate")
            for table in ("numbers", "companions"):
                db.execute(f"insert into {table} values (?, ?)", (number, os.urandom(900)))
            db.execute("commit")
            os.write(told, f"{number}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
