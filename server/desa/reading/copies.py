"""Copies: the same PDU in other slots, in a slot listed again, and found only at an unlock."""

from server import lookup, radio
from server.desa.node import Node
from server.desa.reading.opened import Opened, open_rows
from server.domain import events as e
from server.domain.decide import Decision
from server.domain.report import Report
from server.ledger import day_of
from sms import inbox

COPY_WINDOW_DAYS = 7


def is_same_slot_text(node: Node, one: Opened) -> bool:
    """Whether a "perhaps a copy" is the text of its slot once more, listed after a restart."""
    return _first_pdu(node, one) == one.pdu


def waits_for_first(node: Node, one: Opened) -> bool:
    """Whether a "perhaps a copy" must wait until the first can be opened."""
    return one.row.perhaps_copy_of is not None and _first_pdu(node, one) is None


def _first_pdu(node: Node, one: Opened) -> str | None:
    if one.row.perhaps_copy_of is None:
        return None
    with node.database.read() as db:
        return radio.recall_pdu(db, node.vault, one.row.perhaps_copy_of)


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
    that both are open the younger one is merged into the older.
    """
    since = day_of(node.stamp(now_s)) - COPY_WINDOW_DAYS
    with node.database.lock:
        with node.database.read() as db:
            opened = open_rows(node, inbox.done_since(db, since))
        firsts: dict[bytes, int] = {}
        for one in opened:
            first = firsts.setdefault(one.print_, one.row.id)
            if first != one.row.id:
                _merge(node, first, one.row.id, now_s)
        for print_, first in firsts.items():
            node.seen[print_] = min(first, node.seen.get(print_, first))


def _merge(node: Node, first: int, second: int, now_s: float) -> None:
    older, younger = _report(node, first), _report(node, second)
    if older is None or younger is None or older.ticket == younger.ticket:
        return
    same = (older.sender, older.text) == (younger.sender, younger.text)
    if not same or lookup.is_merged(node.projection.db, younger.ticket):
        return
    events = (
        e.Repeated(older.ticket, older.copies + younger.copies),
        e.Merged(younger.ticket, older.ticket),
    )
    node.ledger.record(node.stamp(now_s), Decision(events), cause=f"inbox:{second}")


def _report(node: Node, inbox_id: int) -> Report | None:
    ticket = lookup.ticket_of_inbox(node.projection.db, inbox_id)
    report = None if ticket is None else node.projection.report(ticket)
    readable = report is not None and not report.sealed and not report.locked
    return report if readable else None
