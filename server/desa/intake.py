"""Reading: kept PDUs become whole texts, and each text becomes one decision."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import blake2b

from server import lookup, radio, words
from server.desa import complaints
from server.desa.gateway import credit, deafness, history, speaking
from server.desa.node import Node
from server.domain import events as e
from server.domain import requests as r
from server.domain import ticket as tickets
from server.domain.classify import Category, Reading, Urgency, classify
from server.domain.clock import hear
from server.domain.decide import (
    Decision,
    Situation,
    decide_call,
    decide_text,
    sensitive,
    understood,
)
from server.domain.places import Place
from server.domain.react import react
from server.domain.report import Report, Stamp, Status, Trust
from server.ledger import day_of
from sms import grammar, inbox, pdu, segments
from sms.errors import PduError
from sms.octets import TypeOfNumber
from sms.phone import SenderKind, parse_phone, sender_kind
from sms.segments import Complete, Fragment, Partial
from sms.tpdu import Deliver, StatusReport, Use

log = logging.getLogger(__name__)
COPY_WINDOW_DAYS = 7
# One number brings the officers' phones to ring this often in a day; its reports are all kept.
ALARMS_A_SENDER = 3
ALARM_WINDOW_S = 86_400
TICKET_WINDOW_DAYS = 365
# How long a text waits for its missing parts; longer while a locked row may be one of them.
PARTS_WAIT_S = 900.0
LOCKED_PARTS_WAIT_S = 86_400.0
# An entry's body ends at 65,535 octets; only Greek and the like reach this with 255 parts.
TEXT_OCTETS_MAX = 60_000
CUT = "... [terlalu panjang; sisanya tersimpan di kotak]"
NOT_FOR_PEOPLE = {
    Use.SILENT: "SMS senyap jaringan",
    Use.PROGRAM: "data untuk program di ponsel, bukan teks",
    Use.COMPRESSED: "teks dimampatkan, tidak terbaca; tersimpan utuh",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A pending row whose PDU could be opened."""

    row: inbox.Row
    pdu: str

    @property
    def print_(self) -> bytes:
        """Hash of the PDU, in RAM only."""
        return blake2b(self.pdu.encode(), digest_size=16).digest()


def read_pending(node: Node, now_s: float) -> int:
    """Read every kept text that can be opened; gives how many rows were finished.

    Two threads may want this at once (the modem's, and the one that keys came to); the lock is
    held throughout, so that no text is decided on twice.
    """
    with node.database.lock:
        return _read_pending(node, now_s)


def _read_pending(node: Node, now_s: float) -> int:
    with node.database.read() as db:
        pending = inbox.pending(db)
    opened = [
        Opened(row, text)
        for row in pending
        if (text := radio.open_pdu(node.vault, row)) is not None
    ]
    by_id = {one.row.id: one for one in opened}
    patience_s = PARTS_WAIT_S if len(opened) == len(pending) else LOCKED_PARTS_WAIT_S
    fragments, done = _fragments(node, opened, now_s)
    for assembly in segments.assemble(fragments, window=timedelta(days=COPY_WINDOW_DAYS)):
        if isinstance(assembly, Complete):
            done += _guarded(node, assembly, by_id, now_s)
        elif _waited_s(node, assembly, now_s) >= patience_s:
            done += _guarded(node, _with_gaps(assembly), by_id, now_s)
        else:
            _wait(node, [by_id[row_id].row for row_id in assembly.row_ids])
    return done


def _fragments(node: Node, opened: list[Opened], now_s: float) -> tuple[list[Fragment], int]:
    """The texts and parts to be put together, and how many other rows were finished."""
    fragments: list[Fragment] = []
    done = 0
    for one in opened:
        original = node.seen.get(one.print_)
        waits = _locked_copy(node, one)
        if _same_slot_text(node, one):
            _mark(node, (one.row.id,), inbox.State.COPY)
            done += 1
        elif original not in (None, one.row.id) and not waits:
            _repeat(node, original, (one.row.id,), now_s)
            done += 1
        elif (fragment := _fragment(node, one, now_s)) is None:
            done += 1
        elif not waits:
            fragments.append(fragment)
    return fragments, done


def missed_call(node: Node, number: str, now_s: float) -> None:
    """Somebody rang: journal it and tell a mobile number how to write."""
    phone = parse_phone(number)
    call = r.CallArrived(phone or number, answerable=phone is not None)
    stamp = node.stamp(now_s)
    node.traffic.hear(call.sender, "", now_s, understood=False)
    history.count(node, "call", now_s)
    cause = f"call:{stamp.boot}:{stamp.mono_ms}"
    node.ledger.record(stamp, decide_call(call), cause=cause)
    node.speak_soon.set()


def remember_seen(node: Node, now_s: float) -> None:
    """Learn the PDUs of the last days again, after a start or when keys came."""
    since = day_of(node.stamp(now_s)) - COPY_WINDOW_DAYS
    with node.database.read() as db:
        for row in inbox.done_since(db, since):
            text = radio.open_pdu(node.vault, row)
            if text is not None:
                node.seen.setdefault(Opened(row, text).print_, row.id)


