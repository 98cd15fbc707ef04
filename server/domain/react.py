"""Reacting: which texts go out because something was journalled; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain import events as e
from server.domain.reading.labels import Urgency
from server.domain.report import Report, Status
from sms.replies import ReplyKey, answer, render


@dataclass(frozen=True, slots=True)
class Notice:
    """One SMS to be sent.

    Attributes:
        to: number of the phone.
        text: ready, in GSM-7; one part, or a few for what a person answers.
        purpose: a word of `sms.outbox.Purpose`.
        name: what the journal calls it; for an order "order:<instance>:<seq>".
    """

    to: str
    text: str
    ticket: str | None = None
    purpose: str = "ack"
    urgent: bool = False
    name: str = "answer"


_STATE_WORDS = {
    Status.NEW: "menunggu dibaca",
    Status.TAKEN: "ditangani",
    Status.FORWARDED: "diteruskan",
    Status.CLOSED: "selesai",
}


def reply_to(report: Report, *, neutral: bool, date: str) -> str:
    """The answer to STATUS: the state, never the content."""
    state = _STATE_WORDS[report.status]
    if neutral:
        return render(ReplyKey.STATUS_NETRAL, no=report.ticket, status=state)
    news = {
        Status.NEW: "petugas akan membacanya",
        Status.TAKEN: f"oleh {report.officer}",
        Status.FORWARDED: f"ke {report.forwarded_to}",
        Status.CLOSED: "sudah ditutup petugas",
    }[report.status]
    return render(ReplyKey.STATUS, no=report.ticket, tgl=date, status=state, catatan=news)


def _alarms(event: e.ReportReceived | e.TextCompleted, report: Report) -> bool:
    """Whether a text is urgent that was not known to be before."""
    new = isinstance(event, e.ReportReceived) or report.urgency != Urgency.DARURAT.value
    return new and event.urgency == Urgency.DARURAT.value


def notice_name(key: ReplyKey) -> str:
    """What the journal calls a text of a template.

    The receipt for a complaint about an official bears the name of any receipt: a longer one
    would take another step of 32 octets, and so be told from outside.
    """
    return ReplyKey.ACK.value.lower() if key is ReplyKey.SEGEL else key.value.lower()


def react(
    event: e.DesaEvent,
    report: Report,
    officers: Sequence[str],
    *,
    neutral: bool,
    name: str,
    clock: str,
) -> tuple[Notice, ...]:
    """Texts that follow from an event that concerns a report.

    Args:
        event: what was just decided.
        report: the report before it; for a new one, the report as it began.
        officers: numbers of the officers on duty.
        neutral: say nothing about the matter.
        name: how the journal shall call these texts; "" for the word of their template.
        clock: time of day as people of the desa read it.
    """
    match event:
        case e.ReportReceived() | e.TextCompleted() if _alarms(event, report):
            alarm = render(
                ReplyKey.DARURAT_PETUGAS, no=event.ticket, urgensi=event.urgency, jam=clock
            )
            return tuple(
                Notice(number, alarm, event.ticket, "alarm", urgent=True, name="alarm")
                for number in officers
            )
        case e.Answered():
            key, purpose, words = ReplyKey.JAWAB, "officer", answer(report.ticket, event.text)
        case e.Taken() if not neutral:
            key, purpose = ReplyKey.DITANGANI, "officer"
            words = render(key, no=report.ticket, nama=event.by)
        case e.Forwarded() if not neutral:
            key, purpose = ReplyKey.DITERUSKAN, "news"
            words = render(key, no=report.ticket, instansi=event.to)
        case e.Closed() if not neutral:
            key, purpose = ReplyKey.SELESAI, "news"
            words = render(key, no=report.ticket, hasil=event.result)
        case _:
            return ()
    if report.sender is None:
        return ()
    urgent = report.urgency == Urgency.DARURAT.value
    called = name or notice_name(key)
    return (Notice(report.sender, words, report.ticket, purpose, urgent=urgent, name=called),)
