"""A complaint about an official: answered like any text, and unreadable in the desa."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from server import lookup
from server.desa.desk import Contact
from server.domain import requests as r
from server.domain.errors import Reason, Refused
from server.polres import propam
from server.polres.keys import PROPAM_FILE
from server.vault import Lock, Place, Vault
from sms import inbox, outbox
from sync import seal, session
from sync.entry import Log, Shape
from sync.errors import CannotOpen
from sync.session import SessionKeys
from sync.store import SqliteStore

SENDER, OTHER = "+6281234567890", "+6281298765432"
WORDS = "oknum polisi bernama Jaka minta uang tilang 500 ribu di pasar"
MORE = "TAMBAH {} kemarin si Jaka datang lagi minta rokok"
# What must not be read: words of the complaint, and the number as text and in semi-octets.
TRACES = (b"Jaka", b"tilang", b"rokok", b"81234567890", b"2618325476", b"1832547698")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village with an officer, a complaint about one, and a report of somebody else."""
    made = World(tmp_path)
    made.exchange()
    made.officer()
    made.text(SENDER, WORDS)
    made.listen()
    made.speak()
    made.text(OTHER, "kemalingan tadi malam di rumah pak Karta")
    made.listen()
    made.speak()
    yield made
    made.node.database.close()
    made.district.close()


def complaint(world: World) -> str:
    """Its ticket."""
    (sealed,) = lookup.sealed(world.node.projection.db)
    return sealed.ticket


def ask(world: World, words: str, sender: str) -> str:
    """Send a text and give the answer to it."""
    world.sent.clear()
    world.text(sender, words)
    world.listen()
    world.speak()
    ((to, told),) = world.sent
    assert to == sender
    return told


def officers_view(world: World) -> list[bytes]:
    """Everything on the card that opens with the card itself and every session key."""
    node = world.node
    stranger = session.from_seeds(*(secrets.token_bytes(32) for _ in range(3)))
    vault = Vault(node.keys.identity.duty, stranger, seal.box_pair(secrets.token_bytes(32)))
    sessions = node.database.connection.execute("select id from sessions").fetchall()
    for (identity,) in sessions:
        known = node.vault.knows(bytes(identity))
        if known is not None:
            vault.learn(SessionKeys(bytes(identity), known.session, None, None))
    opened: list[bytes] = []
    db = node.database.connection
    for table in ("inbox", "outbox"):
        shape = "shape" if table == "outbox" else "0"
        for number, owner, body, kind in db.execute(
            f"select id, session, body, {shape} from {table}"
        ):
            try:
                opened.append(vault.open(Place(bytes(owner), Shape(kind), table, number), body))
            except CannotOpen:
                continue
    store = SqliteStore(db)
    for entry in store.entries(node.ledger.log_id, 1, 10_000):
        try:
            opened.append(vault.open_entry(entry))
        except CannotOpen:
            continue
    return opened


def found(view: list[bytes]) -> list[bytes]:
    """Traces of the complaint in what can be read."""
    return [trace for trace in TRACES for plain in view if trace.lower() in plain.lower()]


def test_nothing_of_it_opens_with_the_keys_that_officers_have(world: World) -> None:
    ticket = complaint(world)
    for words in (f"STATUS {ticket}", "STATUS", MORE.format(ticket), f"BATAL {ticket}"):
        ask(world, words, SENDER)
    view = officers_view(world)
    assert any(b"pak Karta" in plain for plain in view)
    assert found(view) == []


def test_its_sender_is_answered_and_may_ask_and_add_in_the_same_run(world: World) -> None:
    ticket = complaint(world)
    assert any("disegel" in told and ticket in told for to, told in world.sent if to == SENDER)
    assert ask(world, f"STATUS {ticket}", SENDER) == f"No {ticket}: menunggu dibaca."
    assert ask(world, "STATUS", SENDER) == f"No {ticket}: menunggu dibaca."
    assert "dicatat" in ask(world, MORE.format(ticket), SENDER)
    assert "batal" in ask(world, f"BATAL {ticket}", SENDER)
    assert len(lookup.reports(world.node.projection.db)) == 2


def test_it_calls_no_officer_however_urgent_it_sounds(world: World) -> None:
    officer = "+6281211110000"
    world.desk().set_contact(Contact("Made", "Bhabinkamtibmas", officer))
    world.sent.clear()
    world.text(SENDER, "tolong! oknum polisi sedang memukuli warga, ada yang luka parah")
    world.listen()
    world.speak()
    assert [to for to, _ in world.sent] == [SENDER]
    world.text(OTHER, "tolong kebakaran rumah warga, ada yang luka parah")
    world.listen()
    world.speak()
    assert officer in [to for to, _ in world.sent]


def test_another_phone_learns_nothing_about_it(world: World) -> None:
    ticket = complaint(world)
    assert "tidak ada untuk HP ini" in ask(world, f"STATUS {ticket}", OTHER)
    assert "tidak ada untuk HP ini" in ask(world, f"BATAL {ticket}", OTHER)
    assert ticket not in ask(world, "STATUS", OTHER)


def test_the_village_sees_only_that_something_is_sealed(world: World) -> None:
    ticket = complaint(world)
    shown = world.desk().report(ticket)
    assert shown is not None
    assert (shown.sealed, shown.locked, shown.text, shown.sender) == (True, False, "", None)
    assert world.desk().history(ticket) == ()
    assert world.desk().act(r.Take(ticket, "Made")) == Refused(Reason.SEALED)
    assert b"Jaka" not in "".join(world.node.projection.db.iterdump()).encode()


