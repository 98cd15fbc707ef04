"""Opening and migrating the Polres' database, and its transactions."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import alembic.command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from server.polres.errors import NewerTables
from server.polres.store.prepared import Prepared
from server.polres.store.tables import schema

__all__ = ("FILE_NAME", "Connection", "Tables", "migrate", "open_tables")

FILE_NAME = "polres.db"
_NEWEST: Final = "head"
_MIGRATIONS = Path(__file__).parent / "migrations"
_PRAGMAS = (
    "journal_mode=wal",
    "synchronous=full",
    "fullfsync=on",
    "temp_store=memory",
    "busy_timeout=5000",
    "trusted_schema=off",
)
_COUNT = Prepared(
    update(schema.counters)
    .where(schema.counters.c.name == "changes")
    .values(value=schema.counters.c.value + 1)
)


class Tables:
    """One connection to the database; every use holds the lock, writes count as changes."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._lock = threading.RLock()
        self._open: Connection | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of it is on disk when the block ends, or none of it.

        Inside another one of the same thread it is part of that one.
        """
        with self._lock:
            if self._open is not None:
                yield self._open
                return
            with self.engine.begin() as connection:
                self._open = connection
                try:
                    yield connection
                    _COUNT.run(connection)
                finally:
                    self._open = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read one consistent state."""
        with self._lock:
            if self._open is not None:
                yield self._open
                return
            with self.engine.connect() as connection:
                yield connection

    def close(self) -> None:
        """Close the database; `-wal` is folded into the file."""
        with self._lock:
            self.engine.dispose()


def open_tables(directory: Path, revision: str = _NEWEST) -> Tables:
    """Open for writing (made when missing) and migrate, to the newest revision or another.

    Raises:
        NewerTables: a newer version has written it.
    """
    path = directory / FILE_NAME
    engine = create_engine(
        f"sqlite:///{path}", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    migrate(engine, revision)
    path.chmod(0o600)
    return Tables(engine)


def migrate(engine: Engine, revision: str = _NEWEST) -> None:
    """Bring the tables to the newest revision, or up to another.

    Raises:
        NewerTables: they are at a revision that this version does not know.
    """
    if revision == _NEWEST and _is_newest(engine):
        return
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        try:
            alembic.command.upgrade(config, revision)
        except CommandError as error:
            raise NewerTables from error


def _is_newest(engine: Engine) -> bool:
    """Whether there is nothing to do; then the revisions need not be loaded."""
    with engine.begin() as connection:
        return MigrationContext.configure(connection).get_current_heads() == (_newest(),)


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def _on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Python's sqlite3 would open transactions late and end them early; SQLAlchemy says BEGIN.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("begin immediate")
