"""The exchange: one request of a desa, judged, taken in and answered in one transaction."""

import hashlib
import logging
from typing import Final

from server.polres import handover
from server.polres.backlog import hearing
from server.polres.district import District
from server.polres.down import downlog, officers
from server.polres.enrolment import Reply
from server.polres.keys import Exchange
from server.polres.projection import refold
from server.polres.restores import restored
from server.polres.restores.former import as_former
from server.polres.rotation.answering import beside, unopened
from server.polres.rules.verdict import Verdict, View, judge
from server.polres.store import nodes, reports, restores
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node, SessionRow
from server.polres.taking import Taking
from sync import frame, message, seal
from sync.chain import Head, LogId
from sync.entry import Log
from sync.errors import BadSignature, CannotOpen, Fork, Gap, MalformedFrame
from sync.message import (
    ANSWER_DOMAIN,
    RECEIPT_DOMAIN,
    REQUEST_DOMAIN,
    Answer,
    Receipt,
    Request,
    State,
)
from sync.session import read_wrap

_LOG: Final = logging.getLogger(__name__)


def exchange(district: District, octets: bytes, network: str | None, now_s: int) -> Reply:
    """Answer an exchange's POST.

    Args:
        district: the server.
        octets: node number and a sealed box with the signed request.
        network: where it came from, as coarse as the caller likes; None is not judged.
        now_s: seconds since 1970.

    Returns:
        200 with the sealed answer; 400 for what is no request or sealed to no key that is held
        here, with the announcement of the newest key where there is one; 403 for a desa or a
        signing key that is not (or no longer) enrolled.
    """
    if district.opened_s is None:
        district.opened_s = now_s
    try:
        used, number, packed = district.keys.open_addressed(octets)
    except CannotOpen:
        return unopened(district)
    try:
        asked, signature = message.open_envelope(packed)
        request = Request.unpack(asked)
        if request.node != number or not seal.is_sound_key(request.ram_key):
            return Reply(400)
        # Who cannot sign costs no commit.
        with district.read() as connection:
            if _speaker(connection, request, asked, signature) is None:
                return Reply(403)
        with district.write() as connection:
            node = _speaker(connection, request, asked, signature)
            if node is None:
                return Reply(403)
            answer = Turn(connection, district, node, request, packed, now_s, used).answer(
                network, hashlib.blake2b(asked, digest_size=32).digest()
            )
            signed = message.envelope(answer, seal.sign(district.keys.root, ANSWER_DOMAIN, answer))
            sealed = seal.seal_box(request.ram_key, signed, district.random(32))
            carried = len(octets), len(sealed)
            hearing.heard(connection, district, number, hearing.HTTPS, carried, now_s)
        return Reply(200, sealed)
    except (MalformedFrame, OverflowError):
        return Reply(400)


def _speaker(
    connection: Connection, request: Request, asked: bytes, signature: bytes
) -> Node | None:
    """The desa whose enrolled key signed the request, None when there is none."""
    node = nodes.get(connection, request.node)
    if node is not None and request.instance != node.instance:
        node = as_former(connection, node, request.instance)
    if node is None or node.public is None:
        return None
    try:
        seal.verify(node.public, REQUEST_DOMAIN, asked, signature)
    except BadSignature:
        return None
    return node


