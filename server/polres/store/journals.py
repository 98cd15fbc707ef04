"""The Polres' store of logs and frames."""

from typing import Final

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects.sqlite import insert

from server.polres.store.prepared import Prepared, where
from server.polres.store.tables import schema
from sync import chain, frame
from sync.chain import Head, LogId
from sync.entry import Entry, Header, Log
from sync.frame import Frame

_ENTRIES, _FRAMES = schema.entries, schema.frames
_LOG: Final = ("node", "log", "instance")
_NEWEST = Prepared(select(func.max(_ENTRIES.c.instance)).where(where(_ENTRIES, "node", "log")))
_HEAD = Prepared(
    select(_ENTRIES.c.seq, _ENTRIES.c.hash)
    .where(where(_ENTRIES, *_LOG))
    .order_by(_ENTRIES.c.seq.desc())
    .limit(1)
)
_HASH = Prepared(select(_ENTRIES.c.hash).where(where(_ENTRIES, *_LOG, "seq")))
_ADD = Prepared(_ENTRIES.insert())
_RUN = Prepared(
    select(_ENTRIES.c.header, _ENTRIES.c.body)
    .where(
        where(_ENTRIES, *_LOG),
        _ENTRIES.c.seq.between(bindparam("first"), bindparam("last")),
    )
    .order_by(_ENTRIES.c.seq)
)
_KEEP = Prepared(insert(_FRAMES).on_conflict_do_nothing())
_DROP = Prepared(
    _FRAMES.delete().where(where(_FRAMES, *_LOG), _FRAMES.c.last > bindparam("beyond"))
)
_FRAMED = Prepared(select(func.max(_FRAMES.c.last)).where(where(_FRAMES, *_LOG)))
_AFTER = Prepared(
    select(_FRAMES.c.frame)
    .where(where(_FRAMES, *_LOG), _FRAMES.c.last > bindparam("beyond"))
    .order_by(_FRAMES.c.last)
)


class PolresStore:
    """`sync.journal.Store` over SQLAlchemy Core; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def newest(self, node: int, log: Log) -> LogId | None:
        """The log of a node with the highest instance."""
        instance = _NEWEST.value(self._db, of_node=node, of_log=int(log))
        return None if instance is None else LogId(node, log, instance)

    def head(self, log_id: LogId) -> Head:
        """End of the log; its genesis when it is empty."""
        row = _HEAD.first(self._db, **_of(log_id))
        return chain.genesis(log_id) if row is None else Head(*row)

    def hash_at(self, log_id: LogId, seq: int) -> bytes | None:
        """The chain's hash at an entry."""
        digest: bytes | None = _HASH.value(self._db, **_of(log_id), of_seq=seq)
        return digest

    def add(self, log_id: LogId, entry: Entry, digest: bytes) -> None:
        """Append one entry whose hash is known."""
        packed = {"header": entry.header.pack(), "body": entry.body, "hash": digest}
        _ADD.run(self._db, **_key(log_id), seq=entry.header.seq, **packed)

    def entries(self, log_id: LogId, first: int, last: int) -> tuple[Entry, ...]:
        """Entries by number, both ends included."""
        rows = _RUN.run(self._db, **_of(log_id), first=first, last=last)
        return tuple(Entry(Header.unpack(header), body) for header, body in rows)

    def keep_frame(self, kept: Frame) -> None:
        """Keep a frame; the same frame again is no error."""
        place = {"first": kept.first, "last": kept.last}
        _KEEP.run(self._db, **_key(kept.log_id), **place, frame=frame.pack(kept))

    def drop_frames(self, log_id: LogId, seq: int) -> None:
        """Forget the kept frames that end beyond `seq`, so that they can be issued anew."""
        _DROP.run(self._db, **_of(log_id), beyond=seq)

    def framed_to(self, log_id: LogId) -> int:
        """Number of the last entry that lies in a kept frame."""
        return _FRAMED.value(self._db, **_of(log_id)) or 0

    def frames_after(self, log_id: LogId, seq: int, octets_max: int) -> tuple[Frame, ...]:
        """Kept frames that end beyond `seq`, oldest first, at least one, up to a total size."""
        rows = _AFTER.run(self._db, **_of(log_id), beyond=seq)
        return frame.take((packed for (packed,) in rows), seq, octets_max)

    def logs(self, node: int) -> tuple[LogId, ...]:
        """Every log of a node that holds an entry: down before up, oldest instance first."""
        rows = self._db.execute(
            select(_ENTRIES.c.log, _ENTRIES.c.instance)
            .where(_ENTRIES.c.node == node)
            .distinct()
            .order_by(_ENTRIES.c.log.desc(), _ENTRIES.c.instance)
        )
        return tuple(LogId(node, Log(row.log), row.instance) for row in rows)


def _key(log_id: LogId) -> dict[str, int]:
    return {"node": log_id.node, "log": int(log_id.log), "instance": log_id.instance}


def _of(log_id: LogId) -> dict[str, int]:
    return {"of_node": log_id.node, "of_log": int(log_id.log), "of_instance": log_id.instance}
