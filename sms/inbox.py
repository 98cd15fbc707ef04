"""The inbox: every PDU is committed here before its slot is forgotten."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Protocol


class State(StrEnum):
    """What became of a kept PDU.

    `COPY` is the text of its slot listed once more after a restart, `RECEIPT` a delivery report;
    neither is a text that somebody wrote. `GAPS` is a part of a text that became a report while
    other parts were missing; it is found again when one of them comes.
    """

    UNREAD = "unread"
    PART = "part"
    DONE = "done"
    COPY = "copy"
    RECEIPT = "receipt"
    GAPS = "gaps"


class SlotState(StrEnum):
    """What is known of the text in a slot: committed here, or also deleted in the modem.

    The modem answered the delete with OK; that the slot is free is only known once it is not
    listed any more, and then nothing stands beside it.
    """

    HELD = "held"
    DELETED = "deleted"


UNREAD_STAT = 0
"""Status of a text that was never listed before: received unread (3GPP TS 27.005 section 3.1)."""
AGAIN_MAX = 3
"""So many texts in a row may be equal to the one that was just deleted from their slot.

More are not believed: a modem that neither deletes nor marks a text as read lists it for ever.
"""


class ListedSlot(Protocol):
    """A slot as the modem lists it."""

    @property
    def memory(self) -> str:
        """Name of the memory, SM or ME."""

    @property
    def index(self) -> int:
        """Number of the slot in its memory."""

    @property
    def pdu(self) -> str:
        """The PDU in hex."""

    @property
    def stat(self) -> int:
        """Its status: 0 unread, 1 read (27.005 section 3.1)."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body sealed for one row: the session it belongs to and the octets."""

    session: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """A kept PDU, still sealed; `ticket` names the report that it began or belongs to."""

    id: int
    session: bytes
    body: bytes
    state: State
    perhaps_copy_of: int | None
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What `keep` did: rows by slot that are new, and slots that only need forgetting again."""

    fresh: tuple[tuple[int, ListedSlot], ...]
    known: tuple[ListedSlot, ...]


# Seals a PDU (hex) for the inbox row of that number.
SealPdu = Callable[[int, str], Sealed]
# The PDU of a held inbox row when this process can tell, else None.
Recall = Callable[[int], str | None]


def tag_of(pdu: str) -> int:
    """16 bits that tell most different PDUs apart and no PDU's content."""
    return int.from_bytes(blake2b(pdu.encode(), digest_size=2).digest(), "big")


def keep(
    db: sqlite3.Connection,
    sim: str,
    listed: Iterable[ListedSlot],
    seal: SealPdu,
    recall: Recall,
    day: int,
) -> Kept:
    """Insert every listed PDU that is not yet held; runs inside the caller's transaction.

    A slot that is held with the same length and tag, and whose PDU this process remembers, is
    the same text. When it cannot remember (it was restarted), the text is kept once more as
    "perhaps a copy" and judged when the first can be opened. Where the modem said that it had
    deleted the slot, and a text lies there that was never listed, it came after that: a row of
    its own, however equal it is. What came past the memories has no slot and is always new.
    """
    listed = tuple(listed)
    _erase_freed(db, sim, listed)
    fresh: list[tuple[int, ListedSlot]] = []
    known: list[ListedSlot] = []
    for slot in listed:
        held = _held(db, sim, slot) if slot.memory else None
        remembered = None if held is None else recall(held.inbox_id)
        again = 0
        copy_of = None
        if held is not None and _came_after(held, slot, remembered):
            again = held.again + 1
        elif held is not None and remembered == slot.pdu:
            known.append(slot)
            continue
        elif held is not None and remembered is None:
            copy_of = held.inbox_id
        number = _insert(db, slot, seal, day, copy_of)
        if slot.memory:
            _hold(db, sim, slot, number, again)
        fresh.append((number, slot))
    return Kept(tuple(fresh), tuple(known))


@dataclass(frozen=True, slots=True)
class _Held:
    """What stands beside a slot."""

    inbox_id: int
    state: SlotState
    again: int


def _held(db: sqlite3.Connection, sim: str, slot: ListedSlot) -> _Held | None:
    found = db.execute(
        "select inbox_id, state, again from slots where sim = ? and memory = ? and slot = ?"
        " and length = ? and tag = ?",
        (sim, slot.memory, slot.index, len(slot.pdu) // 2, tag_of(slot.pdu)),
    ).fetchone()
    return None if found is None else _Held(found[0], SlotState(found[1]), found[2])


def _came_after(held: _Held, slot: ListedSlot, remembered: str | None) -> bool:
    """Whether an equal text lies in a slot that the modem had emptied before."""
    deleted = held.state is SlotState.DELETED and slot.stat == UNREAD_STAT
    return deleted and remembered in (None, slot.pdu) and held.again < AGAIN_MAX


def _insert(
    db: sqlite3.Connection, slot: ListedSlot, seal: SealPdu, day: int, copy_of: int | None
) -> int:
    number = next_id(db, "inbox")
    sealed = seal(number, slot.pdu)
    db.execute(
        "insert into inbox (id, session, body, day, state, perhaps_copy_of)"
        " values (?, ?, ?, ?, ?, ?)",
        (number, sealed.session, sealed.body, day, State.UNREAD, copy_of),
    )
    return number


def _hold(db: sqlite3.Connection, sim: str, slot: ListedSlot, number: int, again: int) -> None:
    db.execute(
        "insert or replace into slots (sim, memory, slot, length, tag, inbox_id, state, again)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(sim, slot.memory, slot.index, len(slot.pdu) // 2, tag_of(slot.pdu), number),
            *(SlotState.HELD, again),
        ),
    )


