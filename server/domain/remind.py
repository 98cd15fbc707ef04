"""Reminding: urgent reports that nobody has taken; pure, and possible while locked."""

from collections.abc import Sequence

from server.domain.react import Notice
from server.domain.reading.labels import Urgency
from server.domain.report import Report, Status
from sms.replies import ReplyKey, render

# Minutes after which the officers are alarmed again; then no more by SMS.
STEPS_MIN = (10, 30, 60)
WINDOW_MIN = 24 * 60
# Of a locked report only the day is known: it counts for as long as it may still be fresh.
LOCKED_WINDOW_S = 2 * 86_400


def remind(
    report: Report, officers: Sequence[str], now_s: int, started_s: int
) -> tuple[Notice, ...]:
    """Alarms that are due for a report; the outbox sends each step only once.

    Args:
        report: a report, perhaps a locked one.
        officers: numbers of the officers on duty.
        now_s: seconds since 1970 (UTC).
        started_s: when this run of the node began; the time of a locked report is not known,
            so its waiting is counted from there.
    """
    waited_min = _waited_min(report, now_s, started_s)
    if waited_min is None:
        return ()
    key = ReplyKey.ESKALASI_KUNCI if report.locked else ReplyKey.ESKALASI
    words = render(key, no=report.ticket, urgensi=report.urgency, menit=min(waited_min, 9999))
    return tuple(
        Notice(number, words, report.ticket, "alarm", urgent=True, name="alarm")
        for number in officers
    )


def cause(report: Report, now_s: int, started_s: int) -> str:
    """Key of a step: the same step of the same report is never queued twice."""
    waited_min = _waited_min(report, now_s, started_s) or 0
    step = sum(1 for minutes in STEPS_MIN if waited_min >= minutes)
    return f"remind:{report.ticket}:{report.seq}:{step}"


def _waited_min(report: Report, now_s: int, started_s: int) -> int | None:
    urgent = report.urgency == Urgency.DARURAT.value
    if not urgent or report.status is not Status.NEW or report.sealed or not report.received_s:
        return None
    if report.locked and now_s - report.received_s > LOCKED_WINDOW_S:
        return None
    since_s = max(report.received_s, started_s) if report.locked else report.received_s
    waited_min = (now_s - since_s) // 60
    return waited_min if STEPS_MIN[0] <= waited_min < WINDOW_MIN else None
