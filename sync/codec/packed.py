"""Codec 1: a run of entries becomes the body of a frame, and back bit for bit."""

import struct
from collections.abc import Sequence
from typing import Final, Protocol

from sync.chain import LogId
from sync.codec import squeeze
from sync.codec.columns import Columns, Identity, Row
from sync.codec.numbers import Reader, Writer
from sync.entry import Entry, Flag, Header, Shape
from sync.errors import MalformedFrame

CODEC_COLUMNS: Final = 1
PREFIX_OCTETS_MAX: Final = 128 * 1024
# What stands in clear of an entry that travels as stored: shape, day, ticket, sets, flags, length.
_STORED: Final = struct.Struct(">BHIBBH")
# Octets of the compressed text, and of the bits.
_LENGTHS: Final = struct.Struct(">HH")
_LENGTH_MAX: Final = 0xFFFF


class Opener(Protocol):
    """Opens and seals what both sides of a log can open: with the session key or the duty key.

    It never tries the key of a unit: what it opens, the other side must open as well.
    """

    def opened(self, entry: Entry) -> bytes | None:
        """The body in clear, None when neither key opens it."""

    def sealed(self, header: Header, plain: bytes) -> bytes | None:
        """The sealed body, None when the key is not known; the same octets each time."""

    def frame_key(self, log_id: LogId, session: bytes) -> bytes | None:
        """The key of this session's frames, None when the session is locked."""


class Memory:
    """The entries of one session up to some number, as what the next frame builds on.

    Attributes:
        first: number of the first entry that it holds.
        next: number of the entry after the last one.
    """

    def __init__(self, log_id: LogId, session: bytes, first: int) -> None:
        self.log_id = log_id
        self.session = session
        self.first = first
        self.next = first
        self.columns = Columns()

    @property
    def full(self) -> bool:
        """Whether the next frame should begin a new memory."""
        return len(self.columns.text) > PREFIX_OCTETS_MAX

    def add(self, entries: Sequence[Entry], opener: Opener) -> None:
        """Learn entries that came in other frames."""
        rows, _stored = _split(entries, opener)
        self.columns.write(Writer(), [row for row in rows if row is not None])
        self.next += len(entries)

    def encode(self, run: Sequence[Entry], opener: Opener) -> bytes:
        """The body of a frame with this run; the memory has learnt it.

        Raises:
            MalformedFrame: too much for one frame; the memory is then of no use.
        """
        earlier = bytes(self.columns.text)
        rows, stored = _split(run, opener)
        to = Writer()
        to.bit(all(rows))
        if not all(rows):
            for row in rows:
                to.bit(row is not None)
        self.columns.write(to, [row for row in rows if row is not None])
        self.next += len(run)
        text, bits = to.streams()
        told = squeeze.squeeze(text, earlier) if text else b""
        if max(len(told), len(bits)) > _LENGTH_MAX:
            raise MalformedFrame
        return _LENGTHS.pack(len(told), len(bits)) + told + bits + stored

    def decode(
        self,
        body: bytes,
        count: int,
        opener: Opener,
        dictionary: int = squeeze.DICTIONARY_NUMBER,
    ) -> tuple[Entry, ...]:
        """The entries of a frame's body; the memory has learnt them.

        Raises:
            MalformedFrame: it is broken, or a key is missing; the memory is then of no use.
        """
        if len(body) < _LENGTHS.size:
            raise MalformedFrame
        told, bits = _LENGTHS.unpack_from(body)
        end = _LENGTHS.size + told
        if end + bits > len(body):
            raise MalformedFrame
        packed = body[_LENGTHS.size : end]
        text = squeeze.expand(packed, bytes(self.columns.text), dictionary) if told else b""
        source = Reader(text, body[end : end + bits])
        whole = source.bit()
        open_ones = [whole or source.bit() for _ in range(count)]
        log = self.log_id
        identity = Identity(log.node, log.instance, log.log, self.session, self.next)
        numbers = range(self.next, self.next + count)
        seqs = [seq for seq, is_open in zip(numbers, open_ones, strict=True) if is_open]
        rows = {row.header.seq: row for row in self.columns.read(source, identity, seqs)}
        stored = _Stored(identity, body[end + bits :])
        entries = [
            _resealed(rows[seq], opener) if seq in rows else stored.next(seq) for seq in numbers
        ]
        stored.done()
        self.next += count
        return tuple(entries)


class _Stored:
    """Reads the entries that travel as stored."""

    def __init__(self, identity: Identity, octets: bytes) -> None:
        self._identity = identity
        self._octets = octets
        self._at = 0

    def next(self, seq: int) -> Entry:
        """The next of them, which has this number."""
        end = self._at + _STORED.size
        if end > len(self._octets):
            raise MalformedFrame
        shape, day, ticket, sets, flags, length = _STORED.unpack_from(self._octets, self._at)
        if end + length > len(self._octets) or shape not in (Shape.SEALED, Shape.DUTY):
            raise MalformedFrame
        one = self._identity
        header = Header(
            one.node, one.instance, one.log, seq, one.session,
            Shape(shape), day, ticket, sets, Flag(flags),
        )  # fmt: skip
        self._at = end + length
        return Entry(header, self._octets[end : self._at])

    def done(self) -> None:
        """Check that nothing is left over."""
        if self._at != len(self._octets):
            raise MalformedFrame


def _split(entries: Sequence[Entry], opener: Opener) -> tuple[list[Row | None], bytes]:
    """What can be told as columns, and the octets of what travels as stored."""
    rows: list[Row | None] = []
    stored = bytearray()
    for entry in entries:
        header = entry.header
        plain = opener.opened(entry)
        if plain is not None:
            rows.append(Row(header, plain))
            continue
        rows.append(None)
        stored += _STORED.pack(
            header.shape, header.day, header.ticket, header.sets, header.flags, len(entry.body)
        )
        stored += entry.body
    return rows, bytes(stored)


def _resealed(row: Row, opener: Opener) -> Entry:
    body = opener.sealed(row.header, row.plain)
    if body is None:
        raise MalformedFrame
    return Entry(row.header, body)
