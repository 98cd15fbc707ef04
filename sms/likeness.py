"""Whether two texts are the same in other dress, and whether a text is made of our own words."""

import re
from typing import Final

from sms.replies import wording

NEAR_LETTERS: Final = 20
_NEAR_SHARE: Final = 0.7
_GRAM: Final = 3
# Shorter texts may well consist of words that stand in ours too.
_OURS_LETTERS: Final = 40
_OURS_SHARE: Final = 0.5
_OURS_GRAM: Final = 6
# People use words of ours too; so long a run of them is a copy.
_OURS_RUN: Final = 22
_DIGITS: Final = re.compile(r"\d+")


def fingerprint(text: str) -> str:
    """A text without case, spaces, signs and the numbers in which robots vary."""
    return _DIGITS.sub("0", "".join(c for c in text.casefold() if c.isalnum()))


def near(one: str, other: str) -> bool:
    """Whether two fingerprints are equal, or long enough and nearly equal."""
    if one == other:
        return True
    if min(len(one), len(other)) < NEAR_LETTERS:
        return False
    mine, theirs = _grams(one, _GRAM), _grams(other, _GRAM)
    return len(mine & theirs) >= _NEAR_SHARE * len(mine | theirs)


def our_words(text: str) -> bool:
    """Whether most of a fingerprint is made of our own texts, and some of it copied from one."""
    grams = _grams(text, _OURS_GRAM)
    if len(text) < _OURS_LETTERS or len(grams & _OURS) < _OURS_SHARE * len(grams):
        return False
    run = longest = 0
    for at in range(len(text) - _OURS_GRAM + 1):
        run = run + 1 if text[at : at + _OURS_GRAM] in _OURS else 0
        longest = max(longest, run)
    return longest + _OURS_GRAM - 1 >= _OURS_RUN


def _grams(text: str, length: int) -> frozenset[str]:
    return frozenset(text[at : at + length] for at in range(max(1, len(text) - length + 1)))


_OURS: Final = frozenset(
    gram
    for words in map(fingerprint, wording())
    if len(words) >= _OURS_GRAM
    for gram in _grams(words, _OURS_GRAM)
)
