"""Short exchanges: asks of runs that a whole exchange has introduced, each its own transaction."""

import itertools
import logging
from dataclasses import replace
from typing import Final

from server.polres.backlog import hearing
from server.polres.district import District
from server.polres.down import downlog
from server.polres.enrolment import Reply
from server.polres.keys import Exchange
from server.polres.rotation.answering import beside
from server.polres.store import nodes
from server.polres.store.engine import Connection
from server.polres.store.nodes import Node
from server.polres.taking import Taking
from sync import seal
from sync.chain import Head
from sync.errors import CannotOpen, SyncError
from sync.message import RECEIPT_DOMAIN, Receipt
from sync.message import State as WholeState
from sync.quick import words
from sync.quick.words import (
    DOWN_MARK_OCTETS,
    MARK_OCTETS,
    NONCE_OCTETS,
    Answer,
    Ask,
    Mark,
    State,
    Wish,
)

AHEAD_S_MAX: Final = 120
"""How far our newest receipt's time may lie ahead: an answer's time sets a desa's clock."""
_LOG: Final = logging.getLogger(__name__)


def ask(district: District, octets: bytes, now_s: int) -> Reply:
    """Answer one ask.

    Whatever is not plainly in order - an unknown or older run, a gap, a fork, a closed box, a
    clock that fell back - is answered with `WHOLE`: the whole exchange judges and keeps proofs.

    Args:
        district: the server.
        octets: the run's mark and the sealed ask.
        now_s: seconds since 1970.

    Returns:
        200 with the sealed answer, 403 for a run that is not known here.
    """
    found = _opened(district, octets) if words.is_ask(octets) else None
    if found is None:
        return Reply(403)
    run, used, key, plain = found
    with district.write() as connection:
        node = nodes.get(connection, words.run_of(octets)[0])
        if node is None or node.public is None:
            return Reply(403)
        answer = _Turn(connection, district, node, run).answer(plain, now_s)
        announced = beside(connection, district, (node.node, node.instance), used)
        nonce = district.random(NONCE_OCTETS)
        told = replace(answer, announced=announced).pack()
        sealed = words.seal_answer(key, words.nonce_of(octets), nonce, told)
        carried = len(octets), len(sealed)
        hearing.heard(connection, district, node.node, hearing.HTTPS, carried, now_s)
    return Reply(200, sealed)


def _opened(district: District, octets: bytes) -> tuple[bytes, Exchange, bytes, bytes] | None:
    """The run that sealed an ask, our key and theirs, and the ask.

    Who holds no such key costs no commit.
    """
    with district.read() as connection:
        runs = nodes.runs_like(connection, *words.run_of(octets))
    for run, used in itertools.product(runs, district.keys.held):
        try:
            key = seal.shared_key(used.pair, run)
            return run, used, key, words.open_ask(key, octets)
        except CannotOpen:
            continue
    return None


class _Turn:
    """One ask on its way."""

    def __init__(self, connection: Connection, district: District, node: Node, run: bytes) -> None:
        self._db = connection
        self._district = district
        self._node = node
        self._run = run
        self._taking = Taking(connection, district, node)
        self._store = self._taking.store
        self._log_id = self._taking.log_id

    def answer(self, plain: bytes, now_s: int) -> Answer:
        """Take the ask in."""
        try:
            asked = words.read_ask(plain, self._log_id, self._session_of)
            sound = self._in_order(asked, now_s) and self._take(asked, now_s)
        except SyncError:
            _LOG.info("ask not taken", extra={"node": self._node.node})
            sound = False
        head = self._store.head(self._log_id)
        mark = Mark(head.seq, head.hash[:MARK_OCTETS])
        if not sound:
            return Answer(State.WHOLE, now_s, mark)
        self._taking.effects(now_s)
        issued_s = max(now_s, self._node.issued_s or 0)
        if asked.shown_s >= (self._node.issued_s or 0):
            # An ask with a frame does not say how far the log goes beyond it.
            seq = self._node.announced_seq if asked.frame else asked.head.seq
            nodes.change(
                self._db, self._node.node, last_contact_s=now_s, announced_seq=max(seq, head.seq)
            )
        nodes.change(self._db, self._node.node, issued_s=issued_s)
        era, signature = self._receipt(asked, head, issued_s)
        delivery = self._delivery(asked, now_s)
        return Answer(State.OK, issued_s, mark, era, signature, delivery.frames, delivery.wraps)

    def _in_order(self, asked: Ask, now_s: int) -> bool:
        node, ours = self._node, self._store.head(self._log_id)
        if node.revoked_s is not None or node.state != WholeState.OK:
            return False
        issued_s = node.issued_s or 0
        # A desa that read an answer which we do not remember: this server was set back. Or our
        # clock ran ahead once: only a whole exchange tells the time beside that of the receipt.
        if asked.shown_s > issued_s or issued_s > now_s + AHEAD_S_MAX:
            return False
        if asked.wish & Wish.DOWN and not self._agrees(asked):
            return False
        if asked.frame is not None:
            return True
        if asked.head.seq == ours.seq:
            return asked.head.mark == ours.hash[:MARK_OCTETS]
        return asked.head.seq > ours.seq

    def _agrees(self, asked: Ask) -> bool:
        down = asked.down
        if asked.down_instance != self._node.down_instance:
            return asked.down_instance < self._node.down_instance
        if down.seq == 0:
            return True
        log_id = downlog.log_of(self._node)
        digest = self._store.hash_at(log_id, down.seq)
        return digest is not None and digest[:DOWN_MARK_OCTETS] == down.mark

    def _take(self, asked: Ask, now_s: int) -> bool:
        if asked.frame is not None:
            self._taking.take(asked.frame, now_s)
        return True

    def _session_of(self, seq: int) -> bytes | None:
        for entry in self._store.entries(self._log_id, seq, seq):
            return entry.header.session
        return None

    def _receipt(self, asked: Ask, head: Head, issued_s: int) -> tuple[int, bytes]:
        if not asked.wish & Wish.RECEIPT:
            return 0, b""
        era = nodes.counter(self._db, "era")
        packed = Receipt(self._log_id, era, head, issued_s).pack()
        return era, seal.sign(self._district.keys.root, RECEIPT_DOMAIN, packed)

    def _delivery(self, asked: Ask, now_s: int) -> downlog.Delivery:
        if not asked.wish & Wish.DOWN:
            return downlog.Delivery(self._node.down_instance, (), ())
        node = nodes.get(self._db, self._node.node) or self._node
        place = downlog.Place(self._run, asked.down_instance, asked.down.seq)
        return downlog.deliver(self._db, self._district, node, place, now_s)
