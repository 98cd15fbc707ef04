"""Another exchange key of the Polres: how it reaches a desa, and what stays readable."""

from pathlib import Path

from server.desa.steps import Result
from server.polres.rotation import renewing
from server.polres.rotation.standing import standing_now
from tests.world import World

VILLAGER = "+6281234567890"


def test_a_desa_takes_a_new_key_with_its_next_answer_and_uses_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.officer()
    assert world.exchange().result is Result.DONE
    number = renewing.renew(world.district, world.wall_s())
    assert standing_now(world.district).missing == ("Tepal",)
    assert world.exchange().result is Result.DONE
    assert world.node.keys.exchange_number == number
    assert world.node.keys.exchange == world.district.keys.exchange.public
    assert world.exchange().result is Result.DONE
    assert standing_now(world.district).missing == ()
