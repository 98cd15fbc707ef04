"""The Polres' exchange keys after its first: how its root announces one, with a rising number."""

from dataclasses import dataclass
from typing import Final

from sync import message, seal
from sync.canonical import octets_in, pack, row, unpack
from sync.errors import MalformedFrame
from sync.seal import KeyPair

VERSION: Final = 1
DOMAIN: Final = "exchange key"
OCTETS_MAX: Final = 256
NUMBERS: Final = range(1, 2**53)
"""The first key has the number 0 and is never announced: it stands on the cards."""


@dataclass(frozen=True, slots=True)
class Announced:
    """An exchange key under the root's signature.

    Attributes:
        number: rises with every key; the time at which it was made, where clocks allow.
        public: X25519 key.
        octets: the announcement itself, to be kept and shown as it came.
    """

    number: int
    public: bytes
    octets: bytes


def announce(root: KeyPair, number: int, public: bytes) -> bytes:
    """The announcement of a key."""
    packed = pack((VERSION, number, public))
    return message.envelope(packed, seal.sign(root, DOMAIN, packed))


def read(octets: bytes, root: bytes) -> Announced:
    """Read an announcement.

    Raises:
        BadSignature: not the root's.
        MalformedFrame: not an announcement of this version, or of a key that nothing can be
            sealed to.
    """
    if len(octets) > OCTETS_MAX:
        raise MalformedFrame
    packed, signature = message.open_envelope(octets)
    seal.verify(root, DOMAIN, packed, signature)
    version, number, public = row(unpack(packed), int, int, bytes)[:3]
    if version != VERSION or not isinstance(number, int) or number not in NUMBERS:
        raise MalformedFrame
    if not seal.is_sound_key(octets_in(public)):
        raise MalformedFrame
    return Announced(number, octets_in(public), octets)
