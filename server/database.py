"""The desa's one SQLite file: opening, migrating, and the single writing connection."""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

import sqlite_utils

import sms.schema
import sync.schema
from server import schema
from server.domain.errors import Told
from server.process import disk, files

log = logging.getLogger(__name__)
FILE_NAME = "kentongan.db"
# Rises with every migration, so that an older program leaves a newer file alone.
SCHEMA_VERSION = 10
_SETS = (sms.schema.migrations, sync.schema.migrations, schema.migrations)
# SQLite's own checkpoints keep their errors to themselves; so many commits are about as many
# pages as it would wait for.
_CHECKPOINT_COMMITS: Final = 128
_LOG_FILE: Final = FILE_NAME + "-wal"
# Looks at what stands in a database, and refuses it by an exception.
Check = Callable[[sqlite3.Connection], object]


class DatabaseError(Told):
    """Basis data tidak dapat dibuka; periksa kartu, sisa ruangnya, dan versi Kentongan."""


class NewerDatabase(DatabaseError):
    """Basis data ini dibuat oleh versi Kentongan yang lebih baru; pasang versi itu dahulu."""


class BrokenDatabase(DatabaseError):
    """Basis data rusak atau bercampur dengan berkas kotak lain; pulihkan dari cadangan."""

    hint = "kentongan desa restore SOURCE DIR --card FILE"


class Database:
    """One connection that writes and checkpoints; every use holds `lock`.

    A sync that failed is never asked for again: the kernel may have dropped what it could not
    write, and call the next try a success. The connection is given up instead, and the next
    write opens the file anew, which checks what is there and writes all of it once more.

    Attributes:
        distrusted: the device failed, and the file was not opened anew since.
        failures: how often it failed since the start.
        refused: the last transaction was refused: the card is full, read-only, or fails.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        connect: Callable[[str], sqlite3.Connection],
        leave: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> None:
        self.connection = connection
        self.lock = threading.RLock()
        self.distrusted = False
        self.failures = 0
        self.refused = False
        self._connect = connect
        self._leave = leave
        self._depth = 0
        self._commits = 0

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
            self._renew()
            self._depth = 1
            try:
                self.connection.execute("begin immediate")
                yield self.connection
                self.connection.execute("commit")
                self.refused = False
            except BaseException as error:
                self.refused = self.refused or disk.trouble_of(error) is not None
                self._judge(error)
                # A full disk or a read error ends the transaction by itself.
                if self.connection.in_transaction:
                    with suppress(sqlite3.Error):
                        self.connection.execute("rollback")
                raise
            finally:
                self._depth = 0
            self._checkpoint()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Read on the same connection, between writes."""
        with self.lock:
            yield self.connection

    def close(self) -> None:
        """Checkpoint and close; where the device failed, leave all as it is for the next start."""
        with self.lock:
            if self.distrusted:
                self._leave(self.connection)
            self.connection.close()

    def _checkpoint(self) -> None:
        """Bring the log into the file now and then; the commit before it stands in any case."""
        self._commits += 1
        if self._commits < _CHECKPOINT_COMMITS:
            return
        self._commits = 0
        try:
            self.connection.execute("pragma wal_checkpoint(passive)")
        except sqlite3.Error as error:
            self._judge(error)

    def _judge(self, error: BaseException) -> None:
        if isinstance(error, sqlite3.Error) and disk.refuses_to_write(error):
            self.distrusted = True
            self.failures += 1
            log.critical("card failed", extra={"error": disk.name_of(error)})

    def _renew(self) -> None:
        """Open the file anew where the device failed."""
        if not self.distrusted:
            return
        # Where not even this can be read the old connection stays, to show what it still has.
        with closing(self._connect("ro")) as reader:
            reader.execute("select count(*) from sqlite_schema").fetchone()
        self._leave(self.connection)
        try:
            connection = self._connect("rw")
        except BaseException as error:
            # What can be read is still shown.
            self.connection = self._connect("ro")
            raise (disk.CardFails() if isinstance(error, OSError) else error) from error
        self.connection = connection
        self.distrusted = False
        log.warning("card works again")


