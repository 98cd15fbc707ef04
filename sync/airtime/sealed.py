"""A message on the air: head in clear, body sealed under the pair's key of its direction."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sync import seal
from sync.airtime import siv
from sync.errors import MalformedFrame
from sync.seal import KeyPair

VERSION: Final = 1
# version and kind, node, counter
_HEAD: Final = struct.Struct(">B5sI")
HEAD_OCTETS: Final = _HEAD.size
BODY_OCTETS_MAX: Final = 90
"""So long that a message fits one SMS as octets and also as text (`sync.airtime.seven`)."""
OCTETS_MAX: Final = HEAD_OCTETS + siv.SIV_OCTETS + BODY_OCTETS_MAX
COUNTER_MAX: Final = 2**32 - 1
_DOMAIN: Final = b"kentongan air"
_PROOF_OCTETS: Final = 8


class Kind(IntEnum):
    """What a message is; the numbers are the wire format, never reused, never renumbered."""

    REPORT = 1
    HEARTBEAT = 2
    KEYS_ASKED = 3
    KEYS = 4
    ACK = 5


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in clear, and is sealed with: who is spoken for, and which message this is.

    Attributes:
        node: ten digits of the desa's code as a number.
        counter: rises with each message of a direction; never used twice with a key.
    """

    kind: Kind
    node: int
    counter: int

    def pack(self) -> bytes:
        """The 10 octets of the head."""
        return _HEAD.pack(VERSION << 4 | self.kind, self.node.to_bytes(5, "big"), self.counter)


@dataclass(frozen=True, slots=True, repr=False)
class PairKeys:
    """The keys of a node and its Polres, one for each direction, 64 octets each."""

    up: bytes
    down: bytes


def pair_keys(mine: KeyPair, other: bytes, node: int, instance: int) -> PairKeys:
    """The keys of a pair, from one's own X25519 pair and the other's public key."""
    shared = seal.shared_key(mine, other)
    return PairKeys(_key(shared, "up", node, instance), _key(shared, "down", node, instance))


def run_key(mine: KeyPair, other: bytes, node: int, instance: int) -> bytes:
    """The key for what only the running session of a node may read.

    One of the two pairs is the session's RAM key: when the node stops, nobody opens it any more
    but the Polres.
    """
    return _key(seal.shared_key(mine, other), "run", node, instance)


def _key(shared: bytes, use: str, node: int, instance: int) -> bytes:
    halves = (seal.derive(shared, "air", use, node, instance, half) for half in ("mac", "cipher"))
    return b"".join(halves)


def proof(key: bytes, head: Head) -> bytes:
    """Eight octets by which a run shows in a message that it holds its RAM key."""
    return seal.tag(key, "air run", head.pack())[:_PROOF_OCTETS]


def seal_air(key: bytes, head: Head, body: bytes) -> bytes:
    """The octets of a message; `body` has 1 to 90 octets."""
    if not 0 < len(body) <= BODY_OCTETS_MAX:
        raise MalformedFrame
    packed = head.pack()
    return packed + siv.seal(key, (_DOMAIN, packed), body)


def read_head(octets: bytes) -> Head:
    """The head of what may be a message; nothing is proven yet.

    Raises:
        MalformedFrame: no message of a version and kind that are known here.
    """
    least = HEAD_OCTETS + siv.SIV_OCTETS + 1
    if not least <= len(octets) <= OCTETS_MAX or octets[0] >> 4 != VERSION:
        raise MalformedFrame
    first, node, counter = _HEAD.unpack(octets[:HEAD_OCTETS])
    try:
        kind = Kind(first & 0x0F)
    except ValueError as error:
        raise MalformedFrame from error
    return Head(kind, int.from_bytes(node, "big"), counter)


def open_air(key: bytes, octets: bytes) -> bytes:
    """The body of a message.

    Raises:
        CannotOpen: another key, another head, or changed octets.
    """
    return siv.open_sealed(key, (_DOMAIN, octets[:HEAD_OCTETS]), octets[HEAD_OCTETS:])
