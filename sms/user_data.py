"""The user data of a TPDU: coding scheme, header, content and concatenation."""

from dataclasses import dataclass

from sms.alphabet import (
    Alphabet,
    decode_gsm7,
    decode_ucs2,
    encode_gsm7,
    encode_ucs2,
    pack,
    septets,
    unpack,
)
from sms.errors import UnsendableError

Header = tuple[tuple[int, bytes], ...]
"""Information elements of a user data header: identifier and data, in their order."""

CONCATENATED_8 = 0x00
# Application port addressing of 16 bits (3GPP TS 23.040 section 9.2.3.24.4).
PORTS_16 = 0x05
CONCATENATED_16 = 0x08
MAX_OCTETS = 140
MAX_SEPTETS = 160
MAX_PARTS = 255
# What a part holds beside a concatenation header (3GPP TS 23.040 section 9.2.3.24.1).
PART_SEPTETS = 153


@dataclass(frozen=True, slots=True)
class Coding:
    """What a data coding scheme octet says: alphabet, and message class 0 to 3 if any."""

    alphabet: Alphabet
    message_class: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a concatenated text this is (3GPP TS 23.040 section 9.2.3.24.1 and .8)."""

    reference: int
    """8 bits, or 16 if `wide`; the sender's choice, reused sooner or later."""
    wide: bool
    total: int
    number: int
    """From 1 to `total`."""

    @property
    def sound(self) -> bool:
        """Whether the numbers can be true; if not, the standard says to ignore the element."""
        return 1 <= self.number <= self.total <= MAX_PARTS

    def element(self) -> tuple[int, bytes]:
        """Return the information element; raises UnsendableError if a number does not fit."""
        width = 2 if self.wide else 1
        try:
            numbers = self.reference.to_bytes(width, "big") + bytes([self.total, self.number])
        except (OverflowError, ValueError):
            raise UnsendableError("nomor bagian atau rujukan di luar batas") from None
        return (CONCATENATED_16 if self.wide else CONCATENATED_8), numbers


@dataclass(frozen=True, slots=True)
class UserData:
    """User data as read: `data` is what stands after the header.

    For GSM 7-bit, `data` has one septet to a byte; for all else, the octets as they came.
    """

    alphabet: Alphabet
    data: bytes
    header: Header
    part: Part | None
    truncated: bool
    """The length octet or the header does not fit what is there."""

    @property
    def text(self) -> str:
        """The decoded content."""
        return content_text(self.alphabet, self.data)


def coding(dcs: int) -> Coding:
    """Read a data coding scheme (3GPP TS 23.038 section 4); reserved ones mean GSM 7-bit."""
    group, low = dcs >> 4, dcs & 0x0F
    if group < 8:
        # General groups; the second four only add automatic deletion.
        return Coding(_general_alphabet(dcs), dcs & 3 if dcs & 0x10 else None)
    if group == 0xF:
        return Coding(Alphabet.OCTETS if low & 0x04 else Alphabet.GSM7, dcs & 3)
    return Coding(Alphabet.UCS2 if group == 0xE else Alphabet.GSM7, None)


def _general_alphabet(dcs: int) -> Alphabet:
    if dcs & 0x20:
        return Alphabet.COMPRESSED
    alphabets = (Alphabet.GSM7, Alphabet.OCTETS, Alphabet.UCS2, Alphabet.GSM7)
    return alphabets[dcs >> 2 & 3]


def content_text(alphabet: Alphabet, data: bytes) -> str:
    """Decode content of one alphabet: octets one character each, compressed ones not at all."""
    match alphabet:
        case Alphabet.GSM7:
            return decode_gsm7(data)
        case Alphabet.UCS2:
            return decode_ucs2(data)
        case Alphabet.OCTETS:
            return data.decode("latin-1")
        case Alphabet.COMPRESSED:
            return ""


