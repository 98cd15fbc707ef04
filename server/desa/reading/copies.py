"""Copies: the same PDU in other slots, in a slot listed again, and found only at an unlock."""

from enum import StrEnum

from server import lookup, radio
from server.desa.node import Node
from server.desa.reading.opened import Opened, open_rows
from server.domain import events as e
from server.domain.decide import Decision
from server.domain.report import Report
from server.ledger import day_of
from sms import inbox

COPY_WINDOW_DAYS = 7


class Kin(StrEnum):
    """What a row is to those that lay in its slot before and after, across restarts."""

    NEW = "new"
    COPY = "copy"
    WAITS = "waits"


# Nothing came of a row in one of these states; of one in these others a report, note or receipt.
_NOTHING_CAME = frozenset({inbox.State.UNREAD, inbox.State.PART})
_SOMETHING_CAME = frozenset({inbox.State.DONE, inbox.State.GAPS, inbox.State.RECEIPT})


def kin(node: Node, one: Opened) -> Kin:
    """Whether a row is the text of its slot once more, listed again after a restart.

    It waits only where a locked row that something came of may say the same: a text that was
    never read before a cut is read where it lies open, and its locked row is the copy then.
    """
    with node.database.read() as db:
        for row in inbox.earlier(db, one.row):
            first = radio.open_pdu(node.vault, row)
            if first == one.pdu:
                return Kin.COPY
            if first is not None:
                break
            if row.state not in _NOTHING_CAME:
                return Kin.WAITS
        for row in inbox.later(db, one.row):
            again = radio.open_pdu(node.vault, row)
            if again == one.pdu and row.state in _SOMETHING_CAME:
                return Kin.COPY
            if again is None and row.state in _SOMETHING_CAME:
                return Kin.WAITS
    return Kin.NEW


def repeat(node: Node, original: int, row_ids: tuple[int, ...], now_s: float) -> None:
    """The same PDU lay in another slot: rows of their own, one report that says how often.

    Where the report is locked, they are counted when it opens.
    """
    with node.database.lock:
        with node.database.read() as db:
            first = inbox.row_of(db, original)
        begun = lookup.ticket_of_inbox(node.projection.db, original)
        # A report that was merged has its rows in the other; very old rows have no ticket.
        ticket = begun if first is None or first.ticket is None else first.ticket
        report = None if begun is None or ticket is None else node.projection.report(ticket)
        decision = Decision(())
        if report is not None and not report.locked:
            again = e.Repeated(report.ticket, report.copies + len(row_ids))
            decision = Decision((again,), official=report.sealed)
        cause = f"inbox:{row_ids[0]}"
        node.ledger.record(node.stamp(now_s), decision, cause=cause, inbox_ids=row_ids)


def remember_seen(node: Node, now_s: float) -> None:
    """Learn the PDUs of the last days again, after a start or when keys came.

    Equal PDUs of which the second was read while the first was locked began two reports; now
    that both are open they become one: the older, or the one whose text is whole. Keys may come
    long after that, so the days that count are those of what they open.
    """
    with node.database.lock:
        known, before = node.vault.opened(), node.compared
        with node.database.read() as db:
            first_days = inbox.first_days(db)
            days = [day for session, day in first_days.items() if session in known - before]
            since = min((day_of(node.stamp(now_s)), *days)) - COPY_WINDOW_DAYS
            opened = open_rows(node, inbox.done_since(db, since))
        node.compared = known
        same: dict[bytes, list[Opened]] = {}
        for one in opened:
            same.setdefault(one.print_, []).append(one)
        merged: dict[str, str] = {}
        for print_, rows in same.items():
            first = min(rows, key=lambda one: _rank(node, one.row))
            for one in rows:
                gaps = (_has_gaps(node, each, merged) for each in (first, one))
                if one is not first and not all(gaps):
                    # Where both have gaps, reading puts their parts together.
                    _merge(node, first, one, merged, now_s)
            _count(node, rows, merged, now_s)
            node.seen[print_] = _first_seen(node, first.row, node.seen.get(print_))


def _began(node: Node, row_id: int) -> bool:
    """Whether a report began with a row; further parts and texts that came again began none."""
    return lookup.ticket_of_inbox(node.projection.db, row_id) is not None


def _rank(node: Node, row: inbox.Row) -> tuple[bool, bool, int]:
    """Of equal rows, the one that a report began with stands for them.

    It need not be the oldest: an older one may have been locked when it was read.
    """
    return not _began(node, row.id), row.ticket is None, row.id


def _first_seen(node: Node, first: inbox.Row, before: int | None) -> int:
    """The row that stands for its PDU; the one from before may be older than what is compared."""
    if before is None or before == first.id:
        return first.id
    with node.database.read() as db:
        known = inbox.row_of(db, before)
    return first.id if known is None else min(first, known, key=lambda row: _rank(node, row)).id


def _count(node: Node, rows: list[Opened], merged: dict[str, str], now_s: float) -> None:
    """Count what came again while the report of its text was locked."""
    into = {_now(one.row.ticket, merged) for one in rows} - {None}
    if len(rows) == 1 or len(into) != 1:
        return
    began = next((one for one in rows if _began(node, one.row.id)), None)
    report = None if began is None else _report(node, began, merged)
    if report is not None and report.copies < len(rows):
        decision = Decision((e.Repeated(report.ticket, len(rows)),), official=report.sealed)
        node.ledger.record(node.stamp(now_s), decision, cause=f"counted:{report.ticket}")


def _merge(node: Node, first: Opened, second: Opened, merged: dict[str, str], now_s: float) -> None:
    stays, goes = (second, first) if _has_gaps(node, first, merged) else (first, second)
    into, gone = _report(node, stays, merged), _report(node, goes, merged)
    if into is None or gone is None or into.ticket == gone.ticket:
        return
    events: list[e.DesaEvent] = [e.Merged(gone.ticket, into.ticket)]
    if lookup.ticket_of_inbox(node.projection.db, stays.row.id) == into.ticket:
        events.append(e.Repeated(into.ticket, into.copies + gone.copies))

    def also() -> None:
        with node.database.write() as db:
            inbox.move_rows(db, gone.ticket, into.ticket)
            inbox.close_gaps(db, into.ticket)

    decision = Decision(tuple(events), official=into.sealed or gone.sealed)
    cause = f"merged:{gone.ticket}:{into.ticket}"
    node.ledger.record(node.stamp(now_s), decision, cause=cause, also=also)
    merged[gone.ticket] = into.ticket


def _has_gaps(node: Node, one: Opened, merged: dict[str, str]) -> bool:
    """Whether parts are missing of the text that a row belongs to, also where it is a copy."""
    ticket = _now(one.row.ticket, merged)
    if ticket is None:
        return one.shown
    with node.database.read() as db:
        return bool(inbox.shown_rows(db, ticket))


def _report(node: Node, one: Opened, merged: dict[str, str]) -> Report | None:
    """The report that a row belongs to, if anybody here may know what it says."""
    ticket = _now(one.row.ticket, merged)
    report = None if ticket is None else node.projection.report(ticket)
    return None if report is None or report.locked else report


def _now(ticket: str | None, merged: dict[str, str]) -> str | None:
    """The report that one was merged into, if it was."""
    while ticket in merged:
        ticket = merged[ticket]
    return ticket
