"""The ledger: one decision becomes journal entries, outgoing texts and read texts, at once."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from server.database import Database, open_memory
from server.domain import codec
from server.domain import events as e
from server.domain.backlog import Progress
from server.domain.decide import Decision
from server.domain.evolve import ticket_of
from server.domain.reading.labels import Urgency
from server.domain.report import Stamp, Status, Trust
from server.projection import Projection
from server.radio import queue_notice
from server.vault import Lock, Vault
from sms import inbox
from sync import journal
from sync.chain import LogId
from sync.entry import Entry, Flag, Header, Log, Shape, day_number, ticket_code
from sync.restores.lineage import lineage_of
from sync.session import SessionKeys
from sync.store import SqliteStore

log = logging.getLogger(__name__)
# Entries of a refold aside that are read and folded in one go.
SLICE_ENTRIES = 500
# Events about the box and its officers: they must be readable while every session is locked.
_DUTY = (
    e.SessionOpened,
    e.OfficerRequested,
    e.ContactSet,
    e.SessionsUnlocked,
    e.InboxExported,
    e.BackupNoted,
    e.BoxRestored,
    e.OrderReceived,
    e.SpokeByAir,
    e.OfficersChanged,
    e.OfficerKeysChanged,
    e.ErasureTold,
    e.KeysTampered,
    e.ExchangeKeyTaken,
    e.Carried,
    e.Resumed,
)


class Ledger:
    """Everything that `record` writes to.

    Args:
        database: the journal, the outbox and the inbox.
        vault: what seals entries and opens them.
        tables: an empty projection.
        log_id: the node's log.

    Attributes:
        aside: somebody calls `refold` again and again, so that keys of older sessions may wait
            for it; otherwise they open everything at once, and all else waits for that.
        patience_s: how long `wait_open` waits; a few reports are open by then.
        unlocking: entries folded anew, of all, while keys wait to open something.
    """

    def __init__(self, database: Database, vault: Vault, tables: Projection, log_id: LogId) -> None:
        self.database = database
        self.vault = vault
        self.log_id = log_id
        self.lineage = lineage_of(SqliteStore(database.connection), log_id)
        self._tables = tables
        # Whether the journal may hold entries that are not in the tables.
        self._ahead = True
        self._folded_with = vault.learnt
        self.aside = False
        self.patience_s = 0.0
        self.unlocking: Progress | None = None
        # Keys of locked sessions that open nothing before the tables are folded with them.
        self._coming: dict[bytes, SessionKeys] = {}
        self._nothing_comes = threading.Event()
        self._nothing_comes.set()

    @property
    def projection(self) -> Projection:
        """The journal as tables: never behind it, whatever failed, and folded with all keys."""
        if self._ahead or self._folded_with != self.vault.learnt:
            self._catch_up()
        return self._tables

    def _catch_up(self) -> None:
        with self.database.lock:
            # Inside a transaction the journal's end may yet be taken back.
            if self.database.connection.in_transaction:
                return
            learnt = self.vault.learnt
            if self._folded_with != learnt:
                if not self._tables.folded_with(self.vault):
                    self._ahead = True
                    self._tables.clear()
                self._folded_with = learnt
            while (after := self._entries_after(self._tables.folded_to))[0]:
                self._tables.add(after[0], self.vault, after[1])
            self._ahead = False

    def turn(self, log_id: LogId) -> None:
        """Go on in another log of this box; what was written before stays before it."""
        with self.database.lock:
            self.log_id = log_id
            self.lineage = lineage_of(SqliteStore(self.database.connection), log_id)

    def entry_at(self, place: int) -> Entry | None:
        """The entry at a place through all logs of the box."""
        log_id, seq = self.lineage.at(place)
        with self.database.read() as db:
            return next(iter(SqliteStore(db).entries(log_id, seq, seq)), None)

    def _entries_after(self, place: int) -> tuple[tuple[Entry, ...], int]:
        """Some entries of one log behind a place, and how many stand in the logs before it."""
        store = SqliteStore(self.database.connection)
        for log_id, before in self.lineage.logs:
            if log_id == self.log_id or place < before + store.head(log_id).seq:
                first = place - before + 1
                return store.entries(log_id, first, first + SLICE_ENTRIES - 1), before
        return (), 0

    def learn(self, keys: SessionKeys) -> bool:
        """Take in keys of a session; True when they open something new.

        With `aside`, what the tables hold locked opens for everybody at one moment: when they
        have been folded with the keys. Until then the node works as if they had not come.
        """
        with self.database.lock:
            if keys.id in self.vault.gone.sessions:
                return False
            # Without `aside` the tables are not looked at: each look folds with what came before.
            if not self.aside or keys.session is None:
                return self.vault.learn(keys)
            if keys.id not in self.projection.locked_sessions:
                return self.vault.learn(keys)
            known = self._coming.get(keys.id) or self.vault.knows(keys.id)
            joined = keys if known is None else known.joined(keys)
            if joined == known:
                return False
            self._coming[keys.id] = joined
            self._nothing_comes.clear()
            if self.unlocking is None:
                self.unlocking = Progress(0, self._head())
            return True

    def wait_open(self) -> bool:
        """Wait as long as people like to for keys to open what they came for; whether they have.

        Nobody calls this who holds the lock.
        """
        return self._nothing_comes.wait(self.patience_s)

    def every_key(self) -> Vault:
        """All keys that came, also those that open nothing yet."""
        return self.vault.beside(self._coming.values())

    def refold(self, go_on: Callable[[], bool] = lambda: True) -> bool:
        """Open what keys have come for: fold the journal with them, aside and in slices.

        Between two slices everybody else has the lock. The new tables take the old ones' place
        when they hold every entry; a fault before that leaves the old ones as they are, and the
        keys wait for the next call.

        Args:
            go_on: asked between slices; with False, all is as it was before.

        Returns:
            True when something was opened.
        """
        with self.database.lock:
            coming = dict(self._coming)
        if not coming:
            return False
        fresh = Projection(open_memory().connection)
        while go_on():
            with self.database.lock:
                vault = self.vault.beside(coming.values())
                entries, before = self._entries_after(fresh.folded_to)
                self.unlocking = Progress(fresh.folded_to, self._head())
                self._tables.touch()
                if before == self.lineage.before and len(entries) < SLICE_ENTRIES:
                    fresh.add(entries, vault, before)
                    self._put_in_place(fresh, coming)
                    return True
            fresh.add(entries, vault, before)
        return False

    def _put_in_place(self, fresh: Projection, coming: dict[bytes, SessionKeys]) -> None:
        for session in coming:
            self.vault.learn(self._coming.pop(session))
        fresh.version = self._tables.version + 1
        self._tables = fresh
        self._ahead = False
        if fresh.folded_with(self.vault):
            self._folded_with = self.vault.learnt
        self.unlocking = Progress(0, fresh.folded_to) if self._coming else None
        if not self._coming:
            self._nothing_comes.set()

    def _head(self) -> int:
        return self.lineage.before + SqliteStore(self.database.connection).head(self.log_id).seq

    def record(
        self,
        stamp: Stamp,
        decision: Decision,
        *,
        cause: str,
        inbox_ids: Sequence[int] = (),
        also: Callable[[], None] | None = None,
    ) -> tuple[Entry, ...]:
        """Commit a decision: entries, texts to send and the inbox rows that are now done.

        Args:
            stamp: the moment.
            decision: events and notices.
            cause: what the notices answer, e.g. `inbox:12`; makes their keys unique.
            inbox_ids: rows that the decision was made of.
            also: more writes for the same transaction.

        What it raises says that nothing was committed: tables that cannot be folded at once are
        folded when they are next looked at.
        """
        # The lock is held until the fold is done, so that folds come in the journal's order.
        with self.database.lock:
            tables = self.projection
            self._ahead = True
            entries = self._commit(stamp, decision, cause, inbox_ids, also)
            if not self.database.connection.in_transaction:
                self._fold(tables, entries)
        return entries

    def _fold(self, tables: Projection, entries: tuple[Entry, ...]) -> None:
        try:
            tables.add(entries, self.vault, self.lineage.before)
        except Exception:
            log.exception("folding failed")
        else:
            self._ahead = False

    def _commit(
        self,
        stamp: Stamp,
        decision: Decision,
        cause: str,
        inbox_ids: Sequence[int],
        also: Callable[[], None] | None,
    ) -> tuple[Entry, ...]:
        with self.database.write() as db:
            store = SqliteStore(db)
            seq = store.head(self.log_id).seq
            entries = tuple(
                self._entry(seq + step, stamp, event, official=decision.official)
                for step, event in enumerate(decision.events, start=1)
            )
            journal.append(store, self.log_id, entries)
            day = day_of(stamp)
            for number, notice in enumerate(decision.notices):
                queue_notice(
                    db,
                    self.vault,
                    notice,
                    key=f"{cause}:{number}",
                    official=decision.official,
                    day=day,
                    stamp=stamp,
                )
            inbox.mark(db, inbox_ids, inbox.State.DONE, _begun(decision))
            if also is not None:
                also()
        return entries

    def _entry(self, seq: int, stamp: Stamp, event: e.DesaEvent, *, official: bool) -> Entry:
        duty = isinstance(event, _DUTY)
        carried = Header.unpack(event.header) if isinstance(event, e.Carried) else None
        header = Header(
            node=self.log_id.node,
            instance=self.log_id.instance,
            log=Log.UP,
            seq=seq,
            session=self.vault.running.id,
            shape=Shape.DUTY if duty else Shape.SEALED,
            day=day_of(stamp),
            ticket=ticket_code(ticket_of(event)),
            sets=_sets(event),
            flags=_flags(event),
        )
        if carried is not None:
            header = replace(
                header,
                day=carried.day,
                ticket=carried.ticket,
                sets=carried.sets,
                flags=carried.flags,
            )
        lock = Lock.DUTY if duty else Lock.UNIT if official else Lock.SESSION
        body = self.vault.seal_entry(lock, header.pack(), Log.UP, seq, codec.encode(stamp, event))
        return Entry(header, body)


def day_of(stamp: Stamp) -> int:
    """The header's day: only a clock that was trusted counts."""
    if stamp.trust < Trust.LAST_SEEN:
        return 0
    return day_number(datetime.fromtimestamp(stamp.wall_s, UTC))


def _begun(decision: Decision) -> str | None:
    """The report that a decision begins."""
    begun = (one.ticket for one in decision.events if isinstance(one, e.ReportReceived))
    return next(begun, None)


def _sets(event: e.DesaEvent) -> int:
    match event:
        case e.ReportReceived():
            return Status.NEW
        case e.Taken() | e.Reopened():
            return Status.TAKEN
        case e.Forwarded():
            return Status.FORWARDED
        case e.Closed() | e.Merged():
            return Status.CLOSED
        case _:
            return 0


def _flags(event: e.DesaEvent) -> Flag:
    match event:
        case e.ReportReceived(urgency=Urgency.DARURAT) | e.TextCompleted(urgency=Urgency.DARURAT):
            return Flag.URGENT
        case _:
            return Flag.NONE
