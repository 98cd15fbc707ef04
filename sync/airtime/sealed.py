"""Sealing a message on the air under the pair's key of its direction."""

from dataclasses import dataclass
from typing import Final

from sync import seal
from sync.airtime import siv
from sync.airtime.head import BODY_OCTETS_MAX, HEAD_OCTETS, Head
from sync.errors import MalformedFrame
from sync.seal import KeyPair

_DOMAIN: Final = b"kentongan air"
_PROOF_OCTETS: Final = 8


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


def open_air(key: bytes, octets: bytes) -> bytes:
    """The body of a message.

    Raises:
        CannotOpen: another key, another head, or changed octets.
    """
    return siv.open_sealed(key, (_DOMAIN, octets[:HEAD_OCTETS]), octets[HEAD_OCTETS:])
