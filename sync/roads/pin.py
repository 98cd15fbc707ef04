"""The pin of a road: which key its other end must show."""

from dataclasses import dataclass
from typing import Final

from sync.errors import MalformedFrame

PIN_OCTETS: Final = 4 + 32


@dataclass(frozen=True, slots=True)
class Pin:
    """The one key that a road may end at; a later version takes the place of an earlier one.

    Attributes:
        version: rises with every new key, 0 for none yet.
        digest: SHA-256 of the SubjectPublicKeyInfo, 32 octets.
    """

    version: int = 0
    digest: bytes = b""

    def pack(self) -> bytes:
        """36 octets, as they stand on a card and under the root's signature."""
        return self.version.to_bytes(4, "big") + self.digest

    @classmethod
    def unpack(cls, octets: bytes) -> "Pin":
        """Read them back.

        Raises:
            MalformedFrame: of another length.
        """
        if len(octets) != PIN_OCTETS:
            raise MalformedFrame
        return cls(int.from_bytes(octets[:4], "big"), octets[4:])
