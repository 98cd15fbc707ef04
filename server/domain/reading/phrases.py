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
        length = next(
            (
                n
                for n in range(lexicon.LONGEST_PHRASE, 0, -1)
                if tuple(words[at : at + n]) in lexicon.TAGS
            ),
            0,
        )
        if length:
            phrase = tuple(words[at : at + length])
            yield Hit(" ".join(phrase), at, length, _tags_of(phrase), is_negated(words, at))
        at += max(length, 1)


def _tags_of(phrase: tuple[str, ...]) -> frozenset[str]:
    """Its own tags and, unless it is an idiom, the clues that stand inside it."""
    own = lexicon.TAGS[phrase]
    if lexicon.IDIOM in own:
        return frozenset({lexicon.IDIOM})
    inner = (lexicon.TAGS.get((word,), frozenset()) for word in phrase)
    return own | {tag for tags in inner for tag in tags if tag[0] == "?"}


def is_negated(words: Sequence[str], at: int) -> bool:
    """Whether the word before, small ones aside, denies what stands at word `at`."""
    before = next((word for word in reversed(words[:at]) if word not in _BRIDGE), "")
    return before in _NEGATORS