def _waited_s(node: Node, partial: Partial, now_s: float) -> float:
    """Seconds since the newest part of a text was first read in this run."""
    came_s = (node.parts_since.setdefault(row_id, now_s) for row_id in partial.row_ids)
    return now_s - max(came_s)


def _with_gaps(partial: Partial) -> Complete:
    """A text whose missing parts were waited for long enough: better in part than never."""
    return Complete(
        partial.sender,
        partial.row_ids,
        partial.copy_ids,
        partial.first_at,
        partial.last_at,
        segments.render_with_gaps(partial),
    )


def _wait(node: Node, rows: list[inbox.Row]) -> None:
    """Parts whose siblings have not come."""
    fresh = tuple(row.id for row in rows if row.state is inbox.State.UNREAD)
    if fresh:
        _mark(node, fresh, inbox.State.PART)


def _same_slot_text(node: Node, one: Opened) -> bool:
    """Whether a "perhaps a copy" is the text of its slot once more, listed after a restart."""
    if one.row.perhaps_copy_of is None:
        return False
    with node.database.read() as db:
        return radio.recall_pdu(db, node.vault, one.row.perhaps_copy_of) == one.pdu


def _locked_copy(node: Node, one: Opened) -> bool:
    """Whether a "perhaps a copy" must wait until the first can be opened."""
    if one.row.perhaps_copy_of is None:
        return False
    with node.database.read() as db:
        return radio.recall_pdu(db, node.vault, one.row.perhaps_copy_of) is None


def _fragment(node: Node, one: Opened, now_s: float) -> Fragment | None:
    """The decoded text of a row; None when it was finished here."""
    stamp = node.stamp(now_s)
    try:
        read = pdu.decode(one.pdu)
    except PduError:
        _unread(node, one, "", "PDU tidak terbaca; tersimpan utuh", stamp)
        return None
    if isinstance(read, StatusReport):
        speaking.delivered(node, read, one.row.id, stamp)
        return None
    if read.use in NOT_FOR_PEOPLE:
        _unread(node, one, read.sender, NOT_FOR_PEOPLE[read.use], stamp)
        return None
    return Fragment(one.row.id, radio.utc(stamp.wall_s), read)


def _unread(node: Node, one: Opened, sender: str, reason: str, stamp: Stamp) -> None:
    """Note a PDU that holds no words for people; it stays kept as it came."""
    decision = Decision((e.TextNoted(sender, "", reason, stamp.wall_s),))
    node.ledger.record(stamp, decision, cause=f"inbox:{one.row.id}", inbox_ids=(one.row.id,))


def _guarded(node: Node, text: Complete, rows: dict[int, Opened], now_s: float) -> int:
    """A text that cannot be decided on stays kept and unread; it must not hold up the others."""
    try:
        return _whole(node, text, rows, now_s)
    except Exception:
        log.exception("deciding failed")
        return 0


def _whole(node: Node, text: Complete, rows: dict[int, Opened], now_s: float) -> int:
    """Decide on one whole text; gives how many rows that finished."""
    row_ids = (*text.row_ids, *text.copy_ids)
    first = rows[text.row_ids[0]]
    original = node.seen.get(first.print_)
    if original is not None and original != first.row.id and len(text.row_ids) == 1:
        _repeat(node, original, row_ids, now_s)
        return len(row_ids)
    deliver = pdu.decode(first.pdu)
    assert isinstance(deliver, Deliver)  # noqa: S101 -- only those become fragments
    if deafness.own_test(node, deliver.sender, text.text):
        _mark(node, row_ids, inbox.State.RECEIPT)
        return len(row_ids)
    stamp = _hear_time(node, deliver, now_s)
    arrived = _arrived(deliver, text, stamp, first.row.id)
    if complaints.must_wait(node, arrived):
        return 0
    with node.database.lock:
        decision = decide_text(arrived, _situation(node, arrived, stamp))
        decision = credit.heard(node, arrived, decision, stamp)
        decision = with_reactions(node, decision, stamp)
        copies = 1 + sum(rows[row_id].print_ == first.print_ for row_id in text.copy_ids)
        decision = _counted(decision, copies)
        node.ledger.record(stamp, decision, cause=f"inbox:{first.row.id}", inbox_ids=row_ids)
        for row_id in text.row_ids:
            node.seen.setdefault(rows[row_id].print_, row_id)
        # Only now: a card that refuses the commit must not count one text as many.
        clear = understood(arrived)
        node.traffic.hear(arrived.sender, arrived.text, now_s, understood=clear)
        history.count(node, "received", now_s)
    node.speak_soon.set()
    if any(isinstance(event, e.ReportReceived) for event in decision.events):
        node.exchange_soon.set()
    return len(row_ids)


