"""Another exchange key of the Polres: how it reaches a desa, and what stays readable."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from boxes import Boxes
from renewed import RenewedWorld
from world import CODE, NAME

from server.card import pack_card, parse_card
from server.desa.exchange import rotation
from server.desa.steps import Result
from server.polres import enrolment, gate, quick
from server.polres.down.orders import revoke
from server.polres.errors import PolresError
from server.polres.propam import complaints, read_key
from server.polres.rotation import renewing
from sync import announcement, peers
from sync.roads.http import EXCHANGE_PATH, QUICK_PATH
from sync.session import Role

THIEF, FLOOD, FIRE = "maling di RT 3", "banjir di RT 4", "kebakaran di RT 5"


@pytest.fixture
def world(tmp_path: Path) -> RenewedWorld:
    made = RenewedWorld(tmp_path)
    made.officer()
    assert made.exchange().result is Result.DONE
    return made


def test_a_desa_takes_a_new_key_with_a_short_answer_and_says_so_once(world: RenewedWorld) -> None:
    world.heard.paths()
    number = world.renew()
    assert world.standing().missing == (NAME,)
    world.exchange()
    assert world.node.keys.exchange_number == number
    assert world.node.keys.exchange == world.district.keys.exchange.public
    world.exchange()
    assert world.standing().missing == ()
    world.exchange()
    assert set(world.heard.paths()) == {QUICK_PATH}
    assert world.said() == [number]


def test_an_answer_to_a_desa_that_is_up_to_date_is_not_an_octet_longer(world: RenewedWorld) -> None:
    world.exchange()
    before = len(world.heard.answers[-1])
    world.renew()
    world.exchange()
    announced = len(world.heard.answers[-1])
    # The entry that says so, the receipt for it, and then nothing is new.
    for _ in range(3):
        world.exchange()
    assert len(world.heard.answers[-1]) == before
    assert before < announced <= before + 140


def test_frames_that_were_made_for_the_key_before_are_taken_as_they_are(
    world: RenewedWorld,
) -> None:
    world.road.cut = True
    world.tell(THIEF)
    world.exchange()
    world.restart()
    world.tell(FLOOD, "+6281234567891")
    world.exchange()
    world.renew()
    world.road.cut = False
    world.settle()
    assert world.texts() == {THIEF, FLOOD}
    assert renewing.forget_old(world.district) == 1
    world.tell(FIRE, "+6281234567892")
    world.exchange()
    assert world.texts() == {THIEF, FLOOD, FIRE}


def test_what_came_before_stays_readable_after_the_old_key_is_destroyed(
    world: RenewedWorld,
) -> None:
    world.tell(THIEF)
    world.exchange()
    world.renew()
    world.settle()
    renewing.forget_old(world.district)
    world.district.close()
    world.reopen()
    assert world.texts() == {THIEF}
    assert world.district.keys.older == ()
    world.restart()
    world.heard.paths()
    assert world.exchange().result is Result.DONE
    # The keys of the session before the restart come back, as ever.
    assert world.report().text == THIEF


def test_nothing_that_was_said_under_a_destroyed_key_is_taken_again(world: RenewedWorld) -> None:
    world.tell(THIEF)
    world.exchange()
    world.restart()
    world.exchange()
    posted = list(world.heard.posted)
    assert {path for path, _ in posted} >= {QUICK_PATH, EXCHANGE_PATH}
    world.renew()
    world.settle()
    renewing.forget_old(world.district)
    for path, octets in posted:
        if path == QUICK_PATH:
            assert quick.ask(world.district, octets, world.wall_s()).status == 403
        elif path == EXCHANGE_PATH:
            reply = gate.exchange(world.district, octets, None, world.wall_s())
            assert (reply.status, reply.octets) == (400, world.district.keys.announcement())


def test_the_old_key_is_kept_until_every_desa_has_the_new_one(world: RenewedWorld) -> None:
    with pytest.raises(renewing.NothingOlder):
        renewing.forget_old(world.district)
    world.renew()
    with pytest.raises(renewing.StillUsed) as refused:
        renewing.forget_old(world.district)
    assert NAME in refused.value.sentence
    world.exchange()
    # It has the key, but its word has not come.
    with pytest.raises(renewing.StillUsed):
        renewing.forget_old(world.district)
    world.exchange()
    with pytest.raises(renewing.NotBackedUp):
        renewing.forget_old(world.district)
    world.settle()
    assert renewing.forget_old(world.district) == 1
    with pytest.raises(PolresError):
        renewing.forget_old(world.district)


def test_a_closed_box_and_an_unused_card_hold_nothing_up(world: RenewedWorld) -> None:
    world.renew()
    enrolment.enroll(
        world.district, "52.04.07.2005", "Pusu", "http://127.0.0.1:1", now_s=world.wall_s()
    )
    revoke(world.district, CODE, world.wall_s())
    assert world.standing().missing == ()
    assert renewing.forget_old(world.district) == 1


def test_the_keys_of_officers_and_of_propam_are_as_they_were(world: RenewedWorld) -> None:
    def recipients() -> dict[str, set[bytes]]:
        with world.node.database.read() as db:
            rows = db.execute("select role, recipient from wraps").fetchall()
        return {role: {bytes(key) for was, key in rows if was == role} for role, _ in rows}

    before = recipients()
    world.renew()
    world.settle()
    world.restart()
    world.tell("kepala desa minta uang pungli")
    world.exchange()
    after = recipients()
    assert after[Role.OFFICER.value] == before[Role.OFFICER.value]
    assert after[Role.PROPAM.value] == before[Role.PROPAM.value]
    assert world.district.keys.exchange.public in after[Role.POLRES.value]
    key = read_key(world.folder / "polres" / "propam.key", world.district)
    assert len(list(complaints(world.district, key))) == 1


def test_sessions_that_are_open_are_wrapped_to_the_new_key_alone(world: RenewedWorld) -> None:
    world.renew()
    world.exchange()
    running = world.node.vault.running.id
    with world.node.database.read() as db:
        rows = db.execute(
            "select recipient from wraps where session = ? and role = 'polres'", (running,)
        ).fetchall()
    assert [bytes(key) for (key,) in rows] == [world.node.keys.exchange]


def test_an_older_announcement_never_takes_a_desa_back(world: RenewedWorld) -> None:
    world.renew()
    world.settle()
    first = world.district.keys.announcement()
    world.renew()
    world.settle()
    second = world.node.keys.exchange_number
    assert not rotation.take(world.node, first, world.mono_s)
    assert not rotation.take(world.node, world.district.keys.announcement(), world.mono_s)
    assert world.node.keys.exchange_number == second
    assert world.restart().keys.exchange_number == second
    assert len(world.said()) == 2


def test_a_card_that_is_made_later_names_the_newest_key(world: RenewedWorld) -> None:
    number = world.renew()
    card = enrolment.enroll(
        world.district, "52.04.07.2005", "Pusu", "http://127.0.0.1:1", now_s=world.wall_s()
    )
    again = parse_card(json_of(card))
    assert again == card
    assert again.exchange == world.district.keys.exchange.public
    assert again.exchange_number() == number
    made = announcement.read(again.announced, world.district.keys.root.public)
    assert (made.number, made.public) == (number, again.exchange)


def test_a_box_with_a_card_of_the_newest_key_confirms_it_too(tmp_path: Path) -> None:
    world = RenewedWorld(tmp_path)
    number = world.renew()
    card = enrolment.enroll(world.district, CODE, NAME, "http://127.0.0.1:1", now_s=world.wall_s())
    world.move_to(card)
    assert world.exchange().result is Result.DONE
    assert world.standing().missing == (NAME,)
    world.exchange()
    assert world.standing().missing == ()
    assert world.said() == [number]


def test_a_box_whose_card_came_without_the_announcement_confirms_it_too(tmp_path: Path) -> None:
    world = RenewedWorld(tmp_path)
    number = world.renew()
    card = enrolment.enroll(world.district, CODE, NAME, "http://127.0.0.1:1", now_s=world.wall_s())
    world.move_to(replace(card, announced=b""))
    assert world.node.keys.exchange_number == 0
    for _ in range(2):
        assert world.exchange().result is Result.DONE
    assert world.said() == [number]
    assert world.standing().missing == ()


def test_a_card_from_before_the_change_still_enrols_after_the_old_key_is_gone(
    tmp_path: Path,
) -> None:
    world = RenewedWorld(tmp_path)
    world.renew()
    assert renewing.forget_old(world.district) == 1
    assert world.exchange().result is Result.DONE
    assert world.node.keys.exchange == world.district.keys.exchange.public
    world.tell(THIEF)
    world.exchange()
    assert world.texts() == {THIEF}


def test_a_box_that_was_put_back_to_an_old_card_hears_of_the_key_in_clear(
    world: RenewedWorld,
) -> None:
    boxes = Boxes(world)
    boxes.copy("b")
    world.renew()
    world.settle()
    renewing.forget_old(world.district)
    boxes.put_back("b")
    world.listen_in()
    assert world.node.keys.exchange_number == 0
    outcome = world.exchange()
    assert world.node.keys.exchange == world.district.keys.exchange.public
    # It is an older history, so it asks a person, and that under the new key.
    assert "izin Polres" in outcome.trouble
    (asked,) = boxes.waiting()
    boxes.allow(asked.words)
    assert world.exchange().result is Result.DONE
    world.tell(FIRE)
    world.exchange()
    assert FIRE in world.texts()
    assert world.standing().missing == ()


def test_a_key_that_somebody_wrote_on_the_card_is_none(world: RenewedWorld) -> None:
    number = world.renew()
    world.settle()
    with world.node.database.write() as db:
        forged = announcement.announce(
            world.node.keys.identity.signing, number + 1, world.node.keys.identity.exchange.public
        )
        db.execute("insert into exchange_keys values (?, ?, 0)", (number + 1, forged))
        peers.remember(db, "exchange key told", b"x")
    world.restart()
    assert world.node.keys.exchange_number == number
    assert world.exchange().result is Result.DONE


def test_rows_that_were_planted_on_the_card_do_not_stand_in_the_way(world: RenewedWorld) -> None:
    with world.node.database.write() as db:
        for number in range(world.wall_s(), world.wall_s() + 100):
            db.execute("insert into exchange_keys values (?, x'00', 0)", (number,))
    world.restart()
    assert world.node.keys.exchange_number == 0
    number = world.renew()
    world.settle()
    assert world.node.keys.exchange_number == number
    assert world.restart().keys.exchange_number == number


def json_of(card: enrolment.Card) -> str:
    """A card as it lies in its file."""
    return json.dumps(pack_card(card))
