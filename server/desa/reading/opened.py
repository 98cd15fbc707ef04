"""Kept rows that could be opened, and the texts or parts in them."""

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from server import radio
from server.air import carrier
from server.desa.air import arrivals
from server.desa.gateway import speaking
from server.desa.node import Node
from server.domain import events as e
from server.domain.decide import Decision
from server.domain.report import Stamp
from sms import inbox, pdu
from sms.errors import PduError
from sms.octets import TypeOfNumber
from sms.phone import SenderKind, parse_phone, sender_kind
from sms.segments import Fragment
from sms.tpdu import Deliver, StatusReport, Use

NOT_FOR_PEOPLE = {
    Use.SILENT: "SMS senyap jaringan",
    Use.PROGRAM: "data untuk program di ponsel, bukan teks",
    Use.COMPRESSED: "teks dimampatkan, tidak terbaca; tersimpan utuh",
}


@dataclass(frozen=True)
class Opened:
    """A kept row whose PDU could be opened."""

    row: inbox.Row
    pdu: str

    @cached_property
    def print_(self) -> bytes:
        """Hash of the PDU, in RAM only."""
        return blake2b(self.pdu.encode(), digest_size=16).digest()

    @property
    def shown(self) -> bool:
        """Whether it is a part of a text that became a report with gaps."""
        return self.row.state is inbox.State.GAPS

    @cached_property
    def deliver(self) -> Deliver:
        """The text or part in a row that is known to hold one."""
        read = pdu.decode(self.pdu)
        assert isinstance(read, Deliver)  # noqa: S101 -- only those become fragments
        return read


def open_rows(node: Node, rows: tuple[inbox.Row, ...]) -> list[Opened]:
    """Those rows that can be opened."""
    opened = ((row, radio.open_pdu(node.vault, row)) for row in rows)
    return [Opened(row, text) for row, text in opened if text is not None]


def fragment(node: Node, one: Opened, now_s: float) -> Fragment | None:
    """The decoded text of a row; None when it was finished here."""
    stamp = node.stamp(now_s)
    try:
        read = pdu.decode(one.pdu)
    except PduError:
        _unread(node, one, "", "PDU tidak terbaca; tersimpan utuh", stamp)
        return None
    if isinstance(read, StatusReport):
        speaking.delivered(node, read, one.row.id, stamp)
        return None
    if arrivals.take(node, read, now_s):
        mark(node, (one.row.id,), inbox.State.RECEIPT)
        return None
    use = Use.PROGRAM if carrier.read(read) is not None else read.use
    if use in NOT_FOR_PEOPLE:
        _unread(node, one, read.sender, NOT_FOR_PEOPLE[use], stamp)
        return None
    return Fragment(one.row.id, radio.utc(stamp.wall_s), read)


def _unread(node: Node, one: Opened, sender: str, reason: str, stamp: Stamp) -> None:
    """Note a PDU that holds no words for people; it stays kept as it came."""
    decision = Decision((e.TextNoted(sender, "", reason, stamp.wall_s),))
    node.ledger.record(stamp, decision, cause=f"inbox:{one.row.id}", inbox_ids=(one.row.id,))


def mark(node: Node, row_ids: tuple[int, ...], state: inbox.State) -> None:
    """Set the state of rows that nothing is journalled of."""
    if row_ids:
        with node.database.write() as db:
            inbox.mark(db, row_ids, state)


def kind_of(deliver: Deliver) -> SenderKind:
    """What stands behind a text's originating address."""
    alphanumeric = deliver.sender_ton is TypeOfNumber.ALPHANUMERIC
    return sender_kind(deliver.sender, alphanumeric=alphanumeric)


def sender_of(deliver: Deliver) -> str:
    """The sender; E.164 for mobile numbers."""
    mobile = kind_of(deliver) is SenderKind.MOBILE
    return (parse_phone(deliver.sender) if mobile else None) or deliver.sender