def test_neither_file_of_the_box_holds_a_word_or_number_in_plain(world: World) -> None:
    world.node.database.close()
    for path in sorted(world.directory.iterdir()):
        octets = path.read_bytes()
        assert [trace for trace in (*TRACES, b"Karta", b"81298765432") if trace in octets] == []
    world.start()


def test_after_a_restart_the_polres_keys_open_the_rest_and_it_stays_sealed(world: World) -> None:
    ticket = complaint(world)
    world.exchange()
    world.restart()
    assert world.report(ticket).locked
    world.exchange()
    assert world.report(ticket).sealed
    assert not world.report(ticket).locked
    assert "tidak ada untuk HP ini" in ask(world, f"STATUS {ticket}", SENDER)
    assert "dicatat" in ask(world, MORE.format(ticket), SENDER)
    assert len(lookup.reports(world.node.projection.db)) == 2
    assert found(officers_view(world)) == []


def test_what_is_added_while_all_is_locked_waits_and_is_then_sealed_too(world: World) -> None:
    ticket = complaint(world)
    plain = next(one.ticket for one in lookup.reports(world.node.projection.db) if not one.sealed)
    world.exchange()
    world.restart()
    world.text(SENDER, MORE.format(ticket))
    world.text(OTHER, f"TAMBAH {plain} pintunya warna biru")
    world.listen()
    assert world.desk().box().unread == 2
    assert len(lookup.reports(world.node.projection.db)) == 2
    world.exchange()
    assert world.desk().box().unread == 0
    assert len(lookup.reports(world.node.projection.db)) == 2
    assert [row.text for row in world.desk().history(plain) if row.kind == "note"] == [
        "pintunya warna biru"
    ]
    assert found(officers_view(world)) == []


def test_an_addition_that_cannot_wait_is_a_report_at_once(world: World) -> None:
    plain = next(one.ticket for one in lookup.reports(world.node.projection.db) if not one.sealed)
    world.restart()
    world.text(OTHER, f"TAMBAH {plain} tolong sekarang kebakaran rumah warga api besar")
    world.listen()
    assert world.desk().box().unread == 0
    assert world.report().urgency == "darurat"


def test_the_polres_stores_it_and_only_propam_reads_it(world: World) -> None:
    ticket = complaint(world)
    world.exchange()
    line = next(one for one in world.at_polres() if one.report.ticket == ticket)
    assert (line.report.sealed, line.report.text) == (True, "")
    pair = propam.read_key(world.folder / "polres" / PROPAM_FILE, world.district)
    (read,) = propam.complaints(world.district, pair)
    assert (read["ticket"], read["sender"], read["text"]) == (ticket, SENDER, WORDS)
    world.district.close()
    octets = b"".join(path.read_bytes() for path in (world.folder / "polres").iterdir())
    assert b"Jaka" not in octets
    assert b"Karta" in octets


def test_a_copy_of_it_in_another_slot_leaves_no_trace_either(world: World) -> None:
    db = world.node.database.connection
    with world.node.database.read():
        (first, *_) = inbox.done_since(db, 0)
    place = Place(first.session, Shape.SEALED, "inbox", first.id)
    assert b"oknum" not in world.node.vault.open(place, first.body)
    before = len(lookup.reports(world.node.projection.db))
    world.text(SENDER, WORDS)
    world.listen()
    assert len(lookup.reports(world.node.projection.db)) == before + 1
    assert found(officers_view(world)) == []


def test_its_rows_look_like_all_others(world: World) -> None:
    db = world.node.database.connection
    store = SqliteStore(db)
    log_id = world.node.ledger.log_id
    begun = [one for one in store.entries(log_id, 1, 99) if one.header.sets == 1]
    assert [one.header.shape for one in begun] == [Shape.SEALED, Shape.SEALED]
    assert {one.header.log for one in begun} == {Log.UP}
    assert {len(one.body) % 32 for one in begun} == {40 % 32}
    assert {row.shape for row in (outbox.row_of(db, 1), outbox.row_of(db, 2)) if row} == {0}


def test_a_locked_session_seals_nothing_under_a_key_it_does_not_have(world: World) -> None:
    keys = world.node.vault.running
    half = Vault(b"d" * 32, SessionKeys(keys.id, keys.session, None, None), world.node.vault.ram)
    for lock in (Lock.INTAKE, Lock.UNIT):
        with pytest.raises(CannotOpen):
            half.seal(lock, "inbox", 1, b"x")


def test_a_complaint_added_to_an_ordinary_report_is_sealed_by_itself(world: World) -> None:
    world.text(SENDER, "jalan di RT 2 rusak berat")
    world.listen()
    world.speak()
    own = next(
        one.ticket for one in lookup.reports(world.node.projection.db) if one.sender == SENDER
    )
    before = len(lookup.sealed(world.node.projection.db))
    world.text(SENDER, f"TAMBAH {own} pak kades minta uang pungli 500 ribu ke warga")
    world.listen()
    assert len(lookup.sealed(world.node.projection.db)) == before + 1
    told = " ".join(line.text for line in lookup.history(world.node.projection.db, own))
    assert "kades" not in told


def test_a_complaint_from_a_foreign_number_stands_on_no_page(world: World) -> None:
    world.text("+60123456789", "pak kades minta uang pungli 500 ribu ke warga")
    world.listen()
    notes = lookup.notes(world.node.projection.db)
    assert not any("kades" in str(note) or "60123456789" in str(note) for note in notes)
