"""Carrying over: what the Polres lacks of a box's former logs is written again in its new one."""

from server.desa.node import Node
from server.desa.restores import successor
from server.domain import codec
from server.domain import events as e
from server.domain.decide import Decision
from sync import peers
from sync.chain import LogId
from sync.entry import Entry, Log
from sync.errors import SyncError
from sync.message import Certificate
from sync.restores.claim import MARK_OCTETS, Marks
from sync.store import SqliteStore

# A log says among these which one it goes on from; a restored box begins its session before.
FIRST_ENTRIES = 8


def go_on(
    node: Node, octets: bytes, made: Certificate, marks: tuple[Marks, ...], now_s: float
) -> int:
    """Begin the log of a new certificate with what the Polres lacks; gives how many were carried.

    All of it is one transaction: a power cut leaves the box where it was, and it asks again.
    """
    ledger = node.ledger
    with node.database.lock:
        old = ledger.log_id
        try:
            with node.database.write() as db:
                store = SqliteStore(db)
                peers.keep_certificate(db, octets)
                head, common = store.head(old), _common(store, old, marks)
                entries = store.entries(old, common + 1, head.seq)
                carried = _carried(node, store, old, entries)
                ledger.turn(LogId(old.node, Log.UP, made.instance))
                resumed = e.Resumed(old.instance, head.seq, head.hash, common)
                _write(node, (resumed, *carried), now_s)
        except BaseException:
            ledger.turn(old)
            raise
        node.keys = successor.settle(node.directory, node.keys, made)
        node.known.forget()
        node.coder = None
    return len(carried)


def again(node: Node, marks: tuple[Marks, ...], now_s: float) -> int:
    """Write again what a Polres that was set back lost of former logs; gives how many."""
    count = 0
    with node.database.write() as db:
        store = SqliteStore(db)
        ends = _ends(node, store)
        for log_id, _ in node.ledger.lineage.logs[:-1]:
            first = _common(store, log_id, marks) + 1
            last = ends.get(log_id.instance, 0)
            events = _carried(node, store, log_id, store.entries(log_id, first, last))
            if events:
                _write(node, events, now_s)
            count += len(events)
    return count


def _common(store: SqliteStore, log_id: LogId, marks: tuple[Marks, ...]) -> int:
    """The last entry of a log that the Polres is known to hold as we do."""
    told = next((one.at for one in marks if one.instance == log_id.instance), ())
    agreed = (
        seq for seq, mark in told if (store.hash_at(log_id, seq) or b"")[:MARK_OCTETS] == mark
    )
    return max(agreed, default=0)


def _ends(node: Node, store: SqliteStore) -> dict[int, int]:
    """Former log -> its last entry that was not carried into the log after it."""
    ends = {}
    for log_id, _ in node.ledger.lineage.logs:
        for entry in store.entries(log_id, 1, FIRST_ENTRIES):
            event = _read(node, entry)
            if isinstance(event, e.Resumed):
                ends[event.instance] = event.common
    return ends


def _carried(
    node: Node, store: SqliteStore, log_id: LogId, entries: tuple[Entry, ...]
) -> tuple[e.Carried, ...]:
    return tuple(_named(node, store, log_id, entry) for entry in entries)


def _named(node: Node, store: SqliteStore, log_id: LogId, entry: Entry) -> e.Carried:
    """An entry with the name that it first had; what was carried before keeps its own."""
    event = _read(node, entry)
    if isinstance(event, e.Carried):
        return event
    header = entry.header
    digest = store.hash_at(log_id, header.seq) or b""
    return e.Carried(header.instance, header.seq, digest, header.pack(), entry.body)


def _read(node: Node, entry: Entry) -> e.Event | None:
    try:
        return codec.decode(node.vault.open_entry(entry))[1]
    except SyncError:
        return None


def _write(node: Node, events: tuple[e.DesaEvent, ...], now_s: float) -> None:
    """Write them, and owe the Polres the wraps of the sessions that they were sealed in."""
    ledger = node.ledger
    ledger.record(node.stamp(now_s), Decision(events), cause="carried")
    with node.database.write() as db:
        head = SqliteStore(db).head(ledger.log_id)
        rows = db.execute("select id from sessions order by number desc limit 512").fetchall()
        peers.owe_wraps(db, ledger.log_id, head.seq, (bytes(one) for (one,) in rows))
