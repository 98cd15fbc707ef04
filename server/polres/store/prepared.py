"""Statements that SQLAlchemy puts into words once, and that the driver carries out itself."""

import sqlite3
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final, cast

from sqlalchemy import ClauseElement, ColumnElement, Connection, Table, and_, bindparam
from sqlalchemy.dialects import sqlite

_DIALECT: Final = sqlite.dialect(paramstyle="named")


class Prepared:
    """A statement whose values come later, by the names of its columns or parameters.

    Putting a statement together and looking it up costs far more than to carry it out, so what
    every exchange needs is prepared.

    Args:
        statement: an INSERT writes every column, an UPDATE those in `columns`.
        columns: columns that are written, where not all are.
    """

    def __init__(self, statement: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns

    @cached_property
    def _words(self) -> tuple[str, dict[str, object]]:
        compiled = self._statement.compile(dialect=_DIALECT, column_keys=self._columns)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        return str(compiled), fixed

    def run(self, connection: Connection, **values: object) -> sqlite3.Cursor:
        """Carry it out in the connection's transaction; rows come without their names."""
        words, fixed = self._words
        if not connection.in_transaction():
            connection.begin()
        driver = cast("sqlite3.Connection", connection.connection.dbapi_connection)
        return driver.execute(words, {**fixed, **values})

    def first(self, connection: Connection, **values: object) -> tuple[Any, ...] | None:
        """The first row; the rest are let go."""
        cursor = self.run(connection, **values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        return row

    def value(self, connection: Connection, **values: object) -> Any:
        """The first column of the first row; None where there is none."""
        row = self.first(connection, **values)
        return None if row is None else row[0]

    def adds(self, connection: Connection, **values: object) -> bool:
        """Carry it out; gives whether a row was written."""
        return self.run(connection, **values).rowcount > 0


def where(table: Table, *names: str) -> ColumnElement[bool]:
    """Rows whose columns are what `of_...` of their names will say."""
    return and_(*(table.c[name] == bindparam(f"of_{name}") for name in names))
