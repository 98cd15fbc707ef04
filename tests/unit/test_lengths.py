"""How long something is must not tell that somebody complained about an official."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.store import SqliteStore
from tests.world import World

ORDINARY = "Pak, ada dua motor hilang di pos tadi malam"
COMPLAINT = "oknum polisi minta uang di pos, saya ada foto"
NUMBERS = ("+6281200001111", "+6281200002222")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


def lengths(world: World) -> dict[str, list[tuple[int, ...]]]:
    """How long each row is that concerns a report, by report in their order."""
    db, log_id = world.node.database.connection, world.node.ledger.log_id
    store = SqliteStore(db)
    tickets: dict[int, list[int]] = {}
    for entry in store.entries(log_id, 1, store.head(log_id).seq):
        if entry.header.ticket:
            tickets.setdefault(entry.header.ticket, []).append(len(entry.body))
    outgoing = {
        ticket: tuple(
            length
            for (length,) in db.execute(
                "select length(body) from outbox where ticket = ? order by id", (ticket,)
            )
        )
        for ticket in tickets
    }
    return {
        "journal": [tuple(found) for found in tickets.values()],
        "outbox": [outgoing[ticket] for ticket in tickets],
    }


@pytest.mark.parametrize("uptime_s", [0.0, 30.0, 3_600.0])
@pytest.mark.parametrize("boots", [0, 3])
def test_a_complaints_rows_are_as_long_as_those_of_any_report(
    world: World, uptime_s: float, boots: int
) -> None:
    for _ in range(boots):
        world.restart()
    world.mono_s += uptime_s
    for number, text in zip(NUMBERS, (ORDINARY, COMPLAINT), strict=True):
        world.text(number, text)
        world.listen()
        world.speak()
    assert [one.sealed for one in world.desk().reports()] == [True, False]
    found = lengths(world)
    print(found)
    assert len(set(found["journal"])) == 1
    assert len(set(found["outbox"])) == 1
    assert len(found["journal"]) == 2
