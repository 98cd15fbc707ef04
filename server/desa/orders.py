"""Orders of the Polres, and what follows when older sessions are opened."""

from server import lookup
from server.desa import intake
from server.desa.node import Node, begin_session, people_of
from server.desa.officers import listed, lost
from server.domain import codec
from server.domain import events as e
from server.domain.decide import Decision, decide_order
from server.domain.errors import Reason, Refused
from sync import peers
from sync.entry import Entry, Log
from sync.errors import CannotOpen, SyncError
from sync.message import State
from sync.store import SqliteStore

_TROUBLES = {
    State.FORK: "Ada dua kotak dengan riwayat desa ini. Hubungi Polres sebelum melanjutkan.",
    State.RESTORED_CARD: (
        "Kartu ini lebih tua daripada yang sudah diterima Polres. Telepon Polres agar kotak ini "
        "boleh melanjutkan; folder ini jangan dihapus."
    ),
    State.REPLACED: (
        "Desa ini sudah memakai kotak lain. Kiriman kotak ini disimpan terpisah di Polres. "
        "Telepon Polres bila kotak inilah yang benar."
    ),
    State.REVOKED: "Polres menutup kotak ini karena dilaporkan hilang. Hubungi Polres.",
    State.KEYS_NEED_PERSON: (
        "Kunci sesi lama menunggu persetujuan petugas Polres. Telepon Polres bila mendesak."
    ),
}


def trouble(state: str) -> str:
    """What people must do about a state that the Polres named."""
    return _TROUBLES.get(state, "")


def unlocked(node: Node, by: str, count: int, now_s: float) -> None:
    """Keys of older sessions came: journal it, read and send what they opened."""
    node.ledger.record(
        node.stamp(now_s), Decision((e.SessionsUnlocked(by, count),)), cause="unlock"
    )
    listed.share(node, now_s)
    lost.give_back(node)
    opened(node, now_s)


def opened(node: Node, now_s: float) -> None:
    """Older sessions lie open: read and send what they held."""
    intake.remember_seen(node, now_s)
    intake.read_pending(node, now_s, thorough=True)
    node.speak_soon.set()


def apply(node: Node, now_s: float) -> int:
    """Carry out every order that has no receipt yet and can be read; gives how many."""
    done = 0
    for entry in waiting(node):
        done += _apply_one(node, entry, now_s)
    if done:
        node.speak_soon.set()
        node.exchange_soon.set()
    return done


def waiting(node: Node) -> tuple[Entry, ...]:
    """Orders in the Polres' newest log that have no receipt yet."""
    with node.database.read() as db:
        store = SqliteStore(db)
        log_id = store.newest(node.ledger.log_id.node, Log.DOWN)
        entries = () if log_id is None else store.entries(log_id, 1, store.head(log_id).seq)
    done = node.projection.db
    return tuple(
        entry
        for entry in entries
        if lookup.order_outcome(done, entry.header.instance, entry.header.seq) is None
    )


def _apply_one(node: Node, entry: Entry, now_s: float) -> bool:
    try:
        _, event = codec.decode(node.vault.open_entry(entry))
    except CannotOpen:
        return False
    except SyncError:
        _receipt(node, entry, None, "tidak terbaca", now_s)
        return True
    match event:
        case e.RecipientsOrdered():
            _receipt(node, entry, None, _new_list(node, event.signed_list, now_s), now_s)
            return True
        case e.StatusOrdered() | e.AnswerOrdered():
            return _case_order(node, entry, event, now_s)
        case e.KeysReturned():
            _receipt(node, entry, None, "diterima", now_s)
            return True
        case _:
            _receipt(node, entry, None, "tidak dikenal", now_s)
            return True


def _case_order(
    node: Node, entry: Entry, order: e.StatusOrdered | e.AnswerOrdered, now_s: float
) -> bool:
    stamp = node.stamp(now_s)
    decided = decide_order(order, node.projection.report(order.ticket), stamp.wall_s)
    if isinstance(decided, Refused) and decided.reason is Reason.LOCKED:
        return False
    if isinstance(decided, Decision):
        name = f"order:{entry.header.instance}:{entry.header.seq}"
        _receipt(
            node,
            entry,
            order.ticket,
            "dijalankan",
            now_s,
            intake.with_reactions(node, decided, stamp, name=name),
        )
        return True
    outcome = decided if isinstance(decided, str) else decided.reason.value
    _receipt(node, entry, order.ticket, outcome, now_s)
    return True


def _receipt(
    node: Node,
    entry: Entry,
    ticket: str | None,
    outcome: str,
    now_s: float,
    decision: Decision | None = None,
) -> None:
    """Journal what became of an order, together with what it did."""
    header = entry.header
    decided = decision or Decision(())
    receipt = e.OrderReceived(header.instance, header.seq, ticket, outcome)
    whole = Decision((*decided.events, receipt), decided.notices)
    cause = f"order:{header.instance}:{header.seq}"
    node.ledger.record(node.stamp(now_s), whole, cause=cause)


def _new_list(node: Node, signed: bytes, now_s: float) -> str:
    try:
        people = peers.check_people(signed, node.keys.pinned)
    except SyncError:
        return "tanda tangan daftar tidak cocok"
    with node.database.read() as db:
        if peers.value(db, peers.PEOPLE) == signed:
            return "diterapkan"
    before = people_of(node)
    if people.version <= before.version:
        return "daftar lebih lama"
    with node.database.write() as db:
        peers.keep_people(db, signed)
        listed.changed(node, before, people, now_s)
    begin_session(node, now_s)
    return "diterapkan"
