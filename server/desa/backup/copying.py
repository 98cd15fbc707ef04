"""A consistent copy of the running database, page by page, while the box goes on working."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from server.database import Database
from server.desa.backup.errors import CardFull

COPY_FILE: Final = "kentongan.db.salinan"
PAGES_AT_ONCE: Final = 32
_READ_OCTETS: Final = 65_536
_FORMAT_AT: Final = 18
_ALONE: Final = b"\x01\x01"
"""A database that opens without a log beside it (SQLite file format, section 1.3.3)."""

Between = Callable[[int, int], None]
"""Called between two steps, with the lock let go: pages done, pages in all."""


def copy(database: Database, target: Path, between: Between) -> None:
    """Copy over the one connection, some pages at a time (SQLite's online backup API).

    What is committed between two steps goes through the same connection, so it is in the copy
    as well, and copying never begins anew. The copy lies on the box's own card and is as sealed
    as the database; the caller removes it.

    Raises:
        CardFull: it cannot be written.
        whatever `between` raises: copying ends.
    """
    target.unlink(missing_ok=True)
    made = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
    try:
        target.chmod(0o600)
        made.execute("pragma journal_mode=off")
        made.execute("pragma synchronous=off")
        with database.lock:
            database.connection.backup(
                made, pages=PAGES_AT_ONCE, progress=_letting_go(database, between)
            )
    except sqlite3.Error as error:
        raise CardFull from error
    finally:
        made.close()
    with target.open("r+b") as file:
        file.seek(_FORMAT_AT)
        file.write(_ALONE)


@contextlib.contextmanager
def opened(copied: Path) -> Iterator[sqlite3.Connection]:
    """Read in a copy."""
    uri = f"{copied.absolute().as_uri()}?mode=ro&immutable=1"
    with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
        yield db


def _letting_go(database: Database, between: Between) -> Callable[[int, int, int], None]:
    def step(_status: int, left: int, pages: int) -> None:
        database.lock.release()
        try:
            between(pages - left, pages)
        finally:
            database.lock.acquire()

    return step


def pieces(copied: Path) -> Iterator[bytes]:
    """The octets of a copy."""
    with copied.open("rb") as file:
        while piece := file.read(_READ_OCTETS):
            yield piece
