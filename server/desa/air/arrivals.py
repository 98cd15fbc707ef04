"""What comes from the Polres by air: answers to what went, and session keys."""

import contextlib
import logging

from server.air import carrier
from server.air.carrier import Arrived, Form
from server.desa.air import books, jobs
from server.desa.backlog import meters
from server.desa.backlog.meters import AIR
from server.desa.node import Node
from sms.tpdu import Deliver
from sync import session
from sync.airtime.head import Kind
from sync.airtime.sealed import open_air
from sync.airtime.words import Ack, Heard, Keys
from sync.errors import CannotOpen, MalformedFrame
from sync.session import SessionKeys

log = logging.getLogger(__name__)
_PERSON_S = 6 * 3_600.0
_MORE_KEYS_S = 60.0


def take(node: Node, deliver: Deliver, now_s: float) -> bool:
    """Take an SMS that the Polres sent by air; False for any other, whoever it seems to be from.

    What came before changes nothing, and is taken.
    """
    arrived = carrier.read(deliver)
    if arrived is None or arrived.head.node != node.ledger.log_id.node:
        return False
    body = _opened(node, arrived)
    if body is None:
        return False
    with node.database.lock, node.database.write() as db:
        if not books.admit(db, node.ledger.log_id.instance, arrived.head.counter):
            log.info("air message came before", extra={"kind": arrived.head.kind.name})
            return True
        try:
            if arrived.head.kind is Kind.ACK:
                _answered(node, Ack.unpack(body), now_s)
            elif arrived.head.kind is Kind.KEYS:
                _learn(node, Keys.unpack(body), now_s)
        except MalformedFrame:
            log.warning("air message malformed", extra={"kind": arrived.head.kind.name})
    meters.note(node, AIR, now_s, down=len(arrived.octets), well=True)
    return True


def _opened(node: Node, arrived: Arrived) -> bytes | None:
    """The body; what was asked before another exchange key came is answered under that before."""
    for exchange in (node.keys.exchange, *node.keys.earlier):
        with contextlib.suppress(CannotOpen):
            return open_air(_key(node, arrived, exchange), arrived.octets)
    return None


def _key(node: Node, arrived: Arrived, exchange: bytes) -> bytes:
    if arrived.head.kind is Kind.KEYS:
        return jobs.run_key(node, exchange)
    return jobs.pair_keys(node, exchange).down


def _answered(node: Node, ack: Ack, now_s: float) -> None:
    air = node.air
    form = air.answered_by.pop(ack.counter, None)
    with node.database.write() as db:
        if form is Form.OCTETS:
            books.put(db, books.MISSES, 0)
        if ack.seq:
            books.answered(db, node.ledger.log_id.instance, ack.seq)
            air.owed.pop(ack.seq, None)
    if not ack.seq and air.asking is not None and ack.state is not Heard.TAKEN:
        # The Polres sends the keys by itself once a person has agreed.
        air.asking.due_s = now_s + _PERSON_S
        air.asking.form = None


def _learn(node: Node, keys: Keys, now_s: float) -> None:
    found = SessionKeys(session.session_id(keys.session), keys.session, keys.intake, None)
    if node.ledger.learn(found):
        node.air.learned += 1
    if node.air.asking is not None:
        node.air.asking.due_s = now_s + _MORE_KEYS_S
        node.air.asking.form = None
    # What is still wanted is looked at anew once these are read.
    node.air.asks_looked_s = None
    node.speak_soon.set()
