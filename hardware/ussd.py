"""USSD answers: plain text, UCS2 in hex, or packed septets in hex (3GPP TS 27.007 section 7.15)."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_CUSD = re.compile(
    r'\+CUSD:\s*(\d+)\s*(?:,\s*"?(.*?)"?\s*(?:,\s*(\d+)\s*)?)?$', re.DOTALL | re.IGNORECASE
)
_HEX = re.compile(r"(?:[0-9A-F]{2})+$", re.IGNORECASE)
_SHARED = {n: chr(n) for n in (*range(0x20, 0x5B), *range(0x61, 0x7B), 0x0A, 0x0D)} | {
    0x00: "@",
    0x02: "$",
    0x11: "_",
    0x24: "?",
    0x40: "?",
}


@dataclass(frozen=True, slots=True)
class Ussd:
    """+CUSD: status, the text as it stood in the quotes, and its coding scheme."""

    status: int
    text: str
    dcs: int | None


def parse_cusd(line: str) -> Ussd | None:
    """A USSD answer; the coding scheme may be missing."""
    found = _CUSD.match(line)
    if not found:
        return None
    return Ussd(int(found[1]), found[2] or "", int(found[3]) if found[3] else None)


def ussd_text(ussd: Ussd, septets: Callable[[bytes], str]) -> str:
    """The readable text of a USSD answer: plain, UCS2 in hex, or packed septets in hex.

    Modems disagree on the form, whatever the coding scheme says (3GPP TS 23.038 section 5).
    """
    text = ussd.text.strip()
    if len(text) < 4 or not _HEX.match(text):
        return text
    ucs2 = ussd.dcs is not None and ussd.dcs & 0x0C == 0x08
    looks_ucs2 = len(text) % 4 == 0 and set(text[::4] + text[1::4]) == {"0"}
    if ucs2 or looks_ucs2:
        return bytes.fromhex(text).decode("utf-16-be", errors="replace")
    # A telephone number is digits only; eight octets of packed text hardly ever are.
    if text.isdigit() or len(text) < 8:
        return text
    return septets(bytes.fromhex(text))


def unpack_ascii(packed: bytes) -> str:
    """Packed septets as text where the GSM alphabet and ASCII agree, ? elsewhere (23.038 6.1)."""
    bits = int.from_bytes(packed, "little")
    values = [bits >> 7 * i & 0x7F for i in range(len(packed) * 8 // 7)]
    # A last octet with seven bits to spare is filled up with CR (23.038 section 6.1.2.3.1).
    if len(packed) % 7 == 0 and values and values[-1] in (0x00, 0x0D):
        values.pop()
    return "".join(_SHARED.get(value, "?") for value in values)


def pack_ascii(text: str) -> bytes:
    """A USSD code as packed septets; digits, * and # are the same in ASCII and GSM."""
    bits = sum((ord(sign) & 0x7F) << 7 * i for i, sign in enumerate(text))
    length = (len(text) * 7 + 7) // 8
    if len(text) % 8 == 7:
        bits |= 0x0D << 7 * len(text)
    return bits.to_bytes(length, "little")
