"""The file of a backup: a short head, sealed chunks, a checksum; it tells nothing without a key.

Head (50 octets, in clear): `KTGBACK`, version 1, node 5, instance 2, number 4, salt 31. Then
chunks of 64 KiB, each XChaCha20-Poly1305 under a key of this file alone, numbered, the last one
marked; then BLAKE2b-256 over all before it.
"""

import hashlib
import re
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from server.desa.backup.errors import FileBroken, FileNewer, KeyMissing
from sync import seal
from sync.canonical import pack, row, unpack
from sync.errors import CannotOpen, MalformedFrame

MAGIC: Final = b"KTGBACK"
VERSION: Final = 1
CHUNK_OCTETS: Final = 65_536
SALT_OCTETS: Final = 31
SUM_OCTETS: Final = 32
_HEAD: Final = struct.Struct(f">7sB5sHI{SALT_OCTETS}s")
_SEALED_OCTETS: Final = CHUNK_OCTETS + 16
_META_OCTETS_MAX: Final = CHUNK_OCTETS
_NAME: Final = re.compile(r"kentongan-(\d{10})-(\d{5})-(\d{8})\.cadangan", re.ASCII)
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup says of itself in clear: whose it is and how new."""

    node: int
    instance: int
    number: int
    salt: bytes

    @property
    def file_name(self) -> str:
        """The file's name; it needs no more than FAT32 can hold."""
        return f"kentongan-{self.node:010d}-{self.instance:05d}-{self.number:08d}.cadangan"

    def pack(self) -> bytes:
        """The octets of the head."""
        node = self.node.to_bytes(5, "big")
        return _HEAD.pack(MAGIC, VERSION, node, self.instance, self.number, self.salt)


@dataclass(frozen=True, slots=True)
class Meta:
    """What stands sealed before the database.

    Attributes:
        made_s: seconds since 1970 by the box's clock.
        instance, seq, hash: the end of the box's own log.
        settings: `kentongan.toml` as it was.
        database_octets: length of what follows.
    """

    made_s: int
    instance: int
    seq: int
    hash: bytes
    settings: str
    database_octets: int

    def pack(self) -> bytes:
        """Its octets with their length before them."""
        fields = (self.made_s, self.instance, self.seq, self.hash, self.settings)
        packed = pack((_FORMAT, *fields, self.database_octets))
        return len(packed).to_bytes(4, "big") + packed

    @classmethod
    def unpack(cls, octets: bytes) -> "Meta":
        """Read it back.

        Raises:
            MalformedFrame: it is none.
        """
        fields = row(unpack(octets), int, int, int, int, bytes, str, int)
        version, made_s, instance, seq, digest, settings, length = fields[:7]
        if version != _FORMAT:
            raise MalformedFrame
        return cls(
            int(str(made_s)), int(str(instance)), int(str(seq)),
            digest if isinstance(digest, bytes) else b"", str(settings), int(str(length)),
        )  # fmt: skip


def named(file_name: str) -> tuple[int, int, int] | None:
    """Node, instance and number in the name of a backup; None for other files."""
    found = _NAME.fullmatch(file_name)
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def backup_key(duty: bytes) -> bytes:
    """The key of all backups of a box, from the duty key on its card."""
    return seal.derive(duty, "backup")


def write(file: BinaryIO, head: Head, key: bytes, meta: Meta, database: Iterable[bytes]) -> int:
    """Write a whole backup; returns its length in octets.

    Args:
        file: at its beginning; nothing is synced here.
        head: its salt is fresh, so that the file's key is its own.
        key: `backup_key`.
        meta: what is said of the database.
        database: its octets in pieces of any size.
    """
    digest = hashlib.blake2b(digest_size=SUM_OCTETS)
    packed = head.pack()
    own_key, length = seal.derive(key, packed), 0

    def out(octets: bytes) -> None:
        nonlocal length
        file.write(octets)
        digest.update(octets)
        length += len(octets)

    out(packed)
    pending = bytearray(meta.pack())
    count = 0
    for piece in database:
        pending += piece
        while len(pending) > CHUNK_OCTETS:
            out(_sealed(own_key, packed, count, bytes(pending[:CHUNK_OCTETS]), last=False))
            del pending[:CHUNK_OCTETS]
            count += 1
    out(_sealed(own_key, packed, count, bytes(pending), last=True))
    file.write(digest.digest())
    return length + SUM_OCTETS


