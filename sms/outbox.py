"""The outbox: answers and alarms, each once, with what became of them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from sms.inbox import Sealed, next_id


class Purpose(StrEnum):
    """Why an SMS is sent; decides which brakes hold it and which credit it may spend."""

    ACK = "ack"
    OFFICER = "officer"
    ALARM = "alarm"


class State(StrEnum):
    """Way of an outgoing text."""

    QUEUED = "queued"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    WITHHELD = "withheld"
    FAILED = "failed"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SUBMITTING, State.WITHHELD}),
    State.SUBMITTING: frozenset({State.SENT, State.UNKNOWN, State.QUEUED, State.FAILED}),
    State.UNKNOWN: frozenset({State.SUBMITTING, State.FAILED, State.DELIVERED}),
    State.SENT: frozenset({State.DELIVERED, State.FAILED}),
    State.DELIVERED: frozenset(),
    State.WITHHELD: frozenset(),
    State.FAILED: frozenset(),
}
ATTEMPTS_MAX = 5
# What may have gone out is sent once more and no oftener: twice is better than never.
UNCERTAIN_ATTEMPTS_MAX = 2


@dataclass(frozen=True, slots=True)
class Label:
    """What stands in clear beside an outgoing text.

    Attributes:
        shape: whether the body is sealed or duty (the numbers of the journal's shapes).
        ticket: the header's number of the ticket, 0 for none.
        day: the header's number of the day.
    """

    shape: int
    purpose: Purpose
    ticket: int
    urgent: bool
    day: int


@dataclass(frozen=True, slots=True)
class Row:
    """An outgoing text, still sealed. `ticket` is the header's ticket number, 0 for none."""

    id: int
    session: bytes
    shape: int
    body: bytes
    purpose: Purpose
    ticket: int
    urgent: bool
    state: State
    attempts: int
    reference: int | None


_COLUMNS = "id, session, shape, body, purpose, ticket, urgent, state, attempts, reference"


def enqueue(
    db: sqlite3.Connection,
    key: str,
    seal: Callable[[int], Sealed],
    label: Label,
) -> int | None:
    """Queue a text once: the same key again does nothing and gives None."""
    if db.execute("select 1 from outbox where key = ?", (key,)).fetchone():
        return None
    number = next_id(db, "outbox")
    sealed = seal(number)
    db.execute(
        "insert into outbox (id, key, session, shape, body, purpose, ticket, urgent, state, day)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            key,
            sealed.session,
            label.shape,
            sealed.body,
            label.purpose,
            label.ticket,
            int(label.urgent),
            State.QUEUED,
            label.day,
        ),
    )
    return number


def waiting(db: sqlite3.Connection) -> tuple[Row, ...]:
    """Texts that still want to be sent: urgent first, then alarms and officers, then the rest."""
    rows = db.execute(
        f"select {_COLUMNS} from outbox where state in ('queued', 'unknown')"
        " order by urgent desc, purpose = 'ack', id"
    )
    return tuple(_row(found) for found in rows)


def awaiting_delivery(db: sqlite3.Connection, reference: int) -> Row | None:
    """The newest sent text with this message reference."""
    found = db.execute(
        f"select {_COLUMNS} from outbox where reference = ? and state in ('sent', 'unknown')"
        " order by id desc limit 1",
        (reference,),
    ).fetchone()
    return None if found is None else _row(found)


def move(
    db: sqlite3.Connection,
    row: Row,
    state: State,
    *,
    reason: str | None = None,
    reference: int | None = None,
) -> None:
    """Set the next state; an impossible step is a bug and stops here."""
    if state not in TRANSITIONS[row.state]:
        raise AssertionError(f"outbox {row.id}: {row.state} cannot become {state}")
    db.execute(
        "update outbox set state = ?, reason = coalesce(?, reason),"
        " reference = coalesce(?, reference), attempts = attempts + ? where id = ?",
        (state, reason, reference, int(state is State.SUBMITTING), row.id),
    )


def tried(row: Row) -> Row:
    """A row as it stands once it was handed to the modem."""
    return replace(row, state=State.SUBMITTING, attempts=row.attempts + 1)


def spend(db: sqlite3.Connection, day: int, hour: int, parts: int) -> None:
    """Count parts that went out, without any number; hours and days since 1970."""
    db.execute(
        "insert into spent (day, hour, parts) values (?, ?, ?)"
        " on conflict (day, hour) do update set parts = parts + excluded.parts",
        (day, hour, parts),
    )


def spent_parts(db: sqlite3.Connection, day: int, hour: int | None) -> int:
    """Parts of an hour, or of the whole day."""
    found = db.execute(
        "select sum(parts) from spent where day = ? and (? is null or hour = ?)",
        (day, hour, hour),
    ).fetchone()
    return int(found[0] or 0)


def attempts_max(state: State) -> int:
    """How many tries a text gets in all, as it stands."""
    return UNCERTAIN_ATTEMPTS_MAX if state is State.UNKNOWN else ATTEMPTS_MAX


def recover(db: sqlite3.Connection) -> int:
    """After a start: what was being handed to the modem may or may not have gone out."""
    return db.execute("update outbox set state = 'unknown' where state = 'submitting'").rowcount


def row_of(db: sqlite3.Connection, outbox_id: int) -> Row | None:
    """One row."""
    found = db.execute(f"select {_COLUMNS} from outbox where id = ?", (outbox_id,)).fetchone()
    return None if found is None else _row(found)


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many texts lie in each state."""
    found = dict(db.execute("select state, count(*) from outbox group by state").fetchall())
    return {state.value: found.get(state, 0) for state in State}


def reasons(db: sqlite3.Connection) -> dict[str, int]:
    """Why texts were withheld or failed, with counts."""
    rows = db.execute(
        "select reason, count(*) from outbox where reason is not null group by reason"
    )
    return {str(reason): int(count) for reason, count in rows}


def _row(found: tuple[int, bytes, int, bytes, str, int, int, str, int, int | None]) -> Row:
    number, session, shape, body, purpose, ticket, urgent, state, attempts, reference = found
    return Row(
        id=number,
        session=session,
        shape=shape,
        body=body,
        purpose=Purpose(purpose),
        ticket=ticket,
        urgent=bool(urgent),
        state=State(state),
        attempts=attempts,
        reference=reference,
    )
