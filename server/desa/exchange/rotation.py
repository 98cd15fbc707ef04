"""Another exchange key of the Polres: checked, kept before it is used, told, never taken back."""

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from server.desa.node import Node
from server.domain import events as e
from server.domain.decide import Decision
from sync import announcement, peers, seal
from sync.errors import KeyLost, KeyReplaced, MalformedFrame, SyncError
from sync.quick import carry
from sync.roads.http import KEY_PATH, Road
from sync.session import Recipient, Role, wrap_for
from sync.store import SqliteStore

log = logging.getLogger(__name__)
_TOLD: Final = "exchange key told"
_DAY_S: Final = 86_400
_DAY_ZERO_S: Final = 1_577_836_800
"""2020-01-01 (UTC), from which days are counted."""


def take(node: Node, octets: bytes, now_s: float, *, in_clear: bool = False) -> bool:
    """Take a newer exchange key: all of it is on the card before anything is sealed to it.

    Args:
        node: the node.
        octets: the announcement.
        now_s: the monotonic clock.
        in_clear: it came in answer to what the Polres could not open.

    Returns:
        False for one that is not newer than the key in use.

    Raises:
        BadSignature, MalformedFrame: the pinned root did not announce it; nothing is changed.
    """
    with node.database.lock:
        made = announcement.read(octets, node.keys.card.root)
        before = node.keys
        if made.number <= before.exchange_number:
            return False
        after = replace(before, announced=made, earlier=(before.exchange, *before.earlier))
        try:
            with node.database.write() as db:
                db.execute(
                    "insert or replace into exchange_keys (number, announced, in_clear)"
                    " values (?, ?, ?)",
                    (made.number, made.octets, int(in_clear)),
                )
                node.keys = after
                _rewrap(node, db, owe=in_clear)
                _tell(node, db, now_s)
        except BaseException:
            node.keys = before
            raise
    log.info("exchange key taken", extra={"number": made.number})
    node.exchange_soon.set()
    return True


def heard(node: Node, octets: bytes, now_s: float) -> None:
    """What an answer announced; one that is forged or older is none, and the answer stands."""
    if not octets:
        return
    try:
        take(node, octets, now_s)
    except SyncError as error:
        log.warning("exchange key refused", extra={"error": type(error).__name__})


def confirm(node: Node, now_s: float) -> bool:
    """Say once in each log which later key is in use; True when it was said now.

    A box whose card names such a key, or that went on in a new log, says it too: by then all that
    it sealed to an older key stands before, with the wraps.
    """
    if not node.keys.exchange_number:
        return False
    with node.database.write() as db:
        if peers.value(db, _TOLD) == _told(node):
            return False
        _tell(node, db, now_s)
    return True


def tend(node: Node) -> int:
    """Wrap to the newest key what was opened since; gives how many sessions."""
    if not node.keys.exchange_number or node.rewrapped_at == node.vault.learnt:
        return 0
    learnt = node.vault.learnt
    with node.database.write() as db:
        row = db.execute(
            "select in_clear from exchange_keys where number = ?", (node.keys.exchange_number,)
        ).fetchone()
        count = _rewrap(node, db, owe=bool(row and row[0]))
    node.rewrapped_at = learnt
    return count


def posted(node: Node, road: Road, path: str, make: Callable[[], bytes], now_s: float) -> bytes:
    """Post what is sealed to the Polres; where it has another key, take that and seal it again.

    Args:
        node: the node.
        road: to the Polres.
        path: where to post.
        make: seals it to the key in use.
        now_s: the monotonic clock.

    Raises:
        KeyLost: the Polres lacks the key that is in use here, and has no newer one.
        SyncError: as the road raises it.
    """
    try:
        return road.post(path, make())
    except KeyReplaced as error:
        if not _follows(node, error.announced, now_s, error):
            _show(node, road, now_s, error)
    except MalformedFrame as error:
        if not node.keys.exchange_number:
            raise
        _show(node, road, now_s, error)
    return road.post(path, make())


