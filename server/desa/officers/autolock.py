"""Locking by itself: without an officer the node forgets every key that no work is waiting for."""

from server import lookup
from server.desa import sessions
from server.desa.node import Node
from sync.entry import Log
from sync.store import SqliteStore


def present(node: Node, now_s: float) -> None:
    """An officer did something at the pages."""
    node.present_s = now_s


def tend(node: Node, now_s: float) -> int:
    """Forget when no officer was there for the time that the settings say; gives how many."""
    if now_s - node.present_s < 60 * node.settings.lock.forget_min:
        return 0
    return forget(node)


def forget(node: Node) -> int:
    """Forget the keys of older sessions that owe nothing; gives of how many sessions.

    What stays is what the Polres would give back unasked: sessions with a text to read or to
    send, or with an open report. So reminders, answers and orders go on without anybody.
    """
    with node.database.lock:
        vault = node.vault
        with node.database.read() as db:
            tickets = lookup.open_tickets(node.projection.db)
            owed = sessions.owed(db, tickets, node.ledger.lineage)
        owed |= vault.remnants_of(owed)
        gone = vault.opened() - owed - _unanswered(node) - {vault.running.id}
        if not gone:
            return 0
        with node.database.read() as db:
            rows = db.execute("select id, session from inbox where state = 'done'").fetchall()
        locked = {row for row, session in rows if bytes(session) in gone}
        # A text that comes again begins a report of its own, as after a restart; an unlock merges.
        node.seen = {print_: row for print_, row in node.seen.items() if row not in locked}
        # It remembers opened bodies; the next frame begins without them.
        node.coder = None
        return vault.forget(gone)


def _unanswered(node: Node) -> frozenset[bytes]:
    """Sessions of the Polres' log with an order that was not carried out yet."""
    with node.database.read() as db:
        store = SqliteStore(db)
        log_id = store.newest(node.ledger.log_id.node, Log.DOWN)
        entries = () if log_id is None else store.entries(log_id, 1, store.head(log_id).seq)
    outcome = lookup.order_outcome
    return frozenset(
        entry.header.session
        for entry in entries
        if outcome(node.projection.db, entry.header.instance, entry.header.seq) is None
    )
