"""What the pages and `desa status` tell about the parcel road."""

from server.desa import orders
from server.desa.node import Node
from server.desa.parcel.told import ToCarry
from sync.entry import day_date
from sync.parcel import carry
from sync.quick import carry as quick
from sync.store import SqliteStore


def waiting(node: Node) -> ToCarry:
    """How the parcel road stands."""
    log_id = node.ledger.log_id
    with node.database.lock:
        unread = len(orders.waiting(node))
    with node.database.read() as db:
        store = SqliteStore(db)
        head, acked = store.head(log_id).seq, quick.acked(db, log_id)
        oldest = store.entries(log_id, acked + 1, acked + 1)
        made, returned_s = carry.made(db), carry.took(db)
    return ToCarry(
        entries=max(0, head - acked),
        since=day_date(oldest[0].header.day) if oldest else None,
        made_s=None if made is None else made[0],
        entries_since=0 if made is None else max(0, head - made[1]),
        returned_s=returned_s,
        orders=unread,
    )
