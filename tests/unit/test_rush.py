"""After an outage: who is in need is read first, and nobody waits for all the others."""

from pathlib import Path

import pytest

from server import lookup
from server.desa import steps
from server.desa.desk import Contact
from server.desa.reading import rush
from tests.world import World

OFFICER, IN_NEED = "+6281211110000", "+6281299999999"
CRY = "tolong kebakaran rumah pak Amir, ada anak di dalam"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.desk().set_contact(Contact("Made", "Bhabinkamtibmas", OFFICER))
    for number in range(300):
        made.text(f"+62812{number % 60:08d}", f"sapi ke-{number} hilang dari kandang")
    return made


def keep(world: World) -> None:
    """List until nothing comes; nothing is read."""
    while steps.listen(world.node, world.modem, world.mono_s).result is steps.Result.DONE:
        pass


def texts(world: World) -> list[str]:
    """What reports say, oldest first."""
    return [one.text for one in lookup.reports(world.node.projection.db)][::-1]


def test_a_cry_for_help_behind_hundreds_of_texts_is_read_among_the_first(world: World) -> None:
    world.text(IN_NEED, CRY)
    keep(world)
    assert steps.read_some(world.node, world.mono_s).result is steps.Result.LATER
    assert len(texts(world)) == rush.SOME
    assert CRY in texts(world)
    world.speak()
    assert world.sent[0][0] == OFFICER


def test_the_texts_of_one_number_keep_their_order(world: World) -> None:
    world.text(IN_NEED, "ayam hilang satu ekor")
    world.text(IN_NEED, CRY)
    keep(world)
    steps.read_some(world.node, world.mono_s)
    assert texts(world)[:2] == ["ayam hilang satu ekor", CRY]


def test_all_are_read_in_the_end_and_each_once(world: World) -> None:
    keep(world)
    rounds = 1
    while steps.read_some(world.node, world.mono_s).result is steps.Result.LATER:
        rounds += 1
    assert rounds == -(-300 // rush.SOME)
    assert sorted(texts(world)) == sorted(f"sapi ke-{n} hilang dari kandang" for n in range(300))
    assert steps.read_some(world.node, world.mono_s).result is steps.Result.NOTHING
    assert world.node.in_need == {}
