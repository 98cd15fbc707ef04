"""The ledger: one decision becomes journal entries, outgoing texts and read texts, at once."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from server.database import Database
from server.domain import codec
from server.domain import events as e
from server.domain.classify import Urgency
from server.domain.decide import Decision
from server.domain.evolve import ticket_of
from server.domain.report import Stamp, Status, Trust
from server.projection import Projection
from server.radio import queue_notice
from server.vault import Lock, Vault
from sms import inbox
from sync import journal
from sync.chain import LogId
from sync.entry import Entry, Flag, Header, Log, Shape, day_number, ticket_code
from sync.restores.lineage import lineage_of
from sync.store import SqliteStore

log = logging.getLogger(__name__)
# Events about the box and its officers: they must be readable while every session is locked.
_DUTY = (
    e.SessionOpened,
    e.OfficerRequested,
    e.ContactSet,
    e.SessionsUnlocked,
    e.InboxExported,
    e.OrderReceived,
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
                self._ahead = True
                self._tables.clear()
                self._folded_with = learnt
            store = SqliteStore(self.database.connection)
            for log_id, before in self.lineage.logs:
                first, last = self._tables.folded_to + 1 - before, store.head(log_id).seq
                if first <= last:
                    self._tables.add(store.entries(log_id, first, last), self.vault, before)
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
