"""An urgent report of the journal as the air carries it, and as the Polres shows it till then."""

from typing import Final, TypeGuard

from server.domain import events as e
from server.domain.reading.labels import Category, Urgency
from server.domain.report import Report, Stamp, Status, Trust
from sync.airtime.reports import AirReport
from sync.entry import ticket_code, ticket_text
from sync.errors import MalformedFrame

Urgent = e.ReportReceived | e.TextCompleted
GOES_ON: Final = " …"
"""Behind a text that was cut; its frame brings the rest."""
# The numbers are the wire format: never reused, never renumbered.
_CATEGORIES: Final[dict[int, Category]] = {
    1: Category.PENCURIAN,
    2: Category.PERAMPOKAN,
    3: Category.CURANMOR,
    4: Category.TERNAK,
    5: Category.PENGANIAYAAN,
    6: Category.MAYAT,
    7: Category.KDRT,
    8: Category.PELECEHAN,
    9: Category.NARKOBA,
    10: Category.KERIBUTAN,
    11: Category.MIRAS,
    12: Category.JUDI,
    13: Category.PENIPUAN,
    14: Category.KECELAKAAN,
    15: Category.KEBAKARAN,
    16: Category.KARHUTLA,
    17: Category.BANJIR,
    18: Category.LONGSOR,
    19: Category.GEMPA,
    20: Category.ORANG_HILANG,
    21: Category.MEDIS,
    22: Category.SENGKETA,
    23: Category.KONFLIK,
    24: Category.ORANG_MENCURIGAKAN,
    25: Category.ORANG_ASING,
    26: Category.SENJATA,
    27: Category.LINGKUNGAN,
    29: Category.INFRASTRUKTUR,
    30: Category.LAINNYA,
}
_NUMBERS: Final = {str(category): number for number, category in _CATEGORIES.items()}


def may_go(event: e.Event) -> TypeGuard[Urgent]:
    """Whether an opened event is an urgent report that may go by air.

    A complaint about an official is sealed to Propam, which the few octets have no room for; it
    waits for a frame, whatever it says.
    """
    return (
        isinstance(event, e.ReportReceived | e.TextCompleted)
        and event.urgency == Urgency.DARURAT
        and event.category != Category.APARAT
    )


def told(event: Urgent, stamp: Stamp, seq: int) -> AirReport:
    """What the air says of a report that may go."""
    return AirReport(
        seq=seq,
        ticket=ticket_code(event.ticket),
        received_s=max(0, event.received_s),
        trust=int(stamp.trust),
        category=_NUMBERS.get(str(event.category), 0),
        confidence_percent=event.confidence_percent,
        rt=event.rt or 0,
        rw=event.rw or 0,
        confidential=event.confidential,
        sender=event.sender,
        text=event.text,
    )


def shown(report: AirReport) -> Report:
    """The report as the Polres shows it until its frame comes.

    Raises:
        MalformedFrame: it names no ticket that there can be.
    """
    ticket = ticket_text(report.ticket)
    if ticket is None or len(ticket) > 6:
        raise MalformedFrame
    return Report(
        ticket=ticket,
        status=Status.NEW,
        urgency=str(Urgency.DARURAT),
        sender=report.sender,
        text=report.text + (GOES_ON if report.cut else ""),
        category=str(_CATEGORIES.get(report.category, Category.LAINNYA)),
        rt=report.rt or None,
        rw=report.rw or None,
        confidential=report.confidential,
        confidence_percent=report.confidence_percent,
        received_s=report.received_s,
        trust=min(report.trust, max(Trust)),
        updated_s=report.received_s,
        seq=report.seq,
    )
