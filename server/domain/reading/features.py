"""What the model looks at in a text, as numbered traits."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Final
from zlib import crc32

from server.domain.reading.fold import BREAK
from server.domain.reading.rules import Weighed, leading
from sms.commands.keywords import keyword

BUCKETS: Final = 1 << 17
TEXT_MAX: Final = 700
_MASK: Final = BUCKETS - 1
_WORD_MAX: Final = 24
_DIGIT: Final = re.compile(r"\d")
_RUN: Final = re.compile(r"(.)\1{2,}")
_WORD: Final = re.compile(r"[^\W_]+|[^\w\s]")
_LINK: Final = re.compile(r"https?:|www\.|\b[\w-]+\.(?:com|id|co|net|me|ly|apk|link|site|xyz)\b|/")
_SHORTEST_GRAM: Final = 2
_LONGEST_GRAM: Final = 5
_TAGS_PAIRED: Final = 16
_LENGTHS: Final = (12, 25, 50, 90, 160, 260)


@dataclass(frozen=True, slots=True)
class Features:
    """Numbers of traits, each once: pieces of words as typed, and words as understood."""

    pieces: frozenset[int]
    words: frozenset[int]


def features(text: str, weighed: Weighed, sender: str) -> Features:
    """Traits of a text.

    Args:
        text: as it was sent.
        weighed: what the lists know of its folded words.
        sender: what sort of sender it came from ("phone", "service").
    """
    pieces = frozenset(_pieces(text[:TEXT_MAX]))
    known = frozenset(map(_number, _words(weighed.words)))
    shape = frozenset(map(_number, chain(_shape(text, sender), _asked(text))))
    listed = frozenset(map(_number, _listed(weighed)))
    return Features(pieces, known | shape | listed)


def _number(trait: str) -> int:
    return crc32(trait.encode("utf-8", "replace")) & _MASK


def _pieces(text: str) -> Iterator[int]:
    """Numbers of the runs of two to five octets inside each word, its ends marked."""
    plain = _DIGIT.sub("0", unicodedata.normalize("NFKC", text).casefold())
    for word in _WORD.findall(_RUN.sub(r"\1", plain)):
        marked = f" {word[:_WORD_MAX]} ".encode("utf-8", "replace")
        for length in range(_SHORTEST_GRAM, _LONGEST_GRAM + 1):
            for at in range(max(1, len(marked) - length + 1)):
                yield crc32(marked[at : at + length]) & _MASK


def _words(words: Sequence[str]) -> Iterator[str]:
    plain = ["0" if word.isdecimal() else word for word in words if word != BREAK]
    for word in plain:
        yield f"w {word}"
    for first, second in pairwise(plain):
        yield f"p {first} {second}"
    for first, third in zip(plain, plain[2:], strict=False):
        yield f"s {first} {third}"
    if plain:
        yield f"a {plain[0]}"
        yield f"z {plain[-1]}"


def _listed(weighed: Weighed) -> Iterator[str]:
    """Lists that know a phrase of the text, and which of them come together."""
    for hit in weighed.hits:
        for tag in hit.tags:
            yield f"{'!' if hit.negated else '#'} {tag}"
    tags = sorted(weighed.tags)[:_TAGS_PAIRED]
    for at, first in enumerate(tags):
        for second in tags[at + 1 :]:
            yield f"{first}&{second}"
    for place, category in enumerate(leading(weighed.scores)):
        yield f"{place} {category}"


def _asked(text: str) -> Iterator[str]:
    """A command that the text begins with, and whether it stands alone."""
    asked = keyword(text)
    if asked is not None:
        spelt = "exact" if asked.exact else "slip"
        alone = "alone" if not asked.words_after else "with words"
        ticket = "ticket" if asked.ticket else "no ticket"
        yield f"k {asked.name}"
        yield f"k {asked.name} {spelt} {alone} {ticket}"
        yield f"k {alone} {ticket}"


def _shape(text: str, sender: str) -> Iterator[str]:
    yield f"sender {sender}"
    yield f"length {sum(len(text) > most for most in _LENGTHS)}"
    letters = [letter for letter in text if letter.isalpha()]
    if letters and sum(letter.isupper() for letter in letters) > 0.7 * len(letters):
        yield "capitals"
    if _LINK.search(text.casefold()):
        yield "link"
    for sign in "?!#*":
        if sign in text:
            yield f"sign {sign}"
    yield f"digits {min(4, len(_DIGIT.findall(text)) // 3)}"