def _follows(node: Node, octets: bytes, now_s: float, trouble: MalformedFrame) -> bool:
    """Take what the Polres announces in clear; False for an older one, or none.

    Raises:
        MalformedFrame: it is forged, or ours: so the key is not what is wrong.
    """
    if not octets:
        return False
    try:
        made = announcement.read(octets, node.keys.card.root)
    except SyncError:
        raise trouble from None
    if made.number == node.keys.exchange_number:
        raise trouble
    return take(node, octets, now_s, in_clear=True)


def _show(node: Node, road: Road, now_s: float, trouble: MalformedFrame) -> None:
    """Show the Polres what its root announced; it may have been set back to before that.

    Raises:
        KeyLost: it has no newer key.
        MalformedFrame: it has the very same.
    """
    if not node.keys.announcement:
        raise trouble
    answer = road.post(KEY_PATH, node.keys.announcement)
    if not _follows(node, answer, now_s, trouble):
        raise KeyLost from trouble


def _told(node: Node) -> bytes:
    instance = node.ledger.log_id.instance.to_bytes(2, "big")
    return instance + node.keys.exchange_number.to_bytes(8, "big")


def _tell(node: Node, db: sqlite3.Connection, now_s: float) -> None:
    event = e.ExchangeKeyTaken(node.keys.exchange_number)
    node.ledger.record(node.stamp(now_s), Decision((event,)), cause="exchange key")
    peers.remember(db, _TOLD, _told(node))
    _owe_remnants(node, db)


def _owe_remnants(node: Node, db: sqlite3.Connection) -> None:
    """What holds single rows of erased sessions goes with no frame, so it is shown once here."""
    remnants = [bytes(one) for (one,) in db.execute("select id from remnants")]
    if remnants:
        _owe(node, db, remnants)


def _owe(node: Node, db: sqlite3.Connection, sessions: list[bytes]) -> None:
    """Show wraps in the next whole exchange, until the newest entry of our log has come."""
    log_id = node.ledger.log_id
    acked = carry.acked(db, log_id)
    before = peers.owed_wraps(db, log_id, acked)
    last = max(SqliteStore(db).head(log_id).seq, acked + 1)
    peers.owe_wraps(db, log_id, last, dict.fromkeys([*before, *sessions]))
    node.known.forget()


def _rewrap(node: Node, db: sqlite3.Connection, *, owe: bool) -> int:
    """Wrap every session that is open here to the newest key; gives how many were new.

    A wrap with all that the Polres may hold takes the place of the older one. Of a session that
    an officer opened the keys are not all known, so its new wrap stands beside the older.
    """
    recipient = Recipient(Role.POLRES, "Polres", node.keys.exchange)
    found = db.execute(
        "select distinct id, day from sessions join wraps on session = id where role = ?"
        " union select distinct id, 0 from remnants join wraps on session = id where role = ?",
        (Role.POLRES.value, Role.POLRES.value),
    ).fetchall()
    done: list[bytes] = []
    for identity, day in found:
        session = bytes(identity)
        keys = node.vault.knows(session)
        if keys is None or keys.session is None or _is_wrapped(db, session, recipient):
            continue
        content = wrap_for(keys, recipient, _started_s(int(day))).content
        box = seal.seal_box(recipient.key, content, node.random(seal.KEY_OCTETS))
        if keys.intake is not None:
            db.execute(
                "delete from wraps where session = ? and role = ?", (session, Role.POLRES.value)
            )
        db.execute(
            "insert into wraps (session, role, recipient, box) values (?, ?, ?, ?)",
            (session, Role.POLRES.value, recipient.key, box),
        )
        done.append(session)
    if done and owe:
        _owe(node, db, done)
    return len(done)


def _started_s(day: int) -> int:
    """A session's day as seconds since 1970, 0 where no clock was trusted."""
    return _DAY_ZERO_S + day * _DAY_S if day else 0


def _is_wrapped(db: sqlite3.Connection, session: bytes, to: Recipient) -> bool:
    found = db.execute(
        "select 1 from wraps where session = ? and role = ? and recipient = ?",
        (session, to.role.value, to.key),
    ).fetchone()
    return found is not None
