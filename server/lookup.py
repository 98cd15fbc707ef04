"""Reading the desa's projection."""

import sqlite3
from dataclasses import dataclass, replace
from itertools import chain

from server.domain.evolve import LineKind
from server.domain.report import CALL_BACK, Report
from server.projection import columns, report_of


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A line of a report's history with the number of its entry."""

    seq: int
    kind: str
    by: str | None
    text: str
    at_s: int
    trust: int


def reports(db: sqlite3.Connection) -> tuple[Report, ...]:
    """All reports, newest first."""
    rows = db.execute(f"select {columns()} from reports order by seq desc")
    return tuple(report_of(row) for row in rows)


def latest_of(db: sqlite3.Connection, sender: str) -> Report | None:
    """The newest report from a number; a request to be called is none that one adds to."""
    row = db.execute(
        f"select {columns()} from reports where sender = ? and category != ?"
        " order by seq desc limit 1",
        (sender, CALL_BACK),
    ).fetchone()
    return None if row is None else report_of(row)


def call_back(db: sqlite3.Connection, sender: str) -> Report | None:
    """The newest request of a number to be called that is not closed."""
    row = db.execute(
        f"select {columns()} from reports where sender = ? and category = ? and status < 4"
        " order by seq desc limit 1",
        (sender, CALL_BACK),
    ).fetchone()
    return None if row is None else report_of(row)


def reports_to_remind(db: sqlite3.Connection) -> tuple[Report, ...]:
    """Open emergencies; one whose text was completed late has waited only since then."""
    rows = db.execute(
        f"select {columns()} from reports where urgency = 'darurat' and status < 4"
        " order by seq desc"
    )
    completed = dict(
        db.execute(
            "select ticket, max(at_s) from history where kind = ? group by ticket",
            (LineKind.COMPLETED,),
        ).fetchall()
    )
    return tuple(
        replace(report, received_s=max(report.received_s, completed.get(report.ticket, 0)))
        for report in map(report_of, rows)
    )


def is_merged(db: sqlite3.Connection, ticket: str) -> bool:
    """Whether a report was found to be of the same text as another."""
    found = db.execute(
        "select 1 from history where ticket = ? and kind = ?", (ticket, LineKind.MERGED)
    ).fetchone()
    return found is not None


def has_emergency(db: sqlite3.Connection, sender: str) -> bool:
    """Whether a number has an emergency that is not closed."""
    found = db.execute(
        "select 1 from reports where sender = ? and urgency = 'darurat' and status < 4", (sender,)
    ).fetchone()
    return found is not None


def sealed(db: sqlite3.Connection) -> tuple[Report, ...]:
    """Complaints about officials, newest first; nobody here reads what they say."""
    rows = db.execute(f"select {columns()} from reports where sealed order by seq desc")
    return tuple(report_of(row) for row in rows)


def history(db: sqlite3.Connection, ticket: str) -> tuple[HistoryRow, ...]:
    """A report's history, oldest first."""
    rows = db.execute(
        "select seq, kind, by, text, at_s, trust from history where ticket = ? order by seq",
        (ticket,),
    )
    return tuple(HistoryRow(*row) for row in rows)


def notes(db: sqlite3.Connection) -> tuple[tuple[int, int, str, str, str], ...]:
    """(seq, at_s, sender, text, reason) of texts that became no report, newest first."""
    return tuple(
        db.execute("select seq, at_s, sender, text, reason from notes order by seq desc").fetchall()
    )


def contacts(db: sqlite3.Connection) -> tuple[tuple[str, str, str], ...]:
    """(name, role, number) of officers, by name."""
    return tuple(db.execute("select name, role, number from contacts order by name").fetchall())


def ticket_of_inbox(db: sqlite3.Connection, inbox_id: int) -> str | None:
    """The ticket of the report that began with an inbox row."""
    row = db.execute("select ticket from opened where inbox_id = ?", (inbox_id,)).fetchone()
    return None if row is None else str(row[0])


def order_outcome(db: sqlite3.Connection, instance: int, seq: int) -> str | None:
    """What became of an order of the Polres; None while it still waits."""
    row = db.execute(
        "select outcome from orders where instance = ? and seq = ?", (instance, seq)
    ).fetchone()
    return None if row is None else str(row[0])


def open_count(db: sqlite3.Connection) -> int:
    """Reports that are not closed."""
    return int(db.execute("select count(*) from reports where status < 4").fetchone()[0])


def untaken_count(db: sqlite3.Connection) -> int:
    """Reports that no officer has taken; those sealed to Propam are no officer's."""
    found = db.execute("select count(*) from reports where status < 2 and not sealed").fetchone()
    return int(found[0])


def tickets_since(db: sqlite3.Connection, since_s: int) -> frozenset[str]:
    """Tickets of reports that began at or after a time; those of an unknown time count too."""
    rows = db.execute(
        "select ticket from reports where received_s >= ? or received_s = 0", (since_s,)
    )
    return frozenset(chain.from_iterable(rows))


def open_tickets(db: sqlite3.Connection) -> frozenset[str]:
    """Tickets of reports that are not closed."""
    rows = db.execute("select ticket from reports where status < 4")
    return frozenset(str(ticket) for (ticket,) in rows)


def open_locked(db: sqlite3.Connection) -> frozenset[str]:
    """Tickets of reports that are not closed and that nobody here can read yet."""
    rows = db.execute("select ticket from reports where locked and status < 4")
    return frozenset(str(ticket) for (ticket,) in rows)


def officer_numbers(db: sqlite3.Connection) -> tuple[str, ...]:
    """Numbers of the officers in the phone book."""
    return tuple(str(n) for (n,) in db.execute("select number from contacts order by name"))


def urgent_since(db: sqlite3.Connection, sender: str, since_s: int) -> int:
    """How many emergencies a number has reported since a time."""
    row = db.execute(
        "select count(*) from reports where sender = ? and urgency = 'darurat' and received_s >= ?",
        (sender, since_s),
    ).fetchone()
    return int(row[0])
