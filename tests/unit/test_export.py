"""An export gives an officer the texts that the pages show him, journalled, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from server.demo.processes import until
from server.desa import commands
from server.desa.console import export, radios
from server.desa.desk import Login
from server.desa.frontdesk import FrontDesk
from server.domain import codec
from server.domain import events as e
from server.process import control
from sync.entry import Shape
from sync.store import SqliteStore

ONE, TWO, ROBOT = "+6281234567890", "+6281298765432", "TELKOMSEL"
COMPLAINT = "kepala desa minta uang suap untuk bantuan"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village that the Polres knows, with an officer."""
    made = World(tmp_path)
    made.exchange()
    made.new_officer = made.officer()
    # The list with him comes down in the next exchange; the session after it is his to open.
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


def exported(world: World) -> tuple[dict[str, object], list[list[object]]]:
    """The head and the rows of an export by the officer."""
    rows = export.export(
        world.node, world.desk(), "Made", world.new_officer["passphrase"], world.mono_s
    )
    head, *texts = list(rows)
    return head, texts


def journalled(world: World) -> list[e.InboxExported]:
    """What the journal says of exports."""
    with world.node.database.read() as db:
        store, log_id = SqliteStore(db), world.node.ledger.log_id
        entries = store.entries(log_id, 1, store.head(log_id).seq)
    events = [
        codec.decode(world.node.vault.open_entry(one))[1]
        for one in entries
        if one.header.shape is Shape.DUTY
    ]
    return [event for event in events if isinstance(event, e.InboxExported)]


def column(rows: list[list[object]], name: str) -> list[object]:
    """One column of an export."""
    return [row[export.COLUMNS.index(name)] for row in rows]


def test_reports_additions_and_notes_go_out_with_sender_time_and_ticket(world: World) -> None:
    world.text(ONE, "ada maling di rumah pak Budi RT 02")
    world.listen()
    ticket = world.report().ticket
    world.text(ONE, f"TAMBAH {ticket} dia lari ke sawah")
    world.text(ROBOT, "Pulsa Anda Rp5.000")
    long = "kebakaran hutan besar sekali " * 12
    world.text(TWO, long)
    world.listen()
    head, rows = exported(world)
    assert column(rows, "SenderNumber") == [ONE, ONE, ROBOT, TWO]
    assert column(rows, "TextDecoded")[2:] == ["Pulsa Anda Rp5.000", long]
    assert column(rows, "Ticket") == [ticket, ticket, "", world.report().ticket]
    assert column(rows, "Parts") == [1, 1, 1, 3]
    assert str(column(rows, "ReceivingDateTime")[0]).startswith("2026-09-")
    assert (head["texts"], head["withheld"]) == (4, {})


def test_a_complaint_about_an_official_is_counted_and_never_leaves(world: World) -> None:
    world.text(ONE, COMPLAINT)
    world.listen()
    world.speak()
    sealed = next(one for one in world.desk().reports() if one.sealed)
    world.text(ONE, f"TAMBAH {sealed.ticket} dia juga minta beras")
    world.text(ONE, f"STATUS {sealed.ticket}")
    world.text(TWO, "ada maling di rumah pak Budi")
    world.listen()
    head, rows = exported(world)
    assert column(rows, "SenderNumber") == [TWO]
    assert head["withheld"] == {export.NOT_SHOWN: 3}


def test_texts_of_a_locked_session_are_counted_and_come_after_the_phone_s_key(
    world: World,
) -> None:
    world.text(ONE, "ada maling di rumah pak Budi")
    world.listen()
    world.exchange()
    world.restart()
    world.text(TWO, "kebakaran di pasar lama")
    world.listen()
    head, rows = exported(world)
    assert (column(rows, "SenderNumber"), head["withheld"]) == ([TWO], {export.LOCKED: 1})
    phone_key = bytes.fromhex(world.new_officer["phone_path"].rpartition("/")[2])
    login = world.desk().login("Made", world.new_officer["passphrase"], phone_key)
    assert isinstance(login, Login)
    assert login.phone_key_fits
    head, rows = exported(world)
    assert (column(rows, "SenderNumber"), head["withheld"]) == ([ONE, TWO], {})


