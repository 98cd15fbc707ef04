"""The desa's one SQLite file: opening, migrating, and the single writing connection."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlite_utils

import sms.schema
import sync.schema
from server import schema
from server.domain.errors import Told

FILE_NAME = "kentongan.db"
# Rises with every migration, so that an older program leaves a newer file alone.
SCHEMA_VERSION = 10
_OF_DISK = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_CANTOPEN,
    }
)
_SETS = (sms.schema.migrations, sync.schema.migrations, schema.migrations)


class DatabaseError(Told):
    """Basis data tidak dapat dibuka; periksa kartu dan jalankan dengan versi yang sesuai."""


class NewerDatabase(DatabaseError):
    """Basis data ini dibuat oleh versi Kentongan yang lebih baru; pasang versi itu dahulu."""


class Database:
    """One connection that writes and checkpoints; every use holds `lock`.

    Attributes:
        failing: whether the disk refused the last transaction: full, read-only, or broken.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.lock = threading.RLock()
        self.failing = False
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
            self.connection.execute("begin immediate")
            self._depth = 1
            try:
                yield self.connection
                self.connection.execute("commit")
                self.failing = False
            except BaseException as error:
                self.failing = self.failing or is_of_disk(error)
                # A full disk or a read error ends the transaction by itself.
                if self.connection.in_transaction:
                    self.connection.execute("rollback")
                raise
            finally:
                self._depth = 0

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Read on the same connection, between writes."""
        with self.lock:
            yield self.connection

    def close(self) -> None:
        """Checkpoint and close."""
        with self.lock:
            self.connection.close()


def is_of_disk(error: BaseException) -> bool:
    """Whether the disk is what an error tells of, and no question that was put wrongly."""
    # Extended codes keep the plain one in their low octet.
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_DISK


def open_database(directory: Path) -> Database:
    """Open for writing: WAL, `synchronous=FULL`, nothing spilled to temporary files.

    Raises:
        NewerDatabase: a newer version has written it.
        DatabaseError: it cannot be read, or is no database.
    """
    with _told():
        connection = _connect(_uri(directory, "rwc"))
        _refuse_newer(connection)
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=full")
        connection.execute("pragma fullfsync=on")
        _migrate(connection)
        (directory / FILE_NAME).chmod(0o600)
        connection.execute("pragma wal_checkpoint(truncate)")
    return Database(connection)


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
