"""Whole texts: each becomes one decision."""

import logging
from dataclasses import replace

from server import lookup, words
from server.desa import complaints
from server.desa.gateway import history
from server.desa.gateway.simlife import credit, deafness
from server.desa.node import Node
from server.desa.reading import calls
from server.desa.reading.copies import repeat
from server.desa.reading.length import whole_or_cut
from server.desa.reading.opened import Opened, kind_of, mark, sender_of
from server.desa.reading.reactions import called, with_reactions
from server.desa.reading.tickets import draw
from server.domain import events as e
from server.domain import requests as r
from server.domain.clock import hear
from server.domain.decide import Decision, Situation, decide_text, understood
from server.domain.reading.labels import Category, Urgency
from server.domain.reading.places import Place
from server.domain.reading.read import PHONE, SERVICE, Reading, read
from server.domain.report import Stamp, Trust
from sms import inbox
from sms.commands import grammar
from sms.phone import SenderKind
from sms.segments import Complete
from sms.tpdu import Deliver

log = logging.getLogger(__name__)
_SERVICES = frozenset({SenderKind.SHORT_CODE, SenderKind.ALPHANUMERIC})


def decide_whole(
    node: Node, text: Complete, rows: dict[int, Opened], now_s: float, *, gaps: bool = False
) -> int:
    """Decide on one text; gives how many rows that finished.

    Args:
        node: the node.
        text: the text.
        rows: its rows, by number.
        now_s: the monotonic clock.
        gaps: parts of it are missing; where it becomes a report, its rows wait for them.
    """
    row_ids = (*text.row_ids, *text.copy_ids)
    first = rows[text.row_ids[0]]
    original = node.seen.get(first.print_)
    if original is not None and original != first.row.id and len(text.row_ids) == 1:
        repeat(node, original, row_ids, now_s)
        return len(row_ids)
    if deafness.own_test(node, first.deliver.sender, text.text):
        mark(node, row_ids, inbox.State.RECEIPT)
        return len(row_ids)
    stamp = hear_time(node, first.deliver, now_s)
    arrived = _arrived(first.deliver, text, stamp, first.row.id)
    if complaints.must_wait(node, arrived):
        return 0
    asked = calls.asked_by(first.deliver, arrived)
    if asked is not None:
        calls.take(node, asked, stamp, now_s, row_ids)
        remember(node, text, rows)
        return len(row_ids)
    with node.database.lock:
        decision = decide_text(arrived, _situation(node, arrived, stamp))
        decision = credit.heard(node, arrived, decision, stamp)
        decision = with_reactions(node, decision, stamp)
        copies = 1 + sum(rows[row_id].print_ == first.print_ for row_id in text.copy_ids)
        decision = _counted(decision, copies)
        _record(node, text, decision, stamp, gaps=gaps)
        remember(node, text, rows)
        # Only now: a card that refuses the commit must not count one text as many.
        clear = understood(arrived)
        node.traffic.hear(arrived.sender, arrived.text, now_s, understood=clear)
        history.count(node, "received", now_s)
    node.speak_soon.set()
    if _begun(decision) is not None:
        node.exchange_soon.set()
    return len(row_ids)


def _record(node: Node, text: Complete, decision: Decision, stamp: Stamp, *, gaps: bool) -> None:
    cause = f"inbox:{text.row_ids[0]}"
    begun = _begun(decision)
    if begun is None or not gaps:
        every = (*text.row_ids, *text.copy_ids)
        node.ledger.record(stamp, decision, cause=cause, inbox_ids=every)
        return

    def also() -> None:
        with node.database.write() as db:
            inbox.show_gaps(db, text.row_ids, begun.ticket)

    node.ledger.record(stamp, decision, cause=cause, inbox_ids=text.copy_ids, also=also)


def _begun(decision: Decision) -> e.ReportReceived | None:
    return next((one for one in decision.events if isinstance(one, e.ReportReceived)), None)


def remember(node: Node, text: Complete, rows: dict[int, Opened]) -> None:
    """Know the PDUs of a text again when they come once more."""
    for row_id in text.row_ids:
        node.seen.setdefault(rows[row_id].print_, row_id)


def _counted(decision: Decision, copies: int) -> Decision:
    """Parts that came more than once say so in the report that they begin."""
    begun = _begun(decision)
    if copies == 1 or begun is None:
        return decision
    return replace(decision, events=(*decision.events, e.Repeated(begun.ticket, copies)))


def hear_time(node: Node, deliver: Deliver, now_s: float) -> Stamp:
    """The stamp of this moment, after the service centre's time was heard.

    Senders abroad and names come through centres that stamp what they like.
    """
    if deliver.sent_at is not None and kind_of(deliver) is SenderKind.MOBILE:
        sent_s = int(deliver.sent_at.timestamp())
        node.clock = hear(node.clock, now_s, sent_s, Trust.SMSC)
    return node.stamp(now_s)


def _arrived(deliver: Deliver, text: Complete, stamp: Stamp, row_id: int) -> r.TextArrived:
    kind = kind_of(deliver)
    return r.TextArrived(
        sender=sender_of(deliver),
        answerable=kind is SenderKind.MOBILE,
        text=whole_or_cut(text.text),
        reading=classified(text.text, kind),
        sent_s=None if deliver.sent_at is None else int(deliver.sent_at.timestamp()),
        received_s=stamp.wall_s,
        inbox_id=row_id,
    )


def classified(text: str, kind: SenderKind = SenderKind.MOBILE) -> Reading:
    """The reading of a text; when reading fails, a report that says it is unsure."""
    try:
        return read(text, SERVICE if kind in _SERVICES else PHONE)
    except Exception:
        log.exception("reading failed")
        nowhere = Place(None, None, None, None)
        unsure = Category.LAINNYA, Urgency.TINGGI
        # Unread, a text that seems to accuse an office must be taken for a complaint about it.
        sealed = complaints.accuses_office(text)
        return Reading(*unsure, nowhere, confidential=True, official=sealed, confidence=0, why=())


def _situation(node: Node, text: r.TextArrived, stamp: Stamp) -> Situation:
    command = grammar.parse(text.text)
    named = getattr(command, "ticket", None)
    mentioned = None if named is None else node.projection.report(named)
    latest = lookup.latest_of(node.projection.db, text.sender)
    asks = hasattr(command, "ticket")
    complaint = complaints.written_by(node, text.sender, named) if asks else None
    if complaint is not None and named is not None:
        mentioned = complaint
    elif complaint is not None and (latest is None or latest.seq < complaint.seq):
        latest = complaint
    zone = node.settings.desa.zone
    return Situation(
        desa=node.settings.desa.name,
        fresh_ticket=draw(node, stamp),
        mentioned=mentioned,
        latest=latest,
        clock=words.clock(stamp.wall_s, zone),
        date=words.short_date(stamp.wall_s, zone),
        on_call=bool(called(node, text.sender, stamp)),
    )