def open_database(directory: Path, check: Check = lambda _: None) -> Database:
    """Open for writing: WAL, `synchronous=FULL`, nothing spilled to temporary files.

    Args:
        directory: of the file.
        check: looks at it before anything is written; also when it is opened anew.

    Raises:
        NewerDatabase: a newer version has written it.
        BrokenDatabase: what the log holds does not fit the file.
        CardTrouble: the card is full, read-only or fails.
        DatabaseError: it cannot be read, or is no database.
    """

    def connect(mode: str) -> sqlite3.Connection:
        if mode == "ro":
            return _connect(_uri(directory, mode))
        _look(directory, check)
        return _connect_writing(directory, mode)

    with _told():
        return Database(connect("rwc"), connect, lambda one: _close(directory, one))


def _connect_writing(directory: Path, mode: str) -> sqlite3.Connection:
    connection = _connect(_uri(directory, mode))
    try:
        _refuse_newer(connection)
        _use_log(connection)
        connection.execute("pragma synchronous=full")
        connection.execute("pragma fullfsync=on")
        connection.execute("pragma wal_autocheckpoint=0")
        _migrate(connection)
        (directory / FILE_NAME).chmod(0o600)
        connection.execute("pragma wal_checkpoint(truncate)")
        # SQLite does not tell when the names of its files did not reach the card.
        files.sync_folder(directory)
    except BaseException:
        _close(directory, connection)
        raise
    return connection


def _use_log(connection: sqlite3.Connection) -> None:
    """SQLite hides why it cannot, and goes on in a mode that may lose the last commit."""
    if connection.execute("pragma journal_mode=wal").fetchone()[0] != "wal":
        raise disk.CardFails


def _close(directory: Path, connection: sqlite3.Connection) -> None:
    """Close a connection without a checkpoint: beside a reader it makes none."""
    with suppress(sqlite3.Error), closing(_connect(_uri(directory, "ro"))) as reader:
        reader.execute("select count(*) from sqlite_schema").fetchone()
        connection.close()
    connection.close()


def _look(directory: Path, check: Check) -> None:
    """Look at a file before it is written to.

    A log that was left beside it is folded into it by the first write, and if that log belongs
    to another file, both are lost; so it must fit first.
    """
    path = directory / FILE_NAME
    if not path.exists() or not path.stat().st_size:
        return
    # The first opening of all was cut: only who may write can undo what it began.
    if (directory / f"{FILE_NAME}-journal").exists():
        return
    beside = directory / _LOG_FILE
    with closing(_connect(_uri(directory, "ro"))) as connection:
        _refuse_newer(connection)
        if beside.exists() and beside.stat().st_size:
            _refuse_broken(connection)
        check(connection)


def _refuse_broken(connection: sqlite3.Connection) -> None:
    if connection.execute("pragma quick_check(1)").fetchone()[0] != "ok":
        raise BrokenDatabase


def open_readonly(directory: Path) -> Database:
    """Open for reading beside nobody or beside the running node.

    Raises:
        NewerDatabase: a newer version has written it.
        DatabaseError: there is none, or it cannot be read.
    """
    with _told():
        connection = _connect(_uri(directory, _reading(directory)))
        _refuse_newer(connection)
    return Database(connection, lambda _: connection)


def _reading(directory: Path) -> str:
    """How to read: where nobody can write, and no log waits, without the log's index."""
    sealed = not os.access(directory, os.W_OK) and not (directory / _LOG_FILE).exists()
    return "ro&immutable=1" if sealed else "ro"


def open_memory() -> Database:
    """A database in RAM, for projections."""
    connection = _connect(":memory:")
    return Database(connection, lambda _: connection)


def _uri(directory: Path, mode: str) -> str:
    return f"{(directory / FILE_NAME).absolute().as_uri()}?mode={mode}"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        broken = BrokenDatabase() if disk.tells_broken(error) else DatabaseError()
        raise disk.trouble_of(error) or broken from error


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
