"""The alphabets of SMS: GSM 7-bit with its extension table, and UCS-2 (3GPP TS 23.038)."""

import unicodedata
from enum import StrEnum

ESCAPE = 0x1B

# 3GPP TS 23.038 section 6.2.1, in code order; 0x1B is the escape to the extension table.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 3GPP TS 23.038 section 6.2.1.1.
_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_SEPTETS = {char: bytes([code]) for code, char in enumerate(_BASIC) if code != ESCAPE} | {
    char: bytes([ESCAPE, code]) for code, char in _EXTENSION.items()
}
GSM7_CHARACTERS = "".join(_SEPTETS)
"""Every character that GSM 7-bit can carry, extension table included."""

_TYPOGRAPHIC = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201b": "'",
        "\u2032": "'",
        "`": "'",
        "\u00b4": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2033": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2015": "-",
        "\u2212": "-",
        "\u2022": "-",
        "\u2026": "...",
        "\u00d7": "x",
        "\t": " ",
        "\u00a0": " ",
        "\u2007": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u200b": "",
        "\u200e": "",
        "\u200f": "",
        "\u2060": "",
        "\ufeff": "",
    }
)


class Alphabet(StrEnum):
    """How the user data of a short message is written (3GPP TS 23.038 section 4)."""

    GSM7 = "gsm7"
    OCTETS = "8bit"
    UCS2 = "ucs2"
    COMPRESSED = "compressed"
    """Compressed per 3GPP TS 23.042: kept as octets, never decoded."""


def septets(text: str) -> int | None:
    """Return how many septets a text takes in GSM 7-bit, or None if it does not fit."""
    coded = encode_gsm7(text)
    return None if coded is None else len(coded)


def encode_gsm7(text: str) -> bytes | None:
    """Return a text as septets, one to a byte and not packed, or None if it does not fit."""
    coded = [_SEPTETS.get(char) for char in text]
    return None if None in coded else b"".join(filter(None, coded))


def decode_gsm7(coded: bytes) -> str:
    """Return the text of unpacked septets.

    As 3GPP TS 23.038 section 6.2.1.1 asks, an escape before a code that the extension table
    lacks shows the basic table's character; an escape before nothing or another escape shows
    a space.
    """
    text: list[str] = []
    escaped = False
    for code in coded:
        if code == ESCAPE:
            if escaped:
                text.append(" ")
            escaped = not escaped
            continue
        basic = _BASIC[code & 0x7F]
        text.append(_EXTENSION.get(code, basic) if escaped else basic)
        escaped = False
    if escaped:
        text.append(" ")
    return "".join(text)


def pack(coded: bytes, fill_bits: int = 0) -> bytes:
    """Pack septets into octets, least significant bit first (3GPP TS 23.038 section 6.1.2.1).

    Args:
        coded: septets, one to a byte.
        fill_bits: 0 to 6 zero bits before the first septet, which bring it to a septet boundary
            behind a user data header.
    """
    bits = sum(code << (7 * place) for place, code in enumerate(coded)) << fill_bits
    return bits.to_bytes((7 * len(coded) + fill_bits + 7) // 8, "little")


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> bytes:
    """Return up to `count` septets out of packed octets, fewer where the octets end before."""
    bits = int.from_bytes(octets, "little") >> fill_bits
    held = max(0, (8 * len(octets) - fill_bits) // 7)
    return bytes((bits >> (7 * place)) & 0x7F for place in range(min(count, held)))


def decode_packed(octets: bytes) -> str:
    """The text of packed septets that carry no count, as in USSD (23.038 section 6.1.2.3.1).

    Seven bits to spare in the last octet are filled up with CR, which is no text.
    """
    coded = unpack(octets, 8 * len(octets) // 7)
    if len(octets) % 7 == 0 and coded[-1:] in (b"\x00", b"\x0d"):
        coded = coded[:-1]
    return decode_gsm7(coded)


def encode_ucs2(text: str) -> bytes:
    """Return a text as UTF-16BE, characters beyond U+FFFF as surrogate pairs.

    A lone surrogate, which no phone could show, goes out as U+FFFD.
    """
    whole = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
    return whole.encode("utf-16-be")


def decode_ucs2(octets: bytes) -> str:
    """Return the text of UTF-16BE octets; an odd last octet is left out.

    A lone surrogate becomes U+FFFD, so that the text can always be stored as UTF-8.
    """
    return octets[: len(octets) // 2 * 2].decode("utf-16-be", "replace")


def to_gsm7(text: str) -> str:
    """Replace typographic signs and accents that GSM 7-bit lacks by their plain likeness.

    What has none (an emoji, a Chinese character) stays, so `septets` still tells the truth.
    """
    return "".join(map(_plain, text.translate(_TYPOGRAPHIC)))


def _plain(char: str) -> str:
    if char in _SEPTETS:
        return char
    base = "".join(
        sign for sign in unicodedata.normalize("NFKD", char) if not unicodedata.combining(sign)
    )
    return base if base and encode_gsm7(base) is not None else char
