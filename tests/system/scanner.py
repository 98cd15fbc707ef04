"""Finds planted numbers and texts in raw octets, in every encoding that they may lie in; pure."""

import base64
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

STEP = 2
# Octets of a window, and its struct format: short needles have room for a short one only.
WINDOWS = {8: "Q", 4: "I"}
OCTETS_MIN = min(WINDOWS) + STEP
# Small pieces make few candidates; no needle is longer than the overlap.
PIECE_OCTETS, OVERLAP_OCTETS = 1 << 20, 512


@dataclass(frozen=True, slots=True)
class Needle:
    """Octets that betray a planted item, and how they were encoded."""

    item: str
    encoding: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Hit:
    """A planted item that was found."""

    item: str
    encoding: str


def number_needles(item: str, number: str) -> Iterator[Needle]:
    """All forms of an Indonesian mobile number, given as `+62...`.

    As characters, the digits behind the prefix stand in each of `+62`, `62`, `0` and bare.
    """
    core = number.removeprefix("+62")
    yield from _characters(item, core)
    for name, prefix in (("62", "62"), ("0", "0"), ("bare", "")):
        swapped = _swapped(prefix + core)
        yield Needle(item, f"BCD {name} raw", swapped)
        yield from _hex(item, f"BCD {name}", swapped)


def text_needles(item: str, probes: Iterable[str]) -> Iterator[Needle]:
    """Forms of stretches of a text; each stretch alone betrays it, so parts are found too."""
    for probe in probes:
        yield from _characters(item, probe)
        for shift in range(8):
            packed = _packed(probe, shift)
            yield Needle(item, f"GSM-7 offset {shift} raw", packed)
            yield from _hex(item, f"GSM-7 offset {shift}", packed)


def secret_needles(item: str, secret: bytes) -> Iterator[Needle]:
    """Forms of a key."""
    yield Needle(item, "raw", secret)
    yield from _hex(item, "key", secret)
    yield from _base64(item, secret)


class Scanner:
    """Searches for many needles at once.

    Data are cut into windows that begin at every second octet, so one of the two last windows of
    a needle is among them wherever it lies; only such needles are looked for. The last ones,
    since numbers begin alike.
    """

    def __init__(self, needles: Iterable[Needle]) -> None:
        self._by_window: dict[int, dict[int, list[tuple[Needle, int]]]] = {
            size: defaultdict(list) for size in WINDOWS
        }
        self._needles = tuple(needles)
        for needle in self._needles:
            length = len(needle.octets)
            if length < OCTETS_MIN:
                raise ValueError(f"{needle.encoding} of {needle.item} is too short to tell")
            size = next(size for size in WINDOWS if size + STEP <= length)
            for place in range(length - size, length - size - STEP, -1):
                (window,) = struct.unpack_from(f"<{WINDOWS[size]}", needle.octets, place)
                self._by_window[size][window].append((needle, place))

    @property
    def count(self) -> int:
        """How many needles there are."""
        return len(self._needles)

    @property
    def encodings(self) -> frozenset[str]:
        """Names of all encodings."""
        return frozenset(needle.encoding for needle in self._needles)

    def scan(self, data: bytes) -> frozenset[Hit]:
        """What is found in the data."""
        pieces = range(0, len(data), PIECE_OCTETS)
        found = (self._scan(data[at : at + PIECE_OCTETS + OVERLAP_OCTETS]) for at in pieces)
        return frozenset().union(*found)

    def _scan(self, data: bytes) -> frozenset[Hit]:
        found: set[Hit] = set()
        for size, kind in WINDOWS.items():
            needles = self._by_window[size]
            for offset in range(0, size, STEP):
                count = max(0, len(data) - offset) // size
                windows = struct.unpack(f"<{count}{kind}", data[offset : offset + size * count])
                there = needles.keys() & set(windows)
                if there:
                    found |= _at(data, offset, windows, {one: needles[one] for one in there})
        return frozenset(found)


def _at(
    data: bytes,
    offset: int,
    windows: tuple[int, ...],
    there: dict[int, list[tuple[Needle, int]]],
) -> set[Hit]:
    """The needles whose windows lie where they lie."""
    size = (len(data) - offset) // len(windows)
    places = [(offset + size * n, window) for n, window in enumerate(windows) if window in there]
    return {
        Hit(needle.item, needle.encoding)
        for at, window in places
        for needle, place in there[window]
        if at >= place and data.startswith(needle.octets, at - place)
    }


def _characters(item: str, text: str) -> Iterator[Needle]:
    plain = text.encode()
    yield Needle(item, "UTF-8", plain)
    yield from _hex(item, "UTF-8", plain)
    yield from _base64(item, plain)
    for codec in ("utf-16-le", "utf-16-be"):
        wide = text.encode(codec)
        yield Needle(item, codec, wide)
        yield from _hex(item, codec, wide)


def _hex(item: str, encoding: str, octets: bytes) -> Iterator[Needle]:
    yield Needle(item, f"{encoding} hex", octets.hex().encode())
    yield Needle(item, f"{encoding} HEX", octets.hex().upper().encode())


def _base64(item: str, octets: bytes) -> Iterator[Needle]:
    """Base64 of the octets behind 0, 1 or 2 others, without signs that the neighbours decide."""
    for offset in range(3):
        coded = base64.b64encode(bytes(offset) + octets)
        first, last = -(-offset * 8 // 6), (offset + len(octets)) * 8 // 6
        yield Needle(item, f"base64 offset {offset}", coded[first:last])


def _swapped(digits: str) -> bytes:
    """Swapped BCD (3GPP TS 23.040 section 9.1.2.3), the last half octet filled."""
    even = digits + "F" * (len(digits) % 2)
    return bytes.fromhex("".join(b + a for a, b in zip(even[::2], even[1::2], strict=True)))


def _packed(text: str, shift: int) -> bytes:
    """Septets of ASCII letters packed behind `shift` bits; octets shared with neighbours left out.

    3GPP TS 23.038 section 6.1.2.1.
    """
    bits = sum(ord(char) << 7 * place for place, char in enumerate(text)) << shift
    length = shift + 7 * len(text)
    octets = bits.to_bytes(-(-length // 8), "little")
    return octets[1 if shift else 0 : length // 8]