def read_user_data(length: int, octets: bytes, alphabet: Alphabet, *, headed: bool) -> UserData:
    """Read user data (3GPP TS 23.040 section 9.2.3.24); never raises.

    Args:
        length: TP-UDL, in septets for GSM 7-bit and in octets otherwise, header included.
        octets: all that follows TP-UDL.
        alphabet: as the data coding scheme says.
        headed: TP-UDHI.
    """
    gsm7 = alphabet is Alphabet.GSM7
    announced = (7 * length + 7) // 8 if gsm7 else length
    body = octets[:announced]
    # 3GPP TS 23.040 section 9.2.3.24: a header that cannot be true is ignored as a whole.
    cut = headed and (not body or body[0] + 1 > len(body))
    header_octets = body[0] + 1 if headed and not cut else 0
    header, sound = _read_header(body[1:header_octets])
    if gsm7:
        fill_bits = -8 * header_octets % 7
        count = max(0, length - (8 * header_octets + fill_bits) // 7)
        data = unpack(body[header_octets:], count, fill_bits)
    else:
        data = body[header_octets:]
    truncated = len(octets) != announced or cut or not sound
    return UserData(alphabet, data, header, _concatenation(header), truncated)


def _read_header(octets: bytes) -> tuple[Header, bool]:
    elements: list[tuple[int, bytes]] = []
    at = 0
    while at + 2 <= len(octets):
        end = at + 2 + octets[at + 1]
        if end > len(octets):
            break
        elements.append((octets[at], octets[at + 2 : end]))
        at = end
    return tuple(elements), at == len(octets)


def _concatenation(header: Header) -> Part | None:
    # 3GPP TS 23.040 section 9.2.3.24: of repeated elements the last one counts.
    for identifier, data in reversed(header):
        wide = identifier == CONCATENATED_16
        if identifier in (CONCATENATED_8, CONCATENATED_16) and len(data) == 3 + wide:
            part = Part(int.from_bytes(data[:-2], "big"), wide, data[-2], data[-1])
            return part if part.sound else None
    return None


def choose_dcs(body: str | bytes) -> int:
    """Return the plainest data coding scheme for a text, or 8-bit for octets."""
    if isinstance(body, bytes):
        return 0x04
    return 0x08 if septets(body) is None else 0x00


def write_user_data(
    body: str | bytes, alphabet: Alphabet, part: Part | None, port: int | None = None
) -> bytes:
    """Write TP-UDL and TP-UD; raises UnsendableError if it does not fit one short message.

    `port` is the application port of both ends.
    """
    data = _content_octets(body, alphabet)
    elements = [] if part is None else [part.element()]
    if port is not None:
        elements.append((PORTS_16, port.to_bytes(2, "big") * 2))
    header = b"".join(bytes([name, len(value)]) + value for name, value in elements)
    if header:
        header = bytes([len(header)]) + header
    if alphabet is Alphabet.GSM7:
        fill_bits = -8 * len(header) % 7
        length = (8 * len(header) + fill_bits) // 7 + len(data)
        field = header + pack(data, fill_bits)
    else:
        field = header + data
        length = len(field)
    if length > (MAX_SEPTETS if alphabet is Alphabet.GSM7 else MAX_OCTETS):
        raise UnsendableError("teks lebih panjang dari satu SMS")
    return bytes([length]) + field


def _content_octets(body: str | bytes, alphabet: Alphabet) -> bytes:
    if isinstance(body, bytes):
        return body
    data = encode_ucs2(body) if alphabet is Alphabet.UCS2 else encode_gsm7(body)
    if alphabet not in (Alphabet.UCS2, Alphabet.GSM7) or data is None:
        raise UnsendableError("teks tidak dapat ditulis dengan alfabet ini")
    return data


def split_text(text: str, *, wide: bool) -> tuple[str, ...]:
    """Split a text over as few short messages as it takes, no character across two of them.

    So neither an escape sequence nor a surrogate pair is ever cut. `wide` counts the longer
    header of 16-bit references. Raises UnsendableError beyond 255 parts.
    """
    gsm7 = choose_dcs(text) == 0
    single = MAX_SEPTETS if gsm7 else MAX_OCTETS
    header = 7 if wide else 6
    room = MAX_SEPTETS - (8 * header + 6) // 7 if gsm7 else MAX_OCTETS - header
    costs = [(septets(char) or 0) if gsm7 else len(encode_ucs2(char)) for char in text]
    if sum(costs) <= single:
        return (text,)
    parts: list[str] = []
    start = used = 0
    for at, cost in enumerate(costs):
        if used + cost > room:
            parts.append(text[start:at])
            start, used = at, 0
        used += cost
    parts.append(text[start:])
    if len(parts) > MAX_PARTS:
        raise UnsendableError("teks lebih dari 255 bagian")
    return tuple(parts)


def split_words(text: str) -> tuple[str, ...]:
    """Split a text of the GSM 7-bit alphabet so that no word is cut that fits a part.

    A phone that lacks one part still shows whole words. Joined, the parts are the text again.
    """
    if _width(text) <= MAX_SEPTETS:
        return (text,)
    parts: list[str] = []
    rest = text
    while _width(rest) > PART_SEPTETS:
        end = _room(rest)
        space = rest.rfind(" ", 0, end)
        cut = space + 1 if space > 0 else end
        parts.append(rest[:cut])
        rest = rest[cut:]
    return (*parts, rest)


def _room(text: str) -> int:
    """How many characters of a text fit a part."""
    used = 0
    for at, char in enumerate(text):
        used += _width(char)
        if used > PART_SEPTETS:
            return at
    return len(text)


def _width(text: str) -> int:
    whole = septets(text)
    return sum(septets(char) or 0 for char in text) if whole is None else whole
