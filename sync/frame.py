"""Frames: runs of entries, signed, in the form that every road carries."""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sync.chain import Head, LogId
from sync.entry import HEADER_OCTETS, Entry, Header, Log
from sync.errors import MalformedFrame

VERSION = 1
CODEC_STORED = 0
FRAME_ENTRIES_MAX = 50
FRAME_BODY_OCTETS_MAX = 4_096
SIGNATURE_DOMAIN = "frame"

# version, node, instance, log, codec, dictionary, first seq of the prefix, first, count, session
_HEAD = struct.Struct(">B5sHBBHIIH16s")
HEAD_OCTETS = _HEAD.size
_LENGTH = struct.Struct(">H")
_SIGNATURE_OCTETS = 64


@dataclass(frozen=True, slots=True)
class Frame:
    """A run of entries of one session with the signature of its writer.

    `body` holds the entries as stored (codec 0): header, length (u16), sealed body, one after
    another; or as columns (codec 1, `sync.codec`), which tell opened bodies and so are hidden
    under a key of their session, on disk as on every road. `signature` covers `signed_octets`.

    Attributes:
        dictionary: number of the compressor's dictionary, 0 in codec 0.
        prefix: number of the first entry that the body builds on, 0 in codec 0.
    """

    log_id: LogId
    codec: int
    first: int
    count: int
    session: bytes
    body: bytes
    signature: bytes
    dictionary: int = 0
    prefix: int = 0

    @property
    def last(self) -> int:
        """Number of the frame's last entry."""
        return self.first + self.count - 1


@dataclass(frozen=True, slots=True)
class Coded:
    """A run of entries with the body that carries it, before it is signed.

    Attributes:
        key: hides the body of another codec than 0; from the session key, so in RAM only.
    """

    run: tuple[Entry, ...]
    codec: int
    dictionary: int
    prefix: int
    body: bytes
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """What a frame of another codec than 0 tells: its entries, and the form that is signed."""

    entries: tuple[Entry, ...]
    form: bytes


def signed_octets(log_id: LogId, first: int, head: Head, reader: bytes, form: bytes = b"") -> bytes:
    """What a frame's signature covers: log, first and last number, head hash, reader and form."""
    return (
        f"{log_id.node} {log_id.instance} {log_id.log.name} {first} {head.seq} ".encode()
        + head.hash
        + reader
        + form
    )


def form_of(coded: "Coded | Frame", key: bytes, body: bytes) -> bytes:
    """What binds a signature to the very octets of a body: nothing for codec 0, else their MAC.

    Columns and compressed text can be told in more than one way; what is signed is one of them.
    The MAC is keyed: who lacks the session key cannot try guesses of a body on its signature.
    """
    if coded.codec == CODEC_STORED:
        return b""
    named = f"{coded.codec} {coded.dictionary} {coded.prefix} ".encode()
    return hashlib.blake2b(named + body, key=key, digest_size=32, person=b"form").digest()


def cut(
    entries: Sequence[Entry], octets_max: int = FRAME_BODY_OCTETS_MAX
) -> tuple[tuple[Entry, ...], ...]:
    """Runs of entries that each fit one frame: one session, at most 50 entries or about 4 kB."""
    runs: list[list[Entry]] = []
    octets = 0
    for entry in entries:
        size = HEADER_OCTETS + _LENGTH.size + len(entry.body)
        full = (
            not runs
            or runs[-1][-1].header.session != entry.header.session
            or len(runs[-1]) >= FRAME_ENTRIES_MAX
            or octets + size > octets_max
        )
        if full:
            runs.append([])
            octets = 0
        runs[-1].append(entry)
        octets += size
    return tuple(tuple(run) for run in runs)


def stored_body(entries: Sequence[Entry]) -> bytes:
    """Codec 0: the entries as they lie on disk."""
    return b"".join(
        entry.header.pack() + _LENGTH.pack(len(entry.body)) + entry.body for entry in entries
    )


def entries_of(frame: Frame) -> tuple[Entry, ...]:
    """The entries that a frame carries, bit for bit as its writer sealed them.

    Raises:
        MalformedFrame: cut, too long, an unknown codec, or entries that are not those it names.
    """
    if frame.codec != CODEC_STORED:
        raise MalformedFrame
    entries: list[Entry] = []
    offset = 0
    while offset < len(frame.body):
        header = Header.unpack(frame.body[offset : offset + HEADER_OCTETS])
        offset += HEADER_OCTETS
        if offset + _LENGTH.size > len(frame.body):
            raise MalformedFrame
        (length,) = _LENGTH.unpack_from(frame.body, offset)
        offset += _LENGTH.size
        body = frame.body[offset : offset + length]
        if len(body) != length:
            raise MalformedFrame
        offset += length
        entries.append(Entry(header, body))
    numbers = [entry.header.seq for entry in entries]
    if numbers != list(range(frame.first, frame.first + frame.count)):
        raise MalformedFrame
    if any(entry.header.session != frame.session for entry in entries):
        raise MalformedFrame
    return tuple(entries)


def pack(frame: Frame) -> bytes:
    """The octets of a frame before it is sealed to its reader."""
    head = _HEAD.pack(
        VERSION,
        frame.log_id.node.to_bytes(5, "big"),
        frame.log_id.instance,
        frame.log_id.log,
        frame.codec,
        frame.dictionary,
        frame.prefix,
        frame.first,
        frame.count,
        frame.session,
    )
    return head + frame.signature + frame.body


def unpack(octets: bytes) -> Frame:
    """Read a frame's octets.

    Raises:
        MalformedFrame: cut, another version, or impossible counts.
    """
    if len(octets) < HEAD_OCTETS + _SIGNATURE_OCTETS or octets[0] != VERSION:
        raise MalformedFrame
    fields = _HEAD.unpack(octets[:HEAD_OCTETS])
    _, node, instance, log, codec, dictionary, prefix, first, count, session = fields
    if count == 0 or first == 0 or log not in (Log.UP, Log.DOWN):
        raise MalformedFrame
    if codec == CODEC_STORED and (dictionary or prefix):
        raise MalformedFrame
    return Frame(
        log_id=LogId(int.from_bytes(node, "big"), Log(log), instance),
        codec=codec,
        first=first,
        count=count,
        session=session,
        signature=octets[HEAD_OCTETS : HEAD_OCTETS + _SIGNATURE_OCTETS],
        body=octets[HEAD_OCTETS + _SIGNATURE_OCTETS :],
        dictionary=dictionary,
        prefix=prefix,
    )


def take(kept: Iterable[bytes], seq: int, octets_max: int) -> tuple[Frame, ...]:
    """The first frames that end beyond `seq`: at least one, then up to a total size."""
    chosen: list[Frame] = []
    octets = 0
    for packed in kept:
        octets += len(packed)
        if chosen and octets > octets_max:
            break
        one = unpack(packed)
        if one.last > seq:
            chosen.append(one)
    return tuple(chosen)
