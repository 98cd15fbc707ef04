"""An exchange key that changes while SMS of the air road are on their way; late wraps."""

from pathlib import Path

import pytest
import sqlite_utils
from air_world import AirWorld, kinds_of
from renewed import RenewedWorld
from world import CODE

import sync.schema
from server.database import open_memory
from server.desa import steps
from server.desa.desk import Login
from server.desa.exchange import rotation
from server.desa.steps import Result
from server.polres.down.orders import grant_keys
from server.polres.rotation import renewing
from sync import exchange
from sync.airtime.head import Kind
from sync.roads.http import KEY_PATH
from sync.session import Role

CRY = "tolong pak ada perampokan di rumah bu siti rt 03 rw 01"


@pytest.fixture
def world(tmp_path: Path) -> AirWorld:
    made = AirWorld(tmp_path)
    made.exchange()
    return made


def take(world: AirWorld) -> None:
    """The announcement comes by whatever road."""
    assert rotation.take(world.node, world.district.keys.announcement(), world.mono_s)


def test_an_answer_that_was_on_its_way_is_read_under_the_key_before(world: AirWorld) -> None:
    world.cut()
    world.text("+6281234567891", CRY)
    world.listen()
    world.mono_s += 200
    while steps.speak(world.node, world.modem, world.mono_s).result is steps.Result.DONE:
        pass
    assert kinds_of(world.went_up) == [Kind.REPORT]
    assert world.node.air.owed
    renewing.renew(world.district, world.wall_s())
    take(world)
    world.live(30)
    assert world.node.air.owed == {}
    assert kinds_of(world.went_up) == [Kind.REPORT]


def test_keys_that_a_person_allows_later_come_under_the_key_that_the_box_used(
    world: AirWorld,
) -> None:
    world.text("+6281234567891", CRY)
    world.listen()
    world.exchange()
    world.sim = "+6281299999999"
    world.restart()
    world.cut()
    world.live(200)
    assert Kind.KEYS_ASKED in kinds_of(world.went_up)
    assert Kind.KEYS not in kinds_of(world.went_down)
    renewing.renew(world.district, world.wall_s())
    grant_keys(world.district, CODE, "spkt", world.wall_s())
    world.live(60)
    assert Kind.KEYS in kinds_of(world.went_down)
    assert not world.report().locked
    assert world.report().text == CRY


def test_of_two_wraps_of_a_session_the_fuller_goes_first() -> None:
    db = open_memory().connection
    sync.schema.migrations.apply(sqlite_utils.Database(db))
    for recipient, box in ((b"a", b"partial"), (b"b", b"the whole one"), (b"c", b"less")):
        db.execute(
            "insert into wraps (session, role, recipient, box) values (?, ?, ?, ?)",
            (b"s" * 16, Role.POLRES.value, recipient, box),
        )
    found = exchange.wraps_of(db, [b"s" * 16], Role.POLRES)
    assert [box for _, box in found] == [b"the whole one", b"partial", b"less"]


def test_a_number_that_was_lost_is_passed_even_by_a_clock_behind_it(tmp_path: Path) -> None:
    world = RenewedWorld(tmp_path)
    world.exchange()
    world.keep_key_file()
    lost = world.renew()
    world.settle()
    world.put_key_file_back()
    assert renewing.renew(world.district, 1) == lost + 1
    world.exchange()
    assert world.node.keys.exchange_number == lost + 1


def test_what_only_an_officer_opens_later_reaches_a_polres_that_lost_its_key(
    tmp_path: Path,
) -> None:
    world = RenewedWorld(tmp_path)
    world.exchange()
    made = world.officer()
    world.keep_key_file()
    world.renew()
    world.settle()
    world.exchange()
    world.restart()
    world.road.cut = True
    world.tell("maling di RT 3")
    world.restart()
    world.put_key_file_back()
    world.renew()
    world.road.cut = False
    for _ in range(2):
        assert world.exchange().result is Result.DONE
    # It came, but its session was wrapped to the key that was lost.
    assert "maling di RT 3" not in world.texts()
    opened = world.desk().login("Made", made["passphrase"], bytes.fromhex(made["phone_path"][-64:]))
    assert isinstance(opened, Login)
    assert rotation.tend(world.node) > 0
    for _ in range(2):
        assert world.exchange().result is Result.DONE
    assert "maling di RT 3" in world.texts()
    assert KEY_PATH not in world.heard.paths()
