"""The outbox: answers and alarms, each once, with what became of them."""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sms.inbox import Sealed, next_id


class Purpose(StrEnum):
    """Why an SMS is sent; decides which brakes hold it and which credit it may spend.

    `ALARM` calls an officer, `OFFICER` is what a person answers, `ACK` the automatic answer to a
    text, `NEWS` tells of a report's way, `BROADCAST` is for many: reminders, ratings, calls.
    """

    ALARM = "alarm"
    OFFICER = "officer"
    ACK = "ack"
    NEWS = "news"
    BROADCAST = "broadcast"


class State(StrEnum):
    """Way of an outgoing text."""

    QUEUED = "queued"
    RESERVED = "reserved"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    WITHHELD = "withheld"
    EXPIRED = "expired"
    FAILED = "failed"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.RESERVED, State.WITHHELD, State.EXPIRED, State.FAILED}),
    State.RESERVED: frozenset({State.SUBMITTING}),
    State.SUBMITTING: frozenset({State.SENT, State.UNKNOWN, State.QUEUED, State.FAILED}),
    State.UNKNOWN: frozenset({State.RESERVED, State.FAILED, State.DELIVERED}),
    State.SENT: frozenset({State.DELIVERED, State.FAILED}),
    State.DELIVERED: frozenset(),
    State.WITHHELD: frozenset(),
    State.EXPIRED: frozenset(),
    State.FAILED: frozenset(),
}
"""Credit is `RESERVED` before a text is handed over, so that no two of them spend the same."""

# What was surely refused costs nothing: it is tried for as long as it is worth sending.
ATTEMPTS_MAX = 60
# So many refusals of one text are no passing trouble of the network.
REFUSED_OFTEN = 3
# What may have gone out is sent once more and no oftener: twice is better than never.
UNCERTAIN_MAX = 2
RETRY_S = 30.0
RETRY_S_MAX = 3_600.0
URGENT_RETRY_S_MAX = 300.0
HOUR_S = 3_600
LIFETIME_S: dict[Purpose, int] = {
    Purpose.ALARM: 2 * HOUR_S,
    Purpose.OFFICER: 48 * HOUR_S,
    Purpose.ACK: 24 * HOUR_S,
    Purpose.NEWS: 48 * HOUR_S,
    Purpose.BROADCAST: 24 * HOUR_S,
}
"""How long a text is worth sending; later it would only mislead."""

# A call to an officer is worth sending for as long as nobody has taken the report.
UNTAKEN_LIFETIME_S = 48 * HOUR_S

_RANK = (
    "case when purpose = 'alarm' then 0 when purpose = 'ack' and urgent then 1"
    " when purpose = 'officer' then 2 when purpose = 'ack' then 3"
    " when purpose = 'news' then 4 else 5 end"
)


@dataclass(frozen=True, slots=True)
class Label:
    """What stands in clear beside an outgoing text.

    Attributes:
        shape: whether the body is sealed or duty (the numbers of the journal's shapes).
        ticket: the header's number of the ticket, 0 for none.
        day: the header's number of the day.
        parts: in how many short messages it goes.
    """

    shape: int
    purpose: Purpose
    ticket: int
    urgent: bool
    day: int
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """An outgoing text, still sealed.

    Attributes:
        ticket: the header's ticket number, 0 for none.
        attempts: how often it was handed to the modem.
        uncertain: after how many of these it may have gone out.
    """

    id: int
    session: bytes
    shape: int
    body: bytes
    purpose: Purpose
    ticket: int
    urgent: bool
    state: State
    attempts: int
    uncertain: int
    parts: int


_COLUMNS = (
    "id, session, shape, body, purpose, ticket, urgent, state, attempts, uncertain, outbox.parts"
)


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
        "insert into outbox (id, key, session, shape, body, purpose, ticket, urgent, state, day,"
        " parts) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            label.parts,
        ),
    )
    return number


def waiting(db: sqlite3.Connection, closed: Collection[Purpose] = ()) -> Iterator[Row]:
    """Texts that still want to be sent, in their order, without those of `closed` purposes.

    Escalations go first, then urgent receipts, people's answers, receipts, news and broadcasts.
    """
    marks = ", ".join("?" * len(closed))
    rows = db.execute(
        f"select {_COLUMNS} from outbox where state in ('queued', 'unknown')"
        f" and purpose not in ({marks}) order by {_RANK}, id",
        tuple(closed),
    )
    return map(_row, rows)


def anything_waits(db: sqlite3.Connection) -> bool:
    """Whether any text still wants to be sent."""
    found = db.execute("select 1 from outbox where state in ('queued', 'unknown') limit 1")
    return found.fetchone() is not None


def referred(db: sqlite3.Connection, reference: int) -> tuple[tuple[Row, int], ...]:
    """Texts whose delivery is not known, with the part that has this reference, newest first."""
    rows = db.execute(
        f"select {_COLUMNS}, sent_parts.part from sent_parts join outbox on id = outbox_id"
        " where reference = ? and not delivered and state in ('sent', 'unknown')"
        " order by id desc",
        (reference,),
    )
    return tuple((_row(found[:-1]), int(found[-1])) for found in rows)


def unknown(db: sqlite3.Connection) -> tuple[Row, ...]:
    """Texts that may have gone out without a reference, newest first."""
    rows = db.execute(f"select {_COLUMNS} from outbox where state = 'unknown' order by id desc")
    return tuple(map(_row, rows))


def keep_part(db: sqlite3.Connection, row: Row, part: int, reference: int) -> None:
    """The modem took a part and gave it a message reference (3GPP TS 23.040 section 9.2.2.3)."""
    db.execute(
        "insert or replace into sent_parts (outbox_id, part, reference) values (?, ?, ?)",
        (row.id, part, reference),
    )


