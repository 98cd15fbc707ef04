"""A stolen box switched on elsewhere, and a key slipped into its list: nothing is opened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from boxes import Boxes
from world import CODE, NAME, World

from server import lookup
from server.desa import keys as key_files
from server.desa import sessions
from server.desa.desk import Contact
from server.desa.node import begin_session, people_of
from server.passphrase import aloud
from server.polres import enrolment
from server.polres import lookup as polres_lookup
from server.polres.down import orders
from server.polres.down.orders import Placed
from server.polres.restores import boxes as boxes_commands
from server.settings import dump
from sync import message, peers, seal
from sync.message import State
from sync.session import LIST_DOMAIN, Recipient, RecipientList, Role

BUDI, SARI = "+6281234567890", "+6281298765432"


@pytest.fixture
def boxes(tmp_path: Path) -> Iterator[Boxes]:
    """Give an enrolled desa whose one report is at the Polres."""
    world = World(tmp_path)
    say(world, BUDI, "ada maling di RT 2")
    world.exchange()
    made = Boxes(world)
    yield made
    made.close()


def say(world: World, sender: str, words: str) -> None:
    """A text comes and is read."""
    world.mono_s += 30
    world.text(sender, words)
    world.listen()


def replace_box(boxes: Boxes) -> World:
    """The desa gets another box with a new card, and plays it."""
    world = boxes.world
    old = world.node
    settings = old.settings
    card = enrolment.enroll(world.district, CODE, NAME, "http://127.0.0.1:1", now_s=world.wall_s())
    boxes.copy("new")
    folder = boxes.folder("new")
    for path in folder.iterdir():
        path.unlink()
    key_files.create(folder, card, world.node.random)
    (folder / "kentongan.toml").write_text(dump(settings), encoding="utf-8")
    boxes.switch_on("new")
    world.exchange()
    return world


def test_a_stolen_box_gets_no_keys_and_no_orders_and_is_told_so(boxes: Boxes) -> None:
    world = boxes.world
    orders.revoke(world.district, CODE, world.wall_s())
    ticket = world.report().ticket
    placed = orders.order_answer(
        world.district, CODE, ticket, "Kami ke sana", by="spkt", now_s=world.wall_s()
    )
    assert isinstance(placed, Placed)
    world.restart()
    locked = len(world.node.projection.locked_sessions)
    say(world, SARI, "ditulis pencuri")
    world.exchange()
    assert len(world.node.projection.locked_sessions) == locked > 0
    assert lookup.order_outcome(world.node.projection.db, placed.instance, placed.seq) is None
    assert any("dilaporkan hilang" in sentence for sentence in world.desk().box().trouble)
    flagged = {line.report.text: line.flagged for line in world.at_polres()}
    assert flagged == {"ada maling di RT 2": False, "ditulis pencuri": True}
    assert boxes.waiting() == ()


def test_a_stolen_box_stays_closed_after_the_desa_has_another_one(boxes: Boxes) -> None:
    world = boxes.world
    orders.revoke(world.district, CODE, world.wall_s())
    replace_box(boxes)
    say(world, BUDI, "ditulis kotak baru")
    world.exchange()
    boxes.play("a")
    world.restart()
    say(world, SARI, "ditulis pencuri")
    world.desk().set_contact(Contact("Pencuri", "Polisi", "0813-1111-2222"))
    world.exchange()
    assert world.node.health.sync_state == State.REVOKED
    assert world.node.projection.locked_sessions
    flagged = {line.report.text: line.flagged for line in world.at_polres()}
    assert flagged == {
        "ada maling di RT 2": False,
        "ditulis kotak baru": False,
        "ditulis pencuri": True,
    }
    assert polres_lookup.contacts(world.district, CODE) == ()
    # It may not go on in the place of the new box either: nobody is even asked.
    assert boxes.waiting() == ()
    boxes.play("new")
    world.exchange()
    assert world.desk().box().polres_state == State.OK


def test_a_replaced_box_in_the_same_run_gets_no_order_in_short(boxes: Boxes) -> None:
    world = boxes.world
    world.exchange()
    replace_box(boxes)
    say(world, BUDI, "ada ronda malam di pos")
    world.exchange()
    ticket = world.report().ticket
    boxes.play("a")
    placed = orders.order_answer(
        world.district, CODE, ticket, "Hanya untuk kotak baru", by="spkt", now_s=world.wall_s()
    )
    assert isinstance(placed, Placed)
    for _ in range(3):
        world.exchange()
    held = world.node.database.connection.execute("select count(*) from entries where log = 1")
    assert held.fetchone()[0] == 0
    assert world.node.health.sync_state == State.REPLACED


def test_a_key_slipped_into_the_list_gets_nothing_and_the_page_says_why(boxes: Boxes) -> None:
    world = boxes.world
    world.officer()
    world.exchange()
    node = world.node
    people = people_of(node)
    thief = seal.box_pair(bytes(range(32)))
    forged = RecipientList(
        people.node,
        people.version + 1,
        (*people.recipients, Recipient(Role.OFFICER, "Made", thief.public)),
    ).pack()
    signature = seal.sign(seal.signing_pair(bytes(32)), LIST_DOMAIN, forged)
    with node.database.write() as db:
        peers.keep_people(db, message.envelope(forged, signature))
    for _ in range(2):
        begin_session(world.node, world.mono_s)
        say(world, SARI, "rumah kebakaran")
        with world.node.database.read() as db:
            assert sessions.officer_wraps(db, thief.public) == ()
        running = world.node.vault.running.id
        roles = world.node.database.connection.execute(
            "select role from wraps where session = ?", (running,)
        ).fetchall()
        assert sorted(role for (role,) in roles) == ["polres", "propam"]
        assert any("Daftar petugas" in sentence for sentence in world.desk().box().trouble)
        # Also a box that starts with such a list takes texts in.
        world.restart()
    world.exchange()
    assert "rumah kebakaran" in {line.report.text for line in world.at_polres()}
    boxes_commands.answers(world.district, world.wall_s)["officer resend"]({"code": CODE})
    world.exchange()
    world.exchange()
    assert [one.name for one in people_of(world.node).recipients] == ["Polres", "Propam", "Made"]
    assert not any("Daftar petugas" in sentence for sentence in world.desk().box().trouble)


def test_both_sides_show_the_same_four_words(boxes: Boxes) -> None:
    world = boxes.world
    with world.district.read() as connection:
        desa = orders.known(connection, CODE)
    assert desa.public is not None
    assert world.desk().box().words == aloud(desa.public)
    assert len(aloud(desa.public).split()) == 4
    first = world.desk().box().words
    replace_box(boxes)
    assert world.desk().box().words != first
