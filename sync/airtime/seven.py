"""A message as text of the GSM 7-bit alphabet, where a network loses SMS of octets; pure.

Base64 (RFC 4648) without padding, after a mark: letters, digits, + and / stand in every table
of that alphabet at the place of ASCII, and are never written as two septets.
"""

import base64
import binascii
import re
from typing import Final

from sync.airtime.head import OCTETS_MAX

MARK: Final = "KTG:"
_FORM: Final = re.compile(r"\s*KTG:([A-Za-z0-9+/]{36,156})\s*")


def write(octets: bytes) -> str:
    """A message as at most 159 characters."""
    return MARK + base64.b64encode(octets).decode().rstrip("=")


def read(text: str) -> bytes | None:
    """The octets in a text, None for a text that is no such thing."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    digits = found[1]
    try:
        octets = base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return octets if len(octets) <= OCTETS_MAX and write(octets) == MARK + digits else None
