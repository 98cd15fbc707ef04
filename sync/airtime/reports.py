"""An urgent report on the air, in at most three messages; pure."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sync.airtime.head import BODY_OCTETS_MAX
from sync.codec import squeeze
from sync.errors import MalformedFrame

PARTS_MAX: Final = 3
# A message has no room to name another.
DICTIONARY: Final = 1
# part number and parts, seq
_PART: Final = struct.Struct(">BI")
ROOM: Final = BODY_OCTETS_MAX - _PART.size
# ticket, time, flags, category, confidence, RT, RW, octets of the sender
_FACTS: Final = struct.Struct(">IIBBBBBB")
_TRUST_BITS: Final = 0x07
_CONFIDENTIAL, _CUT, _SQUEEZED, _NUMBER = 0x08, 0x10, 0x20, 0x40
_PLACE_MAX: Final = 255
_SENDER_OCTETS_MAX: Final = 44


@dataclass(frozen=True, slots=True)
class AirReport:
    """What the Polres needs at once; the frame brings the rest.

    Attributes:
        ticket: as in an entry's header.
        received_s: seconds since 1970 (UTC), with the `Trust` of the node's clock.
        category: number of the category, 0 for one that has none.
        rt, rw: 0 for unknown.
        sender: as in the journal, mostly E.164.
        cut: the text goes on; the rest follows by frame.
    """

    seq: int
    ticket: int
    received_s: int
    trust: int
    category: int
    confidence_percent: int
    rt: int
    rw: int
    confidential: bool
    sender: str
    text: str
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """One message's share of a report."""

    seq: int
    total: int
    number: int
    octets: bytes


def split(report: AirReport) -> tuple[bytes, ...]:
    """The bodies of the one to three messages that carry a report, its text cut if it must."""
    octets = _fitting(report)
    total = -(-len(octets) // ROOM)
    return tuple(
        _PART.pack(number << 4 | total, report.seq) + octets[(number - 1) * ROOM : number * ROOM]
        for number in range(1, total + 1)
    )


def _fitting(report: AirReport) -> bytes:
    octets = _facts(report)
    if len(octets) <= PARTS_MAX * ROOM:
        return octets
    # The first length fits and the second does not.
    fits, over = 0, len(report.text)
    while over - fits > 1:
        middle = (fits + over) // 2
        if len(_facts(_begun(report, middle))) <= PARTS_MAX * ROOM:
            fits = middle
        else:
            over = middle
    return _facts(_begun(report, fits))


def _begun(report: AirReport, characters: int) -> AirReport:
    return replace(report, text=report.text[:characters], cut=True)


def _facts(report: AirReport) -> bytes:
    plain = report.text.encode("utf-8", "replace")
    small = squeeze.squeeze(plain, b"", DICTIONARY) if plain else b""
    squeezed = len(small) < len(plain)
    digits = report.sender.removeprefix("+")
    number = report.sender.startswith("+") and digits.isascii() and digits.isdigit()
    sender = _digits(digits) if number else report.sender.encode()[:_SENDER_OCTETS_MAX]
    flags = report.trust & _TRUST_BITS
    flags |= _CONFIDENTIAL * report.confidential | _CUT * report.cut
    flags |= _SQUEEZED * squeezed | _NUMBER * number
    places = (one if one <= _PLACE_MAX else 0 for one in (report.rt, report.rw))
    confidence = max(0, min(report.confidence_percent, 100))
    return (
        _FACTS.pack(
            report.ticket, report.received_s, flags, report.category, confidence, *places,
            len(sender),
        )
        + sender
        + (small if squeezed else plain)
    )  # fmt: skip


def read_piece(body: bytes) -> Piece:
    """Read the body of one message.

    Raises:
        MalformedFrame: it is no piece, or its numbers cannot be true.
    """
    if len(body) < _PART.size:
        raise MalformedFrame
    numbers, seq = _PART.unpack(body[: _PART.size])
    number, total = numbers >> 4, numbers & 0x0F
    if not 1 <= number <= total <= PARTS_MAX or not seq:
        raise MalformedFrame
    return Piece(seq, total, number, body[_PART.size :])


def join(seq: int, pieces: Sequence[bytes]) -> AirReport:
    """The report of all its pieces in their order.

    Raises:
        MalformedFrame: they make none.
    """
    octets = b"".join(pieces)
    if len(octets) < _FACTS.size:
        raise MalformedFrame
    ticket, received_s, flags, category, confidence, rt, rw, length = _FACTS.unpack(
        octets[: _FACTS.size]
    )
    sender, words = octets[_FACTS.size :][:length], octets[_FACTS.size + length :]
    if len(sender) < length or not ticket:
        raise MalformedFrame
    if flags & _SQUEEZED:
        words = squeeze.expand(words, b"", DICTIONARY)
    return AirReport(
        seq=seq,
        ticket=ticket,
        received_s=received_s,
        trust=flags & _TRUST_BITS,
        category=category,
        confidence_percent=min(confidence, 100),
        rt=rt,
        rw=rw,
        confidential=bool(flags & _CONFIDENTIAL),
        sender="+" + _read_digits(sender) if flags & _NUMBER else _read(sender),
        text=_read(words),
        cut=bool(flags & _CUT),
    )


def _digits(digits: str) -> bytes:
    """Two digits an octet, the last one filled with 15."""
    return bytes.fromhex(digits + "f" * (len(digits) % 2))


def _read_digits(octets: bytes) -> str:
    digits = octets.hex().removesuffix("f")
    if not digits.isdigit():
        raise MalformedFrame
    return digits


def _read(octets: bytes) -> str:
    return octets.decode("utf-8", "replace")