def mark_deleted(db: sqlite3.Connection, sim: str, listed: Iterable[ListedSlot]) -> None:
    """The modem has deleted these slots, or says so."""
    db.executemany(
        "update slots set state = 'deleted' where state = 'held'"
        " and sim = ? and memory = ? and slot = ?",
        [(sim, slot.memory, slot.index) for slot in listed],
    )


def _erase_freed(db: sqlite3.Connection, sim: str, listed: tuple[ListedSlot, ...]) -> None:
    there = {(slot.memory, slot.index) for slot in listed}
    held = db.execute("select memory, slot from slots where sim = ?", (sim,)).fetchall()
    for memory, index in held:
        if (memory, index) not in there:
            db.execute(
                "delete from slots where sim = ? and memory = ? and slot = ?", (sim, memory, index)
            )


def holds_slots(db: sqlite3.Connection, sim: str) -> bool:
    """Whether a slot of this SIM is not yet known to be free."""
    return db.execute("select 1 from slots where sim = ? limit 1", (sim,)).fetchone() is not None


def free_slots(db: sqlite3.Connection, sim: str) -> None:
    """Every slot of this SIM is free: nothing stands beside it any more."""
    db.execute("delete from slots where sim = ?", (sim,))


def next_id(db: sqlite3.Connection, table: str) -> int:
    """The number that the next row of an autoincrement table gets; never one that was used."""
    found = db.execute("select seq from sqlite_sequence where name = ?", (table,)).fetchone()
    return 1 if found is None else int(found[0]) + 1


def pending(db: sqlite3.Connection) -> tuple[Row, ...]:
    """Rows that no report, answer or note has come from yet, oldest first."""
    return _rows(db, "where state in ('unread', 'part') order by id")


def gaps(db: sqlite3.Connection) -> tuple[Row, ...]:
    """Parts whose text became a report with gaps, oldest first."""
    return _rows(db, "where state = 'gaps' order by id")


def done_since(db: sqlite3.Connection, day: int) -> tuple[Row, ...]:
    """Rows of a day and later that were decided on, oldest first."""
    return _rows(db, "where state in ('done', 'gaps') and day >= ? order by id", day)


def first_days(db: sqlite3.Connection) -> dict[bytes, int]:
    """Session -> the earliest day of its rows that were decided on."""
    rows = db.execute(
        "select session, min(day) from inbox where state in ('done', 'gaps') group by session"
    )
    return {bytes(session): int(day) for session, day in rows}


def row_of(db: sqlite3.Connection, inbox_id: int) -> Row | None:
    """One row."""
    return next(iter(_rows(db, "where id = ?", inbox_id)), None)


def earlier(db: sqlite3.Connection, row: Row) -> Iterator[Row]:
    """The rows that a row is perhaps a copy of, the nearest first."""
    while row.perhaps_copy_of is not None and (found := row_of(db, row.perhaps_copy_of)):
        yield found
        row = found


def later(db: sqlite3.Connection, row: Row) -> Iterator[Row]:
    """The rows that are perhaps copies of a row, the nearest first."""
    while found := next(iter(_rows(db, "where perhaps_copy_of = ?", row.id)), None):
        yield found
        row = found


def _rows(db: sqlite3.Connection, where: str, *values: int) -> tuple[Row, ...]:
    found = db.execute(
        f"select id, session, body, state, perhaps_copy_of, ticket from inbox {where}", values
    )
    return tuple(
        Row(number, session, body, State(state), copy_of, ticket)
        for number, session, body, state, copy_of, ticket in found
    )


def mark(
    db: sqlite3.Connection, inbox_ids: Iterable[int], state: State, ticket: str | None = None
) -> None:
    """Set the state of rows; inside the transaction that records what came of them.

    `ticket` names the report that they began.

    A row that is finished stays so: to decide on it again is a bug, and stops the transaction
    before a second report can come of one text.
    """
    for inbox_id in inbox_ids:
        changed = db.execute(
            "update inbox set state = ?, ticket = ? where id = ? and state in ('unread', 'part')",
            (state, ticket, inbox_id),
        ).rowcount
        if changed != 1:
            raise AssertionError(f"inbox {inbox_id} is finished already")


def show_gaps(db: sqlite3.Connection, inbox_ids: Iterable[int], ticket: str) -> None:
    """Parts of a text became a report, or were added to one, while others are missing."""
    mark(db, inbox_ids, State.GAPS, ticket)


def move_rows(db: sqlite3.Connection, before: str, ticket: str) -> None:
    """The texts of one report are found to belong to another."""
    db.execute("update inbox set ticket = ? where ticket = ?", (ticket, before))


def shown_rows(db: sqlite3.Connection, ticket: str) -> tuple[int, ...]:
    """The rows whose parts a report with gaps shows."""
    rows = db.execute("select id from inbox where state = 'gaps' and ticket = ?", (ticket,))
    return tuple(row_id for (row_id,) in rows)


def close_gaps(db: sqlite3.Connection, ticket: str) -> None:
    """Nothing is missing of a report's text any more."""
    db.execute("update inbox set state = 'done' where state = 'gaps' and ticket = ?", (ticket,))


def forget_gaps(db: sqlite3.Connection, before_day: int) -> int:
    """Wait no longer for what is missing of texts from before a day; gives how many rows.

    Those of an unknown day (0) are waited for on.
    """
    return db.execute(
        "update inbox set state = 'done' where state = 'gaps' and day > 0 and day < ?",
        (before_day,),
    ).rowcount


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many rows lie in each state; `kept` counts the texts: all but copies and receipts."""
    found = dict(db.execute("select state, count(*) from inbox group by state").fetchall())
    texts = sum(found.values()) - found.get(State.COPY, 0) - found.get(State.RECEIPT, 0)
    return {"kept": texts, **{state.value: found.get(state, 0) for state in State}}
