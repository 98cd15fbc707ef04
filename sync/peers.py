"""What a desa remembers of its Polres: certificate, signed list, last receipt."""

import sqlite3
from dataclasses import dataclass

from sync import seal
from sync.errors import BadSignature, MalformedFrame
from sync.message import CERTIFICATE_DOMAIN, RECEIPT_DOMAIN, Certificate, Receipt, open_envelope
from sync.session import LIST_DOMAIN, RecipientList

_CERTIFICATE = "certificate"
PEOPLE = "recipients"
_RECEIPT = "receipt"
_HEARD = "heard"
_STATE = "state"
_DOOR = "door"


@dataclass(frozen=True, slots=True)
class Pinned:
    """Keys of the Polres as they stood on the card; nothing later replaces them."""

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


def door(db: sqlite3.Connection) -> bytes:
    """The last certificate that was taken for a later one of the server's road, b"" for none."""
    return value(db, _DOOR) or b""


def keep_door(db: sqlite3.Connection, der: bytes) -> None:
    """Remember such a certificate; whoever reads it checks it anew."""
    remember(db, _DOOR, der)


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
