"""How a parcel lies in a file: a head in clear, sealed letters, and a checksum over it all."""

import hashlib
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sync.parcel.errors import (
    Empty,
    Newer,
    NotOutgoing,
    NotParcel,
    NotReturn,
    OtherDesa,
    OtherPolres,
    TooLarge,
    Torn,
    Zipped,
)

MAGIC: Final = b"\x8bKENTONGAN-FILE\n"
VERSION: Final = 1
SUFFIX: Final = ".kentongan"
OUTGOING_OCTETS_MAX: Final = 1_536 * 1024
RETURN_OCTETS_MAX: Final = 512 * 1024
LETTER_OCTETS_MAX: Final = 512 * 1024
LETTERS_MAX: Final = 128
SUM_OCTETS: Final = 32
MARK_OCTETS: Final = 8
_ZIP: Final = b"PK"
# magic, version, way, node, mark of the Polres, letters, octets of the whole file
_HEAD: Final = struct.Struct(">16sBB5s8sHI")
_LETTER: Final = struct.Struct(">BI")
HEAD_OCTETS: Final = _HEAD.size
LETTER_HEAD_OCTETS: Final = _LETTER.size


class Way(IntEnum):
    """Where a parcel is carried."""

    TO_POLRES = 0
    TO_DESA = 1


class Kind(IntEnum):
    """What a letter is."""

    ENROLMENT = 1
    REQUEST = 2
    CERTIFICATE = 3
    ANSWER = 4
    KEY = 5


KINDS: Final = {
    Way.TO_POLRES: (Kind.ENROLMENT, Kind.REQUEST, Kind.KEY),
    Way.TO_DESA: (Kind.CERTIFICATE, Kind.ANSWER, Kind.KEY),
}
OCTETS_MAX: Final = {Way.TO_POLRES: OUTGOING_OCTETS_MAX, Way.TO_DESA: RETURN_OCTETS_MAX}


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, sealed as it is."""

    kind: Kind
    octets: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one file carries.

    Attributes:
        node: the desa's number.
        mark: of the Polres' exchange key, see `mark_of`.
        letters: in the order in which they are read.
    """

    way: Way
    node: int
    mark: bytes
    letters: tuple[Letter, ...]


def mark_of(exchange: bytes) -> bytes:
    """Which Polres a parcel belongs to: 8 octets of BLAKE2b of an exchange key of it."""
    return hashlib.blake2b(exchange, digest_size=MARK_OCTETS, person=b"parcel").digest()


def pack(parcel: Parcel) -> bytes:
    """The octets of the file.

    Raises:
        TooLarge: more, or larger letters, than a reader takes.
    """
    body = b"".join(
        _LETTER.pack(letter.kind, len(letter.octets)) + letter.octets for letter in parcel.letters
    )
    octets = HEAD_OCTETS + len(body) + SUM_OCTETS
    large = any(len(letter.octets) > LETTER_OCTETS_MAX for letter in parcel.letters)
    if large or len(parcel.letters) > LETTERS_MAX or octets > OCTETS_MAX[parcel.way]:
        raise TooLarge
    node = parcel.node.to_bytes(5, "big")
    many = len(parcel.letters)
    head = _HEAD.pack(MAGIC, VERSION, parcel.way, node, parcel.mark, many, octets)
    return head + body + _sum(head + body)


def way_of(octets: bytes) -> Way | None:
    """Where a file is meant to go by its head alone; None for what is no parcel."""
    if len(octets) < HEAD_OCTETS or not octets.startswith(MAGIC):
        return None
    way: int = _HEAD.unpack(octets[:HEAD_OCTETS])[2]
    return Way(way) if way in set(Way) else None


def unpack(octets: bytes) -> Parcel:
    """Read a file.

    Raises:
        Empty, Zipped, NotParcel: it is something else.
        TooLarge: larger than any parcel.
        Newer: of a version, way or kind that is not known here.
        Torn: it is not whole.
    """
    _expect_parcel(octets)
    _, version, way, node, mark, many, size = _HEAD.unpack(octets[:HEAD_OCTETS])
    if len(octets) != size or _sum(octets[:-SUM_OCTETS]) != octets[-SUM_OCTETS:]:
        raise Torn
    # Whole, so what is not known here was meant so by its writer.
    if version != VERSION or way not in set(Way):
        raise Newer
    if size > OCTETS_MAX[Way(way)] or many > LETTERS_MAX:
        raise TooLarge
    letters = _letters(octets[HEAD_OCTETS:-SUM_OCTETS], Way(way))
    if len(letters) != many:
        raise Torn
    return Parcel(Way(way), int.from_bytes(node, "big"), mark, letters)


def letters_of(parcel: Parcel, kind: Kind) -> tuple[bytes, ...]:
    """The letters of a kind."""
    return tuple(letter.octets for letter in parcel.letters if letter.kind is kind)


def expect_outgoing(parcel: Parcel, *exchange: bytes) -> None:
    """Check that a parcel was meant for this Polres, by any of its exchange keys.

    Raises:
        NotOutgoing, OtherPolres: it was not.
    """
    if parcel.way is not Way.TO_POLRES:
        raise NotOutgoing
    if parcel.mark not in map(mark_of, exchange):
        raise OtherPolres


def expect_return(parcel: Parcel, node: int, *exchange: bytes) -> None:
    """Check that a parcel is a return for this desa, by any exchange key that its Polres had.

    Raises:
        NotReturn, OtherDesa, OtherPolres: it is not.
    """
    if parcel.way is not Way.TO_DESA:
        raise NotReturn
    if parcel.node != node:
        raise OtherDesa
    if parcel.mark not in map(mark_of, exchange):
        raise OtherPolres


def _expect_parcel(octets: bytes) -> None:
    if not octets:
        raise Empty
    if octets.startswith(_ZIP):
        raise Zipped
    if not octets.startswith(MAGIC):
        raise Torn if MAGIC.startswith(octets) else NotParcel
    if len(octets) > max(OCTETS_MAX.values()):
        raise TooLarge
    if len(octets) < HEAD_OCTETS + SUM_OCTETS:
        raise Torn


def _letters(body: bytes, way: Way) -> tuple[Letter, ...]:
    letters: list[Letter] = []
    at = 0
    while at < len(body):
        begins = at + LETTER_HEAD_OCTETS
        if begins > len(body):
            raise Torn
        kind, size = _LETTER.unpack(body[at:begins])
        if kind not in KINDS[way]:
            raise Newer
        if size > LETTER_OCTETS_MAX:
            raise TooLarge
        at = begins + size
        if at > len(body):
            raise Torn
        letters.append(Letter(Kind(kind), body[begins:at]))
    return tuple(letters)


def _sum(octets: bytes) -> bytes:
    """Finds what a stick or a phone damaged; it proves nothing, the letters' signatures do."""
    return hashlib.blake2b(octets, digest_size=SUM_OCTETS, person=b"parcel sum").digest()
