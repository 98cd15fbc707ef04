"""What is due to go by air: urgent reports, then requests for keys, then a heartbeat."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from server import lookup
from server.air import reports
from server.desa import sessions
from server.desa.air import books
from server.desa.air.state import Try
from server.desa.node import Node
from server.domain import codec
from server.domain.report import Trust
from sms import outbox
from sync import peers
from sync.airtime import reports as pieces
from sync.airtime import sealed
from sync.airtime.head import Head, Kind
from sync.airtime.sealed import PairKeys
from sync.airtime.words import CREDIT_UNKNOWN, Beat, KeysAsked, split_wrap
from sync.errors import SyncError
from sync.seal import agreeing
from sync.store import SqliteStore

HOUR_S: Final = 3_600
TRIES_MAX: Final = 8
WRAPS_MAX: Final = 2
_LOOK_ASKS_S: Final = 30.0
_FIRST_BEAT_S: Final = 60.0
_LOOK_LOCKED_S: Final = 30.0

Body = Callable[[Head], bytes]
"""Makes the body of an SMS whose head is known."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to send.

    Attributes:
        sms: kind and body of each SMS.
        about: number of the entry that it tells of, 0 for none.
        ticket: of that entry.
        attempt: what waits for an answer; None for a heartbeat.
    """

    kind: Kind
    sms: tuple[tuple[Kind, Body], ...]
    about: int = 0
    ticket: str | None = None
    attempt: Try | None = None

    @property
    def urgent(self) -> bool:
        """Whether it goes before everything but alarms."""
        return self.kind is Kind.REPORT


def urgent_job(node: Node, now_s: float) -> Job | None:
    """The oldest urgent report that waits for no exchange any more."""
    _look(node, now_s)
    air = node.air
    waits_s = 0.0 if air.missed_s is not None else float(node.settings.air.after_s)
    for seq, attempt in tuple(air.owed.items()):
        if now_s < max(attempt.due_s, attempt.seen_s + waits_s) or attempt.tries >= TRIES_MAX:
            continue
        job = _report(node, seq, attempt, now_s)
        if job is not None:
            return job
    return None


def _look(node: Node, now_s: float) -> None:
    """Note urgent entries that are new, and forget those that the Polres has."""
    air, log_id = node.air, node.ledger.log_id
    with node.database.read() as db:
        if air.acked is None:
            known = peers.receipt(db)
            ours = known is not None and known[0].log_id == log_id
            air.acked = known[0].head.seq if known is not None and ours else 0
        air.looked_to = max(air.looked_to, air.acked)
        fresh, air.looked_to = books.urgent_entries(db, log_id.node, log_id.instance, air.looked_to)
        for seq in fresh:
            if not books.is_answered(db, log_id.instance, seq):
                air.owed[seq] = Try(now_s)
    for seq in [one for one in air.owed if one <= air.acked]:
        del air.owed[seq]


def _report(node: Node, seq: int, attempt: Try, now_s: float) -> Job | None:
    """A report that can be opened and may go; what may never go is forgotten here."""
    with node.database.read() as db:
        entries = SqliteStore(db).entries(node.ledger.log_id, seq, seq)
    try:
        stamp, event = codec.decode(node.vault.open_entry(entries[0]))
    except SyncError:
        # Locked, or a complaint about an official: keys may yet come for the first.
        attempt.due_s = now_s + _LOOK_LOCKED_S
        return None
    if not reports.may_go(event):
        del node.air.owed[seq]
        return None
    said = pieces.split(reports.told(event, stamp, seq))
    sms = tuple((Kind.REPORT, _constant(body)) for body in said)
    return Job(Kind.REPORT, sms, seq, event.ticket, attempt)


def _constant(body: bytes) -> Body:
    return lambda _: body


def roadless(node: Node, now_s: float) -> bool:
    """Whether the node must do without exchanges now."""
    return node.air.roadless(now_s, node.started_s, float(node.settings.air.after_s))


def other_job(node: Node, now_s: float) -> Job | None:
    """A request for keys or a heartbeat, while no exchange succeeds."""
    if not roadless(node, now_s):
        return None
    return _ask(node, now_s) or _beat(node, now_s)


def _ask(node: Node, now_s: float) -> Job | None:
    air = node.air
    if air.asks_looked_s is None or now_s - air.asks_looked_s >= _LOOK_ASKS_S:
        air.asks_looked_s = now_s
        with node.database.read() as db:
            locked = lookup.open_locked(node.projection.db)
            air.wanted = sessions.wanted(db, node.vault, locked, node.ledger.lineage)
    if not air.wanted:
        air.asking = None
        return None
    if air.asking is None:
        air.asking = Try(now_s)
    if now_s < air.asking.due_s:
        return None
    time_s = max(0, node.stamp(now_s).wall_s)

    def body(head: Head) -> bytes:
        shown = sealed.proof(run_key(node), head)
        return KeysAsked(node.vault.ram.public, shown, time_s, air.wanted).pack()

    wraps = tuple((Kind.WRAP, _constant(piece)) for piece in _wraps_owed(node))
    return Job(Kind.KEYS_ASKED, (*wraps, (Kind.KEYS_ASKED, body)), attempt=air.asking)


def _wraps_owed(node: Node) -> tuple[bytes, ...]:
    """Wraps of wanted sessions of which no frame has come to the Polres, and so no wrap."""
    log_id, acked = node.ledger.log_id, node.air.acked or 0
    bodies: list[bytes] = []
    with node.database.read() as db:
        for session in node.air.wanted[:WRAPS_MAX]:
            box = books.wrap_owed(db, (log_id.node, log_id.instance), session, acked)
            if box is not None:
                bodies += [piece.pack() for piece in split_wrap(session, box)]
    return tuple(bodies)


def pair_keys(node: Node, exchange: bytes | None = None) -> PairKeys:
    """The keys that the node shares with its Polres, by the newest exchange key or another."""
    log_id = node.ledger.log_id
    mine = agreeing(node.keys.identity.signing)
    return sealed.pair_keys(mine, exchange or node.keys.exchange, log_id.node, log_id.instance)


def run_key(node: Node, exchange: bytes | None = None) -> bytes:
    """The key that the running session shares with the Polres, as `pair_keys`."""
    log_id = node.ledger.log_id
    theirs = exchange or node.keys.exchange
    return sealed.run_key(node.vault.ram, theirs, log_id.node, log_id.instance)


def _beat(node: Node, now_s: float) -> Job | None:
    if now_s < node.air.beat_due_s or not _beat_wanted(node, now_s):
        return None
    return Job(Kind.HEARTBEAT, ((Kind.HEARTBEAT, lambda head: _beaten(node, head, now_s).pack()),))


def _beat_wanted(node: Node, now_s: float) -> bool:
    air, period_s = node.air, node.settings.air.heartbeat_h * HOUR_S
    if not period_s or (air.met_s is not None and now_s - air.met_s < period_s):
        return False
    if air.beat_s is not None:
        return now_s - air.beat_s >= period_s
    with node.database.read() as db:
        last_s = books.value(db, books.BEAT_S)
    stamp = node.stamp(now_s)
    # A box that starts often does not spend an SMS on each start.
    if last_s and stamp.trust >= Trust.LAST_SEEN and 0 <= stamp.wall_s - last_s < period_s:
        return False
    return now_s - node.started_s >= _FIRST_BEAT_S


def _beaten(node: Node, head: Head, now_s: float) -> Beat:
    stamp, log_id = node.stamp(now_s), node.ledger.log_id
    with node.database.read() as db:
        end = SqliteStore(db).head(log_id)
        waiting = sum(outbox.waiting_by_purpose(db).values())
        locked = bool(lookup.open_locked(node.projection.db))
    return Beat(
        seq=end.seq,
        head=end.hash[:8],
        time_s=max(0, stamp.wall_s),
        backlog=max(0, end.seq - (node.air.acked or 0)),
        credit_rp=_credit(node),
        up_min=int(now_s - node.started_s) // 60,
        starts=stamp.boot,
        waiting=waiting,
        locked=locked,
        roadless=node.air.missed_s is not None,
        signal_percent=node.health.signal_percent,
        run=node.vault.ram.public,
        proof=sealed.proof(run_key(node), head),
    )


def _credit(node: Node) -> int:
    sims = {radio.sim for radio in tuple(node.health.radios.values())}
    known = [
        asking.purse.balance_rp
        for sim, asking in tuple(node.askings.items())
        if sim in sims and asking.purse.balance_rp is not None
    ]
    return max(known, default=CREDIT_UNKNOWN)
