"""Sessions of the node: beginning one, which are locked, which keys are still wanted."""

import sqlite3
from collections.abc import Callable

from server.domain.report import Stamp
from server.ledger import day_of
from server.vault import Gone, Vault
from sync import seal, session
from sync.entry import ticket_code
from sync.restores.lineage import Lineage
from sync.seal import KeyPair
from sync.session import RecipientList, Role, SessionKeys, Wrap
from sync.store import SqliteStore


def fresh_keys(random: Callable[[int], bytes]) -> tuple[SessionKeys, KeyPair]:
    """New keys of a session and the RAM key that the Polres answers to."""
    keys = session.from_seeds(*(random(seal.KEY_OCTETS) for _ in range(3)))
    return keys, seal.box_pair(random(seal.KEY_OCTETS))


def keep_wraps(
    db: sqlite3.Connection,
    keys: SessionKeys,
    people: RecipientList,
    stamp: Stamp,
    random: Callable[[int], bytes],
) -> None:
    """Commit a session's wraps; runs in a transaction that ends before the first use of a key."""
    db.execute(
        "insert into sessions (id, day, list_version) values (?, ?, ?)",
        (keys.id, day_of(stamp), people.version),
    )
    for wrap in session.wraps_for(keys, people, stamp.wall_s):
        db.execute(
            "insert into wraps (session, role, recipient, box) values (?, ?, ?, ?)",
            (keys.id, wrap.recipient.role, wrap.recipient.key, _box(wrap, random)),
        )


def _box(wrap: Wrap, random: Callable[[int], bytes]) -> bytes:
    return seal.seal_box(wrap.recipient.key, wrap.content, random(seal.KEY_OCTETS))


def gone(db: sqlite3.Connection) -> Gone:
    """What was given up for good by the rules of retention."""
    return Gone(
        sessions={bytes(one) for (one,) in db.execute("select session from erased")},
        tickets={
            int(code): (int(instance), int(seq))
            for code, instance, seq in db.execute(
                "select ticket, instance, seq from erased_tickets"
            )
        },
        remnants={bytes(one) for (one,) in db.execute("select id from remnants")},
    )


def officer_wraps(db: sqlite3.Connection, public: bytes) -> tuple[bytes, ...]:
    """Sealed boxes of all sessions that an officer may open."""
    rows = db.execute(
        "select box from wraps where role = ? and recipient = ?", (Role.OFFICER.value, public)
    )
    return tuple(bytes(box) for (box,) in rows)


def wanted(
    db: sqlite3.Connection, vault: Vault, open_tickets: frozenset[str], lineage: Lineage
) -> tuple[bytes, ...]:
    """Sessions whose keys the node asks back, newest first.

    Those that still owe something: an unread text or a part of one, shown parts that a waiting
    one may complete, the text that an unread one is perhaps a copy of or that is perhaps its
    copy, a text that wants to be sent, or an open report that nobody here can read. And those
    that a recovered officer lost.
    """
    owing = owed(db, open_tickets, lineage)
    rows = db.execute("select id from sessions order by number desc").fetchall()
    lost = {bytes(i) for (i,) in db.execute("select session from lost")}
    candidates = [bytes(i) for (i,) in rows if bytes(i) in owing | lost]
    over = vault.gone.sessions
    if owing & over or lost & vault.gone.remnants:
        # Rows that stay in a session that is gone open with a remnant's key.
        candidates += sorted(vault.gone.remnants - vault.loaded())
    return tuple(i for i in candidates if i not in over and not _fully_open(vault, i))


def owed(db: sqlite3.Connection, tickets: frozenset[str], lineage: Lineage) -> frozenset[bytes]:
    """Sessions that still owe a text, or hold an entry of one of these reports."""
    owing = {
        bytes(i)
        for (i,) in db.execute(
            "with recursive waited_for (id) as"
            " (select id from inbox where state in ('unread', 'part')"
            " union select later.id from inbox as later"
            " join waited_for on later.perhaps_copy_of = waited_for.id)"
            " select session from inbox where state in ('unread', 'part')"
            " union select first.session from inbox join inbox as first"
            " on first.id = inbox.perhaps_copy_of where inbox.state in ('unread', 'part')"
            " union select session from inbox where id in waited_for"
            " union select session from inbox where state = 'gaps'"
            " and exists (select 1 from inbox where state = 'part')"
            " union select session from outbox where state in ('queued', 'unknown')"
            " and shape = 0"
        )
    }
    codes = {ticket_code(ticket) for ticket in tickets}
    if codes:
        store = SqliteStore(db)
        for log_id, _ in lineage.logs:
            owing |= store.sessions_about(log_id, codes)
    return frozenset(owing)


def _fully_open(vault: Vault, session_id: bytes) -> bool:
    keys = vault.knows(session_id)
    return keys is not None and keys.session is not None and keys.intake is not None
