"""The fold: how reports change, and what their history tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played_node import received

from server.domain import events as e
from server.domain.evolve import LineKind, evolve, evolve_sealed, line, ticket_of
from server.domain.report import TRANSITIONS, Move, Report, Stamp, Status, Trust
from sync.entry import Flag, Header, Log, Shape, ticket_code

AT = Stamp(1_790_000_100, Trust.NETWORK, 3, 500)
MOVES: dict[Move, e.DesaEvent] = {
    Move.TAKE: e.Taken("41275", "Rahmat"),
    Move.FORWARD: e.Forwarded("41275", "Rahmat", "BPBD", "banjir"),
    Move.CLOSE: e.Closed("41275", "Rahmat", "selesai damai"),
    Move.REOPEN: e.Reopened("41275", "Rahmat", "terulang"),
}


def fold(*events: e.DesaEvent) -> Report:
    """A report after these events."""
    report: Report | None = None
    for seq, event in enumerate(events, 1):
        report = evolve(report, AT, event, seq)
    assert report is not None
    return report


def header(sets: int, flags: Flag = Flag.NONE, seq: int = 9) -> Header:
    """A header of an entry about report 41275."""
    code = ticket_code("41275")
    return Header(5_204_072_001, 1, Log.UP, seq, b"s" * 16, Shape.SEALED, 2_400, code, sets, flags)


@given(st.lists(st.sampled_from(Move)))
def test_the_state_follows_the_table_and_nothing_else(moves: list[Move]) -> None:
    status = Status.NEW
    for move in moves:
        status = TRANSITIONS.get((status, move), status)
    assert fold(received("41275"), *(MOVES[move] for move in moves)).status is status


def test_an_impossible_move_changes_nothing_but_has_its_line() -> None:
    closed = fold(received("41275"), MOVES[Move.CLOSE])
    assert evolve(closed, AT, e.Taken("41275", "Lain"), 9) is closed
    told = line(AT, e.Taken("41275", "Lain"))
    assert told is not None
    assert (told.kind, told.by, told.at_s) == (LineKind.TAKEN, "Lain", AT.wall_s)


def test_a_reopened_report_has_no_result_and_who_reopened_it_holds_it() -> None:
    report = fold(received("41275"), MOVES[Move.CLOSE], MOVES[Move.REOPEN])
    assert (report.status, report.result, report.officer) == (Status.TAKEN, None, "Rahmat")


def test_a_report_keeps_the_number_of_its_first_entry_and_counts_copies() -> None:
    report = fold(received("41275"), e.Repeated("41275", 3), e.NoteAdded("41275", "+62", "x", 1))
    assert (report.seq, report.copies, report.updated_s) == (1, 3, AT.wall_s)


def test_events_without_a_report_make_none() -> None:
    assert evolve(None, AT, e.Taken("41275", "Rahmat"), 1) is None


@pytest.mark.parametrize(
    ("event", "kind", "text"),
    [
        (e.Forwarded("41275", "R", "BPBD", "banjir"), LineKind.FORWARDED, "BPBD: banjir"),
        (e.Forwarded("41275", "R", "BPBD", ""), LineKind.FORWARDED, "BPBD"),
        (e.MessageSent("41275", "accepted", "sent"), LineKind.MESSAGE, "accepted sent"),
        (e.AnswerOrdered("41275", "spkt", "Baik", 1), LineKind.ANSWER_ORDERED, "Baik"),
        (e.StatusOrdered("41275", "take", "spkt", "", 1), LineKind.STATUS_ORDERED, "take"),
        (e.Unknown(99), LineKind.UNKNOWN, "99"),
    ],
)
def test_the_history_tells_what_was_done(event: e.Event, kind: LineKind, text: str) -> None:
    told = line(AT, event)
    assert told is not None
    assert (told.kind, told.text) == (kind, text)


def test_what_belongs_to_no_report_has_no_line_and_no_ticket() -> None:
    for event in (e.CallMissed("+62"), e.ContactSet("a", "b", "c"), e.SessionsUnlocked("a", 1)):
        assert line(AT, event) is None
        assert ticket_of(event) is None


def test_a_sealed_entry_shows_only_its_header() -> None:
    report = evolve_sealed(None, header(1, Flag.URGENT), locked=False)
    assert report is not None
    assert (report.sealed, report.locked, report.category) == (True, False, "aparat")
    assert (report.urgency, report.status, report.text) == ("darurat", Status.NEW, "")
    closed = evolve_sealed(report, header(int(Status.CLOSED), seq=10), locked=False)
    assert closed is not None
    assert (closed.status, closed.seq) == (Status.CLOSED, 9)


def test_a_locked_entry_does_not_hide_what_is_already_open() -> None:
    before = fold(received("41275"))
    after = evolve_sealed(before, header(int(Status.TAKEN)), locked=True)
    assert after is not None
    assert (after.status, after.text, after.locked) == (Status.TAKEN, before.text, False)