def read_head(file: BinaryIO) -> Head:
    """The head of a backup.

    Raises:
        FileBroken: it is none.
        FileNewer: a later version.
    """
    octets = file.read(_HEAD.size)
    if len(octets) != _HEAD.size or octets[: len(MAGIC)] != MAGIC:
        raise FileBroken
    _, version, node, instance, number, salt = _HEAD.unpack(octets)
    if version > VERSION:
        raise FileNewer
    if version != VERSION:
        raise FileBroken
    return Head(int.from_bytes(node, "big"), instance, number, salt)


def check_sum(path: Path) -> Head:
    """See without a key that nothing of the file was changed by chance.

    Raises:
        FileBroken, FileNewer: it was; or it is no backup.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = read_head(file)
        digest = hashlib.blake2b(head.pack(), digest_size=SUM_OCTETS)
        left = path.stat().st_size - _HEAD.size - SUM_OCTETS
        while left > 0:
            piece = file.read(min(left, _SEALED_OCTETS))
            if not piece:
                raise FileBroken
            digest.update(piece)
            left -= len(piece)
        if left < 0 or file.read() != digest.digest():
            raise FileBroken
    return head


@dataclass(frozen=True, slots=True)
class Opened:
    """An open backup; `database` gives the pages and raises FileBroken where it is damaged."""

    head: Head
    meta: Meta
    database: Iterator[bytes]


def read(path: Path, key_of: Callable[[Head], bytes | None]) -> Opened:
    """Open a backup; it is sound only when `database` came to its end.

    Args:
        path: the file.
        key_of: the `backup_key` for a head, None where there is none.

    Raises:
        FileBroken, FileNewer: it cannot be a sound backup.
        KeyMissing: the key is not this box's.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = read_head(file)
    key = key_of(head)
    if key is None:
        raise KeyMissing
    pieces = _pieces(path, head, key)
    first = next(pieces)
    length = int.from_bytes(first[:4], "big")
    if not 0 < length <= min(_META_OCTETS_MAX, len(first) - 4):
        raise FileBroken
    try:
        meta = Meta.unpack(first[4 : 4 + length])
    except MalformedFrame as error:
        raise FileBroken from error
    return Opened(head, meta, _whole(first[4 + length :], pieces, meta.database_octets))


def _whole(first: bytes, rest: Iterator[bytes], length: int) -> Iterator[bytes]:
    given = len(first)
    yield first
    for piece in rest:
        given += len(piece)
        yield piece
    if given != length:
        raise FileBroken


def _pieces(path: Path, head: Head, key: bytes) -> Iterator[bytes]:
    """The chunks in clear, at least one; what they hold is sound as far as they are given."""
    packed = head.pack()
    own_key, digest = seal.derive(key, packed), hashlib.blake2b(packed, digest_size=SUM_OCTETS)
    with path.open("rb") as file:
        left = path.stat().st_size - _HEAD.size - SUM_OCTETS
        file.seek(_HEAD.size)
        count = 0
        while True:
            sealed = file.read(min(max(left, 0), _SEALED_OCTETS))
            left -= len(sealed)
            digest.update(sealed)
            try:
                yield _open(own_key, packed, count, sealed, last=left <= 0)
            except CannotOpen as error:
                # The first chunk of an undamaged file opens only with the right key.
                wrong_key = count == 0 and _sound(path)
                raise (KeyMissing if wrong_key else FileBroken) from error
            count += 1
            if left <= 0:
                break
        if file.read() != digest.digest():
            raise FileBroken


def _sound(path: Path) -> bool:
    try:
        check_sum(path)
    except FileBroken:
        return False
    return True


def _sealed(key: bytes, head: bytes, number: int, piece: bytes, *, last: bool) -> bytes:
    return seal.seal_message(key, number.to_bytes(8, "big"), head + bytes([last]), piece)


def _open(key: bytes, head: bytes, number: int, sealed: bytes, *, last: bool) -> bytes:
    return seal.open_message(key, number.to_bytes(8, "big"), head + bytes([last]), sealed)
