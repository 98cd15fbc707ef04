"""The ledger: a decision is recorded whole or not at all, whatever fails on the way."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from played_node import received
from world import NOW_S, World

from server import lookup, radio
from server.desa.node import begin_session
from server.domain import events as e
from server.domain.decide import Decision
from server.domain.react import Notice
from server.domain.report import ERASED, Stamp, Status, Trust
from server.ledger import Ledger, day_of
from server.projection import Projection
from server.vault import Gone, Place, Row, Vault
from sms import inbox, outbox
from sync.entry import Entry, Flag, Shape, ticket_code
from sync.session import from_seeds

STAMP = Stamp(NOW_S, Trust.NETWORK, 1, 5_000)
SENDER, OTHER = "+6281234567890", "+6281298765432"
ACK = Notice(SENDER, "Terima kasih.", "41275")
ALARM = Notice(OTHER, "No 41275", "41275", "alarm", urgent=True, name="alarm")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a running node with one kept text."""
    made = World(tmp_path)
    made.text(SENDER, "ada maling")
    slots = made.modem.list()
    radio.keep_listed(made.node.database, made.node.vault, "", slots, 5)
    yield made
    made.node.database.close()


def record(
    ledger: Ledger,
    *,
    official: bool = False,
    cause: str = "inbox:1",
    inbox_ids: tuple[int, ...] = (),
) -> tuple[Entry, ...]:
    """Record one report with its answers."""
    decision = Decision(
        (received("41275"), e.Taken("41275", "Made")), (ACK, ALARM), official=official
    )
    return ledger.record(STAMP, decision, cause=cause, inbox_ids=inbox_ids)


def stored(world: World) -> list[object]:
    """Everything that lies in the file."""
    db = world.node.database.connection
    tables = ("entries", "outbox", "inbox", "slots", "sqlite_sequence")
    return [db.execute(f"select * from {table} order by 1, 2").fetchall() for table in tables]


