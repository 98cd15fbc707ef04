"""Orders that a restore took from us, taken back from the copy that the desa keeps."""

from collections.abc import Sequence

from server.domain import events as e
from server.domain.codec import decode
from server.domain.report import Stamp
from server.polres.district import District
from server.polres.down import downlog
from server.polres.projection import refold
from server.polres.store import nodes, reports, restores
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from server.polres.store.restores import EvidenceRow
from server.vault import Vault
from sync import frame, journal
from sync.chain import LogId
from sync.entry import Entry, Log
from sync.errors import Fork, SyncError
from sync.frame import Frame
from sync.restores.claim import Claim
from sync.seal import KeyPair
from sync.session import read_wrap

LOST = "lost order"
_Order = e.StatusOrdered | e.AnswerOrdered


def take_back(
    connection: Connection, district: District, node: Node, shown: Claim, now_s: int
) -> bool:
    """Take back what a desa shows of our log and we do not hold; False when it must wait.

    Only after every entry of the desa is here: a receipt that is still on its way would make the
    desa carry an order out twice. What we wrote since the restore stays; an order that was lost
    and still waits in the desa is then written again in our newest log.
    """
    instance, head = shown.logs[-1]
    if PolresStore(connection).head(LogId(node.node, Log.UP, instance)) != head:
        return False
    vault = _vault(connection, district, node, shown, now_s)
    lost: list[Entry] = []
    for packed in shown.down:
        try:
            received = frame.unpack(packed)
            if received.log_id.node != node.node or received.log_id.log is not Log.DOWN:
                break
            lost += _take(connection, district, node.node, received, now_s)
        except SyncError:
            break
    if lost:
        # Folded anew: their receipts came before they did.
        refold(connection, district.keys, node)
        _again(connection, district, nodes.get(connection, node.node) or node, lost, vault, now_s)
    return True


def _take(
    connection: Connection, district: District, number: int, received: Frame, now_s: int
) -> tuple[Entry, ...]:
    """Take one frame; gives its entries that we lacked.

    Raises:
        SyncError: neither it nor what follows it can be taken.
    """
    store = PolresStore(connection)
    try:
        with connection.begin_nested():
            own = district.keys.root.public
            taken = journal.accept(store, received, own, downlog.reader_id(number)).new
    except Fork:
        # We wrote on after the restore: theirs is proof of what was lost, signed by ourselves.
        proof = EvidenceRow(number, LOST, now_s, frame.pack(received))
        restores.add_evidence(connection, proof)
        every = frame.entries_of(received)
        return tuple(one for one in every if not _held(store, received.log_id, one))
    node = nodes.get(connection, number)
    if node is not None and received.log_id.instance > node.down_instance:
        nodes.change(connection, number, down_instance=received.log_id.instance)
    return taken


def _held(store: PolresStore, log_id: LogId, entry: Entry) -> bool:
    return entry in store.entries(log_id, entry.header.seq, entry.header.seq)


def _again(
    connection: Connection,
    district: District,
    node: Node,
    entries: Sequence[Entry],
    vault: Vault,
    now_s: int,
) -> None:
    """Write orders again that the desa was given and has not carried out.

    What stands in our newest log under its own number needs no writing: the desa holds it there.
    """
    newest = downlog.log_of(node)
    store = PolresStore(connection)
    known = {(one.instance, one.seq): one for one in reports.orders(connection, node.node)}
    for entry in entries:
        opened = _opened(entry, vault)
        in_place = entry.header.instance == newest.instance and _held(store, newest, entry)
        if opened is None or in_place:
            continue
        stamp, event = opened
        row = known.get((entry.header.instance, entry.header.seq))
        reached_s = None if row is None else row.reached_desa_s
        carried_out = reached_s is not None and reached_s >= stamp.wall_s
        if event.expires_s > now_s and not carried_out:
            downlog.append(connection, district, node, event, now_s)


def _opened(entry: Entry, vault: Vault) -> tuple[Stamp, _Order] | None:
    try:
        stamp, event = decode(vault.open_entry(entry))
    except SyncError:
        return None
    return (stamp, event) if isinstance(event, e.StatusOrdered | e.AnswerOrdered) else None


def _vault(
    connection: Connection, district: District, node: Node, shown: Claim, now_s: int
) -> Vault:
    """The keys of our lost sessions that the running box still knew; kept hidden from here on."""
    vault: Vault | None = None
    for content in shown.down_keys:
        try:
            keys, _started_s = read_wrap(content)
        except SyncError:
            continue
        if vault is None:
            vault = Vault(b"", keys, KeyPair(b"", b""))
        vault.learn(keys)
        hidden = district.keys.hide("down", node.node, content)
        nodes.add_down_session(connection, node.node, keys.id, hidden, now_s)
    return vault or Vault(b"", district.running_session(node.node), KeyPair(b"", b""))
