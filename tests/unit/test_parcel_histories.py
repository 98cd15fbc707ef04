"""A return that was written for another history of a box's log: it is proof, and no receipt."""

from pathlib import Path

import pytest
from boxes import Boxes
from world import CODE, World

from server.desa.parcel import making, taking
from server.polres.parcel import giving
from server.polres.parcel import taking as polres_taking
from sync import peers
from sync.message import State
from sync.quick import carry


@pytest.fixture
def boxes(tmp_path: Path) -> Boxes:
    """A desa whose box was copied, wrote on, and was answered by file."""
    world = World(tmp_path)
    made = Boxes(world)
    world.exchange()
    world.road.cut = True
    made.copy("old")
    return made


def reported(world: World, words: str) -> None:
    """A villager tells something."""
    world.mono_s += 60
    world.text("+6281234567890", words)
    world.listen()


def answered(world: World) -> bytes:
    """The return to a file of the box."""
    made = making.make(world.node, world.mono_s).octets
    polres_taking.take(world.district, made, "spkt", world.wall_s())
    return giving.give(world.district, CODE, world.wall_s())


def test_a_return_for_what_the_card_does_not_hold_any_more_is_no_receipt(boxes: Boxes) -> None:
    world = boxes.world
    reported(world, "ada maling di RT 1")
    reply = answered(world)
    boxes.put_back("old")
    log_id = world.node.ledger.log_id
    before = carry.acked(world.node.database.connection, log_id)
    reported(world, "pohon tumbang di RT 2")
    reported(world, "banjir di RT 3")
    waiting = world.desk().box().backlog.entries
    taking.take(world.node, reply, world.mono_s)
    db = world.node.database.connection
    assert carry.acked(db, log_id) == before
    assert world.desk().box().backlog.entries >= waiting
    strange = peers.strange_receipt(db)
    assert strange is not None
    assert strange[0].head.seq > before
    world.road.cut = False
    world.exchange()
    assert world.node.health.sync_state in {State.FORK, State.RESTORED_CARD}
    assert boxes.waiting()


def test_a_return_for_this_history_is_a_receipt(boxes: Boxes) -> None:
    world = boxes.world
    log_id = world.node.ledger.log_id
    before = carry.acked(world.node.database.connection, log_id)
    reported(world, "ada maling di RT 1")
    taking.take(world.node, answered(world), world.mono_s)
    db = world.node.database.connection
    assert carry.acked(db, log_id) > before
    assert peers.strange_receipt(db) is None
