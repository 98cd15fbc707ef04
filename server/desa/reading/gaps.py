"""Gaps: texts of which parts are missing, and what becomes of a part that comes late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from server.desa.node import Node
from server.desa.reading import opened as rows_of
from server.desa.reading.length import whole_or_cut
from server.desa.reading.opened import Opened, sender_of
from server.desa.reading.reactions import with_reactions
from server.desa.reading.whole import classified, hear_time
from server.domain import events as e
from server.domain import requests as r
from server.domain.decide import Decision, decide_completed
from server.domain.report import Report, Stamp
from server.ledger import day_of
from sms import inbox, segments
from sms.segments import Assembly, Complete, Partial
from sms.tpdu import Deliver

# Parts wait longer while a locked row may be one of them.
LOCKED_PARTS_WAIT_S = 86_400.0
# A phone sends the parts of one text within this; a part of another time waits first for nearer
# ones of its own, since a reference comes round again.
NEAR = timedelta(minutes=10)


def patience_s(node: Node, *, all_open: bool) -> float:
    """How long a text waits for its missing parts before it is shown without them."""
    return node.settings.texts.parts_wait_min * 60.0 if all_open else LOCKED_PARTS_WAIT_S


def waited_s(node: Node, fresh: Iterable[Opened], now_s: float) -> float:
    """Seconds since the newest of these parts was first read in this run."""
    return now_s - max(node.parts_since.setdefault(one.row.id, now_s) for one in fresh)


def wait(node: Node, fresh: Iterable[Opened]) -> None:
    """Parts whose siblings have not come."""
    unread = [one.row.id for one in fresh if one.row.state is inbox.State.UNREAD]
    rows_of.mark(node, tuple(unread), inbox.State.PART)


def with_gaps(partial: Partial) -> Complete:
    """A text whose missing parts were waited for long enough: better in part than never."""
    return Complete(
        partial.sender,
        partial.row_ids,
        partial.copy_ids,
        partial.first_at,
        partial.last_at,
        segments.render_with_gaps(partial),
    )


def forget_old(node: Node, now_s: float) -> int:
    """Wait no longer for what is missing of very old texts; gives how many rows."""
    today = day_of(node.stamp(now_s))
    if not today:
        return 0
    with node.database.write() as db:
        return inbox.forget_gaps(db, today - node.settings.texts.parts_keep_days)


@dataclass(frozen=True, slots=True)
class Late:
    """A text of which a report shows some parts already.

    Attributes:
        tickets: reports that its parts began, the oldest first; more than one where a part was
            read while the others were locked.
        fresh: parts that no report shows yet.
        repeated: copies of parts, not yet finished.
    """

    text: Assembly
    tickets: tuple[str, ...]
    fresh: tuple[Opened, ...]
    repeated: tuple[Opened, ...]

    @property
    def row_ids(self) -> tuple[int, ...]:
        """Rows that are finished with it."""
        return tuple(one.row.id for one in (*self.fresh, *self.repeated))


def late(text: Assembly, rows: dict[int, Opened]) -> Late | None:
    """What is late of a text; None where no report shows a part of it."""
    parts = [rows[row_id] for row_id in text.row_ids]
    copies = [rows[row_id] for row_id in text.copy_ids]
    shown = sorted((one.row for one in (*parts, *copies) if one.shown), key=lambda row: row.id)
    tickets = tuple(dict.fromkeys(row.ticket for row in shown if row.ticket is not None))
    if not tickets:
        return None
    return Late(
        text,
        tickets,
        tuple(one for one in parts if not one.shown),
        tuple(one for one in copies if not one.shown),
    )


def is_near(one: Late, rows: dict[int, Opened]) -> bool:
    """Whether the parts that came late were sent together with those that are shown."""
    shown = [_sent(rows[row_id].deliver) for row_id in one.text.row_ids if rows[row_id].shown]
    fresh = [_sent(part.deliver) for part in one.fresh]
    known = [at for at in (*shown, *fresh) if at is not None]
    return len(known) == len(shown) + len(fresh) and max(known) - min(known) <= NEAR.total_seconds()


def _sent(deliver: Deliver) -> float | None:
    return None if deliver.sent_at is None else deliver.sent_at.timestamp()


def complete(node: Node, one: Late, rows: dict[int, Opened], now_s: float) -> int:
    """Put late parts into the report that shows the others; gives how many rows that finished."""
    first = rows[one.text.row_ids[0]]
    if not one.fresh and len(one.tickets) == 1:
        return _only_copies(node, one, now_s)
    with node.database.lock:
        report = node.projection.report(one.tickets[0])
        if report is None or report.locked or not _all_open(node, one, rows):
            # Whether it is a complaint about an official is not known before it is open; and
            # what the report shows already must not give way to a gap.
            wait(node, one.fresh)
            return 0
        stamp = hear_time(node, first.deliver, now_s)
        decision = decide_completed(_arrived(one, first, stamp), report, _others(node, one))
        decision = with_reactions(node, decision, stamp)
        _record(node, one, decision, report, stamp)
        for row_id in one.text.row_ids:
            node.seen.setdefault(rows[row_id].print_, row_id)
    node.speak_soon.set()
    node.exchange_soon.set()
    return len(one.row_ids)


def _all_open(node: Node, one: Late, rows: dict[int, Opened]) -> bool:
    """Whether every part that the reports show can still be opened."""
    db = node.database.connection
    return all(row in rows for ticket in one.tickets for row in inbox.shown_rows(db, ticket))


def _only_copies(node: Node, one: Late, now_s: float) -> int:
    if one.repeated:
        cause = f"inbox:{one.repeated[0].row.id}"
        ids = one.row_ids
        node.ledger.record(node.stamp(now_s), Decision(()), cause=cause, inbox_ids=ids)
    return len(one.repeated)


def _others(node: Node, one: Late) -> tuple[str, ...]:
    return tuple(t for t in one.tickets[1:] if node.projection.report(t) is not None)


def _arrived(one: Late, first: Opened, stamp: Stamp) -> r.PartsArrived:
    if isinstance(one.text, Complete):
        words, missing = one.text.text, 0
    else:
        words, missing = segments.render_with_gaps(one.text), len(one.text.missing)
    return r.PartsArrived(
        sender=sender_of(first.deliver),
        text=whole_or_cut(words),
        reading=classified(words),
        missing=missing,
        received_s=stamp.wall_s,
    )


def _record(node: Node, one: Late, decision: Decision, report: Report, stamp: Stamp) -> None:
    def also() -> None:
        with node.database.write() as db:
            for ticket in one.tickets[1:]:
                inbox.move_rows(db, ticket, report.ticket)
            inbox.show_gaps(db, [part.row.id for part in one.fresh], report.ticket)
            if isinstance(one.text, Complete):
                inbox.close_gaps(db, report.ticket)

    completed = next(event for event in decision.events if isinstance(event, e.TextCompleted))
    cause = f"completed:{completed.ticket}:{max(one.text.row_ids)}"
    repeated = [part.row.id for part in one.repeated]
    node.ledger.record(stamp, decision, cause=cause, inbox_ids=repeated, also=also)
