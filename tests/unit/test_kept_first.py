"""A text leaves the modem only when it is kept: whatever fails before that, it stays there."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from server import lookup
from server.desa import steps

SENDER = "+6281234567890"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.node.database.close()
    made.district.close()


class Full:
    """A card that takes no more rows of a table, or no commit."""

    def __init__(self, table: str) -> None:
        self.table = table

    def __call__(self, action: int, one: str | None, *_: object) -> int:
        ends = action == sqlite3.SQLITE_TRANSACTION and one == "COMMIT"
        writes = action == sqlite3.SQLITE_INSERT and one == self.table
        return sqlite3.SQLITE_DENY if writes or (ends and not self.table) else sqlite3.SQLITE_OK


@pytest.mark.parametrize("table", ["inbox", "slots", ""])
def test_what_the_card_does_not_take_stays_in_the_modem_and_comes_once_later(
    world: World, table: str
) -> None:
    world.text(SENDER, "ada maling di RT 3")
    world.text(SENDER, "pohon tumbang di RT 4")
    there = {(slot.memory, slot.index, slot.pdu) for slot in world.modem.list()}
    assert len(there) == 2
    db = world.node.database.connection
    db.set_authorizer(Full(table))
    with pytest.raises(sqlite3.DatabaseError):
        steps.listen(world.node, world.modem, world.mono_s)
    db.set_authorizer(None)
    assert {(slot.memory, slot.index, slot.pdu) for slot in world.modem.list()} == there
    world.listen()
    assert world.modem.list() == ()
    told = [report.text for report in lookup.reports(world.node.projection.db)]
    assert sorted(told) == ["ada maling di RT 3", "pohon tumbang di RT 4"]
