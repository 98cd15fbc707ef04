"""The head of a message on the air, which stands in clear; pure."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from sync.errors import MalformedFrame

VERSION: Final = 1
# version and kind, node, counter
_HEAD: Final = struct.Struct(">B5sI")
HEAD_OCTETS: Final = _HEAD.size
SIV_OCTETS: Final = 16
BODY_OCTETS_MAX: Final = 90
"""So long that a message fits one SMS as octets and also as text (`sync.airtime.seven`)."""
OCTETS_MAX: Final = HEAD_OCTETS + SIV_OCTETS + BODY_OCTETS_MAX
COUNTER_MAX: Final = 2**32 - 1


class Kind(IntEnum):
    """What a message is; the numbers are the wire format, never reused, never renumbered."""

    REPORT = 1
    HEARTBEAT = 2
    KEYS_ASKED = 3
    KEYS = 4
    ACK = 5
    WRAP = 6


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


def read_head(octets: bytes) -> Head:
    """The head of what may be a message; nothing is proven yet.

    Raises:
        MalformedFrame: no message of a version and kind that are known here.
    """
    least = HEAD_OCTETS + SIV_OCTETS + 1
    if not least <= len(octets) <= OCTETS_MAX or octets[0] >> 4 != VERSION:
        raise MalformedFrame
    first, node, counter = _HEAD.unpack(octets[:HEAD_OCTETS])
    try:
        kind = Kind(first & 0x0F)
    except ValueError as error:
        raise MalformedFrame from error
    return Head(kind, int.from_bytes(node, "big"), counter)
