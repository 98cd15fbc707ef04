"""Frames are made before a power cut can lock what they tell, and grow until a road takes them."""

from pathlib import Path

import pytest

from server.desa import steps
from sync import frame
from sync.frame import Frame
from sync.journal import grow
from sync.store import SqliteStore
from tests.world import World

VILLAGER = "+6281276543210"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A desa that was introduced; then its road was cut."""
    made = World(tmp_path)
    made.exchange()
    made.exchange()
    made.road.cut = True
    return made


def text(world: World, words: str) -> None:
    """A villager writes, and a minute goes by."""
    world.mono_s += 500
    world.text(VILLAGER, words)
    world.listen()
    steps.tend(world.node, world.mono_s)


def frames(world: World) -> list[Frame]:
    """The frames of the desa's log, oldest first."""
    found = world.node.database.connection.execute(
        "select frame from frames where log = 0 order by last"
    )
    return [frame.unpack(bytes(row[0])) for row in found]


def test_what_came_in_lies_in_one_frame_that_grows_while_no_road_is_there(world: World) -> None:
    before = frames(world)
    for words in ("kemalingan di pasar tadi malam", "banjir di RT 2", "sapi hilang di kebun"):
        text(world, words)
        kept = frames(world)
        assert kept[: len(before)] == before
        assert len(kept) == len(before) + 1
        head = SqliteStore(world.node.database.connection).head(world.node.ledger.log_id)
        assert kept[-1].last == head.seq


def test_a_frame_that_a_road_may_have_carried_stays_as_it_is(world: World) -> None:
    text(world, "kemalingan di pasar tadi malam")
    world.exchange()
    sent = frames(world)
    text(world, "banjir di RT 2")
    kept = frames(world)
    assert kept[:-1] == sent
    assert kept[-1].first == sent[-1].last + 1
    world.road.cut = False
    world.exchange()
    assert {one.report.text for one in world.at_polres()} == {
        "kemalingan di pasar tadi malam", "banjir di RT 2",
    }  # fmt: skip
    assert frames(world)[: len(kept)] == kept


def test_a_power_cut_locks_nothing_that_was_not_framed(world: World) -> None:
    for words in ("kemalingan di pasar tadi malam", "banjir di RT 2"):
        text(world, words)
    before = frames(world)
    world.restart()
    steps.tend(world.node, world.mono_s)
    after = frames(world)
    assert after[: len(before)] == before
    world.road.cut = False
    for _ in range(3):
        world.exchange()
    assert {one.report.text for one in world.at_polres()} == {
        "kemalingan di pasar tadi malam", "banjir di RT 2",
    }  # fmt: skip


def test_a_full_frame_and_one_of_another_session_stay(world: World) -> None:
    text(world, "kemalingan di pasar tadi malam")
    text(world, "banjir di RT 2")
    store, log_id = SqliteStore(world.node.database.connection), world.node.ledger.log_id
    before, running = frames(world), world.node.vault.running.id
    world.text(VILLAGER, "sapi hilang di kebun")
    world.listen()
    grow(store, log_id, running, 0, full=before[-1].count)
    grow(store, log_id, bytes(16), 0, full=50)
    grow(store, log_id, running, before[-1].first, full=50)
    assert frames(world) == before
    grow(store, log_id, running, 0, full=50)
    assert frames(world) == before[:-1]
