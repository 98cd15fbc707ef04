"""An erasure: the keys of what stays are wrapped anew, then the sessions' wraps are destroyed."""

from server.desa import sessions
from server.desa.forgetting import due, held
from server.desa.forgetting.due import Plan
from server.desa.node import Node, people_of
from server.desa.officers import delegation, listed
from server.ledger import day_of
from server.vault import Row
from sync import seal, session
from sync.canonical import pack, row, unpack
from sync.errors import CannotOpen, MalformedFrame
from sync.session import RecipientList, Role, SessionKeys

_VERSION = 1


def tend(node: Node, now_s: float) -> int:
    """Erase what may go, at most once in the time that the settings say; gives how many reports.

    It looks once a day, and again when keys came.
    """
    looked = (node.vault.learnt, day_of(node.stamp(now_s)))
    count = 0
    if looked != node.erasure_looked:
        node.erasure_looked = looked
        with node.database.lock:
            if _may(node, now_s):
                plan = due.plan(node, now_s)
                count = 0 if plan is None else erase(node, plan, now_s)
    return count + held.tell(node, now_s)


def _may(node: Node, now_s: float) -> bool:
    if listed.troubles(node):
        # What stays would be wrapped to fewer than the Polres wants.
        return False
    with node.database.read() as db:
        (newest_s,) = db.execute("select max(asked_s) from erasures").fetchone()
    wall_s = node.stamp(now_s).wall_s
    return newest_s is None or wall_s - newest_s >= 86_400 * node.settings.retention.every_days


def erase(node: Node, plan: Plan, now_s: float) -> int:
    """Carry a plan out in one transaction; gives how many reports became unreadable.

    The officers' old keys still open what flash keeps of the destroyed wraps: it is complete
    once each of them has got new ones.
    """
    stamp = node.stamp(now_s)
    seeds = [node.random(seal.KEY_OCTETS) for _ in range(3)]
    keys = session.from_seeds(*seeds)
    with node.database.lock:
        # What is deleted is overwritten in the file; what flash keeps of it is another matter.
        node.database.connection.execute("pragma secure_delete = on")
        with node.database.write() as db:
            number = 1 + int(
                db.execute("select coalesce(max(number), 0) from erasures").fetchone()[0]
            )
            db.execute(
                "insert into erasures (number, asked_s, reports) values (?, ?, ?)",
                (number, stamp.wall_s, plan.reports),
            )
            if plan.rows:
                _keep_remnant(node, keys, number, plan.rows, stamp.wall_s)
            for one in plan.sessions | plan.remnants:
                db.execute("delete from wraps where session = ?", (one,))
                db.execute("delete from lost where session = ?", (one,))
            for one in plan.remnants:
                db.execute("delete from remnants where id = ?", (one,))
            db.executemany(
                "insert or ignore into erased (session, number) values (?, ?)",
                [(one, number) for one in plan.sessions],
            )
            db.executemany(
                "insert or replace into erased_tickets (ticket, instance, seq, number)"
                " values (?, ?, ?, ?)",
                [(code, *last, number) for code, last in plan.tickets.items()],
            )
        node.database.connection.execute("pragma secure_delete = off")
        with node.database.read() as db:
            node.vault.give_up(sessions.gone(db))
        node.vault.forget(plan.sessions | plan.remnants)
        if plan.rows:
            node.vault.learn(keys)
            node.vault.keep_rows(keys.id, plan.rows)
        node.coder = None
        held.tell(node, now_s)
        node.exchange_soon.set()
    return plan.reports


def load_remnants(node: Node) -> None:
    """Take in the rows of every remnant whose key is known."""
    vault = node.vault
    with node.database.read() as db:
        found = db.execute("select id, bundle from remnants").fetchall()
    for identity, bundle in found:
        keys = vault.knows(bytes(identity))
        if keys is None or keys.session is None or bytes(identity) in vault.loaded():
            continue
        try:
            packed = seal.open_row(_bundle_key(keys.session), bytes(identity), bytes(bundle))
            vault.keep_rows(bytes(identity), _unpack(packed))
        except (CannotOpen, MalformedFrame):
            continue


def _keep_remnant(
    node: Node, keys: SessionKeys, number: int, rows: dict[Row, bytes], wall_s: int
) -> None:
    """Rows' keys under a fresh key, which is wrapped as a session's is: to officers and Polres."""
    secret = keys.session or b""
    bundle = seal.seal_row(_bundle_key(secret), keys.id, _pack(rows))
    with node.database.write() as db:
        db.execute(
            "insert into remnants (id, number, bundle) values (?, ?, ?)", (keys.id, number, bundle)
        )
        listed = delegation.addressed(db, people_of(node)).people
        people = tuple(one for one in listed.recipients if one.role is not Role.PROPAM)
        for wrap in session.wraps_for(
            keys, RecipientList(listed.node, listed.version, people), wall_s
        ):
            box = seal.seal_box(wrap.recipient.key, wrap.content, node.random(seal.KEY_OCTETS))
            db.execute(
                "insert into wraps (session, role, recipient, box) values (?, ?, ?, ?)",
                (keys.id, wrap.recipient.role, wrap.recipient.key, box),
            )


def _bundle_key(secret: bytes) -> bytes:
    return seal.derive(secret, "remnant")


def _pack(rows: dict[Row, bytes]) -> bytes:
    return pack((_VERSION, tuple((*place, key) for place, key in sorted(rows.items()))))


def _unpack(octets: bytes) -> dict[Row, bytes]:
    version, items = row(unpack(octets), int, tuple)[:2]
    if version != _VERSION or not isinstance(items, tuple):
        raise MalformedFrame
    found: dict[Row, bytes] = {}
    for item in items:
        identity, table, number, key = row(item, bytes, str, int, bytes)[:4]
        if not isinstance(identity, bytes) or not isinstance(key, bytes):
            raise MalformedFrame
        found[identity, str(table), int(str(number))] = key
    return found
