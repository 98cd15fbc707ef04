"""An officer changes his passphrase, prints a card, and comes back with it; once, and told."""

import re
from pathlib import Path

import pytest
from paper_phone import Phone
from world import World

from server import lookup
from server.desa import login as accounts
from server.desa.commands import answers
from server.desa.node import begin_session
from server.desa.officers import listed, lost
from server.desa.officers.keydesk import KeyDesk, NotDone, Wait
from server.desa.officers.renewal import How
from server.desa.officers.told import WrongCard
from server.domain import requests as r
from server.polres.down import officers, orders
from server.polres.store import news
from sync import seal

VILLAGER = "+6281234567890"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A village with a listed officer and a closed report of a session that is over."""
    made = World(tmp_path)
    made.exchange()
    return made


class Officer:
    """Made with his passphrase, his phone and the card in the envelope."""

    def __init__(self, world: World, name: str = "Made") -> None:
        self.world, self.name = world, name
        made = world.officer(name)
        self.passphrase, self.words = made["passphrase"], made["recovery"]
        self.key = bytes.fromhex(made["phone_path"].rpartition("/")[2])

    def phone(self) -> Phone:
        """His browser before the node as it runs now."""
        phone = Phone(self.world.desk(), keys_of(self.world))
        phone.carries(self.key.hex())
        assert phone.login(self.passphrase, self.name).status_code == 303
        return phone


def keys_of(world: World) -> KeyDesk:
    return KeyDesk(world.node, world.desk(), lambda: world.mono_s)


def closed_report(world: World, words: str = "kemalingan tadi malam di RT 2 RW 1") -> None:
    world.text(VILLAGER, words)
    world.listen()
    world.desk().act(r.Close(world.report().ticket, "Made", "selesai"))
    world.speak()
    world.exchange()


def texts(world: World) -> set[str]:
    return {one.text for one in lookup.reports(world.node.projection.db)}


def account(world: World, name: str = "Made") -> accounts.Account:
    kept = accounts.read(world.node.database.connection, name)
    assert kept is not None
    return kept


def told(world: World) -> list[str]:
    world.exchange()
    with world.district.read() as connection:
        return [line.text for line in news.newest(connection, world.node.ledger.log_id.node)]


def secret_on(page: str) -> str:
    found = re.search(r'<p class="secret"><strong>([a-z0-9-]+)</strong>', page)
    assert found
    return found[1]


def card_on(page: str) -> str:
    return " ".join(re.findall(r"<li>([a-z]+)</li>", page))


def test_a_changed_passphrase_and_the_new_key_open_what_the_old_ones_opened(world: World) -> None:
    made = Officer(world)
    closed_report(world)
    before = account(world)
    phone = made.phone()
    page = phone.post("/kunci", "/kunci/sandi", passphrase=made.passphrase)
    fresh = secret_on(page.text)
    assert fresh != made.passphrase
    assert phone.key() != made.key.hex()
    assert phone.get("/kunci")
    after = account(world)
    assert after.identity == before.identity
    assert {after.salt, after.public, after.verifier}.isdisjoint(
        {before.salt, before.public, before.verifier}
    )
    assert f"Made: {How.PASSPHRASE}" in told(world)
    world.road.cut = True
    world.restart()
    world.desk().login("Made", made.passphrase, made.key)
    assert "kemalingan tadi malam di RT 2 RW 1" not in texts(world)
    world.mono_s += 2
    world.desk().login("Made", fresh, bytes.fromhex(phone.key() or ""))
    assert "kemalingan tadi malam di RT 2 RW 1" in texts(world)


def test_an_answer_that_never_reached_the_phone_leaves_the_old_keys_in_force(world: World) -> None:
    made = Officer(world)
    closed_report(world)
    assert not isinstance(
        keys_of(world).change_passphrase("Made", made.passphrase, made.key), NotDone | Wait
    )
    world.road.cut = True
    world.restart()
    world.desk().login("Made", made.passphrase, made.key)
    assert "kemalingan tadi malam di RT 2 RW 1" in texts(world)


def test_a_phone_that_has_its_new_key_is_believed_at_the_next_login_too(world: World) -> None:
    made = Officer(world)
    closed_report(world)
    new = keys_of(world).change_passphrase("Made", made.passphrase, made.key)
    assert isinstance(new, accounts.NewOfficer)
    world.text(VILLAGER, "ada kebakaran di RT 3")
    world.listen()
    world.road.cut = True
    world.restart()
    world.restart()
    answer = world.desk().login("Made", new.passphrase, new.phone_key)
    assert not isinstance(answer, float)
    assert {"kemalingan tadi malam di RT 2 RW 1", "ada kebakaran di RT 3"} <= texts(world)


def test_a_session_that_begins_while_the_phone_has_not_answered_opens_with_either_key(
    world: World,
) -> None:
    made = Officer(world)
    new = keys_of(world).change_passphrase("Made", made.passphrase, made.key)
    assert isinstance(new, accounts.NewOfficer)
    world.road.cut = True
    world.restart()
    world.text(VILLAGER, "ada kebakaran di RT 3")
    world.listen()
    world.restart()
    world.desk().login("Made", made.passphrase, made.key)
    assert "ada kebakaran di RT 3" in texts(world)
    world.restart()
    world.desk().login("Made", new.passphrase, new.phone_key)
    assert "ada kebakaran di RT 3" in texts(world)


def test_without_the_phones_key_nothing_is_changed_and_the_page_says_why(world: World) -> None:
    made = Officer(world)
    before = account(world)
    phone = Phone(world.desk(), keys_of(world))
    phone.login(made.passphrase, "Made")
    for action in ("/kunci/sandi", "/kunci/kartu"):
        refused = phone.post("/kunci", action, passphrase=made.passphrase)
        assert (refused.status_code, NotDone.NO_PHONE_KEY in refused.text) == (422, True)
    wrong = phone.post("/kunci", "/kunci/sandi", passphrase="padi-padi-padi-padi-padi-11")
    assert wrong.status_code == 401
    assert account(world) == before


def test_the_card_gives_a_new_passphrase_phone_key_and_card_once(world: World) -> None:
    made = Officer(world)
    lost = Phone(world.desk(), keys_of(world))
    done = lost.post("/pulihkan", "/pulihkan", name="Made", words=made.words.upper())
    assert done.status_code == 200
    passphrase, words = secret_on(done.text), card_on(done.text)
    assert len(words.split()) == 12
    assert words != made.words
    assert f"Made: {How.RECOVERED}" in told(world)
    assert lost.login(passphrase, "Made").status_code == 303
    again = Phone(world.desk(), keys_of(world))
    refused = again.post("/pulihkan", "/pulihkan", name="Made", words=made.words)
    assert (refused.status_code, "Tunggu 1 detik" in refused.text) == (401, True)
    world.mono_s += 2
    assert isinstance(world.desk().login("Made", made.passphrase, made.key), float)
    assert listed.keepers(world.node) == (listed.Keeper("Made", listed=True),)


def test_a_card_whose_page_never_arrived_is_used_again(world: World) -> None:
    made = Officer(world)
    closed_report(world)
    assert isinstance(keys_of(world).recover("Made", made.words), accounts.NewOfficer)
    assert not isinstance(world.desk().login("Made", made.passphrase, made.key), float)
    second = keys_of(world).recover("Made", made.words)
    assert isinstance(second, accounts.NewOfficer)
    answer = world.desk().login("Made", second.passphrase, second.phone_key)
    assert not isinstance(answer, float)
    assert answer.phone_key_fits
    assert isinstance(keys_of(world).recover("Made", made.words), Wait)


def test_what_a_recovered_officer_gets_back_others_do_not_get_with_him(world: World) -> None:
    made = Officer(world)
    closed_report(world)
    begin_session(world.node, world.mono_s)
    putu = Officer(world, "Putu")
    new = keys_of(world).recover("Made", made.words)
    assert isinstance(new, accounts.NewOfficer)
    world.desk().login("Made", new.passphrase, new.phone_key)
    world.road.cut = True
    world.restart()
    world.desk().login("Putu", putu.passphrase, putu.key)
    assert "kemalingan tadi malam di RT 2 RW 1" not in texts(world)
    world.desk().login("Made", new.passphrase, new.phone_key)
    assert "kemalingan tadi malam di RT 2 RW 1" in texts(world)


def test_the_card_opens_no_old_session_until_somebody_lets_it(world: World) -> None:
    made = Officer(world)
    putu = Officer(world, "Putu")
    closed_report(world)
    world.road.cut = True
    world.restart()
    new = keys_of(world).recover("Made", made.words)
    assert isinstance(new, accounts.NewOfficer)
    world.desk().login("Made", new.passphrase, new.phone_key)
    assert texts(world) == {""}
    world.desk().login("Putu", putu.passphrase, putu.key)
    world.restart()
    world.desk().login("Made", new.passphrase, new.phone_key)
    assert "kemalingan tadi malam di RT 2 RW 1" in texts(world)


def test_the_only_officers_old_sessions_come_back_when_a_person_at_the_polres_lets_them(
    world: World,
) -> None:
    made = Officer(world)
    closed_report(world)
    world.mono_s += 5 * 86_400
    world.restart()
    world.exchange()
    new = keys_of(world).recover("Made", made.words)
    assert isinstance(new, accounts.NewOfficer)
    world.desk().login("Made", new.passphrase, new.phone_key)
    world.exchange()
    assert texts(world) == {""}
    orders.grant_keys(world.district, world.node.settings.desa.code, "SPKT", world.wall_s())
    world.exchange()
    assert "kemalingan tadi malam di RT 2 RW 1" in texts(world)
    world.road.cut = True
    world.restart()
    world.desk().login("Made", new.passphrase, new.phone_key)
    assert "kemalingan tadi malam di RT 2 RW 1" in texts(world)


def test_what_did_not_come_back_in_a_week_is_asked_no_more(world: World) -> None:
    made = Officer(world)
    closed_report(world)
    world.restart()
    new = keys_of(world).recover("Made", made.words)
    assert isinstance(new, accounts.NewOfficer)
    world.desk().login("Made", new.passphrase, new.phone_key)
    db = world.node.database.connection
    assert db.execute("select count(*) from lost").fetchone()[0]
    world.mono_s += lost.ASKED_S + 1
    lost.tend(world.node, world.mono_s)
    assert db.execute("select count(*) from lost").fetchone()[0] == 0


def test_wrong_words_wait_longer_and_longer_and_names_are_not_told_apart(world: World) -> None:
    made = Officer(world)
    keys = keys_of(world)
    waits = []
    for _ in range(4):
        answer = keys.recover("Made", "padi " * 12)
        assert isinstance(answer, Wait)
        waits.append(answer.seconds)
        world.mono_s += answer.seconds
    assert waits == [1, 2, 4, 8]
    assert keys.recover("Bukan petugas", made.words) == Wait(1)
    assert isinstance(keys.recover("Made", made.words), accounts.NewOfficer)


def test_a_new_card_ends_the_one_before(world: World) -> None:
    made = Officer(world)
    page = made.phone().post("/kunci", "/kunci/kartu", passphrase=made.passphrase)
    words = card_on(page.text)
    keys = keys_of(world)
    assert isinstance(keys.recover("Made", made.words), Wait)
    world.mono_s += 2
    assert isinstance(keys.recover("Made", words), accounts.NewOfficer)


def test_the_card_and_the_stolen_box_open_nothing_that_the_passphrase_and_phone_opened(
    world: World,
) -> None:
    """The words open the identity alone; no wrap on the card opens with it."""
    made = Officer(world)
    closed_report(world)
    kept = account(world)
    seed = accounts.open_card(kept, made.words, world.node.settings.login)
    assert seed is not None
    assert seal.signing_pair(seed).public == kept.identity
    boxes = world.node.database.connection.execute("select box from wraps").fetchall()
    for (box,) in boxes:
        with pytest.raises(seal.CannotOpen):
            seal.open_box(seal.box_pair(seed), bytes(box))


def test_the_command_recovers_and_refuses_with_the_time_to_wait(world: World) -> None:
    made = Officer(world)
    commands = answers(world.node, world.desk(), keys_of(world))
    with pytest.raises(WrongCard) as caught:
        commands["officer recover"]({"name": "Made", "words": "salah"})
    assert "tunggu 1 detik" in caught.value.sentence
    world.mono_s += 2
    shown = commands["officer recover"]({"name": "Made", "words": made.words})
    assert isinstance(shown, dict)
    assert shown["phone_path"].startswith("/hp/")
    assert commands["officer list"]({}) == [{"name": "Made", "told": "terdaftar"}]


def test_who_is_dropped_does_not_come_back_with_his_card(world: World) -> None:
    made = Officer(world)
    code = world.node.settings.desa.code
    officers.drop_officer(world.district, code, "Made", "binmas", world.wall_s())
    world.exchange()
    assert isinstance(keys_of(world).recover("Made", made.words), Wait)
