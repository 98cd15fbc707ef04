"""Copies of the Polres' tables, put back as from a backup or run beside it as a second server."""

import shutil
from collections.abc import Sequence

from sqlalchemy import Table, select
from world import World

from server.polres.district import open_district
from server.polres.store.engine import FILE_NAME
from server.polres.store.journals import PolresStore
from sync.chain import Head, LogId


class PolresCopies:
    """The Polres of a world and one copy of its tables."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._copied = world.folder / "polres-copy"
        self.copy()

    def copy(self) -> None:
        """Copy the server's folder as it is now."""
        self._closed()
        shutil.rmtree(self._copied, ignore_errors=True)
        shutil.copytree(self.world.folder / "polres", self._copied)
        self._opened()

    def put_back(self) -> None:
        """The server's tables are lost; the copy takes their place."""
        self._closed()
        for path in (self.world.folder / "polres").glob(f"{FILE_NAME}*"):
            path.unlink()
        shutil.copy(self._copied / FILE_NAME, self.world.folder / "polres" / FILE_NAME)
        self._opened()

    def head(self, log_id: LogId) -> Head:
        """What the Polres holds of a log."""
        with self.world.district.read() as connection:
            return PolresStore(connection).head(log_id)

    def tables(self, wanted: Sequence[Table]) -> dict[str, list[str]]:
        """All rows of these tables."""
        with self.world.district.read() as connection:
            return {
                table.name: sorted(map(repr, connection.execute(select(table)))) for table in wanted
            }

    def _closed(self) -> None:
        self.world.district.close()

    def _opened(self) -> None:
        self.world.district = open_district(self.world.folder / "polres")
        self.world.road.district = self.world.district
