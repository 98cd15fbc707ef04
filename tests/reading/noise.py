"""The same message as a hastier thumb would have typed it."""

import random
import re
from typing import Final

from server.domain.reading.lexicon import SPELLINGS

_WORD: Final = re.compile(r"[A-Za-z]+")
_VOWELS: Final = frozenset("aiueo")
_DIGIT_OF: Final = {"a": "4", "i": "1", "e": "3", "o": "0", "s": "5", "g": "9"}
_BESIDE: Final = {
    a: b
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for a, b in zip(row, row[1:] + row[-2], strict=True)
}


def _shorter() -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for short, meant in SPELLINGS.items():
        made.setdefault(meant, []).append(short)
    return made


_SHORTER: Final = _shorter()


def noisy(text: str, draw: random.Random) -> str:
    """One more way to type a text; numbers and signs stay."""
    share = draw.choice((0.15, 0.3, 0.5))
    alay = draw.random() < 0.05
    spelt = _WORD.sub(lambda found: _spelt(found[0], draw, share, alay=alay), text)
    case = draw.random()
    if case < 0.06:
        return spelt.upper()
    return spelt.lower() if case < 0.5 else spelt


def _spelt(word: str, draw: random.Random, share: float, *, alay: bool) -> str:
    plain = word.lower()
    if alay and len(word) > 3:
        return "".join(_DIGIT_OF.get(c, c) if draw.random() < 0.5 else c for c in plain)
    if draw.random() > share:
        return word
    if plain in _SHORTER and draw.random() < 0.6:
        return draw.choice(_SHORTER[plain])
    return _slipped(word, draw) if len(word) > 3 else word


def _slipped(word: str, draw: random.Random) -> str:
    at = draw.randrange(1, len(word) - 1)
    ways = (
        word[0] + "".join(c for c in word[1:-1] if c not in _VOWELS) + word[-1],
        word[:at] + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + _BESIDE.get(word[at].lower(), word[at]) + word[at + 1 :],
        word[:at] + word[at] * 2 + word[at + 1 :],
    )
    return draw.choice(ways)
