"""The inbox: every PDU is committed here before its slot is forgotten."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Protocol


class State(StrEnum):
    """What became of a kept PDU.

    `COPY` is the text of its slot listed once more after a restart, `RECEIPT` a delivery report;
    neither is a text that somebody wrote.
    """

    UNREAD = "unread"
    PART = "part"
    DONE = "done"
    COPY = "copy"
    RECEIPT = "receipt"


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


@dataclass(frozen=True, slots=True)
class Sealed:
    """A body sealed for one row: the session it belongs to and the octets."""

    session: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Row:
    """A kept PDU, still sealed."""

    id: int
    session: bytes
    body: bytes
    state: State
    perhaps_copy_of: int | None


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
    "perhaps a copy" and judged when the first can be opened.
    """
    listed = tuple(listed)
    _erase_freed(db, sim, listed)
    fresh: list[tuple[int, ListedSlot]] = []
    known: list[ListedSlot] = []
    for slot in listed:
        held = _held(db, sim, slot)
        if held is not None and recall(held) == slot.pdu:
            known.append(slot)
            continue
        copy_of = held if held is not None and recall(held) is None else None
        fresh.append((_insert(db, sim, slot, seal, day, copy_of), slot))
    return Kept(tuple(fresh), tuple(known))


def _held(db: sqlite3.Connection, sim: str, slot: ListedSlot) -> int | None:
    found = db.execute(
        "select inbox_id from slots where sim = ? and memory = ? and slot = ?"
        " and length = ? and tag = ?",
        (sim, slot.memory, slot.index, len(slot.pdu) // 2, tag_of(slot.pdu)),
    ).fetchone()
    return None if found is None else int(found[0])


def _insert(
    db: sqlite3.Connection,
    sim: str,
    slot: ListedSlot,
    seal: SealPdu,
    day: int,
    copy_of: int | None,
) -> int:
    number = next_id(db, "inbox")
    sealed = seal(number, slot.pdu)
    db.execute(
        "insert into inbox (id, session, body, day, state, perhaps_copy_of)"
        " values (?, ?, ?, ?, ?, ?)",
        (number, sealed.session, sealed.body, day, State.UNREAD, copy_of),
    )
    db.execute(
        "insert or replace into slots (sim, memory, slot, length, tag, inbox_id)"
        " values (?, ?, ?, ?, ?, ?)",
        (sim, slot.memory, slot.index, len(slot.pdu) // 2, tag_of(slot.pdu), number),
    )
    return number


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
    rows = db.execute(
        "select id, session, body, state, perhaps_copy_of from inbox"
        " where state in ('unread', 'part') order by id"
    )
    return tuple(
        Row(i, session, body, State(state), copy) for i, session, body, state, copy in rows
    )


def done_since(db: sqlite3.Connection, day: int) -> tuple[Row, ...]:
    """Finished rows of a day and later, oldest first."""
    rows = db.execute(
        "select id, session, body, state, perhaps_copy_of from inbox"
        " where state = 'done' and day >= ? order by id",
        (day,),
    )
    return tuple(
        Row(i, session, body, State(state), copy) for i, session, body, state, copy in rows
    )


def row_of(db: sqlite3.Connection, inbox_id: int) -> Row | None:
    """One row."""
    found = db.execute(
        "select id, session, body, state, perhaps_copy_of from inbox where id = ?", (inbox_id,)
    ).fetchone()
    return None if found is None else _row(*found)


def _row(number: int, session: bytes, body: bytes, state: str, copy_of: int | None) -> Row:
    return Row(number, session, body, State(state), copy_of)


def mark(db: sqlite3.Connection, inbox_ids: Iterable[int], state: State) -> None:
    """Set the state of rows; inside the transaction that records what came of them.

    A row that is finished stays so: to decide on it again is a bug, and stops the transaction
    before a second report can come of one text.
    """
    for inbox_id in inbox_ids:
        changed = db.execute(
            "update inbox set state = ? where id = ? and state in ('unread', 'part')",
            (state, inbox_id),
        ).rowcount
        if changed != 1:
            raise AssertionError(f"inbox {inbox_id} is finished already")


def counts(db: sqlite3.Connection) -> dict[str, int]:
    """How many rows lie in each state; `kept` counts the texts: all but copies and receipts."""
    found = dict(db.execute("select state, count(*) from inbox group by state").fetchall())
    texts = sum(found.values()) - found.get(State.COPY, 0) - found.get(State.RECEIPT, 0)
    return {"kept": texts, **{state.value: found.get(state, 0) for state in State}}