def parts_sent(db: sqlite3.Connection, row: Row) -> frozenset[int]:
    """Numbers of the parts that the modem is known to have taken."""
    found = db.execute("select part from sent_parts where outbox_id = ?", (row.id,))
    return frozenset(int(part) for (part,) in found)


def part_delivered(db: sqlite3.Connection, row: Row, part: int) -> None:
    """Nothing more will be heard of a part."""
    db.execute(
        "update sent_parts set delivered = 1 where outbox_id = ? and part = ?", (row.id, part)
    )


def parts_delivered(db: sqlite3.Connection, row: Row) -> int:
    """How many parts of a text have arrived."""
    (arrived,) = db.execute(
        "select count(*) from sent_parts where outbox_id = ? and delivered", (row.id,)
    ).fetchone()
    return int(arrived)


def move(db: sqlite3.Connection, row: Row, state: State, *, reason: str | None = None) -> Row:
    """Set the next state and give the row as it then stands; an impossible step is a bug."""
    if state not in TRANSITIONS[row.state]:
        raise AssertionError(f"outbox {row.id}: {row.state} cannot become {state}")
    after = replace(
        row,
        state=state,
        attempts=row.attempts + (state is State.SUBMITTING),
        uncertain=row.uncertain + (state is State.UNKNOWN),
    )
    db.execute(
        "update outbox set state = ?, reason = ?, attempts = ?, uncertain = ? where id = ?",
        (state, reason, after.attempts, after.uncertain, row.id),
    )
    return after


def retry_delay_s(row: Row) -> float:
    """How long a text waits after its tries: half a minute, then twice as long each time."""
    urgent = row.urgent or row.purpose is Purpose.ALARM
    longest_s = URGENT_RETRY_S_MAX if urgent else RETRY_S_MAX
    return min(RETRY_S * 2.0 ** max(0, min(row.attempts, 20) - 1), longest_s)


def tried_enough(row: Row) -> bool:
    """Whether a text has had all its tries."""
    return row.attempts >= ATTEMPTS_MAX or row.uncertain >= UNCERTAIN_MAX


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


def refused(db: sqlite3.Connection, times: int = 1) -> bool:
    """Whether some text waits that the network would not take, so many times."""
    found = db.execute(
        "select 1 from outbox where state = 'queued' and attempts >= ?", (times,)
    ).fetchone()
    return found is not None


def spent_since(db: sqlite3.Connection, day: int) -> int:
    """Parts that went out on a day and later."""
    found = db.execute("select sum(parts) from spent where day >= ?", (day,)).fetchone()
    return int(found[0] or 0)


def recover(db: sqlite3.Connection, in_hand: Collection[int] = ()) -> int:
    """What was being handed to a modem when its end could not be written: a stop, a full card.

    It may or may not have gone out. What was only reserved has not; its credit stays counted,
    which errs on the safe side. Rows in hand are left alone.
    """
    marks = ", ".join("?" * len(in_hand))
    cut = db.execute(
        "update outbox set state = 'unknown', uncertain = uncertain + 1"
        f" where state = 'submitting' and id not in ({marks})",
        tuple(in_hand),
    ).rowcount
    db.execute(
        "update outbox set state = case when uncertain then 'unknown' else 'queued' end"
        f" where state = 'reserved' and id not in ({marks})",
        tuple(in_hand),
    )
    return cut


def row_of(db: sqlite3.Connection, outbox_id: int) -> Row | None:
    """One row."""
    found = db.execute(f"select {_COLUMNS} from outbox where id = ?", (outbox_id,)).fetchone()
    return None if found is None else _row(found)


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many texts lie in each state."""
    found = dict(db.execute("select state, count(*) from outbox group by state").fetchall())
    return {state.value: found.get(state, 0) for state in State}


def reasons(db: sqlite3.Connection, since_day: int = 0) -> dict[str, int]:
    """Why texts were withheld, expired or failed since a day, with counts; 0 for always."""
    rows = db.execute(
        "select reason, count(*) from outbox"
        " where state in ('withheld', 'expired', 'failed') and reason is not null"
        " and (day >= ? or day = 0) group by reason",
        (since_day,),
    )
    return {str(reason): int(count) for reason, count in rows}


@dataclass(frozen=True, slots=True)
class Listed:
    """A row with what stands in clear beside it; `day` is the header's number, 0 for unknown."""

    row: Row
    reason: str
    day: int


def listing(db: sqlite3.Connection, states: Collection[State], limit: int) -> tuple[Listed, ...]:
    """The newest texts in one of these states (none: in any), newest first."""
    wanted = tuple(states) or tuple(State)
    marks = ", ".join("?" * len(wanted))
    rows = db.execute(
        f"select {_COLUMNS}, reason, day from outbox where state in ({marks})"
        " order by id desc limit ?",
        (*wanted, limit),
    )
    return tuple(Listed(_row(found[:-2]), str(found[-2] or ""), int(found[-1])) for found in rows)


def waiting_by_purpose(db: sqlite3.Connection) -> dict[Purpose, int]:
    """How many texts of each purpose still want to be sent."""
    rows = db.execute(
        "select purpose, count(*) from outbox where state in ('queued', 'unknown') group by purpose"
    )
    return {Purpose(purpose): int(count) for purpose, count in rows}


def _row(found: tuple[int, bytes, int, bytes, str, int, int, str, int, int, int]) -> Row:
    number, session, shape, body, purpose, ticket, urgent, state, attempts, uncertain, parts = found
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
        uncertain=uncertain,
        parts=parts,
    )
