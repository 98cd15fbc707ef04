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
    """The same PDU lay in another slot: rows of their own, one report that says how often."""
    with node.database.lock:
        ticket = lookup.ticket_of_inbox(node.projection.db, original)
        report = None if ticket is None else node.projection.report(ticket)
        decision = Decision(())
        if report is not None:
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
        firsts: dict[bytes, Opened] = {}
        merged: dict[str, str] = {}
        for one in opened:
            first = firsts.setdefault(one.print_, one)
            if first is not one and not (first.shown and one.shown):
                # Where both have gaps, reading puts their parts together.
                _merge(node, first, one, merged, now_s)
        for print_, first in firsts.items():
            node.seen[print_] = min(first.row.id, node.seen.get(print_, first.row.id))


def _merge(node: Node, first: Opened, second: Opened, merged: dict[str, str], now_s: float) -> None:
    stays, goes = (second, first) if first.shown else (first, second)
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


def _report(node: Node, one: Opened, merged: dict[str, str]) -> Report | None:
    """The report that a row belongs to, if anybody here may know what it says."""
    ticket = one.row.ticket
    while ticket in merged:
        ticket = merged[ticket]
    report = None if ticket is None else node.projection.report(ticket)
    return None if report is None or report.locked else report
