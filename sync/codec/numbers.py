"""Streams of a frame: bits and numbers in one, text in the other, read in the order written."""

from typing import Final

from sync.errors import MalformedFrame

_ONES_MAX: Final = 20
_SIZE_BITS: Final = 7


class Writer:
    """Collects bits, numbers and text."""

    def __init__(self) -> None:
        self._bits: list[str] = []
        self._text: list[bytes] = []

    def bit(self, value: bool) -> None:  # noqa: FBT001 -- the value itself
        """One bit."""
        self._bits.append("1" if value else "0")

    def number(self, value: int, low_bits: int) -> None:
        """A number from 0 up as a Rice code: what lies above its low bits as ones and a zero.

        One that would be long so is written as 20 ones, its size in 7 bits, and its bits.
        """
        high = value >> low_bits
        if high >= _ONES_MAX:
            digits = f"{value:b}"
            self._bits.append("1" * _ONES_MAX + f"{len(digits):07b}" + digits)
            return
        self._bits.append("1" * high + "0")
        if low_bits:
            self._bits.append(f"{value & ((1 << low_bits) - 1):0{low_bits}b}")

    def text(self, octets: bytes) -> None:
        """Text without a zero octet."""
        self._text.append(octets + b"\0")

    def raw(self, octets: bytes) -> None:
        """Octets whose length is written as a number."""
        self.number(len(octets), 7)
        self._text.append(octets)

    def streams(self) -> tuple[bytes, bytes]:
        """The text, and the bits: filled up with zeros to whole octets."""
        bits = "".join(self._bits)
        size = (len(bits) + 7) // 8
        return b"".join(self._text), int("0" + bits.ljust(size * 8, "0"), 2).to_bytes(size, "big")


class Reader:
    """Reads what a `Writer` wrote.

    Raises:
        MalformedFrame: by any method, when the streams end early.
    """

    def __init__(self, text: bytes, bits: bytes) -> None:
        size = len(bits) * 8
        self._bits = f"{int.from_bytes(bits, 'big'):0{size}b}" if size else ""
        self._at = 0
        self._text = text
        self._text_at = 0

    def bit(self) -> bool:
        """One bit."""
        return self._take(1) == "1"

    def number(self, low_bits: int) -> int:
        """A number that was written with as many low bits."""
        bits, at = self._bits, self._at
        end = bits.find("0", at)
        high = end - at
        if end < 0 or high >= _ONES_MAX:
            self._take(_ONES_MAX)
            size = int(self._take(_SIZE_BITS), 2)
            return int("0" + self._take(size), 2)
        self._at = end + 1
        if not low_bits:
            return high
        return high << low_bits | int(self._take(low_bits), 2)

    def _take(self, count: int) -> str:
        end = self._at + count
        if end > len(self._bits):
            raise MalformedFrame
        found = self._bits[self._at : end]
        self._at = end
        return found

    def text(self) -> bytes:
        """Text up to its zero octet."""
        at = self._text.find(b"\0", self._text_at)
        if at < 0:
            raise MalformedFrame
        found = self._text[self._text_at : at]
        self._text_at = at + 1
        return found

    def raw(self) -> bytes:
        """Octets whose length is written as a number."""
        end = self._text_at + self.number(7)
        if end > len(self._text):
            raise MalformedFrame
        found = self._text[self._text_at : end]
        self._text_at = end
        return found

    def done(self) -> None:
        """Check that nothing is left over.

        Raises:
            MalformedFrame: something is.
        """
        left = self._bits[self._at :]
        if self._text_at != len(self._text) or len(left) > 7 or "1" in left:
            raise MalformedFrame


def folded(value: int) -> int:
    """A signed number as one from 0 up: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return value << 1 if value >= 0 else -value * 2 - 1


def unfolded(value: int) -> int:
    """The signed number of `folded`."""
    return -(value + 1 >> 1) if value & 1 else value >> 1
