"""A new officer gets what is owed; who leaves gets nothing more; a foreign key gets nothing."""

import secrets
from pathlib import Path

import pytest
from click.testing import CliRunner
from world import CODE, World

from server import lookup
from server.cli.polres import polres
from server.desa import login as accounts
from server.desa.app import create_app
from server.desa.desk import Login
from server.desa.node import begin_session
from server.desa.officers import delegation, listed
from server.domain import requests as r
from server.polres.down import officers
from server.polres.errors import NotListed
from server.polres.store import news
from server.polres.store.news import Kind
from sync import message, peers, seal
from sync.session import Recipient, RecipientList, Role

VILLAGER, OTHER = "+6281234567890", "+6281298765432"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A village with one officer whom the Polres lists."""
    made = World(tmp_path)
    made.exchange()
    return made


def key_of(made: dict[str, str]) -> bytes:
    return bytes.fromhex(made["phone_path"].rpartition("/")[2])


def drop(world: World, name: str = "Made") -> None:
    officers.drop_officer(world.district, CODE, name, "binmas", world.wall_s())
    world.exchange()


def wraps_of(world: World, key: bytes) -> int:
    row = world.node.database.connection.execute(
        "select count(*) from wraps where recipient = ?", (key,)
    ).fetchone()
    return int(row[0])


def public(world: World, name: str) -> bytes:
    kept = accounts.read(world.node.database.connection, name)
    assert kept is not None
    return kept.public


def told(world: World) -> tuple[news.NewsRow, ...]:
    with world.district.read() as connection:
        return news.newest(connection, world.node.ledger.log_id.node)


def texts(world: World) -> set[str]:
    return {one.text for one in lookup.reports(world.node.projection.db)}


def test_a_new_officer_opens_what_is_owed_and_not_what_is_over(world: World) -> None:
    world.officer("Made")
    world.text(VILLAGER, "kemalingan tadi malam di RT 2 RW 1")
    world.listen()
    world.desk().act(r.Close(world.report().ticket, "Made", "selesai"))
    world.speak()
    begin_session(world.node, world.mono_s)
    world.text(OTHER, "lampu jalan mati di RT 5")
    world.listen()
    world.speak()
    putu = world.officer("Putu")
    world.exchange()
    assert any(line.kind == Kind.JOINED and line.text == "Putu" for line in told(world))
    world.road.cut = True
    world.restart()
    answer = world.desk().login("Putu", putu["passphrase"], key_of(putu))
    assert isinstance(answer, Login)
    assert texts(world) == {"", "lampu jalan mati di RT 5"}


def test_what_is_owed_again_is_shared_when_somebody_opens_it(world: World) -> None:
    made = world.officer("Made")
    world.text(VILLAGER, "kemalingan tadi malam di RT 2 RW 1")
    world.listen()
    ticket = world.report().ticket
    world.desk().act(r.Close(ticket, "Made", "selesai"))
    world.speak()
    begin_session(world.node, world.mono_s)
    putu = world.officer("Putu")
    world.desk().act(r.Reopen(ticket, "Made", "pelaku kembali"))
    world.road.cut = True
    world.restart()
    world.desk().login("Putu", putu["passphrase"], key_of(putu))
    assert "kemalingan tadi malam di RT 2 RW 1" not in texts(world)
    world.desk().login("Made", made["passphrase"], key_of(made))
    world.restart()
    world.desk().login("Putu", putu["passphrase"], key_of(putu))
    assert "kemalingan tadi malam di RT 2 RW 1" in texts(world)


def test_who_is_dropped_cannot_log_in_and_his_wraps_are_gone(world: World) -> None:
    made, putu = world.officer("Made"), world.officer("Putu")
    world.text(VILLAGER, "kemalingan tadi malam di RT 2 RW 1")
    world.listen()
    page = create_app(world.desk()).test_client()
    with page.session_transaction() as kept:
        kept["_user_id"] = f"{world.desk().mark('Made')}:Made"
    assert page.get("/warga").status_code == 200
    his = public(world, "Made")
    assert wraps_of(world, his)
    drop(world)
    assert wraps_of(world, his) == 0
    assert page.get("/warga").status_code == 303
    assert isinstance(world.desk().login("Made", made["passphrase"], key_of(made)), float)
    assert [one.name for one in listed.keepers(world.node)] == ["Putu"]
    begin_session(world.node, world.mono_s)
    assert wraps_of(world, his) == 0
    assert wraps_of(world, public(world, "Putu"))
    world.exchange()
    assert any(line.kind == Kind.LEFT and line.text == "Made" for line in told(world))
    world.mono_s += 2
    answer = world.desk().login("Putu", putu["passphrase"], key_of(putu))
    assert isinstance(answer, Login)
    assert answer.phone_key_fits


def test_a_dropped_name_may_be_given_again_with_other_keys(world: World) -> None:
    first = world.officer("Made")
    drop(world)
    again = world.officer("Made")
    assert again["fingerprint"] != first["fingerprint"]
    assert isinstance(world.desk().login("Made", again["passphrase"], key_of(again)), Login)
    world.mono_s += 2
    assert isinstance(world.desk().login("Made", first["passphrase"], key_of(first)), float)


def test_nobody_is_dropped_twice_and_the_command_says_what_follows(world: World) -> None:
    world.officer("Made")
    world.district.close()
    folder, run = str(world.folder / "polres"), CliRunner()
    done = run.invoke(polres, ["officer", "drop", folder, CODE, "Made"])
    assert (done.exit_code, "dicabut" in done.output) == (0, True)
    twice = run.invoke(polres, ["officer", "drop", folder, CODE, "Made"])
    assert isinstance(twice.exception, NotListed)


def slip_in(world: World, thief: bytes) -> None:
    """A thief with the card writes himself into the list in the file."""
    db = world.node.database.connection
    packed = peers.value(db, peers.PEOPLE)
    assert packed is not None
    octets, signature = message.open_envelope(packed)
    people = RecipientList.unpack(octets)
    with_him = RecipientList(
        people.node,
        people.version + 1,
        (*people.recipients, Recipient(Role.OFFICER, "Pencuri", thief)),
    )
    with world.node.database.write():
        peers.keep_people(db, message.envelope(with_him.pack(), signature))


def test_a_key_slipped_into_the_list_gets_nothing_and_the_page_says_so(world: World) -> None:
    world.officer("Made")
    thief = seal.box_pair(secrets.token_bytes(32))
    slip_in(world, thief.public)
    world.restart()
    world.text(VILLAGER, "kemalingan tadi malam di RT 2 RW 1")
    world.listen()
    world.speak()
    assert wraps_of(world, thief.public) == 0
    assert listed.LIST_TROUBLE in world.desk().box().trouble
    page = create_app(world.desk()).test_client()
    with page.session_transaction() as kept:
        kept["_user_id"] = f"{world.desk().mark('Made')}:Made"
    assert listed.LIST_TROUBLE in page.get("/kotak").text
    running = world.node.vault.running.id
    roles = world.node.database.connection.execute(
        "select role from wraps where session = ? order by role", (running,)
    ).fetchall()
    assert [role for (role,) in roles] == ["polres", "propam"]
    # The text is neither lost nor unanswered, and the Polres sends its list again.
    assert len(world.sent) == 1
    world.exchange()
    assert any(line.kind == Kind.TAMPERED for line in told(world))
    assert listed.LIST_TROUBLE not in world.desk().box().trouble
    assert wraps_of(world, thief.public) == 0
    assert wraps_of(world, public(world, "Made"))


def test_a_key_written_over_an_officers_own_gets_nothing_and_the_page_says_whose(
    world: World,
) -> None:
    world.officer("Made")
    thief = seal.box_pair(secrets.token_bytes(32))
    stranger = seal.signing_pair(secrets.token_bytes(32))
    forged = delegation.sign(stranger, "Made", thief.public)
    with world.node.database.write() as db:
        db.execute("update accounts set public = ?, delegation = ?", (thief.public, forged))
    begin_session(world.node, world.mono_s)
    assert wraps_of(world, thief.public) == 0
    assert listed.KEY_TROUBLE.format("Made") in world.desk().box().trouble
    world.exchange()
    tampered = [line for line in told(world) if line.kind == Kind.TAMPERED]
    assert [line.text for line in tampered] == ["Made"]
