"""The words of a text in one spelling, however people write them."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from server.domain.reading import lexicon

BREAK: Final = "|"
_LETTER_OF_DIGIT: Final = str.maketrans("0134578", "oieastb")
_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019`][^\W_]+)*|[.,;:!?()\n]")
_RT_OR_COUNT: Final = re.compile(
    r"(?:rt|rw|sd|sdn|smp|smpn)?\d+(?:[a-z]{0,3}|orang|ekor|rumah)|[a-z]+\d*"
)
_TWICE: Final = re.compile(r"([a-z]{2,})2(nya|an|ku)?")
_LONG_RUN: Final = re.compile(r"([a-z])\1{2,}")
_SUFFIXES: Final = ("nya", "ny", "ku", "mu", "lah", "kah", "ki", "mi", "ka", "e", "i", "x")
_PREFIXES: Final = ("di", "ke", "nge", "ter")
_MAX_WORDS: Final = 600


def _shortened() -> dict[str, str]:
    """Telling words with one letter left out, two swapped, or all vowels gone."""
    slips: dict[str, set[str]] = {}
    for word in lexicon.LISTS["salah ketik"]:
        made = {word[:at] + word[at + 1 :] for at in range(1, len(word))}
        made |= {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)}
        bones = re.sub(r"[aeiou]", "", word)
        for slip in (made | ({bones} if len(bones) > 3 else set())) - lexicon.VOCABULARY:
            slips.setdefault(slip, set()).add(word)
    return {slip: meant.pop() for slip, meant in slips.items() if len(meant) == 1}


_SLIPS: Final = _shortened()


def fold(text: str) -> list[str]:
    """The words of a text in one spelling, a `|` at each break between clauses."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    words: list[str] = []
    for raw in _WORD.findall(plain)[:_MAX_WORDS]:
        if raw[0].isalnum():
            words.extend(_fold_word(raw).split())
        elif words and words[-1] != BREAK:
            words.append(BREAK)
    return words


def _fold_word(raw: str) -> str:
    word = "".join(c for c in unicodedata.normalize("NFD", raw) if c.isalnum())
    if twice := _TWICE.fullmatch(word):
        word = twice[1] + (twice[2] or "")
    elif not _RT_OR_COUNT.fullmatch(word):
        word = word.translate(_LETTER_OF_DIGIT)
    word = _LONG_RUN.sub(r"\1", word)
    for form in _forms(word):
        if form in lexicon.SPELLINGS:
            return lexicon.SPELLINGS[form]
        if form in lexicon.VOCABULARY:
            return form
    return _SLIPS.get(word, word)


def _forms(word: str) -> Iterator[str]:
    """The word itself, then what is left without an ending or a prefix."""
    yield word
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) > (2 if suffix == "nya" else 3):
            yield word[: -len(suffix)]
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) > 3:
            yield word[len(prefix) :]
