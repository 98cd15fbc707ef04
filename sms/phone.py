"""Phone numbers: reads, shows and masks them, and tells what kind of sender one is."""

import re
from enum import StrEnum
from typing import NewType

Phone = NewType("Phone", str)
"""An Indonesian mobile number in E.164, such as +6281234567890."""

_MOBILE = re.compile(r"\+628[1-9][0-9]{7,10}")
_SEPARATORS = re.compile(r"(?:[^\S\r\n]|[.\-()/\u2010-\u2015\u2212])+")
# Order matters: "0062" must be tried before the bare trunk "0".
_PREFIXES = ("+62", "0062", "62", "0", "")
_LETTER_O = str.maketrans("Oo", "00")
_SHORT_CODE_DIGITS = 6


class SenderKind(StrEnum):
    """What stands behind the originating address of a text."""

    MOBILE = "mobile"
    """An Indonesian mobile number: a person may stand behind it."""
    SHORT_CODE = "short_code"
    """At most six digits: an operator or a service, never to be answered."""
    ALPHANUMERIC = "alphanumeric"
    """A name such as TELKOMSEL: cannot be answered."""
    OTHER = "other"
    """A foreign number, a fixed line, or a number that fits no Indonesian plan."""
    UNKNOWN = "unknown"
    """No address at all."""


def parse_phone(raw: str) -> Phone | None:
    """Return the E.164 form of an Indonesian mobile number, or None if it is not one.

    Takes +62, 62, 0062, 0 or nothing before the 8, spaces, dots, dashes, slashes and brackets,
    the doubled trunk of "+62 (0)812", and the letter O typed for zero.
    """
    digits = _SEPARATORS.sub("", raw).translate(_LETTER_O)
    for prefix in _PREFIXES:
        if digits.startswith(prefix):
            national = digits[len(prefix) :].removeprefix("0" if "62" in prefix else "")
            phone = f"+62{national}"
            return Phone(phone) if _MOBILE.fullmatch(phone) else None
    return None


def show(phone: Phone) -> str:
    """Return the number as people write it: 0812-3456-7890."""
    national = f"0{phone[3:]}"
    return f"{national[:4]}-{national[4:8]}-{national[8:]}"


def mask(number: str) -> str:
    """Return a number for lists: 08..890. Short codes and names of services stay as they are.

    Takes any originating address, whether it parses or not; a number of more than six digits
    never comes back whole.
    """
    phone = parse_phone(number)
    if phone is not None:
        return f"08..{phone[-3:]}"
    if sum(map(str.isdigit, number)) <= _SHORT_CODE_DIGITS:
        return number
    return f"{number[:2]}..{number[-3:]}"


def sender_kind(raw: str, *, alphanumeric: bool = False) -> SenderKind:
    """Tell what kind of sender an originating address is.

    Args:
        raw: the address as the network gave it.
        alphanumeric: True if its type of number is 5 (3GPP TS 23.040 section 9.1.2.5): such an
            address is a name even when it spells a phone number.
    """
    address = raw.strip()
    digits = sum(map(str.isdigit, address))
    if not address:
        return SenderKind.UNKNOWN
    if digits == 0 or any(map(str.isalpha, address)):
        return SenderKind.ALPHANUMERIC
    if digits <= _SHORT_CODE_DIGITS:
        return SenderKind.SHORT_CODE
    if alphanumeric:
        return SenderKind.ALPHANUMERIC
    return SenderKind.OTHER if parse_phone(address) is None else SenderKind.MOBILE
