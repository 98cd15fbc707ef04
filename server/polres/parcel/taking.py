"""Taking in a file that was carried here: each letter judged and taken in its own transaction."""

from dataclasses import dataclass, replace
from typing import Final

from server.card import node_code
from server.polres import enrolment
from server.polres.backlog import hearing
from server.polres.district import District
from server.polres.errors import PolresError
from server.polres.gate import Turn
from server.polres.keys import Exchange
from server.polres.rotation import answering
from server.polres.rotation.standing import standing
from server.polres.rules.returns import Why
from server.polres.rules.verdict import Verdict
from server.polres.store import nodes, parcels
from server.polres.store.engine import Connection
from server.polres.store.nodes import Node
from server.polres.store.parcels import ParcelRow
from sync import frame
from sync.message import Request, State
from sync.parcel import form
from sync.parcel.errors import OtherPolres
from sync.parcel.form import Kind, Parcel
from sync.parcel.letter import Asked, open_request

BEGUN: Final = 1
"""The state that an entry sets in its header when it begins a report."""


class NotEnrolledHere(PolresError):
    """Kotak desa ini belum terdaftar di Polres ini; buat dahulu kartu pendaftarannya."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE"


class EarlierBox(PolresError):
    """Berkas ini dari kotak yang kartunya sudah diganti; simpan berkasnya dan hubungi teknisi."""


class CardNotTaken(PolresError):
    """Kartu kotak ini sudah dipakai atau lewat masa berlakunya; buat kartu baru untuk desa itu."""

    hint = "kentongan polres enroll DIR CODE NAME --url URL --card FILE"


class KeyMissing(PolresError):
    """Server ini tidak punya kunci yang dipakai kotak itu; buat dahulu kunci pertukaran baru."""

    hint = "kentongan polres exchange-key DIR --renew"


@dataclass(slots=True)
class TakenIn:
    """What a file brought.

    Attributes:
        reports: how many reports are new.
        entries: how many entries of the desa's journal are new.
        missing: entries before those in the file have not come yet.
        older: a newer file of the desa was taken in before.
        state: what is unusual, a word of `message.State`.
        refused: number of an entry whose frame was not taken, 0 for none.
        stale: it was made for a key that is gone; its return brings the newest one.
    """

    code: str
    name: str = ""
    reports: int = 0
    entries: int = 0
    missing: bool = False
    older: bool = False
    state: str = State.OK
    refused: int = 0
    stale: bool = False


def take(district: District, octets: bytes, by: str, now_s: int) -> TakenIn:
    """Take in a file; taking it in again, or an older one later, changes nothing.

    Args:
        district: the server.
        octets: the whole file.
        by: who brought it in.
        now_s: seconds since 1970.

    Raises:
        ParcelError, NotEnrolledHere, EarlierBox, CardNotTaken, KeyMissing: nothing of the rest
            was taken.
    """
    parcel = form.unpack(octets)
    _expect_ours(district, parcel, now_s)
    told = TakenIn(node_code(parcel.node))
    used = _used(district, parcel)
    if used is None:
        told.stale, told.name = True, _name(district, parcel.node)
        return told
    asked = _opened(parcel, used)
    for letter in parcel.letters:
        if letter.kind is Kind.ENROLMENT:
            _enrol(district, letter.octets, now_s)
    for number, one in enumerate(asked, 1):
        with district.write() as connection:
            node = _speaker(connection, one, parcel.node)
            told.name = node.name
            turn = _Letter(connection, district, node, one.request, one.envelope, now_s, used)
            turn.carry_out(told, by, last=number == len(asked))
            carried = (len(octets) if number == 1 else 0), 0
            hearing.heard(connection, district, node.node, hearing.FILE, carried, now_s)
    return told


def _expect_ours(district: District, parcel: Parcel, now_s: int) -> None:
    """Check that a file was meant for this Polres, by any exchange key that it ever had.

    Raises:
        NotOutgoing, OtherPolres: it was not.
        KeyMissing: it was, but the key file here was set back to before its key was made.
    """
    keys = district.keys
    try:
        form.expect_outgoing(parcel, keys.exchange.public, *keys.earlier)
    except OtherPolres:
        shown = form.letters_of(parcel, Kind.KEY)
        if not any(answering.note(district, one, now_s) for one in shown):
            raise
        with district.read() as connection:
            if standing(connection, district).lacking:
                raise KeyMissing from None


def _used(district: District, parcel: Parcel) -> Exchange | None:
    """The key that a file is sealed to; None where it was destroyed, or lost with a key file."""
    held = district.keys.held
    return next((one for one in held if form.mark_of(one.pair.public) == parcel.mark), None)


def _name(district: District, number: int) -> str:
    with district.read() as connection:
        node = nodes.get(connection, number)
    if node is None:
        raise NotEnrolledHere
    return node.name


def _opened(parcel: Parcel, used: Exchange) -> tuple[Asked, ...]:
    """All requests, opened before the first is acted upon."""
    letters = form.letters_of(parcel, Kind.REQUEST)
    return tuple(open_request(used.pair, octets) for octets in letters)


def _enrol(district: District, octets: bytes, now_s: int) -> None:
    reply = enrolment.admit(district, octets, now_s)
    if reply.status == 403:
        raise NotEnrolledHere
    if reply.status != 200:
        raise CardNotTaken


def _speaker(connection: Connection, asked: Asked, number: int) -> Node:
    node = nodes.get(connection, asked.request.node)
    if node is None or node.public is None or asked.request.node != number:
        raise NotEnrolledHere
    if asked.request.instance != node.instance or not asked.is_by(node.public):
        raise EarlierBox
    return node


class _Letter(Turn):
    """One request of a file. It is no contact: it may be weeks old, and anybody may carry it."""

    def carry_out(self, told: TakenIn, by: str, *, last: bool) -> None:
        """Take it in; the last letter of a file also says what the return must answer."""
        answering.heard(
            self._db, self._district, (self._node.node, self._node.instance), self._used
        )
        before = self._store.head(self._log_id).seq
        state = self.take_in()
        after = self._store.head(self._log_id).seq
        new = self._store.entries(self._log_id, before + 1, after)
        told.entries += len(new)
        told.reports += sum(entry.header.sets == BEGUN for entry in new)
        if self._node.revoked_s is not None:
            state = State.REVOKED
        elif state in {State.FORK, State.RESTORED_CARD} and self._new_run:
            nodes.change(self._db, self._node.node, state=state)
        told.state = state
        told.refused = self._refused() or (told.refused if after < told.refused else 0)
        if not last:
            return
        told.missing = after < self._request.head.seq and self._begins_after(after)
        self._note(told, state, by)

    def _judge(self) -> Verdict:
        """As in an exchange, but what is merely older than our log is in order."""
        verdict = super()._judge()
        head = self._request.head
        there = self._store.hash_at(self._log_id, head.seq)
        if verdict is Verdict.CARD_RESTORED and (head.seq == 0 or there == head.hash):
            return Verdict.SOUND
        return verdict

    def _begins_after(self, held: int) -> bool:
        frames = [frame.unpack(packed) for packed in self._request.frames]
        return bool(frames) and frames[0].first > held + 1

    def _note(self, told: TakenIn, state: str, by: str) -> None:
        node, request = self._node, self._request
        kept = parcels.get(self._db, node.node)
        if kept is not None and (kept.instance, kept.head_seq) > (
            request.instance,
            request.head.seq,
        ):
            told.older = True
            return
        agreed = state == State.OK and self._agree_down()
        row = ParcelRow(
            node=node.node,
            instance=request.instance,
            head_seq=request.head.seq,
            request=replace(request, frames=(), wraps=(), unit_wraps=()).pack(),
            state=state,
            agreed=int(agreed),
            refused=told.refused,
            taken_s=self._now_s,
            taken_by=by,
            reports=told.reports,
        )
        parcels.put(self._db, row)
        if state in {State.FORK, State.RESTORED_CARD, State.REVOKED}:
            return
        announced = max(node.announced_seq, request.head.seq)
        nodes.change(self._db, node.node, announced_seq=announced)
        if any(nodes.session(self._db, node.node, one) for one in request.wanted):
            nodes.change(self._db, node.node, keys_reason=Why.PARCEL.value)

    def _refused(self) -> int:
        """The entry that follows what we hold, when a frame brought it and was not taken."""
        wanted = self._store.head(self._log_id).seq + 1
        frames = (frame.unpack(packed) for packed in self._request.frames)
        return wanted if any(one.first <= wanted <= one.last for one in frames) else 0


def asked_in(row: ParcelRow) -> Request:
    """The request of a kept file, without its frames and wraps."""
    return Request.unpack(row.request)
