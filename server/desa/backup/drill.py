"""The restore drill: a backup is opened into memory, and everything in it is proven."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.database import Database, open_memory
from server.desa.backup import sealed_file
from server.desa.backup.errors import DrillFailed, FileBroken
from server.desa.backup.sealed_file import Head, Meta
from server.projection import Projection
from server.vault import Vault
from sync import chain
from sync.chain import LogId
from sync.entry import Entry, Header, Log
from sync.errors import SyncError
from sync.restores.lineage import lineage_of
from sync.seal import KeyPair
from sync.session import SessionKeys
from sync.store import SqliteStore

# The octets that were read, SQLite's own copy of them, the folded tables, and some room.
_TIMES_IN_MEMORY: Final = 3
_ROOM_OCTETS: Final = 48 << 20
_STEP: Final = 500
_Rows = Callable[[LogId], Iterator[list[tuple[bytes, bytes, bytes]]]]
"""Header, body and hash of a log's entries, some at a time."""
_NO_KEYS: Final = SessionKeys(b"", None, None, None)
_NO_PAIR: Final = KeyPair(b"", b"")
_SETS_AT: Final = 37
"""Where the state that an entry sets stands in its header, counted as SQL does."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a backup was found to hold.

    Attributes:
        entries: of the box's journal, all its instances, in one chain each.
        reports: that it folds to.
        whole: False where it was read back but too large to be opened.
    """

    meta: Meta
    entries: int
    reports: int
    whole: bool = True


def closed_vault(duty: bytes) -> Vault:
    """A vault that opens what lies under the duty key alone, as that of a locked box."""
    return Vault(duty, _NO_KEYS, _NO_PAIR)


def rehearse(
    path: Path,
    key_of: Callable[[Head], bytes | None],
    vault: Vault,
    free_octets: Callable[[], int | None],
    live: Database | None = None,
    breathe: Callable[[], object] = lambda: None,
) -> Proven:
    """The drill: open a backup into memory, check all of it, compare it with the box's journal.

    Args:
        path: the file.
        key_of: the key for a head, None where there is none.
        vault: opens entries for the fold, as far as it can.
        free_octets: memory that may be used, None when that is not known. A backup too large
            for it is only read back, octet by octet.
        live: the box's own database, where this is its own backup.
        breathe: called every some hundred entries, so that others get their turn; may raise.

    Raises:
        FileBroken, FileNewer, KeyMissing, OSError: it cannot be opened.
        DrillFailed: it opens, but what it holds is not sound, or the journal says else.
    """
    opened = sealed_file.read(path, key_of)
    length, free = opened.meta.database_octets, free_octets()
    if free is not None and _TIMES_IN_MEMORY * length + _ROOM_OCTETS > free:
        for _ in opened.database:
            pass
        return Proven(opened.meta, 0, 0, whole=False)
    with closing(_in_memory(opened.database, length)) as memory:
        proven = examine(memory, opened.head, opened.meta, vault, breathe)
        if live is not None:
            _compare(memory, live)
    return proven


def examine(
    db: sqlite3.Connection,
    head: Head,
    meta: Meta,
    vault: Vault,
    breathe: Callable[[], object] = lambda: None,
) -> Proven:
    """Prove an opened backup: the database, every chain, the fold.

    Raises:
        DrillFailed: it is not sound.
    """

    def rows(log_id: LogId) -> Iterator[list[tuple[bytes, bytes, bytes]]]:
        for some in _rows(db, log_id):
            breathe()
            yield some

    entries = _check(db, head, meta, rows)
    own = LogId(head.node, Log.UP, meta.instance)
    return Proven(meta, entries, _fold(lineage_of(SqliteStore(db), own).logs, vault, rows))


def _in_memory(pieces: Iterable[bytes], length: int) -> sqlite3.Connection:
    octets = bytearray()
    for piece in pieces:
        octets += piece
    if len(octets) != length:
        raise FileBroken
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        memory.deserialize(octets)
        memory.execute("pragma temp_store=memory")
        memory.execute("pragma trusted_schema=off")
        memory.execute("pragma query_only=on")
    except (sqlite3.Error, OverflowError) as error:
        memory.close()
        raise DrillFailed from error
    return memory


def _check(memory: sqlite3.Connection, head: Head, meta: Meta, rows: _Rows) -> int:
    """Integrity, every chain from its beginning, and the end that was told; counts own entries."""
    try:
        if memory.execute("pragma integrity_check").fetchall() != [("ok",)]:
            raise DrillFailed
        logs = memory.execute("select distinct node, log, instance from entries").fetchall()
        own = LogId(head.node, Log.UP, meta.instance)
        ends = {own: chain.genesis(own)}
        for node, log, instance in logs:
            log_id = LogId(node, Log(log), instance)
            ends[log_id] = _follow(log_id, rows)
        if ends[own] != chain.Head(meta.seq, meta.hash):
            raise DrillFailed
    except (sqlite3.Error, SyncError, ValueError) as error:
        raise DrillFailed from error
    return sum(end.seq for one, end in ends.items() if one.log is Log.UP)


def _follow(log_id: LogId, rows: _Rows) -> chain.Head:
    head = chain.genesis(log_id)
    for some in rows(log_id):
        entries = [Entry(Header.unpack(header), body) for header, body, _ in some]
        heads = chain.follow(log_id, head, entries)
        if [one.hash for one in heads] != [bytes(digest) for _, _, digest in some]:
            raise DrillFailed
        head = heads[-1]
    return head


def _rows(memory: sqlite3.Connection, log_id: LogId) -> Iterator[list[tuple[bytes, bytes, bytes]]]:
    rows = memory.execute(
        "select header, body, hash from entries where node = ? and log = ? and instance = ?"
        " order by seq",
        (log_id.node, int(log_id.log), log_id.instance),
    )
    while some := rows.fetchmany(_STEP):
        yield some


def _fold(logs: Iterable[tuple[LogId, int]], vault: Vault, rows: _Rows) -> int:
    """How many reports the box's logs fold to."""
    tables = open_memory()
    with closing(tables.connection):
        projection = Projection(tables.connection)
        for log_id, shift in logs:
            for some in rows(log_id):
                try:
                    entries = [Entry(Header.unpack(header), body) for header, body, _ in some]
                    projection.add(entries, vault, shift)
                except (sqlite3.Error, SyncError, ValueError) as error:
                    raise DrillFailed from error
        return int(projection.db.execute("select count(*) from reports").fetchone()[0])


def _compare(memory: sqlite3.Connection, live: Database) -> None:
    """The box's journal, as far as the backup goes, must be the backup's, entry for entry."""
    counted = (
        f"select log, instance, max(seq), count(*), total(substr(header, {_SETS_AT}, 1) = x'01')"
        " from entries {} group by log, instance"
    )
    for log, instance, last, entries, begun in memory.execute(counted.format("")).fetchall():
        part = "where log = ? and instance = ? and seq <= ?"
        with live.read() as db:
            there = db.execute(counted.format(part), (log, instance, last)).fetchall()
            ends = [
                one.execute(
                    "select hash from entries where log = ? and instance = ? and seq = ?",
                    (log, instance, last),
                ).fetchone()
                for one in (memory, db)
            ]
        if there != [(log, instance, last, entries, begun)] or ends[0] != ends[1]:
            raise DrillFailed
