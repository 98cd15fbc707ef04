"""Making the file that goes back to a desa: made anew whenever it is asked for."""

from typing import Final

from server.card import node_code
from server.polres import handover
from server.polres.district import District
from server.polres.down import downlog, officers
from server.polres.down.orders import known
from server.polres.errors import PolresError
from server.polres.handover import Asking
from server.polres.parcel.taking import asked_in
from server.polres.rotation.standing import waits
from server.polres.store import nodes, parcels
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from server.polres.store.parcels import ParcelRow
from sync import seal
from sync.chain import LogId
from sync.entry import Log
from sync.message import RECEIPT_DOMAIN, Receipt, State
from sync.parcel import form
from sync.parcel.form import Kind, Letter, Parcel, Way
from sync.parcel.letter import Return, Wrapped, seal_return

WRAPS_MAX: Final = 1_000
_SALT_OCTETS: Final = 16


class NothingBrought(PolresError):
    """Belum ada berkas kiriman dari kotak desa ini; masukkan dahulu, baru buat balasannya."""


def name_of(code: str) -> str:
    """How the file is called; it tells the desa and nothing else."""
    return f"balasan-{code}{form.SUFFIX}"


def give(district: District, code: str, now_s: int) -> bytes:
    """A return: the receipt of all that came, orders with their keys, and what a person allowed.

    While a box has not taken our newest exchange key, that goes along, even alone.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
        NothingBrought: no file of its present box was taken in.
    """
    with district.write() as connection:
        node = known(connection, code)
        row = parcels.get(connection, node.node)
        duty = nodes.duty(connection, node.node, node.instance)
        letters = _key(connection, district, node)
        if row is not None and duty is not None and row.instance == node.instance:
            giving = _Giving(connection, district, node, row, now_s)
            letters = (*letters, *giving.certificate(), giving.answer(duty))
            parcels.given(connection, node.node, now_s)
        if not letters:
            raise NothingBrought
    # A box that does not know the key of this mark finds its announcement inside.
    mark = form.mark_of(district.keys.exchange.public)
    return form.pack(Parcel(Way.TO_DESA, node.node, mark, letters))


def _key(connection: Connection, district: District, node: Node) -> tuple[Letter, ...]:
    """The newest exchange key, for a box that has not confirmed it."""
    keys = district.keys
    if not keys.number or not (node.public is None or waits(connection, district, node)):
        return ()
    return (Letter(Kind.KEY, keys.announcement()),)


class _Giving:
    """One return on its way."""

    def __init__(
        self, connection: Connection, district: District, node: Node, row: ParcelRow, now_s: int
    ) -> None:
        self._db = connection
        self._district = district
        self._node = node
        self._row = row
        self._now_s = now_s
        self._request = asked_in(row)
        self._issued_s = max(now_s, (node.issued_s or 0) + 1)

    def certificate(self) -> tuple[Letter, ...]:
        """For a box that was enrolled on this road."""
        card = nodes.card(self._db, self._node.node)
        if card is None or card.certificate is None:
            return ()
        return (Letter(Kind.CERTIFICATE, card.certificate),)

    def answer(self, hidden_duty: bytes) -> Letter:
        """The receipt, and as many orders as one exchange brings."""
        number, district = self._node.node, self._district
        duty = district.keys.reveal("duty", number, hidden_duty)
        state = State.REVOKED if self._node.revoked_s is not None else self._row.state
        keys = self._keys() if state == State.OK else ()
        delivery = self._delivery() if state == State.OK and self._row.agreed else None
        salt = district.random(_SALT_OCTETS)
        made = self._return(state, delivery, keys)
        nodes.change(self._db, number, issued_s=self._issued_s)
        return Letter(Kind.ANSWER, seal_return(made, district.keys.root, duty, number, salt))

    def _delivery(self) -> downlog.Delivery:
        node, request = nodes.get(self._db, self._node.node) or self._node, self._request
        place = downlog.Place(request.ram_key, request.down_instance, request.down.seq)
        return downlog.deliver(self._db, self._district, node, place, self._now_s)

    def _return(
        self, state: str, delivery: downlog.Delivery | None, keys: tuple[bytes, ...]
    ) -> Return:
        log_id = LogId(self._node.node, Log.UP, self._node.instance)
        head = PolresStore(self._db).head(log_id)
        era = nodes.counter(self._db, "era")
        packed = Receipt(log_id, era, head, self._issued_s).pack()
        return Return(
            state=state,
            run=self._request.ram_key,
            time_s=self._issued_s,
            receipt=(packed, seal.sign(self._district.keys.root, RECEIPT_DOMAIN, packed)),
            refused=self._row.refused,
            down_instance=0 if delivery is None else delivery.instance,
            wraps=() if delivery is None else self._wraps(delivery),
            down=() if delivery is None else delivery.frames,
            keys=keys,
        )

    def _wraps(self, delivery: downlog.Delivery) -> tuple[Wrapped, ...]:
        """For the run that asked, and for each officer: the run may be gone when this arrives."""
        wraps = [Wrapped(one, self._request.ram_key, box) for one, box in delivery.wraps]
        for session, _ in delivery.wraps:
            hidden = nodes.down_session(self._db, self._node.node, session)
            if hidden is None:
                continue
            content = self._district.keys.reveal("down", self._node.node, hidden)
            for person in officers.officers(self._node.people):
                key = seal.agreeing_public(person.key)
                box = seal.seal_box(key, content, self._district.random(32))
                wraps.append(Wrapped(session, key, box))
        return tuple(wraps[:WRAPS_MAX])

    def _keys(self) -> tuple[bytes, ...]:
        """Session keys go this way only when a person allowed it, and to the newest file."""
        node, request, now_s = self._node, self._request, self._now_s
        until_s = node.grant_until_s
        if until_s is None or now_s >= until_s or self._row.head_seq < node.announced_seq:
            return ()
        if not request.wanted:
            return ()
        # No contact, so nothing of it is trusted later but what the person allowed.
        asking = Asking(node, request, None, now_s, fresh=False, new_run=True)
        given, _ = handover.give(self._db, self._district, asking)
        return tuple(
            seal.seal_box(request.ram_key, content, self._district.random(32)) for content in given
        )


def file_for(district: District, code: str, now_s: int) -> tuple[str, bytes]:
    """Name and octets of a return; raises as `give` does."""
    octets = give(district, code, now_s)
    with district.read() as connection:
        return name_of(node_code(known(connection, code).node)), octets
