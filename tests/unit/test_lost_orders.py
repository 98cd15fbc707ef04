"""Orders that a restored Polres has forgotten: taken back from the desa, and carried out once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from polres_copies import PolresCopies
from world import CODE, World

from server.polres import lookup
from server.polres.down import orders
from server.polres.down.orders import Placed

BUDI = "+6281234567890"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give an enrolled desa with one report at the Polres."""
    made = World(tmp_path)
    made.text(BUDI, "ada maling di RT 2")
    made.listen()
    made.exchange()
    made.speak()
    yield made
    made.node.database.close()
    made.district.close()


def order(world: World, text: str) -> Placed:
    """The duty desk answers the villager."""
    placed = orders.order_answer(
        world.district, CODE, world.report().ticket, text, by="spkt", now_s=world.wall_s()
    )
    assert isinstance(placed, Placed)
    return placed


def settle(world: World) -> None:
    """Some exchanges, and what they let the box say."""
    for _ in range(5):
        world.mono_s += 60
        world.exchange()
        world.speak()


def heard(world: World, words: str) -> int:
    """How often the villager got these words."""
    return sum(words in text for _, text in world.sent)


def told(world: World) -> dict[str, str | None]:
    """The orders that the Polres knows of the report, with what became of them."""
    steps = lookup.history(world.district, CODE, world.report().ticket)
    return {one.text: one.order.outcome for one in steps if one.order is not None}


def test_an_order_that_was_lost_and_carried_out_is_shown_again_and_not_sent_twice(
    world: World,
) -> None:
    polres = PolresCopies(world)
    order(world, "Patroli menuju lokasi")
    settle(world)
    polres.put_back()
    assert told(world) == {}
    settle(world)
    assert told(world) == {"Patroli menuju lokasi": "dijalankan"}
    assert heard(world, "Patroli menuju lokasi") == 1


def test_what_was_ordered_since_the_restore_and_what_was_lost_are_both_carried_out_once(
    world: World,
) -> None:
    lock(world)
    polres = PolresCopies(world)
    order(world, "Sebelum server rusak")
    world.exchange()
    polres.put_back()
    order(world, "Sesudah server pulih")
    world.exchange()
    settle(world)
    assert heard(world, "Sebelum server rusak") == heard(world, "Sesudah server pulih") == 0
    orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
    settle(world)
    assert heard(world, "Sebelum server rusak") == heard(world, "Sesudah server pulih") == 1
    assert told(world)["Sebelum server rusak"] == "dijalankan"
    assert told(world)["Sesudah server pulih"] == "dijalankan"


def test_a_lost_order_that_has_expired_is_not_written_again(world: World) -> None:
    lock(world)
    polres = PolresCopies(world)
    order(world, "Sebelum server rusak")
    world.exchange()
    polres.put_back()
    world.mono_s += orders.ORDER_S + 60
    order(world, "Sesudah server pulih")
    settle(world)
    orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
    settle(world)
    assert heard(world, "Sebelum server rusak") == 0
    assert heard(world, "Sesudah server pulih") == 1


def lock(world: World) -> None:
    """The power fails so often that the Polres asks a person before it returns keys."""
    for _ in range(5):
        world.restart()
        world.exchange()
    assert world.report().locked
