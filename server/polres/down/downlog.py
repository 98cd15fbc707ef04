"""The Polres' own log to a desa: appending, framing for an exchange, and starting it anew."""

from dataclasses import dataclass
from datetime import UTC, datetime

from server.domain import events as e
from server.domain.codec import decode, encode
from server.domain.report import Stamp, Trust
from server.polres.district import District
from server.polres.projection import RECIPIENTS, Fold
from server.polres.store import nodes, reports
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from server.polres.store.reports import OrderRow
from server.vault import Lock, Vault
from sync import frame, journal, seal
from sync.chain import Head, LogId
from sync.entry import Entry, Flag, Header, Log, Shape, day_number, ticket_code
from sync.errors import CannotOpen, MalformedFrame
from sync.message import OCTETS_MAX
from sync.seal import KeyPair
from sync.session import Recipient, RecipientList, Role, read_wrap, wraps_for

FRAMES_OCTETS_MAX = OCTETS_MAX // 2
INSTANCE_MAX = 65_535


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes down in one exchange: packed frames, and (session, wrap) sealed to the run."""

    instance: int
    frames: tuple[bytes, ...]
    wraps: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a desa's run stands in our log."""

    run: bytes
    instance: int
    seq: int


def reader_id(node: int) -> bytes:
    """Whom a down frame's signature names: its desa, whose reading key changes at each start."""
    return b"desa" + node.to_bytes(5, "big")


def log_of(node: Node) -> LogId:
    """Our newest log to a desa."""
    return LogId(node.node, Log.DOWN, node.down_instance)


def append(
    connection: Connection, district: District, node: Node, event: e.Order, now_s: int
) -> tuple[int, int]:
    """Append an order to the log of a desa and fold it; returns its instance and number."""
    log_id = LogId(node.node, Log.DOWN, node.down_instance)
    store = PolresStore(connection)
    keys = district.running_session(node.node)
    nobody = Recipient(Role.OFFICER, "", b"")
    (wrap,) = wraps_for(keys, RecipientList(node.node, 0, (nobody,)), now_s)
    hidden = district.keys.hide("down", node.node, wrap.content)
    nodes.add_down_session(connection, node.node, keys.id, hidden, now_s)
    ticket = event.ticket if isinstance(event, e.StatusOrdered | e.AnswerOrdered) else None
    header = Header(
        node=node.node,
        instance=node.down_instance,
        log=Log.DOWN,
        seq=store.head(log_id).seq + 1,
        session=keys.id,
        shape=Shape.SEALED,
        day=day_number(datetime.fromtimestamp(now_s, UTC)),
        ticket=ticket_code(ticket),
        sets=0,
        flags=Flag.NONE,
    )
    body = encode(Stamp(now_s, Trust.NETWORK, 0, 0), event)
    vault = Vault(b"", keys, KeyPair(b"", b""))
    sealed = vault.seal_entry(Lock.SESSION, header.pack(), Log.DOWN, header.seq, body)
    entry = Entry(header, sealed)
    journal.append(store, log_id, (entry,))
    Fold(connection, district.keys, node).take((entry,))
    return header.instance, header.seq


def agrees(connection: Connection, node: Node, instance: int, head: Head) -> bool:
    """Whether what a desa holds of our log is what we hold.

    False when it holds more, or other entries under the same numbers: this server was restored
    from a backup and wrote on.
    """
    if instance != node.down_instance:
        return instance < node.down_instance
    if head.seq == 0:
        return True
    log_id = LogId(node.node, Log.DOWN, instance)
    return PolresStore(connection).hash_at(log_id, head.seq) == head.hash


def start_anew(
    connection: Connection, district: District, node: Node, instance: int, head: Head, now_s: int
) -> Node:
    """Begin a new instance of our log, and write again what the desa gave no receipt for.

    `instance` and `head` say where the desa stands in our log. Only after every entry of the
    desa was folded: a receipt that is still on its way would make the desa do an order twice.

    Raises:
        MalformedFrame: the desa names an instance that no other can follow.
    """
    fresh = max(node.down_instance, instance) + 1
    if fresh > INSTANCE_MAX:
        raise MalformedFrame
    nodes.change(connection, node.node, down_instance=fresh)
    known = instance == node.down_instance and agrees(connection, node, instance, head)
    arrived = head.seq if known else 0
    pending = [
        order
        for order in reports.orders(connection, node.node)
        if order.instance == node.down_instance
        and order.seq > arrived
        and order.kind != RECIPIENTS
        and order.expires_s > now_s
        and not _carried_out(order)
    ]
    after = nodes.get(connection, node.node)
    if after is None:
        raise MalformedFrame
    for order in pending:
        event = _stored(connection, district, node, order.seq)
        if event is not None:
            append(connection, district, after, event, now_s)
    return after


def deliver(
    connection: Connection, district: District, node: Node, place: Place, now_s: int
) -> Delivery:
    """The frames that follow what a desa holds, with their session keys sealed to its run.

    Sessions of orders without a receipt go again: a desa that restarted has lost their keys.
    """
    log_id = LogId(node.node, Log.DOWN, node.down_instance)
    store = PolresStore(connection)
    root, reader = district.keys.root, reader_id(node.node)
    journal.make_frames(store, log_id, root, reader)
    seq = place.seq if place.instance == node.down_instance else 0
    chosen = journal.pending(store, log_id, seq, FRAMES_OCTETS_MAX, root, reader, checked=True)
    wraps = []
    sessions = [one.session for one in chosen]
    for order in _unanswered(connection, node, now_s):
        entries = store.entries(log_id, order.seq, order.seq) if order.seq <= seq else ()
        sessions += [entry.header.session for entry in entries]
    for session in dict.fromkeys(sessions):
        hidden = nodes.down_session(connection, node.node, session)
        if hidden is not None:
            content = district.keys.reveal("down", node.node, hidden)
            wraps.append((session, seal.seal_box(place.run, content, district.random(32))))
    return Delivery(node.down_instance, tuple(map(frame.pack, chosen)), tuple(wraps))


def _unanswered(connection: Connection, node: Node, now_s: int) -> tuple[OrderRow, ...]:
    """Orders in our newest log that still wait for the desa's receipt."""
    return tuple(
        order
        for order in reports.orders(connection, node.node)
        if order.instance == node.down_instance
        and order.outcome is None
        and (order.expires_s > now_s or order.kind == RECIPIENTS)
    )


def _carried_out(order: OrderRow) -> bool:
    """A receipt older than the order is for another one, which a restore took from us."""
    return order.reached_desa_s is not None and order.reached_desa_s >= order.made_s


def _stored(
    connection: Connection, district: District, node: Node, seq: int
) -> e.StatusOrdered | e.AnswerOrdered | None:
    log_id = LogId(node.node, Log.DOWN, node.down_instance)
    for entry in PolresStore(connection).entries(log_id, seq, seq):
        hidden = nodes.down_session(connection, node.node, entry.header.session)
        if hidden is None:
            return None
        keys, _started_s = read_wrap(district.keys.reveal("down", node.node, hidden))
        try:
            body = Vault(b"", keys, KeyPair(b"", b"")).open_entry(entry)
        except CannotOpen:
            return None
        _stamp, event = decode(body)
        if isinstance(event, e.StatusOrdered | e.AnswerOrdered):
            return event
    return None
