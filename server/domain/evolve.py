"""The fold of the journal: how one event changes a report, and its line in the history."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import StrEnum

from server.domain import events as e
from server.domain.report import ERASED, TRANSITIONS, Move, Report, Stamp, Status, Trust
from sync.entry import Flag, Header, day_date, ticket_text

_URGENCIES = ("biasa", "tinggi", "darurat")
_STATES = frozenset(Status)
MERGED_INTO = "SMS yang sama dengan No {}"
"""Result of a report that was merged into another."""


class LineKind(StrEnum):
    """What a line of the history tells; pages have a sentence for each."""

    RECEIVED = "received"
    REPEATED = "repeated"
    COMPLETED = "completed"
    MERGED = "merged"
    NOTE = "note"
    CANCEL = "cancel"
    TAKEN = "taken"
    FORWARDED = "forwarded"
    ANSWERED = "answered"
    CLOSED = "closed"
    REOPENED = "reopened"
    MESSAGE = "message"
    AIR = "air"
    ORDER_DONE = "order done"
    STATUS_ORDERED = "status ordered"
    ANSWER_ORDERED = "answer ordered"
    UNKNOWN = "unknown"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line under a report.

    Attributes:
        kind: a word of `LineKind`.
        by: the officer or account that did it; None for villagers and for the node itself.
        text: what was written; for a message "<notice> <outcome>", for a receipt its outcome,
            for an unknown entry its number.
        at_s: seconds since 1970 (UTC), to be believed as far as `trust` says.
    """

    kind: str
    by: str | None
    text: str
    at_s: int
    trust: Trust


def ticket_of(event: e.Event) -> str | None:
    """The report that an event concerns, None when it stands alone or its kind is unknown."""
    match event:
        case (
            e.SessionOpened()
            | e.TextNoted()
            | e.CallMissed()
            | e.OfficerRequested()
            | e.ContactSet()
            | e.SessionsUnlocked()
            | e.InboxExported()
            | e.BackupNoted()
            | e.BoxRestored()
            | e.OfficersChanged()
            | e.OfficerKeysChanged()
            | e.ErasureTold()
            | e.KeysTampered()
            | e.ExchangeKeyTaken()
            | e.Carried()
            | e.Resumed()
            | e.RecipientsOrdered()
            | e.KeysReturned()
            | e.Unknown()
        ):
            return None
        case _:
            return event.ticket


def evolve(report: Report | None, stamp: Stamp, event: e.Event, seq: int) -> Report | None:
    """The report after an event that concerns it.

    Args:
        report: the report with the event's ticket as it was; None when there was none.
        stamp: when the event happened.
        event: what happened. A move that its state does not allow changes nothing.
        seq: number of the event's entry; a report keeps that of the entry that began it.
    """
    if isinstance(event, e.ReportReceived):
        return _begun(stamp, event, seq)
    return None if report is None else _changed(report, stamp, event)


def _changed(report: Report, stamp: Stamp, event: e.Event) -> Report:
    match event:
        case e.Repeated():
            return replace(report, copies=event.copies, updated_s=stamp.wall_s)
        case e.TextCompleted():
            return _completed(report, stamp, event)
        case e.Taken():
            return _moved(report, Move.TAKE, stamp, officer=event.by)
        case e.Forwarded():
            return _moved(report, Move.FORWARD, stamp, forwarded_to=event.to)
        case e.Closed() | e.Merged():
            return _moved(report, Move.CLOSE, stamp, result=_result(event))
        case e.Reopened():
            return _moved(report, Move.REOPEN, stamp, officer=event.by, reopened=True)
        case e.NoteAdded() | e.CancelAsked() | e.Answered():
            return replace(report, updated_s=stamp.wall_s)
        case _:
            return report


def evolve_sealed(
    report: Report | None, header: Header, *, locked: bool, hides: bool = True
) -> Report | None:
    """The report after an entry whose body is not open here: only the header speaks.

    Args:
        report: the report with the header's ticket as it was; None when there was none.
        header: the entry's header.
        locked: True for a session whose key is missing (it may come), False for an entry that
            is sealed to a unit of the Polres (it never opens here).
        hides: False for an entry that is not sealed but cannot be understood: what was readable
            before it stays so.
    """
    ticket = ticket_text(header.ticket)
    if ticket is None:
        return report
    status = Status(header.sets) if header.sets in _STATES else None
    seen_s = day_start_s(header.day)
    urgent = Flag.URGENT in header.flags
    if report is None or (status is Status.NEW and report.status is Status.CLOSED):
        return Report(
            ticket=ticket,
            status=status or Status.NEW,
            urgency="darurat" if urgent else "biasa",
            locked=locked,
            sealed=not locked,
            category="lainnya" if locked else "aparat",
            received_s=seen_s,
            updated_s=seen_s,
            seq=header.seq,
        )
    known = _sealed(report) if hides and not locked and not report.sealed else report
    return replace(
        known,
        status=status or known.status,
        urgency="darurat" if urgent and known.locked else known.urgency,
        updated_s=max(known.updated_s, seen_s),
    )


