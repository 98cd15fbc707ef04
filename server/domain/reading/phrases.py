"""The known phrases of a text: where they stand, what they suggest, whether they are denied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.domain.reading import lexicon

_NEGATORS: Final = frozenset(lexicon.LISTS["penyangkal"])
_BRIDGE: Final = frozenset(lexicon.LISTS["jembatan sangkal"])


@dataclass(frozen=True, slots=True)
class Hit:
    """One known phrase at word `at`; `tags` are the lists that hold it."""

    phrase: str
    at: int
    length: int
    tags: frozenset[str]
    negated: bool


def find(words: Sequence[str]) -> Iterator[Hit]:
    """The known phrases, longest first at each word, none overlapping."""
    at = 0
    while at < len(words):
        phrase = _longest(words, at)
        length = phrase.count(" ") + 1
        if phrase:
            yield Hit(phrase, at, length, _tags_of(phrase), is_negated(words, at))
        at += length


def _longest(words: Sequence[str], at: int) -> str:
    """The longest known phrase that begins at a word, "" for none."""
    for length in range(lexicon.LONGEST_PHRASE, 0, -1):
        phrase = " ".join(words[at : at + length])
        if phrase in lexicon.TAGS:
            return phrase
    return ""


def _tags_of(phrase: str) -> frozenset[str]:
    """Its own tags and, unless it is an idiom, those of the words inside it.

    A phrase that itself says what the matter is keeps only their clues.
    """
    own = lexicon.TAGS[phrase]
    if " " not in phrase or lexicon.IDIOM in own:
        return own if lexicon.IDIOM not in own else frozenset({lexicon.IDIOM})
    said = any(tag[0] != lexicon.CLUE_MARK for tag in own)
    inner = (lexicon.TAGS.get(word, frozenset()) for word in phrase.split())
    return own | {tag for tags in inner for tag in tags if tag[0] == lexicon.CLUE_MARK or not said}


def is_negated(words: Sequence[str], at: int) -> bool:
    """Whether the word before, small ones aside, denies what stands at word `at`."""
    before = next((word for word in reversed(words[:at]) if word not in _BRIDGE), "")
    return before in _NEGATORS