def test_the_same_text_listed_again_after_a_power_cut_is_one_line(world: World) -> None:
    world.text(ONE, "ada maling di rumah pak Budi")
    world.listen()
    for _ in range(2):
        world.text(TWO, "kebakaran di pasar lama", sent_s=world.wall_s() - 5)
    world.listen()
    _, rows = exported(world)
    assert column(rows, "SenderNumber") == [ONE, TWO, TWO]


def test_a_value_that_a_spreadsheet_would_run_is_made_harmless(world: World) -> None:
    world.text(ONE, '=HYPERLINK("http://x";"maling di RT 2")')
    world.listen()
    _, rows = exported(world)
    assert column(rows, "TextDecoded") == ['\'=HYPERLINK("http://x";"maling di RT 2")']
    assert column(rows, "SenderNumber") == [ONE]


@pytest.mark.parametrize(
    "words",
    ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\0=1", "\uff1d1+1", "\uff0b1"],
)
def test_whatever_a_spreadsheet_takes_for_a_formula_begins_with_a_quote(words: str) -> None:
    assert export._harmless(words) == f"'{words}"
    assert export._harmless(f"maling {words}") == f"maling {words}"


def test_an_export_is_journalled_before_its_first_line_leaves(world: World) -> None:
    world.text(ONE, "ada maling di rumah pak Budi")
    world.text(ONE, COMPLAINT)
    world.listen()
    rows = export.export(
        world.node, world.desk(), "Made", world.new_officer["passphrase"], world.mono_s
    )
    assert journalled(world) == [e.InboxExported("Made", 1, 1)]
    next(rows)
    rows.close()
    assert len(journalled(world)) == 1


def test_a_wrong_passphrase_waits_as_on_the_login_page_and_shares_its_count(
    world: World,
) -> None:
    desk = FrontDesk(world.node, lambda: world.mono_s)
    assert desk.login("Made", "salah", None) == 1.0
    right = world.new_officer["passphrase"]
    with pytest.raises(export.WrongLogin) as caught:
        export.export(world.node, desk, "Made", right, world.mono_s)
    assert "1 detik" in caught.value.sentence
    world.mono_s += 2
    with pytest.raises(export.WrongLogin):
        export.export(world.node, desk, "Made", "salah lagi", world.mono_s)
    assert desk.login("Made", right, None) == 2.0
    world.mono_s += 3
    assert isinstance(desk.login("Made", right, None), Login)
    assert journalled(world) == []


def test_texts_that_came_are_told_without_their_words_once_each(world: World) -> None:
    began = radios.arrivals(world.node, "")
    assert began["texts"] == []
    world.text(ONE, "ada maling di rumah pak Budi")
    world.text(TWO, COMPLAINT)
    world.listen()
    told = radios.arrivals(world.node, str(began["last"]))
    assert [(t["sender"], t["letters"]) for t in told["texts"]] == [
        ("+62 8•• •••• 7890", 28),
        ("nomor yang disamarkan", len(COMPLAINT)),
    ]
    assert radios.arrivals(world.node, str(told["last"]))["texts"] == []
    assert "maling" not in str(told)


def test_the_socket_streams_an_export_and_says_no_in_one_sentence(
    world: World, node_dir: Path
) -> None:
    for number in range(3):
        world.text(ONE, f"ada maling di rumah nomor {number}")
    world.listen()
    listening = control.ControlSocket(node_dir, commands.answers(world.node, FrontDesk(world.node)))
    try:
        values = {"name": "Made", "passphrase": world.new_officer["passphrase"]}
        head, *rows = control.stream(node_dir, export.COMMAND, **values)
        assert (head["texts"], len(rows)) == (3, 3)
        with pytest.raises(control.ControlRefused, match="kata sandi salah"):
            next(control.stream(node_dir, export.COMMAND, name="Made", passphrase="x"))
        assert control.ask(node_dir, "radio") == []
    finally:
        listening.close()


def test_a_long_answer_that_breaks_is_told_as_broken(node_dir: Path) -> None:
    def some(_: dict[str, str]) -> object:
        yield 1
        raise KeyError

    listening = control.ControlSocket(node_dir, {"some": some})
    try:
        items = control.stream(node_dir, "some")
        assert next(items) == 1
        with pytest.raises(control.ControlRefused, match="gagal"):
            next(items)
    finally:
        listening.close()
    assert until(lambda: not (node_dir / "control.sock").exists(), 5)
