"""The Polres' store of logs and frames."""

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select
from sqlalchemy.dialects.sqlite import insert

from server.polres.store import schema
from sync import chain, frame
from sync.chain import Head, LogId
from sync.entry import Entry, Header, Log
from sync.frame import Frame

_ENTRIES, _FRAMES = schema.entries, schema.frames
_ADD = _ENTRIES.insert()


class PolresStore:
    """`sync.journal.Store` over SQLAlchemy Core; the caller owns the transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def newest(self, node: int, log: Log) -> LogId | None:
        """The log of a node with the highest instance."""
        instance = self._db.scalar(
            select(func.max(_ENTRIES.c.instance)).where(
                _ENTRIES.c.node == node, _ENTRIES.c.log == int(log)
            )
        )
        return None if instance is None else LogId(node, log, instance)

    def head(self, log_id: LogId) -> Head:
        """End of the log; its genesis when it is empty."""
        row = self._db.execute(
            select(_ENTRIES.c.seq, _ENTRIES.c.hash)
            .where(_of(_ENTRIES, log_id))
            .order_by(_ENTRIES.c.seq.desc())
            .limit(1)
        ).first()
        return chain.genesis(log_id) if row is None else Head(row.seq, row.hash)

    def hash_at(self, log_id: LogId, seq: int) -> bytes | None:
        """The chain's hash at an entry."""
        digest: bytes | None = self._db.scalar(
            select(_ENTRIES.c.hash).where(_of(_ENTRIES, log_id), _ENTRIES.c.seq == seq)
        )
        return digest

    def add(self, log_id: LogId, entry: Entry, digest: bytes) -> None:
        """Append one entry whose hash is known."""
        packed = {"header": entry.header.pack(), "body": entry.body, "hash": digest}
        self._db.execute(_ADD, {**_key(log_id), "seq": entry.header.seq, **packed})

    def entries(self, log_id: LogId, first: int, last: int) -> tuple[Entry, ...]:
        """Entries by number, both ends included."""
        rows = self._db.execute(
            select(_ENTRIES.c.header, _ENTRIES.c.body)
            .where(_of(_ENTRIES, log_id), _ENTRIES.c.seq.between(first, last))
            .order_by(_ENTRIES.c.seq)
        )
        return tuple(Entry(Header.unpack(row.header), row.body) for row in rows)

    def keep_frame(self, kept: Frame) -> None:
        """Keep a frame; the same frame again is no error."""
        self._db.execute(
            insert(_FRAMES)
            .values(**_key(kept.log_id), first=kept.first, last=kept.last, frame=frame.pack(kept))
            .on_conflict_do_nothing()
        )

    def drop_frames(self, log_id: LogId, seq: int) -> None:
        """Forget the kept frames that end beyond `seq`, so that they can be issued anew."""
        self._db.execute(_FRAMES.delete().where(_of(_FRAMES, log_id), _FRAMES.c.last > seq))

    def framed_to(self, log_id: LogId) -> int:
        """Number of the last entry that lies in a kept frame."""
        last = self._db.scalar(select(func.max(_FRAMES.c.last)).where(_of(_FRAMES, log_id)))
        return last or 0

    def frames_after(self, log_id: LogId, seq: int, octets_max: int) -> tuple[Frame, ...]:
        """Kept frames that end beyond `seq`, oldest first, at least one, up to a total size."""
        rows = self._db.execute(
            select(_FRAMES.c.frame)
            .where(_of(_FRAMES, log_id), _FRAMES.c.last > seq)
            .order_by(_FRAMES.c.last)
        )
        return frame.take((row.frame for row in rows), seq, octets_max)

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


def _of(table: Table, log_id: LogId) -> ColumnElement[bool]:
    return and_(*(table.c[name] == value for name, value in _key(log_id).items()))
