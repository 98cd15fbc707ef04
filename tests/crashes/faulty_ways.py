"""Ways of working that lose or double something in a cut: the search must find each of them."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from hardware.modem import Slot
from server import ledger, radio
from server.database import Check, Database, open_database
from server.desa import node as desa_node
from server.desa import steps
from server.desa.node import Node
from server.domain.decide import Decision
from server.domain.report import Stamp
from server.ledger import Ledger, day_of
from server.polres.store import engine
from server.radio import queue_notice
from sms import inbox
from sync import journal
from sync.entry import Entry
from sync.store import SqliteStore

Patches = Iterator[tuple[object, str, object]]
"""What is replaced: where, under which name, by what."""


@contextlib.contextmanager
def put_in(name: str) -> Iterator[None]:
    """Let this process work in a faulty way for a while; "" for none."""
    before = []
    try:
        for owner, attribute, value in _WAYS[name]() if name else ():
            before.append((owner, attribute, getattr(owner, attribute)))
            setattr(owner, attribute, value)
        yield
    finally:
        for owner, attribute, value in reversed(before):
            setattr(owner, attribute, value)


def _normal() -> Patches:
    """Commits wait for no fsync."""

    def opened(directory: Path, check: Check = lambda _: None) -> Database:
        database = open_database(directory, check)
        database.connection.execute("pragma synchronous=normal")
        return database

    pragmas = [one.replace("=full", "=normal") for one in engine._PRAGMAS]
    yield desa_node, "open_database", opened
    yield Database, "jot", Database.write
    yield engine, "_PRAGMAS", tuple(pragmas)


class _Emptied:
    """A modem whose slots are free already."""

    def __init__(self, modem: radio.Modem, listed: tuple[Slot, ...]) -> None:
        self._modem, self._listed = modem, listed

    @property
    def sim_id(self) -> str:
        return self._modem.sim_id

    def list(self) -> tuple[Slot, ...]:
        return self._listed

    def forget_all(self, slots: Sequence[Slot]) -> None:
        """They are."""


def _delete_first() -> Patches:
    """A slot is freed before its text is committed."""
    as_it_is = steps.listen

    def listen(node: Node, modem: radio.Modem, now_s: float, mark: str = "") -> steps.Outcome:
        listed = modem.list()
        if listed:
            modem.forget_all(listed)
        return as_it_is(node, _Emptied(modem, listed), now_s, mark)

    yield steps, "listen", listen


def _split_commit() -> Patches:
    """Entries, answers and read texts are committed one after the other."""

    def commit(
        self: Ledger,
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
        with self.database.write() as db:
            for number, notice in enumerate(decision.notices):
                queue_notice(
                    db, self.vault, notice, key=f"{cause}:{number}", official=decision.official,
                    day=day_of(stamp), stamp=stamp,
                )  # fmt: skip
        with self.database.write() as db:
            inbox.mark(db, inbox_ids, inbox.State.DONE, ledger._begun(decision))
            if also is not None:
                also()
        return entries

    yield Ledger, "_commit", commit


def _no_transactions() -> Patches:
    """Every statement is a commit of its own."""

    @contextlib.contextmanager
    def write(self: Database) -> Iterator[sqlite3.Connection]:
        with self.lock:
            yield self.connection

    yield Database, "write", write


def _unsynced_files() -> Patches:
    """Key files and backups take their names before their octets rest."""
    yield os, "fsync", lambda _handle: None


_WAYS = {
    "normal": _normal,
    "delete first": _delete_first,
    "split commit": _split_commit,
    "no transactions": _no_transactions,
    "unsynced files": _unsynced_files,
}
