"""One entry of a journal: a fixed binary header in clear and a sealed body."""

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, IntFlag

from sync.errors import MalformedFrame

VERSION = 1
HASH_OCTETS = 32
SESSION_OCTETS = 16
BODY_OCTETS_MAX = 65_535
DAY_ZERO = date(2020, 1, 1)

# version, node, instance, log, seq, session, shape, day, ticket, sets, flags
_HEADER = struct.Struct(">B5sHBI16sBHIBB")
HEADER_OCTETS = _HEADER.size


class Log(IntEnum):
    """Which of the two single-writer logs an entry belongs to."""

    UP = 0
    DOWN = 1


class Shape(IntEnum):
    """Class of the body as far as it may be seen: unit-sealed bodies look like sealed ones."""

    SEALED = 0
    DUTY = 1


class Flag(IntFlag):
    """Bits of the header that a locked node needs in order to remind people."""

    NONE = 0
    URGENT = 1


_LOGS = {int(one): one for one in Log}
_SHAPES = {int(one): one for one in Shape}
_FLAGS = tuple(map(Flag, range(256)))


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in clear: 38 octets on disk and in frames.

    Attributes:
        node: ten digits of the desa's Kemendagri code as a number, e.g. 5204072001.
        day: days since 2020-01-01 by the last trusted clock, 0 when none was trusted yet.
        ticket: `ticket_code` of the report it concerns, 0 for none.
        sets: the report state that it sets, 0 for none.
    """

    node: int
    instance: int
    log: Log
    seq: int
    session: bytes
    shape: Shape
    day: int
    ticket: int
    sets: int
    flags: Flag

    def pack(self) -> bytes:
        """The 38 octets of the header."""
        return _HEADER.pack(
            VERSION,
            self.node.to_bytes(5, "big"),
            self.instance,
            self.log,
            self.seq,
            self.session,
            self.shape,
            self.day,
            self.ticket,
            self.sets,
            self.flags,
        )

    @classmethod
    def unpack(cls, octets: bytes) -> "Header":
        """Read a header.

        Raises:
            MalformedFrame: another length or version, or a class that is not known.
        """
        if len(octets) != HEADER_OCTETS or octets[0] != VERSION:
            raise MalformedFrame
        fields = _HEADER.unpack(octets)
        log, shape = _LOGS.get(fields[3]), _SHAPES.get(fields[6])
        if log is None or shape is None:
            raise MalformedFrame
        return cls(
            node=int.from_bytes(fields[1], "big"),
            instance=fields[2],
            log=log,
            seq=fields[4],
            session=fields[5],
            shape=shape,
            day=fields[7],
            ticket=fields[8],
            sets=fields[9],
            flags=_FLAGS[fields[10]],
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A header with its sealed body (nonce, ciphertext and tag)."""

    header: Header
    body: bytes

    def hash_after(self, previous: bytes) -> bytes:
        """BLAKE2b-256(previous hash, header, sealed body)."""
        digest = hashlib.blake2b(previous, digest_size=HASH_OCTETS)
        digest.update(self.header.pack())
        digest.update(self.body)
        return digest.digest()


def ticket_code(ticket: str | None) -> int:
    """A ticket as the header's number: 5 digits are 1..100000, 6 digits lie above, 0 is none."""
    if not ticket:
        return 0
    return int(ticket) + (1 if len(ticket) == 5 else 100_001)


def ticket_text(code: int) -> str | None:
    """The ticket of a header's number, None for 0."""
    if code == 0:
        return None
    if code <= 100_000:
        return f"{code - 1:05d}"
    return f"{code - 100_001:06d}"


def day_number(moment: datetime | None) -> int:
    """Days since 2020-01-01 (UTC); 0 for an unknown or earlier time."""
    if moment is None:
        return 0
    return min(65_535, max(0, (moment.astimezone(UTC).date() - DAY_ZERO).days))


def day_date(number: int) -> date | None:
    """The date of a header's day, None when it was not known."""
    return DAY_ZERO + timedelta(days=number) if number else None
