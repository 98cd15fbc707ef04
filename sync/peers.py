"""What a desa remembers of its Polres: certificate, signed list, last receipt."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from sync import seal
from sync.canonical import pack, row, unpack
from sync.chain import LogId
from sync.errors import BadSignature, MalformedFrame
from sync.message import CERTIFICATE_DOMAIN, RECEIPT_DOMAIN, Certificate, Receipt, open_envelope
from sync.session import LIST_DOMAIN, RecipientList

_CERTIFICATE = "certificate"
PEOPLE = "recipients"
_RECEIPT = "receipt"
_STRANGE = "strange receipt"
_HEARD = "heard"
_STATE = "state"
_DOOR = "door"
_OWED_WRAPS = "owed wraps"
_DURABLE = "durable"


@dataclass(frozen=True, slots=True)
class Pinned:
    """Keys of the Polres: the root as it stood on the card, and the newest exchange key.

    Nothing replaces the root; another exchange key is taken with its signature alone.
    """

    node: int
    root: bytes
    exchange: bytes


def value(db: sqlite3.Connection, name: str) -> bytes | None:
    """A remembered value."""
    found = db.execute("select value from peers where name = ?", (name,)).fetchone()
    return None if found is None else bytes(found[0])


def remember(db: sqlite3.Connection, name: str, octets: bytes) -> None:
    """Remember a value; runs inside the caller's transaction."""
    db.execute("insert or replace into peers (name, value) values (?, ?)", (name, octets))


def certificate(db: sqlite3.Connection, pinned: Pinned) -> Certificate | None:
    """The certificate, checked against the pinned root; None before enrolment."""
    octets = value(db, _CERTIFICATE)
    return None if octets is None else check_certificate(octets, pinned)


def certificate_pair(db: sqlite3.Connection) -> tuple[bytes, bytes]:
    """The certificate and its signature as they are shown to the Polres; empty before enrolment."""
    octets = value(db, _CERTIFICATE)
    return (b"", b"") if octets is None else open_envelope(octets)


def check_certificate(octets: bytes, pinned: Pinned) -> Certificate:
    """Read a signed certificate.

    Raises:
        BadSignature: not the pinned root's, or for another desa.
    """
    message, signature = open_envelope(octets)
    seal.verify(pinned.root, CERTIFICATE_DOMAIN, message, signature)
    read = Certificate.unpack(message)
    if read.node != pinned.node:
        raise BadSignature
    return read


def keep_certificate(db: sqlite3.Connection, octets: bytes) -> None:
    """Remember a certificate that was checked."""
    remember(db, _CERTIFICATE, octets)


def people(db: sqlite3.Connection, pinned: Pinned) -> RecipientList | None:
    """The newest list of recipients, checked against the pinned root each time it is read.

    Raises:
        BadSignature: somebody changed the list on the card; nothing is sealed to it.
    """
    octets = value(db, PEOPLE)
    return None if octets is None else check_people(octets, pinned)


def check_people(octets: bytes, pinned: Pinned) -> RecipientList:
    """Read a signed list.

    Raises:
        BadSignature: not the pinned root's, or for another desa.
    """
    message, signature = open_envelope(octets)
    seal.verify(pinned.root, LIST_DOMAIN, message, signature)
    read = RecipientList.unpack(message)
    if read.node != pinned.node:
        raise BadSignature
    return read


def keep_people(db: sqlite3.Connection, octets: bytes) -> None:
    """Remember a list that was checked."""
    remember(db, PEOPLE, octets)


def receipt(db: sqlite3.Connection) -> tuple[Receipt, tuple[bytes, bytes]] | None:
    """The last receipt of the Polres, with its octets and signature."""
    octets = value(db, _RECEIPT)
    if octets is None:
        return None
    pair = open_envelope(octets)
    return Receipt.unpack(pair[0]), pair


def strange_receipt(db: sqlite3.Connection) -> tuple[Receipt, tuple[bytes, bytes]] | None:
    """A receipt for another history of our log: it counts as no ack, and is shown as proof."""
    octets = value(db, _STRANGE)
    if not octets:
        return None
    pair = open_envelope(octets)
    return Receipt.unpack(pair[0]), pair


def keep_strange_receipt(db: sqlite3.Connection, octets: bytes) -> None:
    """Remember one whose signature was checked."""
    remember(db, _STRANGE, octets)


def check_receipt(pair: tuple[bytes, bytes], pinned: Pinned) -> Receipt:
    """Read a receipt.

    Raises:
        BadSignature: not the pinned root's, or for another desa.
        MalformedFrame: not a receipt.
    """
    message, signature = pair
    seal.verify(pinned.root, RECEIPT_DOMAIN, message, signature)
    read = Receipt.unpack(message)
    if read.log_id.node != pinned.node:
        raise BadSignature
    return read


def keep_receipt(db: sqlite3.Connection, octets: bytes) -> None:
    """Remember a receipt (envelope) that was checked."""
    remember(db, _RECEIPT, octets)
    if value(db, _STRANGE):
        remember(db, _STRANGE, b"")


def door(db: sqlite3.Connection) -> bytes:
    """The last certificate that was taken for a later one of the server's road, b"" for none."""
    return value(db, _DOOR) or b""


def keep_door(db: sqlite3.Connection, der: bytes) -> None:
    """Remember such a certificate; whoever reads it checks it anew."""
    remember(db, _DOOR, der)


def owe_wraps(db: sqlite3.Connection, log_id: LogId, last: int, sessions: Iterable[bytes]) -> None:
    """Show the wraps of these sessions until the Polres holds entry `last` of the log."""
    remember(db, _OWED_WRAPS, pack((log_id.instance, last, tuple(sessions))))


def owed_wraps(db: sqlite3.Connection, log_id: LogId, acked: int) -> tuple[bytes, ...]:
    """Sessions whose wraps must be shown beside those of the frames."""
    kept = value(db, _OWED_WRAPS)
    if kept is None:
        return ()
    instance, last, sessions = row(unpack(kept), int, int, tuple)[:3]
    if instance != log_id.instance or not isinstance(last, int) or acked >= last:
        return ()
    return tuple(one for one in sessions or () if isinstance(one, bytes))  # type: ignore[union-attr]


def durable(db: sqlite3.Connection, log_id: LogId) -> int:
    """Number of the last entry of a log that a backup of the Polres covers.

    What comes after it, the node must keep whatever the Polres has acknowledged: a Polres that
    is set back to its last backup asks for it again.
    """
    kept = value(db, _DURABLE)
    if kept is None or int.from_bytes(kept[:2], "big") != log_id.instance:
        return 0
    return int.from_bytes(kept[2:], "big")


def keep_durable(db: sqlite3.Connection, log_id: LogId, seq: int) -> None:
    """Remember what a backup of the Polres covers."""
    remember(db, _DURABLE, log_id.instance.to_bytes(2, "big") + seq.to_bytes(4, "big"))


def heard(db: sqlite3.Connection) -> tuple[int | None, str]:
    """When the Polres last answered (seconds since 1970), and in which state it said we are."""
    time_s, state = value(db, _HEARD), value(db, _STATE)
    return (
        None if time_s is None else int.from_bytes(time_s, "big"),
        "" if state is None else state.decode(errors="replace"),
    )


def keep_heard(db: sqlite3.Connection, time_s: int, state: str) -> None:
    """Remember that the Polres answered."""
    if time_s < 0:
        raise MalformedFrame
    remember(db, _HEARD, time_s.to_bytes(8, "big"))
    remember(db, _STATE, state.encode())
