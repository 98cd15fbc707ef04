"""The desa's one SQLite file: opening, migrating, and the single writing connection."""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils

import sms.schema
import sync.schema
from server import schema
from server.domain.errors import Told

log = logging.getLogger(__name__)
FILE_NAME = "kentongan.db"
# Linux forgets what it could not write: what was not synced before such an error may be lost.
_UNSYNCED = frozenset({sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC})
# Rises with every migration, so that an older program leaves a newer file alone.
SCHEMA_VERSION = 8
_SETS = (sms.schema.migrations, sync.schema.migrations, schema.migrations)


class DatabaseError(Told):
    """Basis data tidak dapat dibuka; periksa kartu dan jalankan dengan versi yang sesuai."""


class NewerDatabase(DatabaseError):
    """Basis data ini dibuat oleh versi Kentongan yang lebih baru; pasang versi itu dahulu."""


class Database:
    """One connection that writes and checkpoints; every use holds `lock`.

    Args:
        connection: the open one.
        again: opens it anew.

    Attributes:
        reopened: how often the disk failed to sync, and all was opened anew and read again.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        again: Callable[[], sqlite3.Connection] | None = None,
    ) -> None:
        self.connection = connection
        self.reopened = 0
        self._again = again
        self._unsure = False
        self.lock = threading.RLock()
        self._depth = 0

    @contextmanager
    def jot(self) -> Iterator[sqlite3.Connection]:
        """One transaction that may be lost, as a whole, in a power cut: it waits for no fsync.

        For what only spares work later. Inside another transaction it is as lasting as that.
        """
        with self.lock:
            alone = not self._depth
            if alone:
                self.connection.execute("pragma synchronous=normal")
            try:
                with self.write() as db:
                    yield db
            finally:
                if alone:
                    self.connection.execute("pragma synchronous=full")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is on the card when the block ends, or none of it."""
        with self.lock:
            if self._depth:
                yield self.connection
                return
            if self._unsure:
                self._reopen()
            self.connection.execute("begin immediate")
            self._depth = 1
            try:
                yield self.connection
                self.connection.execute("commit")
            except BaseException as error:
                self._unsure = self._unsure or getattr(error, "sqlite_errorcode", 0) in _UNSYNCED
                # A full disk or a read error ends the transaction by itself.
                if self.connection.in_transaction:
                    self.connection.execute("rollback")
                raise
            finally:
                self._depth = 0

    def _reopen(self) -> None:
        """Begin anew after a failed sync: what the system then calls written may be nowhere.

        A sync that is only tried again succeeds, and tells nothing. Closing copies the log into
        the file and syncs that; what was committed is read again from there.
        """
        if self._again is None:
            return
        self.connection.close()
        self.connection = self._again()
        self._unsure = False
        self.reopened += 1
        log.error("card failed to sync", extra={"times": self.reopened})

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Read on the same connection, between writes."""
        with self.lock:
            yield self.connection

    def close(self) -> None:
        """Checkpoint and close."""
        with self.lock:
            self.connection.close()


def open_database(directory: Path) -> Database:
    """Open for writing: WAL, `synchronous=FULL`, nothing spilled to temporary files.

    Raises:
        NewerDatabase: a newer version has written it.
        DatabaseError: it cannot be read, or is no database.
    """
    with _told():
        connection = _open(directory)
        _migrate(connection)
        (directory / FILE_NAME).chmod(0o600)
        connection.execute("pragma wal_checkpoint(truncate)")
    return Database(connection, lambda: _open(directory))


def _open(directory: Path) -> sqlite3.Connection:
    connection = _connect(_uri(directory, "rwc"))
    _refuse_newer(connection)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute("pragma fullfsync=on")
    return connection


def open_readonly(directory: Path) -> Database:
    """Open for reading beside nobody or beside the running node.

    Raises:
        NewerDatabase: a newer version has written it.
        DatabaseError: there is none, or it cannot be read.
    """
    with _told():
        connection = _connect(_uri(directory, "ro"))
        _refuse_newer(connection)
    return Database(connection)


def open_memory() -> Database:
    """A database in RAM, for projections."""
    return Database(_connect(":memory:"))


def _uri(directory: Path, mode: str) -> str:
    return f"{(directory / FILE_NAME).absolute().as_uri()}?mode={mode}"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseError from error


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("pragma temp_store=memory")
    connection.execute("pragma busy_timeout=5000")
    connection.execute("pragma trusted_schema=off")
    return connection


def _refuse_newer(connection: sqlite3.Connection) -> None:
    if connection.execute("pragma user_version").fetchone()[0] > SCHEMA_VERSION:
        raise NewerDatabase


def _migrate(connection: sqlite3.Connection) -> None:
    tables = sqlite_utils.Database(connection)
    for group in _SETS:
        group.apply(tables)
    connection.execute(f"pragma user_version = {SCHEMA_VERSION}")