def _counted(decision: Decision, copies: int) -> Decision:
    """Parts that came more than once say so in the report that they begin."""
    begun = [event for event in decision.events if isinstance(event, e.ReportReceived)]
    if copies == 1 or not begun:
        return decision
    return replace(decision, events=(*decision.events, e.Repeated(begun[0].ticket, copies)))


def _repeat(node: Node, original: int, row_ids: tuple[int, ...], now_s: float) -> None:
    """The same PDU lay in another slot: rows of their own, one report that says how often."""
    with node.database.lock:
        ticket = lookup.ticket_of_inbox(node.projection.db, original)
        report = None if ticket is None else node.projection.report(ticket)
        decision = Decision(())
        if report is not None:
            again = e.Repeated(report.ticket, report.copies + 1)
            decision = Decision((again,), official=report.sealed)
        cause = f"inbox:{row_ids[0]}"
        node.ledger.record(node.stamp(now_s), decision, cause=cause, inbox_ids=row_ids)


def _hear_time(node: Node, deliver: Deliver, now_s: float) -> Stamp:
    if deliver.sent_at is not None:
        sent_s = int(deliver.sent_at.timestamp())
        node.clock = hear(node.clock, now_s, sent_s, Trust.SMSC)
    return node.stamp(now_s)


def _arrived(deliver: Deliver, text: Complete, stamp: Stamp, row_id: int) -> r.TextArrived:
    alphanumeric = deliver.sender_ton is TypeOfNumber.ALPHANUMERIC
    kind = sender_kind(deliver.sender, alphanumeric=alphanumeric)
    return r.TextArrived(
        sender=parse_phone(deliver.sender) or deliver.sender
        if kind is SenderKind.MOBILE
        else deliver.sender,
        answerable=kind is SenderKind.MOBILE,
        text=whole_or_cut(text.text),
        reading=classified(text.text),
        sent_s=None if deliver.sent_at is None else int(deliver.sent_at.timestamp()),
        received_s=stamp.wall_s,
        inbox_id=row_id,
    )


def whole_or_cut(text: str) -> str:
    """A text as it is, or as much of it as an entry takes, with a word that more is kept."""
    octets = text.encode()
    if len(octets) <= TEXT_OCTETS_MAX:
        return text
    return octets[: TEXT_OCTETS_MAX - len(CUT)].decode(errors="ignore") + CUT


def classified(text: str) -> Reading:
    """The reading of a text; when reading fails, a report that says it is unsure."""
    try:
        return classify(text)
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
        fresh_ticket=_draw(node, stamp),
        mentioned=mentioned,
        latest=latest,
        clock=words.clock(stamp.wall_s, zone),
        date=words.short_date(stamp.wall_s, zone),
        on_call=bool(lookup.officer_numbers(node.projection.db)),
    )


def _draw(node: Node, stamp: Stamp) -> str:
    """A ticket that no report of the last twelve months carries."""
    since_s = stamp.wall_s - TICKET_WINDOW_DAYS * 86_400
    taken = lookup.tickets_since(node.projection.db, since_s)
    return tickets.draw(taken, lambda bound: _below(node, bound))


def _below(node: Node, bound: int) -> int:
    """A random number below `bound`, without bias worth naming (64 random bits)."""
    return int.from_bytes(node.random(8), "big") % bound


def with_reactions(node: Node, decision: Decision, stamp: Stamp, *, name: str = "") -> Decision:
    """Add the texts that follow from a decision's events; a sealed matter alarms nobody here."""
    if decision.official:
        return decision
    officers = _alarmed(node, decision, stamp)
    clock = words.clock(stamp.wall_s, node.settings.desa.zone)
    notices = list(decision.notices)
    for event in decision.events:
        report = _report_before(node, event)
        if report is not None:
            neutral = sensitive(report)
            notices += react(event, report, officers, neutral=neutral, name=name, clock=clock)
    return Decision(decision.events, tuple(notices), decision.official)


def _alarmed(node: Node, decision: Decision, stamp: Stamp) -> tuple[str, ...]:
    """Officers to alarm: nobody any more for a number that alarmed them often today already."""
    since_s = stamp.wall_s - ALARM_WINDOW_S
    for event in decision.events:
        if isinstance(event, e.ReportReceived):
            earlier = lookup.urgent_since(node.projection.db, event.sender, since_s)
            if earlier >= ALARMS_A_SENDER:
                return ()
    return lookup.officer_numbers(node.projection.db)


def _report_before(node: Node, event: e.DesaEvent) -> Report | None:
    if isinstance(event, e.ReportReceived):
        return Report(event.ticket, Status.NEW, event.urgency, sender=event.sender)
    ticket = getattr(event, "ticket", None)
    return None if ticket is None else node.projection.report(ticket)


def _mark(node: Node, row_ids: tuple[int, ...], state: inbox.State) -> None:
    with node.database.write() as db:
        inbox.mark(db, row_ids, state)
