"""What waits for the Polres: how much, how urgent, how old, and how far a catch-up is."""

import sqlite3
from dataclasses import dataclass

from server.domain import codec
from server.domain.backlog import Progress, base_of, catch_up
from server.domain.evolve import day_start_s
from server.domain.report import Status
from server.ledger import Ledger
from sync.errors import CannotOpen, SyncError
from sync.quick import carry
from sync.store import Count, SqliteStore


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the Polres has not acknowledged.

    Attributes:
        since_s: when the oldest of it was written, seconds since 1970; None when unknown.
        by_day: only the day of that is known: a locked entry shows no more.
        progress: of a long catch-up that has begun.
    """

    entries: int = 0
    reports: int = 0
    urgent: int = 0
    since_s: int | None = None
    by_day: bool = False
    progress: Progress | None = None


NOTHING = Waiting()
_UNCOUNTED = Count(0, 0, 0)


@dataclass(slots=True)
class Memory:
    """What was counted last; pages ask often, and a backlog may be long.

    Attributes:
        base: the last entry that the Polres held when the backlog began.
    """

    counted_at: tuple[int, int] = (-1, -1)
    counted: Count = _UNCOUNTED
    base: int | None = None


def waiting(db: sqlite3.Connection, ledger: Ledger, memory: Memory) -> Waiting:
    """What waits now; whoever asks holds the database's lock."""
    store = SqliteStore(db)
    acked, head = carry.acked(db, ledger.log_id), store.head(ledger.log_id).seq
    memory.base = base_of(memory.base, acked, head)
    if acked >= head:
        return NOTHING
    if memory.counted_at != (acked, head):
        memory.counted = store.count(ledger.log_id, acked + 1, head, Status.NEW)
        memory.counted_at = acked, head
    since_s, by_day = _written(store, ledger, acked + 1)
    counted = memory.counted
    base = acked if memory.base is None else memory.base
    progress = catch_up(base, acked, head)
    return Waiting(counted.entries, counted.begun, counted.urgent, since_s, by_day, progress)


def _written(store: SqliteStore, ledger: Ledger, seq: int) -> tuple[int | None, bool]:
    """When an entry was written, and whether only the day of that is known."""
    for entry in store.entries(ledger.log_id, seq, seq):
        try:
            return codec.decode(ledger.vault.open_entry(entry))[0].wall_s, False
        except (CannotOpen, SyncError):
            return day_start_s(entry.header.day) or None, True
    return None, False
