"""A change of the exchange key over real HTTP, on the pages, with restored boxes and remnants."""

import json
from html import unescape
from pathlib import Path

import pytest
from backed_up import Village
from erased_village import backed_up, lived_in, years_later

from server.bench.sync.corpus import own_texts
from server.bench.sync.relay import Link
from server.bench.sync.scene import scene
from server.card import CardBroken, CardForged, pack_card, parse_card
from server.desa.steps import Result
from server.polres import accounts, enrolment
from server.polres import keys as key_files
from server.polres.accounts import Role
from server.polres.app import create_app
from server.polres.rotation import renewing
from server.polres.rotation.standing import LACKING, standing_now
from server.polres.store import nodes
from server.polres.store.exchange_keys import KeyRow, add
from sync import announcement, seal
from sync.errors import KeyLost
from tests.world import CODE, NAME, World


@pytest.mark.parametrize("tls", [False, True])
def test_a_box_that_is_not_understood_is_told_the_key_over_real_http(*, tls: bool) -> None:
    with scene() as village:
        village.write(own_texts(30))
        village.use(Link(), tls=tls)
        assert village.exchange().result is Result.DONE
        district = village.district
        number = renewing.renew(district, 1_790_000_000)
        district.keys = key_files.forget_exchange(district.directory)
        village.write(own_texts(30, seed=2))
        assert village.exchange().result is Result.DONE
        assert village.node.keys.exchange_number == number
        assert village.exchange().result is Result.DONE
        assert standing_now(district).missing == ()
        assert village.arrived()


def test_a_box_shows_a_server_that_was_set_back_its_key_over_real_http() -> None:
    with scene() as village:
        village.use(Link())
        assert village.exchange().result is Result.DONE
        district, before = village.district, village.district.keys
        lost = renewing.renew(district, 1_790_000_000)
        assert village.exchange().result is Result.DONE
        assert village.exchange().result is Result.DONE
        with district.write() as connection:
            connection.exec_driver_sql("delete from exchange_keys")
        district.keys = before
        assert village.exchange().trouble == KeyLost().sentence
        assert standing_now(district).lacking == (lost,)
        found = renewing.renew(district, 1)
        assert found == lost + 1
        assert village.exchange().result is Result.DONE
        assert village.node.keys.exchange_number == found


def test_a_card_is_read_with_the_key_that_its_root_announced_alone(tmp_path: Path) -> None:
    world = World(tmp_path)
    renewing.renew(world.district, world.wall_s())
    card = enrolment.enroll(
        world.district, "52.04.07.2005", "Pusu", "http://127.0.0.1:1", now_s=world.wall_s()
    )
    fields = pack_card(card)
    assert parse_card(json.dumps(fields)) == card
    other = seal.box_pair(b"b" * 32).public
    thief = announcement.announce(seal.signing_pair(b"t" * 32), 7, other)
    for broken in ({"exchange": other.hex()}, {"announced": thief.hex()}, {"announced": "00"}):
        with pytest.raises(CardForged):
            parse_card(json.dumps(fields | broken))
    for broken in ({"announced": "zz"}, {"announced": 7}):
        with pytest.raises(CardBroken):
            parse_card(json.dumps(fields | broken))
    # A card that somebody stripped of it names a first key, as every older card does.
    del fields["announced"]
    assert parse_card(json.dumps(fields)).exchange_number() == 0


def test_a_box_that_is_restored_with_a_new_card_uses_the_newest_key(tmp_path: Path) -> None:
    village = Village(tmp_path)
    world = village.world
    world.officer("Made")
    world.text("+6281234567001", "ada maling di RT 3")
    world.listen()
    world.exchange()
    village.back_up()
    number = renewing.renew(world.district, world.wall_s())
    backed_up(world)
    backed_up(world)
    renewing.forget_old(world.district)
    village.restore()
    village.move_in()
    assert world.node.keys.exchange_number == number
    assert world.exchange().result is Result.DONE
    assert standing_now(world.district).missing == (NAME,)
    world.exchange()
    assert standing_now(world.district).missing == ()
    world.text("+6281234567002", "banjir di RT 4")
    world.listen()
    world.exchange()
    assert {one.report.text for one in world.at_polres()} == {
        "ada maling di RT 3",
        "banjir di RT 4",
    }


def test_what_holds_rows_of_erased_sessions_is_shown_before_the_old_key_goes(
    tmp_path: Path,
) -> None:
    village = lived_in(tmp_path)
    world = village.world
    years_later(village)
    with world.node.database.read() as db:
        remnants = [bytes(one) for (one,) in db.execute("select id from remnants")]
    assert remnants
    node = world.node.ledger.log_id.node

    def known() -> list[bool]:
        with world.district.read() as connection:
            return [nodes.session(connection, node, one) is not None for one in remnants]

    assert not all(known())
    world.restart()
    renewing.renew(world.district, world.wall_s())
    world.exchange()
    world.exchange()
    assert all(known())


def test_the_pages_of_the_polres_say_who_is_missing_and_which_key_is(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.exchange()
    district = world.district
    app = create_app(district, now=world.wall_s)
    client = app.test_client()
    passphrase = accounts.add_user(district, "admin", Role.ADMIN, world.wall_s())
    form = client.get("/masuk").text
    token = form.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    client.post("/masuk", data={"csrf_token": token, "name": "admin", "passphrase": passphrase})

    def page(path: str) -> str:
        answer = client.get(path)
        assert answer.status_code == 200
        return unescape(answer.text)

    assert "unci pertukaran" not in page("/desa") + page(f"/desa/{CODE}")
    renewing.renew(district, world.wall_s())
    assert f"Belum memakainya: {NAME}" in page("/desa")
    assert "yang baru belum diterima kotak" in page(f"/desa/{CODE}")
    backed_up(world)
    backed_up(world)
    assert "--forget-old" in page("/desa")
    assert "yang baru belum diterima kotak" not in page(f"/desa/{CODE}")
    renewing.forget_old(district)
    assert "unci pertukaran" not in page("/desa")
    with district.write() as connection:
        add(connection, KeyRow(district.keys.number + 1, b"", world.wall_s()))
    assert LACKING in page("/desa")
    assert "Kunci pertukaran di server ini terlalu lama" in page("/")
