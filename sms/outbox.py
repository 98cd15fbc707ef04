"""The outbox: answers and alarms, each once, with what became of them."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
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
    *,
    shape: int,
    purpose: Purpose,
    ticket: int,
    urgent: bool,
    day: int,
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
            shape,
            sealed.body,
            purpose,
            ticket,
            int(urgent),
            State.QUEUED,
            day,
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
