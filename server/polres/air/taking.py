"""What a desa sends by SMS: proven, taken once, kept, and what is to be answered."""

import contextlib
import logging
from dataclasses import dataclass, replace
from typing import Final

from server.air import carrier
from server.air.carrier import Arrived, Form
from server.polres import handover
from server.polres.air import provisional, wraps
from server.polres.backlog import hearing
from server.polres.district import District
from server.polres.handover import Asking
from server.polres.keys import Exchange
from server.polres.rotation import answering
from server.polres.store import air, exchange_keys, nodes
from server.polres.store.air import AirRow
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from sms.tpdu import Deliver
from sync import seal
from sync.airtime import reports as pieces
from sync.airtime import sealed
from sync.airtime.head import Kind
from sync.airtime.sealed import PairKeys
from sync.airtime.words import SESSION_MARK_OCTETS, Ack, Beat, Heard, Keys, KeysAsked, WrapPiece
from sync.chain import LogId
from sync.entry import Log
from sync.errors import BadSignature, CannotOpen, MalformedFrame
from sync.session import read_wrap

log = logging.getLogger(__name__)
ROAD: Final = "lewat SMS udara"
ASKED_S_MAX: Final = 48 * 3_600
# A desa that was never heard by air has no SIM to compare with, which is unusual itself.
_NO_SIM: Final = "none"


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to send: sealed under `key` when its counter is known."""

    node: int
    instance: int
    number: str
    form: Form
    kind: Kind
    key: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for which keys, as `handover.Wish`."""

    ram_key: bytes
    wanted: tuple[bytes, ...] = ()


def take(district: District, deliver: Deliver, now_s: int) -> tuple[Reply, ...] | None:
    """Take an SMS of a desa, whatever number it comes from; None for any other SMS.

    One transaction: when this returns, the modem may forget it.

    Returns:
        What to answer; nothing to a box that was reported stolen, and to what came before.
    """
    arrived = carrier.read(deliver)
    if arrived is None:
        return None
    with district.write() as connection:
        node = nodes.get(connection, arrived.head.node)
        opened = None if node is None else _opened(district, node, arrived)
        if node is None or opened is None:
            return None
        used, keys, body = opened
        if not air.admit(connection, node.node, node.instance, arrived.head.counter):
            log.info("air message came before", extra={"node": node.node})
            return ()
        row = air.change(
            connection, node.node, node.instance,
            number=deliver.sender, form=arrived.form.value, heard_s=now_s,
        )  # fmt: skip
        answering.heard(connection, district, (node.node, node.instance), used)
        turn = _Turn(connection, district, node, row, used, keys, now_s)
        try:
            replies = turn.take(arrived, body)
        except MalformedFrame:
            log.warning("air message malformed", extra={"node": node.node})
            return ()
        carried = len(arrived.octets), sum(len(one.body) for one in replies)
        hearing.heard(connection, district, node.node, hearing.AIR, carried, now_s)
    return () if node.revoked_s is not None else replies


def allowed(district: District, now_s: int) -> tuple[Reply, ...]:
    """Keys for boxes that asked by SMS and got a person's leave since; old requests are dropped."""
    replies: tuple[Reply, ...] = ()
    with district.read() as connection:
        waiting = air.asking(connection)
    for row in waiting:
        with district.write() as connection:
            node = nodes.get(connection, row.node)
            used = None if node is None else _heard_with(connection, district, node)
            keys = None if node is None or used is None else pair_keys(used, node)
            old = now_s - (row.asked_s or 0) > ASKED_S_MAX
            gone = node is None or node.instance != row.instance or node.revoked_s is not None
            if old or gone or node is None or used is None or keys is None:
                air.change(connection, row.node, row.instance, asked=None)
            elif node.grant_until_s is not None and now_s < node.grant_until_s:
                turn = _Turn(connection, district, node, row, used, keys, now_s)
                replies += turn.hand_over(row.run or b"", row.asked or b"")
    return replies


def _opened(
    district: District, node: Node, arrived: Arrived
) -> tuple[Exchange, PairKeys, bytes] | None:
    """An SMS that a desa's box sealed: with which of our keys, and its body."""
    for used in district.keys.held:
        keys = pair_keys(used, node)
        if keys is None:
            return None
        with contextlib.suppress(CannotOpen):
            return used, keys, sealed.open_air(keys.up, arrived.octets)
    return None


def _heard_with(connection: Connection, district: District, node: Node) -> Exchange | None:
    """The key that a box last sealed to; None where it is gone."""
    held = district.keys.held
    if len(held) == 1:
        return held[0]
    number = exchange_keys.use(connection, node.node, node.instance).heard
    return next((one for one in held if one.number == number), None)