class Denier:
    """Refuses the n-th thing that SQLite asks leave for."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, *_: object) -> int:
        self.left -= 1
        return sqlite3.SQLITE_DENY if self.left == 0 else sqlite3.SQLITE_OK


def test_whatever_statement_fails_everything_is_recorded_or_nothing(world: World) -> None:
    connection = world.node.database.connection
    before, shown = stored(world), list(world.node.projection.db.iterdump())
    refused = 0
    for number in range(1, 500):
        denier = Denier(number)
        connection.set_authorizer(denier)
        try:
            record(world.node.ledger, inbox_ids=(1,))
        except sqlite3.DatabaseError:
            refused += 1
        else:
            break
        finally:
            connection.set_authorizer(None)
        assert not connection.in_transaction
        assert stored(world) == before
        assert list(world.node.projection.db.iterdump()) == shown
    assert refused > 15
    assert denier.left > 0
    after = stored(world)
    assert [len(left) - len(right) for left, right in zip(after, before, strict=True)][:2] == [2, 2]
    assert inbox.counts(connection)["done"] == 1
    assert world.node.projection.report("41275") is not None


def test_a_sessions_wraps_are_on_the_card_before_anything_is_sealed_under_it(world: World) -> None:
    db, said = world.node.database.connection, list[str]()
    marks = ("insert into wraps", "commit", "insert into entries")
    db.set_trace_callback(
        lambda statement: said.extend(one for one in marks if statement.lower().startswith(one))
    )
    begin_session(world.node, world.mono_s)
    db.set_trace_callback(None)
    wrapped = len(said) - said[::-1].index("insert into wraps")
    assert said[wrapped] == "commit"
    assert said.index("insert into entries") > wrapped


def test_a_write_beside_the_decision_shares_its_fate(world: World) -> None:
    before = stored(world)

    def fails() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        world.node.ledger.record(STAMP, Decision((e.CallMissed(SENDER),)), cause="c", also=fails)
    assert stored(world) == before


def test_the_same_cause_queues_its_texts_once(world: World) -> None:
    record(world.node.ledger)
    record(world.node.ledger)
    db = world.node.database.connection
    assert len(tuple(outbox.waiting(db))) == 2
    record(world.node.ledger, cause="inbox:2")
    assert len(tuple(outbox.waiting(db))) == 4


def test_the_header_says_ticket_state_urgency_and_day_and_nothing_more(world: World) -> None:
    urgent = received("41275", urgency="darurat")
    events = (
        urgent, received("87326"), e.Taken("41275", "M"), e.Forwarded("41275", "M", "Polsek", ""),
        e.Closed("41275", "M", "ok"), e.Reopened("41275", "M", ""), e.Answered("41275", "M", "ya"),
        e.CallMissed(SENDER),
    )  # fmt: skip
    entries = world.node.ledger.record(STAMP, Decision(events), cause="x")
    told = [(one.header.ticket, one.header.sets, one.header.flags) for one in entries]
    code, other = ticket_code("41275"), ticket_code("87326")
    assert told == [
        (code, Status.NEW, Flag.URGENT), (other, Status.NEW, Flag.NONE),
        (code, Status.TAKEN, Flag.NONE), (code, Status.FORWARDED, Flag.NONE),
        (code, Status.CLOSED, Flag.NONE), (code, Status.TAKEN, Flag.NONE),
        (code, 0, Flag.NONE), (0, 0, Flag.NONE),
    ]  # fmt: skip
    assert {one.header.day for one in entries} == {day_of(STAMP)}
    assert {one.header.shape for one in entries} == {Shape.SEALED}


def test_a_time_that_nobody_vouches_for_is_not_told_in_the_header() -> None:
    assert day_of(Stamp(NOW_S, Trust.UNKNOWN, 1, 0)) == 0
    assert day_of(Stamp(NOW_S, Trust.LAST_SEEN, 1, 0)) > 0


def test_a_matter_of_an_official_leaves_the_same_traces_in_clear_as_any_other(
    world: World,
) -> None:
    plain = record(world.node.ledger, cause="a")
    hidden = record(world.node.ledger, official=True, cause="b")
    for one, other in zip(plain, hidden, strict=True):
        assert (one.header.shape, one.header.sets, one.header.flags, one.header.ticket) == (
            other.header.shape, other.header.sets, other.header.flags, other.header.ticket,
        )  # fmt: skip
        assert len(one.body) == len(other.body)
    rows = tuple(outbox.waiting(world.node.database.connection))
    sizes = {(row.purpose, row.shape, len(row.body)) for row in rows}
    assert len(rows) == 4
    assert len(sizes) == 2


def test_alarms_and_matters_of_the_box_are_readable_while_all_sessions_are_locked(
    world: World,
) -> None:
    record(world.node.ledger)
    world.node.ledger.record(
        STAMP, Decision((e.ContactSet("Made", "Bhabinkamtibmas", "+6281298765432"),)), cause="k"
    )
    node = world.restart()
    opened = [
        text
        for row in outbox.waiting(node.database.connection)
        if (text := radio.open_outgoing(node.vault, row)) is not None
    ]
    assert [(text.to, text.name) for text in opened] == [("+6281298765432", "alarm")]
    assert node.projection.db.execute("select name from contacts").fetchall() == [("Made",)]
    locked = node.projection.report("41275")
    assert locked is not None
    assert (locked.locked, locked.status, locked.text) == (True, Status.TAKEN, "")


def test_folds_come_in_the_order_of_the_journal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    whole = Projection.add

    def add(
        projection: Projection, entries: tuple[Entry, ...], vault: Vault, before: int = 0
    ) -> None:
        held.append(world.node.database.lock._is_owned())
        whole(projection, entries, vault, before)

    monkeypatch.setattr(Projection, "add", add)
    record(world.node.ledger)
    assert held == [True]


def test_a_fault_while_folding_leaves_no_report_out_of_the_tables_or_its_number_free(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Projection._fold_event

    def breaks(projection: Projection, seq: int, stamp: Stamp, event: e.Event) -> None:
        whole(projection, seq, stamp, event)
        if event == e.Taken("41275", "Made"):
            raise MemoryError

    monkeypatch.setattr(Projection, "_fold_event", breaks)
    record(world.node.ledger)
    with pytest.raises(MemoryError):
        world.node.projection.report("41275")
    monkeypatch.undo()
    report = world.node.projection.report("41275")
    assert report is not None
    assert (report.status, report.officer) == (Status.TAKEN, "Made")
    assert "41275" in lookup.tickets_since(world.node.projection.db, 0)


def test_a_fault_right_after_the_commit_leaves_nothing_out_of_the_tables(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Ledger._commit

    def breaks(*given: Any) -> tuple[Entry, ...]:
        whole(*given)
        raise MemoryError

    monkeypatch.setattr(Ledger, "_commit", breaks)
    with pytest.raises(MemoryError):
        record(world.node.ledger)
    monkeypatch.undo()
    assert world.node.projection.report("41275") is not None
    record(world.node.ledger, cause="again")
    assert len(lookup.history(world.node.projection.db, "41275")) == 4


def test_a_fault_while_all_is_folded_anew_leaves_nothing_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(world.node.ledger)
    keys = world.node.vault.running
    world.restart()
    locked = world.node.projection.report("41275")
    assert locked is not None
    assert locked.locked
    assert world.node.vault.learn(keys)
    monkeypatch.setattr(Projection, "_tell", None)
    with pytest.raises(TypeError):
        world.node.projection.report("41275")
    monkeypatch.undo()
    opened = world.node.projection.report("41275")
    assert opened is not None
    assert not opened.locked


def test_a_report_that_is_given_up_shows_no_more_though_its_session_is_open(world: World) -> None:
    node = world.node
    entries = record(node.ledger)
    assert node.projection.report("41275")
    header = entries[-1].header
    last = {ticket_code("41275"): (header.instance, header.seq)}
    node.vault.give_up(Gone(tickets=last))
    after = node.projection.report("41275")
    assert after is not None
    assert (after.category, after.text) == (ERASED, "")
    assert lookup.history(node.projection.db, "41275") == ()


def test_tables_show_just_those_notes_of_a_gone_session_whose_keys_are_known(world: World) -> None:
    node, old = world.node, world.node.vault.running.id
    calls = [e.CallMissed(SENDER), e.CallMissed(OTHER)]
    entries = node.ledger.record(STAMP, Decision(tuple(calls)), cause="calls")
    first, second = (kept_row(node.vault, entry) for entry in entries)
    assert len(noted(world)) == 2
    begin_session(node, world.mono_s)
    one, two, three = (from_seeds(*(bytes([part] * 32),) * 3) for part in (1, 2, 3))
    node.vault.give_up(Gone({old}, remnants={one.id, two.id}))
    node.vault.forget({old})
    assert noted(world) == []
    for remnant, rows, shown in ((one, first, 1), (two, second, 2)):
        node.vault.learn(remnant)
        node.vault.keep_rows(remnant.id, rows)
        assert len(noted(world)) == shown
    # A later erasure keeps one of the two.
    node.vault.give_up(Gone({old}, remnants={three.id}))
    node.vault.forget({one.id, two.id})
    node.vault.learn(three)
    node.vault.keep_rows(three.id, second)
    assert noted(world) == [OTHER]


def noted(world: World) -> list[str]:
    db = world.node.projection.db
    return [sender for (sender,) in db.execute("select sender from notes order by seq")]


def kept_row(vault: Vault, entry: Entry) -> dict[Row, bytes]:
    """The key of one entry, as what is kept of an erased session holds it."""
    header = entry.header
    place = Place(header.session, header.shape, header.log.name, header.seq, header.pack())
    key = vault.row_key(place, entry.body)
    assert key is not None
    return {(header.session, header.log.name, header.seq): key}