class Turn:
    """One request on its way through the gate."""

    def __init__(
        self,
        connection: Connection,
        district: District,
        node: Node,
        request: Request,
        proof: bytes,
        now_s: int,
        used: Exchange,
    ) -> None:
        self._used = used
        self._db = connection
        self._district = district
        self._node = node
        self._request = request
        self._proof = proof
        self._now_s = now_s
        self._store = PolresStore(connection)
        self._log_id = LogId(node.node, Log.UP, node.instance)
        self._acks: list[tuple[int, bytes]] = []
        self._taking = Taking(connection, district, node)
        self._shown = self._shown_receipt()
        self._fresh = self._is_fresh()
        # What is said again must not drive our times ahead of the clock.
        self._issued_s = max(now_s, (node.issued_s or 0) + self._fresh)
        current = nodes.get(connection, node.node)
        self._former = current is not None and current.instance != node.instance
        # What a former box says tells nothing of the one that speaks for the desa now.
        self._new_run = not self._former and nodes.add_run(connection, node.node, request.ram_key)

    def answer(self, network: str | None, request_hash: bytes) -> bytes:
        """Take the request in; returns the packed answer."""
        state = self.take_in()
        given: tuple[bytes, ...] = ()
        delivery = downlog.Delivery(self._node.down_instance, (), ())
        if self._node.revoked_s is not None:
            state = State.REVOKED
        elif self._former and state == State.OK:
            state = State.REPLACED
        elif state == State.OK:
            agreed = self._agree_down()
            asking = handover.Asking(
                self._node, self._request, network, self._now_s, self._fresh, self._new_run
            )
            given, need_person = handover.give(self._db, self._district, asking)
            state = State.KEYS_NEED_PERSON if need_person else State.OK
            if agreed:
                place = downlog.Place(
                    self._request.ram_key, self._request.down_instance, self._request.down.seq
                )
                delivery = downlog.deliver(
                    self._db, self._district, self._reloaded(), place, self._now_s
                )
        self._note_contact(state)
        return Answer(
            state=state,
            request=request_hash,
            time_s=self._now_s,
            receipt=self._receipt(),
            acks=tuple(self._acks),
            down_instance=delivery.instance,
            down_wraps=delivery.wraps,
            down=delivery.frames,
            keys=given,
            durable=restores.durable(self._db, self._node.node, self._node.instance),
            announced=self._announced(),
        ).pack()

    def _announced(self) -> bytes:
        place = (self._node.node, self._node.instance)
        return beside(self._db, self._district, place, self._used)

    def take_in(self) -> str:
        """Learn its sessions, judge it and take its frames; returns the state."""
        self._learn()
        verdict = self._judge()
        state = {Verdict.FORK: State.FORK, Verdict.CARD_RESTORED: State.RESTORED_CARD}.get(
            verdict, State.OK
        )
        if state == State.OK and not self._take_frames():
            state = State.FORK
        return state

    def _learn(self) -> None:
        # A desa says its wraps until we acknowledge them: what is known is not opened again.
        learned = False
        units = nodes.unit_ids(self._db, self._node.node) if self._request.unit_wraps else ()
        for named, box in self._request.unit_wraps:
            if named not in units:
                nodes.add_unit_wrap(self._db, self._node.node, named, box)
        known = nodes.session_ids(self._db, self._node.node) if self._request.wraps else ()
        for named, box in self._request.wraps:
            if named in known:
                continue
            try:
                _, content = self._district.keys.open_box(box)
                keys, started_s = read_wrap(content)
            except (CannotOpen, MalformedFrame):
                continue
            if keys.id != named or keys.session is None:
                continue
            hidden = self._district.keys.hide("session", self._node.node, content)
            row = SessionRow(self._node.node, keys.id, hidden, started_s, self._now_s)
            learned = nodes.add_session(self._db, row) or learned
        if learned and reports.has_locked(self._db, self._node.node):
            refold(self._db, self._district.keys, self._node)

    def _judge(self) -> Verdict:
        shown = self._shown
        ours_there = None
        if shown is not None and shown.head.seq > 0:
            ours_there = self._store.hash_at(self._log_id, shown.head.seq)
        view = View(
            era=nodes.counter(self._db, "era"),
            ours=self._store.head(self._log_id),
            theirs=self._request.head,
            shown=shown,
            ours_there=ours_there,
            theirs_there=self._request.evidence,
        )
        verdict = judge(view)
        if verdict is Verdict.SERVER_RESTORED and shown is not None:
            nodes.set_counter(self._db, "era", shown.era + 1)
            _LOG.warning("server restored", extra={"era": shown.era + 1})
            since_s = self._district.opened_s
            signed = message.envelope(*self._request.receipt)
            found = restored.found(self._node.node, shown.time_s, since_s, signed, self._now_s)
            restores.add_evidence(self._db, found)
        if verdict is Verdict.FORK:
            there = view.ours if shown is None or ours_there is None else shown.head
            self._keep_fork(there.seq, ours_there or view.ours.hash, self._request.head.hash)
        if verdict is Verdict.CARD_RESTORED:
            theirs = self._request.head
            ours = self._store.hash_at(self._log_id, theirs.seq)
            if ours is not None and ours != theirs.hash:
                # It wrote on after it was set back: two signed histories of one log.
                self._keep_fork(theirs.seq, ours, theirs.hash)
        return verdict

    def _shown_receipt(self) -> Receipt | None:
        """Our own receipt for this log as the desa shows it; anything else counts as none."""
        packed, signature = self._request.receipt
        try:
            seal.verify(self._district.keys.root.public, RECEIPT_DOMAIN, packed, signature)
            receipt = Receipt.unpack(packed)
        except (BadSignature, MalformedFrame):
            return None
        return receipt if receipt.log_id == self._log_id else None

    def _take_frames(self) -> bool:
        """Take frames in order until one does not fit; False when one proves a fork."""
        sound = True
        for packed in self._request.frames:
            try:
                received = frame.unpack(packed)
                self._taking.take(received, self._now_s)
            except Fork:
                self._keep_fork(received.last, None, received.signature)
                sound = False
                break
            except (Gap, MalformedFrame, BadSignature):
                _LOG.info("frame not taken", extra={"node": self._node.node})
                break
            self._ack(received.last)
        self._taking.effects(self._now_s)
        return sound

    def _ack(self, last: int) -> None:
        digest = self._store.hash_at(self._log_id, last)
        if digest is not None:
            key = seal.shared_key(self._used.pair, self._request.ram_key)
            self._acks.append((last, ack_tag(key, self._log_id, Head(last, digest))))

    def _agree_down(self) -> bool:
        """Begin our log anew when a restore made it differ; False while that must still wait."""
        request = self._request
        node = self._reloaded()
        if downlog.agrees(self._db, node, request.down_instance, request.down):
            return True
        if self._store.head(self._log_id) != request.head:
            return False
        restored.note(self._db, self._district, node.node, self._proof, self._now_s)
        after = downlog.start_anew(
            self._db, self._district, node, request.down_instance, request.down, self._now_s
        )
        if after.people_version > 1:
            officers.send_newer_list(self._db, self._district, after, self._now_s)
        return True

    def _is_fresh(self) -> bool:
        """The desa read our answer to the last fresh request: nobody says an older one again.

        Times in receipts rise with each fresh request, so no older one can show this one. After
        a lost answer the desa shows an older one, and the next request counts again.
        """
        since_s = self._node.fresh_s
        return since_s is None or (self._shown is not None and self._shown.time_s >= since_s)

    def _note_contact(self, state: str) -> None:
        nodes.change(self._db, self._node.node, issued_s=self._issued_s)
        if self._former:
            former = self._node.node, self._node.instance
            restores.change_former(self._db, *former, last_contact_s=self._now_s)
        elif state in {State.FORK, State.RESTORED_CARD}:
            # A card that was set back shows an old receipt, but speaks with a new RAM key.
            if self._new_run:
                nodes.change(self._db, self._node.node, state=state)
        elif self._fresh:
            nodes.change(
                self._db,
                self._node.node,
                last_contact_s=self._now_s,
                announced_seq=self._request.head.seq,
                state=state,
                fresh_s=self._issued_s,
            )

    def _receipt(self) -> tuple[bytes, bytes]:
        era = nodes.counter(self._db, "era")
        head = self._store.head(self._log_id)
        packed = Receipt(self._log_id, era, head, self._issued_s).pack()
        return packed, seal.sign(self._district.keys.root, RECEIPT_DOMAIN, packed)

    def _keep_fork(self, seq: int, ours: bytes | None, theirs: bytes) -> None:
        _LOG.warning("fork", extra={"node": self._node.node, "seq": seq})
        nodes.add_fork(
            self._db,
            self._node.node,
            self._node.instance,
            seq,
            ours=ours,
            theirs=theirs,
            proof=self._proof,
            found_s=self._now_s,
        )

    def _reloaded(self) -> Node:
        return nodes.get(self._db, self._node.node) or self._node


def ack_tag(key: bytes, log_id: LogId, head: Head) -> bytes:
    """The authenticator of an ack under the key that the Polres and a run share."""
    return seal.tag(key, "ack", log_id.node, log_id.instance, head.seq, head.hash)
