"""Service texts of operators that ask for a call: "Call Me", asking for credit, missed calls."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sms.phone import Phone, parse_phone


class Wish(StrEnum):
    """What the person in such a text wants."""

    CALL = "call"
    CREDIT = "credit"
    """To be given credit: who asks a box of the police for it has no other way to reach it."""
    MISSED = "missed"
    """Rang while this SIM could not be reached."""


@dataclass(frozen=True, slots=True)
class CallMe:
    """A request: what is wanted, and the mobile number of the person who wants it."""

    wish: Wish
    number: Phone


# Words that such texts hold, whatever the operator puts around them. Of Telkomsel's Call Me the
# wording "meminta Anda segera menghubunginya" is known; operators change theirs now and then.
# Orders such as "hubungi nomor ..." are left out: advertisements speak so.
_WISHES: Final[tuple[tuple[Wish, str], ...]] = (
    (Wish.CALL, r"(?:me)?minta (?:\w+ ){0,3}?(?:me(?:nghubungi|nelepon|nelpon)\w*)"),
    (Wish.CALL, r"(?:minta|ingin|mohon|tolong) (?:segera )?di(?:telepon|telpon|hubungi)"),
    (Wish.CALL, r"(?:please|pls) call(?: me)?\b|wants? you to call|call ?me (?:dari|from)"),
    (Wish.CREDIT, r"(?:me)?minta (?:\w+ ){0,3}?pulsa|butuh pulsa darurat"),
    (Wish.MISSED, r"(?:panggilan|tele?pon|miscall|missed call)s? (?:\w+ ){0,2}?(?:dari|from)"),
    (Wish.MISSED, r"(?:mencoba|telah|sempat) me(?:nghubungi|nelepon|nelpon) (?:anda|kamu)"),
)  # fmt: skip
_PATTERNS: Final = tuple((wish, re.compile(rf"\b(?:{words})\b")) for wish, words in _WISHES)
_NUMBER: Final = re.compile(r"(?<![\d*#])(?:\+?62|0)[ .-]?8\d(?:[ .-]?\d){7,10}(?![\d*#])")
LONGEST: Final = 320
"""Service texts are short; longer ones tell a story."""


def parse(text: str) -> CallMe | None:
    """The request in a service text; None for texts that ask for no call.

    A text that names no Indonesian mobile number, or several, tells nobody who may be called.
    Only texts of operators may be read so: a person could name somebody else.
    """
    plain = " ".join(text.casefold().split())
    if len(plain) > LONGEST:
        return None
    wish = next((wish for wish, words in _PATTERNS if words.search(plain)), None)
    named = {parse_phone(found) for found in _NUMBER.findall(plain)} - {None}
    number = named.pop() if len(named) == 1 else None
    return None if wish is None or number is None else CallMe(wish, number)