def pair_keys(used: Exchange, node: Node) -> PairKeys | None:
    """The keys that the Polres shares with a desa's box; None before its card was used."""
    if node.public is None:
        return None
    try:
        other = seal.agreeing_public(node.public)
    except BadSignature:
        return None
    return sealed.pair_keys(used.pair, other, node.node, node.instance)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One message on its way; everything in its caller's transaction."""

    connection: Connection
    district: District
    node: Node
    row: AirRow
    used: Exchange
    keys: PairKeys
    now_s: int

    def take(self, arrived: Arrived, body: bytes) -> tuple[Reply, ...]:
        """Take a proven body in.

        Raises:
            MalformedFrame: it is no message of its kind.
        """
        counter = arrived.head.counter
        match arrived.head.kind:
            case Kind.REPORT:
                return self._report(body, counter)
            case Kind.HEARTBEAT:
                self._beat(arrived, Beat.unpack(body))
            case Kind.KEYS_ASKED:
                return self._asked(arrived, KeysAsked.unpack(body))
            case Kind.WRAP:
                return self._wrap(WrapPiece.unpack(body))
            case Kind.KEYS | Kind.ACK:
                pass
        return ()

    def _report(self, body: bytes, counter: int) -> tuple[Reply, ...]:
        piece = pieces.read_piece(body)
        place = (self.node.node, self.node.instance, piece.seq)
        parts = air.add_part(self.connection, place, piece.total, piece.number, piece.octets)
        if not parts:
            return ()
        report = pieces.join(piece.seq, parts)
        place_of = (self.node.node, self.node.instance)
        new = provisional.show(self.connection, *place_of, report, parts, self.now_s)
        log.info("report by air", extra={"node": self.node.node, "new": new})
        return (self._ack(counter, piece.seq, Heard.TAKEN),)

    def _beat(self, arrived: Arrived, beat: Beat) -> None:
        node = self.node
        air.change(self.connection, node.node, node.instance, beat=beat.pack(), beat_s=self.now_s)
        announced = max(node.announced_seq, beat.seq)
        nodes.change(self.connection, node.node, announced_seq=announced)
        self._compare(arrived, beat)
        if self._proven(arrived, beat.run, beat.proof):
            asking = self._asking(Wish(beat.run))
            if handover.trust(self.connection, asking):
                self._know_sim(asking)

    def _compare(self, arrived: Arrived, beat: Beat) -> None:
        """Two histories show themselves also while no frame comes."""
        log_id = LogId(self.node.node, Log.UP, self.node.instance)
        ours = PolresStore(self.connection).hash_at(log_id, beat.seq)
        if ours is None or ours.startswith(beat.head):
            return
        log.warning("fork", extra={"node": self.node.node, "seq": beat.seq})
        nodes.add_fork(
            self.connection,
            self.node.node,
            self.node.instance,
            beat.seq,
            ours=ours,
            theirs=beat.head,
            proof=arrived.octets,
            found_s=self.now_s,
        )

    def _asked(self, arrived: Arrived, asked: KeysAsked) -> tuple[Reply, ...]:
        if self.node.revoked_s is not None or not self._proven(arrived, asked.run, asked.proof):
            return ()
        replies = self.hand_over(asked.run, b"".join(asked.sessions))
        if any(reply.kind is Kind.KEYS for reply in replies):
            return replies
        after = nodes.get(self.connection, self.node.node) or self.node
        state = Heard.NOTHING_HELD if after.keys_reason is None else Heard.NEED_PERSON
        return (self._ack(arrived.head.counter, 0, state),)

    def _wrap(self, piece: WrapPiece) -> tuple[Reply, ...]:
        box = wraps.add_piece(self.connection, self.node, piece)
        if not box or not wraps.learn(self.connection, self.district, self.node, box, self.now_s):
            return ()
        row = air.get(self.connection, self.node.node, self.node.instance)
        if row.asked is None or row.run is None:
            return ()
        return self.hand_over(row.run, row.asked)

    def hand_over(self, run: bytes, marks: bytes) -> tuple[Reply, ...]:
        """Keys that may go back now; what waits for a person is remembered."""
        node = self.node
        every = tuple(
            marks[at : at + SESSION_MARK_OCTETS] for at in range(0, len(marks), SESSION_MARK_OCTETS)
        )
        wanted = air.sessions_like(self.connection, node.node, every)
        asking = self._asking(Wish(run, wanted))
        given, _ = handover.give(self.connection, self.district, asking)
        after = nodes.get(self.connection, node.node) or node
        # A SIM is no network that an exchange could come from.
        nodes.change(self.connection, node.node, trusted_network=node.trusted_network)
        if after.trusted_run == run:
            self._know_sim(asking)
        # What its wrap has not come for yet waits too.
        waits = after.keys_reason is not None or len(wanted) < len(every)
        air.change(
            self.connection, node.node, node.instance,
            run=run, asked=marks if waits else None, asked_s=self.now_s,
        )  # fmt: skip
        return tuple(self._keys(run, content) for content in given)

    def _asking(self, wish: Wish) -> Asking:
        sim = self.row.number or ""
        known = replace(self.node, trusted_network=self.row.sim or _NO_SIM)
        if known.trusted_run is None:
            # Nobody was ever trusted here: an exchange must come first, or a person.
            known = replace(known, trusted_run=b"", trusted_s=None)
        return Asking(known, wish, sim, self.now_s, fresh=True, new_run=True, road=ROAD)

    def _know_sim(self, asking: Asking) -> None:
        air.change(self.connection, self.node.node, self.node.instance, sim=asking.network)

    def _proven(self, arrived: Arrived, run: bytes, shown: bytes) -> bool:
        try:
            return seal.same(sealed.proof(self._run_key(run), arrived.head), shown)
        except CannotOpen:
            return False

    def _run_key(self, run: bytes) -> bytes:
        node = self.node
        return sealed.run_key(self.used.pair, run, node.node, node.instance)

    def _keys(self, run: bytes, content: bytes) -> Reply:
        found, _ = read_wrap(content)
        if found.session is None or found.intake is None:
            raise MalformedFrame
        body = Keys(found.session, found.intake).pack()
        return self._reply(Kind.KEYS, self._run_key(run), body)

    def _ack(self, counter: int, seq: int, state: Heard) -> Reply:
        return self._reply(Kind.ACK, self.keys.down, Ack(counter, seq, state, self.now_s).pack())

    def _reply(self, kind: Kind, key: bytes, body: bytes) -> Reply:
        node, row = self.node, self.row
        number, form = row.number or "", Form(row.form)
        return Reply(node.node, node.instance, number, form, kind, key, body)
