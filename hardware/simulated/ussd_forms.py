"""USSD answers in the forms that modems give them (3GPP TS 27.007 section 7.15)."""

from string import hexdigits
from typing import Final, Literal, get_args

from hardware.ussd import pack_ascii, unpack_ascii

UssdForm = Literal["plain", "packed", "ucs2", "ucs2 without dcs", "bare", "refused", "silent"]
"""Text as it is; packed septets or UCS-2 in hex; without coding scheme; ERROR; no answer at all."""

FORMS: Final[tuple[UssdForm, ...]] = get_args(UssdForm)


def asked_code(told: str) -> str:
    """The code that was asked for, as it is or as packed septets in hex."""
    if len(told) % 2 or not set(told) <= set(hexdigits):
        return told
    return unpack_ascii(bytes.fromhex(told))


def cusd_line(text: str, form: UssdForm) -> str:
    """The +CUSD line of an answer; "refused" and "silent" have none."""
    ucs2 = text.encode("utf-16-be").hex().upper()
    match form:
        case "ucs2":
            return f'+CUSD: 0,"{ucs2}",72'
        case "ucs2 without dcs":
            return f'+CUSD: 0,"{ucs2}"'
        case "packed":
            return f'+CUSD: 0,"{pack_ascii(text).hex().upper()}",15'
        case "bare":
            return f'+CUSD:0,"{text}"'
        case _:
            return f'+CUSD: 0,"{text}",15'
