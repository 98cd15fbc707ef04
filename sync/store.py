"""The desa's store of logs and frames: plain SQL on its one writing connection."""

import sqlite3
from collections.abc import Container
from dataclasses import dataclass

from sync import chain, frame
from sync.chain import Head, LogId
from sync.entry import Entry, Flag, Header, Log
from sync.frame import Frame

_LOG = "node = ? and log = ? and instance = ?"
# Fields of a packed header, where SQL looks for them (see `sync.entry`).
_SESSION, _TICKET, _SETS, _FLAGS = (
    f"substr(header, {first}, {octets})" for first, octets in ((14, 16), (33, 4), (37, 1), (38, 1))
)


@dataclass(frozen=True, slots=True)
class Count:
    """Entries of a stretch of a log by what their headers say.

    Attributes:
        begun: those that set the state that was asked for.
        urgent: those of them that are urgent.
    """

    entries: int
    begun: int
    urgent: int


class SqliteStore:
    """`sync.journal.Store` over sqlite3; the caller owns the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def newest(self, node: int, log: Log) -> LogId | None:
        """The log of a node with the highest instance."""
        row = self._db.execute(
            "select max(instance) from entries where node = ? and log = ?", (node, log)
        ).fetchone()
        return None if row[0] is None else LogId(node, log, row[0])

    def instances(self, node: int, log: Log) -> tuple[int, ...]:
        """Instances of a node's logs that hold an entry, oldest first."""
        rows = self._db.execute(
            "select distinct instance from entries where node = ? and log = ? order by instance",
            (node, log),
        )
        return tuple(instance for (instance,) in rows)

    def head(self, log_id: LogId) -> Head:
        """End of the log; its genesis when it is empty."""
        row = self._db.execute(
            f"select seq, hash from entries where {_LOG} order by seq desc limit 1", _key(log_id)
        ).fetchone()
        return chain.genesis(log_id) if row is None else Head(row[0], row[1])

    def hash_at(self, log_id: LogId, seq: int) -> bytes | None:
        """The chain's hash at an entry."""
        row = self._db.execute(
            f"select hash from entries where {_LOG} and seq = ?", (*_key(log_id), seq)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def add(self, log_id: LogId, entry: Entry, digest: bytes) -> None:
        """Append one entry whose hash is known."""
        self._db.execute(
            "insert into entries (node, log, instance, seq, header, body, hash)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (*_key(log_id), entry.header.seq, entry.header.pack(), entry.body, digest),
        )

    def entries(self, log_id: LogId, first: int, last: int) -> tuple[Entry, ...]:
        """Entries by number, both ends included."""
        rows = self._db.execute(
            f"select header, body from entries where {_LOG} and seq between ? and ? order by seq",
            (*_key(log_id), first, last),
        )
        return tuple(Entry(Header.unpack(header), body) for header, body in rows)

    def count(self, log_id: LogId, first: int, last: int, sets: int) -> Count:
        """Entries by number, both ends included; `sets` is a state of the header."""
        row = self._db.execute(
            f"select count(*), count(case when {_SETS} = ? then 1 end),"
            f" count(case when {_SETS} = ? and {_FLAGS} = ? then 1 end)"
            f" from entries where {_LOG} and seq between ? and ?",
            (bytes([sets]), bytes([sets]), bytes([Flag.URGENT]), *_key(log_id), first, last),
        ).fetchone()
        return Count(*row)

    def begun(self, log_id: LogId) -> dict[int, bool]:
        """Reports that began in a log, as the header writes them, and whether they are urgent."""
        rows = self._db.execute(
            f"select {_TICKET}, {_FLAGS} = ? from entries where {_LOG} and {_SETS} = ?",
            (bytes([Flag.URGENT]), *_key(log_id), bytes([1])),
        )
        return {int.from_bytes(ticket, "big"): bool(urgent) for ticket, urgent in rows}

    def sessions_about(self, log_id: LogId, tickets: Container[int]) -> frozenset[bytes]:
        """Sessions of all entries that concern one of these tickets, as the header writes them."""
        rows = self._db.execute(
            f"select distinct {_TICKET}, {_SESSION} from entries where {_LOG}", _key(log_id)
        )
        return frozenset(
            session for ticket, session in rows if int.from_bytes(ticket, "big") in tickets
        )

    def keep_frame(self, kept: Frame) -> None:
        """Keep a frame; the same frame again is no error."""
        self._db.execute(
            "insert or ignore into frames (node, log, instance, first, last, frame)"
            " values (?, ?, ?, ?, ?, ?)",
            (*_key(kept.log_id), kept.first, kept.last, frame.pack(kept)),
        )

    def drop_frames(self, log_id: LogId, seq: int) -> None:
        """Forget the kept frames that end beyond `seq`, so that they can be issued anew."""
        self._db.execute(f"delete from frames where {_LOG} and last > ?", (*_key(log_id), seq))

    def framed_to(self, log_id: LogId) -> int:
        """Number of the last entry that lies in a kept frame."""
        row = self._db.execute(
            f"select max(last) from frames where {_LOG}", _key(log_id)
        ).fetchone()
        return int(row[0] or 0)

    def frames_after(self, log_id: LogId, seq: int, octets_max: int) -> tuple[Frame, ...]:
        """Kept frames that end beyond `seq`, oldest first, at least one, up to a total size."""
        rows = self._db.execute(
            f"select frame from frames where {_LOG} and last > ? order by last",
            (*_key(log_id), seq),
        )
        return frame.take((row[0] for row in rows), seq, octets_max)


def _key(log_id: LogId) -> tuple[int, int, int]:
    return log_id.node, int(log_id.log), log_id.instance