def evolve_erased(report: Report | None, header: Header) -> Report | None:
    """The report after an entry that was erased by the rules: ticket, state and date are left."""
    ticket = ticket_text(header.ticket)
    if ticket is None:
        return report
    seen_s = day_start_s(header.day)
    known = None if header.sets == Status.NEW else report
    return Report(
        ticket=ticket,
        status=Status.CLOSED,
        urgency="biasa",
        locked=True,
        category=ERASED,
        received_s=seen_s if known is None else known.received_s,
        updated_s=seen_s,
        seq=header.seq if known is None else known.seq,
    )


def _sealed(report: Report) -> Report:
    """A report whose text proved to be a complaint about an official: unreadable from here on."""
    return Report(
        ticket=report.ticket,
        status=report.status,
        urgency=report.urgency,
        sealed=True,
        category="aparat",
        received_s=report.received_s,
        trust=report.trust,
        copies=report.copies,
        updated_s=report.updated_s,
        seq=report.seq,
    )


def day_start_s(day: int) -> int:
    """Midnight (UTC) of a header's day in seconds since 1970; 0 when the day was not known."""
    date = day_date(day)
    return 0 if date is None else int(datetime.combine(date, time(), UTC).timestamp())


def line(stamp: Stamp, event: e.Event) -> HistoryLine | None:
    """What the history shows of an event; None for what belongs to no report."""
    told = _told(event)
    return None if told is None else HistoryLine(*told, stamp.wall_s, stamp.trust)


def _begun(stamp: Stamp, event: e.ReportReceived, seq: int) -> Report:
    return Report(
        ticket=event.ticket,
        status=Status.NEW,
        urgency=event.urgency,
        sender=event.sender,
        text=event.text,
        category=event.category,
        rt=event.rt,
        rw=event.rw,
        dusun=event.dusun,
        landmark=event.landmark,
        confidential=event.confidential,
        confidence_percent=event.confidence_percent,
        why=event.why,
        sent_s=event.sent_s,
        received_s=event.received_s,
        trust=int(stamp.trust),
        updated_s=stamp.wall_s,
        seq=seq,
    )


def _result(event: e.Closed | e.Merged) -> str:
    return MERGED_INTO.format(event.into) if isinstance(event, e.Merged) else event.result


def _completed(report: Report, stamp: Stamp, event: e.TextCompleted) -> Report:
    """The whole text stands for the one with gaps; what was urgent or secret stays so."""
    urgency = max(report.urgency, event.urgency, key=_rank)
    return replace(
        report,
        text=event.text,
        category=event.category,
        urgency=urgency,
        rt=event.rt,
        rw=event.rw,
        dusun=event.dusun,
        landmark=event.landmark,
        confidential=report.confidential or event.confidential,
        confidence_percent=event.confidence_percent,
        why=event.why,
        updated_s=stamp.wall_s,
    )


def _rank(urgency: str) -> int:
    """How urgent a word is; one of a newer version counts as the least."""
    return _URGENCIES.index(urgency) if urgency in _URGENCIES else -1


def _moved(
    report: Report,
    move: Move,
    stamp: Stamp,
    *,
    officer: str | None = None,
    forwarded_to: str | None = None,
    result: str | None = None,
    reopened: bool = False,
) -> Report:
    after = TRANSITIONS.get((report.status, move))
    if after is None:
        return report
    return replace(
        report,
        status=after,
        officer=officer or report.officer,
        forwarded_to=forwarded_to or report.forwarded_to,
        result=None if reopened else result or report.result,
        updated_s=stamp.wall_s,
    )


_Told = tuple[LineKind, str | None, str]


def _told(event: e.Event) -> _Told | None:
    match event:
        case e.ReportReceived():
            return LineKind.RECEIVED, None, ""
        case e.Repeated():
            return LineKind.REPEATED, None, str(event.copies)
        case e.NoteAdded():
            return LineKind.NOTE, None, event.text
        case e.CancelAsked():
            return LineKind.CANCEL, None, ""
        case e.MessageSent():
            return LineKind.MESSAGE, None, f"{event.notice} {event.outcome}"
        case e.Unknown():
            return LineKind.UNKNOWN, None, str(event.kind)
        case e.OrderReceived():
            return None if event.ticket is None else (LineKind.ORDER_DONE, None, event.outcome)
        case _:
            return _told_of_text(event) or _told_of_person(event)


def _told_of_text(event: e.Event) -> _Told | None:
    match event:
        case e.TextCompleted():
            left = "" if not event.missing else f"masih kurang {event.missing} bagian"
            return LineKind.COMPLETED, None, left
        case e.Merged():
            return LineKind.MERGED, None, event.into
        case e.SpokeByAir(ticket=str()):
            return LineKind.AIR, None, ""
        case _:
            return None


def _told_of_person(event: e.Event) -> _Told | None:
    match event:
        case e.Taken():
            return LineKind.TAKEN, event.by, ""
        case e.Forwarded():
            return LineKind.FORWARDED, event.by, ": ".join(filter(None, (event.to, event.note)))
        case e.Answered():
            return LineKind.ANSWERED, event.by, event.text
        case e.Closed():
            return LineKind.CLOSED, event.by, event.result
        case e.Reopened():
            return LineKind.REOPENED, event.by, event.reason
        case e.StatusOrdered():
            return LineKind.STATUS_ORDERED, event.by, f"{event.move} {event.note}".strip()
        case e.AnswerOrdered():
            return LineKind.ANSWER_ORDERED, event.by, event.text
        case _:
            return None
